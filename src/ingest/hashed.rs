//! A file whose bytes are hashed as they are read, so that what was hashed is what was read.
//!
//! Hashing takes as long as splitting a table into its fields. Where there is a second thread to work with, it reads
//! and hashes a few blocks ahead of whoever takes the bytes; of a small file that would cost more than it saves.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::rc::Rc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use sha2::Digest;
use sha2::Sha256;

/// Files below this are read and hashed in place.
const WORTH_A_THREAD_BYTES: u64 = 8 << 20;
const BLOCK_BYTES: usize = 1 << 18;
/// So many blocks wait to be taken.
const MAX_WAITING: usize = 4;

/// A file, and the hash of what was read of it.
#[derive(Clone)]
pub(super) struct Hashed(Rc<RefCell<Source>>);

enum Source {
    /// Read where it is asked for.
    Here(File, Sha256),
    /// Read ahead.
    Ahead(Ahead),
}

impl Hashed {
    /// A file of a size, from its beginning.
    pub(super) fn new(file: File, size_bytes: u64) -> Self {
        let is_worth_it = size_bytes >= WORTH_A_THREAD_BYTES && rayon::current_num_threads() > 1;
        Self::of(if is_worth_it { Source::Ahead(Ahead::new(file)) } else { Source::Here(file, Sha256::new()) })
    }

    fn of(source: Source) -> Self {
        Self(Rc::new(RefCell::new(source)))
    }

    /// SHA-256 of the whole file, in hex: what no one wanted to read is read now.
    pub(super) fn finish(mut self) -> std::io::Result<Box<str>> {
        std::io::copy(&mut self, &mut std::io::sink())?;
        let hasher = match &mut *self.0.borrow_mut() {
            Source::Here(_, hasher) => hasher.clone(),
            Source::Ahead(ahead) => ahead.finish()?,
        };
        Ok(crate::seed::hex(&hasher.finalize()).into())
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match &mut *self.0.borrow_mut() {
            Source::Here(file, hasher) => {
                let n_read = file.read(buffer)?;
                hasher.update(&buffer[..n_read]);
                Ok(n_read)
            }
            Source::Ahead(ahead) => ahead.read(buffer),
        }
    }
}

/// A thread that reads and hashes, and the blocks that it hands over.
struct Ahead {
    blocks: Receiver<std::io::Result<Vec<u8>>>,
    /// Where blocks go back to be filled again.
    used: SyncSender<Vec<u8>>,
    block: Vec<u8>,
    n_taken: usize,
    /// What it gives when it has read everything.
    hasher: Option<JoinHandle<std::io::Result<Sha256>>>,
}

impl Ahead {
    fn new(file: impl Read + Send + 'static) -> Self {
        let (filled, blocks) = sync_channel(MAX_WAITING);
        let (used, empty) = sync_channel(MAX_WAITING + 2);
        let hasher = std::thread::spawn(move || hash_all(file, &filled, &empty));
        Self { blocks, used, block: Vec::new(), n_taken: 0, hasher: Some(hasher) }
    }

    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.n_taken == self.block.len() {
            // The thread ends the channel at the end of the file, or behind an error.
            let Ok(next) = self.blocks.recv() else { return Ok(0) };
            let used = std::mem::replace(&mut self.block, next?);
            self.n_taken = 0;
            // A thread that has ended needs no more blocks.
            let _ = self.used.try_send(used);
        }
        let n_read = buffer.len().min(self.block.len() - self.n_taken);
        buffer[..n_read].copy_from_slice(&self.block[self.n_taken..self.n_taken + n_read]);
        self.n_taken += n_read;
        Ok(n_read)
    }

    fn finish(&mut self) -> std::io::Result<Sha256> {
        let ended = self.hasher.take().and_then(|hasher| hasher.join().ok());
        ended.unwrap_or_else(|| Err(std::io::Error::other("hashing was broken off")))
    }
}

/// Reads a file to its end, or to the first error, which is handed over too.
fn hash_all(
    mut file: impl Read,
    filled: &SyncSender<std::io::Result<Vec<u8>>>,
    empty: &Receiver<Vec<u8>>,
) -> std::io::Result<Sha256> {
    let mut hasher = Sha256::new();
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(BLOCK_BYTES, 0);
        match file.read(&mut block) {
            Ok(0) => return Ok(hasher),
            Ok(n_read) => {
                block.truncate(n_read);
                hasher.update(&block);
                if filled.send(Ok(block)).is_err() {
                    return Ok(hasher);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let same = error.raw_os_error().map(std::io::Error::from_raw_os_error);
                let same = same.unwrap_or_else(|| error.kind().into());
                // Nobody waits for it where reading was given up altogether.
                let _ = filled.send(Err(error));
                return Err(same);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes a few at a time, and then fails.
    struct Failing(Vec<u8>);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n_read = buffer.len().min(self.0.len()).min(1_000);
            if n_read == 0 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            buffer[..n_read].copy_from_slice(&self.0[..n_read]);
            self.0.drain(..n_read);
            Ok(n_read)
        }
    }

    fn file(bytes: &[u8]) -> File {
        use std::io::Seek as _;
        use std::io::Write as _;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn a_file_is_the_same_whoever_reads_it() {
        let bytes: Vec<u8> = (0..3_000_001_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let expected = crate::seed::hex(&Sha256::digest(&bytes));
        for n_wanted in [0, 1_000_000, bytes.len()] {
            for is_ahead in [false, true] {
                let here = Source::Here(file(&bytes), Sha256::new());
                let source = if is_ahead { Source::Ahead(Ahead::new(file(&bytes))) } else { here };
                let hashed = Hashed::of(source);
                let mut taken = Vec::new();
                hashed.clone().take(n_wanted as u64).read_to_end(&mut taken).unwrap();
                assert!(taken == bytes[..n_wanted], "the first {n_wanted} bytes, ahead: {is_ahead}");
                assert_eq!(*hashed.finish().unwrap(), *expected, "{n_wanted} bytes taken, ahead: {is_ahead}");
            }
        }
    }

    #[test]
    fn an_error_comes_where_it_is_met() {
        let mut hashed = Hashed::of(Source::Ahead(Ahead::new(Failing(vec![7; 2_500]))));
        let mut taken = Vec::new();
        assert_eq!(hashed.read_to_end(&mut taken).unwrap_err().to_string(), "the disk is gone");
        assert_eq!(taken, [7; 2_500]);
        assert!(hashed.finish().is_err(), "a file that cannot be read has no hash, though its error was told");
        let hashed = Hashed::of(Source::Ahead(Ahead::new(Failing(vec![7; 2_500]))));
        assert!(hashed.finish().is_err(), "… or was not");
    }
}
