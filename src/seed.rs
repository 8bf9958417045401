//! Randomness that depends on what is drawn, never on who draws it.
//!
//! A draw is a function of the pipeline's seed and of a *name*: section, stratum, index. Threads, shards and crashes
//! cannot change it, because no generator is ever shared. The stream is ChaCha8, whose output is specified and the
//! same on every platform; the key is SHA-256 of seed and name.

use std::io;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The seed of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream for a name; equal names give equal streams.
    ///
    /// The parts of the name are separated, so `["a", "bc"]` and `["ab", "c"]` differ.
    pub fn stream(self, name: &[&str], index: u64) -> Stream {
        let mut hasher = Sha256::new();
        hasher.update(self.0.to_le_bytes());
        for part in name {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(index.to_le_bytes());
        Stream(ChaCha8Rng::from_seed(hasher.finalize().into()))
    }
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, each equally likely (Lemire's multiplication, with rejection); 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        if bound == 0 {
            return 0;
        }
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(bound);
            let low = product & u128::from(u64::MAX);
            if low >= u128::from(threshold) {
                return usize::try_from(product >> 64).unwrap_or(0);
            }
        }
    }

    /// A number in `0.0..1.0`, from 53 random bits.
    pub fn unit(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / 9_007_199_254_740_992.0;
        // 53 bits fit a double exactly.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in a double")]
        let bits = (self.next_u64() >> 11) as f64;
        bits * SCALE
    }

    /// An element, each equally likely; `None` of an empty slice.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.below(among.len()))
    }

    /// The position of a weight, with a chance in proportion to it; `None` unless some weight is positive.
    pub fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().filter(|weight| **weight > 0.0).sum();
        if total <= 0.0 || !total.is_finite() {
            return None;
        }
        let mut left = self.unit() * total;
        let mut last = None;
        for (position, &weight) in weights.iter().enumerate() {
            if weight > 0.0 {
                last = Some(position);
                left -= weight;
                if left < 0.0 {
                    break;
                }
            }
        }
        last
    }

    /// The position of a weight, given the running sums of all weights: as [`Stream::weighted`], for weights that are
    /// drawn from many times. O(log n).
    pub fn weighted_by_sums(&mut self, sums: &[f64]) -> Option<usize> {
        let total = sums.last().copied().filter(|total| *total > 0.0 && total.is_finite())?;
        let drawn = self.unit() * total;
        Some(sums.partition_point(|sum| *sum <= drawn).min(sums.len() - 1))
    }

    /// Shuffles in place (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Bytes as lower-case hexadecimal digits, the way every hash is written here.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |value: u8| DIGITS[usize::from(value & 15)];
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte)]).collect()
}

/// SHA-256 of all that a reader gives, in hex.
///
/// # Errors
///
/// What the reader says.
pub fn sha256_of(mut reader: impl io::Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(n_read) => hasher.update(&buffer[..n_read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-256 of a text, in hex.
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_name_and_index_only() {
        let draw = |name: &[&str], index| Seed(7).stream(name, index).next_u64();
        assert_eq!(draw(&["walk", "2"], 3), draw(&["walk", "2"], 3));
        assert_ne!(draw(&["walk", "2"], 3), draw(&["walk", "2"], 4));
        assert_ne!(draw(&["walk", "23"], 0), draw(&["walk2", "3"], 0));
    }

    #[test]
    fn the_stream_is_the_published_one() {
        // A changed value here means that every data set changes: say so in the changelog.
        assert_eq!(Seed(7).stream(&["golden"], 0).next_u64(), 16_229_173_101_831_234_406);
    }

    #[test]
    fn draws_below_a_bound_reach_all_of_it() {
        let mut stream = Seed(1).stream(&["test"], 0);
        let mut seen = [0_u32; 5];
        for _ in 0..1_000 {
            seen[stream.below(5)] += 1;
        }
        assert!(seen.iter().all(|&count| count > 150), "{seen:?}");
    }

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut stream = Seed(1).stream(&["test"], 0);
        assert!((0..100).all(|_| stream.weighted(&[0.0, 1.0, 0.0]) == Some(1)));
        assert_eq!(stream.weighted(&[0.0]), None);
    }

    #[test]
    fn a_reader_has_the_hash_of_its_text() {
        let text = "x".repeat(200_000);
        assert_eq!(sha256_of(text.as_bytes()).unwrap(), sha256_hex(&text));
        assert_eq!(hex(&Sha256::digest("")), sha256_of(io::empty()).unwrap());
    }

    #[test]
    fn a_shuffle_keeps_every_element() {
        let mut items: Vec<u32> = (0..50).collect();
        Seed(3).stream(&["test"], 0).shuffle(&mut items);
        let mut sorted = items.clone();
        sorted.sort_unstable();
        assert_ne!(items, sorted);
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
}
