//! What is said of benchmarks: which they were, what was turned away for each, and how near the rest comes.
//!
//! A hash tells whoever has the benchmark which question is meant, and nobody else anything.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::Deserialize;
use serde::Serialize;

use crate::ingest::BenchmarkConfig;
use crate::ingest::BenchmarkText;
use crate::verify::Benchmark;
use crate::verify::CONTAMINATED;
use crate::verify::Overlap;
use crate::write::Identity;
use crate::write::Rejected;
use crate::write::Rejection;
use crate::write::assemble::Placed;
use crate::write::manifest::relative;

/// A benchmark that items were held against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchmarkEntry {
    /// Its name in the pipeline.
    pub name: String,
    /// The column or key of its questions.
    pub column: String,
    /// Its files.
    pub files: Vec<BenchmarkFile>,
    /// Its questions.
    pub questions: u64,
    /// Rows of `rejected` that are one of its questions, by rule: `exact`, `cover` or `run`.
    pub rejected: BTreeMap<String, u64>,
    /// Rows of `items` that share a run of thirteen words with one question of it and with no other.
    pub shares_13_words: u64,
    /// The largest part of an item's words that runs of eight words of one question cover, in thousandths, rounded
    /// down; below 500 by what is rejected.
    pub most_covered_thousandths: u64,
}

/// A file of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchmarkFile {
    /// Its path, without what is of this machine.
    pub path: String,
    /// SHA-256 of the bytes on disk.
    pub sha256: String,
}

impl BenchmarkEntry {
    /// What a benchmark was read from; `roots` are the folders in which it was looked for.
    pub fn new(config: &BenchmarkConfig, text: &BenchmarkText, roots: &[PathBuf]) -> Self {
        let file = |(path, sha256): &(Box<str>, Box<str>)| BenchmarkFile {
            path: relative(path, roots),
            sha256: sha256.to_string(),
        };
        Self {
            name: config.name.to_string(),
            column: config.column.to_string(),
            files: text.files.iter().map(file).collect(),
            questions: text.questions.len() as u64,
            ..Self::default()
        }
    }

    /// The same before anything was counted.
    pub(super) fn uncounted(&self) -> Self {
        Self { rejected: BTreeMap::new(), shares_13_words: 0, most_covered_thousandths: 0, ..self.clone() }
    }
}

/// The benchmarks of a data set with what was found of each.
///
/// # Complexity
///
/// One look-up for each item and benchmark, on all threads.
pub(super) fn counted(
    identity: &Identity,
    benchmarks: &[Benchmark],
    items: &[Placed],
    rejected: &[Rejection],
) -> Vec<BenchmarkEntry> {
    let turned_away: Vec<String> = rejected
        .iter()
        .filter(|rejection| rejection.by == CONTAMINATED.as_str())
        .filter_map(|rejection| match &rejection.what {
            Rejected::Item(item) => Some(item.question_text()),
            Rejected::Candidate(_) => None,
        })
        .collect();
    let entries = identity.benchmarks.iter().zip(benchmarks);
    entries
        .map(|(entry, benchmark)| {
            let mut entry = entry.uncounted();
            for rule in turned_away.iter().filter_map(|text| benchmark.overlap(text).rule) {
                *entry.rejected.entry(rule.as_str().to_owned()).or_default() += 1;
            }
            let kept: Vec<Overlap> =
                items.par_iter().map(|placed| benchmark.overlap(&placed.item.question_text())).collect();
            entry.shares_13_words = kept.iter().filter(|overlap| overlap.shares_thirteen).count() as u64;
            let covered = kept.iter().map(|of| (1000 * of.n_covered / of.n_words.max(1)) as u64);
            entry.most_covered_thousandths = covered.max().unwrap_or(0);
            entry
        })
        .collect()
}
