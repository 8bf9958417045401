//! Paths on the graph of the quickstart: what the program prints can be followed, and depends on nothing but the graph.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const GENES: [&str; 8] = [
    "NCBIGene:2200",
    "NCBIGene:2201",
    "NCBIGene:1277",
    "NCBIGene:1280",
    "NCBIGene:7157",
    "NCBIGene:672",
    "NCBIGene:1080",
    "NCBIGene:3043",
];
const FINDINGS: [&str; 8] =
    ["HP:0001166", "HP:0001083", "HP:0001250", "HP:0001903", "HP:0000639", "HP:0002110", "HP:0003002", "HP:0002757"];

/// What the program prints for every gene and finding, on so many threads.
fn paths(pairs: &Path, n_threads: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thinkpath"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("THINKPATH_DATA", "").env("RAYON_NUM_THREADS", n_threads);
    command.args(["paths", "pipelines/quickstart.toml", "--json", "--k", "7", "--pairs"]).arg(pairs);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn genes_and_findings_are_joined_by_paths_that_can_be_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pairs.tsv");
    let pairs: Vec<(&str, &str)> =
        GENES.iter().flat_map(|&gene| FINDINGS.iter().map(move |&finding| (gene, finding))).collect();
    let lines: String = pairs.iter().map(|(gene, finding)| format!("{gene}\t{finding}\n")).collect();
    std::fs::write(&file, lines).unwrap();

    let text = paths(&file, "1");
    assert_eq!(text, paths(&file, "4"), "the same bytes on any number of threads");

    let mut by_pair: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let path: Value = serde_json::from_str(line).unwrap();
        by_pair.entry(path["pair"].as_u64().unwrap()).or_default().push(path);
    }
    assert_eq!(by_pair.len(), pairs.len());
    for ((number, paths), (gene, finding)) in by_pair.iter().zip(&pairs) {
        assert_eq!(paths.len(), 7, "pair {number}");
        let mut last = f64::INFINITY;
        for (rank, path) in (1..).zip(paths) {
            assert_eq!(path["rank"], rank);
            let score = path["score"].as_f64().unwrap();
            assert!(score <= last, "{path}");
            last = score;
            let mut at = (*gene).to_owned();
            for hop in path["hops"].as_array().unwrap() {
                let ends = if hop["forward"] == true { ["subject", "object"] } else { ["object", "subject"] };
                assert_eq!(hop[ends[0]], at.as_str(), "{path}");
                at = hop[ends[1]].as_str().unwrap().to_owned();
            }
            assert_eq!(at, *finding, "{path}");
        }
    }
    // FBN1 – neonatal Marfan syndrome – arachnodactyly.
    let hops = &by_pair[&0][0]["hops"];
    assert_eq!(hops[0]["relation"], "associated_with");
    assert_eq!(hops[0]["object"], "ORPHA:284979");
    assert_eq!(hops[1]["relation"], "has_phenotype");
    assert_eq!(hops.as_array().unwrap().len(), 2);
}
