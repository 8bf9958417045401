//! Neighbours in one block of memory.
//!
//! Compressed sparse rows: the neighbours of a node lie side by side, grouped by relation, sorted by node and then
//! by edge. Two of them, one for each direction, make every question "who stands in relation r to n" one binary
//! search and one slice.

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;

/// One end of an edge, seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// The relation.
    pub relation: RelationId,
    /// The node at the other end.
    pub node: NodeId,
    /// The edge between.
    pub edge: EdgeId,
}

/// The neighbours of every node in one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Csr {
    offsets: Vec<u32>,
    entries: Vec<Neighbour>,
}

impl Csr {
    /// Builds the rows from pairs of node and neighbour, in any order.
    ///
    /// # Complexity
    ///
    /// O(n + m log m) time, 4 bytes a node and 12 bytes an edge.
    pub(super) fn new(n_nodes: usize, mut pairs: Vec<(NodeId, Neighbour)>) -> Self {
        pairs.sort_unstable();
        let mut offsets = vec![0_u32; n_nodes + 1];
        for (node, _) in &pairs {
            offsets[node.index() + 1] += 1;
        }
        for at in 1..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        Self { offsets, entries: pairs.into_iter().map(|(_, neighbour)| neighbour).collect() }
    }

    /// All neighbours of a node.
    pub(super) fn all(&self, node: NodeId) -> &[Neighbour] {
        let bound = |at: usize| self.offsets.get(at).map_or(0, |&offset| offset as usize);
        self.entries.get(bound(node.index())..bound(node.index() + 1)).unwrap_or(&[])
    }

    /// The neighbours in one relation: O(log degree).
    pub(super) fn of(&self, node: NodeId, relation: RelationId) -> &[Neighbour] {
        let all = self.all(node);
        let start = all.partition_point(|neighbour| neighbour.relation < relation);
        let end = start + all[start..].partition_point(|neighbour| neighbour.relation == relation);
        &all[start..end]
    }
}
