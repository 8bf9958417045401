//! A pipeline file.
//!
//! Strict: an unknown key is a mistake with its line and column, never silently ignored, because a data set whose
//! bound was misspelt looks like one that was bounded.

use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use crate::ingest::IngestConfig;
use crate::kg::KgConfig;
use crate::location::Location;
use crate::mine::MineConfig;
use crate::seed::sha256_hex;
use crate::synth::SynthConfig;
use crate::verify::VerifyConfig;
use crate::write::WriteConfig;

/// A pipeline file, section by section in the order of the data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// What the data set is called on its card.
    pub title: String,
    /// The seed of every draw.
    pub seed: u64,
    /// Which sources.
    pub ingest: IngestConfig,
    /// How they become one graph.
    #[serde(default)]
    pub kg: KgConfig,
    /// What is looked for.
    #[serde(default)]
    pub mine: MineConfig,
    /// What is made of it.
    #[serde(default)]
    pub synth: SynthConfig,
    /// What it is held against.
    #[serde(default)]
    pub verify: VerifyConfig,
    /// Where it goes.
    pub write: WriteConfig,
    /// SHA-256 of the file.
    #[serde(skip)]
    pub sha256: String,
    /// The file as messages name it.
    #[serde(skip)]
    pub(super) file: Box<str>,
    /// What stands in it: places of mistakes are looked for there.
    #[serde(skip)]
    pub(super) text: Box<str>,
}

/// Why a pipeline file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The operating system says no.
    #[error("cannot read the pipeline `{path}`")]
    Io {
        /// The file.
        path: Box<str>,
        /// What it says.
        #[source]
        error: std::io::Error,
    },
    /// It is no TOML of the right shape.
    #[error("{location}: {text}")]
    Syntax {
        /// Where.
        location: Location,
        /// What is wrong.
        text: Box<str>,
    },
    /// Records of a file were lost or doubled: a bug of ours.
    #[error("`{path}` has {read} records, but {accounted_for} are loaded, duplicates, left out or in quarantine")]
    Records {
        /// The file.
        path: Box<str>,
        /// Records in it.
        read: u64,
        /// Records whose fate is known.
        accounted_for: u64,
    },
    /// Attempts of a stratum were lost or doubled: a bug of ours.
    #[error(
        "`{stratum}` made {attempts} attempts, but {dead_ends} dead ends, {accepted} accepted and {rejected} rejected \
         items are accounted for"
    )]
    Attempts {
        /// The stratum.
        stratum: String,
        /// Indices that were tried.
        attempts: u64,
        /// Those that gave no candidate.
        dead_ends: u64,
        /// Items that were accepted.
        accepted: u64,
        /// Items and candidates that were rejected.
        rejected: u64,
    },
    /// The run's own record cannot be written.
    #[error("cannot write `{path}`")]
    Ledger {
        /// The file.
        path: Box<str>,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
}

impl Pipeline {
    /// Reads a pipeline file.
    ///
    /// # Errors
    ///
    /// [`PipelineError`] with line and column.
    pub fn read(path: &Path) -> Result<Self, PipelineError> {
        let shown = super::display(path);
        let text =
            std::fs::read_to_string(path).map_err(|error| PipelineError::Io { path: shown.clone().into(), error })?;
        Self::parse(&shown, &text)
    }

    /// Parses the text of a pipeline file; `file` is for messages.
    ///
    /// # Errors
    ///
    /// [`PipelineError::Syntax`] with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, PipelineError> {
        let mut pipeline: Self = toml::from_str(text).map_err(|error| PipelineError::Syntax {
            location: Location::of_offset(file, text, error.span().map_or(0, |span| span.start)),
            text: error.message().into(),
        })?;
        pipeline.sha256 = sha256_hex(text);
        pipeline.file = file.into();
        pipeline.text = text.into();
        Ok(pipeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "title = 'T'\nseed = 7\n[ingest]\nsources = ['hpo']\n[write]\ndir = 'output/x'\n";

    #[test]
    fn a_misspelt_key_has_line_and_column() {
        let text = format!("{GOOD}[[mine.walk]]\nhopps = 2\n");
        let error = Pipeline::parse("p.toml", &text).unwrap_err().to_string();
        assert!(error.starts_with("p.toml:8:1: unknown field `hopps`"), "{error}");
    }

    #[test]
    fn a_metapath_is_checked_where_it_stands() {
        let text = format!("{GOOD}[[mine.metapath]]\nn_items = 1\nmetapaths = ['Gene -x Disease']\n");
        let error = Pipeline::parse("p.toml", &text).unwrap_err().to_string();
        assert!(error.starts_with("p.toml:9:") && error.contains("is no metapath"), "{error}");
    }

    #[test]
    fn the_hash_is_that_of_the_text() {
        assert_ne!(
            Pipeline::parse("p", GOOD).unwrap().sha256,
            Pipeline::parse("p", &format!("{GOOD}\n")).unwrap().sha256
        );
    }
}
