//! Rows of a CSV file at the speed of memory, each with its line.
//!
//! A row ends at the first line end outside quotation marks, and a mark inside a field is doubled, so whether a byte
//! stands outside is a matter of how many marks stand before it. The rows lie in a buffer of our own: who knows what
//! the next row must look like compares it where it lies, and nobody splits it; see [`Rows::ahead`].

use std::borrow::Cow;
use std::io::BufRead;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::location::Location;

/// No row of a table is longer: a lone `"` would take everything up to the next one, and keep it in memory.
const MAX_ROW_BYTES: usize = 16 << 20;
/// What is asked of the file at a time: so much that it comes straight from there.
const BLOCK_BYTES: usize = 1 << 18;

/// The rows below a header.
pub(super) struct Rows {
    path: Box<str>,
    reader: Box<dyn BufRead>,
    buffer: Vec<u8>,
    /// What lies in the buffer and was not given yet.
    start: usize,
    end: usize,
    /// The line of `start`.
    line: u32,
    names: Vec<Box<str>>,
    /// Where the fields of the row end that was given last.
    separators: Vec<usize>,
}

/// A row with its line. One that follows blank lines has the line of the first of them.
pub(super) type Row<'a> = (u32, Fields<'a>);

/// The fields of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    row: &'a [u8],
    separators: &'a [usize],
}

impl Rows {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if there is none, or it is no text.
    pub(super) fn open(input: Input) -> Result<Self, ReadError> {
        let mut rows = Self {
            path: input.path().into(),
            reader: input.into_reader(),
            buffer: vec![0; BLOCK_BYTES],
            start: 0,
            end: 0,
            line: 1,
            names: Vec::new(),
            separators: Vec::new(),
        };
        while rows.end < 3 && rows.fill()? {}
        if rows.ahead().starts_with(b"\xef\xbb\xbf") {
            rows.start = 3;
        }
        let error = |rows: &Self, problem: &str| ReadError::Format {
            location: Location::line(&*rows.path, 1),
            problem: problem.into(),
        };
        let mut names: Vec<Box<str>> = Vec::new();
        let mut is_text = true;
        if let Some((_, header)) = rows.next_row()? {
            for column in 0..header.len() {
                let name = header.unescape(column).unwrap_or_default();
                let text = std::str::from_utf8(&name);
                is_text &= text.is_ok();
                names.push(text.unwrap_or("").trim_start_matches('\u{feff}').into());
            }
        }
        if !is_text {
            return Err(error(&rows, "the header is no UTF-8 text"));
        }
        if names.iter().all(|name| name.is_empty()) {
            return Err(error(&rows, "the file is empty; the first line of a table names its columns"));
        }
        Ok(Self { names, ..rows })
    }

    /// How many fields the header has.
    pub(super) fn n_columns(&self) -> usize {
        self.names.len()
    }

    /// The position of a column that may be missing.
    pub(super) fn optional(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|found| **found == *name)
    }

    /// The position of a column.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] that lists the columns there are.
    pub(super) fn column(&self, name: &str) -> Result<usize, ReadError> {
        self.optional(name).ok_or_else(|| {
            let shown: String = self.names.join(", ").chars().take(300).collect();
            let problem = format!("the table has no column `{name}`; it has {}", crate::finding::printable(&shown));
            ReadError::Format { location: Location::line(&*self.path, 1), problem: problem.into() }
        })
    }

    /// What was read of the file and not given yet, from the start of a row on. It may end anywhere.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The line on which [`Self::ahead`] begins.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// Passes over rows at the beginning of [`Self::ahead`], of one line each, line ends included.
    pub(super) fn pass(&mut self, n_bytes: usize, n_rows: u32) {
        self.start = (self.start + n_bytes).min(self.end);
        self.line = self.line.saturating_add(n_rows);
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file cannot be read on.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let line = self.line;
        loop {
            match self.ahead().first().copied() {
                Some(b'\n') => self.line = self.line.saturating_add(1),
                Some(b'\r') => {}
                Some(_) => break,
                None => {
                    if self.fill()? {
                        continue;
                    }
                    return Ok(None);
                }
            }
            self.start += 1;
        }
        let n_bytes = self.split(line)?;
        let row = &self.buffer[self.start..self.start + n_bytes];
        let n_lines = memchr::memchr_iter(b'\n', row).count();
        self.line = self.line.saturating_add(u32::try_from(n_lines).unwrap_or(u32::MAX));
        self.start += n_bytes;
        let row = row.strip_suffix(b"\n").map_or(row, |row| row.strip_suffix(b"\r").unwrap_or(row));
        Ok(Some((line, Fields { row, separators: &self.separators })))
    }

    /// Finds the separators of the row ahead, and how long it is.
    fn split(&mut self, line: u32) -> Result<usize, ReadError> {
        self.separators.clear();
        let (mut at, mut is_quoted) = (0, false);
        'row: loop {
            let rest = &self.buffer[self.start + at..self.end];
            if is_quoted {
                if let Some(mark) = memchr::memchr(b'"', rest) {
                    (at, is_quoted) = (at + mark + 1, false);
                    continue;
                }
            } else {
                for found in memchr::memchr3_iter(b',', b'\n', b'"', rest) {
                    match rest[found] {
                        b',' => self.separators.push(at + found),
                        b'\n' => return Ok(at + found + 1),
                        _ => {
                            (at, is_quoted) = (at + found + 1, true);
                            continue 'row;
                        }
                    }
                }
            }
            at += rest.len();
            if at > MAX_ROW_BYTES {
                let problem =
                    format!("a row is longer than {MAX_ROW_BYTES} bytes; a quotation mark may be left open").into();
                return Err(ReadError::Format { location: Location::line(&*self.path, line), problem });
            }
            if !self.fill()? {
                return Ok(at);
            }
        }
    }

    /// Reads on; whether there was more.
    fn fill(&mut self) -> Result<bool, ReadError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() < self.end + BLOCK_BYTES {
            self.buffer.resize((self.end + BLOCK_BYTES).max(2 * self.buffer.len()), 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(n_read) => {
                    self.end += n_read;
                    return Ok(n_read > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Input::error(&self.path, error)),
            }
        }
    }
}

impl<'a> Fields<'a> {
    /// How many there are; at least one.
    pub(super) fn len(&self) -> usize {
        self.separators.len() + 1
    }

    /// A field as it is written, quotation marks included.
    pub(super) fn get(&self, column: usize) -> Option<&'a [u8]> {
        self.stretch(column, column)
    }

    /// The bytes from the first to the last of some fields.
    pub(super) fn stretch(&self, first: usize, last: usize) -> Option<&'a [u8]> {
        let start = first.checked_sub(1).map_or(Some(0), |before| Some(self.separators.get(before)? + 1))?;
        let end = self.separators.get(last).copied().or((last == self.separators.len()).then_some(self.row.len()))?;
        self.row.get(start..end)
    }

    /// What a field says: without the marks around it, and with one for two inside. What follows a mark that stands
    /// alone is left as it is written.
    pub(super) fn unescape(&self, column: usize) -> Option<Cow<'a, [u8]>> {
        let written = self.get(column)?;
        let Some(inside) = written.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
            return Some(Cow::Borrowed(written));
        };
        let mut said: Vec<u8> = Vec::new();
        let mut rest = inside;
        while let Some(mark) = memchr::memchr(b'"', rest) {
            said.extend_from_slice(&rest[..=mark]);
            let is_doubled = rest.get(mark + 1) == Some(&b'"');
            rest = &rest[mark + 1 + usize::from(is_doubled)..];
            if !is_doubled {
                break;
            }
        }
        if said.is_empty() {
            return Some(Cow::Borrowed(inside));
        }
        said.extend_from_slice(rest);
        Some(Cow::Owned(said))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn rows(reader: impl Read + 'static) -> Result<Rows, ReadError> {
        Rows::open(Input::of_reader("t", Box::new(std::io::BufReader::with_capacity(16, reader))))
    }

    /// Gives its bytes in small pieces, as a file in another place may.
    struct Dripping(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Dripping {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    #[test]
    fn rows_are_the_same_however_the_bytes_come() {
        let text = "\u{feff}a,b\r\n1,\"x, \"\"y\"\"\"\n\n\r\n2,\"two\nlines\"\r\n3,a\"b,c\"d\n,\n4,\"no end, \n";
        let all = |step: usize| {
            let mut rows = rows(Dripping(std::io::Cursor::new(text.into()), step)).unwrap();
            let mut all = Vec::new();
            while let Some((line, row)) = rows.next_row().unwrap() {
                let fields =
                    (0..row.len()).map(|at| String::from_utf8(row.unescape(at).unwrap().into_owned()).unwrap());
                all.push((line, fields.collect::<Vec<_>>().join("|")));
            }
            all
        };
        let told = [(2, "1|x, \"y\""), (3, "2|two\nlines"), (7, "3|a\"b,c\"d"), (8, "|"), (9, "4|\"no end, ")];
        for step in [1, 2, 3, 7, 1 << 20] {
            assert_eq!(all(step), told.map(|(line, row)| (line, row.to_owned())), "{step} bytes at a time");
        }
    }

    #[test]
    fn a_row_without_end_is_refused_and_a_long_table_is_not() {
        let lines = "x,y\n".repeat(8 << 20);
        let mut rows_of_many = rows(std::io::Cursor::new(lines)).unwrap();
        let mut n_rows = 0;
        while rows_of_many.next_row().unwrap().is_some() {
            n_rows += 1;
        }
        assert_eq!(n_rows, (8 << 20) - 1);
        let mut endless = rows(std::io::Cursor::new("x,y\nx,\"").chain(std::io::repeat(b'x'))).unwrap();
        let error = endless.next_row().unwrap_err().to_string();
        assert_eq!(error, "t:2: a row is longer than 16777216 bytes; a quotation mark may be left open");
        assert!(endless.buffer.len() < 4 * MAX_ROW_BYTES, "{}", endless.buffer.len());
    }
}
