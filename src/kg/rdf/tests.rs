//! The queries are run by an engine that knows nothing of ours, over the triples that a reader gets.

use std::collections::BTreeSet;

use oxrdf::Dataset;
use oxrdf::GraphName;
use oxttl::NTriplesParser;
use proptest::prelude::*;
use spareval::QueryEvaluator;
use spareval::QueryResults;
use spargebra::SparqlParser;

use super::*;
use crate::kg::Curie;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::answers;
use crate::kg::search::bindings;

fn exported(graph: &Graph) -> String {
    let mut bytes = Vec::new();
    write_ntriples(graph, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The nodes that a query finds in an export, sorted.
pub(in crate::kg) fn found(graph: &Graph, query: &str) -> Vec<NodeId> {
    let text = exported(graph);
    let triples = NTriplesParser::new().for_slice(text.as_bytes()).map(|triple| triple.unwrap());
    let dataset: Dataset = triples.map(|triple| triple.in_graph(GraphName::DefaultGraph)).collect();
    let query = SparqlParser::new().parse_query(query).unwrap();
    let evaluator = QueryEvaluator::new();
    let QueryResults::Solutions(solutions) = evaluator.prepare(&query).execute(&dataset).unwrap() else {
        panic!("a SELECT has solutions");
    };
    let mut nodes: Vec<NodeId> = solutions
        .map(|solution| match solution.unwrap().get("answer") {
            Some(RdfTerm::NamedNode(iri)) => graph.find(&Curie::from_iri(iri.as_str()).unwrap()).unwrap(),
            other => panic!("{other:?} is no node"),
        })
        .collect();
    nodes.sort_unstable();
    nodes
}

/// A pattern in arrow notation: `?answer -has_phenotype!-> PhenotypicFeature:a; …`.
fn pattern(graph: &Graph, text: &str) -> Pattern {
    let term = |word: &str| match word.strip_prefix('?') {
        Some("answer") => Term::Variable(Variable::ANSWER),
        Some(inner) => Term::Variable(Variable::inner(inner[1..].parse().unwrap())),
        None => Term::Node(graph.find(&word.parse().unwrap()).unwrap()),
    };
    let clause = |text: &str| {
        let [subject, arrow, object] = text.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{text}") };
        let name = arrow.trim_start_matches('-').trim_end_matches("->");
        let relation = graph.relations().id(name.trim_end_matches('!')).unwrap();
        Clause { subject: term(subject), relation, object: term(object), is_absent: name.ends_with('!'), branch: 0 }
    };
    Pattern { clauses: text.split(';').map(clause).collect() }
}

/// What the query of a pattern has to find: the values of `?answer`, or of every variable.
fn expected(graph: &Graph, pattern: &Pattern) -> Vec<NodeId> {
    if pattern.variables().contains(&Variable::ANSWER) {
        return answers(graph, pattern, Reading::Strict, 100_000).unwrap();
    }
    let all = bindings(graph, pattern, Reading::Strict, 100_000).unwrap();
    all.into_iter().flatten().collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn a_query_can_be_read() {
    let graph = Graph::from_arrows(
        "Disease:d -has_phenotype-> PhenotypicFeature:f\nDisease:e -phenotype_absent-> PhenotypicFeature:f",
    )
    .unwrap();
    let pattern = pattern(&graph, "Disease:d -has_phenotype-> ?answer; Disease:e -has_phenotype!-> ?answer");
    let query = "\
PREFIX biolink: <https://w3id.org/biolink/vocab/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX tp: <https://w3id.org/thinkpath/vocab#>
SELECT DISTINCT ?answer WHERE {
  <https://w3id.org/thinkpath/id/Disease/d> biolink:has_phenotype/rdfs:subClassOf* ?answer .
  <https://w3id.org/thinkpath/id/Disease/e> tp:phenotype_absent/^rdfs:subClassOf* ?answer .
}";
    assert_eq!(select(&graph, &pattern), query);
    assert_eq!(found(&graph, query), expected(&graph, &pattern));
}

#[test]
fn a_closure_is_walked_from_the_end_that_is_known() {
    let graph =
        Graph::from_arrows("Disease:d -has_phenotype-> PhenotypicFeature:f\nDrug:a -treats-> Disease:d").unwrap();
    let line = |text: &str| select(&graph, &pattern(&graph, text)).lines().rev().nth(1).unwrap().trim().to_owned();
    let (finding, disease) =
        ("<https://w3id.org/thinkpath/id/PhenotypicFeature/f>", "<https://w3id.org/thinkpath/id/Disease/d>");
    assert_eq!(
        line("?answer -has_phenotype-> PhenotypicFeature:f"),
        format!("{finding} ^rdfs:subClassOf*/^biolink:has_phenotype ?answer .")
    );
    assert_eq!(line("?answer -treats-> Disease:d"), format!("?answer biolink:treats {disease} ."));
}

#[test]
fn what_only_ties_variables_comes_last() {
    let graph = Graph::from_arrows("Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:f").unwrap();
    let pattern = pattern(&graph, "?answer -associated_with-> ?x1; ?x1 -has_phenotype-> PhenotypicFeature:f");
    let query = select(&graph, &pattern);
    let at = |text: &str| query.find(text).unwrap();
    assert!(at("PhenotypicFeature/f") < at("gene_associated_with_condition"), "{query}");
}

#[test]
fn prefixes_are_those_that_the_query_uses() {
    let graph = Graph::from_arrows("Drug:a -treats-> Disease:d").unwrap();
    let query = select(&graph, &pattern(&graph, "?answer -treats-> Disease:d"));
    assert_eq!(query.matches("PREFIX").count(), 1, "{query}");
}

#[test]
fn where_nothing_can_deny_nothing_is_found() {
    let graph = Graph::from_arrows("Gene:a -associated_with-> Disease:d\nGene:b -associated_with-> Disease:e").unwrap();
    let pattern = pattern(&graph, "?answer -associated_with-> Disease:d; ?answer -associated_with!-> Disease:e");
    assert!(found(&graph, &select(&graph, &pattern)).is_empty());
}

#[test]
fn any_of_several_denials_will_do() {
    let text = "Drug:a -targets-> Protein:p\nDrug:b -targets-> Protein:p\nDrug:c -targets-> Protein:p
        Drug:a -contraindicated_for-> Disease:d\nDrug:b -not_indicated_for-> Disease:d";
    let graph = Graph::from_arrows(text).unwrap();
    let pattern = pattern(&graph, "?answer -targets-> Protein:p; ?answer -treats!-> Disease:d");
    assert_eq!(found(&graph, &select(&graph, &pattern)), expected(&graph, &pattern));
    assert_eq!(expected(&graph, &pattern).len(), 2);
}

#[test]
fn all_that_is_known_of_an_edge_hangs_on_its_node() {
    let graph = Graph::from_arrows("Disease:d -has_phenotype[8/10]-> PhenotypicFeature:f").unwrap();
    let text = exported(&graph);
    let edge: Vec<&str> = text.lines().filter(|line| line.contains("/edge/0>")).collect();
    assert_eq!(
        edge,
        [
            r#"<https://w3id.org/thinkpath/edge/0> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/biolink/vocab/Association> ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/subject> <https://w3id.org/thinkpath/id/Disease/d> ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/predicate> <https://w3id.org/biolink/vocab/has_phenotype> ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/object> <https://w3id.org/thinkpath/id/PhenotypicFeature/f> ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/primary_knowledge_source> "arrows" ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/has_count> "8"^^<http://www.w3.org/2001/XMLSchema#integer> ."#,
            r#"<https://w3id.org/thinkpath/edge/0> <https://w3id.org/biolink/vocab/has_total> "10"^^<http://www.w3.org/2001/XMLSchema#integer> ."#,
        ]
    );
}

#[test]
fn a_reifier_names_the_triple_and_plain_rdf_has_none() {
    let graph = Graph::from_arrows("Drug:a -treats-> Disease:d").unwrap();
    let mut bytes = Vec::new();
    write_ntriples_with_reifiers(&graph, &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let reifier = "<https://w3id.org/thinkpath/edge/0> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <https://w3id.org/thinkpath/id/Drug/a> <https://w3id.org/biolink/vocab/treats> <https://w3id.org/thinkpath/id/Disease/d> )>> .";
    let without: Vec<&str> = text.lines().filter(|line| *line != reifier).collect();
    assert_eq!(without.len() + 1, text.lines().count());
    assert_eq!(exported(&graph).lines().collect::<Vec<_>>(), without);
}

#[test]
fn a_class_that_biolink_lacks_is_not_put_into_its_namespace() {
    let graph =
        Graph::from_arrows("InclusionTerm:t -included_in-> DiagnosisCode:c\nDrug:a -treats-> Disease:d").unwrap();
    let text = exported(&graph);
    for class in ["<https://w3id.org/thinkpath/vocab#DiagnosisCode>", "<https://w3id.org/biolink/vocab/Disease>"] {
        assert!(text.contains(class), "{class}");
    }
    assert!(!text.contains("biolink/vocab/DiagnosisCode"));
}

/// Every kind of node four times, each with an edge, so that every one exists.
fn every_node() -> String {
    let lines = (0..4).map(|at| {
        format!(
            "Disease:z -has_phenotype-> PhenotypicFeature:{at}\nGene:z -associated_with-> Disease:{at}\n\
             Gene:{at} -associated_with-> Disease:z\nInclusionTerm:z -included_in-> DiagnosisCode:{at}\n\
             AnatomicalEntity:{at} -part_of-> AnatomicalEntity:z\n"
        )
    });
    lines.collect()
}

/// Subject category, relation, object category; `is_a` only towards the greater number, so that there is no cycle.
pub(in crate::kg) const KINDS_OF_EDGE: [(&str, &str, &str); 9] = [
    ("PhenotypicFeature", "is_a", "PhenotypicFeature"),
    ("Disease", "is_a", "Disease"),
    ("DiagnosisCode", "is_a", "DiagnosisCode"),
    ("Disease", "has_phenotype", "PhenotypicFeature"),
    ("Disease", "phenotype_absent", "PhenotypicFeature"),
    ("Gene", "associated_with", "Disease"),
    ("Gene", "interacts_with", "Gene"),
    ("DiagnosisCode", "excludes1", "DiagnosisCode"),
    ("AnatomicalEntity", "part_of", "AnatomicalEntity"),
];

/// A graph of every node and some edges, each a kind and the numbers of its ends; and how it is written.
pub(in crate::kg) fn random_graph(edges: &[(usize, u8, u8)]) -> (String, Graph) {
    let mut text = every_node();
    for &(kind, from, to) in edges {
        let (subject, relation, object) = KINDS_OF_EDGE[kind];
        let is_apart = if relation == "is_a" { from < to } else { from != to || subject != object };
        if is_apart {
            text.push_str(&format!("{subject}:{from} -{relation}-> {object}:{to}\n"));
        }
    }
    let graph = Graph::from_arrows(&text).unwrap();
    (text, graph)
}

/// Patterns with `A` and `B` for two numbers: stars, chains, denials, closures either way, and paths.
const PATTERNS: [&str; 16] = [
    "?answer -has_phenotype-> PhenotypicFeature:A; ?answer -has_phenotype-> PhenotypicFeature:B",
    "Disease:A -has_phenotype-> ?answer; Disease:B -has_phenotype-> ?answer",
    "?answer -associated_with-> ?x1; ?x1 -has_phenotype-> PhenotypicFeature:A; ?x1 -has_phenotype-> PhenotypicFeature:B",
    "Gene:A -associated_with-> ?x1; ?x1 -has_phenotype-> ?answer",
    "Disease:A -has_phenotype-> ?answer; Disease:B -has_phenotype!-> ?answer",
    "?answer -has_phenotype-> PhenotypicFeature:A; ?answer -has_phenotype!-> PhenotypicFeature:B",
    "?answer -excludes1-> DiagnosisCode:A",
    "DiagnosisCode:A -excludes1-> ?answer; DiagnosisCode:B -excludes1-> ?answer",
    "PhenotypicFeature:A -is_a-> ?answer",
    "?answer -is_a-> PhenotypicFeature:A",
    "?x1 -is_a-> Disease:A; ?answer -associated_with-> ?x1",
    "AnatomicalEntity:A -part_of-> ?answer",
    "?answer -part_of-> ?x1; ?x1 -part_of-> AnatomicalEntity:A",
    "Gene:A -associated_with-> ?x1; ?x1 -has_phenotype-> PhenotypicFeature:B",
    "Gene:A -associated_with-> ?x1; ?x2 -associated_with-> ?x1; ?x2 -associated_with-> Disease:B",
    "PhenotypicFeature:A -is_a-> ?x1; ?x2 -has_phenotype-> ?x1; Gene:B -associated_with-> ?x2",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_query_finds_the_strict_answers(
        edges in prop::collection::vec((0..KINDS_OF_EDGE.len(), 0..4_u8, 0..4_u8), 4..24),
        (left, right) in (0..4_u8, 0..4_u8),
    ) {
        let (text, graph) = random_graph(&edges);
        for template in PATTERNS {
            let filled = template.replace(":A", &format!(":{left}")).replace(":B", &format!(":{right}"));
            let pattern = pattern(&graph, &filled);
            let query = select(&graph, &pattern);
            prop_assert_eq!(found(&graph, &query), expected(&graph, &pattern), "{}\n{}", query, text);
        }
    }
}
