//! Nodes, their other names, and where their edges start.

use arrow_array::types::UInt8Type;
use arrow_array::types::UInt16Type;
use arrow_array::types::UInt32Type;

use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::Scope;
use crate::kg::SourceId;
use crate::kg::Synonym;
use crate::kg::index::Identifiers;
use crate::kg::snapshot::SnapshotError;
use crate::kg::snapshot::edges::FirstGroups;
use crate::kg::snapshot::table::Columns;
use crate::kg::snapshot::table::Table;
use crate::location::FileId;
use crate::location::Place;

const SCOPES: [Scope; 4] = [Scope::Exact, Scope::Narrow, Scope::Broad, Scope::Related];

/// The tables of a graph's nodes.
pub(super) fn tables(graph: &Graph) -> Vec<Columns> {
    let nodes = &graph.nodes;
    let numbered = || (0_u32..).zip(nodes);
    let synonyms = || numbered().flat_map(|(number, node)| node.synonyms.iter().map(move |synonym| (number, synonym)));
    let xrefs = || numbered().flat_map(|(number, node)| node.xrefs.iter().map(move |xref| (number, xref)));
    let scope = |synonym: &Synonym| SCOPES.iter().position(|&scope| scope == synonym.scope);
    let others = graph.identifiers.others();
    // The last of these is the number of groups, which the table of groups tells.
    let firsts = |groups: &[u32]| groups[..nodes.len()].to_vec();
    vec![
        Columns::new("nodes")
            .with_texts("curie", nodes.iter().map(|node| node.curie.as_str()))
            .with_texts("label", nodes.iter().map(|node| &*node.label))
            .with_texts("definition", nodes.iter().map(|node| &*node.definition))
            .with::<UInt16Type>("category", nodes.iter().map(|node| node.category.0).collect())
            .with::<UInt16Type>("source", nodes.iter().map(|node| node.source.0).collect())
            .with::<UInt16Type>("file", nodes.iter().map(|node| node.place.file.0).collect())
            .with::<UInt32Type>("line", nodes.iter().map(|node| node.place.line).collect())
            .with_flags("obsolete", nodes.iter().map(|node| node.is_obsolete).collect())
            .with::<UInt32Type>("first_outgoing_group", firsts(&graph.adjacency.outgoing.first_groups))
            .with::<UInt32Type>("first_incoming_group", firsts(&graph.adjacency.incoming.first_groups)),
        Columns::new("synonyms")
            .with::<UInt32Type>("node", synonyms().map(|(number, _)| number).collect())
            .with_texts("text", synonyms().map(|(_, synonym)| &*synonym.text))
            .with::<UInt8Type>("scope", synonyms().map(|(_, synonym)| scope(synonym).map_or(3, narrow)).collect())
            .with_flags("lay", synonyms().map(|(_, synonym)| synonym.is_lay).collect()),
        Columns::new("xrefs")
            .with::<UInt32Type>("node", xrefs().map(|(number, _)| number).collect())
            .with_texts("curie", xrefs().map(|(_, xref)| xref.as_str())),
        Columns::new("aliases")
            .with::<UInt32Type>("node", others.iter().map(|(_, node)| node.0).collect())
            .with_texts("curie", others.iter().map(|(curie, _)| curie.as_str())),
    ]
}

fn narrow(at: usize) -> u8 {
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// The nodes, what they are found by, and where their edges start.
pub(super) fn read(
    table: impl Fn(&str) -> Result<Table, SnapshotError>,
    n_categories: usize,
) -> Result<(Vec<Node>, Identifiers, FirstGroups), SnapshotError> {
    let rows = table("nodes")?;
    let (curies, labels, definitions) = (rows.texts("curie")?, rows.texts("label")?, rows.texts("definition")?);
    let (categories, sources) = (rows.numbers::<UInt16Type>("category")?, rows.numbers::<UInt16Type>("source")?);
    let (files, lines) = (rows.numbers::<UInt16Type>("file")?, rows.numbers::<UInt32Type>("line")?);
    let obsolete = rows.flags("obsolete")?;
    let mut nodes: Vec<Node> = (0..rows.len())
        .map(|at| Node {
            curie: Curie::of_snapshot(curies.value(at)),
            label: labels.value(at).into(),
            category: CategoryId(categories[at].min(u16::try_from(n_categories).unwrap_or(u16::MAX))),
            synonyms: Vec::new(),
            xrefs: Vec::new(),
            definition: definitions.value(at).into(),
            is_obsolete: obsolete.value(at),
            source: SourceId(sources[at]),
            place: Place { file: FileId(files[at]), line: lines[at] },
        })
        .collect();
    let synonyms = table("synonyms")?;
    let (texts, scopes, lay) =
        (synonyms.texts("text")?, synonyms.numbers::<UInt8Type>("scope")?, synonyms.flags("lay")?);
    for (at, &number) in synonyms.numbers::<UInt32Type>("node")?.iter().enumerate() {
        if let Some(node) = nodes.get_mut(number as usize) {
            let scope = SCOPES.get(usize::from(scopes[at])).copied().unwrap_or(Scope::Related);
            node.synonyms.push(Synonym { text: texts.value(at).into(), scope, is_lay: lay.value(at) });
        }
    }
    let xrefs = table("xrefs")?;
    let texts = xrefs.texts("curie")?;
    for (at, &number) in xrefs.numbers::<UInt32Type>("node")?.iter().enumerate() {
        if let Some(node) = nodes.get_mut(number as usize) {
            node.xrefs.push(Curie::of_snapshot(texts.value(at)));
        }
    }
    let mut identifiers = Identifiers::new(&nodes);
    let aliases = table("aliases")?;
    let texts = aliases.texts("curie")?;
    for (at, &number) in aliases.numbers::<UInt32Type>("node")?.iter().enumerate() {
        if (number as usize) < nodes.len() {
            identifiers.add_other(Curie::of_snapshot(texts.value(at)), NodeId(number));
        }
    }
    let firsts = FirstGroups {
        outgoing: rows.numbers::<UInt32Type>("first_outgoing_group")?.to_vec(),
        incoming: rows.numbers::<UInt32Type>("first_incoming_group")?.to_vec(),
    };
    Ok((nodes, identifiers, firsts))
}
