//! Which edges are cited for a fact.
//!
//! A fact may follow from something more special ("rotary nystagmus" makes "nystagmus" hold) or from something more
//! general (an exclusion of a category excludes its codes). Then the edge alone does not show it: the chain of kinds
//! between is cited with it, so that whoever has the cited edges and nothing else can draw the conclusion again. Of
//! several edges from which a fact follows the one with the least restricted licence is cited.

use std::collections::BTreeMap;

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Reading;
use crate::kg::search::denials;
use crate::kg::search::supports;
use crate::mine::Hop;

/// A subject, a relation and an object.
pub type Triple = (NodeId, RelationId, NodeId);

/// The edge from which a triple follows strictly; `None` if it does not hold. Of several, the one with the least
/// restricted licence, then one that states the triple itself, then the lowest.
pub fn asserted(graph: &Graph, triple: Triple) -> Option<EdgeId> {
    best(graph, supports(graph, Reading::Strict, triple), triple)
}

/// The edges by which a triple holds strictly, sorted: the asserted one, and the chains of kinds from its ends to those
/// of the triple. Empty if it does not hold.
///
/// # Complexity
///
/// That of [`supports`], and O(ancestors of both ends).
pub fn citation(graph: &Graph, triple: Triple) -> Vec<EdgeId> {
    let (subject, relation, object) = triple;
    let row = graph.relation(relation);
    if row.is_taxonomic {
        return sorted(kind_chain(graph, subject, object).into_iter().map(|hop| hop.edge));
    }
    if row.is_transitive {
        return supports(graph, Reading::Strict, triple);
    }
    asserted(graph, triple).map_or_else(Vec::new, |edge| with_chains(graph, edge, triple))
}

/// The edges by which a triple is denied strictly, sorted: a negative one, and the chains of kinds to it. Empty if it
/// is not.
pub fn denial(graph: &Graph, triple: Triple) -> Vec<EdgeId> {
    best(graph, denials(graph, triple), triple).map_or_else(Vec::new, |edge| with_chains(graph, edge, triple))
}

/// The `is_a` edges from a node up to one of its ancestors, a shortest chain in the order of telling; empty if they
/// are one node or not related.
pub fn kind_chain(graph: &Graph, from: NodeId, to: NodeId) -> Vec<Hop> {
    let is_a = graph.relations().is_a();
    let mut came_from: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    let mut frontier = if from == to { Vec::new() } else { vec![from] };
    while !frontier.is_empty() && !came_from.contains_key(&to) {
        let mut next = Vec::new();
        for &at in &frontier {
            for &parent in graph.taxonomy().parents(at) {
                came_from.entry(parent).or_insert_with(|| {
                    next.push(parent);
                    at
                });
            }
        }
        frontier = next;
    }
    let mut chain: Vec<Hop> = Vec::new();
    let mut at = to;
    while let Some(&below) = came_from.get(&at).filter(|_| at != from) {
        chain.extend(graph.cited(below, is_a, at).map(|edge| Hop { edge, is_forward: true }));
        at = below;
    }
    chain.reverse();
    if at == from { chain } else { Vec::new() }
}

fn best(graph: &Graph, edges: Vec<EdgeId>, (subject, _, object): Triple) -> Option<EdgeId> {
    edges.into_iter().min_by_key(|&edge| {
        let ends = graph.edge(edge);
        let is_itself = [(subject, object), (object, subject)].contains(&(ends.subject, ends.object));
        (graph.edge_licence(edge), !is_itself, edge)
    })
}

fn with_chains(graph: &Graph, edge: EdgeId, (subject, _, object): Triple) -> Vec<EdgeId> {
    let taxonomy = graph.taxonomy();
    let ends = graph.edge(edge);
    let are_kinds = |left, right| taxonomy.is_kind_of(left, right) || taxonomy.is_kind_of(right, left);
    // An edge of a symmetric relation may be stored the other way round.
    let is_straight = are_kinds(subject, ends.subject) && are_kinds(object, ends.object);
    let (near, far) = if is_straight { (ends.subject, ends.object) } else { (ends.object, ends.subject) };
    let between = |asked, stated| {
        let up = kind_chain(graph, asked, stated);
        if up.is_empty() { kind_chain(graph, stated, asked) } else { up }
    };
    let chains = between(subject, near).into_iter().chain(between(object, far));
    sorted(std::iter::once(edge).chain(chains.map(|hop| hop.edge)))
}

fn sorted(edges: impl Iterator<Item = EdgeId>) -> Vec<EdgeId> {
    let mut edges: Vec<EdgeId> = edges.collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Licence;
    use crate::kg::several::graph_of;

    fn cited(graph: &Graph, (subject, relation, object): (&str, &str, &str), cite: Cite) -> Vec<String> {
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        let triple = (node(subject), graph.relations().id(relation).unwrap(), node(object));
        cite(graph, triple).into_iter().map(|edge| graph.arrow(edge)).collect()
    }

    type Cite = fn(&Graph, Triple) -> Vec<EdgeId>;

    #[test]
    fn what_follows_from_a_kind_is_cited_with_the_chain_of_kinds() {
        let graph = Graph::from_arrows(
            "Disease:d -has_phenotype-> PhenotypicFeature:rotary -is_a-> PhenotypicFeature:nystagmus -is_a-> PhenotypicFeature:eye",
        )
        .unwrap();
        let expected = [
            "Disease:d -has_phenotype-> PhenotypicFeature:rotary",
            "PhenotypicFeature:nystagmus -is_a-> PhenotypicFeature:eye",
            "PhenotypicFeature:rotary -is_a-> PhenotypicFeature:nystagmus",
        ];
        assert_eq!(cited(&graph, ("Disease:d", "has_phenotype", "PhenotypicFeature:eye"), citation), expected);
        assert!(cited(&graph, ("Disease:d", "has_phenotype", "PhenotypicFeature:eye"), denial).is_empty());
    }

    #[test]
    fn of_several_edges_the_one_with_the_least_restricted_licence_is_cited() {
        let itself = "Disease:d -has_phenotype-> PhenotypicFeature:eye";
        let kind = "Disease:d -has_phenotype-> PhenotypicFeature:squint -is_a-> PhenotypicFeature:eye";
        let asked = ("Disease:d", "has_phenotype", "PhenotypicFeature:eye");
        let graph = graph_of(&[(Licence::NonCommercial, itself), (Licence::Open, kind)]);
        assert_eq!(cited(&graph, asked, citation).len(), 2, "the open edge and the chain to it");
        let graph = graph_of(&[(Licence::Open, kind), (Licence::Open, itself)]);
        assert_eq!(cited(&graph, asked, citation), [itself]);
    }

    #[test]
    fn a_denial_of_something_general_and_an_exclusion_of_what_is_above_are_cited_up_to_there() {
        let graph = Graph::from_arrows(
            "PhenotypicFeature:squint -is_a-> PhenotypicFeature:eye <-phenotype_absent- Disease:d\nDiagnosisCode:B00.1 -is_a-> DiagnosisCode:B00 -excludes1-> DiagnosisCode:A00 <-is_a- DiagnosisCode:A00.1",
        )
        .unwrap();
        let expected = [
            "Disease:d -phenotype_absent-> PhenotypicFeature:eye",
            "PhenotypicFeature:squint -is_a-> PhenotypicFeature:eye",
        ];
        assert_eq!(cited(&graph, ("Disease:d", "has_phenotype", "PhenotypicFeature:squint"), denial), expected);
        let expected = [
            "DiagnosisCode:A00 -excludes1-> DiagnosisCode:B00",
            "DiagnosisCode:A00.1 -is_a-> DiagnosisCode:A00",
            "DiagnosisCode:B00.1 -is_a-> DiagnosisCode:B00",
        ];
        assert_eq!(cited(&graph, ("DiagnosisCode:A00.1", "excludes1", "DiagnosisCode:B00.1"), citation), expected);
    }

    #[test]
    fn a_chain_of_kinds_is_a_shortest_one() {
        let graph = Graph::from_arrows(
            "PhenotypicFeature:a -is_a-> PhenotypicFeature:b -is_a-> PhenotypicFeature:c -is_a-> PhenotypicFeature:d\nPhenotypicFeature:a -is_a-> PhenotypicFeature:x -is_a-> PhenotypicFeature:d",
        )
        .unwrap();
        let kinds = |from: &str, to: &str| cited(&graph, (from, "is_a", to), citation);
        assert_eq!(kinds("PhenotypicFeature:a", "PhenotypicFeature:d").len(), 2);
        assert!(kinds("PhenotypicFeature:d", "PhenotypicFeature:a").is_empty());
        assert!(kinds("PhenotypicFeature:a", "PhenotypicFeature:a").is_empty());
    }
}
