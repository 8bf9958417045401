//! The manifest: what a data set is, what it was made from, and every file with its hash.
//!
//! What it does not name does not exist. Nothing in it depends on time or machine, so the manifest of a repeated run
//! is the same file; times, host and memory belong to `run.json`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::kg::FileTally;
use crate::kg::Risks;
use crate::kg::Source;
use crate::write::BenchmarkEntry;
use crate::write::Diversity;
use crate::write::error::Difference;
use crate::write::error::WriteError;

/// The name of the manifest.
pub const MANIFEST: &str = "manifest.json";

/// `manifest.json`, field by field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of columns and layout.
    pub format_version: u32,
    /// The program.
    pub thinkpath_version: String,
    /// What was read.
    pub sources: Vec<SourceEntry>,
    /// The fate of every record, by file.
    pub ingest: Vec<IngestEntry>,
    /// The graph.
    pub graph_sha256: String,
    /// The pipeline file.
    pub pipeline_sha256: String,
    /// The seed.
    pub seed: u64,
    /// Language models, by name; empty without one.
    pub models: Vec<String>,
    /// SHA-256 of each prompt file; empty without a model.
    pub prompts: Vec<String>,
    /// What the risks of distractors were counted on.
    #[serde(default)]
    pub calibration: Calibration,
    /// The fate of every candidate.
    pub funnel: Funnel,
    /// The fate of every wrong thinking path.
    #[serde(default)]
    pub corruptions: CorruptionCounts,
    /// The benchmarks that items were held against, and what was found; empty if there are none.
    #[serde(default)]
    pub decontamination: Vec<BenchmarkEntry>,
    /// Rows of `items` by split.
    pub splits: SplitCounts,
    /// How varied `items` is.
    #[serde(default)]
    pub diversity: Diversity,
    /// Rows of `items` by the strictest licence class that they use.
    #[serde(default)]
    pub licences: BTreeMap<String, u64>,
    /// What the data set owes to each source, in the order of `sources`.
    #[serde(default)]
    pub attribution: Vec<AttributionEntry>,
    /// Every file but this one, `SHA256SUMS` and `run.json`, sorted by path.
    pub files: Vec<FileEntry>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// Its name.
    pub name: String,
    /// The release.
    pub version: String,
    /// The licence class.
    pub licence: String,
    /// The licence's own name.
    #[serde(default)]
    pub licence_name: String,
    /// The sentence that must stand wherever the data is shown.
    pub credit: String,
    /// Where it comes from.
    #[serde(default)]
    pub home: String,
    /// Its files.
    pub files: Vec<SourceFileEntry>,
}

/// What a data set owes to a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionEntry {
    /// Its name.
    pub source: String,
    /// The licence class.
    pub licence: String,
    /// Rows of `items` that use it.
    pub items: u64,
    /// What stands in `graph/` of it.
    pub published: ShareEntry,
    /// What was left out of `graph/` because its licence forbids to pass it on.
    pub withheld: ShareEntry,
}

/// How much of a graph comes from a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareEntry {
    /// Edges.
    pub edges: u64,
    /// Preferred names.
    pub labels: u64,
    /// Other names.
    pub synonyms: u64,
    /// Claims of sameness.
    pub xrefs: u64,
}

/// A file of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFileEntry {
    /// `<source folder>/<file>`.
    pub path: String,
    /// SHA-256 of the bytes on disk.
    pub sha256: String,
}

/// The fate of the records of a file: `read` is the sum of the other four numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestEntry {
    /// `<source folder>/<file>`.
    pub file: String,
    /// Records in the file.
    pub read: u64,
    /// Records in the graph.
    pub loaded: u64,
    /// Records that said again what was loaded.
    pub duplicates: u64,
    /// Records that a rule leaves out.
    pub left_out: u64,
    /// Records that could not be used.
    pub quarantined: u64,
    /// `left_out` by rule.
    pub left_out_by_rule: BTreeMap<String, u64>,
}

/// How often what is not recorded holds all the same: rows by the number of clues (one, two, three), columns by the
/// least information content among them (any, 3 nats, 4 nats). The risk of an option is `held` / `sets`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calibration {
    /// On how many diseases of this graph it was counted; 0: none was described twice, and the counts are those that
    /// the program comes with.
    pub n_diseases: u64,
    /// Sets of clues that an option fails, in millionths of a pair of diseases where it was counted here.
    pub sets: [[u64; 3]; 3],
    /// Those that it has all the same.
    pub held: [[u64; 3]; 3],
}

impl From<&Risks> for Calibration {
    fn from(risks: &Risks) -> Self {
        Self { n_diseases: risks.n_diseases, sets: risks.sets, held: risks.held }
    }
}

/// The fate of every candidate: `mined` is `written` and all of `rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Candidates.
    pub mined: u64,
    /// Rows of `items`.
    pub written: u64,
    /// Rows of `rejected`, by code.
    pub rejected: BTreeMap<String, u64>,
}

/// The fate of every wrong thinking path that was tried: `tried` is `written` and all of `dropped`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorruptionCounts {
    /// Those that were tried.
    pub tried: u64,
    /// Rows of `corruptions`.
    pub written: u64,
    /// The same by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Those that were dropped, by code.
    pub dropped: BTreeMap<String, u64>,
}

/// Rows of `items` by split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitCounts {
    /// To learn from.
    pub train: u64,
    /// To choose by.
    pub validation: u64,
    /// To report.
    pub test: u64,
}

/// A file of the data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path below the data set, with `/`.
    pub path: String,
    /// Rows; null for what is no table.
    pub rows: Option<u64>,
    /// Size.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
}

impl Manifest {
    /// The text of the file.
    pub(super) fn text(&self) -> Result<String, WriteError> {
        let mut text = serde_json::to_string_pretty(self).map_err(WriteError::Json)?;
        text.push('\n');
        Ok(text)
    }

    /// In what another data set is not this one, of all that is known before the first candidate is mined.
    pub(super) fn differences(&self, here: &Self) -> Result<Vec<Difference>, WriteError> {
        let made_from = |manifest: &Self| {
            let (funnel, splits, files) = (Funnel::default(), SplitCounts::default(), Vec::new());
            let (calibration, licences, attribution) = (Calibration::default(), BTreeMap::new(), Vec::new());
            let (corruptions, diversity) = (CorruptionCounts::default(), Diversity::default());
            let decontamination = manifest.decontamination.iter().map(BenchmarkEntry::uncounted).collect();
            let bare = Self {
                calibration,
                funnel,
                corruptions,
                decontamination,
                splits,
                diversity,
                licences,
                attribution,
                files,
                ..manifest.clone()
            };
            serde_json::to_value(bare).map_err(WriteError::Json)
        };
        let mut differences = Vec::new();
        compare("", &made_from(self)?, &made_from(here)?, &mut differences);
        Ok(differences)
    }
}

/// Finds the fields in which two values differ, each by its way from the root, as `sources[0].credit`.
fn compare(field: &str, there: &Value, here: &Value, differences: &mut Vec<Difference>) {
    let told = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) => format!("a list of {}", entries.len()),
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    };
    match (there, here) {
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for name in names {
                let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                compare(&field, &of(left), &of(right), differences);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{field}[{at}]"), left, right, differences);
            }
        }
        _ if there == here => {}
        _ => differences.push(Difference { field: field.to_owned(), there: told(there), here: told(here) }),
    }
}

impl Funnel {
    /// Counts rejections by code and checks that nothing was lost or doubled.
    pub(super) fn new<'a>(
        mined: u64,
        written: u64,
        rejections: impl Iterator<Item = &'a str>,
    ) -> Result<Self, WriteError> {
        let mut rejected: BTreeMap<String, u64> = BTreeMap::new();
        for code in rejections {
            *rejected.entry(code.to_owned()).or_default() += 1;
        }
        let sum = rejected.values().sum();
        if mined != written + sum {
            return Err(WriteError::Conservation { mined, written, rejected: sum });
        }
        Ok(Self { mined, written, rejected })
    }
}

/// The sources with their files, as a manifest lists them; `roots` are the folders in which sources were looked for.
pub fn source_entries(sources: &[Source], files: &[FileTally], roots: &[PathBuf]) -> Vec<SourceEntry> {
    let files_of = |number: usize| {
        files
            .iter()
            .filter(move |file| usize::from(file.source) == number)
            .map(|file| SourceFileEntry { path: relative(&file.path, roots), sha256: file.sha256.to_string() })
            .collect()
    };
    sources
        .iter()
        .enumerate()
        .map(|(number, source)| SourceEntry {
            name: source.name.to_string(),
            version: source.version.to_string(),
            licence: source.licence.to_string(),
            licence_name: source.licence_name.to_string(),
            credit: source.credit.to_string(),
            home: source.home.to_string(),
            files: files_of(number),
        })
        .collect()
}

/// The fate of the records of every file, as a manifest lists it.
pub fn ingest_entries(files: &[FileTally], roots: &[PathBuf]) -> Vec<IngestEntry> {
    files
        .iter()
        .map(|file| IngestEntry {
            file: relative(&file.path, roots),
            read: file.read,
            loaded: file.loaded,
            duplicates: file.duplicates,
            left_out: file.left_out.values().sum(),
            quarantined: file.quarantined,
            left_out_by_rule: file.left_out.iter().map(|(rule, &count)| (rule.to_string(), count)).collect(),
        })
        .collect()
}

/// A source file's path below the folder in which sources were looked for; where none fits, its folder and name. So
/// no path of the machine gets into a data set.
pub(super) fn relative(path: &str, roots: &[PathBuf]) -> String {
    let below = roots.iter().find_map(|root| Path::new(path).strip_prefix(root).ok());
    let parts: Vec<_> = below
        .unwrap_or(Path::new(path))
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    let skipped = if below.is_some() { 0 } else { parts.len().saturating_sub(2) };
    parts[skipped..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_an_error() {
        let error = Funnel::new(5, 2, ["V101", "V101"].into_iter()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "5 candidates were mined, but 2 were written and 2 rejected; the sum must be equal"
        );
        let funnel = Funnel::new(4, 1, ["V101", "over_quota", "V101"].into_iter()).unwrap();
        assert_eq!(funnel.rejected["V101"], 2);
    }

    #[test]
    fn a_difference_is_told_by_its_way_from_the_root() {
        let (there, here) = (
            serde_json::json!({"seed": 7, "sources": [{"name": "a", "files": [1]}], "left_out": {"x": 1}}),
            serde_json::json!({"seed": 8, "sources": [{"name": "b", "files": [1, 2]}], "left_out": {"y": 1}}),
        );
        let mut differences = Vec::new();
        compare("", &there, &here, &mut differences);
        let told: Vec<String> =
            differences.iter().map(|of| format!("{}: {} / {}", of.field, of.there, of.here)).collect();
        assert_eq!(
            told,
            [
                "left_out.x: 1 / nothing",
                "left_out.y: nothing / 1",
                "seed: 7 / 8",
                "sources[0].files: a list of 1 / a list of 2",
                "sources[0].name: a / b",
            ]
        );
        let mut none = Vec::new();
        compare("", &here, &here, &mut none);
        assert!(none.is_empty());
    }

    #[test]
    fn no_path_of_the_machine_gets_into_a_data_set() {
        let roots = [PathBuf::from("ontologies"), PathBuf::from("/srv/data")];
        for (path, shown) in [
            ("ontologies/hpo/hp.obo.gz", "hpo/hp.obo.gz"),
            ("/srv/data/derived/deep/mondo.tsv", "derived/deep/mondo.tsv"),
            ("/elsewhere/hpo/hp.obo.gz", "hpo/hp.obo.gz"),
            ("../up/hp.obo", "up/hp.obo"),
            ("arrows", "arrows"),
        ] {
            assert_eq!(relative(path, &roots), shown);
        }
    }

    #[test]
    fn the_records_of_a_file_still_add_up() {
        let file = FileTally {
            path: "hpo/a".into(),
            source: 0,
            sha256: "".into(),
            read: 10,
            loaded: 4,
            duplicates: 1,
            left_out: [("IEA".into(), 2), ("self loop".into(), 1)].into(),
            quarantined: 2,
        };
        let entry = ingest_entries(&[file], &[]).remove(0);
        assert_eq!(entry.read, entry.loaded + entry.duplicates + entry.left_out + entry.quarantined);
        assert_eq!(entry.left_out_by_rule.values().sum::<u64>(), entry.left_out);
    }
}
