//! Tables whose fields may stand in double quotes: CSV, and tab-separated reports that quote every value.
//!
//! A quoted field may hold the delimiter and line ends, so a row is not a line; the `csv` crate knows where each
//! ends. What it does not know is when to stop: a quotation mark that is never closed makes one row of the rest of
//! the file, so rows are bounded here.

use std::cell::Cell;
use std::io::BufRead;
use std::io::Read;
use std::rc::Rc;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::input::BadLine;
use crate::ingest::input::refuse_foreign;
use crate::location::Location;

const MAX_ROW_BYTES: usize = 16 << 20;

/// A quoted table, read row by row.
pub(super) struct Quoted {
    path: Box<str>,
    reader: csv::Reader<Guarded>,
    left: Rc<Cell<usize>>,
    names: Vec<Box<str>>,
    header_line: u32,
    bytes: csv::ByteRecord,
    row: csv::StringRecord,
}

impl Quoted {
    /// Reads the header.
    pub(super) fn open(input: Input, delimiter: u8, quotes: bool, comment: Option<char>) -> Result<Self, ReadError> {
        let path: Box<str> = input.path().into();
        let mut bytes = input.into_reader();
        let start = bytes.fill_buf().map_err(|error| Input::error(&path, error))?;
        refuse_foreign(&path, start)?;
        let left = Rc::new(Cell::new(MAX_ROW_BYTES));
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quotes)
            .comment(comment.and_then(|comment| u8::try_from(comment).ok()))
            .has_headers(false)
            .flexible(true)
            .from_reader(Guarded { inner: bytes, left: Rc::clone(&left) });
        let (bytes, row) = (csv::ByteRecord::new(), csv::StringRecord::new());
        let mut table = Self { path, reader, left, names: Vec::new(), header_line: 1, bytes, row };
        match table.next_record()? {
            Some((line, Ok(()))) => {
                table.header_line = line;
                table.names = table.row.iter().map(|name| name.trim().into()).collect();
                Ok(table)
            }
            Some((line, Err(bad))) => Err(table.at(line, format!("{bad}; the first line names the columns"))),
            None => Err(table.at(1, "the file is empty; its first line names the columns".to_owned())),
        }
    }

    pub(super) fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// Where the names of the columns stand.
    pub(super) fn header(&self) -> Location {
        Location::line(self.path.clone(), self.header_line)
    }

    pub(super) fn next_row(&mut self, sink: &mut Sink<'_>) -> Result<Option<u32>, ReadError> {
        while let Some((line, read)) = self.next_record()? {
            match read {
                Ok(()) if self.row.len() == self.names.len() => return Ok(Some(line)),
                Ok(()) => {
                    let (found, expected) = (self.row.len(), self.names.len());
                    let is_torn = self.row.iter().any(|field| field.contains('\n'));
                    let why = if is_torn { "; a quotation mark in it may not be closed" } else { "" };
                    sink.quarantine(line, format!("the row has {found} fields, the header {expected}{why}"));
                }
                Err(bad) => sink.quarantine(line, bad),
            }
        }
        Ok(None)
    }

    pub(super) fn field(&self, column: usize) -> &str {
        self.row.get(column).unwrap_or("").trim()
    }

    /// The line on which the next record begins, and whether it is text.
    #[expect(clippy::type_complexity, reason = "a record may be text or not, and the file may end or fail")]
    fn next_record(&mut self) -> Result<Option<(u32, Result<(), BadLine>)>, ReadError> {
        self.left.set(MAX_ROW_BYTES);
        let before = self.reader.position().line();
        let line_of = |line: u64| u32::try_from(line).unwrap_or(u32::MAX);
        match self.reader.read_byte_record(&mut self.bytes) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => {
                let location = Location::line(self.path.clone(), line_of(before));
                return Err(match error.into_kind() {
                    csv::ErrorKind::Io(_) if self.left.get() == 0 => {
                        ReadError::LongLine { location, limit_bytes: MAX_ROW_BYTES }
                    }
                    csv::ErrorKind::Io(error) => Input::error(&self.path, error),
                    other => ReadError::Format { location, problem: format!("{other:?}").into() },
                });
            }
        }
        let line = line_of(self.bytes.position().map_or(before, csv::Position::line));
        if memchr::memchr(0, self.bytes.as_slice()).is_some() {
            return Ok(Some((line, Err(BadLine::Nul))));
        }
        let bytes = std::mem::take(&mut self.bytes);
        let text = csv::StringRecord::from_byte_record(bytes);
        Ok(Some(match text {
            Ok(row) => {
                self.bytes = std::mem::replace(&mut self.row, row).into_byte_record();
                (line, Ok(()))
            }
            Err(_) => (line, Err(BadLine::NotUtf8)),
        }))
    }

    fn at(&self, line: u32, problem: String) -> ReadError {
        ReadError::Format { location: Location::line(self.path.clone(), line), problem: problem.into() }
    }
}

/// Bytes that end with an error where a row is longer than any row is.
struct Guarded {
    inner: Box<dyn BufRead>,
    left: Rc<Cell<usize>>,
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        let left = self.left.get().saturating_sub(n_read);
        self.left.set(left);
        if left == 0 { Err(std::io::Error::other("the row does not end")) } else { Ok(n_read) }
    }
}
