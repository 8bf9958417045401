//! A ball around one end of a path, grown level by level.
//!
//! Marks are never cleared between queries: each query writes numbers above all that earlier ones wrote, so that a
//! query costs what it visits and not what the graph holds.

use crate::kg::NodeId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::Work;

/// Which way hops are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Towards {
    /// As a path goes: from its start.
    Ahead,
    /// Against it: from its end.
    Back,
}

impl Towards {
    /// The other way.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Ahead => Self::Back,
            Self::Back => Self::Ahead,
        }
    }
}

/// The nodes around one end.
#[derive(Debug)]
pub(super) struct Side {
    towards: Towards,
    /// By node: `base` + its level, or less if this query has not reached it.
    marks: Vec<u32>,
    base: u32,
    /// How many levels are known beside the first, which is the end itself.
    radius: u32,
    /// The nodes in the order of levels.
    reached: Vec<NodeId>,
    /// How many nodes there are up to each level, that level included.
    ends: Vec<usize>,
    /// How many edges touch the nodes up to each level, that level included.
    costs: Vec<u64>,
}

impl Side {
    pub(super) fn new(towards: Towards, n_nodes: usize) -> Self {
        let (reached, ends, costs) = (Vec::new(), Vec::new(), Vec::new());
        Self { towards, marks: vec![0; n_nodes], base: 1, radius: 0, reached, ends, costs }
    }

    /// Forgets the last query and starts at a node.
    pub(super) fn begin(&mut self, ground: &Ground<'_>, end: NodeId) {
        // The last query may have been stopped while it marked the level after its radius. Another base comes after
        // that, and leaves room for as many levels as there can be.
        let room = u32::try_from(self.marks.len()).unwrap_or(u32::MAX);
        let base = self.base.saturating_add(self.radius).saturating_add(2);
        self.base = if base.checked_add(room).is_some() {
            base
        } else {
            self.marks.fill(0);
            1
        };
        self.radius = 0;
        self.reached.clear();
        self.ends.clear();
        self.costs.clear();
        self.marks[end.index()] = self.base;
        self.reached.push(end);
        self.close_level(ground);
    }

    /// How many levels are known beside the end itself.
    pub(super) fn radius(&self) -> u32 {
        self.radius
    }

    /// How far from the end a node is, if it was reached.
    pub(super) fn level(&self, node: NodeId) -> Option<u32> {
        self.marks[node.index()].checked_sub(self.base)
    }

    /// The nodes up to a level, that level included.
    pub(super) fn within(&self, level: u32) -> &[NodeId] {
        &self.reached[..at(&self.ends, level).copied().unwrap_or(self.reached.len())]
    }

    /// How many edges touch the nodes up to a level, that level included.
    pub(super) fn cost_within(&self, level: u32) -> u64 {
        at(&self.costs, level).or(self.costs.last()).copied().unwrap_or(0)
    }

    /// The nodes of the last level.
    pub(super) fn frontier(&self) -> &[NodeId] {
        let inside = self.ends.len().checked_sub(2).and_then(|before| self.ends.get(before));
        &self.reached[inside.copied().unwrap_or(0)..]
    }

    /// How many edges the next level takes to find.
    pub(super) fn next_cost(&self) -> u64 {
        let inside = self.costs.len().checked_sub(2).and_then(|before| self.costs.get(before));
        self.cost_within(self.radius) - inside.copied().unwrap_or(0)
    }

    /// Finds the next level. The other end is reached like any node, but nothing lies behind it.
    pub(super) fn widen(&mut self, ground: &Ground<'_>, other: NodeId, work: &mut Work) -> Result<(), OutOfWork> {
        let (start, end) = (self.reached.len() - self.frontier().len(), self.reached.len());
        let (base, mark) = (self.base, self.base + self.radius + 1);
        for position in start..end {
            let node = self.reached[position];
            if node == other {
                continue;
            }
            work.charge(ground.graph().degree(node))?;
            ground.each(node, self.towards, |next| {
                let seen = &mut self.marks[next.index()];
                if *seen < base && (ground.is_open(next) || next == other) {
                    *seen = mark;
                    self.reached.push(next);
                }
            });
        }
        self.radius += 1;
        self.close_level(ground);
        Ok(())
    }

    fn close_level(&mut self, ground: &Ground<'_>) {
        let start = self.ends.last().copied().unwrap_or(0);
        let cost: u64 = self.reached[start..].iter().map(|&node| ground.graph().degree(node) as u64).sum();
        self.costs.push(self.costs.last().copied().unwrap_or(0) + cost);
        self.ends.push(self.reached.len());
    }

    /// Comes near the greatest number that a mark can be: for a test of what happens then.
    #[cfg(test)]
    pub(super) fn age(&mut self) {
        self.base = u32::MAX - 4;
    }
}

fn at<T>(by_level: &[T], level: u32) -> Option<&T> {
    usize::try_from(level).ok().and_then(|level| by_level.get(level))
}
