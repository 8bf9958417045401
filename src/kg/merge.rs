//! One edge for what one source says of one pair of nodes.
//!
//! Lists of settled records, each of one relation and one origin, are merged in order. A table that says nothing
//! beside the ends of its edges, and stands alone, takes a short way: its first lines are its edges.

use std::collections::BTreeMap;

use crate::kg::EdgeId;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::NodeId;
use crate::kg::Qualifiers;
use crate::kg::RelationId;
use crate::kg::SourceId;
use crate::kg::column::Column;
use crate::kg::column::retained;
use crate::kg::csr::Adjacency;
use crate::kg::graph::EdgeDetails;
use crate::location::FileId;
use crate::location::Place;

/// An edge record with its ends settled. `mark` is its position among the stated records, or the line of a bulk row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) subject: NodeId,
    pub(super) object: NodeId,
    pub(super) mark: u32,
}

impl Row {
    /// A number in whose order rows are sorted.
    pub(super) fn key(&self) -> u128 {
        u128::from(self.subject.0) << 64 | u128::from(self.object.0) << 32 | u128::from(self.mark)
    }
}

/// Where the rows of a list come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
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
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) subjects: Vec<NodeId>,
    pub(super) objects: Vec<NodeId>,
    pub(super) sources: Column<SourceId>,
    /// Where the first record of each stands.
    pub(super) files: Column<FileId>,
    pub(super) lines: Vec<u32>,
    pub(super) more_places: Vec<(u32, Place)>,
    pub(super) qualifiers: Vec<(u32, Qualifiers)>,
}

/// Makes one edge of what one source says of one pair of nodes, from the sorted lists of one relation.
pub(super) fn merge(origins: BTreeMap<Origin, Vec<Row>>, stated: &mut [EdgeRecord], files: &mut [FileTally]) -> Merged {
    if origins.len() == 1
        && let Some((&Origin::Bulk(source, file), rows)) = origins.first_key_value()
    {
        return one_table(rows, source, file, files);
    }
    let lists: Vec<(Origin, Vec<Row>)> = origins.into_iter().collect();
    let mut next = vec![0; lists.len()];
    let key = |origin: Origin, row: &Row| (row.subject, row.object, origin.source());
    let mut merging = Merging::default();
    let mut records: Vec<(Place, Option<u32>)> = Vec::new();
    loop {
        let heads = lists.iter().zip(&next).filter_map(|((origin, rows), &at)| Some(key(*origin, rows.get(at)?)));
        let Some(least) = heads.min() else { break };
        for ((origin, rows), at) in lists.iter().zip(&mut next) {
            while let Some(row) = rows.get(*at).filter(|row| key(*origin, row) == least) {
                records.push(match *origin {
                    Origin::Bulk(_, file) => (Place { file, line: row.mark }, None),
                    Origin::Stated(_) => (stated[row.mark as usize].place, Some(row.mark)),
                });
                *at += 1;
            }
        }
        merging.push(least, &records, stated, files);
        records.clear();
    }
    merging.finish()
}

/// The edges of one sorted table: the first line of each counts, the others are duplicates.
fn one_table(rows: &[Row], source: SourceId, file: FileId, files: &mut [FileTally]) -> Merged {
    let is_same = |left: &Row, right: &Row| (left.subject, left.object) == (right.subject, right.object);
    let count = rows.chunk_by(is_same).count();
    let firsts = || rows.chunk_by(is_same).filter_map(|group| group.first());
    if let Some(tally) = files.get_mut(file.index()) {
        tally.loaded += count as u64;
        tally.duplicates += (rows.len() - count) as u64;
    }
    let mut merged = Merged {
        subjects: Vec::with_capacity(count),
        objects: Vec::with_capacity(count),
        sources: Column::Same(source),
        files: Column::Same(file),
        lines: Vec::with_capacity(count),
        more_places: Vec::new(),
        qualifiers: Vec::new(),
    };
    for row in firsts() {
        merged.subjects.push(row.subject);
        merged.objects.push(row.object);
        merged.lines.push(row.mark);
    }
    merged
}

/// Edges of one relation while several lists are merged.
#[derive(Debug, Default)]
struct Merging {
    subjects: Vec<NodeId>,
    objects: Vec<NodeId>,
    sources: Vec<SourceId>,
    files: Vec<FileId>,
    lines: Vec<u32>,
    more_places: Vec<(u32, Place)>,
    qualifiers: Vec<(u32, Qualifiers)>,
}

impl Merging {
    /// Adds the edge that some records state, each given by its place and its position among the stated ones.
    fn push(
        &mut self,
        (subject, object, source): (NodeId, NodeId, SourceId),
        records: &[(Place, Option<u32>)],
        stated: &mut [EdgeRecord],
        files: &mut [FileTally],
    ) {
        let Some(first) = records.iter().map(|&(place, _)| place).min() else { return };
        // Nothing but a position: 32 bits were checked to number all records.
        let number = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        let mut said: Option<Qualifiers> = None;
        let mut places: Vec<Place> = Vec::new();
        let mut is_loaded = false;
        for &(place, mark) in records {
            if let Some(mark) = mark {
                let more = std::mem::take(&mut stated[mark as usize].qualifiers);
                match &mut said {
                    Some(said) => said.merge(more),
                    None => said = Some(more),
                }
                places.push(place);
            }
            // Two records may share a line.
            let loads = place == first && !is_loaded;
            is_loaded |= loads;
            if let Some(file) = files.get_mut(place.file.index()) {
                *(if loads { &mut file.loaded } else { &mut file.duplicates }) += 1;
            }
        }
        places.sort_unstable();
        self.more_places.extend(places.into_iter().filter(|&place| place != first).map(|place| (number, place)));
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            self.qualifiers.push((number, said));
        }
        self.subjects.push(subject);
        self.objects.push(object);
        self.sources.push(source);
        self.files.push(first.file);
        self.lines.push(first.line);
    }

    fn finish(self) -> Merged {
        Merged {
            subjects: self.subjects,
            objects: self.objects,
            sources: Column::new(self.sources, SourceId(0)),
            files: Column::new(self.files, FileId(0)),
            lines: self.lines,
            more_places: self.more_places,
            qualifiers: self.qualifiers,
        }
    }
}

impl Merged {
    /// Where the edge at a position was stated first.
    pub(super) fn first(&self, at: usize) -> Place {
        Place { file: self.files.get(at), line: self.lines[at] }
    }

    /// The same without the edges at some positions, which are sorted.
    pub(super) fn without(self, gone: &[usize]) -> Self {
        let kept: Vec<bool> = (0..self.subjects.len()).map(|at| gone.binary_search(&at).is_err()).collect();
        let shift = |at: u32| at - u32::try_from(gone.partition_point(|&gone| gone < at as usize)).unwrap_or(at);
        fn moved<T>(list: Vec<(u32, T)>, kept: &[bool], shift: impl Fn(u32) -> u32) -> Vec<(u32, T)> {
            list.into_iter().filter(|&(at, _)| kept[at as usize]).map(|(at, value)| (shift(at), value)).collect()
        }
        Self {
            subjects: retained(self.subjects, &kept),
            objects: retained(self.objects, &kept),
            sources: self.sources.retained(&kept),
            files: self.files.retained(&kept),
            lines: retained(self.lines, &kept),
            more_places: moved(self.more_places, &kept, shift),
            qualifiers: moved(self.qualifiers, &kept, shift),
        }
    }
}

/// Lays what is known of edges out by their numbers.
pub(super) fn details(adjacency: &Adjacency, merged: Vec<(RelationId, Merged)>) -> EdgeDetails {
    let n_edges = adjacency.n_edges();
    let mut lines = vec![0_u32; n_edges];
    let mut more_places: Vec<(EdgeId, Place)> = Vec::new();
    let mut qualifiers: Vec<(EdgeId, Qualifiers)> = Vec::new();
    let mut sources = Spread::new(merged.iter().map(|(_, edges)| &edges.sources), n_edges, SourceId(0));
    let mut files = Spread::new(merged.iter().map(|(_, edges)| &edges.files), n_edges, FileId(0));
    for (relation, edges) in merged {
        let mut ids: Vec<EdgeId> = Vec::with_capacity(edges.subjects.len());
        for group in edges.subjects.chunk_by(|left, right| left == right) {
            let Some(subject) = group.first() else { continue };
            ids.extend(adjacency.objects(*subject, relation).edges());
        }
        for (at, &edge) in ids.iter().enumerate() {
            lines[edge.index()] = edges.lines[at];
            sources.set(edge.index(), &edges.sources, at);
            files.set(edge.index(), &edges.files, at);
        }
        more_places.extend(edges.more_places.into_iter().map(|(at, place)| (ids[at as usize], place)));
        qualifiers.extend(edges.qualifiers.into_iter().map(|(at, said)| (ids[at as usize], said)));
    }
    more_places.sort_unstable();
    qualifiers.sort_unstable_by_key(|&(edge, _)| edge);
    EdgeDetails { sources: sources.0, files: files.0, lines, more_places, qualifiers }
}

/// A column that is filled in another order than that of its positions.
struct Spread<T>(Column<T>);

impl<T: Copy + PartialEq> Spread<T> {
    /// Room for values of some columns, unless they are all the same.
    fn new<'a>(mut parts: impl Iterator<Item = &'a Column<T>>, n_values: usize, default: T) -> Self
    where
        T: 'a,
    {
        let Some(Column::Same(first)) = parts.next() else { return Self(Column::Each(vec![default; n_values])) };
        let is_same = parts.all(|part| *part == Column::Same(*first));
        Self(if is_same { Column::Same(*first) } else { Column::Each(vec![default; n_values]) })
    }

    fn set(&mut self, to: usize, part: &Column<T>, from: usize) {
        if let Column::Each(values) = &mut self.0 {
            values[to] = part.get(from);
        }
    }
}
