//! Where one hop leads from every node, and nothing else about it.
//!
//! The graph keeps neighbours by relation and by direction, so that a hop can be told; a search that only asks where
//! hops lead would visit four places in memory for one. Here parallel edges are one, what may not be walked is left
//! out, and a node's neighbours are one sorted slice.

use rayon::prelude::*;

use crate::kg::NodeId;

/// How many nodes are gathered at once by one thread.
const AT_ONCE: usize = 4_096;

/// Compressed sparse rows of distinct neighbours.
#[derive(Debug, Default)]
pub(in crate::kg::search) struct Rows {
    /// For each node its first position; one more at the end.
    starts: Vec<u32>,
    nodes: Vec<NodeId>,
}

impl Rows {
    /// Gathers for each node what a function visits; in any order, and any number of times.
    ///
    /// # Complexity
    ///
    /// O(m log d) time for m edges and the degree d, in parallel; 4 bytes a node and 4 a neighbour.
    pub(super) fn new(n_nodes: usize, gather: impl Fn(NodeId, &mut Vec<NodeId>) + Sync) -> Self {
        let part = |first: usize| {
            let (mut counts, mut nodes, mut row) = (Vec::new(), Vec::new(), Vec::new());
            for index in first..n_nodes.min(first + AT_ONCE) {
                let node = NodeId::at(index);
                row.clear();
                gather(node, &mut row);
                // Stable, because that sort makes use of the sorted runs that relations are.
                row.sort();
                row.dedup();
                // No path goes from a node to itself.
                row.retain(|&next| next != node);
                counts.push(row.len());
                nodes.extend_from_slice(&row);
            }
            (counts, nodes)
        };
        let parts: Vec<_> = (0..n_nodes.div_ceil(AT_ONCE)).into_par_iter().map(|at| part(at * AT_ONCE)).collect();
        let mut starts = Vec::with_capacity(n_nodes + 1);
        let mut nodes = Vec::with_capacity(parts.iter().map(|(_, nodes)| nodes.len()).sum());
        let mut end = 0;
        starts.push(0);
        for (counts, more) in parts {
            for count in counts {
                end += count;
                // `Ground::new` refuses a graph with more neighbours than 32 bits can count.
                starts.push(u32::try_from(end).unwrap_or(u32::MAX));
            }
            nodes.extend_from_slice(&more);
        }
        Self { starts, nodes }
    }

    /// Where one hop leads from a node: sorted, each once.
    pub(in crate::kg::search) fn of(&self, node: NodeId) -> &[NodeId] {
        match self.starts.get(node.index()..node.index() + 2) {
            Some(&[start, end]) => &self.nodes[start as usize..end as usize],
            _ => &[],
        }
    }

    /// To how many nodes.
    pub(in crate::kg::search) fn degree(&self, node: NodeId) -> usize {
        self.of(node).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_sorted_distinct_and_without_its_node() {
        let rows = Rows::new(3, |node, into| {
            if node == NodeId(1) {
                into.extend([2, 0, 1, 2].map(NodeId));
            }
        });
        assert_eq!(rows.of(NodeId(1)), [0, 2].map(NodeId));
        assert!(rows.of(NodeId(0)).is_empty() && rows.of(NodeId(2)).is_empty());
        assert_eq!(rows.degree(NodeId(1)), 2);
    }

    #[test]
    fn rows_of_many_parts_are_in_the_order_of_nodes() {
        let n_nodes = 2 * AT_ONCE + 5;
        let rows = Rows::new(n_nodes, |node, into| into.push(NodeId::at((node.index() + 1) % n_nodes)));
        assert!((0..n_nodes).all(|at| rows.of(NodeId::at(at)) == [NodeId::at((at + 1) % n_nodes)]));
    }
}
