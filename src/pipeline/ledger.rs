//! What a run cost: the one file that depends on time and machine.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::error::Error;
use crate::pipeline::PipelineError;
use crate::pipeline::StratumReport;

/// Seconds of each stage, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunLedger {
    stages: Vec<(&'static str, f64)>,
}

impl RunLedger {
    pub(super) fn took(&mut self, stage: &'static str, since: Instant) {
        self.stages.push((stage, since.elapsed().as_secs_f64()));
    }

    /// Each stage with its wall time in seconds.
    pub fn stages(&self) -> &[(&'static str, f64)] {
        &self.stages
    }

    /// The most memory that the process has held, in bytes, where the operating system tells.
    pub fn peak_memory_bytes() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }

    /// Writes `run.json` beside the data set.
    pub(super) fn save(&self, dir: &Path, strata: &[StratumReport]) -> Result<(), Error> {
        let stages: serde_json::Map<String, serde_json::Value> =
            self.stages.iter().map(|&(stage, secs)| (stage.to_owned(), json!(secs))).collect();
        let strata: Vec<_> = strata
            .iter()
            .map(|report| {
                let dead_ends: serde_json::Map<String, serde_json::Value> =
                    report.dead_ends.iter().map(|(why, count)| (why.to_string(), json!(count))).collect();
                json!({
                    "stratum": report.name,
                    "wanted": report.wanted,
                    "accepted": report.accepted,
                    "attempts": report.attempts,
                    "rejected": report.rejected,
                    "dead_ends": dead_ends,
                })
            })
            .collect();
        let run = json!({
            "thinkpath_version": env!("CARGO_PKG_VERSION"),
            "threads": rayon::current_num_threads(),
            "peak_memory_bytes": Self::peak_memory_bytes(),
            "wall_secs": stages,
            "strata": strata,
        });
        let path = dir.join("run.json");
        let io = |error| PipelineError::Ledger { path: super::display(&path).into(), error };
        std::fs::write(&path, format!("{run:#}\n")).map_err(io)?;
        Ok(())
    }
}
