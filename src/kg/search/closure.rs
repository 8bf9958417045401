//! Whether a triple holds, and by which edges.
//!
//! * **Strict**: asserted facts, symmetric relations both ways, and each relation's closure along `is_a`.
//! * **Loose**: strict, plus `is_a` both ways on both ends, conflict relations counted as if they were the relation,
//!   and nodes of equal name counted as one. Two exceptions, for the relations that say so, because else nothing could
//!   ever be ruled out of anything. An asserted object that tells next to nothing (eight diseases are annotated with
//!   "Phenotypic abnormality", the root) casts no doubt on its kinds. And what one kind of disease shows is no reason
//!   to suspect the class: "connective tissue disorder" would have every finding that any of its kinds has.
//!
//! The strict reading says what may be claimed, the loose one what cannot be ruled out. A key must be a strict
//! answer; an option is wrong only if it is no loose one.

use crate::kg::Closure;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::Relation;
use crate::kg::RelationId;

/// How an edge is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// What may be claimed.
    Strict,
    /// What cannot be ruled out.
    Loose,
}

/// Which end is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From a subject to its objects.
    Objects,
    /// From an object to its subjects.
    Subjects,
}

/// The edges by which a triple holds, sorted; empty if it does not.
///
/// For a transitive relation that is no taxonomy (such as `part_of`) these are the edges of one shortest chain.
///
/// # Complexity
///
/// O(s · d log d) for s nodes that the subject's closure reaches, each of degree d.
pub fn supports(graph: &Graph, reading: Reading, triple: (NodeId, RelationId, NodeId)) -> Vec<EdgeId> {
    let (subject, relation, object) = triple;
    let row = graph.relation(relation);
    let is_chain = row.is_transitive && !row.is_taxonomic;
    let mut edges = if is_chain { chain(graph, triple) } else { Vec::new() };
    if is_chain && reading == Reading::Strict {
        return edges;
    }
    let starts = asserted_for(graph, reading, &[subject], End::subject(row));
    let mut ends = asserted_for(graph, reading, &[object], End::object(row));
    without_vague(graph, reading, relation, &[object], &mut ends);
    for named in readings_of(graph, reading, relation) {
        direct(graph, named, &starts, &ends, &mut edges);
        if graph.relation(named).is_symmetric {
            direct(graph, named, &ends, &starts, &mut edges);
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Whether a triple holds.
pub fn holds(graph: &Graph, reading: Reading, triple: (NodeId, RelationId, NodeId)) -> bool {
    !supports(graph, reading, triple).is_empty()
}

/// The negative edges by which a triple is denied, strictly; empty if it is not. A missing edge never denies.
pub fn denials(graph: &Graph, triple: (NodeId, RelationId, NodeId)) -> Vec<EdgeId> {
    let (subject, relation, object) = triple;
    let negatives = graph.relations().negatives_of(relation);
    let mut edges: Vec<EdgeId> =
        negatives.flat_map(|negative| supports(graph, Reading::Strict, (subject, negative, object))).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Every node for which a triple with the given end holds, sorted.
///
/// # Complexity
///
/// O(r log r) for r asserted and derived ends.
pub fn reach(graph: &Graph, reading: Reading, from: NodeId, relation: RelationId, direction: Direction) -> Vec<NodeId> {
    reach_all(graph, reading, &[from], relation, direction).0
}

/// Every node for which a triple with one of some ends holds, sorted; and how many nodes were looked at.
///
/// What one end reaches is looked at once, however many others reach it too.
pub(super) fn reach_all(
    graph: &Graph,
    reading: Reading,
    from: &[NodeId],
    relation: RelationId,
    direction: Direction,
) -> (Vec<NodeId>, usize) {
    let row = graph.relation(relation);
    let is_chain = row.is_transitive && !row.is_taxonomic;
    let chained = if is_chain { reach_chain(graph, from, relation, direction) } else { Vec::new() };
    if is_chain && reading == Reading::Strict {
        let n_visited = chained.len() + from.len();
        return (chained, n_visited);
    }
    let (near, far) = match direction {
        Direction::Objects => (End::subject(row), End::object(row)),
        Direction::Subjects => (End::object(row), End::subject(row)),
    };
    let mut asserted = Vec::new();
    let mut starts = asserted_for(graph, reading, from, near);
    if direction == Direction::Subjects {
        without_vague(graph, reading, relation, from, &mut starts);
    }
    let mut n_visited = starts.len();
    for named in readings_of(graph, reading, relation) {
        let is_symmetric = graph.relation(named).is_symmetric;
        for &start in &starts {
            if direction == Direction::Objects || is_symmetric {
                asserted.extend(graph.objects(start, named).nodes());
            }
            if direction == Direction::Subjects || is_symmetric {
                asserted.extend(graph.subjects(start, named).nodes());
            }
        }
    }
    n_visited += asserted.len();
    asserted.sort_unstable();
    asserted.dedup();
    let is_vague =
        |node: &NodeId| reading == Reading::Loose && direction == Direction::Objects && graph.is_vague(relation, *node);
    let (vague, telling): (Vec<NodeId>, Vec<NodeId>) = asserted.into_iter().partition(is_vague);
    let mut reached = implied_by(graph, reading, &telling, far);
    if !vague.is_empty() {
        reached.extend(with_namesakes(graph, graph.taxonomy().ancestors_of_all(&vague)));
    }
    reached.extend(chained);
    n_visited += reached.len();
    reached.sort_unstable();
    reached.dedup();
    (reached, n_visited)
}

/// The relation, and under the loose reading those that count as if they were it.
fn readings_of(graph: &Graph, reading: Reading, relation: RelationId) -> Vec<RelationId> {
    let mut relations = vec![relation];
    if reading == Reading::Loose {
        relations.extend(graph.relation(relation).conflicts.iter().filter_map(|name| graph.relations().id(name)));
    }
    relations
}

/// The nodes of which an assertion makes it true of one of these.
fn asserted_for(graph: &Graph, reading: Reading, nodes: &[NodeId], end: End) -> Vec<NodeId> {
    let taxonomy = graph.taxonomy();
    match (reading, end.strict) {
        (Reading::Strict, Closure::None) => nodes.to_vec(),
        // "Up" says that an asserted node's ancestors follow: so this node follows from its descendants.
        (Reading::Strict, Closure::Up) => taxonomy.descendants_of_all(nodes),
        (Reading::Strict, Closure::Down) => taxonomy.ancestors_of_all(nodes),
        // Doubt that goes down to kinds comes from above.
        (Reading::Loose, _) => kin(graph, nodes, [end.loose != Closure::Up, end.loose != Closure::Down]),
    }
}

/// Takes the objects out that stand above those asked for and tell too little to cast doubt on them.
fn without_vague(
    graph: &Graph,
    reading: Reading,
    relation: RelationId,
    objects: &[NodeId],
    asserted: &mut Vec<NodeId>,
) {
    if reading == Reading::Loose && graph.relation(relation).vague_below.is_some() {
        let named = with_namesakes(graph, objects.to_vec());
        asserted.retain(|&node| {
            let is_a_kind = || {
                let above = graph.taxonomy().ancestors(node);
                above.iter().any(|kind| named.binary_search(kind).is_ok())
            };
            !graph.is_vague(relation, node) || is_a_kind()
        });
    }
}

/// The nodes of which an assertion about one of these makes it true.
fn implied_by(graph: &Graph, reading: Reading, nodes: &[NodeId], end: End) -> Vec<NodeId> {
    let taxonomy = graph.taxonomy();
    match (reading, end.strict) {
        (Reading::Strict, Closure::None) => nodes.to_vec(),
        (Reading::Strict, Closure::Up) => taxonomy.ancestors_of_all(nodes),
        (Reading::Strict, Closure::Down) => taxonomy.descendants_of_all(nodes),
        (Reading::Loose, _) => kin(graph, nodes, [end.loose != Closure::Down, end.loose != Closure::Up]),
    }
}

/// How far an assertion about one end reaches beyond the node that it is about.
#[derive(Debug, Clone, Copy)]
struct End {
    /// Along the strict closure.
    strict: Closure,
    /// Where it casts doubt: `None` is up and down.
    loose: Closure,
}

impl End {
    fn subject(row: &Relation) -> Self {
        Self { strict: row.subject, loose: row.loose_subject }
    }

    fn object(row: &Relation) -> Self {
        Self { strict: row.object, loose: Closure::None }
    }
}

/// The nodes, their namesakes, the ancestors and descendants of each (or only one of the two), and the namesakes of all:
/// whoever is kin of a node has that node as kin, so that a triple does not depend on the end from which it is asked.
fn kin(graph: &Graph, nodes: &[NodeId], [up, down]: [bool; 2]) -> Vec<NodeId> {
    let taxonomy = graph.taxonomy();
    if let [node] = nodes
        && graph.twins(*node).is_empty()
        && (!up || taxonomy.parents(*node).is_empty())
        && (!down || taxonomy.children(*node).is_empty())
    {
        return vec![*node];
    }
    let named = with_namesakes(graph, nodes.to_vec());
    let mut all = if up { taxonomy.ancestors_of_all(&named) } else { Vec::new() };
    if down {
        all.extend(taxonomy.descendants_of_all(&named));
    }
    with_namesakes(graph, all)
}

/// The nodes and all that have their names, sorted.
fn with_namesakes(graph: &Graph, mut nodes: Vec<NodeId>) -> Vec<NodeId> {
    let namesakes: Vec<NodeId> = nodes.iter().flat_map(|&node| graph.twins(node)).copied().collect();
    nodes.extend(namesakes);
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn direct(graph: &Graph, relation: RelationId, starts: &[NodeId], ends: &[NodeId], edges: &mut Vec<EdgeId>) {
    // Look from the side with fewer nodes.
    if starts.len() <= ends.len() {
        for &start in starts {
            let found = graph.objects(start, relation).iter().filter(|to| ends.binary_search(&to.node).is_ok());
            edges.extend(found.map(|to| to.edge));
        }
    } else {
        for &end in ends {
            // Which edge it was is looked up only where it is wanted.
            let from = graph.subjects(end, relation);
            let found = (0..from.len()).filter(|&at| starts.binary_search(&from.nodes()[at]).is_ok());
            edges.extend(found.filter_map(|at| from.get(at)).map(|from| from.edge));
        }
    }
}

fn reach_chain(graph: &Graph, from: &[NodeId], relation: RelationId, direction: Direction) -> Vec<NodeId> {
    let mut reached = std::collections::BTreeSet::new();
    let mut frontier = from.to_vec();
    while let Some(node) = frontier.pop() {
        let next = match direction {
            Direction::Objects => graph.objects(node, relation),
            Direction::Subjects => graph.subjects(node, relation),
        };
        frontier.extend(next.nodes().iter().copied().filter(|&to| reached.insert(to)));
    }
    reached.into_iter().collect()
}

fn chain(graph: &Graph, (subject, relation, object): (NodeId, RelationId, NodeId)) -> Vec<EdgeId> {
    let mut came_by = std::collections::BTreeMap::new();
    let mut frontier = std::collections::VecDeque::from([subject]);
    while let Some(node) = frontier.pop_front() {
        for to in graph.objects(node, relation) {
            if let std::collections::btree_map::Entry::Vacant(entry) = came_by.entry(to.node) {
                entry.insert((node, to.edge));
                frontier.push_back(to.node);
            }
        }
        if came_by.contains_key(&object) {
            break;
        }
    }
    let mut edges = Vec::new();
    let mut at = object;
    while let Some(&(from, edge)) = came_by.get(&at) {
        edges.push(edge);
        at = from;
        if at == subject {
            break;
        }
    }
    edges.sort_unstable();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(text: &str) -> Graph {
        Graph::from_arrows(text).unwrap()
    }

    fn triple(graph: &Graph, subject: &str, relation: &str, object: &str) -> (NodeId, RelationId, NodeId) {
        let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
        (node(subject), graph.relations().id(relation).unwrap(), node(object))
    }

    /// (graph, triple, strictly, loosely)
    fn check(text: &str, (subject, relation, object): (&str, &str, &str), strict: bool, loose: bool) {
        let graph = graph(text);
        let triple = triple(&graph, subject, relation, object);
        assert_eq!(holds(&graph, Reading::Strict, triple), strict, "{subject} {relation} {object}, strictly");
        assert_eq!(holds(&graph, Reading::Loose, triple), loose, "{subject} {relation} {object}, loosely");
        for (reading, expected) in [(Reading::Strict, strict), (Reading::Loose, loose)] {
            let objects = reach(&graph, reading, triple.0, triple.1, Direction::Objects);
            assert_eq!(objects.binary_search(&triple.2).is_ok(), expected, "{reading:?} objects");
            let subjects = reach(&graph, reading, triple.2, triple.1, Direction::Subjects);
            assert_eq!(subjects.binary_search(&triple.0).is_ok(), expected, "{reading:?} subjects");
        }
    }

    const KINDS: &str = "
        PhenotypicFeature:nystagmus -is_a-> PhenotypicFeature:eye_movement
        PhenotypicFeature:rotary -is_a-> PhenotypicFeature:nystagmus
        Disease:a -has_phenotype-> PhenotypicFeature:nystagmus
        Disease:a -phenotype_absent-> PhenotypicFeature:seizure
        PhenotypicFeature:focal -is_a-> PhenotypicFeature:seizure -is_a-> PhenotypicFeature:neuro
        PhenotypicFeature:skin -is_a-> PhenotypicFeature:integument
        Disease:b -has_phenotype-> PhenotypicFeature:other
        Disease:c -has_phenotype-> PhenotypicFeature:other
        Disease:d -has_phenotype-> PhenotypicFeature:other";

    #[test]
    fn a_finding_holds_upwards() {
        check(KINDS, ("Disease:a", "has_phenotype", "PhenotypicFeature:nystagmus"), true, true);
        check(KINDS, ("Disease:a", "has_phenotype", "PhenotypicFeature:eye_movement"), true, true);
    }

    #[test]
    fn a_kind_of_a_finding_is_only_not_ruled_out() {
        check(KINDS, ("Disease:a", "has_phenotype", "PhenotypicFeature:rotary"), false, true);
    }

    #[test]
    fn an_unrelated_finding_is_neither() {
        check(KINDS, ("Disease:a", "has_phenotype", "PhenotypicFeature:skin"), false, false);
    }

    #[test]
    fn a_finding_that_tells_nothing_casts_no_doubt() {
        // Every disease has something neurological; that one is recorded with no more than that says nothing.
        let text = "
            PhenotypicFeature:seizure -is_a-> PhenotypicFeature:neuro
            Disease:a -has_phenotype-> PhenotypicFeature:neuro
            Disease:b -has_phenotype-> PhenotypicFeature:seizure";
        check(text, ("Disease:a", "has_phenotype", "PhenotypicFeature:seizure"), false, false);
        check(text, ("Disease:a", "has_phenotype", "PhenotypicFeature:neuro"), true, true);
    }

    #[test]
    fn an_absent_finding_holds_downwards_and_not_upwards() {
        check(KINDS, ("Disease:a", "phenotype_absent", "PhenotypicFeature:focal"), true, true);
        check(KINDS, ("Disease:a", "phenotype_absent", "PhenotypicFeature:neuro"), false, true);
    }

    #[test]
    fn what_is_said_of_a_case_holds_as_it_does_of_a_disease() {
        let text = "
            PhenotypicFeature:focal -is_a-> PhenotypicFeature:seizure -is_a-> PhenotypicFeature:neuro
            Disease:sub -is_a-> Disease:super
            Case:a -case_has_phenotype-> PhenotypicFeature:seizure
            Case:b -case_phenotype_absent-> PhenotypicFeature:seizure
            Case:a -case_diagnosed_with-> Disease:sub
            Case:b -case_diagnosed_with-> Disease:super
            Case:c -case_has_phenotype-> PhenotypicFeature:other
            Case:d -case_has_phenotype-> PhenotypicFeature:other";
        check(text, ("Case:a", "case_has_phenotype", "PhenotypicFeature:neuro"), true, true);
        check(text, ("Case:a", "case_has_phenotype", "PhenotypicFeature:focal"), false, true);
        check(text, ("Case:b", "case_phenotype_absent", "PhenotypicFeature:focal"), true, true);
        check(text, ("Case:b", "case_phenotype_absent", "PhenotypicFeature:neuro"), false, true);
        check(text, ("Case:a", "case_diagnosed_with", "Disease:super"), true, true);
        check(text, ("Case:b", "case_diagnosed_with", "Disease:sub"), false, true);
    }

    #[test]
    fn only_an_explicit_edge_denies() {
        let graph = graph(KINDS);
        let denied = |object: &str| !denials(&graph, triple(&graph, "Disease:a", "has_phenotype", object)).is_empty();
        assert!(denied("PhenotypicFeature:focal"));
        assert!(!denied("PhenotypicFeature:skin"));
    }

    #[test]
    fn a_gene_of_a_disease_is_not_a_gene_of_its_kinds() {
        let text = "Disease:sub -is_a-> Disease:super\nGene:g -associated_with-> Disease:super";
        check(text, ("Gene:g", "associated_with", "Disease:super"), true, true);
        check(text, ("Gene:g", "associated_with", "Disease:sub"), false, true);
    }

    #[test]
    fn an_exclusion_holds_both_ways_and_downwards() {
        let text = "DiagnosisCode:A00 -excludes1-> DiagnosisCode:B00\nDiagnosisCode:A00.1 -is_a-> DiagnosisCode:A00\nDiagnosisCode:B00.1 -is_a-> DiagnosisCode:B00\nDiagnosisCode:A00 -is_a-> DiagnosisCode:A";
        check(text, ("DiagnosisCode:B00", "excludes1", "DiagnosisCode:A00"), true, true);
        check(text, ("DiagnosisCode:B00.1", "excludes1", "DiagnosisCode:A00.1"), true, true);
        check(text, ("DiagnosisCode:A", "excludes1", "DiagnosisCode:B00"), false, true);
    }

    #[test]
    fn namesakes_count_as_one_from_either_side() {
        // A code and the code below it bear one name.
        let text = "DiagnosisCode:H49-88 -is_a-> DiagnosisCode:h49_88\nDiagnosisCode:H49.81 -is_a-> DiagnosisCode:h49_88\nInclusionTerm:term -included_in-> DiagnosisCode:H49-88";
        check(text, ("InclusionTerm:term", "included_in", "DiagnosisCode:H49.81"), false, true);
    }

    #[test]
    fn kinds_of_kinds_are_kinds() {
        check(KINDS, ("PhenotypicFeature:rotary", "is_a", "PhenotypicFeature:eye_movement"), true, true);
    }

    #[test]
    fn parts_of_parts_are_parts() {
        let text = "AnatomicalEntity:a -part_of-> AnatomicalEntity:b -part_of-> AnatomicalEntity:c";
        let graph = graph(text);
        let chain = triple(&graph, "AnatomicalEntity:a", "part_of", "AnatomicalEntity:c");
        assert_eq!(supports(&graph, Reading::Strict, chain).len(), 2);
        check(text, ("AnatomicalEntity:a", "part_of", "AnatomicalEntity:c"), true, true);
    }

    #[test]
    fn off_label_use_cannot_be_ruled_out_as_treatment() {
        check("Drug:x -off_label_for-> Disease:d", ("Drug:x", "treats", "Disease:d"), false, true);
    }
}
