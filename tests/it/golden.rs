//! The counts of the releases in `ontologies/`, exactly.

use std::path::PathBuf;

use thinkpath::ingest;
use thinkpath::ingest::IngestConfig;
use thinkpath::kg;
use thinkpath::kg::KgConfig;
use thinkpath::kg::Relations;

fn build(sources: &[&str]) -> kg::Built {
    let text = format!("sources = {sources:?}");
    let config: IngestConfig = toml::from_str(&text).unwrap();
    let relations = Relations::standard().unwrap();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ontologies");
    let records = ingest::read(&config, &relations, &[root]).unwrap();
    let built = kg::build(records, &relations, &KgConfig::default()).unwrap();
    ingest::check_quarantine(&config, &built).unwrap();
    built
}

#[test]
fn probe() {
    let built = build(&["hpo"]);
    for file in &built.files {
        eprintln!("{file:#?} {}", file.is_conserved());
    }
    for finding in &built.findings {
        eprintln!("{finding}");
    }
    eprintln!("{} {}", built.graph.n_nodes(), built.graph.n_edges());
}
