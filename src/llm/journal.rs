//! Every answer, on disk before it is used.
//!
//! The file only grows. It opens with a line that says what it is; then come frames: four bytes of length, four bytes of
//! CRC-32 (both little-endian), and so many bytes of JSON. A run that is killed leaves at most one frame unfinished, at
//! the end: it is cut off, and what was cut is kept beside the journal. Damage anywhere else is an error, because behind
//! it stand replies that were paid for.
//!
//! A request may have several answers, one for each try; they stand in the order of tries. No text of a prompt, no
//! address and no key is in the file, so it can be passed on with the data set whose replies it holds.
//!
//! An answer is written when it arrives, which outlasts the end of the program, and synced to disk every 64 answers and
//! at the end of each batch of prompts, which outlasts the end of the machine.

use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::Serialize;

use crate::llm::answer::Answer;
use crate::llm::error::JournalError;
use crate::llm::request::Key;

/// The first line of a journal.
const HEADER: &[u8] = b"thinkpath replies 1\n";
/// Length and checksum.
const FRAME_HEAD: usize = 8;
/// No answer is longer: what a server may send is bounded far below.
const MAX_FRAME: u32 = 64 << 20;
/// So many answers are synced at once.
const SYNC_EVERY: u32 = 64;

/// A journal that is open.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Where the next frame goes.
    end: u64,
    /// Where the answers to each request stand, in the order of tries.
    places: IndexMap<Key, Vec<Place>>,
    n_unsynced: u32,
    n_cut: u64,
    is_writable: bool,
}

/// Where the JSON of a frame stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    length: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    key: String,
    answer: &'a Answer,
}

#[derive(Deserialize)]
struct Entry {
    key: Box<str>,
    answer: Answer,
}

/// Why a scan ends before the end of the file.
enum Flaw {
    /// The last frame was not finished.
    Torn,
    /// Bytes have changed.
    Damaged(&'static str),
}

impl Journal {
    /// Opens a journal to go on with it, or begins one.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if another run writes to it, if it is something else, or if it is damaged before its end.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(JournalError::io(path))?;
        }
        let mut options = File::options();
        let opened = options.create(true).truncate(false).read(true).write(true).open(path);
        let file = opened.map_err(JournalError::io(path))?;
        lock(&file, path)?;
        let mut journal = Self::scan(path, file, true)?;
        journal.cut()?;
        Ok(journal)
    }

    /// Opens a journal that is only read; an unfinished frame at its end is passed over.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if there is none, if it is something else, or if it is damaged before its end.
    pub fn read(path: &Path) -> Result<Self, JournalError> {
        let file = File::open(path).map_err(JournalError::io(path))?;
        Self::scan(path, file, false)
    }

    /// How many answers it holds.
    pub fn n_answers(&self) -> usize {
        self.places.values().map(Vec::len).sum()
    }

    /// How many bytes of an unfinished frame were cut off its end.
    pub fn n_cut_bytes(&self) -> u64 {
        self.n_cut
    }

    /// The answer to a request on the try of this number, from 0.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the file has changed since it was opened.
    pub fn answer(&mut self, key: Key, number: u32) -> Result<Option<Answer>, JournalError> {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(&place) = self.places.get(&key).and_then(|places| places.get(number)) else { return Ok(None) };
        let mut bytes = vec![0; index(place.length)];
        let read = self.file.seek(SeekFrom::Start(place.offset)).and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(JournalError::io(&self.path))?;
        let entry = entry(&bytes).map_err(|problem| self.damaged(place.offset, problem))?;
        Ok(Some(entry.answer))
    }

    /// Writes the next answer to a request.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`].
    pub fn append(&mut self, key: Key, answer: &Answer) -> Result<(), JournalError> {
        let io = |error| JournalError::Io { path: self.path.as_path().into(), error };
        let json = serde_json::to_vec(&Written { key: key.to_hex(), answer }).map_err(|error| io(error.into()))?;
        let length = u32::try_from(json.len()).ok().filter(|length| *length <= MAX_FRAME);
        let length = length.ok_or_else(|| io(io::Error::from(io::ErrorKind::FileTooLarge)))?;
        let mut frame = Vec::with_capacity(FRAME_HEAD + json.len());
        frame.extend(length.to_le_bytes());
        frame.extend(crc32fast::hash(&json).to_le_bytes());
        frame.extend(json);
        // One call, so that no other than the last frame can be unfinished.
        self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&frame)).map_err(io)?;
        self.places.entry(key).or_default().push(Place { offset: self.end + FRAME_HEAD as u64, length });
        self.end += frame.len() as u64;
        self.n_unsynced += 1;
        if self.n_unsynced >= SYNC_EVERY { self.sync() } else { Ok(()) }
    }

    /// Makes sure that all answers outlast the machine.
    ///
    /// # Errors
    ///
    /// [`JournalError::Io`].
    pub fn sync(&mut self) -> Result<(), JournalError> {
        if self.is_writable && self.n_unsynced > 0 {
            self.file.sync_data().map_err(JournalError::io(&self.path))?;
            self.n_unsynced = 0;
        }
        Ok(())
    }

    fn damaged(&self, offset: u64, problem: &str) -> JournalError {
        JournalError::Damaged { path: self.path.as_path().into(), offset, problem: problem.into() }
    }

    /// Finds every whole frame.
    fn scan(path: &Path, file: File, is_writable: bool) -> Result<Self, JournalError> {
        let size = file.metadata().map_err(JournalError::io(path))?.len();
        let mut journal =
            Self { path: path.to_owned(), file, end: 0, places: IndexMap::new(), n_unsynced: 0, n_cut: 0, is_writable };
        let handle = journal.file.try_clone().map_err(JournalError::io(path))?;
        let mut reader = BufReader::with_capacity(1 << 16, handle);
        let mut header = vec![0; HEADER.len().min(usize::try_from(size).unwrap_or(usize::MAX))];
        reader.read_exact(&mut header).map_err(JournalError::io(path))?;
        if !HEADER.starts_with(&header) {
            return Err(JournalError::Foreign { path: path.into() });
        }
        if header.len() == HEADER.len() {
            journal.end = HEADER.len() as u64;
            while journal.end < size {
                match next(&mut reader, size - journal.end).map_err(JournalError::io(path))? {
                    Ok((key, length)) => {
                        let place = Place { offset: journal.end + FRAME_HEAD as u64, length };
                        journal.places.entry(key).or_default().push(place);
                        journal.end = place.offset + u64::from(length);
                    }
                    Err(Flaw::Torn) => break,
                    Err(Flaw::Damaged(problem)) => return Err(journal.damaged(journal.end, problem)),
                }
            }
        }
        journal.n_cut = size - journal.end;
        Ok(journal)
    }

    /// Cuts an unfinished end off, and keeps it beside the journal; writes the first line if there is none.
    fn cut(&mut self) -> Result<(), JournalError> {
        let path = self.path.clone();
        let io = || JournalError::io(&path);
        if self.n_cut > 0 && self.end > 0 {
            let mut torn = Vec::new();
            self.file.seek(SeekFrom::Start(self.end)).map_err(io())?;
            self.file.read_to_end(&mut torn).map_err(io())?;
            beside(&path, self.end).and_then(|mut made| made.write_all(&torn)).map_err(io())?;
        }
        if self.n_cut > 0 {
            self.file.set_len(self.end).map_err(io())?;
        }
        if self.end == 0 {
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(HEADER)).map_err(io())?;
            self.end = HEADER.len() as u64;
        }
        self.file.sync_all().map_err(io())
    }
}

/// A new file for what is cut off a journal; what was cut off at the same place before is not written over.
fn beside(journal: &Path, end: u64) -> io::Result<File> {
    let mut number = 0_u32;
    loop {
        let mut name = journal.as_os_str().to_owned();
        name.push(format!(".torn-{end}"));
        if number > 0 {
            name.push(format!("-{number}"));
        }
        match File::options().write(true).create_new(true).open(name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number = number.saturating_add(1),
            made => return made,
        }
    }
}

/// Reads the next frame, of which so many bytes are left in the file.
fn next(reader: &mut impl io::Read, left: u64) -> io::Result<Result<(Key, u32), Flaw>> {
    let mut head = [0; FRAME_HEAD];
    if left < FRAME_HEAD as u64 {
        return Ok(Err(Flaw::Torn));
    }
    reader.read_exact(&mut head)?;
    let [a, b, c, d, e, f, g, h] = head;
    let (length, checksum) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    if length == 0 {
        // A file system may lengthen a file before it writes the bytes: then all that follows is zero.
        let mut rest = Vec::new();
        reader.take(left).read_to_end(&mut rest)?;
        let is_blank = checksum == 0 && rest.iter().all(|&byte| byte == 0);
        return Ok(Err(if is_blank { Flaw::Torn } else { Flaw::Damaged("an empty frame") }));
    }
    if length > MAX_FRAME {
        return Ok(Err(Flaw::Damaged("the length of the frame is out of range")));
    }
    let left = left - FRAME_HEAD as u64;
    if u64::from(length) > left {
        let mut rest = Vec::new();
        reader.take(left).read_to_end(&mut rest)?;
        return Ok(Err(torn_unless_followed(&rest, "the length of the frame is wrong")));
    }
    let mut json = vec![0; index(length)];
    reader.read_exact(&mut json)?;
    if crc32fast::hash(&json) != checksum {
        let problem = "the checksum of the frame is wrong";
        let is_last = u64::from(length) == left;
        return Ok(Err(if is_last { torn_unless_followed(&json, problem) } else { Flaw::Damaged(problem) }));
    }
    let key = entry(&json).ok().and_then(|entry| Key::from_hex(&entry.key));
    Ok(key.map(|key| (key, length)).ok_or(Flaw::Damaged("the frame holds no answer")))
}

/// What is wrong with the last frame: it was not finished, unless a whole frame stands in what would be the rest of it.
/// Then it is its length that is wrong, and what follows was paid for.
fn torn_unless_followed(rest: &[u8], problem: &'static str) -> Flaw {
    let number = |at: usize| rest.get(at..at + 4).and_then(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)));
    let is_frame = |json: usize| {
        let head = json.checked_sub(FRAME_HEAD)?;
        let (length, checksum) = (number(head)?, number(head + 4)?);
        let bytes = rest.get(json..json.checked_add(index(length))?)?;
        (crc32fast::hash(bytes) == checksum && entry(bytes).is_ok()).then_some(())
    };
    let is_followed = memchr::memmem::find_iter(rest, b"{\"key\":").any(|json| is_frame(json).is_some());
    if is_followed { Flaw::Damaged(problem) } else { Flaw::Torn }
}

fn entry(json: &[u8]) -> Result<Entry, &'static str> {
    serde_json::from_slice(json).map_err(|_| "the frame holds no answer")
}

fn index(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Keeps other runs out for as long as the file is open.
fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::Busy { path: path.into() }),
        // A file system that knows no locks leaves it to whoever starts runs.
        Err(std::fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(std::fs::TryLockError::Error(error)) => Err(JournalError::io(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn key(number: usize) -> Key {
        Key::from_hex(&format!("{number:064x}")).unwrap()
    }

    fn refused(message: &str) -> Answer {
        Answer::Refused { status: 400, message: message.into() }
    }

    /// A journal of three answers to two requests, and the ends of its frames.
    fn written(path: &Path) -> Vec<u64> {
        let mut journal = Journal::open(path).unwrap();
        let mut ends = vec![journal.end];
        for (number, message) in [(1, "a"), (2, "naïve"), (1, "b")] {
            journal.append(key(number), &refused(message)).unwrap();
            ends.push(journal.end);
        }
        ends
    }

    #[test]
    fn answers_are_found_again_in_the_order_of_tries() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/replies");
        written(&path);
        for mut journal in [Journal::read(&path).unwrap(), Journal::open(&path).unwrap()] {
            let mut answer = |number, tries| journal.answer(key(number), tries).unwrap();
            assert_eq!(answer(1, 0), Some(refused("a")));
            assert_eq!(answer(1, 1), Some(refused("b")));
            assert_eq!((answer(1, 2), answer(3, 0)), (None, None));
        }
    }

    #[test]
    fn a_journal_torn_at_any_byte_keeps_every_whole_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replies");
        let ends = written(&path);
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            let torn = folder.path().join(format!("torn{length}"));
            fs::write(&torn, &whole[..length]).unwrap();
            let n_whole = ends.iter().filter(|end| **end <= length as u64).count().saturating_sub(1);
            let n_left = length as u64 - ends.iter().copied().filter(|end| *end <= length as u64).max().unwrap_or(0);
            assert_eq!(Journal::read(&torn).unwrap().n_answers(), n_whole, "{length}");
            let mut journal = Journal::open(&torn).unwrap();
            assert_eq!((journal.n_answers(), journal.n_cut_bytes()), (n_whole, n_left), "{length}");
            journal.append(key(9), &refused("c")).unwrap();
            drop(journal);
            let mut again = Journal::open(&torn).unwrap();
            assert_eq!((again.n_answers(), again.n_cut_bytes()), (n_whole + 1, 0), "{length}");
            assert_eq!(again.answer(key(9), 0).unwrap(), Some(refused("c")), "{length}");
        }
    }

    #[test]
    fn what_is_cut_is_kept_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replies");
        let ends = written(&path);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        Journal::open(&path).unwrap();
        let start = usize::try_from(ends[2]).unwrap();
        let beside = fs::read(folder.path().join(format!("replies.torn-{start}"))).unwrap();
        assert_eq!(beside, whole[start..whole.len() - 1]);
    }

    #[test]
    fn a_changed_byte_before_the_end_is_told_and_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replies");
        let ends = written(&path);
        let whole = fs::read(&path).unwrap();
        let first = usize::try_from(ends[0]).unwrap();
        for at in first..usize::try_from(ends[1]).unwrap() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let error = Journal::open(&path).unwrap_err();
            assert!(matches!(error, JournalError::Damaged { offset, .. } if offset == ends[0]), "{at}: {error}");
            assert_eq!(fs::read(&path).unwrap(), changed, "{at}");
        }
    }

    #[test]
    fn a_blank_end_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replies");
        written(&path);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend([0; 100]);
        fs::write(&path, bytes).unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!((journal.n_answers(), journal.n_cut_bytes()), (3, 100));
    }

    #[test]
    fn another_file_and_a_busy_journal_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        fs::write(&path, "dear diary, today").unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::Foreign { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"dear diary, today");
        let path = folder.path().join("replies");
        let _open = Journal::open(&path).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::Busy { .. })));
    }
}
