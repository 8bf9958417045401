//! What was asked already in nearly the same words.
//!
//! Two questions are near if their runs of five words are nearly the same (Jaccard index) *and* they speak mostly of the
//! same nodes. The words alone would not do: questions of one wording differ in a name and are different questions. They
//! are found by MinHash with bands (Broder 1997; Indyk and Motwani 1998): a pair is looked at closely if it agrees in some
//! band, and a band is two hashes of the words and one of the nodes. What is called near was counted exactly; hashes
//! only say where to look.

use std::collections::BTreeSet;

use hashbrown::HashTable;

use crate::kg::NodeId;
use crate::kg::words;
use crate::seed::Seed;
use crate::synth::Item;

/// Words of a run.
const RUN: usize = 5;
/// The Jaccard index of runs from which a question is a repetition, in hundredths.
const SAME: usize = 80;
/// The index from which two questions stay in one split, in hundredths.
const TIED: usize = 70;
/// Bands. A pair with an index of 0.8 in its runs and 0.5 in its nodes agrees in a band with chance 0.8² · 0.5, and in none
/// of 32 with chance 4 in a million; at 0.7 in its runs it is 1 in ten thousand.
const BANDS: usize = 32;
const WORDS_PER_BAND: usize = 2;
/// 2⁶¹ − 1.
const PRIME: u64 = (1 << 61) - 1;
const NONE: u32 = u32::MAX;

/// Hash functions of which the least value over a set is kept: two sets agree in one with the chance of their Jaccard
/// index (Broder, *On the resemblance and containment of documents*, 1997).
#[derive(Debug, Clone)]
pub(super) struct MinHash(Vec<(u64, u64)>);

impl MinHash {
    /// So many functions; equal names give equal functions, whatever the seed of a pipeline.
    pub(super) fn new(name: &str, n_functions: usize) -> Self {
        let mut stream = Seed(0).stream(&["minhash", name], 0);
        let mut draw = |least: u64| least + stream.next_u64() % (PRIME - least);
        Self((0..n_functions).map(|_| (draw(1), draw(0))).collect())
    }

    /// The least value of each function: (a·x + b) mod 2⁶¹ − 1. Of no elements, all are the prime.
    pub(super) fn signature(&self, elements: &[u64]) -> Vec<u64> {
        // Modulo a Mersenne prime, what stands above its bits is added to what stands in them.
        let folded = |x: u64| (x & PRIME) + (x >> 61);
        let value = |x: u64, (a, b): (u64, u64)| {
            let product = u128::from(a) * u128::from(folded(x)) + u128::from(b);
            let low = u64::try_from(product & u128::from(PRIME)).unwrap_or(0);
            let high = u64::try_from(product >> 61).unwrap_or(0);
            let sum = folded(low + high);
            if sum >= PRIME { sum - PRIME } else { sum }
        };
        self.0.iter().map(|&of| elements.iter().map(|&x| value(x, of)).min().unwrap_or(PRIME)).collect()
    }
}

/// What is compared of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sketch {
    /// Hashes of its runs of five words, sorted; of fewer words the one of all.
    runs: Box<[u64]>,
    /// Its constants and its key, sorted.
    nodes: Box<[NodeId]>,
}

impl Sketch {
    fn of(item: &Item) -> Self {
        let words = words(&item.question_text());
        let size = RUN.min(words.len()).max(1);
        let runs: BTreeSet<u64> = words.windows(size).map(|run| hashed(run.join(" ").as_bytes())).collect();
        let nodes: BTreeSet<NodeId> = item.pattern.anchors().into_iter().chain(item.answer.iter().copied()).collect();
        Self { runs: runs.into_iter().collect(), nodes: nodes.into_iter().collect() }
    }

    /// The Jaccard index of the runs in hundredths, rounded down; `None` if fewer than half of the nodes are shared.
    fn likeness(&self, other: &Self) -> Option<usize> {
        let (shared, all) = overlap(&self.nodes, &other.nodes);
        if all == 0 || 2 * shared < all {
            return None;
        }
        let (shared, all) = overlap(&self.runs, &other.runs);
        Some(100 * shared / all.max(1))
    }
}

/// How many members two sorted sets share, and how many there are in either.
fn overlap<T: Ord>(left: &[T], right: &[T]) -> (usize, usize) {
    let (mut at, mut shared) = (0, 0);
    for member in left {
        at += right[at..].partition_point(|other| other < member);
        shared += usize::from(right.get(at) == Some(member));
    }
    (shared, left.len() + right.len() - shared)
}

/// FNV-1a with 64 bits, finished by the mixer of SplitMix64: the same everywhere, and nothing that has to withstand an
/// enemy, because what it says is checked.
fn hashed(bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// An item in a bucket, and the one before it there.
#[derive(Debug, Clone, Copy)]
struct Link {
    bucket: u64,
    sketch: u32,
    before: u32,
}

/// Questions that can be asked what is near.
///
/// # Complexity
///
/// An item takes 32 links of 16 bytes, as many slots of 5 bytes and a sketch of 8 bytes a word: 100,000 items of forty
/// words about 110 MB. A look-up costs what shares a bucket, which is seldom more than what is near.
#[derive(Debug, Clone)]
pub(super) struct Near {
    of_words: MinHash,
    of_nodes: MinHash,
    sketches: Vec<Sketch>,
    links: Vec<Link>,
    /// The last link of each bucket.
    buckets: HashTable<u32>,
}

impl Default for Near {
    fn default() -> Self {
        Self {
            of_words: MinHash::new("words", BANDS * WORDS_PER_BAND),
            of_nodes: MinHash::new("nodes", BANDS),
            sketches: Vec::new(),
            links: Vec::new(),
            buckets: HashTable::new(),
        }
    }
}

impl Near {
    /// The number, from 0 in the order of noting, of the first item that this one repeats.
    pub(super) fn same(&self, item: &Item) -> Option<usize> {
        self.like(&Sketch::of(item), SAME).first().copied()
    }

    /// Notes an item; gives the numbers of those before that have to stay with it, in order.
    pub(super) fn note(&mut self, item: &Item) -> Vec<usize> {
        let sketch = Sketch::of(item);
        let tied = self.like(&sketch, TIED);
        let Ok(number) = u32::try_from(self.sketches.len()) else { return tied };
        for bucket in self.buckets_of(&sketch) {
            let Ok(link) = u32::try_from(self.links.len()) else { return tied };
            let Self { links, buckets, .. } = self;
            let slot =
                buckets.entry(bucket, |&at| links[at as usize].bucket == bucket, |&at| links[at as usize].bucket);
            let before = match slot {
                hashbrown::hash_table::Entry::Occupied(mut last) => std::mem::replace(last.get_mut(), link),
                hashbrown::hash_table::Entry::Vacant(free) => {
                    free.insert(link);
                    NONE
                }
            };
            self.links.push(Link { bucket, sketch: number, before });
        }
        self.sketches.push(sketch);
        tied
    }

    fn like(&self, sketch: &Sketch, least: usize) -> Vec<usize> {
        let mut met = BTreeSet::new();
        for bucket in self.buckets_of(sketch) {
            let mut at = self.buckets.find(bucket, |&at| self.links[at as usize].bucket == bucket).copied();
            while let Some(link) = at.and_then(|at| self.links.get(at as usize)) {
                met.insert(link.sketch as usize);
                at = Some(link.before);
            }
        }
        met.retain(|&other| sketch.likeness(&self.sketches[other]).is_some_and(|likeness| likeness >= least));
        met.into_iter().collect()
    }

    fn buckets_of(&self, sketch: &Sketch) -> Vec<u64> {
        let nodes: Vec<u64> = sketch.nodes.iter().map(|node| hashed(&node.index().to_le_bytes())).collect();
        let of_words = self.of_words.signature(&sketch.runs);
        let of_nodes = self.of_nodes.signature(&nodes);
        let bands = of_words.chunks(WORDS_PER_BAND).zip(of_nodes).enumerate();
        let bucket = |(band, (words, node)): (usize, (&[u64], u64))| {
            let numbers = words.iter().copied().chain([node, band as u64]);
            hashed(&numbers.flat_map(u64::to_le_bytes).collect::<Vec<u8>>())
        };
        bands.map(bucket).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    /// Two sets of this Jaccard index, in hundredths, that no other pair has members of.
    fn pair(number: u64, hundredths: u64) -> (Vec<u64>, Vec<u64>) {
        // s shared and d apart on each side: s / (s + 2d).
        let (shared, apart) = (2 * hundredths, 100 - hundredths);
        let member = |at: u64| hashed(&(number * 1_000 + at).to_le_bytes());
        let left = (0..shared + apart).map(member).collect();
        let right = (0..shared).chain(500..500 + apart).map(member).collect();
        (left, right)
    }

    #[test]
    fn hashes_agree_as_often_as_the_jaccard_index_says() {
        // 1,000 functions estimate within 4 standard errors, √(j (1 − j) / 1000).
        let functions = MinHash::new("test", 1_000);
        for hundredths in [0_u64, 10, 50, 70, 80, 95, 100] {
            let (left, right) = pair(hundredths, hundredths);
            let (left, right) = (functions.signature(&left), functions.signature(&right));
            let agree = left.iter().zip(&right).filter(|(left, right)| left == right).count();
            let index = f64::from(u32::try_from(hundredths).unwrap()) / 100.0;
            let found = f64::from(u32::try_from(agree).unwrap()) / 1_000.0;
            let error = (index * (1.0 - index) / 1_000.0).sqrt();
            assert!((found - index).abs() <= 4.0 * error + 1e-9, "{index}: {found}");
        }
    }

    /// The share of 500 pairs of an index that agree in one of so many bands.
    fn caught(hundredths: u64, (n_bands, per_band): (usize, usize)) -> f64 {
        let functions = MinHash::new("bands", n_bands * per_band);
        let is_caught = |number: &u64| {
            let (left, right) = pair(*number, hundredths);
            let (left, right) = (functions.signature(&left), functions.signature(&right));
            left.chunks(per_band).zip(right.chunks(per_band)).any(|(left, right)| left == right)
        };
        f64::from(u32::try_from((0..500).filter(is_caught).count()).unwrap()) / 500.0
    }

    #[test]
    fn bands_catch_as_many_as_is_published() {
        // 14 bands of 8, as FineWeb has them: 56 %, 77 %, 92 % and 98.8 % at 0.7, 0.75, 0.8 and 0.85 (arXiv 2406.17557,
        // section 3.4; another digit by the formula, 1 − (1 − s⁸)¹⁴). Within four standard errors of 500 pairs.
        for (hundredths, published) in [(85, 0.988), (80, 0.924), (75, 0.772), (70, 0.564), (50, 0.053)] {
            let error = (published * (1.0 - published) / 500.0_f64).sqrt();
            let found = caught(hundredths, (14, 8));
            assert!((found - published).abs() <= 4.0 * error, "{hundredths}: {found} for {published}");
        }
    }

    #[test]
    fn shared_members_are_counted_exactly() {
        assert_eq!(overlap(&[1, 3, 5, 7], &[2, 3, 4, 7, 9]), (2, 7));
        assert_eq!(overlap::<u64>(&[], &[]), (0, 0));
        assert_eq!(overlap(&[9], &[1, 2, 9]), (1, 3));
    }

    #[test]
    fn nearly_the_same_words_about_the_same_are_found_and_other_words_or_nodes_are_not() {
        let graph = sample::graph(4);
        let words = |tail: &str| {
            let words: Vec<String> = (0..40).map(|number| format!("w{number}")).collect();
            format!("{} {tail}", words.join(" "))
        };
        let mut first = sample::case(&graph, 0, &["d0a", "d0b"]);
        first.stem = words("x y z");
        let mut near = Near::default();
        assert_eq!(near.note(&first), Vec::<usize>::new());
        let with = |item: &Item, stem: String| Item { stem, ..item.clone() };
        assert_eq!(near.same(&with(&first, words("x y"))), Some(0));
        assert_eq!(near.same(&with(&first, "other words".into())), None);
        // The same words about another disease are another question.
        let other = sample::case(&graph, 1, &["d1a", "d1b"]);
        assert_eq!(near.same(&with(&other, words("x y"))), None);
        // Between the two bounds: not the same, but in one split.
        let parted = first.stem.replace("w20", "v");
        let likeness = Sketch::of(&first).likeness(&Sketch::of(&with(&first, parted.clone()))).unwrap();
        assert!((TIED..SAME).contains(&likeness), "{likeness}");
        assert_eq!(near.same(&with(&first, parted.clone())), None);
        assert_eq!(near.note(&with(&first, parted)), [0]);
    }

    #[test]
    fn no_near_pair_is_missed() {
        // Every pair of 300 questions of few words about few nodes, against a look at all of them.
        let graph = sample::graph(4);
        let mut stream = Seed(7).stream(&["near"], 0);
        let mut near = Near::default();
        let mut noted: Vec<Sketch> = Vec::new();
        let base: Vec<String> = (0..60).map(|number| format!("w{number}")).collect();
        let mut n_pairs = 0;
        for _ in 0..300 {
            let finding = ["d0a", "d1a"][stream.below(2)];
            let mut item = sample::case(&graph, stream.below(2), &[finding]);
            let mut words = base.clone();
            for _ in 0..stream.below(4) {
                let at = stream.below(words.len());
                words[at] = format!("v{}", stream.below(3));
            }
            item.stem = words.join(" ");
            let sketch = Sketch::of(&item);
            let is_tied = |other: &Sketch| sketch.likeness(other).is_some_and(|likeness| likeness >= TIED);
            let expected: Vec<usize> =
                noted.iter().enumerate().filter(|(_, other)| is_tied(other)).map(|(number, _)| number).collect();
            n_pairs += expected.len();
            assert_eq!(near.note(&item), expected);
            noted.push(sketch);
        }
        assert!(n_pairs > 1_000, "{n_pairs}");
    }
}
