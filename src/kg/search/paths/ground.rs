//! Where paths may go.
//!
//! Which relations are walked, and which way, is data and no property of the search: an explanation of how a drug acts
//! runs along edges only, a tour of a disease also back along them. The rules are worked out once for a graph, so
//! that the search asks two small tables and nothing else.

use serde::Deserialize;
use thiserror::Error;

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::paths::Hop;
use crate::kg::search::paths::Path;
use crate::kg::search::paths::levels::Towards;

/// What may be walked: every relation both ways, through every node, unless told otherwise. Negative relations are
/// never walked, and no path goes through an obsolete node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Walkable {
    /// Relations that are not walked.
    pub leave_out: Vec<Box<str>>,
    /// Relations that are walked from subject to object only. A symmetric one has no direction and is walked both ways
    /// all the same.
    pub forwards_only: Vec<Box<str>>,
    /// Categories of nodes at which a path may start and end, but which it does not pass through.
    pub not_through: Vec<Box<str>>,
    /// A path does not pass through a node with more edges than this; through any unless told otherwise.
    pub max_degree: Option<usize>,
}

/// Why rules of walking do not fit a graph.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WalkableError {
    /// The table of relations has no such row.
    #[error("`{name}` is no relation of relations.toml")]
    Relation {
        /// What was given.
        name: Box<str>,
    },
    /// No node has the category.
    #[error("no node has the category `{name}`; there are {}", known.join(", "))]
    Category {
        /// What was given.
        name: Box<str>,
        /// The categories of the graph.
        known: Vec<Box<str>>,
    },
}

/// Which ways a relation is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ways {
    forwards: bool,
    backwards: bool,
}

impl Ways {
    fn include(self, is_forward: bool) -> bool {
        if is_forward { self.forwards } else { self.backwards }
    }
}

/// A graph with the rules of walking on it.
#[derive(Debug)]
pub struct Ground<'a> {
    graph: &'a Graph,
    /// By relation.
    ways: Vec<Ways>,
    /// By node: whether a path may pass through.
    is_open: Vec<bool>,
}

impl<'a> Ground<'a> {
    /// Works out the rules for a graph.
    ///
    /// # Errors
    ///
    /// [`WalkableError`] if they name a relation or a category that there is not.
    ///
    /// # Complexity
    ///
    /// O(n) time, one byte a node.
    pub fn new(graph: &'a Graph, walkable: &Walkable) -> Result<Self, WalkableError> {
        let is_walked = |name: &str| !walkable.leave_out.iter().any(|other| **other == *name);
        let is_one_way = |name: &str| walkable.forwards_only.iter().any(|other| **other == *name);
        if let Some(name) =
            walkable.leave_out.iter().chain(&walkable.forwards_only).find(|name| graph.relations().id(name).is_none())
        {
            return Err(WalkableError::Relation { name: name.clone() });
        }
        let mut not_through = Vec::new();
        for name in &walkable.not_through {
            not_through.push(graph.category_id(name).ok_or_else(|| {
                let known = graph.categories().filter(|name| !name.is_empty()).map(Into::into).collect();
                WalkableError::Category { name: name.clone(), known }
            })?);
        }
        let ways = graph.relations().iter().map(|(_, row)| {
            let forwards = !row.is_negative() && is_walked(&row.name);
            Ways { forwards, backwards: forwards && (row.is_symmetric || !is_one_way(&row.name)) }
        });
        let is_open = graph.nodes().map(|(id, node)| {
            !node.is_obsolete
                && !not_through.contains(&node.category)
                && walkable.max_degree.is_none_or(|most| graph.degree(id) <= most)
        });
        Ok(Self { graph, ways: ways.collect(), is_open: is_open.collect() })
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// Whether a path may pass through a node; any may be an end.
    pub(super) fn is_open(&self, node: NodeId) -> bool {
        self.is_open[node.index()]
    }

    /// Visits where one hop leads from a node, or from where one leads there; a node that is reached by several edges
    /// is visited as often.
    pub(super) fn each(&self, node: NodeId, towards: Towards, mut visit: impl FnMut(NodeId)) {
        let is_ahead = towards == Towards::Ahead;
        // Seen from its start a hop follows an outgoing edge forwards; seen from its end, an incoming one.
        for (edges, is_forward) in [(self.graph.outgoing(node), is_ahead), (self.graph.incoming(node), !is_ahead)] {
            for (relation, neighbours) in edges.by_relation() {
                if self.ways[relation.index()].include(is_forward) {
                    neighbours.nodes().iter().copied().for_each(&mut visit);
                }
            }
        }
    }

    /// The hop to cite between two neighbours: of all edges that may be walked, the one with the least restricted
    /// licence, then the lowest.
    ///
    /// # Complexity
    ///
    /// O(r log d) for r relations and the degree d.
    pub fn hop(&self, from: NodeId, to: NodeId) -> Option<Hop> {
        let edges = self.graph.relations().iter().zip(&self.ways).flat_map(|((relation, _), ways)| {
            let forwards = ways.forwards.then(|| self.graph.cited(from, relation, to)).flatten();
            let backwards = ways.backwards.then(|| self.graph.cited(to, relation, from)).flatten();
            forwards.into_iter().chain(backwards)
        });
        let edge = edges.min_by_key(|&edge| (self.graph.edge_licence(edge), edge))?;
        Some(Hop { edge, is_forward: self.graph.edge(edge).subject == from })
    }

    /// The hops of a path that was found here.
    pub fn hops(&self, path: &Path) -> Vec<Hop> {
        let pairs = path.nodes.windows(2);
        pairs.filter_map(|pair| pair.first().zip(pair.last()).and_then(|(&from, &to)| self.hop(from, to))).collect()
    }
}
