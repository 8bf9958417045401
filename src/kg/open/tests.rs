//! What several sources say of one node, and what of it may be passed on.

use super::*;
use crate::kg::EdgeRecord;
use crate::kg::FileTally;
use crate::kg::KgConfig;
use crate::kg::Licence;
use crate::kg::MatchRecord;
use crate::kg::NodeRecord;
use crate::kg::Qualifiers;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::Scope;
use crate::kg::Source;
use crate::kg::build;
use crate::location::FileId;
use crate::location::Place;

const OPEN: u16 = 0;
const CLOSED: u16 = 1;

fn curie(text: &str) -> Curie {
    text.parse().unwrap()
}

fn place(source: u16) -> Place {
    Place { file: FileId(source), line: 1 }
}

/// What a source says of a node: its name, a synonym and a definition, each empty if it says none.
fn told(source: u16, id: &str, [label, synonym, definition]: [&str; 3]) -> NodeRecord {
    let mut record = NodeRecord::new(curie(id), label, "Disease", place(source));
    if !synonym.is_empty() {
        record.synonyms.push(Synonym { text: synonym.into(), scope: Scope::Exact, is_lay: false });
    }
    record.definition = definition.into();
    record
}

/// A graph of nodes, of `is_a` edges and of matches, each with its source.
fn graph(nodes: Vec<NodeRecord>, edges: &[(u16, &str, &str)], matches: &[(u16, &str, &str)]) -> Graph {
    let relations = Relations::standard().unwrap();
    let source = |name: &str, licence| Source {
        name: name.into(),
        version: "1".into(),
        licence,
        licence_name: "".into(),
        credit: "".into(),
        home: "".into(),
    };
    let file = |source| FileTally {
        path: "f".into(),
        source,
        sha256: "".into(),
        read: 0,
        loaded: 0,
        duplicates: 0,
        left_out: std::collections::BTreeMap::new(),
        quarantined: 0,
    };
    let edge = |&(source, subject, object): &(u16, &str, &str)| EdgeRecord {
        subject: curie(subject),
        relation: relations.is_a(),
        object: curie(object),
        qualifiers: Qualifiers::default(),
        place: place(source),
    };
    let same = |&(source, left, right): &(u16, &str, &str)| MatchRecord {
        left: curie(left),
        right: curie(right),
        place: place(source),
    };
    let records = Records {
        sources: vec![source("open", Licence::Attribution), source("closed", Licence::Restricted)],
        files: vec![file(OPEN), file(CLOSED)],
        nodes,
        edges: edges.iter().map(edge).collect(),
        matches: matches.iter().map(same).collect(),
        ..Records::default()
    };
    build(records, &relations, &KgConfig::default()).unwrap().graph
}

fn node(graph: &Graph, id: &str) -> NodeId {
    graph.find(&curie(id)).unwrap()
}

/// The synonyms of a node, each with the name of its source.
fn synonyms(graph: &Graph, id: &str) -> Vec<String> {
    let sources = graph.node_sources(node(graph, id));
    sources.synonyms().map(|(synonym, source)| format!("{} ({})", synonym.text, graph.source(source).name)).collect()
}

#[test]
fn a_name_that_may_be_passed_on_goes_before_one_that_may_not() {
    let closed = || told(CLOSED, "X:1", ["Podagra", "", "closed words"]);
    let open = || told(OPEN, "X:1", ["Gout", "", "open words"]);
    for nodes in [vec![closed(), open()], vec![open(), closed()]] {
        let is_closed_first = nodes[0].place.file == FileId(CLOSED);
        let graph = graph(nodes, &[], &[]);
        let of = node(&graph, "X:1");
        assert_eq!((graph.label(of), graph.open_label(of)), ("Gout", "Gout"));
        assert_eq!(graph.open_definition(of), "open words");
        // What gives way stays, as its own source's word.
        let expected: &[&str] = if is_closed_first { &["Podagra (closed)"] } else { &[] };
        assert_eq!(synonyms(&graph, "X:1"), expected);
        assert_eq!(graph.open_synonyms(of).count(), 0);
    }
}

#[test]
fn in_a_clique_too() {
    let nodes = vec![told(CLOSED, "UMLS:1", ["Podagra", "", ""]), told(OPEN, "DOID:1", ["Gout", "", ""])];
    let graph = graph(nodes, &[], &[(OPEN, "UMLS:1", "DOID:1")]);
    assert_eq!(graph.open_label(node(&graph, "DOID:1")), "Gout");
    assert_eq!(synonyms(&graph, "DOID:1"), ["Podagra (closed)"]);
}

#[test]
fn among_names_that_may_be_passed_on_the_first_stays_the_first() {
    let nodes = vec![told(OPEN, "X:1", ["Gout", "", ""]), told(OPEN, "X:1", ["Podagra", "", ""])];
    let graph = graph(nodes, &[], &[]);
    assert_eq!(graph.label(node(&graph, "X:1")), "Gout");
    assert_eq!(graph.borrowed_strings().count(), 0);
}

#[test]
fn a_node_that_loses_its_name_stays_as_long_as_something_is_told_of_it() {
    let named = |id| told(CLOSED, id, ["Gout", "", ""]);
    let nodes = vec![named("X:1"), named("X:2"), named("X:3"), told(OPEN, "X:4", ["", "", ""]), named("X:4")];
    let graph = graph(nodes, &[(OPEN, "X:1", "X:2"), (CLOSED, "X:3", "X:2")], &[]);
    let open: Vec<&str> = graph.open_nodes().map(|(_, node)| node.curie.as_str()).collect();
    assert_eq!(open, ["X:1", "X:2", "X:4"], "an identifier that only a closed list holds is a part of it");
    assert!(graph.open_nodes().all(|(id, _)| graph.open_label(id).is_empty()));
    let edges: Vec<String> = graph.open_edges().map(|(id, _)| graph.arrow(id)).collect();
    assert_eq!(edges, ["X:1 -is_a-> X:2"]);
}

#[test]
fn what_both_say_is_credited_to_the_one_that_lets_it_go() {
    for (first, second) in [(OPEN, CLOSED), (CLOSED, OPEN)] {
        let said = |source| told(source, "X:1", ["Gout", "podagra", ""]);
        let mut more = said(second);
        more.synonyms.push(Synonym { text: "gouty arthritis".into(), scope: Scope::Exact, is_lay: false });
        let graph = graph(vec![said(first), more], &[], &[]);
        let giver = if second == OPEN { "open" } else { "closed" };
        assert_eq!(synonyms(&graph, "X:1"), [format!("gouty arthritis ({giver})"), "podagra (open)".to_owned()]);
        assert_eq!(&*graph.source(graph.node_sources(node(&graph, "X:1")).label()).name, "open");
    }
}

#[test]
fn that_two_identifiers_are_one_is_the_claim_of_whoever_says_so() {
    let nodes = || vec![told(OPEN, "DOID:1", ["Gout", "", ""]), told(OPEN, "UMLS:1", ["Gout", "", ""])];
    for (source, is_open) in [(OPEN, true), (CLOSED, false)] {
        let graph = graph(nodes(), &[], &[(source, "DOID:1", "UMLS:1")]);
        let of = node(&graph, "DOID:1");
        assert_eq!(graph.node(of).xrefs.len(), 1);
        assert_eq!(graph.open_xrefs(of).count() == 1, is_open);
    }
}

#[test]
fn shares_count_every_string_and_edge_once() {
    let nodes = vec![
        told(OPEN, "X:1", ["Gout", "podagra", "words"]),
        told(CLOSED, "X:1", ["Gout", "gouty arthritis", ""]),
        told(CLOSED, "X:2", ["Arthritis", "", "more words"]),
    ];
    let graph = graph(nodes, &[(OPEN, "X:1", "X:2"), (CLOSED, "X:1", "X:2")], &[]);
    let each = Share { edges: 1, labels: 1, synonyms: 1, xrefs: 0, definitions: 1 };
    assert_eq!(graph.shares(), [each, each]);
}
