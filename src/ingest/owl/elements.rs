//! Elements whose names mean the same in every file.
//!
//! In RDF/XML a name is a prefix and a local part, and only the declarations around it say which IRI that is; files
//! agree on `owl:` and little else. So names are resolved here, and written with the prefixes of our own vocabularies.

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::vocabulary::short;
use crate::ingest::xml::Element;
use crate::ingest::xml::Xml;
use crate::ingest::xml::shown;

/// The elements of a file.
pub(super) struct Elements {
    xml: Xml,
    /// Declared prefixes with their IRIs and the depth of the element that declares them; the innermost last.
    scopes: Vec<(usize, Box<str>, Box<str>)>,
    depth: usize,
    /// What IRIs that begin with `#` are below.
    base: Box<str>,
}

/// An element opens or closes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// A start tag.
    Open(Open),
    /// An end tag, with the text right inside the element.
    Close(String),
}

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// Where, from 1.
    pub(super) line: u32,
    /// Its name, as [`short`] writes it.
    pub(super) name: Box<str>,
    /// The names of its attributes, written so too, and their values.
    attributes: Vec<(Box<str>, Box<str>)>,
}

impl Open {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| **key == *name).map(|(_, value)| &**value)
    }
}

impl Elements {
    /// The elements of an input.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it cannot be read or is UTF-16.
    pub(super) fn new(input: Input) -> Result<Self, ReadError> {
        Ok(Self { xml: Xml::new(input)?, scopes: Vec::new(), depth: 0, base: "".into() })
    }

    /// An error at a line.
    pub(super) fn error(&self, line: u32, problem: impl Into<Box<str>>) -> ReadError {
        self.xml.error(line, problem)
    }

    /// The next element that opens or closes; `None` after the root has closed.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the XML is broken, over a bound, or has a prefix that nothing declares.
    pub(super) fn next(&mut self) -> Result<Option<Tag>, ReadError> {
        Ok(match self.xml.next()? {
            None => None,
            Some(Element::Close { text, .. }) => {
                self.depth = self.depth.saturating_sub(1);
                self.scopes.retain(|(depth, _, _)| *depth <= self.depth);
                Some(Tag::Close(text))
            }
            Some(Element::Open { line, name, attributes }) => {
                self.depth += 1;
                for (key, value) in &attributes {
                    match key.strip_prefix("xmlns") {
                        Some("") => self.scopes.push((self.depth, "".into(), value.clone())),
                        Some(prefix) if prefix.starts_with(':') => {
                            self.scopes.push((self.depth, prefix[1..].into(), value.clone()));
                        }
                        _ if **key == *"xml:base" => self.base = value.trim_end_matches('#').into(),
                        _ => {}
                    }
                }
                let is_declaration = |key: &str| key == "xmlns" || key.starts_with("xmlns:");
                let attributes = attributes.into_iter().filter(|(key, _)| !is_declaration(key));
                let attributes = attributes.map(|(key, value)| Ok((self.resolved(line, &key)?, value)));
                let attributes = attributes.collect::<Result<_, ReadError>>()?;
                Some(Tag::Open(Open { line, name: self.resolved(line, &name)?, attributes }))
            }
        })
    }

    /// Passes over the rest of the element that has just opened.
    ///
    /// # Errors
    ///
    /// As [`Elements::next`].
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let mut n_open = 1_usize;
        while n_open > 0 {
            match self.next()? {
                Some(Tag::Open(_)) => n_open += 1,
                Some(Tag::Close(_)) => n_open -= 1,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// An IRI in full: one that begins with `#` is below the base of the file.
    pub(super) fn absolute(&self, iri: &str) -> Box<str> {
        if iri.starts_with('#') { format!("{}{iri}", self.base).into() } else { iri.into() }
    }

    fn resolved(&self, line: u32, name: &str) -> Result<Box<str>, ReadError> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let mut inwards = self.scopes.iter().rev();
        match inwards.find(|(_, known, _)| **known == *prefix) {
            Some((_, _, iri)) => Ok(short(&format!("{iri}{local}")).into()),
            None if prefix == "xml" || prefix.is_empty() => Ok(name.into()),
            None => {
                let shown = shown(prefix);
                Err(self.error(line, format!("the prefix `{shown}:` has no `xmlns:{shown}`")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> Elements {
        Elements::new(Input::of_bytes("a.owl", text.as_bytes().to_vec())).unwrap()
    }

    fn names(text: &str) -> Result<Vec<String>, String> {
        let mut elements = elements(text);
        let mut names = Vec::new();
        while let Some(tag) = elements.next().map_err(|error| error.to_string())? {
            if let Tag::Open(open) = tag {
                names.push(open.name.into());
            }
        }
        Ok(names)
    }

    #[test]
    fn the_innermost_declaration_counts_and_ends_with_its_element() {
        let text = "<a:r xmlns:a='http://x/' xmlns='http://y/'><a:b xmlns:a='http://z/'><c/></a:b><a:d/></a:r>";
        assert_eq!(names(text).unwrap(), ["http://x/r", "http://z/b", "http://y/c", "http://x/d"]);
    }

    #[test]
    fn a_prefix_without_declaration_is_told() {
        assert_eq!(names("<r>\n<a:b/></r>").unwrap_err(), "a.owl:2: the prefix `a:` has no `xmlns:a`");
        assert!(names("<r xml:lang='en'/>").is_ok(), "`xml:` needs none");
    }

    #[test]
    fn a_fragment_is_below_the_base() {
        let mut elements = elements("<r xml:base='http://x/y#'/>");
        elements.next().unwrap();
        assert_eq!(&*elements.absolute("#z"), "http://x/y#z");
        assert_eq!(&*elements.absolute("http://w"), "http://w");
    }

    #[test]
    fn what_is_skipped_ends_where_its_element_ends() {
        let mut elements = elements("<r><a><a/></a><b/></r>");
        for _ in 0..2 {
            elements.next().unwrap();
        }
        elements.skip().unwrap();
        let Some(Tag::Open(open)) = elements.next().unwrap() else { panic!("`b` opens") };
        assert_eq!(&*open.name, "b");
    }
}
