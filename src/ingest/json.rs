//! JSON records out of a file that is not held in memory.
//!
//! serde_json finds the records; what it leaves to its user is here: the line on which each begins, which it tells of
//! errors only, and a bound on the length of each, so that a hostile file costs no more than an honest one. A record is
//! kept as text, so that one which is not as it should be is one record in quarantine and not the end of the file.
//! Nothing here recurses: what is skipped is skipped flat, and what is kept is parsed into types that do not nest.

use std::cell::Cell;
use std::io::BufRead;
use std::io::Read;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::DeserializeSeed;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::input::refuse_foreign;
use crate::location::Location;

/// One record, or one key.
const MAX_RECORD_BYTES: usize = 16 << 20;

/// A record as text, and the line on which it begins, from 1.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) line: u32,
    text: Box<RawValue>,
}

impl Record {
    /// What it says.
    ///
    /// # Errors
    ///
    /// The line and what is wrong there.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, (u32, String)> {
        serde_json::from_str(self.text.get()).map_err(|error| {
            let below = u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
            (self.line.saturating_add(below), told(&error))
        })
    }
}

/// Where a parser is in its file, and how much it may still read before the record has to end.
#[derive(Debug, Clone)]
pub(super) struct Watch(Rc<State>);

#[derive(Debug)]
struct State {
    line: Cell<u32>,
    left: Cell<usize>,
}

impl Watch {
    /// The next value, whatever it is, as a record.
    pub(super) fn record(&self) -> impl for<'de> DeserializeSeed<'de, Value = Record> {
        RecordSeed(self.clone())
    }

    /// The next value is passed over; it costs no memory, so that it may be of any length.
    pub(super) fn skipped(&self) -> impl for<'de> DeserializeSeed<'de, Value = ()> {
        SkipSeed(self.clone())
    }

    fn begin(&self) {
        self.0.left.set(MAX_RECORD_BYTES);
    }
}

struct RecordSeed(Watch);

impl<'de> DeserializeSeed<'de> for RecordSeed {
    type Value = Record;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Record, D::Error> {
        self.0.begin();
        // The parser has looked at the first byte of the value and no further.
        let line = self.0.0.line.get();
        let text = Box::<RawValue>::deserialize(deserializer)?;
        self.0.begin();
        Ok(Record { line, text })
    }
}

struct SkipSeed(Watch);

impl<'de> DeserializeSeed<'de> for SkipSeed {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.0.left.set(usize::MAX);
        IgnoredAny::deserialize(deserializer)?;
        self.0.begin();
        Ok(())
    }
}

/// Reads a file as one JSON value. `what` says what the file is not, if the value is another.
///
/// # Errors
///
/// [`ReadError`] with line and column where the JSON is broken, cut, or over a bound.
pub(super) fn read<'a, S, T>(input: Input, what: &str, seed: impl FnOnce(Watch) -> S) -> Result<T, ReadError>
where
    S: DeserializeSeed<'a, Value = T>,
{
    let path: Box<str> = input.path().into();
    let mut inner = input.into_reader();
    let start = inner.fill_buf().map_err(|error| Input::error(&path, error))?;
    refuse_foreign(&path, start)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        inner.consume(3);
    }
    let watch = Watch(Rc::new(State { line: Cell::new(1), left: Cell::new(MAX_RECORD_BYTES) }));
    let watched = Watched { inner, buffer: Vec::new(), at: 0, watch: watch.clone() };
    let mut deserializer = serde_json::Deserializer::from_reader(watched);
    let value = seed(watch.clone()).deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let format = |location, problem: String| ReadError::Format { location, problem: problem.into() };
        if error.is_io() && watch.0.left.get() == 0 {
            let location = Location::line(path.clone(), watch.0.line.get());
            return format(location, format!("a value is longer than {MAX_RECORD_BYTES} bytes"));
        }
        if error.is_io() {
            return Input::error(&path, error.into());
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let line = Location::line(path.clone(), number(error.line()));
        let location = if error.column() == 0 { line } else { line.at_column(number(error.column())) };
        let problem = if error.is_data() { what } else { "the JSON is broken" };
        format(location, format!("{problem}: {}", told(&error)))
    })
}

/// What serde_json says, without the place, which is told in our own way.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    // A message may quote what it did not expect.
    let shown: String = text.chars().take(300).collect();
    crate::finding::printable(&shown)
}

/// Gives bytes one at a time, so that the line is that of the byte which the parser is looking at.
struct Watched {
    inner: Box<dyn BufRead>,
    buffer: Vec<u8>,
    at: usize,
    watch: Watch,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.buffer.len() {
            let available = self.inner.fill_buf()?;
            self.buffer.clear();
            self.buffer.extend_from_slice(available);
            self.at = 0;
            let n_read = self.buffer.len();
            self.inner.consume(n_read);
        }
        let (Some(&byte), Some(first)) = (self.buffer.get(self.at), into.first_mut()) else { return Ok(0) };
        let state = &self.watch.0;
        if state.left.get() == 0 {
            return Err(std::io::Error::other("too long"));
        }
        state.left.set(state.left.get() - 1);
        if byte == b'\n' {
            state.line.set(state.line.get().saturating_add(1));
        }
        *first = byte;
        self.at += 1;
        Ok(1)
    }
}
