//! Bytes and lines of a data file.
//!
//! gzip is known by its first two bytes, never by a file's name. What comes out is bounded, because a few kilobytes
//! can unpack to gigabytes: the bound counts *output*, the only side that an attacker cannot make small, against the
//! packed bytes read *so far*, so that a bomb of ten megabytes is refused as soon as one of ten kilobytes.

use std::cell::Cell;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use crate::ingest::ReadError;
use crate::ingest::hashed::Hashed;
use crate::location::Location;

/// A file to read, unpacked and bounded.
pub struct Input {
    path: Box<str>,
    reader: Box<dyn BufRead>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Input").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The beginning of a file may unpack to this much whatever its ratio.
const ALWAYS_ALLOWED_BYTES: u64 = 16 << 20;
/// gzip reaches a thousand; ontologies and tables stay below twenty.
const MAX_RATIO: u64 = 200;
const MAX_LINE_BYTES: usize = 16 << 20;

impl Input {
    /// Opens a file; gzip is unpacked as it is read.
    ///
    /// # Errors
    ///
    /// [`ReadError::Io`].
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::hashed(path).map(|(input, _)| input)
    }

    /// Opens a file whose bytes are hashed as they are read, so that what was hashed is what was read.
    pub(super) fn hashed(path: &Path) -> Result<(Self, Hashed), ReadError> {
        let shown = super::display(path);
        let io = |error| ReadError::Io { path: shown.clone(), error };
        let mut file = File::open(path).map_err(io)?;
        let size_bytes = file.metadata().map_err(io)?.len();
        let mut magic = [0_u8; 2];
        let n_read = file.read(&mut magic).map_err(io)?;
        file.rewind().map_err(io)?;
        let hashed = Hashed::new(file, size_bytes);
        let plain = BufReader::with_capacity(1 << 18, hashed.clone());
        let reader: Box<dyn BufRead> = if n_read == 2 && magic == [0x1f, 0x8b] {
            Box::new(BufReader::with_capacity(1 << 16, Bounded::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok((Self { path: shown, reader }, hashed))
    }

    /// Bytes in memory, named for messages; gzip is unpacked here too.
    pub fn of_bytes(path: &str, bytes: Vec<u8>) -> Self {
        let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
        let plain = std::io::Cursor::new(bytes);
        let reader: Box<dyn BufRead> =
            if is_gzip { Box::new(BufReader::new(Bounded::new(plain))) } else { Box::new(plain) };
        Self { path: path.into(), reader }
    }

    /// What is left of a file that was opened before.
    pub(super) fn of_reader(path: &str, reader: Box<dyn BufRead>) -> Self {
        Self { path: path.into(), reader }
    }

    /// The path as the user would name it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The unpacked bytes, for readers that do not go by lines.
    pub fn into_reader(self) -> Box<dyn BufRead> {
        self.reader
    }

    /// The lines, without their ends.
    pub fn into_lines(self) -> Lines {
        Lines { path: self.path, reader: self.reader, buffer: Vec::new(), text: String::new(), line: 0 }
    }

    /// Turns an I/O error met while reading into one that says what it means.
    pub(super) fn error(path: &str, error: std::io::Error) -> ReadError {
        use std::io::ErrorKind;
        match (too_large(&error), error.kind()) {
            (Some(limit_bytes), _) => ReadError::Bomb { path: path.into(), limit_bytes },
            // Only unpacking says these of bytes that are there.
            (None, ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput) => {
                ReadError::Damaged { path: path.into(), error }
            }
            (None, _) => ReadError::Io { path: path.into(), error },
        }
    }
}

/// The lines of a file, numbered from 1. A byte-order mark and carriage returns are dropped.
pub struct Lines {
    path: Box<str>,
    reader: Box<dyn BufRead>,
    buffer: Vec<u8>,
    text: String,
    line: u32,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Lines").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}

impl Lines {
    /// The next line and its number; `None` at the end. A line that is no text comes as `Err` with its number, so
    /// that a reader can quarantine it and go on.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file cannot be read on.
    #[expect(clippy::type_complexity, reason = "a line may be text or not, and the file may end or fail")]
    pub fn next_line(&mut self) -> Result<Option<(u32, Result<&str, BadLine>)>, ReadError> {
        self.buffer.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.buffer);
        let n_read = read.map_err(|error| Input::error(&self.path, error))?;
        if n_read == 0 {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        if n_read > MAX_LINE_BYTES {
            let location = Location::line(self.path.clone(), self.line);
            return Err(ReadError::LongLine { location, limit_bytes: MAX_LINE_BYTES });
        }
        let mut bytes = self.buffer.as_slice();
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if self.line == 1 {
            refuse_foreign(&self.path, bytes)?;
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(_) if memchr::memchr(0, bytes).is_some() => Err(BadLine::Nul),
            Ok(text) => {
                self.text.clear();
                self.text.push_str(text);
                Ok(self.text.as_str())
            }
            Err(_) => Err(BadLine::NotUtf8),
        };
        Ok(Some((self.line, text)))
    }

    /// The path as the user would name it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// An error about a line of this file as a whole.
    pub fn format_error(&self, line: u32, problem: impl Into<Box<str>>) -> ReadError {
        ReadError::Format { location: Location::line(self.path.clone(), line), problem: problem.into() }
    }
}

/// Why the bytes of a line are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadLine {
    /// They are of another encoding.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// One of them is 0, which no text holds.
    #[error("the line holds a NUL byte")]
    Nul,
}

/// First bytes that tell a packing or an encoding that is not read, and the cure.
const FOREIGN: [(&[u8], &str); 5] = [
    (b"\xff\xfe", "the file is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "the file is UTF-16; save it as UTF-8"),
    (b"\xfd7zXZ", "the file is packed with xz, which is not read; unpack it with `unxz`, or pack it with `gzip`"),
    (
        b"\x28\xb5\x2f\xfd",
        "the file is packed with zstd, which is not read; unpack it with `unzstd`, or pack it with `gzip`",
    ),
    (b"PK\x03\x04", "the file is a zip archive, which is not read; unpack it with `unzip`"),
];

const BZIP2: &str =
    "the file is packed with bzip2, which is not read; unpack it with `bunzip2`, or pack it with `gzip`";

/// Refuses a file that starts as one of another encoding or packing does.
pub(super) fn refuse_foreign(path: &str, start: &[u8]) -> Result<(), ReadError> {
    // Between its two magic numbers bzip2 has a digit, the size of its blocks.
    let is_bzip2 = start.starts_with(b"BZh") && start.get(4..).is_some_and(|rest| rest.starts_with(b"1AY&SY"));
    let known = FOREIGN.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, problem)| *problem);
    match known.or(is_bzip2.then_some(BZIP2)) {
        Some(problem) => Err(ReadError::Format { location: Location::line(path, 1), problem: problem.into() }),
        None => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unpacks to more than {limit_bytes} bytes")]
struct TooLarge {
    limit_bytes: u64,
}

/// The bound that was passed, if that is the error, however many readers have wrapped it.
fn too_large(error: &std::io::Error) -> Option<u64> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(inner) = cause {
        if let Some(TooLarge { limit_bytes }) = inner.downcast_ref() {
            return Some(*limit_bytes);
        }
        // An I/O error passes over what it holds when it is asked for its source.
        cause = match inner.downcast_ref::<std::io::Error>() {
            Some(error) => error.get_ref().map(|inner| inner as _),
            None => inner.source(),
        };
    }
    None
}

/// Unpacks as long as what comes out is in proportion to what went in.
struct Bounded<R> {
    inner: MultiGzDecoder<Metered<R>>,
    n_packed: Rc<Cell<u64>>,
    n_unpacked: u64,
}

impl<R: BufRead> Bounded<R> {
    fn new(packed: R) -> Self {
        let n_packed = Rc::new(Cell::new(0));
        let inner = MultiGzDecoder::new(Metered { inner: packed, n_read: Rc::clone(&n_packed) });
        Self { inner, n_packed, n_unpacked: 0 }
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.n_unpacked = self.n_unpacked.saturating_add(n_read as u64);
        let limit_bytes = ALWAYS_ALLOWED_BYTES.max(self.n_packed.get().saturating_mul(MAX_RATIO));
        if self.n_unpacked > limit_bytes {
            return Err(std::io::Error::other(TooLarge { limit_bytes }));
        }
        Ok(n_read)
    }
}

/// Counts what is read.
struct Metered<R> {
    inner: R,
    n_read: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.n_read.set(self.n_read.get().saturating_add(n_read as u64));
        Ok(n_read)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n_bytes: usize) {
        self.n_read.set(self.n_read.get().saturating_add(n_bytes as u64));
        self.inner.consume(n_bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(u32, Result<String, BadLine>)> {
        let mut lines = Input::of_bytes("a.tsv", bytes.to_vec()).into_lines();
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next_line().unwrap() {
            all.push((number, line.map(str::to_owned)));
        }
        all
    }

    #[test]
    fn marks_and_carriage_returns_are_dropped() {
        assert_eq!(lines(b"\xef\xbb\xbfa\r\n\nb"), [(1, Ok("a".into())), (2, Ok("".into())), (3, Ok("b".into()))]);
    }

    #[test]
    fn a_line_that_is_no_utf8_does_not_end_the_file() {
        assert_eq!(lines(b"a\n\xff\nb\n")[1..], [(2, Err(BadLine::NotUtf8)), (3, Ok("b".into()))]);
    }

    #[test]
    fn a_line_with_a_nul_byte_is_no_text() {
        assert_eq!(lines(b"a\n\0\n")[1..], [(2, Err(BadLine::Nul))]);
    }

    #[test]
    fn a_packing_that_is_not_read_is_named_with_its_cure() {
        for (start, cure) in [("BZh91AY&SY", "bunzip2"), ("PK\u{3}\u{4}", "unzip")] {
            let error = Input::of_bytes("a", start.into()).into_lines().next_line().unwrap_err().to_string();
            assert!(error.starts_with("a:1: the file is") && error.contains(cure), "{error}");
        }
    }

    /// Blank lines, packed; `n_members` times one after the other.
    fn bomb(n_members: usize) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let blank = vec![b'\n'; 1 << 20];
        for _ in 0..20 {
            packer.write_all(&blank).unwrap();
        }
        packer.finish().unwrap().repeat(n_members)
    }

    #[test]
    fn what_unpacks_without_end_is_refused_however_large_it_is() {
        for n_members in [1, 500] {
            let mut lines = Input::of_bytes("bomb.gz", bomb(n_members)).into_lines();
            let mut n_lines = 0_u32;
            let error = loop {
                match lines.next_line() {
                    Ok(Some(_)) => n_lines += 1,
                    Ok(None) => panic!("the bomb was read to its end"),
                    Err(error) => break error,
                }
            };
            assert!(error.to_string().starts_with("bomb.gz: unpacks to more than 16777216 bytes"), "{error}");
            assert!(n_lines <= 16 << 20, "{n_lines} lines of {n_members} members were read");
        }
    }

    #[test]
    fn what_is_packed_as_tightly_as_data_is_read_to_its_end() {
        // 200 different lines over and over: 60 to 1, and longer than is allowed without a question.
        let lines: String = (0..200_u32).map(|n| format!("{:x}\n", n.wrapping_mul(2_654_435_761))).collect();
        let text = lines.repeat((20 << 20) / lines.len());
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        let mut unpacked = Vec::new();
        let packed = packer.finish().unwrap();
        assert!((20..200).contains(&(text.len() / packed.len())), "{} to one", text.len() / packed.len());
        Input::of_bytes("a.gz", packed).into_reader().read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked.len(), text.len());
    }
}
