//! Rows of a CSV file at the speed of memory, each with its line.

use std::cell::Cell;
use std::io::BufRead;
use std::rc::Rc;

use simd_csv::ZeroCopyByteRecord;
use simd_csv::ZeroCopyReader;
use simd_csv::ZeroCopyReaderBuilder;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::primekg::guard::Guard;
use crate::ingest::primekg::guard::LongRow;
use crate::location::Location;

/// The rows below a header.
pub(super) struct Rows {
    path: Box<str>,
    reader: ZeroCopyReader<Guard<Box<dyn BufRead>>>,
    used: Rc<Cell<u64>>,
    names: Vec<Box<str>>,
    /// The line that starts at `start`.
    line: u32,
    start: u64,
    /// Bytes and lines of the row that was given last, without its end.
    last: (u64, u32),
    /// Bytes that end a line.
    end_bytes: u64,
}

/// A row with its line. One that follows blank lines has the line of the first of them.
pub(super) type Row<'a> = (u32, ZeroCopyByteRecord<'a>);

impl Rows {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`ReadError::Format`] if there is none, or it is no text.
    pub(super) fn open(input: Input) -> Result<Self, ReadError> {
        let path: Box<str> = input.path().into();
        let (guard, used) = Guard::new(input.into_reader());
        let mut builder = ZeroCopyReaderBuilder::new();
        let mut reader = builder.flexible(true).buffer_capacity(1 << 18).from_reader(guard);
        let header = reader.byte_headers().map_err(|error| broken(&path, 1, error))?;
        let texts = header.iter().map(|name| std::str::from_utf8(name).map(|name| name.trim_start_matches('\u{feff}')));
        let names: Vec<Box<str>> = texts.map(|name| name.map(Box::from)).collect::<Result<_, _>>().map_err(|_| {
            ReadError::Format { location: Location::line(&*path, 1), problem: "the header is no UTF-8 text".into() }
        })?;
        if names.iter().all(|name| name.is_empty()) {
            let problem = "the file is empty; the first line of a table names its columns".into();
            return Err(ReadError::Format { location: Location::line(&*path, 1), problem });
        }
        let header_bytes = (header.as_slice().len() + header.len()).saturating_sub(1) as u64;
        let start = reader.position();
        // A header in quotes or behind a byte-order mark is longer than its text; no file that PrimeKG writes has one.
        let end_bytes = if start.saturating_sub(header_bytes) == 2 { 2 } else { 1 };
        Ok(Self { path, reader, used, names, line: 2, start, last: (0, 0), end_bytes })
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

    /// The next row; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file cannot be read on.
    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let now = self.reader.position();
        let (bytes, lines) = self.last;
        if lines > 0 {
            // Blank lines are passed over by the reader; only their bytes show.
            let blank_bytes = (now - self.start).saturating_sub(bytes + self.end_bytes);
            let n_blank = u32::try_from(blank_bytes / self.end_bytes).unwrap_or(0);
            self.line = self.line.saturating_add(lines + n_blank);
        }
        self.start = now;
        self.used.set(now);
        let (path, line) = (&self.path, self.line);
        let Some(record) = self.reader.read_byte_record().map_err(|error| broken(path, line, error))? else {
            return Ok(None);
        };
        let slice = record.as_slice();
        let more_lines = memchr::memchr_iter(b'\n', slice).count();
        self.last = (slice.len() as u64, 1 + u32::try_from(more_lines).unwrap_or(0));
        Ok(Some((line, record)))
    }
}

fn broken(path: &str, line: u32, error: simd_csv::Error) -> ReadError {
    let problem = match error.into_kind() {
        simd_csv::ErrorKind::Io(error)
            if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<LongRow>) =>
        {
            error.to_string()
        }
        simd_csv::ErrorKind::Io(error) => return Input::error(path, error),
        other => format!("{other:?}"),
    };
    ReadError::Format { location: Location::line(path, line), problem: problem.into() }
}
