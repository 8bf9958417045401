//! Every way of exactly so many hops, laid out by position.
//!
//! The balls around both ends are as wide together as a way is long, so the nodes where they overlap are all that can
//! stand at the position where they meet. From there, layers are joined outwards, each held inside its ball. A join
//! is read off whichever side has fewer edges: that is why a hub where the balls meet is not opened.

use crate::kg::NodeId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::PathQuery;
use crate::kg::search::paths::Work;
use crate::kg::search::paths::levels::Side;
use crate::kg::search::paths::levels::Towards;

/// The nodes that can stand at one position, and where a hop leads from each.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// Sorted.
    pub(super) nodes: Vec<NodeId>,
    /// For each node its first arc; one more at the end.
    starts: Vec<usize>,
    /// Positions in the next layer, sorted for each node; none in the last layer.
    pub(super) arcs: Vec<usize>,
}

impl Layer {
    /// Which arcs leave from a node of this layer.
    pub(super) fn arcs_of(&self, at: usize) -> std::ops::Range<usize> {
        let bound = |at: usize| self.starts.get(at).copied().unwrap_or(0);
        bound(at)..bound(at + 1)
    }
}

/// Layers from the start to the end of paths. A way through them may visit a node twice, but neither end again.
#[derive(Debug)]
pub(super) struct Layers(pub(super) Vec<Layer>);

/// Two balls that are as wide together as the ways between their ends are long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balls<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) ahead: &'a Side,
    pub(super) behind: &'a Side,
    pub(super) query: &'a PathQuery,
}

impl Balls<'_> {
    /// The ways of `n_hops` hops, which is at most the sum of both radii.
    ///
    /// # Complexity
    ///
    /// O(h e log e) time and O(h e) memory for h hops and e edges in the two balls, but only edges between nodes of
    /// neighbouring layers are kept.
    pub(super) fn layers(self, n_hops: u32, work: &mut Work) -> Result<Layers, OutOfWork> {
        let meeting = self.ahead.radius().min(n_hops);
        let mut middle = self.meeting_nodes(n_hops, meeting, work)?;
        middle.sort_unstable();

        let (mut left, mut inner) = (Vec::new(), middle.clone());
        for position in (0..meeting).rev() {
            let join = Join { side: self.ahead, level: position, towards: Towards::Back };
            let mut hops = self.join(join, &inner, |node| self.fits(node, position, n_hops), work)?;
            hops.iter_mut().for_each(|(inner, outer)| std::mem::swap(inner, outer));
            inner = distinct(hops.iter().map(|&(from, _)| from));
            left.push(hops);
        }
        let first = inner;
        let (mut hops_by_position, mut inner) = (left, middle);
        hops_by_position.reverse();
        for position in meeting + 1..=n_hops {
            let join = Join { side: self.behind, level: n_hops - position, towards: Towards::Ahead };
            let hops = self.join(join, &inner, |node| self.fits(node, position, n_hops), work)?;
            inner = distinct(hops.iter().map(|&(_, to)| to));
            hops_by_position.push(hops);
        }
        Ok(Layers::new(first, hops_by_position))
    }

    /// Whether a node may stand at a position of a way: the ends stand where they belong and nowhere else.
    fn fits(self, node: NodeId, position: u32, n_hops: u32) -> bool {
        (node == self.query.from) == (position == 0) && (node == self.query.to) == (position == n_hops)
    }

    fn meeting_nodes(self, n_hops: u32, meeting: u32, work: &mut Work) -> Result<Vec<NodeId>, OutOfWork> {
        let (before, after) = (meeting, n_hops - meeting);
        let (from_start, from_end) = (self.ahead.within(before), self.behind.within(after));
        let (fewer, other, level) = if from_start.len() <= from_end.len() {
            (from_start, self.behind, after)
        } else {
            (from_end, self.ahead, before)
        };
        work.charge(fewer.len())?;
        let is_near = |node: &NodeId| other.level(*node).is_some_and(|found| found <= level);
        Ok(fewer.iter().copied().filter(is_near).filter(|&node| self.fits(node, meeting, n_hops)).collect())
    }

    /// The hops between a layer and nodes of a ball that fit beside it, as (node of the layer, node of the ball), in
    /// any order.
    fn join(
        self,
        join: Join<'_>,
        layer: &[NodeId],
        fits: impl Fn(NodeId) -> bool,
        work: &mut Work,
    ) -> Result<Vec<(NodeId, NodeId)>, OutOfWork> {
        let Join { side, level, towards } = join;
        let mut hops = Vec::new();
        let (rows, turned) = (self.ground.rows(towards), self.ground.rows(towards.turned()));
        let cost: u64 = layer.iter().map(|&node| rows.degree(node) as u64).sum();
        if cost <= side.cost_within(level) {
            for &inner in layer {
                work.charge(rows.degree(inner))?;
                let is_near = |outer: NodeId| side.level(outer).is_some_and(|found| found <= level) && fits(outer);
                hops.extend(rows.of(inner).iter().filter(|&&outer| is_near(outer)).map(|&outer| (inner, outer)));
            }
        } else {
            for &outer in side.within(level).iter().filter(|&&node| fits(node)) {
                work.charge(turned.degree(outer))?;
                let is_there = |inner: &NodeId| layer.binary_search(inner).is_ok();
                hops.extend(turned.of(outer).iter().filter(|inner| is_there(inner)).map(|&inner| (inner, outer)));
            }
        }
        Ok(hops)
    }
}

/// What a layer is joined to: the nodes of a ball up to a level, one hop on.
#[derive(Debug, Clone, Copy)]
struct Join<'a> {
    side: &'a Side,
    level: u32,
    /// Which way the hop is followed from the layer to the ball.
    towards: Towards,
}

pub(super) fn distinct(nodes: impl Iterator<Item = NodeId>) -> Vec<NodeId> {
    let mut nodes: Vec<NodeId> = nodes.collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

impl Layers {
    /// From the nodes of the first layer and the hops from each layer to the next. Parallel hops become one, and a hop
    /// from a node that no way has led to is dropped.
    pub(super) fn new(first: Vec<NodeId>, hops_by_position: Vec<Vec<(NodeId, NodeId)>>) -> Self {
        let mut layers = Vec::new();
        let mut nodes = first;
        for mut hops in hops_by_position {
            hops.retain(|(from, _)| nodes.binary_search(from).is_ok());
            hops.sort_unstable();
            hops.dedup();
            let next = distinct(hops.iter().map(|&(_, to)| to));
            let starts = nodes.iter().map(|&node| hops.partition_point(|&(from, _)| from < node));
            let starts = starts.chain([hops.len()]).collect();
            let arcs = hops.iter().map(|(_, to)| next.partition_point(|node| node < to)).collect();
            layers.push(Layer { nodes, starts, arcs });
            nodes = next;
        }
        layers.push(Layer { nodes, ..Layer::default() });
        Self(layers)
    }
}
