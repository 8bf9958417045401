//! The graph of a pipeline, built once.
//!
//! A graph depends on the sources' files, on what their `source.toml` and the pipeline say of reading and merging, on
//! the table of relations and on the program. All of these make a key; while the key is the same, so is the graph,
//! and it is opened from its snapshot instead of being built again. Whether a file is the same is told by its size
//! and the time of its last change, as build tools do: hashing gigabytes would take longer than reading them.

use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::error::Error;
use crate::finding::Code;
use crate::finding::Finding;
use crate::ingest;
use crate::kg::Built;
use crate::kg::snapshot;
use crate::pipeline::Pipeline;

const NOT_KEPT: Code = Code("K105");

impl Pipeline {
    /// The graph: from its snapshot where nothing that it depends on has changed, else from the sources, and then
    /// its snapshot is kept. A snapshot that is damaged is built again; one that cannot be kept is a finding.
    ///
    /// # Errors
    ///
    /// [`Error`] if a source cannot be read, or too much of one cannot be used.
    pub fn open_graph(&self, roots: &[PathBuf]) -> Result<Built, Error> {
        let key = self.graph_key(roots)?;
        let dir = self.snapshots().join(&key[..16]);
        if snapshot::key(&dir).as_deref() == Some(&*key)
            && let Ok(built) = snapshot::open(&dir)
        {
            return Ok(built);
        }
        let mut built = self.graph(roots)?;
        if let Err(error) = snapshot::save(&built, &key, &dir) {
            let text = format!("the graph could not be kept for the next time ({error}); it will be built again");
            built.findings.push(Finding::note(NOT_KEPT, text));
        }
        Ok(built)
    }

    /// What the graph depends on, as a hash in hex.
    ///
    /// # Errors
    ///
    /// [`Error::Ingest`] if a source or one of its files is missing.
    pub fn graph_key(&self, roots: &[PathBuf]) -> Result<String, Error> {
        let mut text = format!("{} {:?} {:?}\n", env!("CARGO_PKG_VERSION"), self.ingest, self.kg);
        for file in ingest::inputs(&self.ingest, roots)? {
            text.push_str(&format!("{file:?}\n"));
        }
        Ok(crate::seed::hex(&Sha256::digest(text)))
    }

    /// Where snapshots are kept: beside the data set, for all pipelines that write there.
    fn snapshots(&self) -> PathBuf {
        self.write.dir.parent().unwrap_or(Path::new("")).join(".graph")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A pipeline with one source in a folder of its own.
    fn planted() -> (tempfile::TempDir, Pipeline, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("sources/s");
        fs::create_dir_all(&source).unwrap();
        let head = "version='1'\nhome='h'\nlicence='open'\nlicence_name='CC0'\ncredit='c'\n";
        fs::write(source.join("source.toml"), format!("{head}[[kgx_nodes]]\npath='nodes.tsv'\n")).unwrap();
        fs::write(source.join("nodes.tsv"), "id\tcategory\tname\nMONDO:1\tbiolink:Disease\tcold\n").unwrap();
        let dir = folder.path().join("output/x");
        let text = format!("title='t'\nseed=1\n[ingest]\nsources=['s']\n[write]\ndir='{}'\n", dir.display());
        let path = folder.path().join("p.toml");
        fs::write(&path, text).unwrap();
        let pipeline = Pipeline::read(&path).unwrap();
        let roots = vec![folder.path().join("sources")];
        (folder, pipeline, roots)
    }

    #[test]
    fn a_graph_is_built_once_until_a_file_changes() {
        let (folder, pipeline, roots) = planted();
        let label = |built: &Built| built.graph.nodes().map(|(_, node)| node.label.to_string()).collect::<Vec<_>>();
        assert_eq!(label(&pipeline.open_graph(&roots).unwrap()), ["cold"]);
        let kept: Vec<PathBuf> =
            fs::read_dir(folder.path().join("output/.graph")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(kept.len(), 1);
        // What is opened is the snapshot: it says another thing than the source here.
        let before = pipeline.graph_key(&roots).unwrap();
        let mut other = pipeline.graph(&roots).unwrap();
        other.findings.push(Finding::note(NOT_KEPT, "from the snapshot"));
        snapshot::save(&other, &before, &kept[0]).unwrap();
        assert_eq!(pipeline.open_graph(&roots).unwrap().findings.len(), 1);
        fs::write(roots[0].join("s/nodes.tsv"), "id\tcategory\tname\nMONDO:1\tbiolink:Disease\tcommon cold\n").unwrap();
        assert_ne!(pipeline.graph_key(&roots).unwrap(), before);
        assert_eq!(label(&pipeline.open_graph(&roots).unwrap()), ["common cold"]);
    }

    #[test]
    fn a_damaged_snapshot_is_built_again() {
        let (folder, pipeline, roots) = planted();
        pipeline.open_graph(&roots).unwrap();
        let kept = fs::read_dir(folder.path().join("output/.graph")).unwrap().next().unwrap().unwrap().path();
        fs::write(kept.join("nodes.arrow"), "no more").unwrap();
        assert_eq!(pipeline.open_graph(&roots).unwrap().graph.n_nodes(), 1);
        assert!(snapshot::open(&kept).is_ok(), "and kept again");
    }

    #[test]
    fn a_snapshot_that_cannot_be_kept_is_told() {
        let (folder, pipeline, roots) = planted();
        fs::write(folder.path().join("output"), "a file where the folder should be").unwrap();
        let findings = pipeline.open_graph(&roots).unwrap().findings;
        assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [NOT_KEPT]);
    }

    #[test]
    fn settings_of_reading_and_merging_are_part_of_the_key() {
        let (_folder, mut pipeline, roots) = planted();
        let before = pipeline.graph_key(&roots).unwrap();
        pipeline.kg.merge = crate::kg::Merge::None;
        assert_ne!(pipeline.graph_key(&roots).unwrap(), before);
    }
}
