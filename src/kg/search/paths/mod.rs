//! Paths between two nodes: the k best, and all shortest.
//!
//! A path is a sequence of nodes, none twice; parallel edges are one hop. Both searches grow two balls, one around
//! each end, level by level and the cheaper one first, until together they are as wide as the paths are long. Then
//! only nodes with d(from, n) + d(n, to) ≤ length are looked at again: they are laid out by position ([`Layers`]), and
//! paths are taken from there one by one, in their final order. A hub in the middle is reached from both sides and
//! never opened, and nothing is enumerated that is not asked for.

mod best;
mod between;
mod bits;
#[cfg(test)]
mod differential;
mod ground;
mod layers;
mod levels;
mod metapath;
mod parallel;
mod rows;
mod scratch;
mod shortest;
#[cfg(test)]
mod tests;
mod walks;

use thiserror::Error;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;

pub use ground::Ground;
pub use ground::Walkable;
pub use ground::WalkableError;
pub use metapath::Metapath;
pub use metapath::Step;
pub use metapath::Way;
pub use parallel::in_parallel;
pub use shortest::ShortestPaths;
pub use walks::Walks;

use best::BestFirst;
use layers::Layers;
use scratch::Scratch;

/// How strongly the degree of a node damps a path through it: D. Himmelstein et al., eLife 6 (2017) e26726.
pub const DAMPING: f64 = 0.4;

/// An edge of a path, and which way it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The edge as stored.
    pub edge: EdgeId,
    /// Whether it is told from subject to object.
    pub is_forward: bool,
}

impl Hop {
    /// Where the telling starts.
    pub fn from(self, graph: &Graph) -> NodeId {
        let edge = graph.edge(self.edge);
        if self.is_forward { edge.subject } else { edge.object }
    }

    /// Where it ends.
    pub fn to(self, graph: &Graph) -> NodeId {
        let edge = graph.edge(self.edge);
        if self.is_forward { edge.object } else { edge.subject }
    }
}

/// A sequence of at least two nodes, none twice, each joined to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The nodes from one end to the other.
    pub nodes: Vec<NodeId>,
}

impl Path {
    /// How many hops it has.
    pub fn n_hops(&self) -> usize {
        self.nodes.len().saturating_sub(1)
    }

    /// The nodes between the ends.
    pub fn inner(&self) -> &[NodeId] {
        match &self.nodes[..] {
            [_, inner @ .., _] => inner,
            _ => &[],
        }
    }

    /// How good a path is: 1 for a single hop, and less the longer it is and, among paths of one length, the more
    /// its inner nodes are hubs. It is 1 / (h + 1 − Π degree^−0.4), with h hops and the product over inner nodes, so
    /// between 1 / (h + 1) and 1 / h; best paths come with falling scores.
    ///
    /// Damping by degree^−w: D. Himmelstein and S. Baranzini, PLoS Comput. Biol. 11 (2015) e1004259; w = 0.4: D.
    /// Himmelstein et al., eLife 6 (2017) e26726. There w was fitted for degrees by relation; here the degree counts
    /// every edge of a node.
    pub fn score(&self, graph: &Graph) -> f64 {
        self.score_by(|node| damping(graph, node))
    }

    fn score_by(&self, damping: impl Fn(NodeId) -> f64) -> f64 {
        let damped: f64 = self.inner().iter().map(|&node| damping(node)).product();
        1.0 / (as_float(self.n_hops()) + 1.0 - damped)
    }
}

/// What a path loses by passing through a node: degree^−0.4.
fn damping(graph: &Graph, node: NodeId) -> f64 {
    as_float(graph.degree(node).max(1)).powf(-DAMPING)
}

/// What a path costs beside its hops: the sum of ln degree over inner nodes, in units of 2^−32. Whole numbers add up
/// to the same sum in any order, which floats do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost(u64);

impl Cost {
    const ZERO: Self = Self(0);
    /// The cost of what cannot be done.
    const NEVER: Self = Self(u64::MAX);

    /// What it costs to pass through a node.
    fn of(graph: &Graph, node: NodeId) -> Self {
        const UNITS: f64 = 4_294_967_296.0;
        let units = as_float(graph.degree(node).max(1)).ln() * UNITS;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the logarithm of a count is below 45, and never negative"
        )]
        let units = units.round() as u64;
        Self(units)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A count as a float; exact below 2^53.
pub(in crate::kg) fn as_float(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of nodes and edges are far below 2^53")]
    let float = count as f64;
    float
}

/// Between which nodes to search, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathQuery {
    /// Where paths start.
    pub from: NodeId,
    /// Where they end. From a node to itself there is no path.
    pub to: NodeId,
    /// How long they may be.
    pub max_hops: u32,
    /// How many edges may be looked at, in all phases of the search together.
    pub budget: u64,
}

/// A search looked at as many edges as it may, and is not done: there may be more paths than it found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the search looked at {budget} edges and is not done; allow it more, or shorter paths")]
pub struct Unfinished {
    /// The bound that was reached.
    pub budget: u64,
    /// The k best paths as far as they were found: each has its final rank, and better ones there are none. Empty
    /// for all shortest paths, which are found together or not at all.
    pub paths: Vec<Path>,
}

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OutOfWork;

/// Edges looked at.
#[derive(Debug, Default)]
struct Work {
    done: u64,
    budget: u64,
}

impl Work {
    /// Counts edges before they are looked at.
    fn charge(&mut self, n_edges: usize) -> Result<(), OutOfWork> {
        let done = self.done.saturating_add(n_edges as u64);
        if done > self.budget {
            return Err(OutOfWork);
        }
        self.done = done;
        Ok(())
    }
}

/// Searches for paths, one query after the other; each thread has its own.
///
/// What a query writes on its way lies in lists that the next one uses again, and after it the next search on the same
/// ground.
///
/// # Order
///
/// Fewer hops first; then the smaller sum of ln degree over the inner nodes; then the sequence of CURIEs. The sum is
/// kept in whole numbers of 2^−32, so that the order is total, and the same from either end and on any thread.
/// [`Path::score`] falls in the same order.
///
/// # Complexity
///
/// With e edges in the balls around both ends and paths of at most h hops: O(e) time to find the distance, O(h e log e)
/// time and O(h e) memory to lay out the nodes that lie on ways of one length. Then each of K paths of at most four
/// hops costs O(h (d log d + log K)), d being the greatest number of ways on from a node. Longer ways can cross
/// themselves and have to be tried and dropped; there is no way around it (whether there is a simple path of exactly h
/// hops is NP-hard in h). So work is counted in edges looked at, and bounded: see [`Unfinished`].
///
/// # Example
///
/// ```
/// # use thinkpath::kg::Graph;
/// # use thinkpath::kg::search::{Ground, PathQuery, PathSearch, Walkable};
/// let graph = Graph::from_arrows(
///     "Drug:metformin -targets-> Gene:PRKAB1 -associated_with-> Disease:t2d
///      Drug:metformin -contraindicated_for-> Disease:t2d",
/// )?;
/// let ground = Ground::new(&graph, &Walkable::default())?;
/// let node = |name: &str| graph.find(&name.parse().unwrap()).unwrap();
/// let query = PathQuery { from: node("Drug:metformin"), to: node("Disease:t2d"), max_hops: 4, budget: 1_000 };
/// let paths = PathSearch::new(&ground).best(&query, 5)?;
/// assert_eq!(paths.len(), 1, "what denies is no support");
/// assert_eq!(graph.label(paths[0].nodes[1]), "PRKAB1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PathSearch<'a> {
    ground: &'a Ground<'a>,
    scratch: Scratch,
    work: Work,
}

impl<'a> PathSearch<'a> {
    /// A search with what an earlier one on this ground has left, or else with new lists.
    ///
    /// # Complexity
    ///
    /// 21 bytes a node, for as many searches as there are at one time.
    pub fn new(ground: &'a Ground<'a>) -> Self {
        Self { ground, scratch: ground.lend(), work: Work::default() }
    }

    /// How many edges the last query looked at.
    pub fn n_visited(&self) -> u64 {
        self.work.done
    }

    /// The best paths, best first: at most so many, fewer only if there are no more.
    ///
    /// # Errors
    ///
    /// [`Unfinished`], with the paths whose rank is certain, if the budget does not do.
    ///
    /// # Complexity
    ///
    /// See [`PathSearch`]: lengths are searched one after the other, and only as far as paths are wanted.
    pub fn best(&mut self, query: &PathQuery, n_paths: usize) -> Result<Vec<Path>, Unfinished> {
        let mut paths = Vec::new();
        match self.collect_best(query, n_paths, &mut paths) {
            Ok(()) => Ok(paths),
            Err(OutOfWork) => Err(Unfinished { budget: query.budget, paths }),
        }
    }

    fn collect_best(&mut self, query: &PathQuery, n_paths: usize, paths: &mut Vec<Path>) -> Result<(), OutOfWork> {
        let Some(shortest) = self.meet(query)? else { return Ok(()) };
        self.scratch.ahead.close(self.ground);
        self.scratch.behind.close(self.ground);
        // No path has more nodes than the graph.
        let n_nodes = u32::try_from(self.ground.graph().n_nodes()).unwrap_or(u32::MAX);
        for n_hops in shortest..=query.max_hops.min(n_nodes.saturating_sub(1)) {
            if paths.len() >= n_paths {
                break;
            }
            while self.scratch.ahead.radius() + self.scratch.behind.radius() < n_hops {
                self.scratch.widen(self.ground, query, &mut self.work)?;
            }
            let layers = self.layers(query, n_hops)?;
            let mut ways = BestFirst::new(self.ground.graph(), &layers, &mut self.work)?;
            while paths.len() < n_paths
                && let Some(nodes) = ways.next(&mut self.work)?
            {
                paths.push(Path { nodes });
            }
        }
        Ok(())
    }

    /// All shortest paths, counted and ready to be taken; `None` if there is no path.
    ///
    /// # Errors
    ///
    /// [`Unfinished`] if the budget does not do.
    ///
    /// # Complexity
    ///
    /// O(e + a log a) time and O(a) memory for e edges in the balls around both ends, of which a lie on shortest paths,
    /// however many paths there are.
    pub fn shortest(&mut self, query: &PathQuery) -> Result<Option<ShortestPaths>, Unfinished> {
        let mut found = ShortestPaths::default();
        Ok(self.shortest_into(query, &mut found)?.then_some(found))
    }

    /// As [`PathSearch::shortest`], but written over what an earlier query found, so that no memory is asked for; says
    /// whether there is a path.
    ///
    /// # Errors
    ///
    /// [`Unfinished`] if the budget does not do; then no path is written.
    pub fn shortest_into(&mut self, query: &PathQuery, into: &mut ShortestPaths) -> Result<bool, Unfinished> {
        into.clear();
        let done = self.meet(query).and_then(|met| match met {
            None => Ok(false),
            Some(_) => {
                let Scratch { ahead, behind, between, .. } = &mut self.scratch;
                between.lay_out(self.ground, (ahead, behind), &mut self.work, into).map(|()| true)
            }
        });
        done.map_err(|OutOfWork| Unfinished { budget: query.budget, paths: Vec::new() })
    }

    /// The nodes that paths of at most so many hops lead to from a node: itself first, then nearer ones before those
    /// further away.
    ///
    /// # Errors
    ///
    /// [`Unfinished`] if the budget does not do.
    ///
    /// # Complexity
    ///
    /// O(n / 64 + e) time for n nodes of the graph and e edges of those that are less than so many hops away.
    pub fn near(&mut self, node: NodeId, max_hops: u32, budget: u64) -> Result<&[NodeId], Unfinished> {
        self.ball(node, max_hops, budget).map_err(|OutOfWork| Unfinished { budget, paths: Vec::new() })?;
        Ok(self.scratch.ahead.reached())
    }

    /// How many nodes [`PathSearch::near`] finds, without a list of those that are furthest away, which are the most.
    ///
    /// # Errors
    ///
    /// [`Unfinished`] if the budget does not do.
    ///
    /// # Complexity
    ///
    /// As [`PathSearch::near`].
    pub fn n_near(&mut self, node: NodeId, max_hops: u32, budget: u64) -> Result<usize, Unfinished> {
        let counted = self.ball(node, max_hops.saturating_sub(1), budget).and_then(|()| {
            let ball = &mut self.scratch.ahead;
            if max_hops == 0 { Ok(ball.reached().len()) } else { ball.count_wider(self.ground, &mut self.work) }
        });
        counted.map_err(|OutOfWork| Unfinished { budget, paths: Vec::new() })
    }

    /// Grows the ball of so many hops around a node.
    fn ball(&mut self, node: NodeId, max_hops: u32, budget: u64) -> Result<(), OutOfWork> {
        self.work = Work { done: 0, budget };
        let Scratch { ahead, barred, .. } = &mut self.scratch;
        barred.clear();
        ahead.begin(self.ground, node, barred);
        for _ in 0..max_hops {
            if ahead.frontier().is_empty() {
                break;
            }
            ahead.widen(self.ground, None, &mut self.work)?;
        }
        Ok(())
    }

    fn meet(&mut self, query: &PathQuery) -> Result<Option<u32>, OutOfWork> {
        self.work = Work { done: 0, budget: query.budget };
        self.scratch.meet(self.ground, query, &mut self.work)
    }

    fn layers(&mut self, query: &PathQuery, n_hops: u32) -> Result<Layers, OutOfWork> {
        let Scratch { ahead, behind, .. } = &self.scratch;
        layers::Balls { ground: self.ground, ahead, behind, query }.layers(n_hops, &mut self.work)
    }
}

impl Drop for PathSearch<'_> {
    fn drop(&mut self) {
        // What a panic has left is in no state to be used.
        if !std::thread::panicking() {
            self.ground.take_back(std::mem::replace(&mut self.scratch, Scratch::new(0)));
        }
    }
}
