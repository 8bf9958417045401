//! The nodes at the ends of rows, each described once.
//!
//! The bytes that describe a node lie in one arena, not in the file, because a table of ten times the size would miss
//! the cache at every comparison. Where a row gives an index, what was first seen under it is compared first; only a
//! stretch that is new, or stands under another index, is looked up by its hash.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::primekg::meaning::Names;
use crate::ingest::primekg::rows::Fields;
use crate::ingest::primekg::rows::Rows;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::location::Place;

/// Where one end of a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    index: Option<usize>,
    /// Id, type, name and source; `None` in an `edges.csv`, which has only the index.
    fields: Option<[usize; 4]>,
}

impl End {
    pub(super) fn find(rows: &Rows, side: char) -> Result<Self, ReadError> {
        let column = |what: &str| rows.column(&format!("{side}_{what}"));
        let index = rows.optional(&format!("{side}_index"));
        if index.is_some() && rows.optional(&format!("{side}_id")).is_none() {
            return Ok(Self { index, fields: None });
        }
        Ok(Self { index, fields: Some([column("id")?, column("type")?, column("name")?, column("source")?]) })
    }

    /// Whether its five columns stand side by side from one on, in the order in which PrimeKG writes them.
    pub(super) fn is_usual_from(self, first: usize) -> bool {
        let fields = [first + 1, first + 2, first + 3, first + 4];
        self.index == Some(first) && self.fields == Some(fields)
    }
}

/// Why a row with an end cannot be used.
#[derive(Debug)]
pub(super) enum Problem {
    LeftOut(Box<str>),
    Wrong(Box<str>),
}

/// The node that an index meant first, and where in the arena its bytes lie.
#[derive(Debug, Clone, Copy, Default)]
struct Hint {
    /// Its number plus one; 0 where there is none.
    next_number: u32,
    start: u32,
    /// 0 where a row with the node has to be looked at by all means.
    n_bytes: u16,
}

/// The node that an index stands for, and the bytes that must be its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Guess<'t> {
    pub(super) number: u32,
    start: u32,
    n_bytes: u16,
    bytes: &'t [u8],
}

impl<'t> Guess<'t> {
    /// Takes the bytes that must be the node's own, if so many follow, and says what comes behind them. `None` too where
    /// a row with the node has to be looked at by all means.
    #[inline]
    pub(super) fn take(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let (bytes, rest) = text.split_at_checked(usize::from(self.n_bytes)).filter(|(bytes, _)| !bytes.is_empty())?;
        self.bytes = bytes;
        Some(rest)
    }
}

/// The nodes met so far, numbered in the order of meeting.
pub(super) struct Nodes<'a> {
    names: Names<'a>,
    left_out_prefixes: Vec<PrefixName>,
    first: u32,
    /// The bytes of each node's fields, one behind the other, and where each ends.
    arena: Vec<u8>,
    ends: Vec<usize>,
    by_hash: HashTable<u32>,
    hints: Vec<Hint>,
    /// What each node is, or only how it is named.
    records: Vec<Result<NodeRecord, Curie>>,
    problems: BTreeMap<u32, Problem>,
    scratch: Vec<u8>,
}

/// Indexes beyond this are looked up by hash: a hint must not cost gigabytes.
const MAX_HINTS: usize = 1 << 24;

impl<'a> Nodes<'a> {
    pub(super) fn new(names: Names<'a>, sink: &Sink<'_>) -> Self {
        Self {
            names,
            left_out_prefixes: sink.left_out_prefixes().to_vec(),
            first: sink.n_bulk_nodes(),
            arena: Vec::new(),
            ends: Vec::new(),
            by_hash: HashTable::new(),
            hints: Vec::new(),
            records: Vec::new(),
            problems: BTreeMap::new(),
            scratch: Vec::new(),
        }
    }

    /// The node whose index `text` begins with, and what comes behind the index. `None` where all of the row has to be
    /// looked at.
    #[inline]
    pub(super) fn hinted<'t>(&self, text: &'t [u8]) -> Option<(Guess<'t>, &'t [u8])> {
        let (index, rest) = split_index(text)?;
        let hint = *self.hints.get(index)?;
        let number = (self.first + hint.next_number).wrapping_sub(1);
        Some((Guess { number, start: hint.start, n_bytes: hint.n_bytes, bytes: b"" }, rest))
    }

    /// Whether what stands there is the node.
    #[inline]
    pub(super) fn is_right(&self, guess: &Guess<'_>) -> bool {
        let start = guess.start as usize;
        self.arena.get(start..start + guess.bytes.len()).is_some_and(|known| known == guess.bytes)
    }

    /// The number of the node at one end of a row.
    pub(super) fn number(&mut self, row: Fields<'_>, end: End, place: Place) -> u32 {
        let field = |column: usize| row.get(column).unwrap_or(b"");
        let index = end.index.map(field).and_then(parse_index).filter(|&index| index < MAX_HINTS);
        let mut scratch = std::mem::take(&mut self.scratch);
        let bytes = match end.fields {
            None => end.index.map_or(&b""[..], field),
            Some([id, kind, name, source]) => {
                let are_side_by_side = (kind, name, source) == (id + 1, id + 2, id + 3);
                row.stretch(id, source).filter(|_| are_side_by_side).unwrap_or_else(|| {
                    scratch.clear();
                    for (nth, column) in [id, kind, name, source].into_iter().enumerate() {
                        scratch.extend_from_slice(if nth == 0 { b"" } else { b"," });
                        scratch.extend_from_slice(field(column));
                    }
                    &scratch
                })
            }
        };
        let hint = index.and_then(|index| self.hints.get(index)).copied().unwrap_or_default();
        let number = match hint.next_number.checked_sub(1).filter(|&number| self.bytes(number) == bytes) {
            Some(number) => number,
            None => {
                let number = self.look_up(bytes, row, end, place);
                if let Some(index) = index {
                    self.hint(index, number);
                }
                number
            }
        };
        self.scratch = scratch;
        self.first + number
    }

    /// Lets an index mean a node, until it means another.
    fn hint(&mut self, index: usize, number: u32) {
        if self.hints.len() <= index {
            self.hints.resize(index + 1, Hint::default());
        }
        let bytes = self.bytes(number);
        let start = u32::try_from(self.start(number));
        let is_usual = !self.problems.contains_key(&number) && memchr::memchr(b'\n', bytes).is_none();
        let n_bytes = u16::try_from(bytes.len()).ok().filter(|_| is_usual && start.is_ok()).unwrap_or(0);
        self.hints[index] = Hint { next_number: number + 1, start: start.unwrap_or(0), n_bytes };
    }

    fn start(&self, number: u32) -> usize {
        (number as usize).checked_sub(1).map_or(0, |before| self.ends[before])
    }

    fn bytes(&self, number: u32) -> &[u8] {
        &self.arena[self.start(number)..self.ends[number as usize]]
    }

    fn look_up(&mut self, bytes: &[u8], row: Fields<'_>, end: End, place: Place) -> u32 {
        let hash = FxBuildHasher.hash_one(bytes);
        if let Some(&number) = self.by_hash.find(hash, |&number| self.bytes(number) == bytes) {
            return number;
        }
        // Rows are numbered in 32 bits, and each names two nodes at most once.
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.arena.extend_from_slice(bytes);
        self.ends.push(self.arena.len());
        let (arena, ends) = (&self.arena, &self.ends);
        let rehash = |&number: &u32| {
            let start = (number as usize).checked_sub(1).map_or(0, |before| ends[before]);
            FxBuildHasher.hash_one(&arena[start..ends[number as usize]])
        };
        self.by_hash.insert_unique(hash, number, rehash);
        self.describe(number, row, end, place);
        number
    }

    /// Makes the node of a stretch of bytes that is new.
    fn describe(&mut self, number: u32, row: Fields<'_>, end: End, place: Place) {
        let field = |column: usize| match row.unescape(column) {
            Some(bytes) => String::from_utf8(bytes.into_owned()).map_err(|_| "the row is no UTF-8 text".to_owned()),
            None => Ok(String::new()),
        };
        let described = match (end.fields, end.index) {
            (Some([id, kind, name, source]), _) => (|| {
                let (id, kind, name, source) = (field(id)?, field(kind)?, field(name)?, field(source)?);
                Ok(Ok(self.names.node(&id, &kind, &name, &source, place)?))
            })(),
            (None, index) => index.map_or(Ok(String::new()), field).and_then(|index| Ok(Err(by_index(&index)?))),
        };
        let record = described.unwrap_or_else(|why: String| {
            self.problems.insert(number, Problem::Wrong(why.into()));
            Err(Curie::unusable())
        });
        let curie = named(&record);
        if crate::ingest::has_prefix(curie, &self.left_out_prefixes) {
            self.problems.insert(number, Problem::LeftOut(format!("prefix {}", curie.prefix()).into()));
        }
        self.records.push(record);
    }

    pub(super) fn problem(&self, number: u32) -> Option<&Problem> {
        if self.problems.is_empty() { None } else { self.problems.get(&(number - self.first)) }
    }

    /// Gives the nodes to the sink: rows number them.
    pub(super) fn hand_over(self, sink: &mut Sink<'_>) {
        sink.bulk_nodes(self.records.iter().map(|record| named(record).clone()).collect());
        for record in self.records.into_iter().flatten() {
            sink.mention(record);
        }
    }
}

fn named(record: &Result<NodeRecord, Curie>) -> &Curie {
    record.as_ref().map_or_else(|curie| curie, |record| &record.curie)
}

/// The number that a text begins with, and what comes behind the comma that ends it.
#[inline]
fn split_index(text: &[u8]) -> Option<(usize, &[u8])> {
    let mut sum = 0;
    for (at, &byte) in text.iter().enumerate().take(9) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (byte == b',' && at > 0).then(|| (sum, &text[at + 1..]));
        }
        sum = sum * 10 + usize::from(digit);
    }
    None
}

fn parse_index(text: &[u8]) -> Option<usize> {
    let digit = |sum: usize, &byte: &u8| {
        byte.is_ascii_digit().then(|| sum.checked_mul(10)?.checked_add(usize::from(byte - b'0'))).flatten()
    };
    if text.is_empty() { None } else { text.iter().try_fold(0, digit) }
}

/// The CURIE by which a `nodes.csv` lets its nodes be named.
pub(super) fn by_index(index: &str) -> Result<Curie, String> {
    format!("primekg:{index}").parse().map_err(|_| format!("`{index}` is no index of a node"))
}
