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
