use crate::ingest::primekg::PrimekgEdges;
use crate::ingest::primekg::PrimekgNodes;
use crate::ingest::sink::read_bytes;
use crate::kg::Built;
use crate::kg::KgConfig;
use crate::kg::Relations;
use crate::kg::build;

const HEADER: &str =
    "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source\n";

fn built(rows: &str) -> Built {
    let records = read_bytes(&PrimekgEdges::default(), format!("{HEADER}{rows}").as_bytes()).unwrap();
    let built = build(records, &Relations::standard().unwrap(), &KgConfig::default()).unwrap();
    assert!(built.files.iter().all(crate::kg::FileTally::is_conserved), "{:?}", built.files);
    built
}

const METFORMIN: &str = "14,DB00331,drug,Metformin,DrugBank";
const DIABETES: &str = "15,5148,disease,type 2 diabetes mellitus,MONDO";

#[test]
fn a_mirrored_row_is_one_edge_in_its_true_direction() {
    let rows = format!(
        "indication,indication,{DIABETES},{METFORMIN}\nindication,indication,{METFORMIN},{DIABETES}\n\
         off-label use,off-label use,{METFORMIN},{DIABETES}\n"
    );
    let built = built(&rows);
    assert_eq!(
        built.graph.to_arrows(),
        "DRUGBANK:DB00331 -off_label_for-> MONDO:0005148\nDRUGBANK:DB00331 -treats-> MONDO:0005148\n"
    );
    let file = &built.files[0];
    assert_eq!((file.read, file.loaded, file.duplicates), (3, 2, 1));
    let edge = built.graph.edges().last().unwrap().0;
    assert_eq!(built.graph.places(edge).map(|place| place.line).collect::<Vec<_>>(), [2], "the first line is kept");
}

#[test]
fn a_hierarchy_that_is_listed_both_ways_has_no_direction() {
    let (above, below) = ("1,700096,disease,infection,MONDO", "2,24355,disease,cold,MONDO");
    let rows = format!("disease_disease,parent-child,{above},{below}\ndisease_disease,parent-child,{below},{above}\n");
    let built = built(&rows);
    assert_eq!(built.graph.to_arrows(), "MONDO:0024355 -near_in_hierarchy-> MONDO:0700096\n");
    assert!(built.graph.taxonomy().parents(built.graph.named("cold")[0]).is_empty());
}

#[test]
fn the_display_name_refines_the_relation() {
    let gene = "3,1080,gene/protein,CFTR,NCBI";
    let rows = format!(
        "drug_protein,target,{METFORMIN},{gene}\ndrug_protein,enzyme,{gene},{METFORMIN}\n\
         drug_protein,whatever,{METFORMIN},{gene}\n"
    );
    let built = built(&rows);
    assert_eq!(
        built.graph.to_arrows(),
        "DRUGBANK:DB00331 -metabolised_by-> NCBIGene:1080\nDRUGBANK:DB00331 -targets-> NCBIGene:1080\n"
    );
    assert_eq!(built.files[0].left_out["relation `drug_protein` has no meaning here"], 1);
}

#[test]
fn negative_rows_are_negative_edges() {
    let finding = "7,822,effect/phenotype,Hypertension,HPO";
    let rows = format!(
        "disease_phenotype_negative,phenotype absent,{finding},{DIABETES}\n\
         contraindication,contraindication,{DIABETES},{METFORMIN}\n"
    );
    let graph = built(&rows).graph;
    let arrows =
        "DRUGBANK:DB00331 -contraindicated_for-> MONDO:0005148\nMONDO:0005148 -phenotype_absent-> HP:0000822\n";
    assert_eq!(graph.to_arrows(), arrows);
    assert!(graph.edges().all(|(_, edge)| graph.relation(edge.relation).is_negative()));
}

#[test]
fn a_group_of_diseases_names_its_members() {
    let group = "9,13924_12592,disease,\"a, b \"\"or\"\" c\",MONDO_grouped";
    let graph = built(&format!("disease_disease,parent-child,{DIABETES},{group}\n")).graph;
    let node = graph.node(graph.find(&"MONDO_grouped:13924_12592".parse().unwrap()).unwrap());
    assert_eq!(&*node.label, "a, b \"or\" c");
    assert_eq!(node.xrefs.iter().map(crate::kg::Curie::as_str).collect::<Vec<_>>(), ["MONDO:0012592", "MONDO:0013924"]);
}

#[test]
fn a_gene_called_na_is_a_gene_and_an_index_is_only_a_hint() {
    // Two nodes under one index, and one node under two.
    let rows = "protein_protein,ppi,0,1,gene/protein,NA,NCBI,0,2,gene/protein,nan,NCBI\n\
                protein_protein,ppi,5,2,gene/protein,nan,NCBI,0,3,gene/protein,C,NCBI\n";
    let graph = built(rows).graph;
    assert_eq!(graph.to_arrows(), "NCBIGene:1 -interacts_with-> NCBIGene:2\nNCBIGene:2 -interacts_with-> NCBIGene:3\n");
    assert_eq!(graph.label(graph.find(&"NCBIGene:1".parse().unwrap()).unwrap()), "NA");
}

#[test]
fn the_order_of_columns_is_free_and_the_index_may_be_missing() {
    let text = "y_source,y_id,y_type,y_name,display_relation,relation,x_id,x_type,x_source,x_name\n\
                MONDO,5148,disease,t2d,indication,indication,DB00331,drug,DrugBank,Metformin\n";
    let records = read_bytes(&PrimekgEdges::default(), text.as_bytes()).unwrap();
    let built = build(records, &Relations::standard().unwrap(), &KgConfig::default()).unwrap();
    assert_eq!(built.graph.to_arrows(), "DRUGBANK:DB00331 -treats-> MONDO:0005148\n");
}

#[test]
fn nodes_and_edges_may_stand_in_two_files() {
    let nodes = "node_index,node_id,node_type,node_name,node_source\n14,DB00331,drug,Metformin,DrugBank\n\
                 15,5148,disease,t2d,MONDO\n";
    let edges = "relation,display_relation,x_index,y_index\nindication,indication,15,14\nindication,indication,14,15\n\
                 indication,indication,14,99\n";
    let mut records = read_bytes(&PrimekgNodes::default(), nodes.as_bytes()).unwrap();
    let mut more = read_bytes(&PrimekgEdges::default(), edges.as_bytes()).unwrap();
    records.bulk.append(&mut more.bulk);
    records.bulk_nodes.append(&mut more.bulk_nodes);
    records.files[0].read += more.files[0].read;
    let built = build(records, &Relations::standard().unwrap(), &KgConfig::default()).unwrap();
    assert_eq!(built.graph.to_arrows(), "DRUGBANK:DB00331 -treats-> MONDO:0005148\n");
    let file = &built.files[0];
    assert_eq!((file.read, file.loaded, file.duplicates, file.quarantined), (5, 3, 1, 1));
}

#[test]
fn rows_are_told_by_their_lines() {
    let quoted = "9,1_2,disease,\"two\nlines\",MONDO_grouped";
    let rows =
        format!("disease_disease,parent-child,{DIABETES},{quoted}\nindication,indication,{METFORMIN}\n\n\nbad\n");
    let records = read_bytes(&PrimekgEdges::default(), format!("{HEADER}{rows}").as_bytes()).unwrap();
    let told: Vec<String> = records.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "warning I101: the row has 7 fields, the header 12\n  first at test:4",
            "warning I101: the row has 1 fields, the header 12\n  first at test:5",
            "warning I104: names or definitions held control characters or marks without width, which were taken out\n  \
             first at test:2",
        ],
        "after blank lines, the first of them"
    );
}

/// Some thousand rows that name few nodes many times, by right and wrong indexes, with all that a row may have.
fn planted(seed: u32) -> Vec<String> {
    let mut state = seed;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let nodes = [
        "DB00331,drug,Metformin,DrugBank",
        "5148,disease,type 2 diabetes mellitus,MONDO",
        "\"5148\",disease,type 2 diabetes mellitus,MONDO",
        "13924_12592,disease,\"a, b \"\"or\"\" c\",MONDO_grouped",
        "9,disease,\"two\nlines\",MONDO",
        "10,disease,not of this world,Elsewhere",
        "1080,gene/protein,CFTR,NCBI",
        "1080,gene/protein,CFTR,\"NCBI\"",
        "1081,gene/protein,a \"b, c\" d,NCBI",
        "822,effect/phenotype,,HPO",
        "823,effect/phenotype,tail\r,HPO",
    ];
    let words =
        ["indication,indication", "drug_protein,target", "\"indication\",indication", "ppi,ppi", "protein_protein,ppi"];
    let indexes = ["7", "007", "x", "", "16777216"];
    (0..3_000)
        .map(|_| {
            let mut end = || {
                let node = draw(nodes.len());
                let index = if draw(9) == 0 { indexes[draw(indexes.len())].to_owned() } else { node.to_string() };
                format!("{index},{}", nodes[node])
            };
            let ends = format!("{},{}", end(), end());
            let word = words[if draw(3) == 0 { draw(words.len()) } else { 0 }];
            let blank = if draw(40) == 0 { "\n" } else { "" };
            format!("{blank}{word},{ends}")
        })
        .collect()
}

#[test]
fn rows_that_are_compared_say_what_rows_that_are_split_say() {
    for (seed, line_end) in [(1, "\n"), (2, "\r\n"), (3, "\n")] {
        let rows = planted(seed);
        // With a column more, no row is as PrimeKG writes it, and all are split.
        let read = |more: &str| {
            let header = HEADER.trim_end();
            let mut text = format!("{header}{}{line_end}", if more.is_empty() { "" } else { ",note" });
            rows.iter().for_each(|row| text += &format!("{row}{more}{line_end}"));
            read_bytes(&PrimekgEdges::default(), text.as_bytes()).unwrap()
        };
        let (compared, split) = (read(""), read(",x"));
        assert!(compared.bulk.iter().map(|table| table.rows.len()).sum::<usize>() > 1_500);
        assert!(compared.bulk == split.bulk, "seed {seed}");
        assert_eq!(compared.bulk_nodes, split.bulk_nodes);
        assert_eq!(compared.mentions, split.mentions);
        assert_eq!((compared.files, compared.findings), (split.files, split.findings));
    }
}
