//! What lies on shortest paths, from the nodes where two balls touch outwards to both ends.
//!
//! Every level is left with the nodes from which a hop leads to what is kept of the next one. Such hops are read off
//! whichever side has fewer: the nodes that are kept, or their level. At the end itself nothing is read, because every
//! node at one hop is one hop away.

use crate::kg::NodeId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::ShortestPaths;
use crate::kg::search::paths::Work;
use crate::kg::search::paths::bits::Bits;
use crate::kg::search::paths::levels::Side;

/// What is written on the way; used again by the next query.
#[derive(Debug, Default)]
pub(super) struct Between {
    /// By position on a path: the nodes that stand there, sorted.
    stops: Vec<Vec<NodeId>>,
    /// By position: hops from there to the next, sorted by both nodes.
    hops: Vec<Vec<Pair>>,
    /// The nodes that are kept of a level, while hops are read off its neighbour.
    kept: Bits,
    /// By node on a path: its number among all.
    numbers: Vec<u32>,
}

/// Two nodes as one number, which is compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u64);

impl Pair {
    fn new(from: NodeId, to: NodeId) -> Self {
        Self(u64::from(from.0) << 32 | u64::from(to.0))
    }

    fn from(self) -> NodeId {
        let [high @ .., _, _, _, _] = self.0.to_be_bytes();
        NodeId(u32::from_be_bytes(high))
    }

    fn to(self) -> NodeId {
        let [_, _, _, _, low @ ..] = self.0.to_be_bytes();
        NodeId(u32::from_be_bytes(low))
    }

    fn turned(self) -> Self {
        Self(self.0.rotate_left(32))
    }
}

impl Between {
    pub(super) fn new(n_nodes: usize) -> Self {
        Self { kept: Bits::new(n_nodes), numbers: vec![0; n_nodes], ..Self::default() }
    }

    /// Where the nodes in which two balls touch are to be written.
    pub(super) fn middle(&mut self) -> &mut Vec<NodeId> {
        self.room(0);
        &mut self.stops[0]
    }

    fn room(&mut self, position: usize) {
        self.stops.resize_with(self.stops.len().max(position + 1), Vec::new);
        self.hops.resize_with(self.hops.len().max(position + 1), Vec::new);
    }

    /// Lays out the shortest paths, given their middle. Both balls touch for the first time, and all their levels but
    /// the last are closed.
    pub(super) fn lay_out(
        &mut self,
        ground: &Ground<'_>,
        (ahead, behind): (&Side, &Side),
        work: &mut Work,
        into: &mut ShortestPaths,
    ) -> Result<(), OutOfWork> {
        let (meeting, n_hops) = (ahead.radius() as usize, (ahead.radius() + behind.radius()) as usize);
        self.room(n_hops);
        self.stops.swap(0, meeting);
        for (level, position) in (0..ahead.radius()).zip(0..meeting).rev() {
            self.join(ground, (ahead, level), position + 1, position, work)?;
            let hops = &mut self.hops[position];
            hops.iter_mut().for_each(|hop| *hop = hop.turned());
            hops.sort_unstable();
            let (stops, hops) = (&mut self.stops[position], &self.hops[position]);
            stops.clear();
            stops.extend(hops.iter().map(|hop| hop.from()));
            stops.dedup();
        }
        for (level, position) in (0..behind.radius()).rev().zip(meeting..) {
            self.join(ground, (behind, level), position, position, work)?;
            self.hops[position].sort_unstable();
            let (stops, hops) = (&mut self.stops[position + 1], &self.hops[position]);
            stops.clear();
            stops.extend(hops.iter().map(|hop| hop.to()));
            stops.sort_unstable();
            stops.dedup();
        }
        self.write(n_hops, into);
        Ok(())
    }

    /// The hops between the nodes of a level and those that are kept at the position beside it, as (kept, node of the
    /// level), in any order.
    fn join(
        &mut self,
        ground: &Ground<'_>,
        (side, level): (&Side, u32),
        kept: usize,
        into: usize,
        work: &mut Work,
    ) -> Result<(), OutOfWork> {
        let (kept, hops) = (&self.stops[kept], &mut self.hops[into]);
        hops.clear();
        if let (0, [end, ..]) = (level, side.reached()) {
            work.charge(kept.len())?;
            hops.extend(kept.iter().map(|&node| Pair::new(node, *end)));
            return Ok(());
        }
        let inwards = ground.rows(side.towards.turned());
        let cost: u64 = kept.iter().map(|&node| inwards.degree(node) as u64).sum();
        if cost <= side.cost_at(level) {
            for &node in kept {
                let next = inwards.of(node);
                work.charge(next.len())?;
                hops.extend(next.iter().filter(|&&at| side.is_at(at, level)).map(|&at| Pair::new(node, at)));
            }
            return Ok(());
        }
        let outwards = ground.rows(side.towards);
        kept.iter().for_each(|&node| self.kept.add(node));
        let done = side.nodes_at(level).iter().try_for_each(|&at| {
            let next = outwards.of(at);
            work.charge(next.len())?;
            hops.extend(next.iter().filter(|&&node| self.kept.has(node)).map(|&node| Pair::new(node, at)));
            Ok(())
        });
        kept.iter().for_each(|&node| self.kept.remove(node));
        done
    }

    /// Numbers the nodes position by position, and writes hops between numbers.
    fn write(&mut self, n_hops: usize, into: &mut ShortestPaths) {
        into.clear();
        for stops in &self.stops[..=n_hops] {
            for &node in stops {
                self.numbers[node.index()] = into.push_node(node);
            }
            into.end_layer();
        }
        let mut hops = self.hops[..n_hops].iter().flatten().peekable();
        for at in 0..into.n_nodes() {
            let node = into.node(at);
            while let Some(hop) = hops.next_if(|hop| hop.from() == node) {
                into.push_arc(self.numbers[hop.to().index()]);
            }
            into.end_arcs();
        }
        into.count();
    }
}
