//! XML as opened and closed elements, with lines and with bounds.
//!
//! quick-xml finds the tags; what it leaves to its user is here: nothing is expanded but the five entities that XML
//! has by itself and character references, a document type that declares entities is refused, and depth, attributes
//! and text have bounds, so that a hostile file costs no more than an honest one. Lines are counted as bytes are
//! consumed, because quick-xml knows only byte offsets.

use std::io::BufRead;
use std::io::Read;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::input::refuse_foreign;
use crate::location::Location;

const MAX_DEPTH: usize = 64;
const MAX_ATTRIBUTES: usize = 100;
/// One tag, one run of text, or all the text of one element.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// The elements of a file, one after the other.
pub(super) struct Xml {
    path: Box<str>,
    reader: quick_xml::Reader<Counted>,
    buffer: Vec<u8>,
    open: Vec<OpenElement>,
    has_root: bool,
}

struct OpenElement {
    line: u32,
    name: Box<str>,
    text: String,
}

/// An element opens or closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// A start tag.
    Open {
        /// Where, from 1.
        line: u32,
        /// Its name.
        name: Box<str>,
        /// Names and values.
        attributes: Vec<(Box<str>, Box<str>)>,
    },
    /// An end tag.
    Close {
        /// Where its start tag stands.
        line: u32,
        /// The text right inside, its runs of white space each one blank.
        text: String,
    },
}

impl Xml {
    /// The elements of an input.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it cannot be read or is UTF-16.
    pub(super) fn new(input: Input) -> Result<Self, ReadError> {
        let path: Box<str> = input.path().into();
        let mut inner = input.into_reader();
        let start = inner.fill_buf().map_err(|error| Input::error(&path, error))?;
        refuse_foreign(&path, start)?;
        let mut reader = quick_xml::Reader::from_reader(Counted { inner, line: 1, left: MAX_TEXT_BYTES });
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { path, reader, buffer: Vec::new(), open: Vec::new(), has_root: false })
    }

    /// An error at a line.
    pub(super) fn error(&self, line: u32, problem: impl Into<Box<str>>) -> ReadError {
        ReadError::Format { location: Location::line(self.path.clone(), line), problem: problem.into() }
    }

    /// The next element that opens or closes; `None` after the root has closed and the file has ended.
    ///
    /// # Errors
    ///
    /// [`ReadError`] with the line where the XML is broken, cut, or over a bound.
    pub(super) fn next(&mut self) -> Result<Option<Element>, ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            buffer.clear();
            let line = self.reader.get_ref().line;
            self.reader.get_mut().left = MAX_TEXT_BYTES;
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.broken(line, error)),
            };
            let element = match event {
                Event::Start(start) | Event::Empty(start) => Some(self.open(line, &start)?),
                Event::End(_) => self.open.pop().map(|closed| Element::Close {
                    line: closed.line,
                    text: closed.text.split_whitespace().collect::<Vec<_>>().join(" "),
                }),
                Event::Text(text) => self.text(line, &text.xml10_content()).map(|()| None)?,
                Event::CData(text) => self.text(line, &text.xml10_content()).map(|()| None)?,
                Event::GeneralRef(reference) => {
                    let resolved = match &*reference {
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "amp" => Some('&'),
                        "apos" => Some('\''),
                        "quot" => Some('"'),
                        _ => reference.resolve_char_ref().map_err(|error| self.broken(line, error))?,
                    };
                    let Some(character) = resolved else {
                        let shown = shown(&reference);
                        return Err(self.error(line, format!("the entity `&{shown};` is not one of XML's own five")));
                    };
                    self.text(line, character.encode_utf8(&mut [0; 4])).map(|()| None)?
                }
                Event::DocType(text) if text.contains("<!ENTITY") => {
                    return Err(self.error(line, "the document type declares entities, which are not expanded here"));
                }
                Event::Decl(declaration) => match declaration.encoding() {
                    Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case("utf-8") => {
                        let shown = shown(&encoding);
                        return Err(self.error(line, format!("the encoding is `{shown}`; save the file as UTF-8")));
                    }
                    _ => None,
                },
                Event::DocType(_) | Event::Comment(_) | Event::PI(_) => None,
                Event::Eof => match (self.open.last(), self.has_root) {
                    (Some(open), _) => {
                        let shown = shown(&open.name);
                        let problem = format!("the file ends inside `<{shown}>`, which opens on line {}", open.line);
                        return Err(self.error(line, problem));
                    }
                    (None, false) => return Err(self.error(line, "the file holds no XML element")),
                    (None, true) => return Ok(None),
                },
            };
            if element.is_some() {
                self.buffer = buffer;
                return Ok(element);
            }
        }
    }

    fn open(&mut self, line: u32, start: &BytesStart<'_>) -> Result<Element, ReadError> {
        let name: Box<str> = start.name().as_ref().into();
        if self.open.is_empty() && self.has_root {
            return Err(self.error(line, format!("`<{}>` opens after the root element has closed", shown(&name))));
        }
        if self.open.len() == MAX_DEPTH {
            let shown = shown(&name);
            return Err(self.error(line, format!("`<{shown}>` is nested deeper than {MAX_DEPTH} elements")));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(line, error.into()))?;
            if attributes.len() == MAX_ATTRIBUTES {
                let shown = shown(&name);
                return Err(self.error(line, format!("`<{shown}>` has more than {MAX_ATTRIBUTES} attributes")));
            }
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| self.broken(line, error))?;
            attributes.push((attribute.key.as_ref().into(), value.into()));
        }
        self.has_root = true;
        self.open.push(OpenElement { line, name: name.clone(), text: String::new() });
        Ok(Element::Open { line, name, attributes })
    }

    /// Adds to the text of the innermost element.
    fn text(&mut self, line: u32, text: &str) -> Result<(), ReadError> {
        let is_blank = text.trim().is_empty();
        let Some(open) = self.open.last_mut() else {
            let is_outside = !is_blank && text != "\u{feff}";
            return if is_outside { Err(self.error(line, "text stands outside of the root element")) } else { Ok(()) };
        };
        // Indentation between elements adds up to megabytes and says nothing.
        if !(is_blank && open.text.is_empty()) {
            open.text.push_str(text);
        }
        if open.text.len() > MAX_TEXT_BYTES {
            let shown = shown(&open.name);
            let problem = format!("the text of `<{shown}>` is longer than {MAX_TEXT_BYTES} bytes");
            return Err(self.error(line, problem));
        }
        Ok(())
    }

    fn broken(&self, line: u32, error: quick_xml::Error) -> ReadError {
        match error {
            quick_xml::Error::Io(_) if self.reader.get_ref().left == 0 => {
                self.error(line, format!("a tag or a text is longer than {MAX_TEXT_BYTES} bytes"))
            }
            quick_xml::Error::Io(error) => {
                let error = std::sync::Arc::try_unwrap(error);
                let error = error.unwrap_or_else(|shared| std::io::Error::new(shared.kind(), shared.to_string()));
                Input::error(&self.path, error)
            }
            quick_xml::Error::Encoding(_) => self.error(line, "the text is not UTF-8"),
            other => {
                // What is told of a tag can be as long as the tag.
                let shown: String = other.to_string().chars().take(300).collect();
                self.error(line, format!("the XML is broken: {}", crate::finding::printable(&shown)))
            }
        }
    }
}

/// A name as a message shows it: one that is damaged may be a megabyte long, or steer a terminal.
pub(super) fn shown(name: &str) -> String {
    const MAX_CHARACTERS: usize = 60;
    let start: String = name.chars().take(MAX_CHARACTERS).collect();
    crate::finding::printable(&start)
}

/// Counts lines as they are consumed, and ends an event that never does.
struct Counted {
    inner: Box<dyn BufRead>,
    line: u32,
    left: usize,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let n_read = available.len().min(buffer.len());
        buffer[..n_read].copy_from_slice(&available[..n_read]);
        self.consume(n_read);
        Ok(n_read)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let available = self.inner.fill_buf()?;
        if self.left == 0 && !available.is_empty() {
            return Err(std::io::Error::other("too long"));
        }
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, n_bytes: usize) {
        if let Ok(available) = self.inner.fill_buf() {
            let consumed = &available[..n_bytes.min(available.len())];
            let n_lines = u32::try_from(memchr::memchr_iter(b'\n', consumed).count()).unwrap_or(u32::MAX);
            self.line = self.line.saturating_add(n_lines);
        }
        self.left = self.left.saturating_sub(n_bytes);
        self.inner.consume(n_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Element>, String> {
        let mut xml = Xml::new(Input::of_bytes("a.xml", bytes.to_vec())).map_err(|error| error.to_string())?;
        let mut elements = Vec::new();
        while let Some(element) = xml.next().map_err(|error| error.to_string())? {
            elements.push(element);
        }
        Ok(elements)
    }

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn elements_come_with_their_lines_and_texts() {
        let elements = read(b"<?xml version='1.0'?>\n<a>\n  <b x='1'>two\n words &lt;&#x41;<![CDATA[&]]></b>\n</a>\n");
        let open = |line, name: &str, attributes| Element::Open { line, name: name.into(), attributes };
        let close = |line, text: &str| Element::Close { line, text: text.into() };
        let expected = [
            open(2, "a", vec![]),
            open(3, "b", vec![("x".into(), "1".into())]),
            close(3, "two words <A&"),
            close(2, ""),
        ];
        assert_eq!(elements.unwrap(), expected);
    }

    #[test]
    fn entities_are_not_expanded() {
        assert_eq!(
            error("<!DOCTYPE a [\n<!ENTITY b 'c'>\n]>\n<a>&b;</a>"),
            "a.xml:1: the document type declares entities, which are not expanded here"
        );
        assert_eq!(error("<a>\n&b;</a>"), "a.xml:2: the entity `&b;` is not one of XML's own five");
        assert!(error("<a b='&c;'/>").starts_with("a.xml:1: the XML is broken"));
    }

    #[test]
    fn bounds_hold() {
        let deep = "<a>".repeat(65);
        assert_eq!(error(&deep), "a.xml:1: `<a>` is nested deeper than 64 elements");
        assert_eq!(
            error(&"<a>".repeat(64)),
            "a.xml:1: the file ends inside `<a>`, which opens on line 1",
            "64 are not too deep"
        );
        let attributes: String = (0..101).map(|number| format!(" a{number}='x'")).collect();
        assert_eq!(error(&format!("\n<a{attributes}/>")), "a.xml:2: `<a>` has more than 100 attributes");
        let long = "x".repeat((1 << 20) + 1);
        assert_eq!(error(&format!("<a>{long}</a>")), "a.xml:1: a tag or a text is longer than 1048576 bytes");
        assert_eq!(error(&format!("<a {long}/>")), "a.xml:1: a tag or a text is longer than 1048576 bytes");
        let parts = format!("<a>{0}<b/>{0}</a>", &long[..600_000]);
        assert_eq!(error(&parts), "a.xml:1: the text of `<a>` is longer than 1048576 bytes");
    }

    #[test]
    fn broken_and_cut_files_are_located() {
        assert_eq!(
            error("<a>\n<b>\n</a>"),
            "a.xml:3: the XML is broken: ill-formed document: expected `</b>`, but `</a>` was found"
        );
        assert_eq!(error("<a>\n<b>\n"), "a.xml:3: the file ends inside `<b>`, which opens on line 2");
        assert_eq!(error("<a/>\n<b/>"), "a.xml:2: `<b>` opens after the root element has closed");
        assert_eq!(error("a\tb\n"), "a.xml:1: text stands outside of the root element");
        assert_eq!(error(""), "a.xml:1: the file holds no XML element");
        assert_eq!(read(b"<a>\n\xff</a>").unwrap_err(), "a.xml:1: the text is not UTF-8");
        assert_eq!(read(b"\xff\xfe<\0a\0").unwrap_err(), "a.xml:1: the file is UTF-16; save it as UTF-8");
        assert_eq!(
            error("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"),
            "a.xml:1: the encoding is `ISO-8859-1`; save the file as UTF-8"
        );
    }

    #[test]
    fn a_name_is_shown_as_long_as_a_person_reads_and_steers_no_terminal() {
        let long = "x".repeat(10_000);
        let shown = &long[..60];
        assert_eq!(
            error(&format!("<{long}>")),
            format!("a.xml:1: the file ends inside `<{shown}>`, which opens on line 1")
        );
        assert_eq!(error("<a/><b\u{1b}[31m/>"), "a.xml:1: `<b\\x1B[31m>` opens after the root element has closed");
        let encoding = "<?xml version='1.0' encoding='\u{7}'?><a/>";
        assert_eq!(error(encoding), "a.xml:1: the encoding is `\\x07`; save the file as UTF-8");
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read(b"\xef\xbb\xbf<a/>").unwrap().len(), 2);
    }
}
