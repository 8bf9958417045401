//! Temporary.
use rayon::prelude::*;
use std::path::PathBuf;
use thinkpath::{ingest, kg, mine, seed::Seed, synth};
#[test]
fn probe() {
    let text = "sources = ['hpo']\nleave_out_prefixes=['OMIM','DECIPHER']";
    let config: ingest::IngestConfig = toml::from_str(text).unwrap();
    let relations = kg::Relations::standard().unwrap();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ontologies");
    let t = std::time::Instant::now();
    let records = ingest::read(&config, &relations, &[root]).unwrap();
    let built = kg::build(records, &relations, &kg::KgConfig::default()).unwrap();
    eprintln!("graph {:?}", t.elapsed());
    let graph = &built.graph;
    let statistics = kg::statistics::Statistics::of(graph);
    eprintln!("stats {:?}", t.elapsed());
    let context = mine::Context { graph, statistics: &statistics, seed: Seed(7) };
    let config: mine::MineConfig = toml::from_str(
        "
[[case]]
target='Disease'
n_items=800
[[case]]
target='Gene'
n_items=400
[[finding_set]]
n_items=200
[[contrast]]
n_items=200
[[walk]]
hops={2=0.5,3=0.5}
relations=['associated_with','has_phenotype']
n_items=1400
",
    )
    .unwrap();
    let writer = synth::Writer::new(context);
    eprintln!("writer {:?} offered {}", t.elapsed(), writer.offered.len());
    for stratum in mine::strata(context, &config).unwrap() {
        let n = stratum.n_indices.min(3000);
        let made: Vec<_> =
            (0..n).into_par_iter().map(|i| (stratum.attempt)(i).and_then(|c| synth::item(&writer, c))).collect();
        let mut why = std::collections::BTreeMap::new();
        for m in &made {
            if let Err(d) = m {
                *why.entry(d.0).or_insert(0) += 1;
            }
        }
        let items: Vec<_> = made.iter().flatten().collect();
        let keys: std::collections::BTreeSet<_> = items.iter().map(|i| i.answer.clone()).collect();
        eprintln!(
            "=== {} of {}: {} items {} keys {:?} {why:#?}",
            stratum.name,
            stratum.n_indices,
            items.len(),
            keys.len(),
            t.elapsed()
        );
        for item in items.iter().take(4) {
            eprintln!("--- {}", item.question_text());
            for (i, o) in item.options.iter().enumerate() {
                eprintln!("   {} {}", if item.keys.contains(&i) { "*" } else { " " }, o.text);
            }
            eprintln!("  = {}\n  R {}", item.answer_text, item.rationale);
            for s in &item.steps {
                eprintln!("  > {:?} {} {:?}", s.kind, s.text, s.edges.len());
            }
        }
    }
}
