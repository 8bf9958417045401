//! From edge records to sorted edges.
//!
//! Each record is settled on its own (which nodes, which relation, may they be joined), falls into the list of its
//! relation and source as twelve bytes, and the lists are sorted and merged. Nothing is held per edge that only a few
//! edges have, so a table of eight million rows takes a hundred megabytes on its way and half of that when it is done.

use std::collections::BTreeMap;

use rayon::slice::ParallelSliceMut;

use crate::finding::Code;
use crate::finding::Finding;
use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::EdgeId;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::Qualifiers;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::SourceId;
use crate::kg::build::BuildError;
use crate::kg::column::Column;
use crate::kg::csr::Adjacency;
use crate::kg::graph::EdgeDetails;
use crate::kg::index::Identifiers;
use crate::kg::record::Bulk;
use crate::kg::taxonomy::cycle_edges;
use crate::location::FileId;
use crate::location::Location;
use crate::location::Place;

const DANGLING: Code = Code("K101");
const CYCLE: Code = Code("K102");
const NO_REPLACEMENT: Code = Code("K103");
const OUTSIDE: Code = Code("K104");

/// An edge record with its ends settled. `mark` is its position among the stated records, or the line of a bulk row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    subject: NodeId,
    object: NodeId,
    mark: u32,
}

/// Where the rows of a list come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    /// Records of a source.
    Stated(SourceId),
    /// A table of a source.
    Bulk(SourceId, FileId),
}

impl Origin {
    fn source(self) -> SourceId {
        match self {
            Self::Stated(source) | Self::Bulk(source, _) => source,
        }
    }
}

/// The edges of one relation, sorted by subject, object and source, each once.
#[derive(Debug, Default)]
struct Merged {
    subjects: Vec<NodeId>,
    objects: Vec<NodeId>,
    sources: Vec<SourceId>,
    firsts: Vec<Place>,
    more_places: Vec<(u32, Place)>,
    qualifiers: Vec<(u32, Qualifiers)>,
}

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
    stated: &mut Vec<EdgeRecord>,
    bulk: Vec<Bulk>,
    bulk_nodes: &[Curie],
    context: Context<'_>,
) -> Result<(Adjacency, EdgeDetails), BuildError> {
    if u32::try_from(stated.len()).is_err() {
        return Err(BuildError::TooMany { what: "edges", count: stated.len() });
    }
    let mut settling = Settling { context, lists: BTreeMap::new(), seen: BTreeMap::new(), fits: BTreeMap::new() };
    settling.stated(stated);
    settling.bulk(bulk, bulk_nodes);
    let Settling { mut context, lists, seen, .. } = settling;
    let is_a = context.relations.is_a();
    let mut merged: Vec<(RelationId, Merged)> = Vec::new();
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
    /// What is wrong with some edges: how many, and where the first stands.
    seen: BTreeMap<(Code, String), (u64, Place)>,
    /// The relation that an edge between two categories has.
    fits: BTreeMap<(RelationId, CategoryId, CategoryId), Option<RelationId>>,
}

/// Why a CURIE is no end of an edge.
#[derive(Debug, Clone, Copy)]
enum NoEnd {
    Dangling,
    Obsolete,
}

impl Settling<'_> {
    fn stated(&mut self, records: &[EdgeRecord]) {
        for (mark, record) in (0_u32..).zip(records) {
            let ends = (self.end(&record.subject), self.end(&record.object));
            let source = SourceId(self.context.files.get(record.place.file.index()).map_or(0, |file| file.source));
            self.row(record.relation, ends, mark, Origin::Stated(source), record.place);
        }
    }

    fn bulk(&mut self, tables: Vec<Bulk>, nodes: &[Curie]) {
        let ends: Vec<Result<NodeId, NoEnd>> = nodes.iter().map(|curie| self.end(curie)).collect();
        let end = |number: u32| ends.get(number as usize).copied().unwrap_or(Err(NoEnd::Dangling));
        for table in tables {
            let source = SourceId(self.context.files.get(table.file.index()).map_or(0, |file| file.source));
            let origin = Origin::Bulk(source, table.file);
            self.lists.entry(table.relation).or_default().entry(origin).or_default().reserve(table.rows.len());
            for row in table.rows {
                let place = Place { file: table.file, line: row.line };
                self.row(table.relation, (end(row.subject), end(row.object)), row.line, origin, place);
            }
        }
    }

    /// The live node that a CURIE means.
    fn end(&self, curie: &Curie) -> Result<NodeId, NoEnd> {
        let wanted = self.context.redirects.get(curie).unwrap_or(curie);
        let node = self.context.identifiers.find(wanted, self.context.nodes).ok_or(NoEnd::Dangling)?;
        if self.context.nodes[node.index()].is_obsolete { Err(NoEnd::Obsolete) } else { Ok(node) }
    }

    fn row(
        &mut self,
        relation: RelationId,
        ends: (Result<NodeId, NoEnd>, Result<NodeId, NoEnd>),
        mark: u32,
        origin: Origin,
        place: Place,
    ) {
        let (mut subject, mut object) = match ends {
            (Ok(subject), Ok(object)) => (subject, object),
            (Err(why), _) | (_, Err(why)) => {
                let (code, text) = match why {
                    NoEnd::Dangling => (DANGLING, "edges name a node that no source describes; they are in quarantine"),
                    NoEnd::Obsolete => {
                        (NO_REPLACEMENT, "edges name an obsolete node that nothing replaces; they are in quarantine")
                    }
                };
                return self.quarantine(code, text.to_owned(), place);
            }
        };
        if subject == object {
            if let Some(file) = self.context.files.get_mut(place.file.index()) {
                *file.left_out.entry("self loop".into()).or_default() += 1;
            }
            return;
        }
        let Some(fitting) = self.fitting(relation, subject, object) else {
            let name = &self.context.relations.row(relation).name;
            let text = format!("edges `{name}` join categories that the relation may not join; they are in quarantine");
            return self.quarantine(OUTSIDE, text, place);
        };
        if self.context.relations.row(fitting).is_symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
        }
        self.lists.entry(fitting).or_default().entry(origin).or_default().push(Row { subject, object, mark });
    }

    fn quarantine(&mut self, code: Code, text: String, place: Place) {
        let entry = self.seen.entry((code, text)).or_insert((0, place));
        entry.0 += 1;
        entry.1 = entry.1.min(place);
        if let Some(file) = self.context.files.get_mut(place.file.index()) {
            file.quarantined += 1;
        }
    }

    /// The relation, or the one it gives way to, whose domain and range hold the ends.
    fn fitting(&mut self, relation: RelationId, subject: NodeId, object: NodeId) -> Option<RelationId> {
        let (nodes, relations, names) = (self.context.nodes, self.context.relations, self.context.categories);
        let categories = (nodes[subject.index()].category, nodes[object.index()].category);
        *self.fits.entry((relation, categories.0, categories.1)).or_insert_with(|| {
            let is_allowed = |category: CategoryId, allowed: &[Box<str>]| {
                let name = names.get_index(usize::from(category.0));
                allowed.is_empty() || name.is_some_and(|name| allowed.contains(name))
            };
            let otherwise = relations.row(relation).otherwise.as_ref().and_then(|name| relations.id(name));
            std::iter::once(relation).chain(otherwise).find(|&relation| {
                let row = relations.row(relation);
                is_allowed(categories.0, &row.domain) && is_allowed(categories.1, &row.range)
            })
        })
    }
}

/// Sorts the lists of one relation and makes one edge of what one source says of one pair of nodes.
fn merge(mut origins: BTreeMap<Origin, Vec<Row>>, stated: &mut [EdgeRecord], files: &mut [FileTally]) -> Merged {
    for rows in origins.values_mut() {
        rows.par_sort_unstable();
    }
    let lists: Vec<(Origin, Vec<Row>)> = origins.into_iter().collect();
    let mut next = vec![0; lists.len()];
    let key = |origin: Origin, row: &Row| (row.subject, row.object, origin.source());
    let mut merged = Merged::default();
    let longest = lists.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0);
    merged.reserve(longest / 2);
    let mut records: Vec<(FileId, Row, Origin)> = Vec::new();
    loop {
        let heads = lists.iter().zip(&next).filter_map(|((origin, rows), &at)| Some(key(*origin, rows.get(at)?)));
        let Some(least) = heads.min() else { break };
        for ((origin, rows), at) in lists.iter().zip(&mut next) {
            while let Some(row) = rows.get(*at).filter(|row| key(*origin, row) == least) {
                let file = match *origin {
                    Origin::Bulk(_, file) => file,
                    Origin::Stated(_) => stated[row.mark as usize].place.file,
                };
                records.push((file, *row, *origin));
                *at += 1;
            }
        }
        merged.push(least, &records, stated, files);
        records.clear();
    }
    merged
}

impl Merged {
    fn reserve(&mut self, more: usize) {
        self.subjects.reserve(more);
        self.objects.reserve(more);
        self.sources.reserve(more);
        self.firsts.reserve(more);
    }

    /// Adds the edge that some records state.
    fn push(
        &mut self,
        (subject, object, source): (NodeId, NodeId, SourceId),
        records: &[(FileId, Row, Origin)],
        stated: &mut [EdgeRecord],
        files: &mut [FileTally],
    ) {
        // Nothing but a position: 32 bits were checked to number all records.
        let number = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        let mut first: Option<Place> = None;
        let mut places: Vec<Place> = Vec::new();
        let mut qualifiers = Qualifiers::NONE;
        for (nth, (file, row, origin)) in records.iter().enumerate() {
            let place = match origin {
                Origin::Bulk(..) => Place { file: *file, line: row.mark },
                Origin::Stated(_) => {
                    let record = &mut stated[row.mark as usize];
                    let more = std::mem::take(&mut record.qualifiers);
                    if nth == 0 {
                        qualifiers = more;
                    } else {
                        qualifiers.merge(more);
                    }
                    places.push(record.place);
                    record.place
                }
            };
            first = Some(first.map_or(place, |first| first.min(place)));
        }
        let Some(first) = first else { return };
        for (nth, (file, ..)) in records.iter().enumerate() {
            if let Some(file) = files.get_mut(file.index()) {
                *(if nth == 0 { &mut file.loaded } else { &mut file.duplicates }) += 1;
            }
        }
        places.sort_unstable();
        self.more_places.extend(places.into_iter().filter(|&place| place != first).map(|place| (number, place)));
        if !qualifiers.is_empty() {
            self.qualifiers.push((number, qualifiers));
        }
        self.subjects.push(subject);
        self.objects.push(object);
        self.sources.push(source);
        self.firsts.push(first);
    }

    /// The same without the edges at some positions, which are sorted.
    fn without(self, gone: &[usize]) -> Self {
        let kept: Vec<bool> = (0..self.subjects.len()).map(|at| gone.binary_search(&at).is_err()).collect();
        let shift = |at: u32| at - u32::try_from(gone.partition_point(|&gone| gone < at as usize)).unwrap_or(at);
        fn retain<T>(list: Vec<T>, kept: &[bool]) -> Vec<T> {
            list.into_iter().zip(kept).filter(|(_, kept)| **kept).map(|(value, _)| value).collect()
        }
        let is_kept = |at: u32| kept[at as usize];
        Self {
            subjects: retain(self.subjects, &kept),
            objects: retain(self.objects, &kept),
            sources: retain(self.sources, &kept),
            firsts: retain(self.firsts, &kept),
            more_places: self
                .more_places
                .into_iter()
                .filter(|&(at, _)| is_kept(at))
                .map(|(at, place)| (shift(at), place))
                .collect(),
            qualifiers: self
                .qualifiers
                .into_iter()
                .filter(|&(at, _)| is_kept(at))
                .map(|(at, said)| (shift(at), said))
                .collect(),
        }
    }
}

/// Cuts `is_a` cycles: of a cycle the edge read last goes.
fn without_cycles(edges: Merged, context: &mut Context<'_>) -> Merged {
    let mut order: Vec<usize> = (0..edges.subjects.len()).collect();
    order.sort_unstable_by_key(|&at| (edges.firsts[at], at));
    let pairs: Vec<(NodeId, NodeId)> = order.iter().map(|&at| (edges.subjects[at], edges.objects[at])).collect();
    let mut gone: Vec<usize> =
        cycle_edges(context.nodes.len(), &pairs).into_iter().map(|position| order[position]).collect();
    for &at in &gone {
        let more = edges.more_places.iter().filter(|(of, _)| *of as usize == at).map(|&(_, place)| place);
        for (nth, place) in std::iter::once(edges.firsts[at]).chain(more).enumerate() {
            let Some(file) = context.files.get_mut(place.file.index()) else { continue };
            *file.left_out.entry("is_a cycle".into()).or_default() += 1;
            *(if nth == 0 { &mut file.loaded } else { &mut file.duplicates }) -= 1;
        }
        let text = "an `is_a` edge closes a cycle and was cut; of a cycle the edge read last goes";
        let mut finding = Finding::warning(CYCLE, text);
        finding.location = location(context.files, edges.firsts[at]);
        context.findings.push(finding);
    }
    gone.sort_unstable();
    if gone.is_empty() { edges } else { edges.without(&gone) }
}

/// Lays what is known of edges out by their numbers.
fn details(adjacency: &Adjacency, merged: Vec<(RelationId, Merged)>) -> EdgeDetails {
    let n_edges = adjacency.n_edges();
    let (mut sources, mut files) = (vec![SourceId(0); n_edges], vec![FileId(0); n_edges]);
    let mut lines = vec![0_u32; n_edges];
    let mut more_places: Vec<(EdgeId, Place)> = Vec::new();
    let mut qualifiers: Vec<(EdgeId, Qualifiers)> = Vec::new();
    for (relation, edges) in merged {
        let mut ids: Vec<EdgeId> = Vec::with_capacity(edges.subjects.len());
        for group in edges.subjects.chunk_by(|left, right| left == right) {
            let Some(subject) = group.first() else { continue };
            ids.extend(adjacency.objects(*subject, relation).edges());
        }
        for (at, &edge) in ids.iter().enumerate() {
            let place = edges.firsts[at];
            sources[edge.index()] = edges.sources[at];
            files[edge.index()] = place.file;
            lines[edge.index()] = place.line;
        }
        more_places.extend(edges.more_places.into_iter().map(|(at, place)| (ids[at as usize], place)));
        qualifiers.extend(edges.qualifiers.into_iter().map(|(at, said)| (ids[at as usize], said)));
    }
    more_places.sort_unstable();
    qualifiers.sort_unstable_by_key(|&(edge, _)| edge);
    EdgeDetails {
        sources: Column::new(sources, SourceId(0)),
        files: Column::new(files, FileId(0)),
        lines,
        more_places,
        qualifiers,
    }
}
