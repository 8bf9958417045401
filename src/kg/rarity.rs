//! How rarely a node is met.
//!
//! Whoever picks an edge at random and looks at one of its ends meets hubs nearly always. The surprise at meeting
//! another node is what a long chain should be made of: rare diseases, drugs with one target, findings of few diseases.

use crate::kg::Graph;
use crate::kg::NodeId;

/// How often the nodes of each category are met, by category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rarity {
    n_ends: Vec<usize>,
}

impl Rarity {
    /// Counts a graph.
    ///
    /// # Complexity
    ///
    /// O(nodes) time.
    pub fn of(graph: &Graph) -> Self {
        let mut n_ends = vec![0; graph.categories().count()];
        for (node, what) in graph.nodes() {
            n_ends[usize::from(what.category.0)] += graph.degree(node);
        }
        Self { n_ends }
    }

    /// The surprise at meeting a node, in nats: −ln of its share of the ends of edges that nodes of its category are; 0
    /// for what no edge meets. It is the self-information of the node under draws by degree: C. Shannon, Bell System
    /// Technical Journal 27 (1948) 379.
    pub fn of_node(&self, graph: &Graph, node: NodeId) -> f64 {
        let degree = graph.degree(node);
        let all = self.n_ends.get(usize::from(graph.node(node).category.0)).copied().unwrap_or(0);
        if degree == 0 || all == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of edges are far below 2^53")]
        let share = degree as f64 / all as f64;
        // Of the one node of a category the logarithm is −0.
        0.0 - share.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_few_edges_meet_is_rare_among_its_own_kind() {
        let graph = Graph::from_arrows(
            "Gene:a -associated_with-> Disease:hub\nGene:b -associated_with-> Disease:hub\nGene:c -associated_with-> Disease:hub\nGene:c -associated_with-> Disease:rare",
        )
        .unwrap();
        let rarity = Rarity::of(&graph);
        let of = |name: &str| rarity.of_node(&graph, graph.find(&name.parse().unwrap()).unwrap());
        assert!((of("Disease:rare") - 4_f64.ln()).abs() < 1e-12);
        assert!((of("Disease:hub") - (4.0_f64 / 3.0).ln()).abs() < 1e-12);
        assert!((of("Gene:a") - 4_f64.ln()).abs() < 1e-12);
    }
}
