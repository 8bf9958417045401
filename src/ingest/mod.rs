//! From files to records that know their place.
//!
//! Each format has one reader, and a reader decides one thing: what a record of its format says. Everything that
//! readers share is here or in [`Sink`]: unpacking, line numbers, the checksum that guards a file, the rule that
//! each record read is loaded, left out by a named rule, or in quarantine.

mod benchmark;
mod do_axioms;
mod drugmechdb;
mod genes;
mod hashed;
mod hetionet;
mod hpoa;
mod icd10cm;
mod identifier;
mod input;
mod json;
mod json_elements;
mod kgx;
mod mapped;
mod mapping;
mod obo;
mod obograph;
mod ontology;
mod owl;
mod parquet;
mod phenopackets;
mod primekg;
mod rdf;
mod settle;
mod sink;
mod source;
mod sssom;
mod table;
mod target;
mod vocabulary;
mod xml;

use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use thiserror::Error;

use crate::ingest::settle::Waiting;
use crate::kg::Curie;
use crate::kg::FileTally;
use crate::kg::PrefixName;
use crate::kg::Records;
use crate::kg::Relations;
use crate::location::Location;

pub use benchmark::BenchmarkConfig;
pub use benchmark::BenchmarkText;
pub use drugmechdb::mechanisms;
pub use input::Input;
pub use input::Lines;
pub use sink::Sink;
pub use sink::Target;
pub use source::SourceError;
pub use source::SourceFile;

/// The `[ingest]` section of a pipeline.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IngestConfig {
    /// Names of sources, in order of precedence; each is a folder with a `source.toml`.
    pub sources: Vec<Box<str>>,
    /// CURIE prefixes whose nodes, and every edge that touches one, are left out and counted.
    #[serde(default)]
    pub leave_out_prefixes: Vec<PrefixName>,
    /// Categories whose nodes, and every edge that touches one, are left out and counted.
    #[serde(default)]
    pub leave_out_categories: Vec<Box<str>>,
    /// The share of a file's records that may be in quarantine before the run stops; 0.001 (one in a thousand)
    /// unless told otherwise, because more than that is a wrong format and not a wrong record.
    #[serde(default = "default_max_quarantined_share")]
    pub max_quarantined_share: f64,
}

fn default_max_quarantined_share() -> f64 {
    0.001
}

/// Reads one format.
pub(crate) trait Reader {
    /// Reads a file into a sink.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the file as a whole is not of the format; a bad record is quarantined instead.
    fn read(&self, input: Input, sink: &mut Sink<'_>) -> Result<(), ReadError>;
}

/// Why sources cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IngestError {
    /// No folder holds the source.
    #[error("there is no source `{name}`: none of {} has `{name}/source.toml`", looked_in(.roots))]
    NoSource {
        /// The source.
        name: Box<str>,
        /// Where it was looked for.
        roots: Vec<PathBuf>,
    },
    /// A file of a source is missing.
    #[error("source `{source_name}`: the file `{path}` is in none of {}", looked_in(.roots))]
    NoFile {
        /// The source.
        source_name: Box<str>,
        /// The file.
        path: Box<str>,
        /// Where it was looked for.
        roots: Vec<PathBuf>,
    },
    /// A file is not the one that was reviewed.
    #[error(
        "`{path}` is not the file that source `{source_name}` was written for: its SHA-256 is {found}, expected {expected}"
    )]
    Checksum {
        /// The source.
        source_name: Box<str>,
        /// The file.
        path: Box<str>,
        /// What it is.
        found: Box<str>,
        /// What it should be.
        expected: Box<str>,
    },
    /// The source file is wrong.
    #[error("cannot read source `{name}`")]
    Source {
        /// The source.
        name: Box<str>,
        /// What is wrong.
        #[source]
        error: SourceError,
    },
    /// A data file is wrong as a whole.
    #[error("cannot read source `{name}`")]
    Read {
        /// The source.
        name: Box<str>,
        /// What is wrong.
        #[source]
        error: ReadError,
    },
    /// A file of a benchmark is missing.
    #[error(
        "benchmark `{name}`: the file `{path}` is neither in the working directory nor in any of {}", looked_in(.roots)
    )]
    NoBenchmark {
        /// The benchmark.
        name: Box<str>,
        /// The file.
        path: Box<str>,
        /// Where it was looked for.
        roots: Vec<PathBuf>,
    },
    /// The questions of a benchmark cannot be read.
    #[error("cannot read benchmark `{name}`")]
    Benchmark {
        /// The benchmark.
        name: Box<str>,
        /// What is wrong.
        #[source]
        error: ReadError,
    },
    /// Too much of a file is in quarantine.
    #[error(
        "{quarantined} of {read} records of `{path}` cannot be used, more than the share of {allowed} that `ingest.max_quarantined_share` allows{first}"
    )]
    Quarantine {
        /// The file.
        path: Box<str>,
        /// Records that cannot be used.
        quarantined: u64,
        /// Records in the file.
        read: u64,
        /// The bound.
        allowed: f64,
        /// The first such record, on lines of its own.
        first: Box<str>,
    },
    /// More files than ids.
    #[error("{count} files are more than the 65,535 that one graph can be made from")]
    TooManyFiles {
        /// How many.
        count: usize,
    },
}

/// Why a file as a whole cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The operating system says no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: Box<str>,
        /// What it says.
        #[source]
        error: std::io::Error,
    },
    /// Its packing is damaged: cut, or with a checksum that does not fit.
    #[error("{path}: cannot be unpacked ({error}); the file is damaged, fetch it again")]
    Damaged {
        /// The file.
        path: Box<str>,
        /// What the unpacker says.
        error: std::io::Error,
    },
    /// It unpacks to more than a data file would.
    #[error("{path}: unpacks to more than {limit_bytes} bytes, over 200 times what it is packed in; no data file does")]
    Bomb {
        /// The file.
        path: Box<str>,
        /// Where reading stopped.
        limit_bytes: u64,
    },
    /// A line that never ends.
    #[error("{location}: the line is longer than {limit_bytes} bytes")]
    LongLine {
        /// Where.
        location: Location,
        /// The bound.
        limit_bytes: usize,
    },
    /// Not the format, or not a version of it that this reader knows.
    #[error("{location}: {problem}")]
    Format {
        /// Where.
        location: Location,
        /// What is wrong, and what would have been right.
        problem: Box<str>,
    },
    /// A relation that the table lacks.
    #[error("{path}: relation `{relation}` has no row in ontologies/relations.toml")]
    Relation {
        /// The file.
        path: Box<str>,
        /// The relation.
        relation: Box<str>,
    },
}

fn looked_in(roots: &[PathBuf]) -> String {
    let shown: Vec<String> = roots.iter().map(|root| format!("`{}`", root.display())).collect();
    shown.join(", ")
}

/// Reads all sources of a pipeline, in order. Sources are looked for under each of `roots` in turn.
///
/// # Errors
///
/// [`IngestError`] with the file and, where there is one, the line.
pub fn read(config: &IngestConfig, relations: &Relations, roots: &[PathBuf]) -> Result<Records, IngestError> {
    let mut records = Records::default();
    let mut waiting = Waiting::default();
    for name in &config.sources {
        let source = source(name, roots)?;
        let number = u16::try_from(records.sources.len())
            .map_err(|_| IngestError::TooManyFiles { count: records.sources.len() })?;
        records.sources.push(source.described(name));
        for (path, sha256, reader) in source.files() {
            let file = Task { name, folder: source.folder.as_deref().unwrap_or(name), path, sha256, number };
            waiting.extend(read_file(&file, reader, config, relations, roots, &mut records)?);
        }
    }
    waiting.settle(&mut records);
    settle::leave_out_categories(&mut records, &config.leave_out_categories);
    Ok(records)
}

/// A file that sources are read from, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How long it is.
    pub n_bytes: u64,
    /// When it was changed last, if the system knows.
    pub changed: Option<std::time::SystemTime>,
}

/// Every file that [`read`] would read, `source.toml`s included, in order.
///
/// # Errors
///
/// [`IngestError`] if a source or one of its files is missing.
pub fn inputs(config: &IngestConfig, roots: &[PathBuf]) -> Result<Vec<InputFile>, IngestError> {
    let mut inputs = Vec::new();
    let mut push = |path: PathBuf| {
        let metadata = std::fs::metadata(&path).ok();
        let n_bytes = metadata.as_ref().map_or(0, std::fs::Metadata::len);
        inputs.push(InputFile { path, n_bytes, changed: metadata.and_then(|metadata| metadata.modified().ok()) });
    };
    for name in &config.sources {
        let source = source(name, roots)?;
        push(find_source(name, roots)?);
        let folder = source.folder.as_deref().unwrap_or(name);
        for path in source.paths() {
            push(find_file(name, folder, path, roots)?);
        }
    }
    Ok(inputs)
}

fn find_source(name: &str, roots: &[PathBuf]) -> Result<PathBuf, IngestError> {
    let found = roots.iter().map(|root| root.join(name).join("source.toml")).find(|path| path.is_file());
    found.ok_or_else(|| IngestError::NoSource { name: name.into(), roots: roots.to_vec() })
}

fn find_file(name: &str, folder: &str, path: &str, roots: &[PathBuf]) -> Result<PathBuf, IngestError> {
    let found = roots.iter().map(|root| root.join(folder).join(path)).find(|path| path.is_file());
    found.ok_or_else(|| IngestError::NoFile { source_name: name.into(), path: path.into(), roots: roots.to_vec() })
}

/// The description of a source: `ontologies/NAME/source.toml` or the like.
///
/// # Errors
///
/// [`IngestError`] if there is none or it is wrong.
pub fn source(name: &str, roots: &[PathBuf]) -> Result<SourceFile, IngestError> {
    let path = find_source(name, roots)?;
    SourceFile::read(&path).map_err(|error| IngestError::Source { name: name.into(), error })
}

struct Task<'a> {
    name: &'a str,
    folder: &'a str,
    path: &'a str,
    sha256: Option<&'a str>,
    number: u16,
}

fn read_file(
    task: &Task<'_>,
    reader: &dyn Reader,
    config: &IngestConfig,
    relations: &Relations,
    roots: &[PathBuf],
    records: &mut Records,
) -> Result<Waiting, IngestError> {
    let wrong = |error| IngestError::Read { name: task.name.into(), error };
    let path = find_file(task.name, task.folder, task.path, roots)?;
    let shown = display(&path);
    let number =
        u16::try_from(records.files.len()).map_err(|_| IngestError::TooManyFiles { count: records.files.len() })?;
    records.files.push(FileTally { path: shown.clone(), source: task.number, ..FileTally::default() });
    let (input, hashed) = Input::hashed(&path).map_err(wrong)?;
    let mut sink = Sink::new(records, relations, number, &config.leave_out_prefixes);
    let read = reader.read(input, &mut sink);
    let waiting = sink.finish();
    let sha256 = hashed.finish().map_err(|error| wrong(ReadError::Io { path: shown.clone(), error }))?;
    // Another file than the reviewed one is the cause of whatever else is wrong with it.
    if let Some(expected) = task.sha256.filter(|expected| **expected != *sha256) {
        return Err(IngestError::Checksum {
            source_name: task.name.into(),
            path: shown,
            found: sha256,
            expected: expected.into(),
        });
    }
    if let Some(file) = records.files.get_mut(usize::from(number)) {
        file.sha256 = sha256;
    }
    read.map(|()| waiting).map_err(wrong)
}

/// Checks that no file has more in quarantine than the pipeline allows, once the graph has settled what can be used.
///
/// # Errors
///
/// [`IngestError::Quarantine`] for the first such file.
pub fn check_quarantine(config: &IngestConfig, built: &crate::kg::Built) -> Result<(), IngestError> {
    for file in &built.files {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let is_over = file.quarantined as f64 > config.max_quarantined_share * file.read as f64;
        if is_over {
            let of_file = |finding: &&crate::finding::Finding| {
                finding.location.as_ref().is_some_and(|location| *location.file() == *file.path)
            };
            let first =
                built.findings.iter().find(of_file).map_or_else(String::new, |finding| format!("\n  {finding}"));
            return Err(IngestError::Quarantine {
                path: file.path.clone(),
                quarantined: file.quarantined,
                read: file.read,
                allowed: config.max_quarantined_share,
                first: first.into(),
            });
        }
    }
    Ok(())
}

fn display(path: &Path) -> Box<str> {
    path.to_string_lossy().replace('\\', "/").into()
}

/// A name as part of a rule's name: rules are counted by name, and a damaged file may hold any name.
pub(crate) fn rule_part(name: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":_-./#".contains(&byte);
    if name.len() <= 100 && name.bytes().all(is_plain) { name } else { "of no known form" }
}

/// Whether a CURIE has one of the prefixes.
pub(crate) fn has_prefix(curie: &Curie, prefixes: &[PrefixName]) -> bool {
    prefixes.iter().any(|prefix| prefix.is_of(curie))
}
