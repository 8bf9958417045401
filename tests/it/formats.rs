//! Ontologies in whatever syntax: the same ontology is the same graph, and real releases are read to the last record.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use thinkpath::ingest;
use thinkpath::ingest::IngestConfig;
use thinkpath::kg;
use thinkpath::kg::Built;
use thinkpath::kg::Graph;
use thinkpath::kg::KgConfig;
use thinkpath::kg::Node;
use thinkpath::kg::Relations;
use thinkpath::write;

use crate::golden::fate_of;
use crate::golden::n_edges;
use crate::golden::shared;
use crate::planted::Planted;
use crate::planted::fate;

/// A source of the repository whose files are in the shared data, as `--data` finds them.
fn build_described(shared: &Path, name: &str) -> Built {
    let config: IngestConfig = toml::from_str(&format!("sources = [{name:?}]")).unwrap();
    let relations = Relations::standard().unwrap();
    let ontologies = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ontologies");
    let records = ingest::read(&config, &relations, &[ontologies, shared.to_path_buf()]).unwrap();
    let built = kg::build(records, &relations, &KgConfig::default()).unwrap();
    ingest::check_quarantine(&config, &built).unwrap();
    built
}

/// One file as a whole source.
fn build_file(shared: &Path, folder: &str, section: &str, file: &str, settings: &str) -> Built {
    let source = format!("folder = '{folder}'\n[[{section}]]\npath = '{file}'\n[{section}.with]\n{settings}");
    let built = Planted::new(&source, []).build(&[shared]).unwrap();
    assert!(built.findings.is_empty(), "{:#?}", built.findings);
    built
}

/// OBO, OWL and JSON of one release.
fn in_three_syntaxes(shared: &Path, folder: &str, name: &str, settings: &str) -> [Built; 3] {
    [("obo", "obo"), ("owl", "owl"), ("obograph", "json")]
        .map(|(section, ending)| build_file(shared, folder, section, &format!("{name}.{ending}"), settings))
}

/// All that is known of a node but where it was read; white space in prose is told apart by no reader of XML.
fn said(node: &Node) -> String {
    let definition = node.definition.split_whitespace().collect::<Vec<_>>().join(" ");
    let Node { curie, label, synonyms, xrefs, is_obsolete, .. } = node;
    format!("{curie} {label:?} {synonyms:?} {xrefs:?} {definition:?} {is_obsolete}")
}

fn edges(graph: &Graph) -> Vec<String> {
    let name = |edge: &kg::Edge| &graph.relation(edge.relation).name;
    let edges = graph.edges().map(|(_, edge)| (graph.curie(edge.subject), name(&edge), graph.curie(edge.object)));
    edges.map(|(subject, relation, object)| format!("{subject} -{relation}-> {object}")).collect()
}

#[track_caller]
fn assert_same(one: &Graph, other: &Graph) {
    let nodes = |graph: &Graph| graph.nodes().map(|(_, node)| said(node)).collect::<Vec<_>>();
    for (left, right) in nodes(one).iter().zip(&nodes(other)) {
        assert_eq!(left, right);
    }
    assert_eq!((one.n_nodes(), edges(one)), (other.n_nodes(), edges(other)));
}

fn n_obsolete(graph: &Graph) -> usize {
    graph.nodes().filter(|(_, node)| node.is_obsolete).count()
}

#[test]
fn the_symptom_ontology_is_one_graph_in_three_syntaxes() {
    let Some(shared) = shared() else { return };
    let settings = "prefixes = ['SYMP']\ncategory = 'PhenotypicFeature'\n";
    let [obo, owl, json] = in_three_syntaxes(&shared, "symp", "symp", settings);
    // 1,020 classes and 898 parents in each; the rest is what each says of properties and of itself.
    assert_eq!(
        fate_of(&obo, "symp.obo"),
        "1919 read = 1918 loaded + 0 duplicates + 1 left out (stanza that is no term: 1) + 0 quarantined"
    );
    assert_eq!(
        fate_of(&owl, "symp.owl"),
        "1942 read = 1918 loaded + 0 duplicates + 24 left out (element owl:AnnotationProperty: 22; \
         element owl:ObjectProperty: 1; element owl:Ontology: 1) + 0 quarantined"
    );
    assert_eq!(
        fate_of(&json, "symp.json"),
        "1941 read = 1918 loaded + 0 duplicates + 23 left out (node of type PROPERTY: 23) + 0 quarantined"
    );
    assert_eq!((obo.graph.n_nodes(), n_obsolete(&obo.graph), n_edges(&obo, "is_a")), (1_020, 125, 898));
    assert_same(&obo.graph, &owl.graph);
    assert_same(&obo.graph, &json.graph);
}

#[test]
fn only_white_space_in_prose_tells_the_syntaxes_apart() {
    let Some(shared) = shared() else { return };
    let [obo, owl, json] = in_three_syntaxes(&shared, "symp", "symp", "");
    let definitions = |built: &Built| built.graph.nodes().map(|(_, node)| node.definition.clone()).collect::<Vec<_>>();
    let n_different = |other: &Built| {
        let pairs = definitions(&obo).into_iter().zip(definitions(other));
        pairs.filter(|(left, right)| left != right).count()
    };
    // Twenty definitions hold two blanks in a row, which are one in XML.
    assert_eq!((n_different(&owl), n_different(&json)), (20, 0));
}

#[test]
fn former_identifiers_lead_to_the_same_diseases_in_three_syntaxes() {
    let Some(shared) = shared() else { return };
    let built = in_three_syntaxes(&shared, "do", "DO_infectious_disease_slim", "");
    let text = std::fs::read_to_string(shared.join("do/DO_infectious_disease_slim.obo")).unwrap();
    let formers: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("alt_id: ")).collect();
    assert_eq!(formers.len(), 291);
    for former in formers {
        let found = built.each_ref().map(|built| {
            let node = built.graph.find(&former.parse().unwrap());
            node.map(|node| built.graph.curie(node).as_str())
        });
        assert!(found[0].is_some() && found.iter().all(|node| *node == found[0]), "{former}: {found:?}");
    }
}

#[test]
fn the_slim_of_infectious_diseases_is_one_graph_in_three_syntaxes() {
    let Some(shared) = shared() else { return };
    let settings = "prefixes = ['DOID']\ncategory = 'Disease'\n";
    let [obo, owl, json] = in_three_syntaxes(&shared, "do", "DO_infectious_disease_slim", settings);
    assert_eq!(
        [fate_of(&obo, "slim.obo"), fate_of(&owl, "slim.owl"), fate_of(&json, "slim.json")],
        [
            "1034 read = 1034 loaded + 0 duplicates + 0 left out + 0 quarantined",
            "1052 read = 1034 loaded + 0 duplicates + 18 left out (element owl:AnnotationProperty: 17; \
             element owl:Ontology: 1) + 0 quarantined",
            "1051 read = 1034 loaded + 0 duplicates + 17 left out (node of type PROPERTY: 17) + 0 quarantined",
        ]
    );
    assert_eq!((obo.graph.n_nodes(), n_edges(&obo, "is_a")), (536, 498));
    assert_same(&obo.graph, &owl.graph);
    assert_same(&obo.graph, &json.graph);
}

#[test]
fn the_symptom_ontology_is_a_source() {
    let Some(shared) = shared() else { return };
    let built = build_described(&shared, "symp");
    assert_eq!((built.graph.n_nodes(), built.graph.n_edges()), (1_020, 898));
    assert_eq!(built.graph.nodes_of("PhenotypicFeature").count(), 1_020);
    assert!(built.findings.is_empty(), "{:#?}", built.findings);
}

#[test]
fn every_record_of_the_disease_ontology_of_2018_is_accounted_for() {
    let Some(shared) = shared() else { return };
    let built = build_described(&shared, "doid");
    // 11,328 nodes and 11,345 edges of the ontology itself; the rest is in the graphs of its imports.
    assert_eq!(
        fate_of(&built, "doid-2018-07-05.json.gz"),
        "36502 read = 23427 loaded + 0 duplicates + 13073 left out (edge of an imported term: 6858; \
         imported term: 5190; node of type PROPERTY: 109; relation disease_has_basis_in that is not mapped: 1; \
         relation has_allergic_trigger that is not mapped: 122; \
         relation has_material_basis_in that is not mapped: 354; relation has_phenotype that is not mapped: 228; \
         relation located_in that is not mapped: 136; relation transmitted_by that is not mapped: 75) + 2 quarantined"
    );
    let graph = &built.graph;
    let diseases: Vec<_> = graph.nodes().filter(|(_, node)| node.curie.prefix() == "DOID").collect();
    // The 23 others of the 11,328 are properties.
    assert_eq!((diseases.len(), n_obsolete(graph)), (11_328 - 23, 2_399));
    assert_eq!([graph.nodes_of("Disease").count(), graph.nodes_of("PhenotypicFeature").count()], [11_305, 848]);
    let of_diseases = |relation| {
        let relation = graph.relations().id(relation).unwrap();
        let is_disease = |node| graph.curie(node).prefix() == "DOID";
        graph.edges().filter(|(_, edge)| edge.relation == relation && is_disease(edge.subject)).count()
    };
    // Of 10,175 parents two are of anatomy, and one is the error that the OWL API put in the place of a class.
    assert_eq!([of_diseases("is_a"), of_diseases("has_phenotype")], [10_175 - 3, 254]);
    // Two names that two diseases share are told too.
    let others = built.findings.iter().filter(|finding| finding.code.as_str() != "K113");
    let told: Vec<String> = others.map(|finding| finding.text.to_string()).collect();
    let is_no_identifier = "is no identifier; one reads like `http://purl.obolibrary.org/obo/HP_0000822`";
    assert_eq!(
        told,
        [
            format!("the edge cannot be read: `http://org.semanticweb.owlapi/error#Error1` {is_no_identifier}"),
            format!("the node cannot be read: `http://purl.obolibrary.org/obo/doid#chebi` {is_no_identifier}"),
            "names or definitions held control characters or marks without width, which were taken out".to_owned(),
        ]
    );
}

#[test]
fn the_relations_of_the_disease_ontology_have_their_names() {
    let Some(shared) = shared() else { return };
    let settings = "prefixes = ['DOID', 'SYMP', 'HP', 'UBERON', 'CL', 'CHEBI', 'FOODON', 'NCBITaxon']\n\
                    relations = { has_symptom = 'related_to', has_phenotype = 'related_to', located_in = 'related_to', \
                    has_allergic_trigger = 'related_to', transmitted_by = 'related_to', \
                    has_material_basis_in = 'related_to', disease_has_basis_in = 'related_to' }\n";
    let source = format!("folder = 'do'\n[[obograph]]\npath = 'doid-2018-07-05.json.gz'\n[obograph.with]\n{settings}");
    let built = Planted::new(&source, []).build(&[&shared]).unwrap();
    // Aspergillosis is joined to Aspergillus twice: as its cause and as its allergic trigger.
    assert_eq!(n_edges(&built, "related_to"), 11_345 - 10_175 - 1);
}

#[test]
fn every_record_of_the_nci_thesaurus_is_accounted_for() {
    let Some(shared) = shared() else { return };
    let built = build_described(&shared, "ncit");
    let told = fate_of(&built, "ncit-disease-2018-06-08.json.gz");
    // 20,385 nodes, 61 of them properties, and 50,204 edges.
    let n_read = 20_385 + 50_204;
    let start =
        format!("{n_read} read = 58204 loaded + 0 duplicates + 12385 left out (node of type PROPERTY: 61; relation ");
    assert!(told.starts_with(&start) && told.ends_with(") + 0 quarantined"), "{told}");
    assert!(told.contains("relation Disease_Is_Stage that is not mapped: 1809; "), "{told}");
    assert!(built.findings.is_empty(), "{:#?}", built.findings);
    assert_eq!(built.graph.n_nodes(), 20_385 - 61);
    let relations = ["is_a", "has_finding", "may_have_finding", "has_primary_site", "excludes_finding", "part_of"];
    assert_eq!(relations.map(|relation| n_edges(&built, relation)), [29_060, 3_066, 2_952, 1_407, 753, 563 + 76 + 3]);
}

/// The graph as it is read back from its own export.
fn read_back(graph: &Graph) -> Built {
    let folder = tempfile::tempdir().unwrap();
    write::write_ntriples(graph, folder.path()).unwrap();
    let exported = std::fs::read(folder.path().join("graph.nt")).unwrap();
    let built = Planted::new("[[rdf]]\npath = 'graph.nt'\n", [("graph.nt", &*exported)]).build(&[]).unwrap();
    assert!(built.findings.is_empty() && built.files[0].is_conserved(), "{:#?}", built.findings);
    built
}

#[test]
fn a_graph_that_was_exported_is_read_back() {
    let graph = Graph::from_arrows(
        "Drug:metformin -treats-> Disease:t2d -is_a-> Disease:diabetes\n\
         Disease:t2d -has_phenotype[8/10]-> PhenotypicFeature:high_blood_sugar\n\
         Disease:t2d -phenotype_absent-> PhenotypicFeature:fever\n\
         Gene:B -interacts_with-> Gene:A\n\
         DiagnosisCode:E11 -excludes1-> DiagnosisCode:E10",
    )
    .unwrap();
    let built = read_back(&graph);
    assert_same(&graph, &built.graph);
    let categories = |graph: &Graph| graph.categories().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(categories(&graph), categories(&built.graph));
    // Nine nodes and six edges, two of which are told both ways; each edge is told once more as an association.
    assert_eq!(
        fate(&built.files[0]),
        "58 read = 15 loaded + 2 duplicates + 41 left out (literal of a predicate that is not mapped: 17; \
         member of biolink:Association: 6; predicate biolink:object that is not mapped: 6; \
         predicate biolink:predicate that is not mapped: 6; predicate biolink:subject that is not mapped: 6) \
         + 0 quarantined"
    );
}

#[test]
fn the_symptom_ontology_is_read_back_from_its_export() {
    let Some(shared) = shared() else { return };
    let graph = build_described(&shared, "symp").graph;
    let back = read_back(&graph).graph;
    // SKOS has no scopes for other names.
    let said = |graph: &Graph| -> Vec<String> {
        let told = |node: &Node| {
            let names: BTreeSet<&str> = node.synonyms.iter().map(|synonym| &*synonym.text).collect();
            let Node { curie, label, xrefs, definition, is_obsolete, .. } = node;
            format!("{curie} {label:?} {names:?} {xrefs:?} {definition:?} {is_obsolete}")
        };
        graph.nodes().map(|(_, node)| told(node)).collect()
    };
    for (left, right) in said(&graph).iter().zip(&said(&back)) {
        assert_eq!(left, right);
    }
    assert_eq!((graph.n_nodes(), edges(&graph)), (back.n_nodes(), edges(&back)));
}
