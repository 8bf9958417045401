//! All shortest paths between two nodes: counted at once, taken one by one.
//!
//! There can be a hundred thousand of them, so they are never listed unasked. Each has a number, its rank by the
//! sequence of CURIEs, and the counts lead from a number to its path; a sample is a set of numbers, each equally
//! likely, and not the first ones that a search happened on.

use std::collections::BTreeSet;

use crate::kg::NodeId;
use crate::kg::search::paths::Path;
use crate::seed::Stream;

/// The shortest paths between two nodes; none unless a search has written some.
///
/// Five lists, which [`PathSearch::shortest_into`](crate::kg::search::PathSearch::shortest_into) writes again without
/// asking for memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortestPaths {
    /// What stands on paths, layer by layer, sorted within each.
    nodes: Vec<NodeId>,
    /// The first node of each layer; one more at the end.
    layers: Vec<usize>,
    /// For each node its first arc; one more at the end.
    starts: Vec<usize>,
    /// By arc: the number of the node that it leads to, rising for each node.
    arcs: Vec<u32>,
    /// By arc: how many ways its node has by this arc and earlier ones.
    sums: Vec<u64>,
    /// By node: how many ways lead from it to the end.
    after: Vec<u64>,
}

impl ShortestPaths {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.layers.clear();
        self.layers.push(0);
        self.starts.clear();
        self.starts.push(0);
        self.arcs.clear();
        self.sums.clear();
        self.after.clear();
    }

    /// Adds a node, and says its number.
    pub(super) fn push_node(&mut self, node: NodeId) -> u32 {
        self.nodes.push(node);
        // A node stands once, and 32 bits number all.
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn end_layer(&mut self) {
        self.layers.push(self.nodes.len());
    }

    pub(super) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node(&self, number: usize) -> NodeId {
        self.nodes[number]
    }

    pub(super) fn push_arc(&mut self, to: u32) {
        self.arcs.push(to);
    }

    pub(super) fn end_arcs(&mut self) {
        self.starts.push(self.arcs.len());
    }

    fn arcs_of(&self, number: usize) -> std::ops::Range<usize> {
        self.starts[number]..self.starts[number + 1]
    }

    /// Counts the ways, in which no node stands twice because they are as few hops as can be.
    pub(super) fn count(&mut self) {
        self.after.resize(self.nodes.len(), 0);
        self.sums.resize(self.arcs.len(), 0);
        if let Some(end) = self.after.last_mut() {
            *end = 1;
        }
        for number in (0..self.nodes.len().saturating_sub(1)).rev() {
            let mut sum = 0_u64;
            for arc in self.arcs_of(number) {
                sum = sum.saturating_add(self.after[self.arcs[arc] as usize]);
                self.sums[arc] = sum;
            }
            self.after[number] = sum;
        }
    }

    /// How many hops each of them has; 0 if there are none.
    pub fn n_hops(&self) -> usize {
        self.layers.len().saturating_sub(2)
    }

    /// How many there are. A number past `u64::MAX` is that number, and paths of a higher rank are out of reach.
    pub fn n_paths(&self) -> u64 {
        self.after.first().copied().unwrap_or(0)
    }

    /// Every node on them, with how many of them go through it: layer by layer from the start, in the order of CURIEs.
    ///
    /// # Complexity
    ///
    /// O(a) time for a hops between these nodes.
    pub fn counts(&self) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        let mut before = vec![0_u64; self.nodes.len()];
        if let Some(start) = before.first_mut() {
            *start = 1;
        }
        for number in 0..self.nodes.len() {
            for arc in self.arcs_of(number) {
                let to = self.arcs[arc] as usize;
                before[to] = before[to].saturating_add(before[number]);
            }
        }
        let products = before.into_iter().zip(&self.after).map(|(before, after)| before.saturating_mul(*after));
        self.nodes.iter().copied().zip(products)
    }

    /// The path of a rank, from 0, in the order of the sequence of CURIEs; `None` past the last.
    ///
    /// # Complexity
    ///
    /// O(h log d) time for h hops and d ways on from a node.
    pub fn path(&self, rank: u64) -> Option<Path> {
        if rank >= self.n_paths() {
            return None;
        }
        let (mut at, mut rank) = (0, rank);
        let mut nodes = Vec::with_capacity(self.n_hops() + 1);
        nodes.push(*self.nodes.first()?);
        for _ in 0..self.n_hops() {
            let range = self.arcs_of(at);
            let sums = &self.sums[range.clone()];
            let arc = sums.partition_point(|&sum| sum <= rank);
            rank -= arc.checked_sub(1).map_or(0, |earlier| sums[earlier]);
            at = self.arcs[range.start + arc] as usize;
            nodes.push(self.nodes[at]);
        }
        Some(Path { nodes })
    }

    /// Each path as it is asked for, in the order of the sequence of CURIEs.
    pub fn iter(&self) -> impl Iterator<Item = Path> + '_ {
        (0..self.n_paths()).map_while(|rank| self.path(rank))
    }

    /// All paths if there are at most so many, else so many of them, each set equally likely; in order either way.
    ///
    /// Source: R. Floyd, in J. Bentley, "A sample of brilliance", Comm. ACM 30 (1987) 754.
    pub fn at_most(&self, n_paths: usize, stream: &mut Stream) -> Vec<Path> {
        let total = usize::try_from(self.n_paths()).unwrap_or(usize::MAX);
        if total <= n_paths {
            return self.iter().collect();
        }
        let mut ranks: BTreeSet<usize> = BTreeSet::new();
        for last in total - n_paths..total {
            let drawn = stream.below(last.saturating_add(1));
            let is_new = ranks.insert(drawn);
            if !is_new {
                ranks.insert(last);
            }
        }
        ranks.into_iter().filter_map(|rank| self.path(rank as u64)).collect()
    }
}
