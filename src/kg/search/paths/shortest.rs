//! All shortest paths between two nodes: counted at once, taken one by one.
//!
//! There can be a hundred thousand of them, so they are never listed unasked. Each has a number, its rank by the
//! sequence of CURIEs, and the counts lead from a number to its path; a sample is a set of numbers, each equally
//! likely, and not the first ones that a search happened on.

use std::collections::BTreeSet;

use crate::kg::NodeId;
use crate::kg::search::paths::Layers;
use crate::kg::search::paths::Path;
use crate::seed::Stream;

/// The shortest paths between two nodes.
#[derive(Debug)]
pub struct ShortestPaths {
    layers: Layers,
    /// By layer and node: how many ways lead to it from the start.
    before: Vec<Vec<u64>>,
    /// By layer and node: how many ways lead from it to the end.
    after: Vec<Vec<u64>>,
    /// By layer and arc: how many ways its node has by this arc and earlier ones.
    sums: Vec<Vec<u64>>,
}

impl ShortestPaths {
    /// Counts the ways through layers, in which no node stands twice because they are as few as can be.
    pub(super) fn new(layers: Layers) -> Self {
        let mut after = Vec::new();
        let mut sums = Vec::new();
        let mut counts_of_next: Vec<u64> = Vec::new();
        for layer in layers.0.iter().rev() {
            let mut sums_here = Vec::with_capacity(layer.arcs.len());
            let is_last = after.is_empty();
            let mut counts = vec![u64::from(is_last); layer.nodes.len()];
            for (at, count) in counts.iter_mut().enumerate() {
                for &to in &layer.arcs[layer.arcs_of(at)] {
                    *count = count.saturating_add(counts_of_next[to]);
                    sums_here.push(*count);
                }
            }
            after.push(counts.clone());
            sums.push(sums_here);
            counts_of_next = counts;
        }
        after.reverse();
        sums.reverse();

        let mut before: Vec<Vec<u64>> = vec![vec![1; layers.0.first().map_or(0, |first| first.nodes.len())]];
        for (position, pair) in layers.0.windows(2).enumerate() {
            let [layer, next] = pair else { continue };
            let mut counts = vec![0_u64; next.nodes.len()];
            for (at, &count) in before[position].iter().enumerate() {
                for &to in &layer.arcs[layer.arcs_of(at)] {
                    counts[to] = counts[to].saturating_add(count);
                }
            }
            before.push(counts);
        }
        Self { layers, before, after, sums }
    }

    /// How many hops each of them has.
    pub fn n_hops(&self) -> usize {
        self.layers.0.len() - 1
    }

    /// How many there are. A number past `u64::MAX` is that number, and paths of a higher rank are out of reach.
    pub fn n_paths(&self) -> u64 {
        self.after.first().and_then(|start| start.first()).copied().unwrap_or(0)
    }

    /// Every node on them, with how many of them go through it: layer by layer from the start, in the order of CURIEs.
    pub fn counts(&self) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        let counts = self.before.iter().zip(&self.after);
        self.layers.0.iter().zip(counts).flat_map(|(layer, (before, after))| {
            let products = before.iter().zip(after).map(|(&before, &after)| before.saturating_mul(after));
            layer.nodes.iter().copied().zip(products)
        })
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
        let mut nodes = vec![*self.layers.0.first()?.nodes.first()?];
        let (mut at, mut rank) = (0, rank);
        for ((layer, next), sums) in self.layers.0.iter().zip(self.layers.0.iter().skip(1)).zip(&self.sums) {
            let range = layer.arcs_of(at);
            let sums = &sums[range.clone()];
            let arc = sums.partition_point(|&sum| sum <= rank);
            rank -= arc.checked_sub(1).map_or(0, |earlier| sums[earlier]);
            at = layer.arcs[range.start + arc];
            nodes.push(next.nodes[at]);
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
