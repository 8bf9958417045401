//! Edges: their ends from both sides, their places and qualifiers.

use arrow_array::Array as _;
use arrow_array::types::UInt8Type;
use arrow_array::types::UInt16Type;
use arrow_array::types::UInt32Type;

use crate::kg::Curie;
use crate::kg::EdgeId;
use crate::kg::Frequency;
use crate::kg::Graph;
use crate::kg::Qualifiers;
use crate::kg::RelationId;
use crate::kg::SourceId;
use crate::kg::column::Column;
use crate::kg::csr::Adjacency;
use crate::kg::csr::Rows;
use crate::kg::graph::EdgeDetails;
use crate::kg::snapshot::SnapshotError;
use crate::kg::snapshot::ids;
use crate::kg::snapshot::table::Columns;
use crate::kg::snapshot::table::Table;
use crate::location::FileId;
use crate::location::Place;

/// For each node, its first group in either direction. They stand in the table of nodes.
pub(super) struct FirstGroups {
    pub(super) outgoing: Vec<u32>,
    pub(super) incoming: Vec<u32>,
}

/// What a text says of an edge, by its number in the table.
const ONSET: u8 = 0;
const EVIDENCE: u8 = 1;
const PUBLICATION: u8 = 2;
const SEX: u8 = 3;

/// The tables of a graph's edges.
pub(super) fn tables(graph: &Graph) -> Vec<Columns> {
    let (adjacency, details) = (&graph.adjacency, &graph.details);
    let numbers = |nodes: &[crate::kg::NodeId]| nodes.iter().map(|node| node.0).collect();
    let mut edges = Columns::new("edges")
        .with::<UInt32Type>("object", numbers(&adjacency.outgoing.nodes))
        .with::<UInt32Type>("incoming_subject", numbers(&adjacency.incoming.nodes))
        .with::<UInt32Type>("line", details.lines.clone());
    if let Column::Each(sources) = &details.sources {
        edges = edges.with::<UInt16Type>("source", sources.iter().map(|source| source.0).collect());
    }
    if let Column::Each(files) = &details.files {
        edges = edges.with::<UInt16Type>("file", files.iter().map(|file| file.0).collect());
    }
    let same = |value: Option<u16>| value.into_iter().collect::<Vec<_>>();
    let source = if let Column::Same(source) = details.sources { Some(source.0) } else { None };
    let file = if let Column::Same(file) = details.files { Some(file.0) } else { None };
    let groups = |name: &'static str, rows: &Rows| {
        let relations = rows.relations.iter().map(|relation| relation.number()).collect();
        let starts = rows.starts[..rows.relations.len()].to_vec();
        Columns::new(name).with::<UInt16Type>("relation", relations).with::<UInt32Type>("start", starts)
    };
    let said = &details.qualifiers;
    let texts: Vec<(u32, u8, &str)> = said.iter().flat_map(|(edge, said)| texts(edge.0, said)).collect();
    let counts = |which: fn((u32, u32)) -> u32| {
        said.iter().map(|(_, said)| said.frequency.counts.map(|counts| f64::from(which(counts)))).collect()
    };
    let class = |which: fn((f64, f64)) -> f64| said.iter().map(|(_, said)| said.frequency.class.map(which)).collect();
    vec![
        edges,
        Columns::new("edge_source").with::<UInt16Type>("source", same(source)),
        Columns::new("edge_file").with::<UInt16Type>("file", same(file)),
        groups("outgoing_groups", &adjacency.outgoing),
        groups("incoming_groups", &adjacency.incoming),
        Columns::new("places")
            .with::<UInt32Type>("edge", details.more_places.iter().map(|(edge, _)| edge.0).collect())
            .with::<UInt16Type>("file", details.more_places.iter().map(|(_, place)| place.file.0).collect())
            .with::<UInt32Type>("line", details.more_places.iter().map(|(_, place)| place.line).collect()),
        Columns::new("frequencies")
            .with::<UInt32Type>("edge", said.iter().map(|(edge, _)| edge.0).collect())
            .with_shares("hits", counts(|(hits, _)| hits))
            .with_shares("patients", counts(|(_, total)| total))
            .with_shares("low", class(|(low, _)| low))
            .with_shares("high", class(|(_, high)| high)),
        Columns::new("qualifiers")
            .with::<UInt32Type>("edge", texts.iter().map(|(edge, ..)| *edge).collect())
            .with::<UInt8Type>("kind", texts.iter().map(|(_, kind, _)| *kind).collect())
            .with_texts("text", texts.iter().map(|(.., text)| *text)),
    ]
}

fn texts(edge: u32, said: &Qualifiers) -> impl Iterator<Item = (u32, u8, &str)> {
    let onset = said.onset.iter().map(|term| (ONSET, term.as_str()));
    let evidence = said.evidence.iter().map(|code| (EVIDENCE, &**code));
    let publications = said.publications.iter().map(|reference| (PUBLICATION, &**reference));
    let sex = said.sex.iter().map(|sex| (SEX, &**sex));
    onset.chain(evidence).chain(publications).chain(sex).map(move |(kind, text)| (edge, kind, text))
}

impl FirstGroups {
    /// Completes edges that were read without them.
    pub(super) fn complete(self, adjacency: &mut Adjacency) {
        for (rows, mut firsts) in [(&mut adjacency.outgoing, self.outgoing), (&mut adjacency.incoming, self.incoming)] {
            firsts.push(u32::try_from(rows.relations.len()).unwrap_or(u32::MAX));
            rows.first_groups = firsts;
        }
    }
}

/// The edges of the tables, but for [`FirstGroups`].
pub(super) fn read(
    table: impl Fn(&str) -> Result<Table, SnapshotError>,
) -> Result<(Adjacency, EdgeDetails), SnapshotError> {
    let edges = table("edges")?;
    let n_edges = edges.len();
    let rows = |name: &str, nodes: &str| {
        let groups = table(name)?;
        let relations = groups.numbers::<UInt16Type>("relation")?.iter().map(|&at| RelationId::of_number(at));
        let mut starts = groups.numbers::<UInt32Type>("start")?.to_vec();
        starts.push(u32::try_from(n_edges).unwrap_or(u32::MAX));
        let nodes = ids(edges.numbers::<UInt32Type>(nodes)?);
        Ok::<_, SnapshotError>(Rows { first_groups: Vec::new(), relations: relations.collect(), starts, nodes })
    };
    let adjacency = Adjacency {
        outgoing: rows("outgoing_groups", "object")?,
        incoming: rows("incoming_groups", "incoming_subject")?,
    };
    let same = |name: &str, column: &str| table(name)?.numbers::<UInt16Type>(column).map(|all| all.first().copied());
    let sources = match same("edge_source", "source")? {
        Some(source) => Column::Same(SourceId(source)),
        None => Column::Each(edges.numbers::<UInt16Type>("source")?.iter().copied().map(SourceId).collect()),
    };
    let files = match same("edge_file", "file")? {
        Some(file) => Column::Same(FileId(file)),
        None => Column::Each(edges.numbers::<UInt16Type>("file")?.iter().copied().map(FileId).collect()),
    };
    let places = table("places")?;
    let (file, line) = (places.numbers::<UInt16Type>("file")?, places.numbers::<UInt32Type>("line")?);
    let more_places = (places.numbers::<UInt32Type>("edge")?.iter().enumerate())
        .map(|(at, &edge)| (EdgeId(edge), Place { file: FileId(file[at]), line: line[at] }))
        .collect();
    let lines = edges.numbers::<UInt32Type>("line")?.to_vec();
    Ok((adjacency, EdgeDetails { sources, files, lines, more_places, qualifiers: qualifiers(table)? }))
}

fn qualifiers(
    table: impl Fn(&str) -> Result<Table, SnapshotError>,
) -> Result<Vec<(EdgeId, Qualifiers)>, SnapshotError> {
    let frequencies = table("frequencies")?;
    let shares = ["hits", "patients", "low", "high"].map(|name| frequencies.shares(name));
    let [hits, patients, low, high] = shares;
    let (hits, patients, low, high) = (hits?, patients?, low?, high?);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written from a u32")]
    let count = |number: f64| number as u32;
    let mut qualifiers: Vec<(EdgeId, Qualifiers)> = (frequencies.numbers::<UInt32Type>("edge")?.iter().enumerate())
        .map(|(at, &edge)| {
            let counts = hits.is_valid(at).then(|| (count(hits.value(at)), count(patients.value(at))));
            let class = low.is_valid(at).then(|| (low.value(at), high.value(at)));
            (EdgeId(edge), Qualifiers { frequency: Frequency { counts, class }, ..Qualifiers::NONE })
        })
        .collect();
    let texts = table("qualifiers")?;
    let (kinds, text) = (texts.numbers::<UInt8Type>("kind")?, texts.texts("text")?);
    for (at, &edge) in texts.numbers::<UInt32Type>("edge")?.iter().enumerate() {
        let Ok(of) = qualifiers.binary_search_by_key(&EdgeId(edge), |(edge, _)| *edge) else { continue };
        let (said, text) = (&mut qualifiers[of].1, text.value(at));
        match kinds[at] {
            ONSET => said.onset.push(Curie::of_snapshot(text)),
            EVIDENCE => said.evidence.push(text.into()),
            PUBLICATION => said.publications.push(text.into()),
            _ => said.sex = Some(text.into()),
        }
    }
    Ok(qualifiers)
}
