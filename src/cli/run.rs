//! `thinkpath run`: from sources to a data set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;
use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use signal_hook::flag::register;
use signal_hook::flag::register_conditional_shutdown;
use thinkpath::docs::codes;
use thinkpath::finding::Finding;
use thinkpath::finding::printable;
use thinkpath::pipeline::Pipeline;
use thinkpath::pipeline::RunLedger;
use thinkpath::pipeline::RunOptions;
use thinkpath::pipeline::Summary;
use thinkpath::write::Stop;

use crate::failure::Exit;
use crate::failure::Mistake;
use crate::progress::Display;
use crate::session::Session;
use crate::text::grouped;
use crate::text::note;
use crate::text::print;
use crate::text::table;

/// So many findings of one code are told; the rest are counted.
const TOLD_PER_CODE: usize = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath run pipelines/quickstart.toml
  thinkpath run pipelines/quickstart.toml --output /data/rare --fresh
  thinkpath run pipelines/quickstart.toml --json > summary.json

The same sources, pipeline and seed give the same bytes on any number of threads. A data set
that is there already, complete and unchanged, is left alone; another one is replaced only
with `--fresh`. Ctrl-C stops a run and leaves nothing half-written.")]
pub(crate) struct Arguments {
    /// The pipeline file
    pipeline: PathBuf,

    /// Write the data set here, instead of where the pipeline says
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// Work on so many threads; as many as there are cores unless told otherwise
    #[arg(long, value_name = "N")]
    threads: Option<usize>,

    /// Replace another data set that is there
    #[arg(long)]
    fresh: bool,

    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let path = &arguments.pipeline;
    let pipeline = Pipeline::read(path).map_err(thinkpath::Error::from)?;
    let problems = pipeline.problems(&session.roots);
    if !problems.is_empty() {
        return Err(Mistake::Problems { path: path.clone(), problems }.into());
    }
    if let Some(count) = arguments.threads {
        if !(1..=1024).contains(&count) {
            return Err(Mistake::Threads { count }.into());
        }
        rayon::ThreadPoolBuilder::new().num_threads(count).build_global()?;
    }
    let options = RunOptions {
        output: arguments.output.clone(),
        fresh: arguments.fresh,
        roots: session.roots.clone(),
        stop: stop_on_signal()?,
    };
    let progress = Display::new();
    let summary = pipeline.run(&options, &progress)?;
    drop(progress);
    tell(&summary.findings);
    print(&if arguments.json { as_json(&summary)? } else { as_text(&pipeline.title, &summary) })?;
    Ok(())
}

/// Ctrl-C, or a supervisor that wants the machine back, stops a run where it leaves nothing behind. Asked twice it ends
/// on the spot: what was half done is then cleared away by the next run.
fn stop_on_signal() -> anyhow::Result<Stop> {
    let stop = Stop::default();
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal finds the flag set by the first.
        register_conditional_shutdown(signal, Exit::Stopped.code().into(), stop.flag())?;
        register(signal, stop.flag())?;
    }
    Ok(stop)
}

/// Says what the stages saw, a few of each code.
fn tell(findings: &[Finding]) {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let count = told.entry(finding.code.as_str()).or_default();
        *count += 1;
        if *count <= TOLD_PER_CODE {
            note(&finding.to_string());
        }
    }
    for (code, count) in told.into_iter().filter(|&(_, count)| count > TOLD_PER_CODE) {
        note(&format!("… and {} more of {code}", count - TOLD_PER_CODE));
    }
}

fn as_text(title: &str, summary: &Summary) -> String {
    let manifest = &summary.manifest;
    let splits = &manifest.splits;
    let mut text = format!("{}\n", printable(title));
    let state = if summary.is_new { "" } else { "already there, complete and unchanged: " };
    text.push_str(&format!(
        "  {}: {state}{} items (train {}, validation {}, test {})\n",
        printable(&summary.dir.to_string_lossy()),
        grouped(manifest.funnel.written),
        grouped(splits.train),
        grouped(splits.validation),
        grouped(splits.test),
    ));

    text.push_str("\nrecords\n");
    let mut rows =
        vec![["file", "read", "loaded", "duplicates", "left out", "quarantined"].map(str::to_owned).to_vec()];
    for file in &manifest.ingest {
        let counts = [file.read, file.loaded, file.duplicates, file.left_out, file.quarantined];
        rows.push(std::iter::once(file.file.clone()).chain(counts.map(grouped)).collect());
    }
    text.push_str(&table(&rows, 1));

    if !summary.strata.is_empty() {
        text.push_str("\nstrata\n");
        let mut rows =
            vec![["stratum", "wanted", "accepted", "attempts", "rejected", "dead ends"].map(str::to_owned).to_vec()];
        for stratum in &summary.strata {
            let rejected = stratum.rejected.values().sum();
            let dead_ends = stratum.dead_ends.values().sum();
            let counts = [stratum.wanted as u64, stratum.accepted as u64, stratum.attempts, rejected, dead_ends];
            rows.push(std::iter::once(stratum.name.clone()).chain(counts.map(grouped)).collect());
        }
        text.push_str(&table(&rows, 1));
    }

    text.push_str("\nfunnel\n");
    let mut rows = vec![vec!["mined".to_owned(), String::new(), grouped(manifest.funnel.mined)]];
    for (code, &count) in &manifest.funnel.rejected {
        let title = codes::page(code).map(codes::title).unwrap_or_default();
        rows.push(vec![format!("− {code}"), title.to_owned(), grouped(count)]);
    }
    rows.push(vec!["written".to_owned(), String::new(), grouped(manifest.funnel.written)]);
    text.push_str(&table(&rows, 2));

    let mut cost: Vec<String> =
        summary.ledger.stages().iter().map(|(stage, secs)| format!("{stage} {secs:.1} s")).collect();
    if let Some(bytes) = RunLedger::peak_memory_bytes() {
        cost.push(format!("{} MB at most", grouped(bytes / 1_000_000)));
    }
    text.push_str(&format!("\n{}\n", cost.join(" · ")));
    text
}

fn as_json(summary: &Summary) -> anyhow::Result<String> {
    let finding = |finding: &Finding| {
        json!({
            "code": finding.code.as_str(),
            "severity": finding.severity.to_string(),
            "text": finding.text,
            "location": finding.location.as_ref().map(ToString::to_string),
            "count": finding.count,
        })
    };
    let strata = summary.strata.iter().map(|stratum| {
        json!({
            "stratum": stratum.name,
            "wanted": stratum.wanted,
            "accepted": stratum.accepted,
            "attempts": stratum.attempts,
            "rejected": stratum.rejected,
            "dead_ends": stratum.dead_ends.iter().map(|(why, count)| (why.to_string(), *count)).collect::<BTreeMap<_, _>>(),
        })
    });
    let object = json!({
        "dir": summary.dir,
        "is_new": summary.is_new,
        "funnel": summary.manifest.funnel,
        "splits": summary.manifest.splits,
        "ingest": summary.manifest.ingest,
        "strata": strata.collect::<Vec<_>>(),
        "findings": summary.findings.iter().map(finding).collect::<Vec<_>>(),
        "wall_secs": summary.ledger.stages().iter().map(|&(stage, secs)| (stage, secs)).collect::<BTreeMap<_, _>>(),
        "peak_memory_bytes": RunLedger::peak_memory_bytes(),
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&object)?))
}
