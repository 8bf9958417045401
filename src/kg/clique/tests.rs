//! Cliques, and what becomes of the names in them.

use super::*;
use crate::kg::Built;
use crate::kg::Relations;
use crate::kg::build;
use crate::location::FileId;

fn curie(text: &str) -> Curie {
    text.parse().unwrap()
}

fn place(line: u32) -> Place {
    Place { file: FileId(0), line }
}

/// Records of one file: nodes as `CURIE label category`, matches as pairs.
fn records(nodes: &[(&str, &str, &str)], matches: &[(&str, &str)]) -> Records {
    let file = FileTally {
        path: "f".into(),
        source: 0,
        sha256: "".into(),
        read: (nodes.len() + matches.len()) as u64,
        loaded: 0,
        duplicates: 0,
        left_out: BTreeMap::new(),
        quarantined: 0,
    };
    let source = crate::kg::Source {
        name: "s".into(),
        version: "1".into(),
        licence: crate::kg::Licence::Open,
        licence_name: "".into(),
        credit: "".into(),
        home: "".into(),
    };
    let node = |(line, (id, label, category)): (u32, &(&str, &str, &str))| {
        NodeRecord::new(curie(id), label, category, place(line))
    };
    let same = |(line, (left, right)): (u32, &(&str, &str))| MatchRecord {
        left: curie(left),
        right: curie(right),
        place: place(line),
    };
    Records {
        sources: vec![source],
        files: vec![file],
        nodes: (1..).zip(nodes).map(node).collect(),
        matches: (100..).zip(matches).map(same).collect(),
        ..Records::default()
    }
}

fn built(records: Records, settings: &str) -> Built {
    let built = build(records, &Relations::standard().unwrap(), &toml::from_str(settings).unwrap()).unwrap();
    assert!(built.files[0].is_conserved(), "{:#?}", built.files[0]);
    built
}

fn names(built: &Built) -> Vec<&str> {
    built.graph.nodes().map(|(_, node)| node.curie.as_str()).collect()
}

#[test]
fn the_preferred_prefix_names_the_node_in_any_order_of_lines() {
    let nodes = [("OMIM:1", "a", "Disease"), ("DOID:1", "a", "Disease"), ("DOID:2", "a", "Disease")];
    let forwards = [("OMIM:1", "DOID:2"), ("OMIM:1", "DOID:1"), ("UMLS:1", "OMIM:1")];
    let backwards = [("OMIM:1", "UMLS:1"), ("DOID:1", "OMIM:1"), ("DOID:2", "OMIM:1")];
    for matches in [forwards, backwards] {
        assert_eq!(names(&built(records(&nodes, &matches), "")), ["DOID:1"], "{matches:?}");
        // Any spelling of a prefix does.
        let mim = "preferred_prefixes = { Disease = ['MIM'] }";
        assert_eq!(names(&built(records(&nodes, &matches), mim)), ["OMIM:1"], "{matches:?}");
        let gene = "preferred_prefixes = { Gene = ['MIM'] }";
        assert_eq!(names(&built(records(&nodes, &matches), gene)), ["DOID:1"], "{matches:?}");
    }
}

#[test]
fn a_category_without_an_order_goes_by_the_order_of_matches() {
    let nodes = [("B:1", "b", "Thing"), ("A:1", "a", "Thing")];
    assert_eq!(names(&built(records(&nodes, &[("B:1", "A:1")]), "")), ["B:1"]);
    assert_eq!(names(&built(records(&nodes, &[("A:1", "B:1")]), "")), ["A:1"]);
}

#[test]
fn matches_chain_and_repeat() {
    let nodes = [("X:1", "a", ""), ("X:9", "b", "")];
    let matches = [("X:1", "Y:1"), ("Z:1", "Y:1"), ("Z:1", "X:1"), ("X:1", "X:1")];
    let built = built(records(&nodes, &matches), "");
    assert_eq!(names(&built), ["X:1", "X:9"]);
    assert_eq!((built.files[0].loaded, built.files[0].duplicates), (4, 2));
    assert_eq!(built.graph.find(&curie("Z:1")), built.graph.find(&curie("X:1")));
}

#[test]
fn members_that_nothing_describes_become_cross_references_and_no_nodes() {
    let built = built(records(&[("X:1", "a", "")], &[("X:1", "UMLS:1"), ("X:2", "UMLS:2")]), "");
    assert_eq!(names(&built), ["X:1"]);
    let xrefs: Vec<&str> = built.graph.nodes().flat_map(|(_, node)| node.xrefs.iter().map(Curie::as_str)).collect();
    assert_eq!(xrefs, ["UMLS:1"]);
}

#[test]
fn two_nodes_of_one_source_in_a_clique_are_told() {
    let nodes = [("MONDO:1", "a", "Disease"), ("MONDO:2", "b", "Disease"), ("OMIM:1", "a", "Disease")];
    let built = built(records(&nodes, &[("MONDO:1", "OMIM:1"), ("MONDO:2", "OMIM:1")]), "");
    assert_eq!(
        built.findings[0].to_string(),
        "warning K111: exact matches make one node, MONDO:1, of what `s` tells apart: MONDO:1 `a`, MONDO:2 `b`\n  \
         first at f:1"
    );
    assert_eq!(built.findings[0].code, FUSED);
}

#[test]
fn another_name_in_a_clique_is_told_and_kept() {
    let nodes = [("MONDO:1", "Gout", "Disease"), ("OMIM:1", "GOUT", "Disease"), ("DOID:1", "podagra", "Disease")];
    let built = built(records(&nodes, &[("MONDO:1", "OMIM:1"), ("DOID:1", "OMIM:1")]), "");
    assert_eq!(
        built.findings[0].to_string(),
        "note K112: nodes of several identifiers have another name in each source: MONDO:1 `Gout` / `podagra`"
    );
    let node = built.graph.find(&curie("MONDO:1")).unwrap();
    assert_eq!((built.graph.label(node), built.graph.node(node).synonyms.len()), ("Gout", 1));
}

#[test]
fn equal_names_of_one_category_are_told_and_nothing_merges() {
    let nodes = [("X:1", "Cold", "Disease"), ("Y:1", "cold", "Disease"), ("Z:1", "cold", "Symptom")];
    let built = built(records(&nodes, &[]), "");
    assert_eq!(names(&built).len(), 3);
    let told: Vec<String> = built.findings.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["note K113: names are borne by several nodes of one category: `Cold` X:1, Y:1"]);
}

#[test]
fn without_merging_each_identifier_is_a_node() {
    let built = built(records(&[("X:1", "a", ""), ("Y:1", "b", "")], &[("X:1", "Y:1")]), "merge = 'none'");
    assert_eq!(names(&built), ["X:1", "Y:1"]);
    assert_eq!(built.files[0].left_out.get("merging is off"), Some(&1));
}

#[test]
fn a_long_chain_of_matches_is_one_clique() {
    let matches: Vec<(String, String)> = (0..2_000).map(|at| (format!("X:{at}"), format!("X:{}", at + 1))).collect();
    let matches: Vec<(&str, &str)> = matches.iter().map(|(left, right)| (left.as_str(), right.as_str())).collect();
    let cliques = Cliques::of(&records(&[], &matches).matches);
    assert_eq!(cliques.first(&curie("X:2000")).as_str(), "X:0");
    assert_eq!(cliques.first(&curie("Y:1")).as_str(), "Y:1");
}
