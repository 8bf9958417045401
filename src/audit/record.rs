//! The rows of a data set as an outsider sees them.
//!
//! These are not the structs that wrote them: what is read back is text and numbers of unknown origin, and has yet to
//! be compared with a graph. Columns that nothing here needs are not read.

use serde::Deserialize;

/// A row of `items`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ItemRecord {
    /// 32 hex digits.
    pub id: String,
    /// What is asked for.
    pub kind: String,
    /// Stem and lead-in.
    pub question: String,
    /// Option texts; empty for open kinds.
    pub options: Vec<String>,
    /// The CURIEs of each option, joined by `|`.
    pub option_nodes: Vec<String>,
    /// The key's position from 0; `None` for open kinds.
    pub answer: Option<i64>,
    /// The positions of all keys where there are several, ranked first.
    pub answers: Vec<i64>,
    /// The answer in words.
    pub answer_text: String,
    /// The answer's CURIEs, joined by `|`.
    pub answer_node: String,
    /// CURIEs of the loose answers beside the key.
    pub other_answers: Vec<String>,
    /// Why the key, why not the others.
    pub rationale: String,
    /// The thinking path.
    pub steps: Vec<StepRecord>,
    /// The binding, in the order of telling.
    pub path: Vec<HopRecord>,
    /// The pattern with its constants.
    pub clauses: Vec<ClauseRecord>,
    /// SPARQL that returns the strict answers.
    pub query: String,
    /// Why each wrong option is wrong.
    pub distractor_reasons: Vec<DistractorRecord>,
    /// 0 to 1.
    pub confidence: f64,
    /// How well known the key is.
    pub tier: String,
    /// 1 to 5.
    pub difficulty: i64,
    /// What it is filed under.
    pub category: String,
    /// Sources of all that is used.
    pub sources: Vec<String>,
    /// Their licence classes.
    pub licences: Vec<String>,
    /// The quota it fills.
    pub stratum: String,
    /// `train`, `validation` or `test`.
    pub split: String,
}

/// A step of a thinking path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StepRecord {
    /// What a reader sees.
    pub text: String,
    /// `recall`, `combine`, `exclude` or `conclude`.
    pub kind: String,
    /// Numbers of the edges it rests on.
    pub edges: Vec<i64>,
    /// Words of the question it rests on.
    pub spans: Vec<String>,
}

/// An edge of the binding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HopRecord {
    /// CURIE of the subject as stored.
    pub subject: String,
    /// Its label.
    pub subject_label: String,
    /// The relation.
    pub relation: String,
    /// CURIE of the object as stored.
    pub object: String,
    /// Its label.
    pub object_label: String,
    /// False if it is told from object to subject.
    pub forward: bool,
    /// Its number.
    pub edge: i64,
}

/// A condition of the pattern.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClauseRecord {
    /// A CURIE or a variable.
    pub subject: String,
    /// The positive relation.
    pub relation: String,
    /// A CURIE or a variable.
    pub object: String,
    /// Whether it must not hold.
    pub absent: bool,
    /// Which alternative of a union it belongs to; 0 for what belongs to all, and in data sets without unions.
    #[serde(default)]
    pub branch: i64,
}

/// Why an option is wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DistractorRecord {
    /// The option's CURIEs, joined by `|`.
    pub node: String,
    /// `denied` or `unsupported`.
    pub class: String,
    /// Positions in the clauses that it fails.
    pub failed: Vec<i64>,
    /// The calibrated chance that it is right after all.
    pub risk: f64,
    /// Numbers of the edges that deny it.
    pub edges: Vec<i64>,
}

/// A row of `graph/edges.parquet`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EdgeRecord {
    /// Its number.
    pub edge: i64,
    /// CURIE of the subject.
    pub subject: String,
    /// The relation.
    pub relation: String,
    /// CURIE of the object.
    pub object: String,
    /// The source that states it.
    pub source: String,
}
