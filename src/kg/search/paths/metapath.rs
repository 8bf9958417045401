//! Paths by kinds of hops: from a disease to its genes, to what these interact with, to the drugs that target it.
//!
//! A metapath says for every hop which relations it may follow, which way, and to what. Paths along one are found as
//! paths of a given length are: from both ends, the cheaper one first, until the two sides stand beside each other.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::kg::CategoryId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::paths::Ground;
use crate::kg::search::paths::OutOfWork;
use crate::kg::search::paths::Path;
use crate::kg::search::paths::PathSearch;
use crate::kg::search::paths::Unfinished;
use crate::kg::search::paths::WalkableError;
use crate::kg::search::paths::Work;
use crate::kg::search::paths::best::BestFirst;
use crate::kg::search::paths::ground::category;
use crate::kg::search::paths::ground::relation;
use crate::kg::search::paths::layers::Layers;
use crate::kg::search::paths::layers::distinct;
use crate::kg::search::paths::levels::Towards;
use crate::kg::search::paths::rows::Rows;

/// Which way a hop follows its edge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// From subject to object.
    Forwards,
    /// From object to subject.
    Backwards,
    /// Either.
    #[default]
    Either,
}

/// A hop of a metapath.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The relations that it may follow, as far as the ground walks them.
    pub relations: Vec<Box<str>>,
    /// Which way; either, as far as the ground allows it, unless told otherwise. A symmetric relation has no direction.
    #[serde(default)]
    pub way: Way,
    /// The category of the node that it leads to; any unless told otherwise.
    #[serde(default)]
    pub to: Option<Box<str>>,
}

/// Kinds of hops, one after the other, on a ground.
#[derive(Debug)]
pub struct Metapath<'a> {
    ground: &'a Ground<'a>,
    hops: Vec<TypedHop>,
}

#[derive(Debug)]
struct TypedHop {
    relations: Vec<RelationId>,
    way: Way,
    to: Option<CategoryId>,
    is_last: bool,
    ahead: OnceLock<Rows>,
    back: OnceLock<Rows>,
}

impl<'a> Metapath<'a> {
    /// Looks up what steps name.
    ///
    /// # Errors
    ///
    /// [`WalkableError`] if a step names a relation or a category that there is not, or a relation that denies.
    pub fn new(ground: &'a Ground<'a>, steps: &[Step]) -> Result<Self, WalkableError> {
        let graph = ground.graph();
        let mut hops = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let mut relations = Vec::new();
            for name in &step.relations {
                let id = relation(graph, name)?;
                if graph.relation(id).is_negative() {
                    return Err(WalkableError::Negative { name: name.clone() });
                }
                relations.push(id);
            }
            let to = step.to.as_deref().map(|name| category(graph, name)).transpose()?;
            let is_last = at + 1 == steps.len();
            let (ahead, back) = (OnceLock::new(), OnceLock::new());
            hops.push(TypedHop { relations, way: step.way, to, is_last, ahead, back });
        }
        Ok(Self { ground, hops })
    }

    /// How many hops it has.
    pub fn n_hops(&self) -> usize {
        self.hops.len()
    }

    /// Where the hop at a position leads, from 0, or whence: nodes that the hop may not end at are left out, and so are
    /// those that no path passes through, but at the end of the last.
    ///
    /// # Complexity
    ///
    /// As gathering the ground's rows, for the edges of these relations, when it is first asked.
    pub(super) fn rows(&self, position: usize, towards: Towards) -> &Rows {
        let hop = &self.hops[position];
        let rows = match towards {
            Towards::Ahead => &hop.ahead,
            Towards::Back => &hop.back,
        };
        rows.get_or_init(|| {
            Rows::new(self.ground.graph().n_nodes(), |node, into| {
                if towards == Towards::Back && !self.ends(hop, node) {
                    return;
                }
                let is_wanted = |relation, is_forward| self.follows(hop, relation, is_forward);
                self.ground.each(node, towards, is_wanted, into);
                if towards == Towards::Ahead {
                    into.retain(|&to| self.ends(hop, to));
                }
            })
        })
    }

    fn follows(&self, hop: &TypedHop, relation: RelationId, is_forward: bool) -> bool {
        let is_way = match hop.way {
            Way::Forwards => is_forward,
            Way::Backwards => !is_forward,
            Way::Either => true,
        };
        let is_symmetric = || self.ground.graph().relation(relation).is_symmetric;
        hop.relations.contains(&relation) && self.ground.includes(relation, is_forward) && (is_way || is_symmetric())
    }

    /// Whether a hop may lead to a node.
    fn ends(&self, hop: &TypedHop, node: NodeId) -> bool {
        (hop.is_last || self.ground.is_open(node))
            && hop.to.is_none_or(|category| self.ground.graph().node(node).category == category)
    }

    /// All ways between two nodes, laid out by position.
    fn layers(&self, (from, to): (NodeId, NodeId), work: &mut Work) -> Result<Layers, OutOfWork> {
        let n_hops = self.n_hops();
        let mut stops: Vec<Vec<NodeId>> = vec![Vec::new(); n_hops + 1];
        stops[0].push(from);
        stops[n_hops].push(to);
        let (mut low, mut high) = (0, n_hops);
        while low + 1 < high {
            let (ahead, back) = (self.rows(low, Towards::Ahead), self.rows(high - 1, Towards::Back));
            let (rows, at, next) = if cost(ahead, &stops[low]) <= cost(back, &stops[high]) {
                low += 1;
                (ahead, low - 1, low)
            } else {
                high -= 1;
                (back, high + 1, high)
            };
            work.charge(cost(rows, &stops[at]))?;
            // An end stands where it belongs and nowhere else.
            let is_inner = |node: &NodeId| *node != from && *node != to;
            stops[next] = distinct(stops[at].iter().flat_map(|&node| rows.of(node)).copied().filter(is_inner));
        }
        let mut hops = vec![Vec::new(); n_hops];
        for position in (0..high).rev() {
            hops[position] = self.join(position, &stops[position], &stops[position + 1], work)?;
            stops[position] = distinct(hops[position].iter().map(|&(from, _)| from));
        }
        if high > 0 {
            stops[high] = distinct(hops[high - 1].iter().map(|&(_, to)| to));
        }
        for position in high..n_hops {
            hops[position] = self.join(position, &stops[position], &stops[position + 1], work)?;
            stops[position + 1] = distinct(hops[position].iter().map(|&(_, to)| to));
        }
        Ok(Layers::new(std::mem::take(&mut stops[0]), hops))
    }

    /// The hops between nodes of one position and nodes of the next, read off the side that has fewer.
    fn join(
        &self,
        position: usize,
        here: &[NodeId],
        there: &[NodeId],
        work: &mut Work,
    ) -> Result<Vec<(NodeId, NodeId)>, OutOfWork> {
        let (ahead, back) = (self.rows(position, Towards::Ahead), self.rows(position, Towards::Back));
        let is_ahead = cost(ahead, here) <= cost(back, there);
        let (rows, from, to) = if is_ahead { (ahead, here, there) } else { (back, there, here) };
        work.charge(cost(rows, from))?;
        let pairs = from.iter().flat_map(|&node| rows.of(node).iter().map(move |&next| (node, next)));
        let pairs = pairs.filter(|(_, next)| to.binary_search(next).is_ok());
        Ok(pairs.map(|(node, next)| if is_ahead { (node, next) } else { (next, node) }).collect())
    }
}

fn cost(rows: &Rows, nodes: &[NodeId]) -> usize {
    nodes.iter().map(|&node| rows.degree(node)).sum()
}

impl PathSearch<'_> {
    /// The best paths along a metapath, best first: at most so many, fewer only if there are no more. All have its
    /// length, no node twice, and the order of [`PathSearch`].
    ///
    /// # Errors
    ///
    /// [`Unfinished`], with the paths whose rank is certain, if the budget does not do.
    ///
    /// # Complexity
    ///
    /// O(e log e) time and O(e) memory for e edges of these relations in the balls around both ends, and what
    /// [`PathSearch`] says for each path.
    pub fn best_along(
        &mut self,
        metapath: &Metapath<'_>,
        (from, to): (NodeId, NodeId),
        n_paths: usize,
        budget: u64,
    ) -> Result<Vec<Path>, Unfinished> {
        self.work = Work { done: 0, budget };
        let mut paths = Vec::new();
        if from == to || metapath.n_hops() == 0 {
            return Ok(paths);
        }
        match collect(metapath, (from, to), n_paths, &mut self.work, &mut paths) {
            Ok(()) => Ok(paths),
            Err(OutOfWork) => Err(Unfinished { budget, paths }),
        }
    }
}

fn collect(
    metapath: &Metapath<'_>,
    ends: (NodeId, NodeId),
    n_paths: usize,
    work: &mut Work,
    paths: &mut Vec<Path>,
) -> Result<(), OutOfWork> {
    let layers = metapath.layers(ends, work)?;
    let mut ways = BestFirst::new(metapath.ground.graph(), &layers, work)?;
    while paths.len() < n_paths
        && let Some(nodes) = ways.next(work)?
    {
        paths.push(Path { nodes });
    }
    Ok(())
}
