//! A written data set, read back.
//!
//! Whoever looks at a data set trusts nothing of it: every file that is read is compared with the hash that the
//! manifest names, before a single row of it is believed. (The Parquet reader would panic on some damaged files, and
//! read others without a word.)

mod record;
mod table;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use thiserror::Error;

use crate::write::FileEntry;
use crate::write::MANIFEST;
use crate::write::Manifest;

pub use record::ClauseRecord;
pub use record::DistractorRecord;
pub use record::EdgeRecord;
pub use record::HopRecord;
pub use record::ItemRecord;
pub use record::StepRecord;

/// Why a data set cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// There is no manifest: no data set, or one that was never finished.
    #[error("`{}` is no data set: it has no `{MANIFEST}`", .dir.display())]
    NoManifest {
        /// The folder.
        dir: PathBuf,
    },
    /// The manifest is none.
    #[error("`{}` is no manifest of a data set", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: serde_json::Error,
    },
    /// The manifest names a file outside of the data set.
    #[error("the manifest names `{path}`, which leads out of the data set")]
    Outside {
        /// The path.
        path: String,
    },
    /// The operating system says no.
    #[error("cannot read `{}`", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        #[source]
        error: std::io::Error,
    },
    /// A file is not the one that was written.
    #[error("`{}` was changed after it was written: its SHA-256 is {found}, the manifest says {expected}", .path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// A table cannot be decoded.
    #[error("`{}` is no table that can be read", .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: parquet::errors::ParquetError,
    },
    /// A row lacks a column, or has one of another type.
    #[error("row {row} of `{}` is none of this format", .path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The row, from 0.
        row: u64,
        /// What is wrong.
        #[source]
        error: serde_json::Error,
    },
}

/// A data set on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSet {
    dir: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

/// A node as a person is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Name {
    curie: String,
    label: String,
}

impl DataSet {
    /// Opens a folder by its manifest; nothing else is read yet.
    ///
    /// # Errors
    ///
    /// [`AuditError`] if there is no manifest, or it is none.
    pub fn open(dir: &Path) -> Result<Self, AuditError> {
        let path = dir.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(AuditError::NoManifest { dir: dir.to_owned() });
            }
            Err(error) => return Err(AuditError::Io { path, error }),
        };
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| AuditError::Manifest { path, error })?;
        let is_below = |file: &FileEntry| {
            Path::new(&file.path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
        };
        match manifest.files.iter().find(|file| !is_below(file)) {
            Some(file) => Err(AuditError::Outside { path: file.path.clone() }),
            None => Ok(Self { dir: dir.to_owned(), manifest }),
        }
    }

    /// The items, in the order of files and rows.
    ///
    /// # Errors
    ///
    /// [`AuditError`] with the file, and the row where there is one.
    pub fn items(&self) -> Result<Vec<ItemRecord>, AuditError> {
        let mut items = Vec::new();
        self.each_row("items/", &mut |item| items.push(item))?;
        Ok(items)
    }

    /// The edges of some numbers, with the names of their ends.
    ///
    /// # Errors
    ///
    /// As for [`DataSet::items`].
    pub fn edges(&self, numbers: &BTreeSet<i64>) -> Result<BTreeMap<i64, EdgeRecord>, AuditError> {
        let mut edges = BTreeMap::new();
        self.each_row("graph/edges.parquet", &mut |edge: EdgeRecord| {
            if numbers.contains(&edge.edge) {
                edges.insert(edge.edge, edge);
            }
        })?;
        Ok(edges)
    }

    /// The names of some nodes, by CURIE. What has none is not there.
    ///
    /// # Errors
    ///
    /// As for [`DataSet::items`].
    pub fn names(&self, curies: &BTreeSet<&str>) -> Result<BTreeMap<String, String>, AuditError> {
        let mut names = BTreeMap::new();
        self.each_row("graph/nodes.parquet", &mut |node: Name| {
            if curies.contains(&*node.curie) && !node.label.is_empty() {
                names.insert(node.curie, node.label);
            }
        })?;
        Ok(names)
    }

    fn each_row<T: for<'a> Deserialize<'a>>(&self, prefix: &str, take: &mut dyn FnMut(T)) -> Result<(), AuditError> {
        for file in self.manifest.files.iter().filter(|file| file.path.starts_with(prefix)) {
            table::each_row(&self.dir.join(&file.path), &file.sha256, take)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::Graph;
    use crate::write;

    /// A folder with the tables of a graph, and a manifest that names them; each text is replaced in the manifest.
    fn folder(replaced: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let graph = Graph::from_arrows("Gene:g -associated_with-> Disease:d -has_phenotype-> PhenotypicFeature:p");
        write::write_graph(&graph.unwrap(), &folder.path().join("graph")).unwrap();
        let entry = |name: &str| {
            let bytes = std::fs::read(folder.path().join(name)).unwrap();
            let sha256 = crate::seed::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes));
            serde_json::json!({ "path": name, "rows": null, "bytes": bytes.len(), "sha256": sha256 })
        };
        let manifest = serde_json::json!({
            "format_version": write::FORMAT_VERSION, "thinkpath_version": "0", "sources": [], "ingest": [],
            "graph_sha256": "", "pipeline_sha256": "", "seed": 7, "models": [], "prompts": [],
            "funnel": { "mined": 0, "written": 0, "rejected": {} },
            "splits": { "train": 0, "validation": 0, "test": 0 },
            "files": [entry("graph/edges.parquet"), entry("graph/nodes.parquet")],
        });
        let text = replaced.iter().fold(manifest.to_string(), |text, (from, to)| text.replace(from, to));
        std::fs::write(folder.path().join(MANIFEST), text).unwrap();
        folder
    }

    #[test]
    fn only_the_edges_that_are_asked_for_are_given() {
        let folder = folder(&[]);
        let edges = DataSet::open(folder.path()).unwrap().edges(&BTreeSet::from([1, 99])).unwrap();
        let told: Vec<_> = edges.values().map(|edge| (&*edge.subject, &*edge.relation, &*edge.object)).collect();
        assert_eq!(told, [("Gene:g", "associated_with", "Disease:d")]);
    }

    #[test]
    fn names_are_labels_by_curie() {
        let folder = folder(&[]);
        let names = DataSet::open(folder.path()).unwrap().names(&BTreeSet::from(["Disease:d", "Disease:none"]));
        assert_eq!(names.unwrap(), BTreeMap::from([("Disease:d".to_owned(), "d".to_owned())]));
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_data_set() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(DataSet::open(folder.path()), Err(AuditError::NoManifest { .. })));
    }

    #[test]
    fn a_manifest_cannot_lead_out_of_its_folder() {
        for path in ["../edges.parquet", "/etc/passwd", "graph/../../x"] {
            let folder = folder(&[("graph/edges.parquet", path)]);
            assert!(matches!(DataSet::open(folder.path()), Err(AuditError::Outside { .. })), "{path}");
        }
    }

    #[test]
    fn a_file_is_hashed_before_it_is_decoded() {
        let folder = folder(&[]);
        std::fs::write(folder.path().join("graph/edges.parquet"), "PAR1 no more").unwrap();
        let data_set = DataSet::open(folder.path()).unwrap();
        assert!(matches!(data_set.edges(&BTreeSet::new()), Err(AuditError::Checksum { .. })));
    }

    #[test]
    fn a_file_that_is_no_table_is_named() {
        let folder = folder(&[]);
        let text = std::fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
        std::fs::write(folder.path().join("graph/edges.parquet"), "none").unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        manifest["files"][0]["sha256"] = crate::seed::sha256_hex("none").into();
        std::fs::write(folder.path().join(MANIFEST), manifest.to_string()).unwrap();
        let data_set = DataSet::open(folder.path()).unwrap();
        assert!(matches!(data_set.edges(&BTreeSet::new()), Err(AuditError::Parquet { .. })));
    }
}
