//! A bound on how much of a table may wait for its closing quotation mark.
//!
//! A CSV reader that meets a lone `"` takes everything up to the next one for a single field, and keeps it in memory.
//! Here reading stops once more is buffered than any row is long.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// No row of a table is longer.
const MAX_ROW_BYTES: u64 = 16 << 20;

/// Hands bytes on until too many are unused.
pub(super) struct Guard<R> {
    inner: R,
    handed_on: u64,
    used: Rc<Cell<u64>>,
}

/// The row is longer than any row is.
#[derive(Debug, thiserror::Error)]
#[error("a row is longer than {MAX_ROW_BYTES} bytes; a quotation mark may be left open")]
pub(super) struct LongRow;

impl<R: Read> Guard<R> {
    /// A guard, and where its user says up to which byte rows have been taken.
    pub(super) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let used = Rc::new(Cell::new(0));
        (Self { inner, handed_on: 0, used: Rc::clone(&used) }, used)
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.handed_on.saturating_sub(self.used.get()) > MAX_ROW_BYTES + buffer.len() as u64 {
            return Err(std::io::Error::other(LongRow));
        }
        let n_read = self.inner.read(buffer)?;
        self.handed_on += n_read as u64;
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_end_is_refused_and_a_long_table_is_not() {
        let mut buffer = vec![0; 1 << 20];
        let (mut guard, used) = Guard::new(std::io::repeat(b'x'));
        for _ in 0..64 {
            let n_read = guard.read(&mut buffer).unwrap() as u64;
            used.set(used.get() + n_read);
        }
        let error = std::iter::repeat_with(|| guard.read(&mut buffer)).take(64).find_map(Result::err).unwrap();
        assert!(error.to_string().contains("a quotation mark may be left open"), "{error}");
    }
}
