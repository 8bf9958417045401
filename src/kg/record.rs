//! What a source says, before it is a graph.
//!
//! Records live here and not with the readers, because the graph is built from them and knows no file format. Each
//! carries its [`Place`]. The counts of [`FileTally`] obey one law, and a pipeline builds no graph that breaks it:
//! read = loaded + duplicates + left out + quarantined.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::finding::Finding;
use crate::kg::Curie;
use crate::kg::Licence;
use crate::kg::RelationId;
use crate::location::FileId;
use crate::location::Place;

/// How near a synonym is to its term, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The same thing.
    Exact,
    /// The synonym means something narrower.
    Narrow,
    /// The synonym means something broader.
    Broad,
    /// Near, in some way.
    Related,
}

/// Another name for a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Synonym {
    /// The name.
    pub text: Box<str>,
    /// How near it is.
    pub scope: Scope,
    /// Whether the source marks it as lay language.
    pub is_lay: bool,
}

/// What a source says about a node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRecord {
    /// Its identifier in this source.
    pub curie: Curie,
    /// Its preferred name; empty where the source gives none.
    pub label: Box<str>,
    /// Its Biolink class; empty where the source leaves it open.
    pub category: Box<str>,
    /// Other names.
    pub synonyms: Vec<Synonym>,
    /// What the source holds to be the same thing elsewhere. A claim: nothing merges by it.
    pub xrefs: Vec<Curie>,
    /// A definition in prose; empty where there is none.
    pub definition: Box<str>,
    /// Whether the source has withdrawn it.
    pub is_obsolete: bool,
    /// Former identifiers that now mean this node.
    pub former: Vec<Curie>,
    /// What an obsolete node was replaced by.
    pub replaced_by: Option<Curie>,
    /// Where it was read.
    pub place: Place,
}

impl NodeRecord {
    /// A node of which only name and class are known.
    pub fn new(curie: Curie, label: &str, category: &str, place: Place) -> Self {
        Self {
            curie,
            label: label.into(),
            category: category.into(),
            synonyms: Vec::new(),
            xrefs: Vec::new(),
            definition: "".into(),
            is_obsolete: false,
            former: Vec::new(),
            replaced_by: None,
            place,
        }
    }
}

/// How often a finding is present among those who have a disease.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Frequency {
    /// Patients with the finding, and patients looked at, summed over reports.
    pub counts: Option<(u32, u32)>,
    /// A class given as an interval of shares from 0 to 1; over several sources the lowest bounds.
    pub class: Option<(f64, f64)>,
}

impl Frequency {
    /// A share that the finding has at least: the lower end of the class, or of the 90 % Wilson interval of the
    /// counts, whichever is less. Counts of fewer than 4 patients are no frequency. `None` if nothing is known.
    ///
    /// Wilson's interval: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209–212, with z = 1.645.
    pub fn lower_bound(&self) -> Option<f64> {
        let counted = self.counts.filter(|&(_, total)| total >= 4).map(|(hits, total)| wilson_lower(hits, total));
        match (counted, self.class.map(|(low, _)| low)) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        }
    }

    /// The two taken together: counts add up, classes keep their lowest bounds.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let counts = match (self.counts, other.counts) {
            (Some((a, b)), Some((c, d))) => Some((a.saturating_add(c), b.saturating_add(d))),
            (left, right) => left.or(right),
        };
        let class = match (self.class, other.class) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.min(d))),
            (left, right) => left.or(right),
        };
        Self { counts, class }
    }
}

fn wilson_lower(hits: u32, total: u32) -> f64 {
    const Z: f64 = 1.645;
    let (hits, total) = (f64::from(hits), f64::from(total));
    let share = hits / total;
    let middle = share + Z * Z / (2.0 * total);
    let spread = Z * (share * (1.0 - share) / total + Z * Z / (4.0 * total * total)).sqrt();
    ((middle - spread) / (1.0 + Z * Z / total)).clamp(0.0, 1.0)
}

/// What is said about an edge beside its ends.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Qualifiers {
    /// How often.
    pub frequency: Frequency,
    /// When, as terms.
    pub onset: Vec<Curie>,
    /// `MALE` or `FEMALE`, where it holds for one sex only.
    pub sex: Option<Box<str>>,
    /// Evidence codes, sorted.
    pub evidence: Vec<Box<str>>,
    /// References, sorted.
    pub publications: Vec<Box<str>>,
}

impl Qualifiers {
    /// Nothing is said.
    pub const NONE: Self = Self {
        frequency: Frequency { counts: None, class: None },
        onset: Vec::new(),
        sex: None,
        evidence: Vec::new(),
        publications: Vec::new(),
    };

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a second record says of the same edge.
    pub fn merge(&mut self, other: Self) {
        self.frequency = self.frequency.merged(other.frequency);
        merge_sorted(&mut self.onset, other.onset);
        merge_sorted(&mut self.evidence, other.evidence);
        merge_sorted(&mut self.publications, other.publications);
        if self.sex != other.sex {
            self.sex = None;
        }
    }
}

fn merge_sorted<T: Ord>(into: &mut Vec<T>, more: Vec<T>) {
    into.extend(more);
    into.sort();
    into.dedup();
}

/// What a source says about an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeRecord {
    /// Where it starts, as stated.
    pub subject: Curie,
    /// Its relation.
    pub relation: RelationId,
    /// Where it ends, as stated.
    pub object: Curie,
    /// What else is said.
    pub qualifiers: Qualifiers,
    /// Where it was read.
    pub place: Place,
}

/// Edges of one relation in one file that say nothing beside their ends, in twelve bytes each: what tables of
/// millions of rows are read into.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulk {
    /// The file.
    pub file: FileId,
    /// The relation.
    pub relation: RelationId,
    /// The categories of subject and object: a row whose ends are of these the wrong way round is turned, because
    /// some tables list each edge both ways under one name.
    pub categories: Option<(Box<str>, Box<str>)>,
    /// The edges.
    pub rows: Vec<BulkRow>,
}

/// An edge of a [`Bulk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkRow {
    /// Where it starts: a position in [`Records::bulk_nodes`].
    pub subject: u32,
    /// Where it ends.
    pub object: u32,
    /// The line it was read on.
    pub line: u32,
}

/// A claim that two identifiers mean one thing, exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchRecord {
    /// The identifier that is kept, where neither has its own node.
    pub left: Curie,
    /// The other one.
    pub right: Curie,
    /// Where it was read.
    pub place: Place,
}

/// A source that records came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name: that of its folder in `ontologies/`.
    pub name: Box<str>,
    /// The release.
    pub version: Box<str>,
    /// What its licence allows.
    pub licence: Licence,
    /// The licence's own name.
    pub licence_name: Box<str>,
    /// The sentence that must stand wherever the data is shown.
    pub credit: Box<str>,
    /// Where it comes from.
    pub home: Box<str>,
}

/// A file that was read, with the fate of every record in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileTally {
    /// Its path as the user would name it.
    pub path: Box<str>,
    /// The position of its source in [`Records::sources`].
    pub source: u16,
    /// SHA-256 of the bytes on disk, in hex.
    pub sha256: Box<str>,
    /// Records in the file.
    pub read: u64,
    /// Records that are in the graph.
    pub loaded: u64,
    /// Records that said again what was loaded.
    pub duplicates: u64,
    /// Records that a rule leaves out, by rule.
    pub left_out: BTreeMap<Box<str>, u64>,
    /// Records that could not be used.
    pub quarantined: u64,
}

impl FileTally {
    /// Records whose fate is known.
    pub fn accounted_for(&self) -> u64 {
        self.loaded + self.duplicates + self.left_out.values().sum::<u64>() + self.quarantined
    }

    /// Whether every record is accounted for.
    pub fn is_conserved(&self) -> bool {
        self.read == self.accounted_for()
    }
}

/// Everything that was read, in the order of sources, files and lines.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The sources.
    pub sources: Vec<Source>,
    /// The files; [`FileId`] points here.
    pub files: Vec<FileTally>,
    /// Nodes that count as records of their file.
    pub nodes: Vec<NodeRecord>,
    /// Nodes that other records mention by the way: they make a node, or give one its name, where no source
    /// describes it.
    pub mentions: Vec<NodeRecord>,
    /// Edges.
    pub edges: Vec<EdgeRecord>,
    /// Edges of large tables.
    pub bulk: Vec<Bulk>,
    /// The ends that [`Self::bulk`] numbers.
    pub bulk_nodes: Vec<Curie>,
    /// Exact matches.
    pub matches: Vec<MatchRecord>,
    /// What the readers saw.
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_patients_are_no_frequency() {
        let frequency = |counts| Frequency { counts: Some(counts), class: None };
        assert_eq!(frequency((3, 3)).lower_bound(), None);
        let lower = frequency((8, 8)).lower_bound().unwrap();
        assert!((lower - 0.747).abs() < 0.001, "{lower}");
    }

    #[test]
    fn the_lowest_bound_of_two_sources_counts() {
        let class = Frequency { counts: None, class: Some((0.8, 0.99)) };
        let counts = Frequency { counts: Some((5, 10)), class: None };
        assert!(class.merged(counts).lower_bound().unwrap() < 0.3);
    }

    #[test]
    fn counts_of_two_reports_add_up() {
        let one = Frequency { counts: Some((1, 2)), class: None };
        assert_eq!(one.merged(one).counts, Some((2, 4)));
    }
}
