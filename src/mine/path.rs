//! From a path to a candidate: the ends become constants, what lies between becomes variables.
//!
//! Walks and metapaths find paths in different ways and make the same thing of them. The rules of soundness for
//! path questions are here too: a path through a shared finding explains nothing, and a path is asked only if it is
//! the only one of its kind between its ends, strictly and loosely.

use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::Relation;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::holds;
use crate::kg::search::some_bindings;
use crate::mine::Candidate;
use crate::mine::Context;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::Question;
use crate::mine::Scores;

pub use crate::kg::search::DAMPING;

/// How many nodes a proof may look at. The bound is generous: a question whose proof needs more has too many answers.
pub const PROOF_BUDGET: usize = 2_000_000;

/// A count as a float; exact below 2^53.
pub(crate) fn as_float(count: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of nodes and edges are far below 2^53")]
    let float = count as f64;
    float
}

/// The nodes of a path in the order of telling.
pub fn nodes(graph: &Graph, path: &[Hop]) -> Vec<NodeId> {
    let mut nodes: Vec<NodeId> = path.first().map(|hop| hop.from(graph)).into_iter().collect();
    nodes.extend(path.iter().map(|hop| hop.to(graph)));
    nodes
}

/// Whether a hop along a relation explains something: gene and disease, disease and finding, mechanism, kinds and parts.
pub fn explains(row: &Relation) -> bool {
    let named = ["associated_with", "has_phenotype", "interacts_with", "part_of"].contains(&&*row.name);
    named || row.is_taxonomic || row.is_causal
}

/// Whether two disease–finding edges meet in one finding: such a path says only that two diseases look alike.
pub fn meets_in_a_finding(graph: &Graph, path: &[Hop]) -> bool {
    path.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let is_finding = |hop: &Hop| &*graph.relation(graph.edge(hop.edge).relation).name == "has_phenotype";
        is_finding(first) && is_finding(second) && first.is_forward
    })
}

/// The candidate of a path of at least two hops.
pub(super) fn candidate(
    context: Context<'_>,
    strategy: &'static str,
    stratum: (&str, u64),
    path: &[Hop],
) -> Result<Candidate, DeadEnd> {
    let graph = context.graph;
    let nodes = nodes(graph, path);
    let [first, inner @ .., last] = nodes.as_slice() else { return Err(DeadEnd("the path is empty")) };
    if inner.is_empty() {
        return Err(DeadEnd("the path has one hop only"));
    }
    if meets_in_a_finding(graph, path) {
        return Err(DeadEnd("the path goes through a shared finding"));
    }
    let term = |node: NodeId| {
        if node == *first || node == *last {
            return Term::Node(node);
        }
        let at = inner.iter().position(|&between| between == node).unwrap_or(0);
        Term::Variable(Variable::inner(u8::try_from(at + 1).unwrap_or(u8::MAX)))
    };
    let clauses: Vec<Clause> = path
        .iter()
        .map(|hop| {
            let edge = graph.edge(hop.edge);
            Clause::present(term(edge.subject), edge.relation, term(edge.object))
        })
        .collect();
    if has_shortcut(graph, path, *first, *last) {
        return Err(DeadEnd("the ends of the path are connected more directly"));
    }
    let pattern = Pattern { clauses };
    // A second one is enough to know.
    let prove = |reading| {
        some_bindings(graph, &pattern, reading, (2, PROOF_BUDGET)).map_err(|_| DeadEnd("too many paths to rule out"))
    };
    let strict = prove(Reading::Strict)?;
    if strict != [inner.to_vec()] {
        return Err(DeadEnd("another path of the same kind connects the ends"));
    }
    let loose = prove(Reading::Loose)?;
    if loose != strict {
        return Err(DeadEnd("another path of the same kind cannot be ruled out"));
    }
    let mut key = inner.to_vec();
    key.sort_unstable();
    let informations: Vec<f64> = nodes.iter().map(|&node| context.statistics.information(node)).collect();
    let named = informations.iter().copied().filter(|&information| information > 0.0);
    let (sum, count, least) = named.fold((0.0, 0_usize, f64::INFINITY), |(sum, count, least), information| {
        (sum + information, count + 1, least.min(information))
    });
    Ok(Candidate {
        strategy,
        stratum: stratum.0.to_owned(),
        index: stratum.1,
        pattern,
        strict: key.clone(),
        loose: key.clone(),
        key,
        path: path.to_vec(),
        question: Question::Path,
        scores: Scores {
            mean_information: if count == 0 { 0.0 } else { sum / as_float(count) },
            least_information: if count == 0 { 0.0 } else { least },
            ..Scores::of_path(context, path)
        },
    })
}

/// Whether the relation of some hop holds loosely between the two ends themselves.
fn has_shortcut(graph: &Graph, path: &[Hop], first: NodeId, last: NodeId) -> bool {
    path.iter().any(|hop| {
        let relation = graph.edge(hop.edge).relation;
        holds(graph, Reading::Loose, (first, relation, last)) || holds(graph, Reading::Loose, (last, relation, first))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::statistics::Statistics;
    use crate::seed::Seed;

    fn made(text: &str, arrows: &[(&str, &str, bool)]) -> Result<Candidate, DeadEnd> {
        let graph = Graph::from_arrows(text).unwrap();
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let path: Vec<Hop> = arrows
            .iter()
            .map(|&(subject, object, is_forward)| {
                let ends = (node(subject), node(object));
                let found = graph.edges().find(|(_, edge)| (edge.subject, edge.object) == ends);
                Hop { edge: found.unwrap().0, is_forward }
            })
            .collect();
        let statistics = Statistics::of(&graph);
        candidate(Context { graph: &graph, statistics: &statistics, seed: Seed(1) }, "walk", ("walk/2", 0), &path)
    }

    #[test]
    fn the_only_path_is_a_candidate() {
        let text = "Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f";
        let path = [("Gene:g", "Disease:d", true), ("Disease:d", "PhenotypicFeature:f", true)];
        let candidate = made(text, &path).unwrap();
        assert_eq!(candidate.key.len(), 1);
        assert_eq!(candidate.pattern.clauses.len(), 2);
    }

    #[test]
    fn a_second_path_of_the_kind_is_a_dead_end() {
        let text = "Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f\nGene:g -associated_with-> Disease:e -has_phenotype-> PhenotypicFeature:f";
        let path = [("Gene:g", "Disease:d", true), ("Disease:d", "PhenotypicFeature:f", true)];
        assert_eq!(made(text, &path).unwrap_err().0, "another path of the same kind connects the ends");
    }

    #[test]
    fn a_path_that_might_be_is_a_dead_end_too() {
        let text = "Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f\nGene:g -associated_with-> Disease:e -has_phenotype-> PhenotypicFeature:above\nPhenotypicFeature:f -is_a-> PhenotypicFeature:above\nDisease:u -has_phenotype-> PhenotypicFeature:o\nDisease:v -has_phenotype-> PhenotypicFeature:o\nDisease:w -has_phenotype-> PhenotypicFeature:o\nDisease:x -has_phenotype-> PhenotypicFeature:o";
        let path = [("Gene:g", "Disease:d", true), ("Disease:d", "PhenotypicFeature:f", true)];
        assert_eq!(made(text, &path).unwrap_err().0, "another path of the same kind cannot be ruled out");
    }

    #[test]
    fn a_path_through_a_shared_finding_explains_nothing() {
        let text = "Disease:d -has_phenotype-> PhenotypicFeature:f\nDisease:e -has_phenotype-> PhenotypicFeature:f";
        let path = [("Disease:d", "PhenotypicFeature:f", true), ("Disease:e", "PhenotypicFeature:f", false)];
        assert_eq!(made(text, &path).unwrap_err().0, "the path goes through a shared finding");
    }
}
