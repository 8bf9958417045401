//! Kinds of kinds.
//!
//! `is_a` is the relation that closures follow, so it must have no cycle: [`cycle_edges`] finds what to cut before
//! the graph is frozen. Ancestors and descendants are walked on demand: stored closures of a chain of a hundred
//! thousand terms would need gigabytes, and a walk over a real ontology costs a few dozen steps.

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use crate::kg::NodeId;

/// Parents and children of every node, in two blocks of memory.
#[derive(Debug, Clone, Default)]
pub struct Taxonomy {
    parents: Rows,
    children: Rows,
}

#[derive(Debug, Clone, Default)]
struct Rows {
    offsets: Vec<u32>,
    nodes: Vec<NodeId>,
}

impl Rows {
    fn new(n_nodes: usize, mut pairs: Vec<(NodeId, NodeId)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut offsets = vec![0_u32; n_nodes + 1];
        for (node, _) in &pairs {
            offsets[node.index() + 1] += 1;
        }
        for at in 1..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        Self { offsets, nodes: pairs.into_iter().map(|(_, other)| other).collect() }
    }

    fn of(&self, node: NodeId) -> &[NodeId] {
        let bound = |at: usize| self.offsets.get(at).map_or(0, |&offset| offset as usize);
        self.nodes.get(bound(node.index())..bound(node.index() + 1)).unwrap_or(&[])
    }

    /// The node and everything that can be reached, sorted. O(reached log reached).
    fn closure(&self, node: NodeId) -> Vec<NodeId> {
        let mut reached = vec![node];
        let mut frontier = vec![node];
        while !frontier.is_empty() {
            let mut next: Vec<NodeId> = frontier.iter().flat_map(|&from| self.of(from)).copied().collect();
            next.sort_unstable();
            next.dedup();
            next.retain(|node| reached.binary_search(node).is_err());
            reached.extend(&next);
            reached.sort_unstable();
            frontier = next;
        }
        reached
    }
}

impl Taxonomy {
    /// The taxonomy of (child, parent) pairs without a cycle.
    pub(super) fn new(n_nodes: usize, pairs: &[(NodeId, NodeId)]) -> Self {
        Self {
            parents: Rows::new(n_nodes, pairs.to_vec()),
            children: Rows::new(n_nodes, pairs.iter().map(|&(child, parent)| (parent, child)).collect()),
        }
    }

    /// The direct parents, sorted.
    pub fn parents(&self, node: NodeId) -> &[NodeId] {
        self.parents.of(node)
    }

    /// The direct children, sorted.
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        self.children.of(node)
    }

    /// The node itself and all its ancestors, sorted.
    ///
    /// # Complexity
    ///
    /// O(a log a · depth) for a ancestors.
    pub fn ancestors(&self, node: NodeId) -> Vec<NodeId> {
        self.parents.closure(node)
    }

    /// The node itself and all its descendants, sorted.
    ///
    /// # Complexity
    ///
    /// O(d log d · depth) for d descendants.
    pub fn descendants(&self, node: NodeId) -> Vec<NodeId> {
        self.children.closure(node)
    }

    /// Whether the first is the second or a kind of it.
    pub fn is_kind_of(&self, node: NodeId, ancestor: NodeId) -> bool {
        node == ancestor || self.ancestors(node).binary_search(&ancestor).is_ok()
    }
}

/// The positions of the (child, parent) pairs to cut so that no cycle is left.
///
/// The rule: in every strongly connected component the pair that comes last in the list goes, until no component of
/// more than one node is left. Sources stand in the order of the pipeline, so the first source wins. Finding the
/// least set of edges instead is NP-hard, and no more right.
///
/// # Complexity
///
/// O(cuts · (n + m)).
pub(super) fn cycle_edges(n_nodes: usize, pairs: &[(NodeId, NodeId)]) -> Vec<usize> {
    let mut cut: Vec<usize> = Vec::new();
    let mut live: Vec<usize> = (0..pairs.len()).collect();
    loop {
        let mut kinds = DiGraph::<(), usize>::with_capacity(n_nodes, live.len());
        for _ in 0..n_nodes {
            kinds.add_node(());
        }
        let at = |node: NodeId| petgraph::graph::NodeIndex::new(node.index());
        for &position in &live {
            let (child, parent) = pairs[position];
            kinds.add_edge(at(child), at(parent), position);
        }
        let mut component = vec![usize::MAX; n_nodes];
        for (number, members) in tarjan_scc(&kinds).into_iter().enumerate() {
            if members.len() > 1 {
                for member in members {
                    component[member.index()] = number;
                }
            }
        }
        let mut last = std::collections::BTreeMap::new();
        for &position in &live {
            let (child, parent) = pairs[position];
            let number = component[child.index()];
            if number != usize::MAX && number == component[parent.index()] {
                last.insert(number, position);
            }
        }
        if last.is_empty() {
            cut.sort_unstable();
            return cut;
        }
        cut.extend(last.values());
        live.retain(|position| !last.values().any(|gone| gone == position));
        // Only the components that had a cycle can have another: look at nothing else from here on.
        live.retain(|&position| {
            let (child, parent) = pairs[position];
            component[child.index()] != usize::MAX && component[child.index()] == component[parent.index()]
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(u32, u32)]) -> Vec<(NodeId, NodeId)> {
        list.iter().map(|&(child, parent)| (NodeId(child), NodeId(parent))).collect()
    }

    #[test]
    fn closures_hold_the_node_itself() {
        let taxonomy = Taxonomy::new(4, &pairs(&[(0, 1), (1, 2), (0, 3)]));
        assert_eq!(taxonomy.ancestors(NodeId(0)), [0, 1, 2, 3].map(NodeId));
        assert_eq!(taxonomy.descendants(NodeId(2)), [0, 1, 2].map(NodeId));
        assert!(taxonomy.is_kind_of(NodeId(2), NodeId(2)));
        assert!(!taxonomy.is_kind_of(NodeId(2), NodeId(0)));
    }

    #[test]
    fn the_last_edge_of_a_cycle_goes() {
        assert_eq!(cycle_edges(3, &pairs(&[(0, 1), (1, 2), (2, 0)])), [2]);
        assert_eq!(cycle_edges(4, &pairs(&[(0, 1), (1, 0), (2, 3), (3, 2), (1, 2)])), [1, 3]);
        assert!(cycle_edges(3, &pairs(&[(0, 1), (0, 2), (1, 2)])).is_empty());
    }

    #[test]
    fn two_cycles_through_one_node_are_both_cut() {
        let list = pairs(&[(0, 1), (1, 0), (0, 2), (2, 0)]);
        assert_eq!(cycle_edges(3, &list), [1, 3]);
    }
}
