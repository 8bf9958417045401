//! The counts of real releases, exactly.
//!
//! A reader that loses a record, or finds one where there is none, is wrong even if the program runs; so the counts
//! that were taken from the files by other means (`SOURCES.md`) are asserted to the last record. What is not in the
//! repository is read from `../shared/data`, and where that is missing its tests say so and pass, but not in CI.

use std::path::Path;
use std::path::PathBuf;

use thinkpath::ingest;
use thinkpath::ingest::IngestConfig;
use thinkpath::kg;
use thinkpath::kg::Built;
use thinkpath::kg::KgConfig;
use thinkpath::kg::Relations;

use crate::planted::Planted;
use crate::planted::fate;

fn build(sources: &[&str]) -> Built {
    let config: IngestConfig = toml::from_str(&format!("sources = {sources:?}")).unwrap();
    let relations = Relations::standard().unwrap();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ontologies");
    let records = ingest::read(&config, &relations, &[root]).unwrap();
    let built = kg::build(records, &relations, &KgConfig::default()).unwrap();
    ingest::check_quarantine(&config, &built).unwrap();
    built
}

/// How many edges have a relation.
pub(crate) fn n_edges(built: &Built, relation: &str) -> usize {
    let relation = built.graph.relations().id(relation).unwrap();
    built.graph.edges().filter(|(_, edge)| edge.relation == relation).count()
}

/// The fate of the records of a file of the release.
pub(crate) fn fate_of(built: &Built, name: &str) -> String {
    let file = built.files.iter().find(|file| file.path.ends_with(name)).unwrap();
    assert!(file.is_conserved(), "{file:#?}");
    fate(file)
}

/// The folder of the data that is not in the repository.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "a machine that must have the data may not skip a test for want of it"
    )]
    let is_ci = std::env::var("CI").is_ok();
    assert!(!is_ci, "../shared/data not found");
    #[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
    {
        println!("skipped: ../shared/data not found");
    }
    None
}

/// A graph of a folder of the shared data.
pub(crate) fn build_shared(shared: &Path, source: &str) -> Built {
    Planted::new(source, []).build(&[shared]).unwrap()
}

#[test]
fn every_record_of_the_hpo_release_is_accounted_for() {
    let built = build(&["hpo"]);
    // 19,484 terms and 23,392 parents; the three are typedefs.
    assert_eq!(
        fate_of(&built, "hp.obo.gz"),
        "42879 read = 42876 loaded + 0 duplicates + 3 left out (stanza that is no term: 3) + 0 quarantined"
    );
    assert_eq!(
        fate_of(&built, "phenotype.hpoa.gz"),
        "271702 read = 239886 loaded + 534 duplicates + 31282 left out (evidence IEA: 31275; \
         negated row that is no finding: 7) + 0 quarantined"
    );
    assert_eq!(
        fate_of(&built, "genes_to_phenotype.txt.gz"),
        "316589 read = 12302 loaded + 304287 duplicates + 0 left out + 0 quarantined"
    );
    // Diseases that OMIM and Orphanet both name, and codes whose only kind has their name.
    assert!(built.findings.iter().all(|finding| finding.code.as_str() == "K113"), "{:#?}", built.findings);

    let graph = &built.graph;
    let of_prefix = |prefix: &str| graph.nodes().filter(|(_, node)| node.curie.prefix() == prefix).count();
    assert_eq!(["HP", "OMIM", "ORPHA", "DECIPHER", "NCBIGene"].map(of_prefix), [19_484, 8_359, 4_281, 47, 5_132]);
    assert_eq!(graph.nodes().filter(|(_, node)| node.is_obsolete).count(), 450);
    let relations = ["is_a", "has_phenotype", "phenotype_absent", "has_inheritance", "has_onset", "has_course"];
    assert_eq!(relations.map(|relation| n_edges(&built, relation)), [23_392, 222_494, 2_672, 7_020, 6_531, 1_169]);
    assert_eq!(n_edges(&built, "associated_with"), 12_302);
}

#[test]
fn a_history_that_is_filed_as_a_finding_is_a_history() {
    // Phenylketonuria and "Maternal hyperphenylalaninemia", the one row of its kind.
    let built = build(&["hpo"]);
    let graph = &built.graph;
    let [subject, object] = ["OMIM:261600", "HP:0100610"].map(|text| graph.find(&text.parse().unwrap()).unwrap());
    assert_eq!(graph.category(object), "PastMedicalHistory");
    let edges: Vec<&str> = graph
        .outgoing(subject)
        .iter()
        .filter(|neighbour| neighbour.node == object)
        .map(|neighbour| &*graph.relation(neighbour.relation).name)
        .collect();
    assert_eq!(edges, ["has_course"]);
}

#[test]
fn every_former_identifier_of_the_hpo_leads_to_its_term() {
    let built = build(&["hpo"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies/hpo/hp.obo.gz");
    let text = std::io::read_to_string(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())).unwrap();
    let (mut id, mut n_former, mut n_obsolete) = ("", 0, 0);
    for line in text.lines() {
        id = line.strip_prefix("id: ").unwrap_or(id);
        if let Some(former) = line.strip_prefix("alt_id: ") {
            let node = built.graph.find(&former.parse().unwrap()).unwrap();
            n_former += 1;
            if built.graph.node(node).is_obsolete {
                // It has a stanza of its own; what names it means the other all the same.
                n_obsolete += 1;
            } else {
                assert_eq!(built.graph.curie(node).as_str(), id, "{former}");
            }
        }
    }
    assert_eq!((n_former, n_obsolete), (3_832, 387));
}

#[test]
fn the_hpo_has_its_pairs_with_all_evidence() {
    let ontologies = Path::new(env!("CARGO_MANIFEST_DIR")).join("ontologies");
    let hpo = std::fs::read_to_string(ontologies.join("hpo/source.toml")).unwrap();
    let obo = &hpo[hpo.find("[[obo]]").unwrap()..hpo.find("[[hpoa]]").unwrap()];
    let source = format!("folder = 'hpo'\n{obo}\n[[hpoa]]\npath = 'phenotype.hpoa.gz'\n");
    let built = Planted::new(&source, []).build(&[&ontologies]).unwrap();
    let [present, absent] = ["has_phenotype", "phenotype_absent"].map(|name| n_edges(&built, name));
    // Of the 253,328 pairs in rows without `NOT`, 1,947 are there with a frequency `0/n` only, and one is a history.
    assert_eq!((present, absent), (253_328 - 1_947 - 1, 2_685));
}

#[test]
fn every_record_of_icd_10_cm_is_accounted_for() {
    let built = build(&["icd10cm"]);
    assert_eq!(
        fate_of(&built, "icd10c-tabular-April-1-2026.xml.gz"),
        "147663 read = 139551 loaded + 1070 duplicates + 7042 left out (\
         code also note: 655; code first note: 809; \
         excludes note that names its own kin: 2; excludes note whose codes have a condition: 67; \
         excludes note with codes in its prose only: 34; excludes note without a code: 163; \
         general note: 180; includes note: 1024; inclusion term of a section: 10; \
         inclusion term that is a heading: 2; index of sections: 289; introduction: 9; \
         seventh character: 2306; table of visual impairment: 7; use additional code note: 1485\
         ) + 0 quarantined"
    );
    // Diseases that OMIM and Orphanet both name, and codes whose only kind has their name.
    assert!(built.findings.iter().all(|finding| finding.code.as_str() == "K113"), "{:#?}", built.findings);

    let graph = &built.graph;
    let is = |node, prefix: &str| graph.curie(node).local().starts_with(prefix);
    let codes = || graph.nodes_of("DiagnosisCode");
    let n_chapters = codes().filter(|&node| is(node, "chapter-")).count();
    let n_sections = codes().filter(|&node| is(node, "section-")).count();
    assert_eq!((n_chapters, n_sections, codes().count()), (22, 297, 22 + 297 + 46_881));
    assert_eq!(graph.nodes_of("InclusionTerm").count(), 12_568);

    let is_code = |node| !is(node, "chapter-") && !is(node, "section-");
    let is_a = graph.relations().is_a();
    let kinds = || graph.edges().filter(|(_, edge)| edge.relation == is_a);
    let n_between_codes = kinds().filter(|(_, edge)| is_code(edge.object)).count();
    // Each of the other 1,918 codes stands in a section, and each section in a chapter.
    assert_eq!((n_between_codes, kinds().count()), (44_963, 46_881 + 297));
    // Counted by other means too: excludes1 both ways, after ranges are covered by the fewest codes, in the order of
    // the book. In the order of characters there were 13,189: "(D37-D44, D48)" would span D3A, which stands before D37.
    let relations = ["excludes1", "excludes2", "included_in"];
    assert_eq!(relations.map(|relation| n_edges(&built, relation)), [6_849, 13_188, 12_568]);
}

#[test]
fn names_and_notes_of_icd_10_cm_are_read_as_a_coder_reads_them() {
    let built = build(&["icd10cm"]);
    let graph = &built.graph;
    let node = |local: &str| graph.find(&format!("ICD10CM:{local}").parse().unwrap()).unwrap();
    assert_eq!(graph.label(node("chapter-1")), "Certain infectious and parasitic diseases");
    assert_eq!(graph.label(node("section-B10")), "Other human herpesviruses");
    assert_eq!(graph.label(node("B10")), "Other human herpesviruses");
    assert_eq!(graph.label(node("A00.0.inclusion-1")), "Classical cholera");
    let excludes1 = graph.relations().id("excludes1").unwrap();
    let excluded = |local: &str| -> Vec<&str> {
        let named = graph.objects(node(local), excludes1).iter().chain(graph.subjects(node(local), excludes1));
        named.map(|neighbour| graph.curie(neighbour.node).local()).collect()
    };
    // "tetanus neonatorum (A33)" and "obstetrical tetanus (A34)" under A35 "Other tetanus".
    assert_eq!(excluded("A35"), ["A33", "A34"]);
}

#[test]
fn the_example_graph_of_kgx_is_read_whole() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'kgx'\n[[kgx_nodes]]\npath = 'graph_nodes.tsv'\n[[kgx_edges]]\npath = 'graph_edges.tsv'\n";
    let built = build_shared(&shared, source);
    // 512 identifiers; 22 rows say again what was said. Two rows in three end before their last column.
    assert_eq!(
        fate_of(&built, "graph_nodes.tsv"),
        "534 read = 512 loaded + 22 duplicates + 0 left out + 0 quarantined"
    );
    // Of 124 findings 111 are those of genes, which `has_phenotype` does not allow.
    assert_eq!(
        fate_of(&built, "graph_edges.tsv"),
        "539 read = 419 loaded + 9 duplicates + 0 left out + 111 quarantined"
    );
    let told: Vec<(&str, u64)> = built.findings.iter().map(|told| (told.code.as_str(), told.count)).collect();
    assert_eq!(told, [("I105", 34), ("K104", 111), ("K113", 1)]);
}

#[test]
fn an_edge_table_without_nodes_has_stubs() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'kgx'\n[[kgx_edges]]\npath = 'monarch-tiny_edges.tsv'\n\
                  with.relations = { 'biolink:GeneToPhenotypicFeatureAssociation' = 'related_to' }\n\
                  with.stubs = { PomBase = 'Gene', FYPO = 'PhenotypicFeature' }\n";
    let built = build_shared(&shared, source);
    assert_eq!(
        fate_of(&built, "monarch-tiny_edges.tsv"),
        "500 read = 341 loaded + 159 duplicates + 0 left out + 0 quarantined"
    );
    let categories: Vec<&str> = built.graph.categories().collect();
    assert_eq!(categories, ["Gene", "PhenotypicFeature"]);
}

#[test]
fn what_related_to_hides_is_found_and_turned_round() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'mondo'\n[[kgx_edges]]\npath = 'mondo-rare_edges.tsv.gz'\n\
                  with.relations = { 'RO:0004003' = 'has_associated_gene' }\n\
                  with.stubs = { MONDO = 'Disease', HGNC = 'Gene', NCBIGene = 'Gene' }\n";
    let built = build_shared(&shared, source);
    assert_eq!(
        fate_of(&built, "mondo-rare_edges.tsv.gz"),
        "29913 read = 29913 loaded + 0 duplicates + 0 left out + 0 quarantined"
    );
    assert_eq!(["is_a", "associated_with"].map(|relation| n_edges(&built, relation)), [28_842, 1_071]);
}

#[test]
fn exact_matches_of_mondo_are_read_and_no_others() {
    let Some(shared) = shared() else { return };
    let exact = [
        ("omim", 10_045, 0),
        ("omimps", 615, 0),
        ("orphanet", 9_785, 0),
        ("doid", 11_966, 0),
        ("mesh", 8_181, 0),
        ("icd10cm", 2_038, 75),
        ("umls", 21_660, 0),
        ("ncit", 7_304, 0),
    ];
    let mut source = "folder = 'mondo'\n".to_owned();
    for (name, _, _) in exact {
        source.push_str(&format!("[[sssom]]\npath = 'mondo_exactmatch_{name}.sssom.tsv.gz'\n"));
    }
    for name in ["broad", "narrow"] {
        source.push_str(&format!("[[sssom]]\npath = 'mondo_{name}match_icd10cm.sssom.tsv'\n"));
    }
    let built = build_shared(&shared, &source);
    for (name, n_read, n_spans) in exact {
        let rule = if n_spans == 0 { String::new() } else { format!(" (span of codes: {n_spans})") };
        let n_loaded = n_read - n_spans;
        let expected =
            format!("{n_read} read = {n_loaded} loaded + 0 duplicates + {n_spans} left out{rule} + 0 quarantined");
        assert_eq!(fate_of(&built, &format!("_{name}.sssom.tsv.gz")), expected);
    }
    assert_eq!(
        fate_of(&built, "mondo_broadmatch_icd10cm.sssom.tsv"),
        "79 read = 0 loaded + 0 duplicates + 79 left out (predicate skos:broadMatch: 79) + 0 quarantined"
    );
    assert_eq!(
        fate_of(&built, "mondo_narrowmatch_icd10cm.sssom.tsv"),
        "5 read = 0 loaded + 0 duplicates + 5 left out (predicate skos:narrowMatch: 5) + 0 quarantined"
    );
}

#[test]
fn mondo_makes_one_disease_of_two() {
    let Some(shared) = shared() else { return };
    let source = "folder = 'mondo'\n[[kgx_edges]]\npath = 'mondo-rare_edges.tsv.gz'\n\
                  with.stubs = { MONDO = 'Disease', HGNC = 'Gene', NCBIGene = 'Gene' }\n\
                  [[sssom]]\npath = 'mondo_exactmatch_omim.sssom.tsv.gz'\n\
                  [[sssom]]\npath = 'mondo_exactmatch_orphanet.sssom.tsv.gz'\n";
    let graph = build_shared(&shared, source).graph;
    let node = |text: &str| graph.find(&text.parse().unwrap());
    // Phenylketonuria.
    let both = ["OMIM:261600", "ORPHA:716", "MONDO:0009861"].map(node);
    assert!(both[0].is_some() && both.iter().all(|found| *found == both[0]), "{both:?}");
}
