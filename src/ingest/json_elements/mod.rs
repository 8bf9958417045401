//! JSON, value by value.
//!
//! A file of a million edges is one JSON value, and a parser that takes it whole gives it up whole at the first comma
//! that is missing. So brackets are matched here and each element is parsed on its own: it has a line, it has a bound,
//! and one that is damaged goes to quarantine alone. What a value says is serde's to find out.

mod objects;
mod text;

use std::fmt;
use std::io::BufRead;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::input::BadLine;
use crate::ingest::input::refuse_foreign;
use crate::location::Location;

pub(super) use objects::each_line;
pub(super) use objects::each_object;
pub(super) use text::List;
pub(super) use text::Text;

/// A node with its annotations is a few kilobytes; a patient's record with all variants reaches a few megabytes.
const MAX_VALUE_BYTES: usize = 16 << 20;

/// Walks through a JSON text.
pub(super) struct Scanner {
    path: Box<str>,
    reader: Box<dyn BufRead>,
    line: u32,
    buffer: Vec<u8>,
}

impl fmt::Debug for Scanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scanner").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}

/// A value's text and the line on which it starts.
pub(super) type Element<'a> = (u32, Result<&'a str, BadLine>);

impl Scanner {
    /// Goes to the first sign of a text.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it is no UTF-8 or cannot be read.
    pub(super) fn open(input: Input) -> Result<Self, ReadError> {
        let path: Box<str> = input.path().into();
        let mut scanner = Self { path, reader: input.into_reader(), line: 1, buffer: Vec::new() };
        let start = scanner.chunk()?;
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let start = start.get(..start.len().min(16)).unwrap_or(start).to_vec();
        refuse_foreign(&scanner.path, &start)?;
        scanner.reader.consume(mark);
        Ok(scanner)
    }

    fn chunk(&mut self) -> Result<&[u8], ReadError> {
        self.reader.fill_buf().map_err(|error| Input::error(&self.path, error))
    }

    /// The next sign that is no blank, which is not taken; `None` at the end.
    pub(super) fn sign(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let n_blanks = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let n_lines = memchr::memchr_iter(b'\n', &chunk[..n_blanks]).count();
            let found = chunk.get(n_blanks).copied();
            self.reader.consume(n_blanks);
            self.line = self.line.saturating_add(u32::try_from(n_lines).unwrap_or(u32::MAX));
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Takes a sign.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if another one stands there.
    pub(super) fn take(&mut self, wanted: u8, place: &str) -> Result<(), ReadError> {
        if self.sign()? == Some(wanted) {
            self.reader.consume(1);
            return Ok(());
        }
        let found = self.found()?;
        Err(self.error(format!("expected `{}` {place}, found {found}", char::from(wanted))))
    }

    fn found(&mut self) -> Result<String, ReadError> {
        Ok(match self.sign()? {
            None => "the end of the file".to_owned(),
            Some(byte) if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
            Some(byte) => format!("the byte {byte:#04x}"),
        })
    }

    /// The name of the next member of an object, whose `{` or last value was taken; `None` behind its `}`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if there is none.
    pub(super) fn key(&mut self, is_first: bool) -> Result<Option<String>, ReadError> {
        if self.sign()? == Some(b'}') {
            self.reader.consume(1);
            return Ok(None);
        }
        if !is_first {
            self.take(b',', "between two members of the object")?;
            self.sign()?;
        }
        if self.sign()? != Some(b'"') {
            let found = self.found()?;
            return Err(self.error(format!("expected the name of a member, found {found}")));
        }
        let (_, text) = self.value()?;
        let name = text.map_err(|bad| bad.to_string());
        let name = name.and_then(|text| serde_json::from_str(text).map_err(|error| problem(&error)));
        let name: String = name.map_err(|why| self.error(format!("the name of a member is no text: {why}")))?;
        self.take(b':', "behind the name of a member")?;
        Ok(Some(name))
    }

    /// The next element of an array, whose `[` or last element was taken; `None` behind its `]`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if there is none.
    pub(super) fn element(&mut self, is_first: bool) -> Result<Option<Element<'_>>, ReadError> {
        if self.sign()? == Some(b']') {
            self.reader.consume(1);
            return Ok(None);
        }
        if !is_first {
            self.take(b',', "between two elements of the array")?;
        }
        self.value().map(Some)
    }

    /// The next value, of any kind.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if there is none, if it never ends, or if it is too long.
    pub(super) fn value(&mut self) -> Result<Element<'_>, ReadError> {
        self.sign()?;
        let start = self.line;
        self.buffer.clear();
        let mut shape = Shape::default();
        while !shape.is_whole {
            let chunk = self.reader.fill_buf().map_err(|error| Input::error(&self.path, error))?;
            if chunk.is_empty() {
                let problem = format!("the file ends in the middle of the value that begins on line {start}");
                return Err(self.error(problem));
            }
            let n_used = shape.follow(chunk);
            let used = &chunk[..n_used];
            let n_lines = memchr::memchr_iter(b'\n', used).count();
            self.buffer.extend_from_slice(used);
            self.reader.consume(n_used);
            self.line = self.line.saturating_add(u32::try_from(n_lines).unwrap_or(u32::MAX));
            if self.buffer.len() > MAX_VALUE_BYTES {
                let location = Location::line(self.path.clone(), start);
                let problem = format!("the value is longer than {MAX_VALUE_BYTES} bytes").into();
                return Err(ReadError::Format { location, problem });
            }
        }
        if self.buffer.is_empty() {
            let found = self.found()?;
            return Err(self.error(format!("expected a value, found {found}")));
        }
        Ok((start, std::str::from_utf8(&self.buffer).map_err(|_| BadLine::NotUtf8)))
    }

    /// An error at the line that is reached.
    pub(super) fn error(&self, problem: impl Into<Box<str>>) -> ReadError {
        ReadError::Format { location: Location::line(self.path.clone(), self.line), problem: problem.into() }
    }
}

/// How far a value is open. A single word ends where a comma or a bracket that is not its own begins.
#[derive(Debug, Default)]
struct Shape {
    depth: u32,
    is_text: bool,
    is_escaped: bool,
    is_whole: bool,
}

impl Shape {
    /// How many bytes of a chunk still belong to the value.
    fn follow(&mut self, chunk: &[u8]) -> usize {
        for (at, &byte) in chunk.iter().enumerate() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_text => self.is_escaped = true,
                b'"' => {
                    self.is_text = !self.is_text;
                    self.is_whole = !self.is_text && self.depth == 0;
                }
                _ if self.is_text => {}
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b',' | b'}' | b']' | b':' if self.depth == 0 => {
                    self.is_whole = true;
                    return at;
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    self.is_whole = self.depth == 0;
                }
                _ => {}
            }
            if self.is_whole {
                return at + 1;
            }
        }
        chunk.len()
    }
}

/// Parses an object. Serde would take an array for one too, its elements for the members in their order.
///
/// # Errors
///
/// The line on which something is wrong, counted from 0 for the text's first, and what.
pub(super) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, (u32, String)> {
    if !text.trim_ascii_start().starts_with('{') {
        return Err((0, "this is no JSON object, which begins with `{`".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        let n_lines = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
        (n_lines, problem(&error))
    })
}

/// What serde says of a text, with the column where the text is one line.
pub(super) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let said = text.strip_suffix(&place).unwrap_or(&text);
    let said = match said.strip_prefix("EOF while parsing ") {
        Some(what) => format!("the text ends in the middle of {what}"),
        None => said.to_owned(),
    };
    if error.line() == 1 { format!("{said} at column {}", error.column()) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanner(text: &str) -> Scanner {
        Scanner::open(Input::of_bytes("test", text.as_bytes().to_vec())).unwrap()
    }

    /// The elements of an array with their lines, and the error that ended them.
    fn elements(text: &str) -> (Vec<(u32, String)>, Option<String>) {
        let mut scanner = scanner(text);
        let mut found = Vec::new();
        let mut end = scanner.take(b'[', "at the beginning");
        while end.is_ok() {
            end = match scanner.element(found.is_empty()) {
                Ok(Some((line, text))) => {
                    found.push((line, text.unwrap().trim_end().to_owned()));
                    Ok(())
                }
                Ok(None) => return (found, None),
                Err(error) => Err(error),
            };
        }
        (found, end.err().map(|error| error.to_string()))
    }

    #[test]
    fn elements_are_cut_at_their_own_brackets_and_know_their_line() {
        let (found, error) = elements("\u{feff}[ {\"a\": \"]},\\\"\"},\n\n[1,\n{}], 2 ,\"x\"]");
        let expected = [(1, "{\"a\": \"]},\\\"\"}"), (3, "[1,\n{}]"), (4, "2"), (4, "\"x\"")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(error, None);
    }

    #[test]
    fn what_is_missing_between_elements_is_named_with_its_line() {
        for (text, expected) in [
            ("[{}\n{}]", "test:2: expected `,` between two elements of the array, found `{`"),
            ("[{},\n{", "test:2: the file ends in the middle of the value that begins on line 2"),
            ("[{},]", "test:1: expected a value, found `]`"),
            ("{}", "test:1: expected `[` at the beginning, found `{`"),
        ] {
            assert_eq!(elements(text).1.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn members_are_named() {
        let mut scanner = scanner("{\"a\\u0062\": 1, \"c\" : [] }");
        scanner.take(b'{', "").unwrap();
        assert_eq!(scanner.key(true).unwrap().as_deref(), Some("ab"));
        scanner.value().unwrap().1.unwrap();
        assert_eq!(scanner.key(false).unwrap().as_deref(), Some("c"));
        scanner.value().unwrap().1.unwrap();
        assert_eq!(scanner.key(false).unwrap(), None);
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(object::<Vec<u8>>("[1]").unwrap_err().1, "this is no JSON object, which begins with `{`");
        let error = object::<std::collections::BTreeMap<String, u8>>("{\"a\": 1,\n\"b\": ").unwrap_err();
        assert_eq!(error, (1, "the text ends in the middle of a value".to_owned()));
    }
}
