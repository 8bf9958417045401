//! Kinds of kinds.
//!
//! `is_a` is the relation that closures follow, so it must have no cycle: [`cycle_edges`] finds what to cut before
//! the graph is frozen. Ancestors and descendants are walked on demand: stored closures of a chain of a hundred
//! thousand terms would need gigabytes, and a walk over a real ontology costs a few dozen steps.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashSet;

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

/// So many nodes are compared sooner than looked up.
const FEW: usize = 64;

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

    /// The nodes and everything that can be reached, sorted. O(reached log reached).
    fn closure(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        let mut starts = nodes.to_vec();
        starts.sort_unstable();
        starts.dedup();
        let mut reached = self.walk(starts, None);
        reached.sort_unstable();
        reached
    }

    /// What can be reached from distinct nodes, as it is come by; or as far as the node that is wanted.
    fn walk(&self, mut reached: Vec<NodeId>, wanted: Option<NodeId>) -> Vec<NodeId> {
        // Of a few nodes each is compared; of many, looked up.
        let mut seen: Option<FxHashSet<NodeId>> = None;
        let mut at = 0;
        while let Some(&node) = reached.get(at) {
            for &to in self.of(node) {
                let is_new = match &mut seen {
                    Some(seen) => seen.insert(to),
                    None => !reached.contains(&to),
                };
                if is_new {
                    reached.push(to);
                }
                if wanted == Some(to) {
                    return reached;
                }
            }
            if seen.is_none() && reached.len() > FEW {
                seen = Some(reached.iter().copied().collect());
            }
            at += 1;
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
    /// O(a log a) for a ancestors.
    pub fn ancestors(&self, node: NodeId) -> Vec<NodeId> {
        self.parents.closure(&[node])
    }

    /// Nodes and all their ancestors, sorted; each is looked at once.
    pub fn ancestors_of_all(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        self.parents.closure(nodes)
    }

    /// The node itself and all its descendants, sorted.
    ///
    /// # Complexity
    ///
    /// O(d log d) for d descendants.
    pub fn descendants(&self, node: NodeId) -> Vec<NodeId> {
        self.children.closure(&[node])
    }

    /// Nodes and all their descendants, sorted; each is looked at once.
    pub fn descendants_of_all(&self, nodes: &[NodeId]) -> Vec<NodeId> {
        self.children.closure(nodes)
    }

    /// Whether more nodes than so many are a kind of a node, itself not counted.
    ///
    /// # Complexity
    ///
    /// O(n²) for a bound of n, which is small, however many there are; and n for each child that several parents have.
    pub fn has_more_kinds_than(&self, node: NodeId, bound: usize) -> bool {
        let mut reached = vec![node];
        let mut at = 0;
        while let Some(&from) = reached.get(at) {
            for &child in self.children(from) {
                if !reached.contains(&child) {
                    reached.push(child);
                }
                if reached.len() > bound + 1 {
                    return true;
                }
            }
            at += 1;
        }
        false
    }

    /// Whether the first is the second or a kind of it.
    ///
    /// # Complexity
    ///
    /// O(a²) for a ancestors, of which there are a few dozen; of more than that each is looked up.
    pub fn is_kind_of(&self, node: NodeId, ancestor: NodeId) -> bool {
        node == ancestor || self.parents.walk(vec![node], Some(ancestor)).last() == Some(&ancestor)
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
/// O(n + m) for the first look at all n nodes and m pairs, and O(r · (c + d)) for r further ones at the c nodes and d
/// pairs that lie on cycles. Stack use does not grow with the depth of the taxonomy.
pub(super) fn cycle_edges(n_nodes: usize, pairs: &[(NodeId, NodeId)]) -> Vec<usize> {
    let mut is_cut = vec![false; pairs.len()];
    let mut live: Vec<usize> = (0..pairs.len()).collect();
    let mut places = Places { of: vec![usize::MAX; n_nodes], n_placed: 0 };
    loop {
        let component = components(&mut places, pairs, &live);
        let shared = |position: usize| {
            let (child, parent) = pairs[position];
            let (child, parent) = (places.of[child.index()], places.of[parent.index()]);
            component[child].filter(|_| component[child] == component[parent])
        };
        // Only pairs within a component lie on cycles: nothing else is looked at from here on.
        live.retain(|&position| shared(position).is_some());
        let mut last: Vec<Option<usize>> = vec![None; component.len()];
        for &position in &live {
            if let Some(number) = shared(position) {
                last[number] = Some(position);
            }
        }
        if live.is_empty() {
            return (0..pairs.len()).filter(|&position| is_cut[position]).collect();
        }
        for position in last.into_iter().flatten() {
            is_cut[position] = true;
        }
        live.retain(|&position| !is_cut[position]);
    }
}

/// Where the nodes that some pairs join stand among them: so that a round costs what is left of the graph.
struct Places {
    /// By node; `usize::MAX` where a node has no place.
    of: Vec<usize>,
    n_placed: usize,
}

impl Places {
    /// Gives each node of some pairs a place of its own, from 0 on.
    fn renew(&mut self, pairs: &[(NodeId, NodeId)], live: &[usize]) {
        let ends = |position: usize| [pairs[position].0, pairs[position].1];
        for node in live.iter().flat_map(|&position| ends(position)) {
            self.of[node.index()] = usize::MAX;
        }
        self.n_placed = 0;
        for node in live.iter().flat_map(|&position| ends(position)) {
            if self.of[node.index()] == usize::MAX {
                self.of[node.index()] = self.n_placed;
                self.n_placed += 1;
            }
        }
    }
}

/// The number of the component of more than one node that each place belongs to; `None` for places on no cycle.
fn components(places: &mut Places, pairs: &[(NodeId, NodeId)], live: &[usize]) -> Vec<Option<usize>> {
    places.renew(pairs, live);
    let mut kinds = DiGraph::<(), ()>::with_capacity(places.n_placed, live.len());
    for _ in 0..places.n_placed {
        kinds.add_node(());
    }
    for &position in live {
        let (child, parent) = pairs[position];
        let at = |node: NodeId| petgraph::graph::NodeIndex::new(places.of[node.index()]);
        kinds.add_edge(at(child), at(parent), ());
    }
    let mut component = vec![None; places.n_placed];
    // Kosaraju's algorithm keeps its own stack; Tarjan's, as petgraph has it, recurses once a node of a chain.
    for (number, members) in kosaraju_scc(&kinds).into_iter().enumerate().filter(|(_, members)| members.len() > 1) {
        for member in members {
            component[member.index()] = Some(number);
        }
    }
    component
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
    fn a_deep_chain_with_a_cycle_in_it_needs_no_deep_stack() {
        const DEPTH: u32 = 200_000;
        let mut list: Vec<(u32, u32)> = (0..DEPTH).map(|node| (node, node + 1)).collect();
        list.push((DEPTH / 2, DEPTH / 2 - 3));
        let n_nodes = DEPTH as usize + 1;
        assert_eq!(cycle_edges(n_nodes, &pairs(&list)), [list.len() - 1]);
        // A cycle of all of them, too, and one within it that is left when the first is cut.
        list.push((DEPTH, 0));
        assert_eq!(cycle_edges(n_nodes, &pairs(&list)), [list.len() - 2, list.len() - 1]);
    }

    #[test]
    fn two_cycles_through_one_node_are_both_cut() {
        let list = pairs(&[(0, 1), (1, 0), (0, 2), (2, 0)]);
        assert_eq!(cycle_edges(3, &list), [1, 3]);
    }
}
