//! Hetionet, KGX as JSON lines, DrugMechDB and phenopackets: what real releases come to, exactly.

use std::collections::BTreeMap;

use thinkpath::kg::Built;

use crate::golden::build_shared;
use crate::golden::fate_of;
use crate::golden::n_edges;
use crate::golden::shared;

/// How many nodes have a category.
fn categories(built: &Built) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (node, _) in built.graph.nodes() {
        *counts.entry(built.graph.category(node)).or_default() += 1;
    }
    counts
}

#[test]
fn every_node_and_edge_of_the_open_part_of_hetionet_is_loaded() {
    let Some(shared) = shared() else { return };
    let described =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ontologies/hetionet-open/source.toml"));
    let (_, files) = described.as_deref().unwrap().split_once("[[").unwrap();
    let built = build_shared(&shared, &format!("folder = 'hetionet-open'\n[[{files}"));
    assert_eq!(
        fate_of(&built, "nodes.tsv.gz"),
        "16707 read = 16707 loaded + 0 duplicates + 0 left out + 0 quarantined"
    );
    assert_eq!(
        fate_of(&built, "edges.sif.gz"),
        "29676 read = 29676 loaded + 0 duplicates + 0 left out + 0 quarantined"
    );
    // Pathways and terms that share a name are told, and nothing else.
    let told: Vec<(&str, u64)> = built.findings.iter().map(|told| (told.code.as_str(), told.count)).collect();
    assert_eq!(told, [("K113", 11)]);
    let relations = [
        ("treats", 755),
        ("palliates", 390),
        ("has_phenotype", 3_357),
        ("has_location", 3_602),
        ("similar_to", 543),
        ("participates_in", 10_000),
        ("acts_in_component", 5_000),
        ("has_function", 5_000),
        ("member_of", 1_029),
    ];
    for (relation, count) in relations {
        assert_eq!(n_edges(&built, relation), count, "{relation}");
    }
    let kinds = [
        ("AnatomicalEntity", 398),
        ("BiologicalProcess", 2_423),
        ("CellularComponent", 755),
        ("ChemicalRole", 345),
        ("Disease", 134),
        ("Drug", 914),
        ("Gene", 8_951),
        ("MolecularActivity", 1_143),
        ("Pathway", 1_229),
        ("PhenotypicFeature", 415),
    ];
    assert_eq!(categories(&built), kinds.into());
}

#[test]
fn the_json_lines_of_kgx_are_read_whole() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'kgx'\n[[kgx_nodes]]\npath = 'valid_nodes.jsonl'\n[[kgx_edges]]\npath = 'valid_edges.jsonl'\n\
                  with.relations = { 'RO:0003304' = 'associated_with', 'RO:0004013' = 'associated_with' }\n";
    let built = build_shared(&shared, source);
    assert_eq!(fate_of(&built, "valid_nodes.jsonl"), "7 read = 7 loaded + 0 duplicates + 0 left out + 0 quarantined");
    assert_eq!(fate_of(&built, "valid_edges.jsonl"), "5 read = 5 loaded + 0 duplicates + 0 left out + 0 quarantined");
    assert!(built.findings.is_empty(), "{:#?}", built.findings);
    assert_eq!(n_edges(&built, "associated_with"), 5);
    let expected = [("ChemicalEntity", 1), ("Disease", 5), ("Gene", 1)];
    assert_eq!(categories(&built), expected.into());
}

#[test]
fn every_path_of_drugmechdb_is_read_from_its_archive() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'drugmechdb'\n[[drugmechdb]]\npath = 'drugmechdb-paths-dev.tar.gz'\n";
    let built = build_shared(&shared, source);
    // 26,151 nodes and 25,946 links in 3,801 paths: 4,341 identifiers, 8,857 triples, of which one is a loop and seven
    // say again, as the inverse or from the other end of a symmetric relation, what another says.
    assert_eq!(
        fate_of(&built, "drugmechdb-paths-dev.tar.gz"),
        "52097 read = 13190 loaded + 38906 duplicates + 1 left out (self loop: 1) + 0 quarantined"
    );
    // Seven numbers of DrugBank are none, and 60 names are borne by two nodes.
    let told: Vec<(&str, u64)> = built.findings.iter().map(|told| (told.code.as_str(), told.count)).collect();
    assert_eq!(told, [[("I103", 1); 7].as_slice(), &[("K113", 60)]].concat());
    let kinds = [
        ("AnatomicalEntity", 109),
        ("BiologicalProcess", 600),
        ("Cell", 36),
        ("CellularComponent", 34),
        ("ChemicalEntity", 271),
        // Regorafenib is the drug of two paths, one of which labels it and its disease the wrong way round.
        ("Disease", 683),
        ("Drug", 1_299),
        ("GeneFamily", 112),
        ("MacromolecularComplex", 2),
        ("MolecularActivity", 80),
        ("OrganismTaxon", 149),
        ("Pathway", 72),
        ("PhenotypicFeature", 229),
        ("Protein", 665),
    ];
    assert_eq!(categories(&built), kinds.into());
}

#[test]
fn a_node_of_drugmechdb_has_its_usual_name_and_a_drug_its_other_identifier() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'drugmechdb'\n[[drugmechdb]]\npath = 'drugmechdb-paths-dev.tar.gz'\n";
    let graph = build_shared(&shared, source).graph;
    let node = |text: &str| graph.node(graph.find(&text.parse().unwrap()).unwrap());
    let halazepam = node("MESH:C010175");
    assert_eq!((&*halazepam.label, halazepam.xrefs.len()), ("halazepam", 1));
    assert_eq!(halazepam.xrefs[0].as_str(), "DRUGBANK:DB00801");
    // "calcitriol" in 4 paths, where it is a drug, and "Calcitriol" in 10, where it is a chemical substance.
    let calcitriol = graph.find(&"MESH:D002117".parse().unwrap()).unwrap();
    assert_eq!((graph.label(calcitriol), graph.category(calcitriol)), ("Calcitriol", "Drug"));
    // 466 paths say "Annexin A1", one "annexin A1", and five what it was called before.
    let annexin = node("UniProtKB:P04083");
    let synonyms: Vec<&str> = annexin.synonyms.iter().map(|synonym| &*synonym.text).collect();
    assert_eq!((&*annexin.label, &synonyms[..]), ("Annexin A1", &["lipocortin-1", "lipocortins"][..]));
}
