//! Why a data set cannot be written.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;
use thiserror::Error;

use crate::kg::Licence;

/// Why a data set cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The operating system says no.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        #[source]
        error: io::Error,
    },
    /// A table cannot be laid out.
    #[error("{}: {error}", .path.display())]
    Arrow {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: ArrowError,
    },
    /// A table cannot be encoded.
    #[error("{}: {error}", .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: ParquetError,
    },
    /// The manifest cannot be laid out as JSON.
    #[error("the manifest cannot be written as JSON")]
    Json(#[source] serde_json::Error),
    /// A manifest is there, but it is none of ours.
    #[error(
        "{}: {error}; a data set's manifest is written by this program: move the folder away, or write to another one",
        .path.display()
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: serde_json::Error,
    },
    /// A share is no share.
    #[error("`write.splits.{split}` is {share}; shares are numbers from 0 to 1, as in `0.05`")]
    Share {
        /// The split.
        split: &'static str,
        /// What stood there.
        share: f64,
    },
    /// The shares are not a whole.
    #[error("`write.splits` add up to {sum}; train, validation and test together must be 1")]
    Shares {
        /// What they add up to.
        sum: f64,
    },
    /// A view is asked for twice.
    #[error("`write.views` names `{view}` twice; each view is written once")]
    View {
        /// The view.
        view: &'static str,
    },
    /// The folder holds something else.
    #[error(
        "{} holds `{file}`, which is no file of a data set of ours; move it away, or choose a folder that is empty or \
         does not exist",
        .dir.display()
    )]
    Foreign {
        /// The folder.
        dir: PathBuf,
        /// One of its files.
        file: String,
    },
    /// Another run is at work there.
    #[error("another run is writing to {}; wait until it has ended, or choose another folder", .dir.display())]
    Busy {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder holds another data set.
    #[error("{} holds another data set:{}", .dir.display(), shown(.differences))]
    Different {
        /// The folder.
        dir: PathBuf,
        /// In what it differs.
        differences: Vec<Difference>,
    },
    /// Somebody asked for it.
    #[error("the run was stopped before its data set was complete; the folder holds nothing of it")]
    Stopped,
    /// An item that may not be passed on came this far: a bug of ours.
    #[error("item {id} uses `{source_name}`, whose licence is `{licence}`; verify should have rejected it")]
    Licence {
        /// The item.
        id: String,
        /// The source that forbids it.
        source_name: Box<str>,
        /// Its licence.
        licence: Licence,
    },
    /// An item has more options than letters: a bug of ours.
    #[error("item {id} has {count} options; letters go from A to E")]
    Options {
        /// The item.
        id: String,
        /// How many.
        count: usize,
    },
    /// Items were lost or doubled on the way: a bug of ours.
    #[error("{mined} candidates were mined, but {written} were written and {rejected} rejected; the sum must be equal")]
    Conservation {
        /// Candidates.
        mined: u64,
        /// Rows of `items`.
        written: u64,
        /// Rows of `rejected`.
        rejected: u64,
    },
}

/// A field of the manifest in which two data sets differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, by its way from the root: `sources[0].credit`.
    pub field: String,
    /// What the folder has.
    pub there: String,
    /// What would be written.
    pub here: String,
}

fn shown(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(|Difference { field, there, here }| format!("\n  {field}: {there} is there, {here} would be written"))
        .collect()
}

impl WriteError {
    /// Says which path an operation failed on.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Io { path: path.to_owned(), error }
    }

    /// Says which file could not be encoded.
    pub(super) fn parquet(path: &Path) -> impl FnOnce(ParquetError) -> Self + '_ {
        move |error| match error {
            // The encoder wraps what the disk said: a full disk must read as one.
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => Self::Io { path: path.to_owned(), error: *error },
                Err(inner) => Self::Parquet { path: path.to_owned(), error: ParquetError::External(inner) },
            },
            error => Self::Parquet { path: path.to_owned(), error },
        }
    }

    /// Says which file could not be laid out.
    pub(super) fn arrow(path: &Path) -> impl FnOnce(ArrowError) -> Self + '_ {
        move |error| Self::Arrow { path: path.to_owned(), error }
    }
}
