//! What each kind of triple becomes, by small graphs in Turtle.

use super::*;
use crate::ingest::sink::read_bytes;
use crate::kg::Records;
use crate::kg::Scope;

const PREFIXES: &str = "@prefix x: <http://e.org/X_> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . \
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . \
    @prefix biolink: <https://w3id.org/biolink/vocab/> . \
    @prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .\n";

fn read(triples: &str, settings: &str) -> Records {
    let reader: Rdf = toml::from_str(&format!("syntax = 'turtle'\n{settings}")).unwrap();
    read_bytes(&reader, format!("{PREFIXES}{triples}").as_bytes()).unwrap()
}

fn left_out(records: &Records) -> Vec<(&str, u64)> {
    records.files[0].left_out.iter().map(|(rule, count)| (&**rule, *count)).collect()
}

fn edges(records: &Records) -> Vec<(&str, &str)> {
    records.edges.iter().map(|edge| (edge.subject.as_str(), edge.object.as_str())).collect()
}

#[test]
fn a_subject_is_one_record_whatever_the_order_of_its_triples() {
    let triples = [
        "x:1 rdfs:label 'fever'@en .",
        "x:1 skos:prefLabel 'pyrexia' .",
        "x:1 rdfs:label 'Fieber'@de .",
        "x:1 skos:altLabel 'heat' .",
        "x:1 oio:hasExactSynonym 'fever' .",
        "x:1 skos:definition 'hot' .",
        "x:1 a biolink:NamedThing, biolink:PhenotypicFeature .",
        "x:1 oio:hasDbXref 'MIM:1', 'a page' .",
        "x:1 owl:deprecated true .",
        "x:1 oio:hasAlternativeId 'X:3' .",
        "x:1 <http://purl.obolibrary.org/obo/IAO_0100001> x:2 .",
    ];
    let forwards = read(&triples.join("\n"), "");
    let node = &forwards.nodes[0];
    assert_eq!((&*node.label, &*node.definition, node.is_obsolete), ("fever", "hot", true));
    assert_eq!((&*node.category, node.place.line), ("PhenotypicFeature", 2));
    let synonyms: Vec<(&str, Scope)> = node.synonyms.iter().map(|synonym| (&*synonym.text, synonym.scope)).collect();
    assert_eq!(synonyms, [("fever", Scope::Exact), ("pyrexia", Scope::Exact), ("heat", Scope::Related)]);
    assert_eq!((&node.xrefs[..], &node.former[..]), (&["OMIM:1".parse().unwrap()][..], &["X:3".parse().unwrap()][..]));
    assert_eq!(node.replaced_by, Some("X:2".parse().unwrap()));
    assert_eq!(forwards.files[0].read, 1);
    let backwards: Vec<&str> = triples.iter().rev().copied().collect();
    assert_eq!(read(&backwards.join("\n"), "").nodes[0], *node);
}

#[test]
fn a_predicate_is_an_edge_by_the_table_or_by_the_settings() {
    let triples =
        "x:1 rdfs:subClassOf x:2 .\nx:3 biolink:treats x:1 .\nx:4 skos:narrower x:1 .\nx:5 <http://e.org/p> x:1 .";
    let records = read(triples, "relations = { 'skos:narrower' = 'has_kind' }");
    assert_eq!(edges(&records), [("X:1", "X:2"), ("X:3", "X:1"), ("X:1", "X:4")]);
    assert_eq!(records.edges.iter().map(|edge| edge.place.line).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(left_out(&records), [("predicate http://e.org/p that is not mapped", 1)]);
}

#[test]
fn matches_are_read_only_if_they_are_asked_for() {
    let triples = "x:1 skos:exactMatch x:2 . x:1 owl:sameAs x:3 .";
    let records = read(triples, "");
    assert!(records.matches.is_empty());
    assert_eq!(
        left_out(&records),
        [("predicate owl:sameAs that is not mapped", 1), ("predicate skos:exactMatch that is not mapped", 1)]
    );
    let records = read(triples, "exact_matches = ['http://www.w3.org/2004/02/skos/core#exactMatch']");
    assert_eq!(records.matches[0].right.as_str(), "X:2");
}

#[test]
fn blank_nodes_and_literals_of_no_use_are_left_out_by_name() {
    let triples = "x:1 rdfs:subClassOf [ owl:onProperty x:2 ] .\nx:1 rdfs:seeAlso 'a' .\n\
                   x:1 rdfs:subClassOf owl:Thing .\nx:1 rdfs:seeAlso <<( x:1 x:2 x:3 )>> .\nx:1 rdfs:subClassOf 'a' .";
    let records = read(triples, "");
    assert_eq!(
        left_out(&records),
        [
            ("blank node as object", 1),
            ("blank node as subject", 1),
            ("edge to owl:Thing", 1),
            ("literal of a predicate that is not mapped", 1),
            ("triple as object", 1),
        ]
    );
    assert_eq!(
        records.findings[0].to_string(),
        "warning I101: the object of `rdfs:subClassOf` is the text `a`, not a thing\n  first at test:6"
    );
}

#[test]
fn what_describes_the_graph_is_no_node() {
    let triples = "x:1 a owl:ObjectProperty ; rdfs:label 'treats' .\nx:2 a biolink:GeneToDiseaseAssociation .";
    let records = read(triples, "");
    assert!(records.nodes.is_empty());
    assert_eq!(
        left_out(&records),
        [("member of biolink:GeneToDiseaseAssociation", 1), ("member of owl:ObjectProperty", 1)]
    );
}

#[test]
fn namespaces_go_before_the_prefix_table_and_the_longest_before_all() {
    let settings = "namespaces = { 'http://e.org/' = 'E', 'http://e.org/drug/' = 'MSH' }\nstubs = { mesh = 'Drug' }";
    let records = read("<http://e.org/drug/D1> biolink:treats <http://e.org/d> .", settings);
    assert_eq!(edges(&records), [("MESH:D1", "E:d")]);
    let stubs: Vec<(&str, &str)> = records.mentions.iter().map(|node| (node.curie.as_str(), &*node.category)).collect();
    assert_eq!(stubs, [("MESH:D1", "Drug"), ("E:d", "")]);
}

#[test]
fn the_settings_say_what_else_names_and_classes_are() {
    let settings = "labels = ['http://e.org/name']\nsynonyms = { 'skos:altLabel' = 'narrow' }\nlanguage = 'fr'\n\
                    types = { 'http://e.org/Maladie' = 'Disease' }\ncategory = 'Other'\n";
    let records = read(
        "x:1 a <http://e.org/Maladie> ; rdfs:label 'fever'@en ; <http://e.org/name> 'fièvre'@fr-CA ; \
         skos:altLabel 'chaud' .\n\
         x:2 a owl:Class .",
        settings,
    );
    let node = &records.nodes[0];
    assert_eq!((&*node.label, &*node.category, node.synonyms[0].scope), ("fièvre", "Disease", Scope::Narrow));
    assert_eq!((node.synonyms.len(), &*records.nodes[1].category), (1, "Other"));
}

#[test]
fn a_name_that_tells_no_syntax_needs_a_setting() {
    let error = read_bytes(&Rdf::default(), b"").unwrap_err().to_string();
    assert_eq!(
        error,
        "test:1: the name does not tell the syntax, as `.ttl`, `.nt`, `.nq`, `.trig` and `.jsonld` do; set `syntax`"
    );
}
