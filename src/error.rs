//! What can stop a run: one variant for each stage, each with its own error behind it.

use thiserror::Error;

/// Why a run stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The pipeline file is wrong.
    #[error(transparent)]
    Pipeline(#[from] crate::pipeline::PipelineError),
    /// The relation table is wrong.
    #[error(transparent)]
    Relations(#[from] crate::kg::RelationsError),
    /// Sources cannot be read.
    #[error(transparent)]
    Ingest(#[from] crate::ingest::IngestError),
    /// Records make no graph.
    #[error(transparent)]
    Build(#[from] crate::kg::BuildError),
    /// A snapshot cannot be written or opened.
    #[error(transparent)]
    Snapshot(#[from] crate::kg::snapshot::SnapshotError),
    /// A section cannot be mined.
    #[error(transparent)]
    Mine(#[from] crate::mine::MineError),
    /// The data set cannot be written.
    #[error(transparent)]
    Write(#[from] crate::write::WriteError),
}
