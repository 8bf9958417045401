//! The index of names, as it was built.
//!
//! Bringing a hundred thousand names into their normal form and sorting them takes longer than everything else that
//! opening does. The index holds hashes of a hasher that promises no stability over its versions, so the manifest
//! holds the hash of a known name beside it: see [`NameIndex::probe`].

use arrow_array::types::UInt32Type;
use arrow_array::types::UInt64Type;

use crate::kg::Graph;
use crate::kg::index::NameIndex;
use crate::kg::snapshot::SnapshotError;
use crate::kg::snapshot::ids;
use crate::kg::snapshot::table::Columns;
use crate::kg::snapshot::table::Table;

/// The table of a graph's names.
pub(super) fn table(graph: &Graph) -> Columns {
    let (hashes, nodes) = graph.names.entries();
    Columns::new("names")
        .with::<UInt64Type>("hash", hashes.to_vec())
        .with::<UInt32Type>("node", nodes.iter().map(|node| node.0).collect())
}

/// The index of the table.
pub(super) fn read(table: impl Fn(&str) -> Result<Table, SnapshotError>) -> Result<NameIndex, SnapshotError> {
    let names = table("names")?;
    let hashes = names.numbers::<UInt64Type>("hash")?.to_vec();
    Ok(NameIndex::of_entries(hashes, ids(names.numbers::<UInt32Type>("node")?)))
}
