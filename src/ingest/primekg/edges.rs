//! `kg.csv`, and the `edges.csv` that stands beside a `nodes.csv`.
//!
//! In `kg.csv` the four fields that describe a node stand side by side, so the node of a row is known by comparing
//! that stretch of bytes with the one first seen under the same index: the index is a hint that is checked, never
//! trusted. A stretch that is new, or has no index, is looked up by its hash. The bytes lie in one arena, not in the
//! file, because a table of ten times the size would miss the cache at every comparison.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;
use simd_csv::ZeroCopyByteRecord;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::primekg::meaning::Names;
use crate::ingest::primekg::meaning::RELATIONS;
use crate::ingest::primekg::rows::Rows;
use crate::kg::BulkRow;
use crate::kg::Curie;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::RelationId;
use crate::location::Place;

/// Settings of the reader.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::ingest) struct PrimekgEdges {
    /// `relation` or `relation/display_relation`, as written → a relation of the table, where PrimeKG's own thirty do
    /// not say, or not as wanted.
    relations: BTreeMap<Box<str>, Box<str>>,
    /// Type, as written → category, for types beside PrimeKG's ten.
    categories: BTreeMap<Box<str>, Box<str>>,
    /// Source, as written → prefix, for sources beside PrimeKG's eight; ids are not padded.
    prefixes: BTreeMap<Box<str>, Box<str>>,
}

impl Reader for PrimekgEdges {
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::open(input)?;
        let n_columns = rows.n_columns();
        let (relation, display) = (rows.column("relation")?, rows.column("display_relation")?);
        let ends = [End::find(&rows, 'x')?, End::find(&rows, 'y')?];
        let names = Names { categories: &self.categories, prefixes: &self.prefixes };
        let mut nodes = Nodes::new(names, sink);
        let mut meanings = Meanings { settings: &self.relations, words: Vec::new(), last: 0, lists: Vec::new() };
        while let Some((line, row)) = rows.next_row()? {
            if row.len() != n_columns {
                sink.quarantine(line, format!("the row has {} fields, the header {n_columns}", row.len()));
                continue;
            }
            let words = (row.get(relation).unwrap_or(b""), row.get(display).unwrap_or(b""));
            let meaning = meanings.find(words, sink)?;
            let place = sink.place(line);
            let [subject, object] = ends.map(|end| nodes.number(&row, end, place));
            let problem = [subject, object].into_iter().find_map(|number| nodes.problem(number));
            match (meaning, problem) {
                (None, _) => {
                    let word = String::from_utf8_lossy(words.0);
                    sink.leave_out(&format!("relation `{}` has no meaning here", crate::finding::printable(&word)));
                }
                (_, Some(Problem::LeftOut(rule))) => sink.leave_out(rule),
                (_, Some(Problem::Wrong(why))) => sink.quarantine(line, why),
                (Some(list), None) => meanings.lists[list].1.push(BulkRow { subject, object, line }),
            }
        }
        nodes.hand_over(sink);
        for ((relation, categories), rows) in meanings.lists {
            sink.bulk(relation, categories, rows);
        }
        Ok(())
    }
}

/// Where one end of a row stands.
#[derive(Debug, Clone, Copy)]
struct End {
    index: Option<usize>,
    /// Id, type, name and source; `None` in an `edges.csv`, which has only the index.
    fields: Option<[usize; 4]>,
}

impl End {
    fn find(rows: &Rows, side: char) -> Result<Self, ReadError> {
        let column = |what: &str| rows.column(&format!("{side}_{what}"));
        let index = rows.optional(&format!("{side}_index"));
        if index.is_some() && rows.optional(&format!("{side}_id")).is_none() {
            return Ok(Self { index, fields: None });
        }
        Ok(Self { index, fields: Some([column("id")?, column("type")?, column("name")?, column("source")?]) })
    }
}

/// The lists of edges, by what their words mean.
struct Meanings<'a> {
    settings: &'a BTreeMap<Box<str>, Box<str>>,
    words: Vec<Words>,
    /// The words of the last row: most rows have those of the one before.
    last: usize,
    lists: Vec<(Kind, Vec<BulkRow>)>,
}

/// Relation and display name, as written, and the list that rows with them go to.
struct Words {
    relation: Box<[u8]>,
    display: Box<[u8]>,
    list: Option<usize>,
}

/// A relation, with the categories that tell which way round its edges go.
type Kind = (RelationId, Option<(Box<str>, Box<str>)>);

impl Meanings<'_> {
    fn find(&mut self, (relation, display): (&[u8], &[u8]), sink: &Sink<'_>) -> Result<Option<usize>, ReadError> {
        let is_it = |words: &Words| *words.relation == *relation && *words.display == *display;
        if let Some(known) = self.words.get(self.last).filter(|known| is_it(known)) {
            return Ok(known.list);
        }
        if let Some(at) = self.words.iter().position(is_it) {
            self.last = at;
            return Ok(self.words[at].list);
        }
        let written = String::from_utf8_lossy(relation).into_owned();
        let narrow = format!("{written}/{}", String::from_utf8_lossy(display));
        let own = |key: &str| RELATIONS.iter().find(|(known, ..)| *known == key);
        let known = own(&narrow).or_else(|| own(&written));
        let name = self.settings.get(&*narrow).or_else(|| self.settings.get(&*written)).map(|name| &**name);
        let list = match name.or(known.map(|(_, name, ..)| *name)) {
            Some(name) => {
                let categories = known.map(|(.., subject, object)| ((*subject).into(), (*object).into()));
                self.lists.push(((sink.relation(name)?, categories), Vec::new()));
                Some(self.lists.len() - 1)
            }
            None => None,
        };
        self.last = self.words.len();
        self.words.push(Words { relation: relation.into(), display: display.into(), list });
        Ok(list)
    }
}

/// Why a row with an end cannot be used.
#[derive(Debug)]
enum Problem {
    LeftOut(Box<str>),
    Wrong(Box<str>),
}

/// The nodes met so far, numbered in the order of meeting.
struct Nodes<'a> {
    names: Names<'a>,
    left_out_prefixes: Vec<PrefixName>,
    first: u32,
    /// The bytes of each node's fields, one behind the other, and where each ends.
    arena: Vec<u8>,
    ends: Vec<usize>,
    by_hash: HashTable<u32>,
    /// Index as written → number, plus one.
    by_index: Vec<u32>,
    records: Vec<Option<NodeRecord>>,
    curies: Vec<Curie>,
    problems: BTreeMap<u32, Problem>,
    scratch: Vec<u8>,
}

/// Indexes beyond this are looked up by hash: a hint must not cost gigabytes.
const MAX_HINTS: usize = 1 << 24;

impl<'a> Nodes<'a> {
    fn new(names: Names<'a>, sink: &Sink<'_>) -> Self {
        Self {
            names,
            left_out_prefixes: sink.left_out_prefixes().to_vec(),
            first: sink.n_bulk_nodes(),
            arena: Vec::new(),
            ends: Vec::new(),
            by_hash: HashTable::new(),
            by_index: Vec::new(),
            records: Vec::new(),
            curies: Vec::new(),
            problems: BTreeMap::new(),
            scratch: Vec::new(),
        }
    }

    /// The number of the node at one end of a row.
    fn number(&mut self, row: &ZeroCopyByteRecord<'_>, end: End, place: Place) -> u32 {
        let field = |column: usize| row.get(column).unwrap_or(b"");
        let index = end.index.map(field).and_then(parse_index).filter(|&index| index < MAX_HINTS);
        let mut scratch = std::mem::take(&mut self.scratch);
        let bytes = match end.fields {
            None => end.index.map_or(&b""[..], field),
            Some(fields) => stretch(row, fields).unwrap_or_else(|| {
                scratch.clear();
                for (nth, column) in fields.into_iter().enumerate() {
                    scratch.extend_from_slice(if nth == 0 { b"" } else { b"," });
                    scratch.extend_from_slice(field(column));
                }
                &scratch
            }),
        };
        let hinted = index.and_then(|index| self.by_index.get(index)).and_then(|number| number.checked_sub(1));
        let number = match hinted.filter(|&number| self.bytes(number) == bytes) {
            Some(number) => number,
            None => {
                let number = self.look_up(bytes, row, end, place);
                if let Some(index) = index {
                    if self.by_index.len() <= index {
                        self.by_index.resize(index + 1, 0);
                    }
                    self.by_index[index] = number + 1;
                }
                number
            }
        };
        self.scratch = scratch;
        self.first + number
    }

    fn bytes(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.arena[start..self.ends[at]]
    }

    fn look_up(&mut self, bytes: &[u8], row: &ZeroCopyByteRecord<'_>, end: End, place: Place) -> u32 {
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
    fn describe(&mut self, number: u32, row: &ZeroCopyByteRecord<'_>, end: End, place: Place) {
        let field = |column: usize| match row.unescape(column) {
            Some(bytes) => String::from_utf8(bytes.into_owned()).map_err(|_| "the row is no UTF-8 text".to_owned()),
            None => Ok(String::new()),
        };
        let described = match (end.fields, end.index) {
            (Some([id, kind, name, source]), _) => (|| {
                let (id, kind, name, source) = (field(id)?, field(kind)?, field(name)?, field(source)?);
                let record = self.names.node(&id, &kind, &name, &source, place)?;
                Ok((record.curie.clone(), Some(record)))
            })(),
            (None, index) => index.map_or(Ok(String::new()), field).and_then(|index| Ok((by_index(&index)?, None))),
        };
        let described = described.map(|(curie, record)| {
            let is_left_out = crate::ingest::has_prefix(&curie, &self.left_out_prefixes);
            if is_left_out {
                self.problems.insert(number, Problem::LeftOut(format!("prefix {}", curie.prefix()).into()));
            }
            (curie, record.filter(|_| !is_left_out))
        });
        let (curie, record) = described.unwrap_or_else(|why: String| {
            self.problems.insert(number, Problem::Wrong(why.into()));
            (Curie::unusable(), None)
        });
        self.curies.push(curie);
        self.records.push(record);
    }

    fn problem(&self, number: u32) -> Option<&Problem> {
        if self.problems.is_empty() { None } else { self.problems.get(&(number - self.first)) }
    }

    /// Gives the nodes to the sink: rows number them.
    fn hand_over(self, sink: &mut Sink<'_>) {
        for record in self.records.into_iter().flatten() {
            sink.mention(record);
        }
        sink.bulk_nodes(self.curies);
    }
}

/// The bytes from the first to the last of four fields, where they stand in this order side by side.
fn stretch<'a>(row: &'a ZeroCopyByteRecord<'_>, [id, kind, name, source]: [usize; 4]) -> Option<&'a [u8]> {
    if (kind, name, source) != (id + 1, id + 2, id + 3) {
        return None;
    }
    let all = row.as_slice();
    let offset = |field: &[u8]| (field.as_ptr() as usize).checked_sub(all.as_ptr() as usize);
    let (first, last) = (row.get(id)?, row.get(source)?);
    all.get(offset(first)?..offset(last)? + last.len())
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
