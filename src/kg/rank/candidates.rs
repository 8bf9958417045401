//! Every path from a drug to a disease, forward along every edge.
//!
//! A mechanism is told in one direction, from what acts to what comes of it. Sources write such an edge by either of two
//! predicates ("X causes Y", "Y caused by X"); the graph stores one of them. So three relations are walked from object
//! to subject too: that is how a path reads "in the heart takes place" or "is brought about by".

use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Walkable;

/// How long paths may be: curators draw six hops or fewer for nine pairs in ten.
pub const MAX_HOPS: usize = 6;

/// Relations that are not walked: they say that a drug is given for a disease, or that a code excludes another, and
/// neither says why.
pub const LEFT_OUT: [&str; 8] = [
    "treats",
    "palliates",
    "off_label_for",
    "contraindicated_for",
    "not_indicated_for",
    "prevents",
    "excludes1",
    "excludes2",
];

/// Relations that are walked from object to subject too.
pub const WALKED_BACK: [&str; 3] = ["located_in", "causes", "affects"];

/// Where paths of this kind may go, for those who ask which edge a hop is.
pub fn walkable(graph: &Graph) -> Walkable {
    let named = |is_meant: &dyn Fn(&str) -> bool| -> Vec<Box<str>> {
        graph.relations().iter().map(|(_, row)| row.name.clone()).filter(|name| is_meant(name)).collect()
    };
    let leave_out = named(&|name| LEFT_OUT.contains(&name));
    let forwards_only = named(&|name| !WALKED_BACK.contains(&name));
    Walkable { leave_out, forwards_only, ..Walkable::default() }
}

/// How one hop reads: a relation, and whether it is told from object to subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Way(pub(super) u16);

impl Way {
    pub(super) fn new(relation: usize, is_back: bool) -> Self {
        Self(u16::try_from(relation * 2 + usize::from(is_back)).unwrap_or(u16::MAX))
    }

    /// The number of its relation.
    pub(super) fn relation(self) -> usize {
        usize::from(self.0 / 2)
    }

    /// Whether it is told from object to subject.
    pub(super) fn is_back(self) -> bool {
        self.0 % 2 == 1
    }
}

/// Where one hop leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arc {
    pub(super) to: NodeId,
    /// The first of the ways there.
    pub(super) way: Way,
    /// How many ways there are.
    pub(super) n_ways: u16,
}

/// A graph as paths of this kind see it: neighbours by direction, each once.
#[derive(Debug, Clone)]
pub struct Terrain<'a> {
    graph: &'a Graph,
    starts: Vec<usize>,
    arcs: Vec<Arc>,
    back_starts: Vec<usize>,
    back: Vec<(NodeId, Way)>,
}

impl<'a> Terrain<'a> {
    /// Lays out a graph.
    ///
    /// # Complexity
    ///
    /// O(e log e) time and 12 bytes for each of e edges.
    pub fn new(graph: &'a Graph) -> Self {
        let is_in = |list: &[&str], name: &str| list.contains(&name);
        let ways: Vec<(bool, bool)> = graph
            .relations()
            .iter()
            .map(|(_, row)| {
                let is_walked = !row.is_negative() && !is_in(&LEFT_OUT, &row.name);
                (is_walked, is_walked && (row.is_symmetric || is_in(&WALKED_BACK, &row.name)))
            })
            .collect();
        let mut all: Vec<(NodeId, NodeId, Way)> = Vec::new();
        for (_, edge) in graph.edges() {
            let relation = edge.relation.index();
            let is_symmetric = graph.relation(edge.relation).is_symmetric;
            let (ahead, behind) = ways.get(relation).copied().unwrap_or_default();
            if ahead {
                all.push((edge.subject, edge.object, Way::new(relation, false)));
            }
            if behind {
                all.push((edge.object, edge.subject, Way::new(relation, !is_symmetric)));
            }
        }
        let is_live = |node: NodeId| !graph.node(node).is_obsolete;
        all.retain(|&(from, to, _)| from != to && is_live(from) && is_live(to));
        all.sort_unstable();
        all.dedup();
        let mut arcs: Vec<(NodeId, Arc)> = Vec::with_capacity(all.len());
        for (from, to, way) in all {
            match arcs.last_mut() {
                Some((other, arc)) if *other == from && arc.to == to => arc.n_ways = arc.n_ways.saturating_add(1),
                _ => arcs.push((from, Arc { to, way, n_ways: 1 })),
            }
        }
        let n_nodes = graph.n_nodes();
        let mut behind: Vec<(NodeId, NodeId, Way)> = arcs.iter().map(|&(from, arc)| (arc.to, from, arc.way)).collect();
        behind.sort_unstable();
        Self {
            graph,
            starts: starts(n_nodes, arcs.iter().map(|&(from, _)| from)),
            arcs: arcs.into_iter().map(|(_, arc)| arc).collect(),
            back_starts: starts(n_nodes, behind.iter().map(|&(to, ..)| to)),
            back: behind.into_iter().map(|(_, from, way)| (from, way)).collect(),
        }
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// Where hops lead from a node, in the order of nodes.
    pub(super) fn ahead(&self, node: NodeId) -> &[Arc] {
        &self.arcs[self.starts[node.index()]..self.starts[node.index() + 1]]
    }

    /// Where hops to a node come from, in order.
    pub(super) fn behind(&self, node: NodeId) -> &[(NodeId, Way)] {
        &self.back[self.back_starts[node.index()]..self.back_starts[node.index() + 1]]
    }

    /// The hop between two nodes.
    pub(super) fn arc(&self, from: NodeId, to: NodeId) -> Option<Arc> {
        let arcs = self.ahead(from);
        arcs.binary_search_by_key(&to, |arc| arc.to).ok().map(|at| arcs[at])
    }

    /// How many nodes lie between two: reached by a hop from the one, and the other by a hop from there. The shorter
    /// list is gone through.
    pub(super) fn n_between(&self, from: NodeId, to: NodeId) -> usize {
        let (ahead, behind) = (self.ahead(from), self.behind(to));
        if ahead.len() <= behind.len() {
            let leads = |node: NodeId| behind.binary_search_by_key(&node, |&(from, _)| from).is_ok();
            ahead.iter().filter(|arc| leads(arc.to)).count()
        } else {
            let leads = |node: NodeId| ahead.binary_search_by_key(&node, |arc| arc.to).is_ok();
            behind.iter().filter(|&&(node, _)| leads(node)).count()
        }
    }
}

/// Where the entries of each node start in a sorted list, and where the last end.
fn starts(n_nodes: usize, sorted: impl Iterator<Item = NodeId>) -> Vec<usize> {
    let mut starts = vec![0; n_nodes + 1];
    for node in sorted {
        starts[node.index() + 1] += 1;
    }
    for at in 0..n_nodes {
        starts[at + 1] += starts[at];
    }
    starts
}

/// A pair has more paths than may be looked at. What was found is not handed on: the best path might be among the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the search looked at {budget} hops and is not done; allow it more")]
pub struct TooMany {
    /// The bound that was reached.
    pub budget: u64,
}

/// The paths between two nodes, in the order of their nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    nodes: Vec<NodeId>,
    ends: Vec<usize>,
}

impl Candidates {
    /// All simple paths of at least two hops and at most [`MAX_HOPS`].
    ///
    /// # Errors
    ///
    /// [`TooMany`] if more than `budget` hops would have to be looked at.
    ///
    /// # Complexity
    ///
    /// O(e) time for the distances to the end, with e edges within reach of it, and then O(h d) for each beginning of a
    /// path of h hops, d being the number of ways on; O(n) memory for n nodes.
    pub fn between(terrain: &Terrain<'_>, from: NodeId, to: NodeId, budget: u64) -> Result<Self, TooMany> {
        let mut found = Self::default();
        if from == to {
            return Ok(found);
        }
        let mut search = Search { terrain, to, budget, n_looked_at: 0, distances: Vec::new() };
        search
            .distances(from)
            .and_then(|()| search.follow(&mut vec![from], &mut found))
            .map_err(|OutOfHops| TooMany { budget })?;
        Ok(found)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The nodes of one; empty past the last.
    pub fn path(&self, at: usize) -> &[NodeId] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).map_or(&[], |&end| &self.nodes[start..end])
    }

    /// Each in turn.
    pub fn iter(&self) -> impl Iterator<Item = &[NodeId]> {
        (0..self.len()).map(|at| self.path(at))
    }
}

struct OutOfHops;

struct Search<'a> {
    terrain: &'a Terrain<'a>,
    to: NodeId,
    budget: u64,
    n_looked_at: u64,
    /// By node: how many hops it is from the end, or more than paths have.
    distances: Vec<u8>,
}

impl Search<'_> {
    fn charge(&mut self, n_hops: usize) -> Result<(), OutOfHops> {
        self.n_looked_at = self.n_looked_at.saturating_add(n_hops as u64);
        if self.n_looked_at > self.budget { Err(OutOfHops) } else { Ok(()) }
    }

    fn distances(&mut self, from: NodeId) -> Result<(), OutOfHops> {
        self.distances = vec![u8::MAX; self.terrain.graph.n_nodes()];
        self.distances[self.to.index()] = 0;
        let mut reached = vec![self.to];
        for distance in 1..=MAX_HOPS {
            let mut next = Vec::new();
            for node in std::mem::take(&mut reached) {
                if node == from {
                    continue;
                }
                let behind = self.terrain.behind(node);
                self.charge(behind.len())?;
                for &(other, _) in behind {
                    if self.distances[other.index()] == u8::MAX {
                        self.distances[other.index()] = u8::try_from(distance).unwrap_or(u8::MAX);
                        next.push(other);
                    }
                }
            }
            reached = next;
        }
        Ok(())
    }

    fn follow(&mut self, path: &mut Vec<NodeId>, found: &mut Candidates) -> Result<(), OutOfHops> {
        let Some(&last) = path.last() else { return Ok(()) };
        if last == self.to {
            if path.len() > 2 {
                found.nodes.extend_from_slice(path);
                found.ends.push(found.nodes.len());
            }
            return Ok(());
        }
        let terrain = self.terrain;
        self.charge(terrain.ahead(last).len())?;
        for arc in terrain.ahead(last) {
            let rest = usize::from(self.distances[arc.to.index()]);
            if path.len() + rest <= MAX_HOPS && !path.contains(&arc.to) {
                path.push(arc.to);
                self.follow(path, found)?;
                path.pop();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        Graph::from_arrows(
            "Drug:a -affects-> Gene:b\nGene:b -positively_correlated_with-> Gene:c\nGene:c -causes-> Disease:d\n\
             Drug:a -treats-> Disease:d\nGene:b -causes-> Disease:d\n\
             Gene:p -located_in-> Cell:q\nDrug:a -affects-> Cell:q\nGene:p -causes-> Disease:d",
        )
        .unwrap()
    }

    fn paths(budget: u64) -> Result<Vec<String>, TooMany> {
        let graph = graph();
        let terrain = Terrain::new(&graph);
        let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
        let found = Candidates::between(&terrain, node("Drug:a"), node("Disease:d"), budget)?;
        let shown = |path: &[NodeId]| path.iter().map(|&node| graph.label(node)).collect::<Vec<_>>().join(" ");
        Ok(found.iter().map(shown).collect())
    }

    #[test]
    fn relations_that_are_left_out_or_walked_back_are_relations() {
        let relations = crate::kg::Relations::standard().unwrap();
        assert!(LEFT_OUT.iter().chain(&WALKED_BACK).all(|name| relations.id(name).is_some()));
    }

    #[test]
    fn paths_run_forward_and_back_only_where_that_is_told() {
        assert_eq!(paths(1_000).unwrap(), ["a q p d", "a b d", "a b c d"]);
    }

    #[test]
    fn a_search_that_is_cut_hands_on_nothing() {
        assert_eq!(paths(5).unwrap_err(), TooMany { budget: 5 });
    }
}
