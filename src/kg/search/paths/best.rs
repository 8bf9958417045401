//! Ways through layers, cheapest first, one at a time.
//!
//! A search of the best-first kind (A*) whose lower bound is the cost of the cheapest rest that does not turn back at
//! once to where it came from. With at most four hops a way that never does so visits no node twice, so the bound is
//! then exact and each step is part of a path that is wanted. Ways that share a beginning are kept as one entry of
//! the queue, that of the best of them, and its next sibling is entered when it is taken.

use std::cmp::Ordering;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::paths::Cost;
use crate::kg::search::paths::Layers;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::Work;

/// A hop to the next layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Arc {
    /// What the way costs from here at least: the node it leads to, and what comes after.
    rest: Cost,
    /// The position in the next layer.
    to: usize,
}

/// The cheapest rest of a way from a node, and the cheapest that goes on to another node than that one.
#[derive(Debug, Clone, Copy)]
struct Rest {
    best: Cost,
    through: Option<NodeId>,
    second: Cost,
}

impl Rest {
    const NONE: Self = Self { best: Cost::NEVER, through: None, second: Cost::NEVER };
    const DONE: Self = Self { best: Cost::ZERO, ..Self::NONE };

    /// The cheapest rest for a way that came from a node, and so cannot go on to it.
    fn after(self, from: NodeId) -> Cost {
        if self.through == Some(from) { self.second } else { self.best }
    }

    fn offer(&mut self, cost: Cost, through: NodeId) {
        if cost < self.best {
            *self = Self { best: cost, through: Some(through), second: self.best };
        } else {
            self.second = self.second.min(cost);
        }
    }
}

/// All ways that begin with `nodes`, or with a later sibling of the last of them.
#[derive(Debug, PartialEq, Eq)]
struct Beginning {
    /// What the best of them costs at least.
    bound: Cost,
    nodes: Vec<NodeId>,
    /// The cost of the inner nodes but the last.
    walked: Cost,
    /// The position of the node before the last in its layer.
    before: usize,
    /// The arc that leads to the last.
    arc: usize,
}

impl Ord for Beginning {
    /// By bound, then by the nodes: a beginning comes before what it is continued to, and before every later sibling.
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.cmp(&other.bound).then_with(|| self.nodes.cmp(&other.nodes))
    }
}

impl PartialOrd for Beginning {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Paths through layers in the order of cost and nodes.
pub(super) struct BestFirst<'a> {
    layers: &'a Layers,
    /// By layer and node: what it costs to pass through it.
    costs: Vec<Vec<Cost>>,
    /// By layer: its arcs, those of a node best first once `is_sorted`.
    arcs: Vec<Vec<Arc>>,
    is_sorted: Vec<Vec<bool>>,
    queue: BinaryHeap<Reverse<Beginning>>,
}

impl<'a> BestFirst<'a> {
    /// Works out the rests from the last layer to the first, and enters the best beginning.
    pub(super) fn new(graph: &Graph, layers: &'a Layers, work: &mut Work) -> Result<Self, OutOfWork> {
        let n_hops = layers.0.len() - 1;
        let mut costs: Vec<Vec<Cost>> = Vec::new();
        for (position, layer) in layers.0.iter().enumerate() {
            let is_end = position == 0 || position == n_hops;
            let cost = |&node: &NodeId| if is_end { Cost::ZERO } else { Cost::of(graph, node) };
            costs.push(layer.nodes.iter().map(cost).collect());
        }
        let mut arcs: Vec<Vec<Arc>> = Vec::new();
        let mut rests = vec![Rest::DONE; layers.0.last().map_or(0, |last| last.nodes.len())];
        for (position, pair) in layers.0.windows(2).enumerate().rev() {
            let [layer, next] = pair else { continue };
            work.charge(layer.arcs.len())?;
            let mut rests_here = vec![Rest::NONE; layer.nodes.len()];
            let mut arcs_here = Vec::with_capacity(layer.arcs.len());
            for (at, &node) in layer.nodes.iter().enumerate() {
                for &to in &layer.arcs[layer.arcs_of(at)] {
                    let rest = rests[to].after(node).plus(costs[position + 1][to]);
                    rests_here[at].offer(rest, next.nodes[to]);
                    arcs_here.push(Arc { rest, to });
                }
            }
            arcs.push(arcs_here);
            rests = rests_here;
        }
        arcs.reverse();
        let is_sorted = layers.0.iter().map(|layer| vec![false; layer.nodes.len()]).collect();
        let mut ways = Self { layers, costs, arcs, is_sorted, queue: BinaryHeap::new() };
        if let Some(&start) = layers.0[0].nodes.first() {
            ways.enter(&[start], Cost::ZERO, 0, 0, work)?;
        }
        Ok(ways)
    }

    /// The next path; `None` after the last.
    pub(super) fn next(&mut self, work: &mut Work) -> Result<Option<Vec<NodeId>>, OutOfWork> {
        while let Some(Reverse(Beginning { nodes, walked, before, arc, .. })) = self.queue.pop() {
            let (position, to) = (nodes.len() - 1, self.arcs[nodes.len() - 2][arc].to);
            self.enter(&nodes[..position], walked, before, arc + 1, work)?;
            if position + 1 == self.layers.0.len() {
                return Ok(Some(nodes));
            }
            let walked = walked.plus(self.costs[position][to]);
            let first = self.layers.0[position].arcs_of(to).start;
            self.enter(&nodes, walked, to, first, work)?;
        }
        Ok(None)
    }

    /// Enters the best way that begins with `nodes` and goes on by an arc of the last of them, `arc` or later. That
    /// node stands at `at` in its layer; the inner nodes cost `walked`.
    fn enter(
        &mut self,
        nodes: &[NodeId],
        walked: Cost,
        at: usize,
        arc: usize,
        work: &mut Work,
    ) -> Result<(), OutOfWork> {
        let position = nodes.len() - 1;
        let range = self.layers.0[position].arcs_of(at);
        if !self.is_sorted[position][at] {
            work.charge(range.len())?;
            self.arcs[position][range.clone()].sort_unstable();
            self.is_sorted[position][at] = true;
        }
        for arc in arc..range.end {
            work.charge(1)?;
            let Arc { rest, to } = self.arcs[position][arc];
            if rest == Cost::NEVER {
                break;
            }
            let next = self.layers.0[position + 1].nodes[to];
            if !nodes.contains(&next) {
                let nodes = nodes.iter().copied().chain([next]).collect();
                let bound = walked.plus(rest);
                self.queue.push(Reverse(Beginning { bound, nodes, walked, before: at, arc }));
                break;
            }
        }
        Ok(())
    }
}
