//! petgraph's algorithms on our graph.
//!
//! petgraph's own `Graph` traverses sixty times slower than compressed sparse rows, so it is not what we store; but
//! its algorithms ask only for its `visit` traits, and those are a view.

use petgraph::Direction;
use petgraph::visit::Data;
use petgraph::visit::EdgeRef;
use petgraph::visit::GraphBase;
use petgraph::visit::GraphRef;
use petgraph::visit::IntoEdgeReferences;
use petgraph::visit::IntoEdges;
use petgraph::visit::IntoEdgesDirected;
use petgraph::visit::IntoNeighbors;
use petgraph::visit::IntoNeighborsDirected;
use petgraph::visit::IntoNodeIdentifiers;
use petgraph::visit::NodeCompactIndexable;
use petgraph::visit::NodeCount;
use petgraph::visit::NodeIndexable;
use petgraph::visit::VisitMap;
use petgraph::visit::Visitable;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Neighbours;
use crate::kg::NodeId;
use crate::kg::RelationId;

impl GraphBase for Graph {
    type NodeId = NodeId;
    type EdgeId = EdgeId;
}

impl Data for Graph {
    type NodeWeight = ();
    type EdgeWeight = RelationId;
}

impl NodeCount for Graph {
    fn node_count(&self) -> usize {
        self.n_nodes()
    }
}

impl NodeIndexable for Graph {
    fn node_bound(&self) -> usize {
        self.n_nodes()
    }

    fn to_index(&self, node: NodeId) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> NodeId {
        NodeId(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl NodeCompactIndexable for Graph {}

/// Which nodes an algorithm has seen: one bit each.
#[derive(Debug, Clone, Default)]
pub struct SeenNodes(Vec<u64>);

impl SeenNodes {
    fn slot(node: NodeId) -> (usize, u64) {
        (node.index() / 64, 1 << (node.index() % 64))
    }
}

impl VisitMap<NodeId> for SeenNodes {
    fn visit(&mut self, node: NodeId) -> bool {
        let (word, bit) = Self::slot(node);
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    fn is_visited(&self, node: &NodeId) -> bool {
        let (word, bit) = Self::slot(*node);
        self.0[word] & bit != 0
    }

    fn unvisit(&mut self, node: NodeId) -> bool {
        let (word, bit) = Self::slot(node);
        let was_seen = self.0[word] & bit != 0;
        self.0[word] &= !bit;
        was_seen
    }
}

impl Visitable for Graph {
    type Map = SeenNodes;

    fn visit_map(&self) -> SeenNodes {
        SeenNodes(vec![0; self.n_nodes().div_ceil(64)])
    }

    fn reset_map(&self, map: &mut SeenNodes) {
        map.0.clear();
        map.0.resize(self.n_nodes().div_ceil(64), 0);
    }
}

/// An edge as petgraph's algorithms see it; its weight is its relation.
#[derive(Debug, Clone, Copy)]
pub struct EdgeView<'a> {
    graph: &'a Graph,
    from: NodeId,
    to: NodeId,
    edge: EdgeId,
}

impl<'a> EdgeRef for EdgeView<'a> {
    type NodeId = NodeId;
    type EdgeId = EdgeId;
    type Weight = RelationId;

    fn source(&self) -> NodeId {
        self.from
    }

    fn target(&self) -> NodeId {
        self.to
    }

    fn weight(&self) -> &'a RelationId {
        self.graph.adjacency.ends(self.edge).1
    }

    fn id(&self) -> EdgeId {
        self.edge
    }
}

type NeighbourNodes<'a> = std::iter::Copied<std::slice::Iter<'a, NodeId>>;

impl<'a> IntoNeighbors for &'a Graph {
    type Neighbors = NeighbourNodes<'a>;

    fn neighbors(self, node: NodeId) -> NeighbourNodes<'a> {
        self.neighbors_directed(node, Direction::Outgoing)
    }
}

impl<'a> IntoNeighborsDirected for &'a Graph {
    type NeighborsDirected = NeighbourNodes<'a>;

    fn neighbors_directed(self, node: NodeId, direction: Direction) -> NeighbourNodes<'a> {
        let along = match direction {
            Direction::Outgoing => self.outgoing(node),
            Direction::Incoming => self.incoming(node),
        };
        along.nodes().iter().copied()
    }
}

impl IntoNodeIdentifiers for &Graph {
    type NodeIdentifiers = std::iter::Map<std::ops::Range<u32>, fn(u32) -> NodeId>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        (0..u32::try_from(self.n_nodes()).unwrap_or(u32::MAX)).map(NodeId)
    }
}

/// The edges of a graph, or of a node, for petgraph.
#[derive(Debug, Clone)]
pub struct EdgeViews<'a> {
    graph: &'a Graph,
    of: Option<(NodeId, Direction)>,
    edges: Option<Neighbours<'a>>,
    next: u32,
}

impl<'a> Iterator for EdgeViews<'a> {
    type Item = EdgeView<'a>;

    fn next(&mut self) -> Option<EdgeView<'a>> {
        let graph = self.graph;
        let Some((node, direction)) = self.of else {
            let edge = EdgeId(self.next);
            if edge.index() >= graph.n_edges() {
                return None;
            }
            let ends = graph.edge(edge);
            self.next += 1;
            return Some(EdgeView { graph, from: ends.subject, to: ends.object, edge });
        };
        let neighbour = self.edges.as_mut()?.next()?;
        let (from, to) = match direction {
            Direction::Outgoing => (node, neighbour.node),
            Direction::Incoming => (neighbour.node, node),
        };
        Some(EdgeView { graph, from, to, edge: neighbour.edge })
    }
}

impl<'a> IntoEdgeReferences for &'a Graph {
    type EdgeRef = EdgeView<'a>;
    type EdgeReferences = EdgeViews<'a>;

    fn edge_references(self) -> EdgeViews<'a> {
        EdgeViews { graph: self, of: None, edges: None, next: 0 }
    }
}

impl<'a> IntoEdges for &'a Graph {
    type Edges = EdgeViews<'a>;

    fn edges(self, node: NodeId) -> EdgeViews<'a> {
        self.edges_directed(node, Direction::Outgoing)
    }
}

impl<'a> IntoEdgesDirected for &'a Graph {
    type EdgesDirected = EdgeViews<'a>;

    fn edges_directed(self, node: NodeId, direction: Direction) -> EdgeViews<'a> {
        let edges = match direction {
            Direction::Outgoing => self.outgoing(node),
            Direction::Incoming => self.incoming(node),
        };
        EdgeViews { graph: self, of: Some((node, direction)), edges: Some(edges), next: 0 }
    }
}

/// `&Graph` is what petgraph's algorithms take.
const _: fn(&Graph) = |graph| {
    fn is_graph_ref<G: GraphRef>(_: G) {}
    is_graph_ref(graph);
};

#[cfg(test)]
mod tests {
    use petgraph::algo::connected_components;
    use petgraph::algo::dijkstra;
    use petgraph::algo::is_cyclic_directed;

    use super::*;

    #[test]
    fn algorithms_of_petgraph_run_on_the_graph() {
        let graph =
            Graph::from_arrows("Drug:a -targets-> Protein:p -interacts_with-> Protein:q\nDrug:b -treats-> Disease:d")
                .unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let distances = dijkstra(&graph, node("Drug:a"), None, |_| 1);
        assert_eq!(distances.get(&node("Protein:q")), Some(&2));
        assert_eq!(distances.get(&node("Disease:d")), None);
        assert!(!is_cyclic_directed(&graph));
        assert_eq!(connected_components(&graph), 2);
    }
}
