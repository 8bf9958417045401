//! From a pair to a proved item: a run of the whole pipeline on a table, by the recipe of `medreason-paths.toml`, with
//! the processor time of every stage.

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use thinkpath::pipeline::Pipeline;
use thinkpath::pipeline::Progress;
use thinkpath::pipeline::RunOptions;

use crate::Failure;
use crate::cpu_seconds;
use crate::source_of;

const RECIPE: &str = r#"
title = "What a pair costs"
seed = 7

[ingest]
sources = ["primekg"]
max_quarantined_share = 0.01

[[mine.pair]]
from = "Drug"
to = "Disease"
joined_by = "treats"
directed = false
max_hops = 3
max_items_per_key = 1000000
n_items = N_ITEMS

[[mine.pair]]
from = "Gene"
to = "PhenotypicFeature"
directed = false
max_hops = 3
max_items_per_key = 1000000
n_items = N_ITEMS

[[synth.explanation]]
from = ["pair"]

[write]
dir = "unused"
views = ["sft"]
splits = { train = 0.9, validation = 0.05, test = 0.05 }
"#;

/// Seconds of processor by stage.
#[derive(Default)]
struct Clock {
    stages: Mutex<Vec<(String, f64)>>,
}

impl Progress for Clock {
    fn begin(&self, stage: &str, _total: Option<u64>) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((stage.to_owned(), -cpu_seconds()));
    }

    fn advance(&self, _by: u64) {}

    fn end(&self, _outcome: &str) {
        if let Some((_, seconds)) = self.stages.lock().unwrap_or_else(PoisonError::into_inner).last_mut() {
            *seconds += cpu_seconds();
        }
    }
}

pub(crate) fn proved(file: &Path, n_items: u64) -> Result<((), serde_json::Value), Failure> {
    let folder = source_of(file)?;
    let pipeline = Pipeline::parse("bench.toml", &RECIPE.replace("N_ITEMS", &n_items.to_string()))?;
    let output = tempfile::tempdir()?;
    let options = RunOptions {
        output: Some(output.path().join("items")),
        roots: vec![folder.path().to_owned()],
        ..RunOptions::default()
    };
    let clock = Clock::default();
    let summary = pipeline.run(&options, &clock)?;
    let stages = clock.stages.into_inner().unwrap_or_else(PoisonError::into_inner);
    let strata: Vec<_> = summary
        .strata
        .iter()
        .map(|stratum| {
            let cpu = stages.iter().find(|(stage, _)| **stage == *stratum.name).map_or(0.0, |(_, cpu)| *cpu);
            let (accepted, attempts) = (stratum.accepted as f64, stratum.attempts as f64);
            let dead_ends: serde_json::Map<String, serde_json::Value> =
                stratum.dead_ends.iter().map(|(why, count)| (why.to_string(), serde_json::json!(count))).collect();
            serde_json::json!({ "stratum": stratum.name, "accepted": stratum.accepted, "attempts": stratum.attempts,
                "cpu": cpu, "items_per_cpu_s": accepted / cpu, "attempts_per_cpu_s": attempts / cpu,
                "dead_ends": dead_ends })
        })
        .collect();
    Ok(((), serde_json::json!({ "stages": stages, "strata": strata })))
}
