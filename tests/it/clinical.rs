//! The merged clinical graph: the fate of every record, every count, and the join that it is held against.
//!
//! The graph is that of `pipelines/clinical.toml`, built once for all tests here. What is expected of it stands in the
//! guide (`src/docs/clinical_graph.md`) and nowhere else, so that the page cannot be wrong: its fences and its table
//! are compared to the last digit. The data is read from `../shared/data`; where that is missing the tests say so and
//! pass, but not in CI.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use thinkpath::kg::Built;
use thinkpath::kg::Curie;
use thinkpath::kg::FileTally;
use thinkpath::kg::Node;
use thinkpath::kg::NodeId;
use thinkpath::kg::chapter::chapter;
use thinkpath::kg::prefix;
use thinkpath::pipeline::Pipeline;

use crate::golden::shared;
use crate::planted::fate;

const PAGE: &str = include_str!("../../src/docs/clinical_graph.md");

static BUILT: LazyLock<Option<Built>> = LazyLock::new(|| {
    let shared = shared()?;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pipeline = Pipeline::read(&repository.join("pipelines/clinical.toml")).unwrap();
    let roots: Vec<PathBuf> = vec![repository.join("ontologies"), shared];
    assert!(pipeline.problems(&roots).is_empty(), "{:?}", pipeline.problems(&roots));
    Some(pipeline.graph(&roots).unwrap())
});

/// The graph, for tests of what is asked of it.
pub(crate) fn built() -> Option<&'static Built> {
    BUILT.as_ref()
}

/// The first fence below a heading of the page.
fn fence(heading: &str) -> String {
    let below = PAGE.split_once(&format!("\n# {heading}\n")).unwrap().1;
    below.split("```text\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// A count as the page writes it.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    grouped.join(",")
}

/// Names with their counts, most first.
fn ranked<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    ranked.into_iter().map(|(name, count)| format!("{name:<27} {:>7}\n", grouped(count))).collect()
}

/// The last two parts of a path.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join("/")
}

#[test]
fn every_record_of_every_file_is_accounted_for() {
    let Some(built) = &*BUILT else { return };
    assert!(built.files.iter().all(FileTally::is_conserved), "{:#?}", built.files);
    let shown: String = built.files.iter().map(|file| format!("{}\n  {}\n", short(&file.path), fate(file))).collect();
    assert_eq!(shown, fence("What became of every record"));
}

#[test]
fn nodes_and_edges_are_those_of_the_page() {
    let Some(built) = &*BUILT else { return };
    let graph = &built.graph;
    assert_eq!(ranked(graph.nodes().map(|(node, _)| graph.category(node))), fence("Nodes"));
    assert_eq!(ranked(graph.edges().map(|(_, edge)| &*graph.relation(edge.relation).name)), fence("Edges"));
}

#[test]
fn what_was_seen_on_the_way_is_told() {
    let Some(built) = &*BUILT else { return };
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in &built.findings {
        *counts.entry(finding.code.as_str()).or_default() += finding.count;
    }
    let shown: String = counts.into_iter().map(|(code, count)| format!("{code} {count}\n")).collect();
    assert_eq!(shown, fence("What was seen"));
}

/// What the independent join counts, as it counts it.
fn group(node: &Node, category: &str) -> &'static str {
    match category {
        _ if node.curie.prefix() == "HP" => "Phenotype",
        "Disease" => "Disease",
        "Gene" => "Gene",
        "Drug" => "Drug",
        "DiagnosisCode" => "ICD-10-CM",
        "Symptom" => "Symptom",
        _ => "mechanism and anatomy",
    }
}

#[test]
fn the_graph_agrees_with_an_independent_join() {
    let Some(built) = &*BUILT else { return };
    let graph = &built.graph;
    let mut ours: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, node) in graph.nodes() {
        *ours.entry(group(node, graph.category(id))).or_default() += 1;
    }
    let distinct: BTreeSet<_> = graph.edges().map(|(_, edge)| (edge.subject, edge.relation, edge.object)).collect();
    ours.insert("all nodes", graph.n_nodes());
    ours.insert("all edges", graph.n_edges());
    ours.insert("distinct edges", distinct.len());

    let mut rows = 0;
    for line in PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = |cell: &str| cell.replace(',', "").parse::<f64>().unwrap();
        let (name, here, there) = (cells[1], number(cells[2]), number(cells[3]));
        assert_eq!(grouped(ours[name]), cells[2], "{name}");
        let allowed = match name {
            "mechanism and anatomy" => 0.5,
            "all edges" | "distinct edges" => 1.0 / 7.0,
            _ => 0.1,
        };
        assert!((here - there).abs() <= allowed * there, "{line}");
        rows += 1;
    }
    assert_eq!(rows, ours.len());
}

#[test]
fn every_prefix_leads_to_an_iri_and_back() {
    let Some(built) = &*BUILT else { return };
    let mut of_nodes: BTreeSet<&str> = BTreeSet::new();
    for (_, node) in built.graph.nodes() {
        of_nodes.insert(node.curie.prefix());
        for curie in std::iter::once(&node.curie).chain(&node.xrefs) {
            assert_eq!(Curie::from_iri(&curie.iri()).as_ref(), Ok(curie));
        }
    }
    let unknown: Vec<&str> = of_nodes.into_iter().filter(|name| prefix(name).is_none()).collect();
    assert!(unknown.is_empty(), "no IRI is known for {unknown:?}");
}

#[test]
fn one_disease_has_the_facts_of_all_its_sources() {
    let Some(built) = &*BUILT else { return };
    let graph = &built.graph;
    // Phenylketonuria: by every identifier, under Mondo's name.
    let identifiers = ["MONDO:0009861", "OMIM:261600", "ORPHA:716", "DOID:9281", "UMLS:C0031485", "NCIT:C81315"];
    let found = identifiers.map(|text| graph.find(&text.parse().unwrap()));
    assert!(found.iter().all(|node| node.is_some() && *node == found[0]), "{found:?}");
    let disease = found[0].unwrap();
    assert_eq!((graph.curie(disease).as_str(), graph.label(disease)), ("MONDO:0009861", "phenylketonuria"));
    let sources: BTreeSet<&str> = graph
        .edges()
        .filter(|(_, edge)| edge.subject == disease || edge.object == disease)
        .map(|(_, edge)| &*graph.source(edge.source).name)
        .collect();
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["do", "drugmechdb", "drugmechdb_indications", "hpo", "mondo"]);
}

#[test]
fn a_gene_is_one_node_under_both_of_its_numbers() {
    let Some(built) = &*BUILT else { return };
    let find = |text: &str| built.graph.find(&text.parse().unwrap());
    // PAH.
    assert_eq!(find("HGNC:8582"), find("NCBIGene:5053"));
    assert!(find("NCBIGene:5053").is_some());
    // Its enzyme is another thing.
    assert_ne!(find("UniProtKB:P00439"), find("NCBIGene:5053"));
}

#[test]
fn a_disease_has_the_chapter_of_its_nearest_ancestor_with_a_code() {
    let Some(built) = &*BUILT else { return };
    let graph = &built.graph;
    let diseases: Vec<NodeId> = graph.nodes_of("Disease").collect();
    let mut by_hops: BTreeMap<u32, usize> = BTreeMap::new();
    let mut names = Vec::new();
    for found in diseases.iter().filter_map(|&disease| chapter(graph, disease)) {
        *by_hops.entry(found.n_hops).or_default() += 1;
        names.push(graph.label(found.chapter));
    }
    let mut shown = format!("{} of {} diseases\n", grouped(names.len()), grouped(diseases.len()));
    for (n_hops, count) in by_hops {
        shown.push_str(&format!("{n_hops} hops {:>7}\n", grouped(count)));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    for (name, count) in ranked {
        shown.push_str(&format!("{:>7} {name}\n", grouped(count)));
    }
    assert_eq!(shown, fence("Chapters"));
}
