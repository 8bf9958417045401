//! The view against the export, loaded by an engine that knows nothing of ours.

use oxrdf::Dataset;
use oxrdf::GraphName;
use oxttl::NTriplesParser;
use proptest::prelude::*;
use spareval::QueryEvaluator;
use spareval::QueryResults;
use spargebra::SparqlParser;

use super::*;
use crate::kg::Licence;
use crate::kg::rdf::select;
use crate::kg::rdf::tests::KINDS_OF_EDGE;
use crate::kg::rdf::tests::random_graph;
use crate::kg::rdf::write_ntriples_with_reifiers;
use crate::kg::search::Reading;
use crate::kg::search::answers;
use crate::kg::several::graph_of;

type Spo = (Term, Term, Term);

/// The export, as another engine holds it.
fn loaded(graph: &Graph) -> Dataset {
    let mut bytes = Vec::new();
    write_ntriples_with_reifiers(graph, &mut bytes).unwrap();
    let triples = NTriplesParser::new().for_slice(&bytes).map(|triple| triple.unwrap());
    triples.map(|triple| triple.in_graph(GraphName::DefaultGraph)).collect()
}

/// What a data set finds for a pattern; each triple as often as it comes.
fn found<'a, D: QueryableDataset<'a>>(dataset: &D, pattern: [Option<&Term>; 3]) -> Vec<Spo> {
    let [subject, predicate, object] =
        pattern.map(|term| term.map(|term| dataset.internalize_term(term.clone()).ok().unwrap()));
    let quads = dataset.internal_quads_for_pattern(subject.as_ref(), predicate.as_ref(), object.as_ref(), Some(None));
    let term = |held| dataset.externalize_term(held).ok().unwrap();
    let quads = quads.map(|quad| quad.ok().unwrap());
    let mut all: Vec<Spo> = quads.map(|quad| (term(quad.subject), term(quad.predicate), term(quad.object))).collect();
    all.sort_by_key(|(subject, predicate, object)| [subject, predicate, object].map(ToString::to_string));
    all
}

/// Every pattern that a triple of the export meets, and some that none does.
fn assert_alike(graph: &Graph) {
    let (view, export) = (View::new(graph), loaded(graph));
    let (view, export) = (&view, &export);
    let all = found(&export, [None, None, None]);
    assert_eq!(found(&view, [None, None, None]), all);
    let strange = Term::from(NamedNode::new_unchecked("https://example.org/strange"));
    for (subject, predicate, object) in &all {
        for mask in 1..8_u8 {
            let given = |bit: u8, term| (mask & bit != 0).then_some(term);
            let pattern = [given(1, subject), given(2, predicate), given(4, object)];
            assert_eq!(found(&view, pattern), found(&export, pattern), "{pattern:?}");
        }
        for pattern in [
            [Some(object), Some(predicate), Some(subject)],
            [Some(subject), Some(predicate), Some(&strange)],
            [None, Some(subject), None],
            [None, Some(predicate), Some(predicate)],
            [Some(predicate), None, None],
        ] {
            assert_eq!(found(&view, pattern), found(&export, pattern), "{pattern:?}");
        }
    }
    let graph_name = view.internalize_term(strange.clone()).unwrap();
    assert_eq!(view.internal_quads_for_pattern(None, None, None, Some(Some(&graph_name))).count(), 0);
    assert_eq!(view.internal_quads_for_pattern(None, None, None, None).count(), 0);
}

/// What a query finds, as text and sorted.
fn solutions<'a>(dataset: impl QueryableDataset<'a>, query: &str) -> Vec<String> {
    let query = SparqlParser::new().parse_query(query).unwrap();
    let evaluator = QueryEvaluator::new();
    let mut all: Vec<String> = match evaluator.prepare(&query).execute(dataset).unwrap() {
        QueryResults::Solutions(all) => all.map(|one| format!("{:?}", one.unwrap())).collect(),
        QueryResults::Boolean(answer) => vec![answer.to_string()],
        QueryResults::Graph(triples) => triples.map(|triple| triple.unwrap().to_string()).collect(),
    };
    all.sort();
    all
}

const QUERIES: [&str; 12] = [
    "SELECT * WHERE { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s a ?class } GROUP BY ?class",
    "PREFIX biolink: <https://w3id.org/biolink/vocab/> SELECT ?d ?g WHERE { ?d a biolink:Disease ; biolink:has_phenotype ?p . ?g ?r ?d }",
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?a ?b WHERE { ?a rdfs:subClassOf+ ?b }",
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?s WHERE { ?s rdfs:label ?l FILTER(STRSTARTS(?l, \"1\")) }",
    "PREFIX biolink: <https://w3id.org/biolink/vocab/> SELECT ?e ?s WHERE { ?e biolink:subject ?s ; biolink:predicate biolink:has_phenotype ; biolink:object ?o }",
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> SELECT ?e ?s ?o WHERE { ?e rdf:reifies <<( ?s ?p ?o )>> }",
    "SELECT ?s ?o WHERE { ?s ?p ?o . ?o ?q ?s }",
    "ASK { ?s ?p ?s }",
    "PREFIX tp: <https://w3id.org/thinkpath/vocab#> SELECT ?d WHERE { ?d a ?c OPTIONAL { ?d tp:phenotype_absent ?p } FILTER(!BOUND(?p)) }",
    "CONSTRUCT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(ISIRI(?o)) }",
    "SELECT ?p (COUNT(DISTINCT ?o) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_view_holds_what_the_export_says(
        edges in prop::collection::vec((0..KINDS_OF_EDGE.len(), 0..4_u8, 0..4_u8), 4..24),
    ) {
        let (_, graph) = random_graph(&edges);
        assert_alike(&graph);
        let (view, export) = (View::new(&graph), loaded(&graph));
        for query in QUERIES {
            prop_assert_eq!(solutions(&view, query), solutions(&export, query), "{}", query);
        }
    }
}

#[test]
fn whatever_a_node_or_an_edge_can_have_is_found() {
    let built = crate::kg::snapshot::tests::built();
    assert!(built.graph.nodes().any(|(_, node)| node.is_obsolete));
    assert_alike(&built.graph);
    let view = View::new(&built.graph);
    for name in ["obsolete Heat", "+", "sniffles"] {
        let query = format!("SELECT ?n WHERE {{ ?n ?p \"{name}\" }}");
        assert_eq!(solutions(&view, &query).len(), 1, "{name}");
    }
}

#[test]
fn what_is_closed_is_not_there() {
    let graph = graph_of(&[
        (Licence::Open, "Disease:a -has_phenotype-> PhenotypicFeature:b"),
        (Licence::Restricted, "Disease:a -has_phenotype-> PhenotypicFeature:c\nGene:g -interacts_with-> Gene:h"),
    ]);
    assert_alike(&graph);
    let view = View::new(&graph);
    assert_eq!(solutions(&view, "SELECT ?o WHERE { ?s <https://w3id.org/biolink/vocab/has_phenotype> ?o }").len(), 1);
}

#[test]
fn the_query_of_a_pattern_finds_its_strict_answers() {
    let graph = Graph::from_arrows(
        "Disease:a -has_phenotype-> PhenotypicFeature:nystagmus -is_a-> PhenotypicFeature:eye
         Disease:b -has_phenotype-> PhenotypicFeature:seizure
         Gene:g -associated_with-> Disease:a",
    )
    .unwrap();
    let view = View::new(&graph);
    let node = |text: &str| graph.find(&text.parse().unwrap()).unwrap();
    let has = graph.relations().id("has_phenotype").unwrap();
    let query = crate::kg::search::Query::project(
        has,
        Direction::Subjects,
        crate::kg::search::Query::Anchor(node("PhenotypicFeature:eye")),
    );
    let pattern = query.pattern().unwrap();
    assert_eq!(answers(&graph, &pattern, Reading::Strict, 1_000).unwrap(), [node("Disease:a")]);
    let found = solutions(&view, &select(&graph, &pattern));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains(graph.curie(node("Disease:a")).iri().as_str()), "{found:?}");
}
