//! Every shape on small random graphs: against a search over all nodes, against the clauses, and against an engine that
//! knows nothing of ours, over the triples that a reader gets.

use proptest::prelude::*;

use super::*;
use crate::kg::rdf::select;
use crate::kg::rdf::tests::KINDS_OF_EDGE;
use crate::kg::rdf::tests::found;
use crate::kg::rdf::tests::random_graph;
use crate::kg::search::answers;
use crate::kg::search::denials;
use crate::kg::search::holds;

const BUDGET: usize = 1_000_000;

/// Whether a node is an answer, found out one node at a time.
fn is_answer(graph: &Graph, query: &Query, reading: Reading, node: NodeId) -> bool {
    let any = |step: &Projection, is_met: &dyn Fn(NodeId) -> bool| {
        graph.nodes().any(|(from, _)| is_answer(graph, &step.of, reading, from) && is_met(from))
    };
    match query {
        Query::Anchor(anchor) => *anchor == node,
        Query::Project(step) => any(step, &|from| holds(graph, reading, step.triple(from, node))),
        Query::And(all) => all.iter().all(|one| is_answer(graph, one, reading, node)),
        Query::Or(all) => all.iter().any(|one| is_answer(graph, one, reading, node)),
        Query::AndNot { of, denied } => {
            let is_denied = |from: NodeId| match reading {
                Reading::Strict => !denials(graph, denied.triple(from, node)).is_empty(),
                Reading::Loose => !holds(graph, Reading::Strict, denied.triple(from, node)),
            };
            is_answer(graph, of, reading, node) && any(denied, &is_denied)
        }
    }
}

/// What leads to nodes of a category: relation, direction, and the category that it comes from.
const STEPS: [(&str, &str, Direction, &str); 10] = [
    ("Disease", "associated_with", Direction::Objects, "Gene"),
    ("Disease", "has_phenotype", Direction::Subjects, "PhenotypicFeature"),
    ("Disease", "is_a", Direction::Subjects, "Disease"),
    ("Gene", "associated_with", Direction::Subjects, "Disease"),
    ("Gene", "interacts_with", Direction::Objects, "Gene"),
    ("PhenotypicFeature", "has_phenotype", Direction::Objects, "Disease"),
    ("PhenotypicFeature", "is_a", Direction::Objects, "PhenotypicFeature"),
    ("DiagnosisCode", "excludes1", Direction::Objects, "DiagnosisCode"),
    ("DiagnosisCode", "is_a", Direction::Subjects, "DiagnosisCode"),
    ("AnatomicalEntity", "part_of", Direction::Subjects, "AnatomicalEntity"),
];

const CATEGORIES: [&str; 3] = ["Disease", "Gene", "PhenotypicFeature"];

/// A draw of small numbers, one after another.
struct Draws<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl Draws<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(*self.0.next().unwrap()) % bound
    }
}

/// So many hops that lead to nodes of a category, from the answer out, and where they start from.
fn hops(
    graph: &Graph,
    draws: &mut Draws<'_>,
    length: usize,
    mut to: &'static str,
) -> (Vec<(RelationId, Direction)>, &'static str) {
    let mut hops = Vec::new();
    for _ in 0..length {
        let leading: Vec<_> = STEPS.iter().filter(|(category, ..)| *category == to).collect();
        let &&(_, relation, direction, from) = &leading[draws.below(leading.len())];
        hops.push((graph.relations().id(relation).unwrap(), direction));
        to = from;
    }
    (hops, to)
}

fn query(graph: &Graph, shape: Shape, draws: &mut Draws<'_>) -> Query {
    let (lengths, n_tail) = shape.plan();
    let category = if n_tail == 0 && lengths.len() == 1 { draws.below(5) } else { draws.below(3) };
    let category = [CATEGORIES[0], CATEGORIES[1], CATEGORIES[2], "DiagnosisCode", "AnatomicalEntity"][category];
    let (tail, middle) = hops(graph, draws, n_tail, category);
    let branches: Vec<_> = lengths
        .iter()
        .map(|&length| {
            let (hops, from) = hops(graph, draws, length, middle);
            let anchor = format!("{from}:{}", draws.below(4));
            (hops, graph.find(&anchor.parse().unwrap()).unwrap())
        })
        .collect();
    shape.query(&branches, &tail).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_shape_has_the_answers_of_a_search_over_all_nodes_of_its_clauses_and_of_its_sparql(
        edges in prop::collection::vec((0..KINDS_OF_EDGE.len(), 0..4_u8, 0..4_u8), 6..40),
        draws in prop::collection::vec(any::<u8>(), 60..90),
    ) {
        let (text, graph) = random_graph(&edges);
        let mut draws = Draws(draws.iter().cycle());
        for shape in Shape::ALL {
            let query = query(&graph, shape, &mut draws);
            let pattern = query.pattern().unwrap();
            for reading in [Reading::Strict, Reading::Loose] {
                let own = query.answers(&graph, reading, BUDGET).unwrap();
                let all = graph.nodes().map(|(node, _)| node);
                let brute: Vec<NodeId> = all.filter(|&node| is_answer(&graph, &query, reading, node)).collect();
                prop_assert_eq!(&own, &brute, "{} read {:?}ly\n{}", shape, reading, &text);
                let solved = answers(&graph, &pattern, reading, BUDGET).unwrap();
                prop_assert_eq!(&own, &solved, "{} read {:?}ly, by clauses\n{}", shape, reading, &text);
            }
            let (strict, select) = (query.answers(&graph, Reading::Strict, BUDGET).unwrap(), select(&graph, &pattern));
            prop_assert_eq!(strict, found(&graph, &select), "{}\n{}\n{}", shape, &select, &text);
        }
    }

    #[test]
    fn sets_are_met_as_sets_are(
        left in prop::collection::btree_set(0..200_u32, 0..12),
        right in prop::collection::btree_set(0..200_u32, 0..150),
    ) {
        let nodes = |set: &std::collections::BTreeSet<u32>| set.iter().map(|&number| NodeId(number)).collect::<Vec<_>>();
        let (a, b) = (nodes(&left), nodes(&right));
        let list = |set: Vec<&u32>| set.into_iter().map(|&number| NodeId(number)).collect::<Vec<_>>();
        prop_assert_eq!(intersection(&a, &b), list(left.intersection(&right).collect()));
        prop_assert_eq!(union(&a, &b), list(left.union(&right).collect()));
        prop_assert_eq!(difference(&a, &b), list(left.difference(&right).collect()));
    }
}

const GRAPH: &str = "
    Gene:g -associated_with-> Disease:a -has_phenotype-> PhenotypicFeature:f
    Gene:g -associated_with-> Disease:b -has_phenotype-> PhenotypicFeature:f
    Disease:b -phenotype_absent-> PhenotypicFeature:k
    Disease:a -has_phenotype-> PhenotypicFeature:k";

#[test]
fn a_denial_needs_an_edge_strictly_and_a_fact_loosely() {
    let graph = Graph::from_arrows(GRAPH).unwrap();
    let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
    let relation = |text: &str| graph.relations().id(text).unwrap();
    let of_gene = (vec![(relation("associated_with"), Direction::Objects)], node("Gene:g"));
    let having = |text: &str| (vec![(relation("has_phenotype"), Direction::Subjects)], node(text));
    let names = |query: &Query, reading| {
        let nodes = query.answers(&graph, reading, BUDGET).unwrap();
        nodes.into_iter().map(|node| graph.curie(node).to_string()).collect::<Vec<_>>()
    };
    let query = Shape::In2.query(&[of_gene.clone(), having("PhenotypicFeature:k")], &[]).unwrap();
    assert_eq!(names(&query, Reading::Strict), ["Disease:b"]);
    assert_eq!(names(&query, Reading::Loose), ["Disease:b"]);
    assert_eq!(query.pattern().unwrap().shape(&graph), "?a1 -associated_with-> ?answer; ?answer -has_phenotype!-> ?a2");
    // Of neither is it denied, and of both it is stated.
    let query = Shape::In2.query(&[of_gene.clone(), having("PhenotypicFeature:f")], &[]).unwrap();
    assert!(names(&query, Reading::Loose).is_empty());
    let query = Shape::U2.query(&[of_gene, having("PhenotypicFeature:k")], &[]).unwrap();
    assert_eq!(
        query.pattern().unwrap().shape(&graph),
        "1| ?a1 -associated_with-> ?answer; 2| ?answer -has_phenotype-> ?a2"
    );
}

#[test]
fn shapes_have_names_and_branches() {
    for shape in Shape::ALL {
        assert_eq!(shape.as_str().parse(), Ok(shape));
    }
    assert!("4p".parse::<Shape>().is_err());
    let graph = random_graph(&[]).1;
    let draws: Vec<u8> = (0..50).collect();
    for shape in Shape::ALL {
        let query = query(&graph, shape, &mut Draws(draws.iter().cycle()));
        assert_eq!(query.branches().len(), shape.plan().0.len(), "{shape}");
        assert_eq!(query.anchors().len(), shape.plan().0.len(), "{shape}");
    }
}

#[test]
fn a_spent_budget_is_an_error_and_not_a_shorter_answer() {
    let graph = Graph::from_arrows(GRAPH).unwrap();
    let has = graph.relations().id("has_phenotype").unwrap();
    let finding = graph.find(&"PhenotypicFeature:f".parse().unwrap()).unwrap();
    let query = Query::project(has, Direction::Subjects, Query::Anchor(finding));
    assert_eq!(query.answers(&graph, Reading::Strict, 1), Err(OutOfBudget { budget: 1 }));
}

#[test]
fn two_unions_have_no_clauses() {
    let graph = Graph::from_arrows(GRAPH).unwrap();
    let has = graph.relations().id("has_phenotype").unwrap();
    let finding = graph.find(&"PhenotypicFeature:f".parse().unwrap()).unwrap();
    let one = Query::project(has, Direction::Subjects, Query::Anchor(finding));
    let either = Query::Or(vec![one.clone(), one]);
    assert!(either.pattern().is_some());
    assert_eq!(Query::And(vec![either.clone(), either]).pattern(), None);
}
