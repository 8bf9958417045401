//! Whether a question that tells the ends of a path and the kinds of its links has one answer.
//!
//! "Through which protein and which process?" names no relations, so the proof that only one path of these relations
//! exists is not enough for it: of all ways from end to end that go through nodes of these kinds, along whatever may be
//! walked, there must be one. Ways are counted from both ends to the middle, so that no hub is opened twice.

use crate::kg::CategoryId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::DeadEnd;

/// What may be walked.
#[derive(Debug, Clone)]
pub(super) struct Walked {
    /// Along these relations.
    pub(super) relations: Vec<RelationId>,
    /// Whether from subject to object only; a symmetric relation leads both ways all the same.
    pub(super) is_directed: bool,
}

/// How many edges the count may look at. A question that needs more has too many ways to go.
const BUDGET: usize = 500_000;

impl Walked {
    /// Visits the nodes that one hop leads to from a node, or from which one leads there; parallel edges as often.
    pub(super) fn each(&self, graph: &Graph, node: NodeId, is_ahead: bool, visit: &mut dyn FnMut(NodeId)) {
        for &relation in &self.relations {
            let both = !self.is_directed || graph.relation(relation).is_symmetric;
            if both || is_ahead {
                graph.objects(node, relation).nodes().iter().copied().for_each(&mut *visit);
            }
            if both || !is_ahead {
                graph.subjects(node, relation).nodes().iter().copied().for_each(&mut *visit);
            }
        }
    }

    /// Whether a path is the only one between its ends through nodes of its categories in this order.
    ///
    /// Ways that visit a node twice count too, which can only turn a path down.
    ///
    /// # Errors
    ///
    /// [`DeadEnd`] if the count would take too long.
    ///
    /// # Complexity
    ///
    /// O(edges of the nodes within half the length of either end), at most 500,000.
    pub(super) fn has_one(&self, graph: &Graph, path: &[NodeId]) -> Result<bool, DeadEnd> {
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return Ok(false) };
        let kinds: Vec<CategoryId> = path.iter().map(|&node| graph.node(node).category).collect();
        let middle = path.len() / 2;
        let mut left = BUDGET;
        let mut next = |from: &[NodeId], kind: CategoryId, is_ahead: bool| -> Result<Vec<NodeId>, DeadEnd> {
            let mut to = Vec::new();
            for &node in from {
                let before = to.len();
                let mut n_seen = 0_usize;
                self.each(graph, node, is_ahead, &mut |other| {
                    n_seen += 1;
                    if graph.node(other).category == kind && !graph.node(other).is_obsolete {
                        to.push(other);
                    }
                });
                left = left.checked_sub(n_seen.max(to.len() - before)).ok_or(TOO_MANY)?;
            }
            to.sort_unstable();
            to.dedup();
            Ok(to)
        };
        let mut ahead = vec![vec![first]];
        for kind in &kinds[1..=middle] {
            let reached = next(&ahead[ahead.len() - 1], *kind, true)?;
            ahead.push(reached);
        }
        let mut behind = vec![vec![last]];
        for kind in kinds[middle..kinds.len() - 1].iter().rev() {
            let reached = next(&behind[behind.len() - 1], *kind, false)?;
            behind.push(reached);
        }
        let meets = |of: &[NodeId], with: &[NodeId]| -> Vec<NodeId> {
            of.iter().copied().filter(|node| with.binary_search(node).is_ok()).collect()
        };
        let met = meets(&ahead[ahead.len() - 1], &behind[behind.len() - 1]);
        if met != [path[middle]] {
            return Ok(false);
        }
        // What one node in the middle leads back to, on either side, has to be one node at each place.
        for (levels, is_ahead) in [(&ahead, false), (&behind, true)] {
            let mut at = met.clone();
            for (level, kind) in levels.iter().rev().skip(1).map(|level| (level, graph.node(level[0]).category)) {
                at = meets(level, &next(&at, kind, is_ahead)?);
                if at.len() != 1 {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

const TOO_MANY: DeadEnd = DeadEnd("there are too many ways between the ends to rule the others out");

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "Drug:d -targets-> Protein:p -participates_in-> BiologicalProcess:b -causes-> Disease:e
        Drug:d -targets-> Protein:q -participates_in-> BiologicalProcess:c
        Protein:r -participates_in-> BiologicalProcess:b";

    fn has_one(text: &str, is_directed: bool) -> bool {
        let graph = Graph::from_arrows(text).unwrap();
        let path = ["Drug:d", "Protein:p", "BiologicalProcess:b", "Disease:e"];
        let path: Vec<NodeId> = path.iter().map(|name| graph.find(&name.parse().unwrap()).unwrap()).collect();
        let relations = graph.relations().iter().map(|(id, _)| id).collect();
        Walked { relations, is_directed }.has_one(&graph, &path).unwrap()
    }

    #[test]
    fn a_path_without_another_of_its_kinds_is_the_only_one() {
        assert!(has_one(ONE, true));
    }

    #[test]
    fn another_link_of_the_same_kind_is_another_answer_whatever_its_relation() {
        assert!(!has_one(&format!("{ONE}\nProtein:q -affects-> BiologicalProcess:b"), true));
        assert!(!has_one(&format!("{ONE}\nBiologicalProcess:c -contributes_to-> Disease:e"), true));
    }

    #[test]
    fn a_way_back_along_an_edge_counts_where_it_may_be_walked() {
        let backwards = format!("{ONE}\nProtein:r -affects-> Drug:d");
        assert!(has_one(&backwards, true));
        assert!(!has_one(&backwards, false));
    }
}
