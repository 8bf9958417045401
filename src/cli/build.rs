//! `thinkpath build`: a graph as a snapshot.

use std::path::PathBuf;

use thinkpath::finding::printable;
use thinkpath::kg::snapshot;

use crate::session::Session;
use crate::text::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  thinkpath build pipelines/quickstart.toml --to output/graph
  thinkpath paths output/graph BRCA1 \"Fanconi anemia\"       the folder stands for the pipeline from then on

A snapshot holds the whole graph with the licences of its sources and is not meant to be passed on;
`export` writes what may be. Every command that takes a graph takes a pipeline file too, and keeps
a snapshot by itself.")]
pub(crate) struct Arguments {
    /// The pipeline file that builds the graph
    pipeline: PathBuf,

    /// The folder to write to; a snapshot that is there is replaced
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let (built, key) = session.pipeline_graph(&arguments.pipeline)?;
    session.refuse_foreign(&arguments.to)?;
    snapshot::save(&built, &key, &arguments.to).map_err(thinkpath::Error::from)?;
    print(&format!("{}\n", printable(&arguments.to.to_string_lossy())))?;
    Ok(())
}
