//! The strings that another source gave than their node's own.

use arrow_array::types::UInt8Type;
use arrow_array::types::UInt16Type;
use arrow_array::types::UInt32Type;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::kg::credit::Credits;
use crate::kg::credit::Part;
use crate::kg::snapshot::SnapshotError;
use crate::kg::snapshot::table::Columns;
use crate::kg::snapshot::table::Table;

/// What a string is, by its number in the table.
const LABEL: u8 = 0;
const DEFINITION: u8 = 1;
const SYNONYM: u8 = 2;
const XREF: u8 = 3;

/// The table.
pub(super) fn table(graph: &Graph) -> Columns {
    let all = || graph.credits.iter();
    let kind = |part| match part {
        Part::Label => (LABEL, 0),
        Part::Definition => (DEFINITION, 0),
        Part::Synonym(at) => (SYNONYM, at),
        Part::Xref(at) => (XREF, at),
    };
    Columns::new("credits")
        .with::<UInt32Type>("node", all().map(|(node, ..)| node.0).collect())
        .with::<UInt8Type>("kind", all().map(|(_, part, _)| kind(part).0).collect())
        .with::<UInt32Type>("position", all().map(|(_, part, _)| kind(part).1).collect())
        .with::<UInt16Type>("source", all().map(|(.., source)| source.0).collect())
}

/// What the table holds; `None` if it names a source or a kind that there is not.
pub(super) fn read(rows: &Table, n_sources: usize) -> Result<Option<Credits>, SnapshotError> {
    let (nodes, kinds) = (rows.numbers::<UInt32Type>("node")?, rows.numbers::<UInt8Type>("kind")?);
    let (positions, sources) = (rows.numbers::<UInt32Type>("position")?, rows.numbers::<UInt16Type>("source")?);
    let entry = |at: usize| {
        let part = match kinds[at] {
            LABEL => Part::Label,
            DEFINITION => Part::Definition,
            SYNONYM => Part::Synonym(positions[at]),
            XREF => Part::Xref(positions[at]),
            _ => return None,
        };
        (usize::from(sources[at]) < n_sources).then_some((NodeId(nodes[at]), part, SourceId(sources[at])))
    };
    Ok((0..rows.len()).map(entry).collect::<Option<Vec<_>>>().map(Credits::new))
}
