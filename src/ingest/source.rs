//! What a source is: its files, its version, its licence.
//!
//! A new source in a known format is a `source.toml` and no code. Files are pinned by SHA-256 where the release is
//! fixed, because counts, proofs and licence statements were reviewed for those bytes and no others.

use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use crate::ingest::Reader;
use crate::ingest::do_axioms::DoAxioms;
use crate::ingest::drugmechdb::DrugMechDb;
use crate::ingest::genes::GenesToPhenotype;
use crate::ingest::hetionet::HetionetEdges;
use crate::ingest::hetionet::HetionetJson;
use crate::ingest::hetionet::HetionetNodes;
use crate::ingest::hpoa::Hpoa;
use crate::ingest::icd10cm::Icd10cm;
use crate::ingest::kgx::KgxEdges;
use crate::ingest::kgx::KgxNodes;
use crate::ingest::mapped::EdgeTable;
use crate::ingest::mapped::MatchTable;
use crate::ingest::mapped::NodeTable;
use crate::ingest::obo::Obo;
use crate::ingest::obograph::Obograph;
use crate::ingest::owl::Owl;
use crate::ingest::phenopackets::Phenopackets;
use crate::ingest::primekg::PrimekgEdges;
use crate::ingest::primekg::PrimekgNodes;
use crate::ingest::rdf::Rdf;
use crate::ingest::sssom::Sssom;
use crate::kg::Licence;
use crate::kg::Source;
use crate::location::Location;

/// A `source.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// The release.
    pub version: Box<str>,
    /// Where it comes from.
    pub home: Box<str>,
    /// What its licence allows.
    pub licence: Licence,
    /// The licence's own name.
    pub licence_name: Box<str>,
    /// The sentence that must stand wherever the data is shown.
    pub credit: Box<str>,
    /// The folder of its files, where it is not the source's name.
    #[serde(default)]
    pub folder: Option<Box<str>>,
    #[serde(default)]
    obo: Vec<At<Obo>>,
    #[serde(default)]
    obograph: Vec<At<Obograph>>,
    #[serde(default)]
    owl: Vec<At<Owl>>,
    #[serde(default)]
    rdf: Vec<At<Rdf>>,
    #[serde(default)]
    kgx_nodes: Vec<At<KgxNodes>>,
    #[serde(default)]
    node_table: Vec<At<NodeTable>>,
    #[serde(default)]
    match_table: Vec<At<MatchTable>>,
    #[serde(default)]
    hetionet_nodes: Vec<At<HetionetNodes>>,
    #[serde(default)]
    hetionet_json: Vec<At<HetionetJson>>,
    #[serde(default)]
    drugmechdb: Vec<At<DrugMechDb>>,
    #[serde(default)]
    phenopackets: Vec<At<Phenopackets>>,
    #[serde(default)]
    sssom: Vec<At<Sssom>>,
    #[serde(default)]
    icd10cm: Vec<At<Icd10cm>>,
    #[serde(default)]
    hpoa: Vec<At<Hpoa>>,
    #[serde(default)]
    genes_to_phenotype: Vec<At<GenesToPhenotype>>,
    #[serde(default)]
    kgx_edges: Vec<At<KgxEdges>>,
    #[serde(default)]
    primekg_nodes: Vec<At<PrimekgNodes>>,
    #[serde(default)]
    primekg_edges: Vec<At<PrimekgEdges>>,
    #[serde(default)]
    edge_table: Vec<At<EdgeTable>>,
    #[serde(default)]
    do_axioms: Vec<At<DoAxioms>>,
    #[serde(default)]
    hetionet_edges: Vec<At<HetionetEdges>>,
}

/// A file with its reader's settings, which stand in a table of their own so that a wrong key keeps its line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct At<R> {
    /// The path below the source's folder.
    path: Box<str>,
    /// SHA-256 of the file, in hex.
    #[serde(default)]
    sha256: Option<Box<str>>,
    /// What the reader is told.
    #[serde(default)]
    with: R,
}

/// Why a `source.toml` cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The operating system says no.
    #[error("{path}: {error}")]
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
        /// What the parser says.
        text: Box<str>,
    },
    /// A file leaves its folder.
    #[error("{file}: `{path}` leads out of the source's folder; give a path below it")]
    Outside {
        /// The source file.
        file: Box<str>,
        /// The path.
        path: Box<str>,
    },
}

impl SourceFile {
    /// Reads a `source.toml`.
    ///
    /// # Errors
    ///
    /// [`SourceError`] with line and column.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let shown = super::display(path);
        let text = std::fs::read_to_string(path).map_err(|error| SourceError::Io { path: shown.clone(), error })?;
        Self::parse(&shown, &text)
    }

    /// Parses the text of a `source.toml`; `file` is for messages.
    ///
    /// # Errors
    ///
    /// [`SourceError`] with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, SourceError> {
        let source: Self = toml::from_str(text).map_err(|error| SourceError::Syntax {
            location: Location::of_offset(file, text, error.span().map_or(0, |span| span.start)),
            text: error.message().into(),
        })?;
        let is_below =
            |path: &str| Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        let folder = source.folder.iter().map(|folder| &**folder);
        let mut paths = source.files().map(|(path, _, _)| path).chain(folder);
        let outside = paths.find(|path| !is_below(path)).map(Box::from);
        drop(paths);
        match outside {
            Some(path) => Err(SourceError::Outside { file: file.into(), path }),
            None => Ok(source),
        }
    }

    /// What the graph keeps of the source.
    pub fn described(&self, name: &str) -> Source {
        Source {
            name: name.into(),
            version: self.version.clone(),
            licence: self.licence,
            licence_name: self.licence_name.clone(),
            credit: self.credit.clone(),
            home: self.home.clone(),
        }
    }

    /// The paths of its files below its folder, in the order of reading.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files().map(|(path, _, _)| path)
    }

    /// Path, checksum and reader of each file: those that describe nodes first.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, Option<&str>, &dyn Reader)> {
        fn each<R: Reader>(files: &[At<R>]) -> impl Iterator<Item = (&str, Option<&str>, &dyn Reader)> {
            files.iter().map(|at| (&*at.path, at.sha256.as_deref(), &at.with as &dyn Reader))
        }
        each(&self.obo)
            .chain(each(&self.obograph))
            .chain(each(&self.owl))
            .chain(each(&self.rdf))
            .chain(each(&self.kgx_nodes))
            .chain(each(&self.primekg_nodes))
            .chain(each(&self.node_table))
            .chain(each(&self.match_table))
            .chain(each(&self.hetionet_nodes))
            .chain(each(&self.hetionet_json))
            .chain(each(&self.drugmechdb))
            .chain(each(&self.phenopackets))
            .chain(each(&self.sssom))
            .chain(each(&self.icd10cm))
            .chain(each(&self.hpoa))
            .chain(each(&self.genes_to_phenotype))
            .chain(each(&self.kgx_edges))
            .chain(each(&self.primekg_edges))
            .chain(each(&self.edge_table))
            .chain(each(&self.do_axioms))
            .chain(each(&self.hetionet_edges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "version='1'\nhome='h'\nlicence='open'\nlicence_name='CC0'\ncredit='c'\n";

    #[test]
    fn a_wrong_key_has_line_and_column() {
        let error = SourceFile::parse("s.toml", &format!("{HEAD}licens='x'")).unwrap_err().to_string();
        assert!(error.starts_with("s.toml:6:1: unknown field `licens`"), "{error}");
    }

    #[test]
    fn a_path_stays_in_its_folder() {
        for path in ["../x", "/etc/passwd", "a/../../b"] {
            let text = format!("{HEAD}[[obo]]\npath='{path}'");
            assert!(matches!(SourceFile::parse("s", &text), Err(SourceError::Outside { .. })), "{path}");
        }
    }
}
