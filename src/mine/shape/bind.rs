//! By which stated edges a node answers a query.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Direction;
use crate::kg::search::Projection;
use crate::kg::search::Query;
use crate::mine::Hop;

/// The edges by which a node answers a query without any conclusion from kinds, in the order of the clauses; `None` if it
/// does not, or not by stated edges alone. Of several bindings it is the first in the order of nodes.
///
/// # Complexity
///
/// O(edges of the nodes in between), for each of at most three hops.
pub fn bind(graph: &Graph, query: &Query, node: NodeId) -> Option<Vec<Hop>> {
    match query {
        Query::Anchor(anchor) => (*anchor == node).then(Vec::new),
        Query::Project(step) => bind_step(graph, step, node, &[step.relation]),
        Query::And(all) => {
            let parts: Option<Vec<Vec<Hop>>> = all.iter().map(|one| bind(graph, one, node)).collect();
            parts.map(|parts| parts.concat())
        }
        Query::Or(all) => all.iter().find_map(|one| bind(graph, one, node)),
        Query::AndNot { of, denied } => {
            let negatives: Vec<RelationId> = graph.relations().negatives_of(denied.relation).collect();
            let mut hops = bind(graph, of, node)?;
            hops.extend(bind_step(graph, denied, node, &negatives)?);
            Some(hops)
        }
    }
}

fn bind_step(graph: &Graph, step: &Projection, node: NodeId, relations: &[RelationId]) -> Option<Vec<Hop>> {
    relations.iter().find_map(|&relation| {
        before(graph, node, relation, step.direction).iter().find_map(|&from| {
            let rest = bind(graph, &step.of, from)?;
            let (subject, _, object) = step.triple(from, node);
            let edge = graph.cited(subject, relation, object)?;
            Some([vec![Hop { edge, is_forward: true }], rest].concat())
        })
    })
}

/// The nodes from which a hop leads to a node, by stated edges: sorted, each once.
pub(super) fn before(graph: &Graph, node: NodeId, relation: RelationId, direction: Direction) -> Vec<NodeId> {
    let mut nodes = match direction {
        Direction::Objects => graph.subjects(node, relation).nodes().to_vec(),
        Direction::Subjects => graph.objects(node, relation).nodes().to_vec(),
    };
    nodes.dedup();
    nodes
}

/// The nodes to which a hop leads from a node, by stated edges: sorted, each once.
pub(super) fn after(graph: &Graph, node: NodeId, relation: RelationId, direction: Direction) -> Vec<NodeId> {
    let turned = match direction {
        Direction::Objects => Direction::Subjects,
        Direction::Subjects => Direction::Objects,
    };
    before(graph, node, relation, turned)
}
