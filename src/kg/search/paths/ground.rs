//! Where paths may go.
//!
//! Which relations are walked, and which way, is data and no property of the search: an explanation of how a drug acts
//! runs along edges only, a tour of a disease also back along them. The rules are worked out once for a graph, and where
//! hops lead by them is gathered when it is first asked for, so that a search reads slices and asks nothing.

use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use serde::Deserialize;
use thiserror::Error;

use crate::kg::CategoryId;
use crate::kg::Graph;
use crate::kg::Neighbours;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::paths::Hop;
use crate::kg::search::paths::Path;
use crate::kg::search::paths::bits::Bits;
use crate::kg::search::paths::damping;
use crate::kg::search::paths::levels::Towards;
use crate::kg::search::paths::rows::Rows;
use crate::kg::search::paths::scratch::Scratch;

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
    /// What denies is never walked, so it is no step of a path.
    #[error("relation `{name}` denies another one and is never walked")]
    Negative {
        /// What was given.
        name: Box<str>,
    },
    /// Edges are followed from both ends, and 32 bits number what is followed.
    #[error("a graph of {n_edges} edges is too large for its paths to be searched; {} are the most", MOST_EDGES)]
    TooLarge {
        /// How many there are.
        n_edges: usize,
    },
}

const MOST_EDGES: usize = u32::MAX as usize / 2;

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
    /// Whether each is walked either way or not at all, so that hops lead back where they come from.
    is_even: bool,
    /// The nodes that no path passes through.
    closed: Bits,
    /// Where hops lead.
    ahead: OnceLock<Rows>,
    /// Whence they come, where that is not the same.
    back: OnceLock<Rows>,
    /// By node: what it takes of the score of a path that passes through it.
    factors: OnceLock<Vec<f64>>,
    /// What searches are done with.
    spare: Mutex<Vec<Scratch>>,
}

impl<'a> Ground<'a> {
    /// Works out the rules for a graph.
    ///
    /// # Errors
    ///
    /// [`WalkableError`] if they name a relation or a category that there is not, or if the graph has more than 2^31
    /// edges.
    ///
    /// # Complexity
    ///
    /// O(n) time, one bit a node. The first search gathers where hops lead: O(m log d) time for m edges and the
    /// degree d, in parallel; 4 bytes a node and 8 an edge, and as much again if a relation is walked one way only.
    pub fn new(graph: &'a Graph, walkable: &Walkable) -> Result<Self, WalkableError> {
        let is_walked = |name: &str| !walkable.leave_out.iter().any(|other| **other == *name);
        let is_one_way = |name: &str| walkable.forwards_only.iter().any(|other| **other == *name);
        if graph.n_edges() > MOST_EDGES {
            return Err(WalkableError::TooLarge { n_edges: graph.n_edges() });
        }
        for name in walkable.leave_out.iter().chain(&walkable.forwards_only) {
            relation(graph, name)?;
        }
        let mut not_through = Vec::new();
        for name in &walkable.not_through {
            not_through.push(category(graph, name)?);
        }
        let ways = graph.relations().iter().map(|(_, row)| {
            let forwards = !row.is_negative() && is_walked(&row.name);
            Ways { forwards, backwards: forwards && (row.is_symmetric || !is_one_way(&row.name)) }
        });
        let ways: Vec<Ways> = ways.collect();
        let is_even = ways.iter().all(|ways| ways.forwards == ways.backwards);
        let mut closed = Bits::new(graph.n_nodes());
        for (id, node) in graph.nodes() {
            if node.is_obsolete
                || not_through.contains(&node.category)
                || walkable.max_degree.is_some_and(|most| graph.degree(id) > most)
            {
                closed.add(id);
            }
        }
        let (ahead, back, factors, spare) = (OnceLock::new(), OnceLock::new(), OnceLock::new(), Mutex::default());
        Ok(Self { graph, ways, is_even, closed, ahead, back, factors, spare })
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// Whether a path may pass through a node; any may be an end.
    pub(super) fn is_open(&self, node: NodeId) -> bool {
        !self.closed.has(node)
    }

    /// The nodes that no path passes through.
    pub(super) fn closed(&self) -> &Bits {
        &self.closed
    }

    /// Where one hop leads from each node, or from where one leads there.
    pub(super) fn rows(&self, towards: Towards) -> &Rows {
        let (rows, towards) = match towards {
            Towards::Back if !self.is_even => (&self.back, Towards::Back),
            _ => (&self.ahead, Towards::Ahead),
        };
        rows.get_or_init(|| {
            Rows::new(self.graph.n_nodes(), |node, into| {
                self.each(node, towards, |relation, is_forward| self.includes(relation, is_forward), into);
            })
        })
    }

    /// Whether a relation may be walked that way.
    pub(super) fn includes(&self, relation: RelationId, is_forward: bool) -> bool {
        self.ways[relation.index()].include(is_forward)
    }

    /// Adds where one hop leads from a node by the relations that are wanted, or from where one leads there; a node
    /// that is reached by several edges as often.
    pub(super) fn each(
        &self,
        node: NodeId,
        towards: Towards,
        is_wanted: impl Fn(RelationId, bool) -> bool,
        into: &mut Vec<NodeId>,
    ) {
        let is_ahead = towards == Towards::Ahead;
        // Seen from its start a hop follows an outgoing edge forwards; seen from its end, an incoming one.
        for (edges, is_forward) in [(self.graph.outgoing(node), is_ahead), (self.graph.incoming(node), !is_ahead)] {
            for (relation, neighbours) in edges.by_relation() {
                if is_wanted(relation, is_forward) {
                    into.extend_from_slice(neighbours.nodes());
                }
            }
        }
    }

    /// What a search writes on its way.
    pub(super) fn lend(&self) -> Scratch {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| Scratch::new(self.graph.n_nodes()))
    }

    /// How many searches left something behind.
    #[cfg(test)]
    pub(super) fn n_spare(&self) -> usize {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn take_back(&self, scratch: Scratch) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }

    /// The hop to cite between two neighbours: of all edges that may be walked, the one with the least restricted
    /// licence, then the lowest.
    ///
    /// # Complexity
    ///
    /// O(r log d) for the degree d and r relations of the end that has fewer edges.
    pub fn hop(&self, from: NodeId, to: NodeId) -> Option<Hop> {
        let is_first = self.graph.degree(from) <= self.graph.degree(to);
        let (near, far) = if is_first { (from, to) } else { (to, from) };
        let joined = |edges: Neighbours<'a>, is_forward: bool| {
            let relations = edges.by_relation().filter(move |&(relation, ref neighbours)| {
                self.includes(relation, is_forward) && neighbours.nodes().binary_search(&far).is_ok()
            });
            relations.filter_map(move |(relation, _)| {
                let (subject, object) = if is_forward { (from, to) } else { (to, from) };
                let edge = self.graph.cited(subject, relation, object)?;
                // Of a symmetric relation the edge that is cited may be one that is stored the other way.
                let is_symmetric = self.graph.relation(relation).is_symmetric;
                let is_forward = if is_symmetric { self.graph.edge(edge).subject == from } else { is_forward };
                Some(Hop { edge, is_forward })
            })
        };
        let hops = joined(self.graph.outgoing(near), is_first).chain(joined(self.graph.incoming(near), !is_first));
        hops.min_by_key(|hop| (self.graph.edge_licence(hop.edge), hop.edge))
    }

    /// [`Path::score`], from factors that are worked out for every node when the first path is scored: 8 bytes a node.
    pub fn score(&self, path: &Path) -> f64 {
        let factors =
            self.factors.get_or_init(|| self.graph.nodes().map(|(node, _)| damping(self.graph, node)).collect());
        path.score_by(|node| factors[node.index()])
    }

    /// The hops of a path that was found here.
    pub fn hops(&self, path: &Path) -> Vec<Hop> {
        let pairs = path.nodes.windows(2);
        pairs.filter_map(|pair| pair.first().zip(pair.last()).and_then(|(&from, &to)| self.hop(from, to))).collect()
    }
}

/// The relation of a name.
pub(super) fn relation(graph: &Graph, name: &str) -> Result<RelationId, WalkableError> {
    graph.relations().id(name).ok_or_else(|| WalkableError::Relation { name: name.into() })
}

/// The category of a name.
pub(super) fn category(graph: &Graph, name: &str) -> Result<CategoryId, WalkableError> {
    graph.category_id(name).ok_or_else(|| {
        let known = graph.categories().filter(|name| !name.is_empty()).map(Into::into).collect();
        WalkableError::Category { name: name.into(), known }
    })
}
