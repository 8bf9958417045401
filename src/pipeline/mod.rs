//! The way of the data, from a pipeline file to a data set: the only module that knows all stages.
//!
//! [`Pipeline::run`] reads as a table of contents. Everything it does beyond calling the stages in turn is to count:
//! each stratum is mined in rounds of a fixed size until its quota of *accepted* items is full, in the order of
//! indices, so that the outcome is the same on one thread and on eight.

mod check;
mod file;
mod ledger;
mod quota;
mod snapshot;
mod taken;
mod wrong;

use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use crate::error::Error;
use crate::finding::Finding;
use crate::ingest;
use crate::kg;
use crate::kg::Built;
use crate::kg::FileTally;
use crate::kg::Relations;
use crate::mine;
use crate::mine::calibration::calibrated;
use crate::seed::Seed;
use crate::synth;
use crate::synth::Item;
use crate::verify::Benchmark;
use crate::write;
use crate::write::Rejection;

use quota::Quotas;

pub use check::Problem;
pub use file::Pipeline;
pub use file::PipelineError;
pub use ledger::RunLedger;
pub use quota::Shortfall;
pub use quota::StratumReport;

/// What a run is told beside its pipeline file.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Where the data set goes, instead of where the pipeline says.
    pub output: Option<PathBuf>,
    /// Whether another data set there may be replaced.
    pub fresh: bool,
    /// Where sources are looked for, in order.
    pub roots: Vec<PathBuf>,
    /// Set by whoever wants the run to end early.
    pub stop: write::Stop,
}

/// Told how far a run is: for a person who waits. Nothing may depend on it.
pub trait Progress: Sync {
    /// A stage begins, with so many units of work where that is known.
    fn begin(&self, stage: &str, total: Option<u64>);
    /// So many more units are done.
    fn advance(&self, by: u64);
    /// The stage is over, with a line that says what came of it.
    fn end(&self, outcome: &str);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total: Option<u64>) {}
    fn advance(&self, _by: u64) {}
    fn end(&self, _outcome: &str) {}
}

/// What came of a run.
#[derive(Debug)]
pub struct Summary {
    /// Where the data set is.
    pub dir: PathBuf,
    /// False if it lay there already, complete and unchanged.
    pub is_new: bool,
    /// Its manifest, with the funnel.
    pub manifest: write::Manifest,
    /// What each stratum gave.
    pub strata: Vec<StratumReport>,
    /// What all stages saw.
    pub findings: Vec<Finding>,
    /// Seconds of each stage.
    pub ledger: RunLedger,
}

impl Pipeline {
    /// Reads the sources and builds the graph.
    ///
    /// # Errors
    ///
    /// [`Error`] if a source cannot be read, or too much of one cannot be used, or a record was lost by us.
    pub fn graph(&self, roots: &[PathBuf]) -> Result<Built, Error> {
        let relations = Relations::standard()?;
        let records = ingest::read(&self.ingest, &relations, roots)?;
        let built = kg::build(records, &relations, &self.kg)?;
        check_conservation(&built.files)?;
        ingest::check_quarantine(&self.ingest, &built)?;
        Ok(built)
    }

    /// Reads the benchmarks of which no item may be a question, and says what they were read from.
    fn benchmarks(&self, roots: &[PathBuf]) -> Result<(Vec<Benchmark>, Vec<write::BenchmarkEntry>), Error> {
        let (mut benchmarks, mut entries) = (Vec::new(), Vec::new());
        for config in &self.verify.decontaminate {
            let text = config.read(roots)?;
            benchmarks.push(Benchmark::new(&config.name, text.questions.iter().map(String::as_str)));
            entries.push(write::BenchmarkEntry::new(config, &text, roots));
        }
        Ok((benchmarks, entries))
    }

    /// Runs the whole pipeline.
    ///
    /// # Errors
    ///
    /// [`Error`] from whatever stage stops it; [`write::WriteError::Stopped`] if it was asked to end.
    pub fn run(&self, options: &RunOptions, progress: &dyn Progress) -> Result<Summary, Error> {
        let mut ledger = RunLedger::default();
        let dir = options.output.clone().unwrap_or_else(|| self.write.dir.clone());

        progress.begin("read sources and build the graph", None);
        let started = Instant::now();
        let built = self.open_graph(&options.roots)?;
        options.stop.check()?;
        let graph = &built.graph;
        let statistics = calibrated(graph);
        ledger.took("ingest and kg", started);
        progress.end(&format!("{} nodes, {} edges", graph.n_nodes(), graph.n_edges()));

        let target = write::Target { dir: &dir, is_fresh: options.fresh };
        let (benchmarks, benchmark_entries) = self.benchmarks(&options.roots)?;
        let identity = write::Identity {
            graph_sha256: write::graph_sha256(graph),
            pipeline_sha256: self.sha256.clone(),
            seed: Seed(self.seed),
            sources: write::source_entries(graph.sources(), &built.files, &options.roots),
            ingest: write::ingest_entries(&built.files, &options.roots),
            benchmarks: benchmark_entries,
        };
        let claim = match write::prepare(target, &identity)? {
            write::Prepared::Ready(claim) => claim.until(options.stop.clone()),
            write::Prepared::Unchanged(manifest) => {
                let (strata, findings) = (Vec::new(), built.findings);
                return Ok(Summary { dir, is_new: false, manifest: *manifest, strata, findings, ledger });
            }
        };

        let started = Instant::now();
        let context = mine::Context { graph, statistics: &statistics, seed: Seed(self.seed) };
        let writer = synth::Writer::new(context);
        let mut outcome = Outcome::default();
        let asked = write::Asked::default();
        let mut quotas = Quotas { writer: &writer, benchmarks: &benchmarks, progress, stop: &options.stop, asked };
        for stratum in mine::strata(context, &self.mine)? {
            if !self.synth.takes(stratum.strategy) {
                continue;
            }
            progress.begin(&stratum.name, Some(stratum.n_items as u64));
            let filled = quotas.fill(&stratum)?;
            progress.end(&filled.report.to_string());
            outcome.findings.extend(filled.report.finding());
            outcome.findings.extend(filled.uneven);
            outcome.accepted.extend(filled.accepted);
            outcome.rejected.extend(filled.rejected);
            outcome.strata.push(filled.report);
        }
        let corrupted = wrong::corrupted(&writer, &outcome.accepted, self.synth.corruption.per_item);
        ledger.took("mine, synth and verify", started);

        progress.begin("write the data set", None);
        let started = Instant::now();
        let n_mined = outcome.strata.iter().map(StratumReport::n_mined).sum();
        let data_set = write::DataSet {
            title: &self.title,
            identity: &identity,
            graph,
            risks: statistics.risks(),
            n_mined,
            accepted: outcome.accepted,
            rejected: outcome.rejected,
            corrupted,
            benchmarks: &benchmarks,
        };
        let written = write::write(data_set, &self.write, claim)?;
        ledger.took("write", started);
        progress.end(&format!("{} items in {}", written.manifest.funnel.written, dir.display()));

        let mut findings = built.findings;
        findings.extend(outcome.findings);
        findings.extend(written.findings);
        ledger.save(&dir, &outcome.strata)?;
        let manifest = written.manifest;
        Ok(Summary { dir, is_new: true, manifest, strata: outcome.strata, findings, ledger })
    }
}

#[derive(Default)]
struct Outcome {
    accepted: Vec<Item>,
    rejected: Vec<Rejection>,
    strata: Vec<StratumReport>,
    findings: Vec<Finding>,
}

/// Each record of each file is loaded, a duplicate, left out or in quarantine.
fn check_conservation(files: &[FileTally]) -> Result<(), PipelineError> {
    match files.iter().find(|file| !file.is_conserved()) {
        Some(file) => Err(PipelineError::Records {
            path: file.path.clone(),
            read: file.read,
            accounted_for: file.accounted_for(),
        }),
        None => Ok(()),
    }
}

/// A path as a message shows it.
fn display(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_not_accounted_for_is_our_bug() {
        let file = |read| FileTally {
            path: "hpo/a".into(),
            source: 0,
            sha256: "".into(),
            read,
            loaded: 4,
            duplicates: 1,
            left_out: [("IEA".into(), 2), ("self loop".into(), 1)].into(),
            quarantined: 2,
        };
        assert!(check_conservation(&[file(10)]).is_ok());
        let error = check_conservation(&[file(10), file(11)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`hpo/a` has 11 records, but 10 are loaded, duplicates, left out or in quarantine"
        );
        assert!(check_conservation(&[file(9)]).is_err());
    }
}
