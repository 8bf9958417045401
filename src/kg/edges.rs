//! From edge records to sorted edges.
//!
//! Each record is settled on its own (which nodes, which relation, may they be joined), falls into the list of its
//! relation and source as twelve bytes, and the lists are sorted and merged. Nothing is held per edge that only a few
//! edges have, so a table of eight million rows takes a hundred megabytes on its way and half of that when it is done.

use std::collections::BTreeMap;

use rayon::iter::IndexedParallelIterator;
use rayon::iter::IntoParallelIterator;
use rayon::iter::IntoParallelRefMutIterator;
use rayon::iter::ParallelIterator;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::SourceId;
use crate::kg::build::BuildError;
use crate::kg::csr::Adjacency;
use crate::kg::graph::EdgeDetails;
use crate::kg::index::Identifiers;
use crate::kg::merge::Merged;
use crate::kg::merge::Origin;
use crate::kg::merge::Row;
use crate::kg::merge::details;
use crate::kg::merge::merge;
use crate::kg::record::Bulk;
use crate::kg::record::BulkRow;
use crate::kg::sort::sort;
use crate::kg::taxonomy::cycle_edges;
use crate::location::FileId;
use crate::location::Location;
use crate::location::Place;

const DANGLING: Code = Code("K101");
const CYCLE: Code = Code("K102");
const NO_REPLACEMENT: Code = Code("K103");
const OUTSIDE: Code = Code("K104");

/// What edges are settled with.
pub(super) struct Context<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) categories: &'a indexmap::IndexSet<Box<str>>,
    pub(super) relations: &'a Relations,
    pub(super) identifiers: &'a Identifiers,
    pub(super) redirects: &'a BTreeMap<Curie, Curie>,
    pub(super) files: &'a mut [FileTally],
    pub(super) findings: &'a mut Vec<Finding>,
}

/// Settles, merges and numbers all edges.
///
/// # Errors
///
/// [`BuildError::TooMany`] if they are more than ids.
///
/// # Complexity
///
/// O(m log m) time; 12 bytes a record beside what is returned.
pub(super) fn settle(
    stated: &mut [EdgeRecord],
    bulk: Vec<Bulk>,
    bulk_nodes: &[Curie],
    context: Context<'_>,
) -> Result<(Adjacency, EdgeDetails), BuildError> {
    if u32::try_from(stated.len()).is_err() {
        return Err(BuildError::TooMany { what: "edges", count: stated.len() });
    }
    let mut settling = Settling { context, lists: BTreeMap::new(), counted: Counted::default() };
    settling.stated(stated);
    settling.bulk(bulk, bulk_nodes);
    let Settling { mut context, mut lists, counted } = settling;
    let seen = counted.tell(context.files);
    let is_a = context.relations.is_a();
    let mut merged: Vec<(RelationId, Merged)> = Vec::new();
    let mut all: Vec<&mut Vec<Row>> = lists.values_mut().flat_map(BTreeMap::values_mut).collect();
    all.par_iter_mut().with_max_len(1).for_each(|rows| sort(rows, context.nodes.len()));
    for (relation, origins) in lists {
        let mut edges = merge(origins, stated, context.files);
        if relation == is_a {
            edges = without_cycles(edges, &mut context);
        }
        merged.push((relation, edges));
    }
    for ((code, text), (count, place)) in seen {
        let mut finding = Finding::warning(code, text).times(count);
        finding.location = location(context.files, place);
        context.findings.push(finding);
    }
    let count: usize = merged.iter().map(|(_, edges)| edges.subjects.len()).sum();
    if u32::try_from(count).is_err() {
        return Err(BuildError::TooMany { what: "edges", count });
    }
    let ends: Vec<_> = merged.iter().map(|(relation, edges)| (*relation, &*edges.subjects, &*edges.objects)).collect();
    let adjacency = Adjacency::new(context.nodes.len(), &ends);
    let details = details(&adjacency, merged);
    Ok((adjacency, details))
}

fn location(files: &[FileTally], place: Place) -> Option<Location> {
    files.get(place.file.index()).map(|file| Location::line(file.path.clone(), place.line))
}

struct Settling<'a> {
    context: Context<'a>,
    lists: BTreeMap<RelationId, BTreeMap<Origin, Vec<Row>>>,
    counted: Counted,
}

/// What became of records that are no edges.
#[derive(Debug, Default)]
struct Counted {
    /// What is wrong with some edges: how many, and where the first stands.
    seen: BTreeMap<(Code, String), (u64, Place)>,
    quarantined: BTreeMap<FileId, u64>,
    self_loops: BTreeMap<FileId, u64>,
}

impl Counted {
    fn extend(&mut self, more: Self) {
        for (what, (count, place)) in more.seen {
            let entry = self.seen.entry(what).or_insert((0, place));
            *entry = (entry.0 + count, entry.1.min(place));
        }
        for (into, more) in [(&mut self.quarantined, more.quarantined), (&mut self.self_loops, more.self_loops)] {
            more.into_iter().for_each(|(file, count)| *into.entry(file).or_default() += count);
        }
    }

    /// Counts the records with their files, and says what is wrong with them.
    fn tell(self, files: &mut [FileTally]) -> BTreeMap<(Code, String), (u64, Place)> {
        for (file, count) in self.quarantined {
            files.get_mut(file.index()).into_iter().for_each(|file| file.quarantined += count);
        }
        for (file, count) in self.self_loops {
            let file = files.get_mut(file.index()).into_iter();
            file.for_each(|file| *file.left_out.entry("self loop".into()).or_default() += count);
        }
        self.seen
    }
}

/// A relation, with the categories of subject and object.
type Wanted = (RelationId, CategoryId, CategoryId);

/// A live node, with its category at hand: nodes are large, and lie where the cache is not.
#[derive(Debug, Clone, Copy)]
struct End {
    node: NodeId,
    category: CategoryId,
}

/// Why a CURIE is no end of an edge.
#[derive(Debug, Clone, Copy)]
enum NoEnd {
    Dangling,
    Obsolete,
}

impl Settling<'_> {
    fn stated(&mut self, records: &[EdgeRecord]) {
        let mut settler = Settler::new(&self.context);
        for (mark, record) in (0_u32..).zip(records) {
            let ends = (self.context.end(&record.subject), self.context.end(&record.object));
            let origin = Origin::Stated(self.context.source(record.place.file));
            if let Some((relation, row)) = settler.row(record.relation, ends, mark, record.place) {
                self.lists.entry(relation).or_default().entry(origin).or_default().push(row);
            }
        }
        self.counted.extend(settler.counted);
    }

    fn bulk(&mut self, tables: Vec<Bulk>, nodes: &[Curie]) {
        let context = &self.context;
        let ends: Vec<Result<End, NoEnd>> = nodes.iter().map(|curie| context.end(curie)).collect();
        let origins: Vec<Origin> =
            tables.iter().map(|table| Origin::Bulk(context.source(table.file), table.file)).collect();
        let settled: Vec<_> =
            (tables.into_par_iter().with_max_len(1)).map(|table| Settler::new(context).table(table, &ends)).collect();
        // In the order of tables, whichever was done first.
        for (origin, (relation, rows, elsewhere, counted)) in origins.into_iter().zip(settled) {
            let list = self.lists.entry(relation).or_default().entry(origin).or_default();
            if list.is_empty() {
                *list = rows;
            } else {
                list.extend(rows);
            }
            for (relation, row) in elsewhere {
                self.lists.entry(relation).or_default().entry(origin).or_default().push(row);
            }
            self.counted.extend(counted);
        }
    }
}

impl Context<'_> {
    /// The live node that a CURIE means.
    fn end(&self, curie: &Curie) -> Result<End, NoEnd> {
        let wanted = self.redirects.get(curie).unwrap_or(curie);
        let node = self.identifiers.find(wanted, self.nodes).ok_or(NoEnd::Dangling)?;
        let Node { is_obsolete, category, .. } = self.nodes[node.index()];
        if is_obsolete { Err(NoEnd::Obsolete) } else { Ok(End { node, category }) }
    }

    fn source(&self, file: FileId) -> SourceId {
        SourceId(self.files.get(file.index()).map_or(0, |file| file.source))
    }
}

/// Settles one record after the other.
struct Settler<'a> {
    relations: &'a Relations,
    categories: &'a indexmap::IndexSet<Box<str>>,
    /// The relation that an edge between two categories has.
    fits: BTreeMap<Wanted, Option<RelationId>>,
    /// The one that was asked for last: in a table most are alike.
    last_fit: Option<(Wanted, Option<RelationId>)>,
    counted: Counted,
}

/// The relation of a table, its rows, those that have another relation, and what became of the rest.
type Settled = (RelationId, Vec<Row>, Vec<(RelationId, Row)>, Counted);

impl<'a> Settler<'a> {
    fn new(context: &Context<'a>) -> Self {
        let Context { relations, categories, .. } = *context;
        Self { relations, categories, fits: BTreeMap::new(), last_fit: None, counted: Counted::default() }
    }

    fn table(mut self, table: Bulk, ends: &[Result<End, NoEnd>]) -> Settled {
        let end = |number: u32| ends.get(number as usize).copied().unwrap_or(Err(NoEnd::Dangling));
        let names = self.categories;
        let category = |name: &str| names.get_index_of(name).and_then(|at| u16::try_from(at).ok()).map(CategoryId);
        // Where both categories are ones of this graph, and differ: the ends the wrong way round.
        let turned = table.categories.as_ref().and_then(|(subject, object)| {
            Some((category(object)?, category(subject)?)).filter(|turned| turned.0 != turned.1)
        });
        let mut elsewhere: Vec<(RelationId, Row)> = Vec::new();
        let settle = |row: BulkRow| {
            let place = Place { file: table.file, line: row.line };
            let (mut subject, mut object) = (end(row.subject), end(row.object));
            if let (Ok(from), Ok(to), Some(turned)) = (subject, object, turned)
                && (from.category, to.category) == turned
            {
                (subject, object) = (object, subject);
            }
            let (relation, row) = self.row(table.relation, (subject, object), row.line, place)?;
            if relation == table.relation {
                return Some(row);
            }
            elsewhere.push((relation, row));
            None
        };
        // Twelve bytes become twelve bytes: the list is rewritten where it stands.
        let rows = table.rows.into_iter().filter_map(settle).collect();
        (table.relation, rows, elsewhere, self.counted)
    }

    /// The edge that a record states, once its ends are known; what cannot be used is counted.
    #[inline]
    fn row(
        &mut self,
        relation: RelationId,
        ends: (Result<End, NoEnd>, Result<End, NoEnd>),
        mark: u32,
        place: Place,
    ) -> Option<(RelationId, Row)> {
        let (from, to) = match ends {
            (Ok(from), Ok(to)) => (from, to),
            (Err(why), _) | (_, Err(why)) => {
                let (code, text) = match why {
                    NoEnd::Dangling => (DANGLING, "edges name a node that no source describes; they are in quarantine"),
                    NoEnd::Obsolete => {
                        (NO_REPLACEMENT, "edges name an obsolete node that nothing replaces; they are in quarantine")
                    }
                };
                self.quarantine(code, text.to_owned(), place);
                return None;
            }
        };
        let (mut subject, mut object) = (from.node, to.node);
        if subject == object {
            *self.counted.self_loops.entry(place.file).or_default() += 1;
            return None;
        }
        let Some(fitting) = self.fitting((relation, from.category, to.category)) else {
            let name = &self.relations.row(relation).name;
            let text = format!("edges `{name}` join categories that the relation may not join; they are in quarantine");
            self.quarantine(OUTSIDE, text, place);
            return None;
        };
        if self.relations.row(fitting).is_symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
        }
        Some((fitting, Row { subject, object, mark }))
    }

    fn quarantine(&mut self, code: Code, text: String, place: Place) {
        let entry = self.counted.seen.entry((code, text)).or_insert((0, place));
        *entry = (entry.0 + 1, entry.1.min(place));
        *self.counted.quarantined.entry(place.file).or_default() += 1;
    }

    /// The relation, or the one it gives way to, whose domain and range hold the categories of the ends.
    fn fitting(&mut self, wanted: Wanted) -> Option<RelationId> {
        if let Some((_, fit)) = self.last_fit.filter(|(last, _)| *last == wanted) {
            return fit;
        }
        let (relations, names) = (self.relations, self.categories);
        let (relation, subject, object) = wanted;
        let fit = *self.fits.entry(wanted).or_insert_with(|| {
            let is_allowed = |category: CategoryId, allowed: &[Box<str>]| {
                let name = names.get_index(usize::from(category.0));
                allowed.is_empty() || name.is_some_and(|name| allowed.contains(name))
            };
            let otherwise = relations.row(relation).otherwise.as_ref().and_then(|name| relations.id(name));
            std::iter::once(relation).chain(otherwise).find(|&relation| {
                let row = relations.row(relation);
                is_allowed(subject, &row.domain) && is_allowed(object, &row.range)
            })
        });
        self.last_fit = Some((wanted, fit));
        fit
    }
}

/// Cuts `is_a` cycles: of a cycle the edge read last goes.
fn without_cycles(edges: Merged, context: &mut Context<'_>) -> Merged {
    let mut order: Vec<usize> = (0..edges.subjects.len()).collect();
    order.sort_unstable_by_key(|&at| (edges.first(at), at));
    let pairs: Vec<(NodeId, NodeId)> = order.iter().map(|&at| (edges.subjects[at], edges.objects[at])).collect();
    let mut gone: Vec<usize> =
        cycle_edges(context.nodes.len(), &pairs).into_iter().map(|position| order[position]).collect();
    for &at in &gone {
        let more = edges.more_places.iter().filter(|(of, _)| *of as usize == at).map(|&(_, place)| place);
        for (nth, place) in std::iter::once(edges.first(at)).chain(more).enumerate() {
            let Some(file) = context.files.get_mut(place.file.index()) else { continue };
            *file.left_out.entry("is_a cycle".into()).or_default() += 1;
            *(if nth == 0 { &mut file.loaded } else { &mut file.duplicates }) -= 1;
        }
        let text = "an `is_a` edge closes a cycle and was cut; of a cycle the edge read last goes";
        let mut finding = Finding::warning(CYCLE, text);
        finding.location = location(context.files, edges.first(at));
        context.findings.push(finding);
    }
    gone.sort_unstable();
    if gone.is_empty() { edges } else { edges.without(&gone) }
}
