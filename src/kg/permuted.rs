//! The same graph with its edges dealt anew: what chance alone would connect.
//!
//! Two nodes of many edges are connected by many paths whatever the edges mean. So a count of paths says something only
//! beside the count in graphs where every node has as many edges of every kind, but to others. Such graphs are made by
//! swapping: of two edges of one kind, each takes over the other's object. A relation is dealt when somebody asks.

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::kg::CategoryId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::seed::Seed;

/// So many graphs are dealt: Hetionet is published with as many.
pub const N_PERMUTED: usize = 5;
/// Swaps that are tried for each edge: ten leave no more than the chance share of edges in place (D. Himmelstein et al.,
/// eLife 6 (2017) e26726).
const SWAPS_PER_EDGE: usize = 10;
/// The deals belong to the graph and not to a pipeline.
const SEED: Seed = Seed(0);

/// The dealt graphs, by relation.
#[derive(Debug, Clone)]
pub struct Permuted(Vec<OnceLock<Vec<Links>>>);

/// The edges of a relation in one dealt graph, each pair of nodes once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Subject and object, sorted.
    ahead: Vec<(NodeId, NodeId)>,
    /// Object and subject, sorted.
    behind: Vec<(NodeId, NodeId)>,
}

impl Links {
    /// The objects of a subject, or the subjects of an object: sorted.
    ///
    /// # Complexity
    ///
    /// O(log e) for e edges of the relation.
    pub fn of(&self, node: NodeId, is_forward: bool) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        let links = if is_forward { &self.ahead } else { &self.behind };
        let start = links.partition_point(|&(from, _)| from < node);
        let end = start + links[start..].partition_point(|&(from, _)| from == node);
        links[start..end].iter().map(|&(_, to)| to)
    }

    fn from_pairs(mut ahead: Vec<(NodeId, NodeId)>) -> Self {
        ahead.sort_unstable();
        let mut behind: Vec<(NodeId, NodeId)> = ahead.iter().map(|&(from, to)| (to, from)).collect();
        behind.sort_unstable();
        Self { ahead, behind }
    }
}

impl Permuted {
    /// Graphs that have not been dealt yet.
    pub fn of(graph: &Graph) -> Self {
        Self(graph.relations().iter().map(|_| OnceLock::new()).collect())
    }

    /// A relation in each of the dealt graphs.
    ///
    /// # Complexity
    ///
    /// At first O(50 e) time for e edges, on as many threads as there are; 80 bytes an edge from then on.
    pub fn links(&self, graph: &Graph, relation: RelationId) -> &[Links] {
        let dealt = || (0..N_PERMUTED as u64).into_par_iter().map(|number| deal(graph, relation, number)).collect();
        self.0.get(relation.index()).map_or(&[][..], |links| links.get_or_init(dealt).as_slice())
    }
}

/// Edges of one kind join nodes of the same two categories: only they are swapped with each other.
fn deal(graph: &Graph, relation: RelationId, number: u64) -> Links {
    let category = |node: NodeId| graph.node(node).category;
    let mut pairs: Vec<((CategoryId, CategoryId), (NodeId, NodeId))> = graph
        .edges()
        .filter(|(_, edge)| edge.relation == relation)
        .map(|(_, edge)| ((category(edge.subject), category(edge.object)), (edge.subject, edge.object)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let is_symmetric = graph.relation(relation).is_symmetric;
    let mut taken: FxHashSet<(NodeId, NodeId)> = pairs.iter().map(|&(_, pair)| pair).collect();
    let is_there = |taken: &FxHashSet<_>, (from, to): (NodeId, NodeId)| {
        from == to || taken.contains(&(from, to)) || (is_symmetric && taken.contains(&(to, from)))
    };
    let mut stream = SEED.stream(&["permuted", &graph.relation(relation).name], number);
    for kind in pairs.chunk_by_mut(|left, right| left.0 == right.0) {
        for _ in 0..SWAPS_PER_EDGE * kind.len() {
            let (left, right) = (stream.below(kind.len()), stream.below(kind.len()));
            let ((a, b), (c, d)) = (kind[left].1, kind[right].1);
            if left == right || is_there(&taken, (a, d)) || is_there(&taken, (c, b)) {
                continue;
            }
            for old in [(a, b), (c, d)] {
                taken.remove(&old);
            }
            taken.extend([(a, d), (c, b)]);
            kind[left].1 = (a, d);
            kind[right].1 = (c, b);
        }
    }
    Links::from_pairs(pairs.into_iter().map(|(_, pair)| pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve genes with the diseases of a ring around them; one disease has them all.
    fn ring() -> Graph {
        let edges: Vec<String> = (0..12)
            .flat_map(|at| {
                let to = [format!("d{at}"), format!("d{}", (at + 1) % 12), "hub".to_owned()];
                to.map(|disease| format!("Gene:g{at} -associated_with-> Disease:{disease}"))
            })
            .collect();
        Graph::from_arrows(&edges.join("\n")).unwrap()
    }

    #[test]
    fn every_node_keeps_its_number_of_edges_and_few_edges_stay() {
        let graph = ring();
        let relation = graph.relations().id("associated_with").unwrap();
        let permuted = Permuted::of(&graph);
        let links = permuted.links(&graph, relation);
        assert_eq!(links.len(), N_PERMUTED);
        for links in links {
            for (node, _) in graph.nodes() {
                assert_eq!(links.of(node, true).len(), graph.objects(node, relation).len());
                assert_eq!(links.of(node, false).len(), graph.subjects(node, relation).len());
            }
            let mut distinct = links.ahead.clone();
            distinct.dedup();
            assert_eq!(distinct.len(), 36);
            let n_kept = links.ahead.iter().filter(|(from, to)| graph.objects(*from, relation).nodes().contains(to));
            // The hub has every gene and keeps them; of the 24 others chance leaves four.
            assert!(n_kept.count() < 12 + 14);
        }
        assert_ne!(links[0], links[1]);
    }

    #[test]
    fn the_same_graph_is_dealt_in_the_same_way() {
        let graph = ring();
        let relation = graph.relations().id("associated_with").unwrap();
        assert_eq!(deal(&graph, relation, 3), deal(&graph, relation, 3));
    }

    #[test]
    fn only_edges_between_the_same_categories_are_swapped() {
        let graph = Graph::from_arrows(
            "Protein:p -affects-> Disease:d\nProtein:p -affects-> BiologicalProcess:b\nProtein:q -affects-> Disease:e\nProtein:q -affects-> BiologicalProcess:c",
        )
        .unwrap();
        let relation = graph.relations().id("affects").unwrap();
        for number in 0..20 {
            let links = deal(&graph, relation, number);
            for name in ["Protein:p", "Protein:q"] {
                let node = graph.find(&name.parse().unwrap()).unwrap();
                let mut categories: Vec<&str> = links.of(node, true).map(|to| graph.category(to)).collect();
                categories.sort_unstable();
                assert_eq!(categories, ["BiologicalProcess", "Disease"]);
            }
        }
    }
}
