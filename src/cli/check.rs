//! `thinkpath check`: every mistake in a pipeline, and nothing run.

use std::path::PathBuf;

use thinkpath::finding::printable;
use thinkpath::pipeline::Pipeline;

use crate::failure::Mistake;
use crate::session::Session;
use crate::text::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  thinkpath check pipelines/quickstart.toml

Every mistake is told at once. No data is read, so that a mistake in the last section does not
cost a run.")]
pub(crate) struct Arguments {
    /// The pipeline file
    pipeline: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, session: &Session) -> anyhow::Result<()> {
    let path = &arguments.pipeline;
    let pipeline = Pipeline::read(path).map_err(thinkpath::Error::from)?;
    let problems = pipeline.problems(&session.roots);
    if !problems.is_empty() {
        return Err(Mistake::Problems { path: path.clone(), problems }.into());
    }
    print(&format!("{}: no mistakes\n", printable(&path.to_string_lossy())))?;
    Ok(())
}
