//! A ball around one end of a path, grown level by level.
//!
//! Whether a node was reached is one bit, asked of every edge; how far it is from the end is a number, written once for
//! a node, when the level it stands in is known not to be the last that is looked at. Numbers are never cleared
//! between queries: each query writes such as are above all that earlier ones wrote.

use crate::kg::NodeId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::Work;
use crate::kg::search::paths::bits;
use crate::kg::search::paths::bits::Bits;

/// Which way hops are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kg::search) enum Towards {
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
    pub(super) towards: Towards,
    /// What was reached, and what is not to be.
    seen: Bits,
    /// By node: `base` + its level, or less if this query has not reached it or not closed its level.
    marks: Vec<u32>,
    base: u32,
    /// How many levels are known beside the first, which is the end itself.
    radius: u32,
    /// The nodes in the order of levels, and then room for all others and one more.
    reached: Vec<NodeId>,
    /// How many nodes there are up to each level, that level included.
    ends: Vec<usize>,
    /// How many hops lead on from the nodes up to each level that is closed, that level included.
    costs: Vec<u64>,
}

impl Side {
    pub(super) fn new(towards: Towards, n_nodes: usize) -> Self {
        let (reached, ends, costs) = (vec![NodeId(0); n_nodes + 1], Vec::new(), Vec::new());
        let (seen, marks) = (Bits::new(n_nodes), vec![0; n_nodes]);
        Self { towards, seen, marks, base: 1, radius: 0, reached, ends, costs }
    }

    /// Forgets the last query and starts at a node. What is barred is never reached.
    pub(super) fn begin(&mut self, ground: &Ground<'_>, end: NodeId, barred: &Bits) {
        // Another base comes after the marks of the last query, and leaves room for as many levels as there can be.
        let room = u32::try_from(self.marks.len()).unwrap_or(u32::MAX);
        let base = self.base.saturating_add(self.radius).saturating_add(2);
        self.base = if base.checked_add(room).is_some() {
            base
        } else {
            self.marks.fill(0);
            1
        };
        self.radius = 0;
        self.ends.clear();
        self.costs.clear();
        self.seen.copy(barred);
        self.seen.add(end);
        self.reached[0] = end;
        self.ends.push(1);
        self.close(ground);
    }

    /// How many levels are known beside the end itself.
    pub(super) fn radius(&self) -> u32 {
        self.radius
    }

    /// How far from the end a node is, if it was reached and its level is closed.
    pub(super) fn level(&self, node: NodeId) -> Option<u32> {
        self.marks[node.index()].checked_sub(self.base)
    }

    /// Whether a node stands at a level that is closed.
    pub(super) fn is_at(&self, node: NodeId, level: u32) -> bool {
        // Most nodes that are asked for were not reached, and a bit is nearer than a number.
        self.seen.has(node) && self.level(node) == Some(level)
    }

    /// Everything that was reached, in the order of levels.
    pub(super) fn reached(&self) -> &[NodeId] {
        &self.reached[..self.n_reached()]
    }

    fn n_reached(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The nodes up to a level, that level included.
    pub(super) fn within(&self, level: u32) -> &[NodeId] {
        &self.reached[..at(&self.ends, level).unwrap_or(self.n_reached())]
    }

    /// How many hops lead on from the nodes up to a level, that level included.
    pub(super) fn cost_within(&self, level: u32) -> u64 {
        at(&self.costs, level).or(self.costs.last().copied()).unwrap_or(0)
    }

    /// The nodes of one level.
    pub(super) fn nodes_at(&self, level: u32) -> &[NodeId] {
        let start = level.checked_sub(1).and_then(|inner| at(&self.ends, inner)).unwrap_or(0);
        &self.reached[start..at(&self.ends, level).unwrap_or(start)]
    }

    /// How many hops lead on from the nodes of one level that is closed.
    pub(super) fn cost_at(&self, level: u32) -> u64 {
        self.cost_within(level) - level.checked_sub(1).map_or(0, |inner| self.cost_within(inner))
    }

    /// The nodes of the last level.
    pub(super) fn frontier(&self) -> &[NodeId] {
        self.nodes_at(self.radius)
    }

    /// How many edges the next level takes to find.
    pub(super) fn next_cost(&self) -> u64 {
        self.cost_at(self.radius)
    }

    /// Finds the next level, which is then to be closed. The other end is reached like any node, but nothing lies
    /// behind it, nor behind a node that paths do not pass.
    pub(super) fn widen(
        &mut self,
        ground: &Ground<'_>,
        other: Option<NodeId>,
        work: &mut Work,
    ) -> Result<(), OutOfWork> {
        let rows = ground.rows(self.towards);
        let frontier = self.n_reached() - self.frontier().len()..self.n_reached();
        let (seen, mut n_reached) = (self.seen.words_mut(), frontier.end);
        for position in frontier {
            let node = self.reached[position];
            if position > 0 && (Some(node) == other || !ground.is_open(node)) {
                continue;
            }
            let next = rows.of(node);
            work.charge(next.len())?;
            // Without a branch: whether a neighbour is new is a coin's toss, and a wrong guess costs ten neighbours.
            for &next in next {
                let (word, bit) = Bits::slot(next);
                let before = seen[word];
                self.reached[n_reached] = next;
                n_reached += usize::from(before & bit == 0);
                seen[word] = before | bit;
            }
        }
        self.radius += 1;
        self.ends.push(n_reached);
        Ok(())
    }

    /// How many nodes are reached with the next level, of which nothing but the bits is kept: the ball cannot be grown
    /// further.
    pub(super) fn count_wider(&mut self, ground: &Ground<'_>, work: &mut Work) -> Result<usize, OutOfWork> {
        let (rows, start) = (ground.rows(self.towards), self.reached[0]);
        let frontier = self.n_reached() - self.frontier().len()..self.n_reached();
        for &node in &self.reached[frontier] {
            if node == start || ground.is_open(node) {
                let next = rows.of(node);
                work.charge(next.len())?;
                next.iter().for_each(|&next| self.seen.add(next));
            }
        }
        Ok(self.seen.len())
    }

    /// Writes down what stands at the last level, if that was not done.
    pub(super) fn close(&mut self, ground: &Ground<'_>) {
        if self.costs.len() == self.ends.len() {
            return;
        }
        let (rows, mark) = (ground.rows(self.towards), self.base + self.radius);
        let mut cost = 0;
        for position in self.n_reached() - self.frontier().len()..self.n_reached() {
            let node = self.reached[position];
            self.marks[node.index()] = mark;
            cost += rows.degree(node) as u64;
        }
        self.costs.push(self.costs.last().copied().unwrap_or(0) + cost);
    }

    /// What both sides have reached, sorted: nothing, or nodes of the level that this side found last.
    pub(super) fn meeting(&self, other: &Self, barred: &Bits, into: &mut Vec<NodeId>) {
        into.clear();
        let (here, there, barred) = (self.seen.words(), other.seen.words(), barred.words());
        if self.frontier().len() < here.len() {
            // Nothing that is barred stands in a level.
            into.extend(self.frontier().iter().filter(|&&node| other.seen.has(node)));
            into.sort_unstable();
        } else {
            let words = here.iter().zip(there).zip(barred).map(|((here, there), barred)| here & there & !barred);
            into.extend(bits::nodes(words));
        }
    }

    /// Comes near the greatest number that a mark can be: for a test of what happens then.
    #[cfg(test)]
    pub(super) fn age(&mut self) {
        self.base = u32::MAX - 4;
    }
}

fn at<T: Copy>(by_level: &[T], level: u32) -> Option<T> {
    usize::try_from(level).ok().and_then(|level| by_level.get(level)).copied()
}
