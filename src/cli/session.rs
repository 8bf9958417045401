//! What all commands share: where sources are looked for, and how a graph is named.

use std::path::Path;
use std::path::PathBuf;

use thinkpath::kg::Built;
use thinkpath::kg::snapshot;
use thinkpath::pipeline::Pipeline;
use thinkpath::pipeline::Progress as _;

use crate::failure::Mistake;
use crate::progress::Display;

/// The folder of sources that comes with the repository; relative to where the program is run.
const OWN_ROOT: &str = "ontologies";
const DATA_VARIABLE: &str = "THINKPATH_DATA";

/// What was said beside the command.
#[derive(Debug)]
pub(crate) struct Session {
    /// Where sources are looked for, in order.
    pub(crate) roots: Vec<PathBuf>,
}

impl Session {
    /// The roots: our own, then those of `--data`, or else those of the environment.
    pub(crate) fn new(data: Vec<PathBuf>) -> Self {
        let given = if data.is_empty() {
            std::env::var_os(DATA_VARIABLE).map(|value| std::env::split_paths(&value).collect()).unwrap_or_default()
        } else {
            data
        };
        let given = given.into_iter().filter(|root| !root.as_os_str().is_empty());
        Self { roots: std::iter::once(PathBuf::from(OWN_ROOT)).chain(given).collect() }
    }

    /// The graph of a pipeline file or a snapshot.
    pub(crate) fn graph(&self, path: &Path) -> anyhow::Result<Built> {
        if !path.is_dir() {
            return self.pipeline_graph(path).map(|(built, _)| built);
        }
        if snapshot::key(path).is_none() {
            return Err(Mistake::NotAPipeline { path: path.to_owned() }.into());
        }
        Ok(snapshot::open(path).map_err(thinkpath::Error::from)?)
    }

    /// The graph of a pipeline file, and the key of what it depends on.
    pub(crate) fn pipeline_graph(&self, path: &Path) -> anyhow::Result<(Built, String)> {
        if path.is_dir() {
            return Err(Mistake::NotAPipeline { path: path.to_owned() }.into());
        }
        let pipeline = Pipeline::read(path).map_err(thinkpath::Error::from)?;
        let progress = Display::new();
        progress.begin("open the graph", None);
        let built = pipeline.open_graph(&self.roots)?;
        progress.end(&format!("{} nodes, {} edges", built.graph.n_nodes(), built.graph.n_edges()));
        Ok((built, pipeline.graph_key(&self.roots)?))
    }

    /// Refuses to write a snapshot over anything else.
    pub(crate) fn refuse_foreign(&self, dir: &Path) -> Result<(), Mistake> {
        let is_empty = |dir: &Path| std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
        if dir.exists() && snapshot::key(dir).is_none() && !is_empty(dir) {
            return Err(Mistake::NotASnapshot { path: dir.to_owned() });
        }
        Ok(())
    }
}
