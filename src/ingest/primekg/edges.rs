//! `kg.csv`, and the `edges.csv` that stands beside a `nodes.csv`.
//!
//! In `kg.csv` the four fields that describe a node stand side by side, so the node of a row is known by comparing
//! that stretch of bytes with the one first seen under the same index: the index is a hint that is checked, never
//! trusted; see [`Nodes`]. A row both of whose nodes are known so, and whose words are known too, is compared as it
//! lies and never split: three comparisons of bytes are all that most rows cost.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ingest::Input;
use crate::ingest::ReadError;
use crate::ingest::Reader;
use crate::ingest::Sink;
use crate::ingest::primekg::ends::End;
use crate::ingest::primekg::ends::Guess;
use crate::ingest::primekg::ends::Nodes;
use crate::ingest::primekg::ends::Problem;
use crate::ingest::primekg::meaning::Names;
use crate::ingest::primekg::meaning::RELATIONS;
use crate::ingest::primekg::rows::Rows;
use crate::kg::BulkRow;
use crate::kg::RelationId;

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
        let is_usual =
            (n_columns, relation, display) == (12, 0, 1) && ends[0].is_usual_from(2) && ends[1].is_usual_from(7);
        let names = Names { categories: &self.categories, prefixes: &self.prefixes };
        let mut nodes = Nodes::new(names, sink);
        let mut meanings = Meanings { settings: &self.relations, words: Vec::new(), last: 0, lists: Vec::new() };
        loop {
            if is_usual {
                take_known(&mut rows, &nodes, &mut meanings);
            }
            let Some((line, row)) = rows.next_row()? else { break };
            if row.len() != n_columns {
                sink.quarantine(line, format!("the row has {} fields, the header {n_columns}", row.len()));
                continue;
            }
            let words = (row.get(relation).unwrap_or(b""), row.get(display).unwrap_or(b""));
            let meaning = meanings.find(words, sink)?;
            let place = sink.place(line);
            let [subject, object] = ends.map(|end| nodes.number(row, end, place));
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

/// So many rows are gone through side by side. What is looked up lies all over memory, which answers many questions in
/// the time of one; but only if none of them has to wait for the answer to another. So each step is done for all rows
/// before the next: the ends of lines, the node at one end, the node at the other, the comparing.
const AT_A_TIME: usize = 32;

/// A row as it would be if its indexes said the truth, as far as it has been looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Guessed<'t> {
    list: usize,
    ends: [Guess<'t>; 2],
    /// All of the row, with its line end.
    n_bytes: usize,
    /// What has not been looked at.
    rest: &'t [u8],
}

/// Takes the rows ahead of which nothing is new, up to the first that has to be looked at.
///
/// Each piece that is compared begins and ends where a field does, outside quotation marks, and holds no line end: so
/// what is equal to known pieces from end to end would be split as those were.
fn take_known(rows: &mut Rows, nodes: &Nodes<'_>, meanings: &mut Meanings<'_>) {
    let (ahead, first_line) = (rows.ahead(), rows.line());
    let (mut n_bytes, mut n_rows) = (0, 0);
    let mut guessed = [Guessed::default(); AT_A_TIME];
    loop {
        let mut n_right = lines(&ahead[n_bytes..], &mut guessed);
        n_right = each(&mut guessed[..n_right], |row| {
            let (list, rest) = meanings.known(row.rest)?;
            let (subject, rest) = nodes.hinted(rest)?;
            (row.list, row.ends[0], row.rest) = (list, subject, rest);
            Some(())
        });
        n_right = each(&mut guessed[..n_right], |row| {
            let rest = row.ends[0].take(row.rest)?;
            (row.ends[1], row.rest) = nodes.hinted(rest.strip_prefix(b",")?)?;
            Some(())
        });
        n_right = each(&mut guessed[..n_right], |row| {
            let rest = row.ends[1].take(row.rest)?;
            (rest == b"\n" || rest == b"\r\n").then_some(())
        });
        n_right = each(&mut guessed[..n_right], |row| row.ends.iter().all(|end| nodes.is_right(end)).then_some(()));
        for row in &guessed[..n_right] {
            let [subject, object] = row.ends.map(|end| end.number);
            let line = first_line.saturating_add(n_rows);
            meanings.lists[row.list].1.push(BulkRow { subject, object, line });
            (n_bytes, n_rows) = (n_bytes + row.n_bytes, n_rows + 1);
        }
        if n_right < AT_A_TIME {
            break;
        }
    }
    rows.pass(n_bytes, n_rows);
}

/// The lines that a text begins with; how many there are.
fn lines<'t>(text: &'t [u8], rows: &mut [Guessed<'t>]) -> usize {
    let mut at = 0;
    for (n_lines, row) in rows.iter_mut().enumerate() {
        let Some(end) = memchr::memchr(b'\n', &text[at..]) else { return n_lines };
        *row = Guessed { n_bytes: end + 1, rest: &text[at..=at + end], ..Guessed::default() };
        at += end + 1;
    }
    rows.len()
}

/// Takes one step with each row; how many there are before the first that it cannot be taken with.
#[inline]
fn each<'t>(rows: &mut [Guessed<'t>], mut step: impl FnMut(&mut Guessed<'t>) -> Option<()>) -> usize {
    rows.iter_mut().map_while(&mut step).count()
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
    /// Both, as a row begins with them; empty where such a row has to be looked at.
    start: Box<[u8]>,
    list: Option<usize>,
}

/// A relation, with the categories that tell which way round its edges go.
type Kind = (RelationId, Option<(Box<str>, Box<str>)>);

impl Meanings<'_> {
    /// The list of a row that begins with known words, and what comes behind them.
    #[inline]
    fn known<'t>(&mut self, row: &'t [u8]) -> Option<(usize, &'t [u8])> {
        let rest = |words: &Words| row.strip_prefix(&*words.start).filter(|_| !words.start.is_empty());
        let behind = match self.words.get(self.last).and_then(rest) {
            Some(behind) => behind,
            None => {
                let (at, behind) = self.words.iter().enumerate().find_map(|(at, words)| Some((at, rest(words)?)))?;
                self.last = at;
                behind
            }
        };
        Some((self.words[self.last].list?, behind))
    }

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
        let start = [relation, b",", display, b","].concat();
        let is_known = list.is_some() && memchr::memchr(b'\n', &start).is_none();
        self.last = self.words.len();
        self.words.push(Words {
            relation: relation.into(),
            display: display.into(),
            start: if is_known { start.into() } else { Box::default() },
            list,
        });
        Ok(list)
    }
}
