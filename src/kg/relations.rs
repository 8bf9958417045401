//! Relations are data: `ontologies/relations.toml` says what each means.
//!
//! Closure, polarity and wording of a relation are the three things that make a proof right or wrong, so they stand
//! in a reviewed table and not in code that happens to use them. The table travels with every data set
//! (`graph/relations.parquet`), because whoever re-checks a claim needs it.

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use thiserror::Error;

use crate::location::Location;

/// A relation of the table; its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(u16);

impl RelationId {
    /// The first row.
    pub(super) const FIRST: Self = Self(0);

    /// The position as files hold it.
    pub(super) fn number(self) -> u16 {
        self.0
    }

    /// The id of a position that a file holds.
    pub(super) fn of_number(number: u16) -> Self {
        Self(number)
    }

    /// The position in the table.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which other nodes an asserted end also holds for, along `is_a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Closure {
    /// No others.
    #[default]
    None,
    /// Its ancestors.
    Up,
    /// Its descendants.
    Down,
}

/// A row of the table; see the head of `relations.toml` for the fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The name; the key of the row.
    #[serde(skip)]
    pub name: Box<str>,
    /// `biolink:`, `rdfs:` or `tp:` and the local name.
    pub predicate: Box<str>,
    /// The relation's name read backwards.
    pub inverse: Box<str>,
    /// Categories of the subject; empty = any.
    #[serde(default)]
    pub domain: Vec<Box<str>>,
    /// Categories of the object; empty = any.
    #[serde(default)]
    pub range: Vec<Box<str>>,
    /// Holds both ways.
    #[serde(default, rename = "symmetric")]
    pub is_symmetric: bool,
    /// Holds over chains.
    #[serde(default, rename = "transitive")]
    pub is_transitive: bool,
    /// One object per subject, so that another value denies.
    #[serde(default, rename = "functional")]
    pub is_functional: bool,
    /// Orders kinds.
    #[serde(default, rename = "taxonomic")]
    pub is_taxonomic: bool,
    /// The subject brings the object about.
    #[serde(default, rename = "causal")]
    pub is_causal: bool,
    /// 1: the more of the subject, the more of the object; −1: the less; 0: it says neither.
    #[serde(default)]
    pub sign: i8,
    /// The relation that this one denies.
    #[serde(default)]
    pub negates: Option<Box<str>>,
    /// The relation that an edge has instead, where its ends do not fit domain and range.
    #[serde(default)]
    pub otherwise: Option<Box<str>>,
    /// Strict closure of the subject.
    #[serde(default)]
    pub subject: Closure,
    /// Strict closure of the object.
    #[serde(default)]
    pub object: Closure,
    /// Onto which of the subject's kin an asserted edge casts doubt in the loose reading: onto its descendants (`down`)
    /// or its ancestors (`up`). `none`: onto both, as is the rule.
    #[serde(default)]
    pub loose_subject: Closure,
    /// An asserted object that fewer nats than this tell apart casts no doubt on its kinds: the loose reading does
    /// not pass from it to its descendants. `None`: every object does.
    #[serde(default)]
    pub vague_below: Option<f64>,
    /// Counted as this relation by the loose reading.
    #[serde(default)]
    pub conflicts: Vec<Box<str>>,
    /// The wording from subject to object.
    pub forwards: Box<str>,
    /// The wording from object to subject.
    pub backwards: Box<str>,
}

impl Relation {
    /// Whether it denies another relation.
    pub fn is_negative(&self) -> bool {
        self.negates.is_some()
    }

    /// The IRI of its predicate.
    pub fn iri(&self) -> String {
        let (prefix, local) = self.predicate.split_once(':').unwrap_or(("tp", &self.predicate));
        let base = match prefix {
            "rdfs" => "http://www.w3.org/2000/01/rdf-schema#",
            "biolink" => BIOLINK_IRI,
            _ => VOCABULARY_IRI,
        };
        format!("{base}{local}")
    }

    /// An edge as a sentence without its full stop.
    pub fn wording(&self, subject: &str, object: &str, is_forward: bool) -> String {
        let template = if is_forward { &self.forwards } else { &self.backwards };
        // One pass, so that a label that holds `{object}` is only text.
        let mut sentence = String::new();
        let mut rest: &str = template;
        while let Some(open) = rest.find('{') {
            sentence.push_str(&rest[..open]);
            rest = &rest[open..];
            if let Some(after) = rest.strip_prefix("{subject}") {
                sentence.push_str(subject);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{object}") {
                sentence.push_str(object);
                rest = after;
            } else {
                sentence.push('{');
                rest = &rest[1..];
            }
        }
        sentence.push_str(rest);
        sentence
    }
}

/// Biolink's namespace.
pub const BIOLINK_IRI: &str = "https://w3id.org/biolink/vocab/";
/// Our own namespace for relations.
pub const VOCABULARY_IRI: &str = "https://w3id.org/thinkpath/vocab#";

/// The table, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Relations(IndexMap<Box<str>, Relation>);

/// Why a table of relations cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RelationsError {
    /// The file is no TOML of the right shape.
    #[error("{location}: {text}")]
    Syntax {
        /// Where.
        location: Location,
        /// What the parser says.
        text: Box<str>,
    },
    /// A row names a relation that has none.
    #[error("relation `{relation}` names `{named}` in `{field}`, which has no row of its own")]
    Unknown {
        /// The row.
        relation: Box<str>,
        /// The field.
        field: &'static str,
        /// The name that leads nowhere.
        named: Box<str>,
    },
    /// A wording leaves an end out.
    #[error("relation `{relation}`: `{field}` must hold both `{{subject}}` and `{{object}}`")]
    Wording {
        /// The row.
        relation: Box<str>,
        /// The field.
        field: &'static str,
    },
    /// A relation that every graph needs is missing.
    #[error("relation `{relation}` has no row, and every graph needs it")]
    Missing {
        /// The relation.
        relation: &'static str,
    },
    /// More rows than ids.
    #[error("{count} relations are more than the 65,535 that a graph can hold")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl Relations {
    /// Reads a table; `file` is for messages.
    ///
    /// # Errors
    ///
    /// A [`RelationsError`] that names the row and what would have been right.
    pub fn parse(file: &str, text: &str) -> Result<Self, RelationsError> {
        let mut rows: IndexMap<Box<str>, Relation> = toml::from_str(text).map_err(|error| RelationsError::Syntax {
            location: Location::of_offset(file, text, error.span().map_or(0, |span| span.start)),
            text: error.message().into(),
        })?;
        if rows.len() > usize::from(u16::MAX) {
            return Err(RelationsError::TooMany { count: rows.len() });
        }
        for (name, row) in &mut rows {
            row.name = name.clone();
        }
        for (name, row) in &rows {
            let negates = row.negates.iter().map(|named| ("negates", named));
            let otherwise = row.otherwise.iter().map(|named| ("otherwise", named));
            for (field, named) in negates.chain(otherwise).chain(row.conflicts.iter().map(|named| ("conflicts", named)))
            {
                if !rows.contains_key(named) {
                    return Err(RelationsError::Unknown { relation: name.clone(), field, named: named.clone() });
                }
            }
            for (field, wording) in [("forwards", &row.forwards), ("backwards", &row.backwards)] {
                if !(wording.contains("{subject}") && wording.contains("{object}")) {
                    return Err(RelationsError::Wording { relation: name.clone(), field });
                }
            }
        }
        if !rows.contains_key("is_a") {
            return Err(RelationsError::Missing { relation: "is_a" });
        }
        Ok(Self(rows))
    }

    /// The reviewed table that the program carries.
    ///
    /// # Errors
    ///
    /// Never with the file as it stands: a test reads it.
    pub fn standard() -> Result<Self, RelationsError> {
        Self::parse("ontologies/relations.toml", include_str!("../../ontologies/relations.toml"))
    }

    /// The row of a name.
    pub fn id(&self, name: &str) -> Option<RelationId> {
        self.0.get_index_of(name).and_then(|index| u16::try_from(index).ok()).map(RelationId)
    }

    /// The row that a name is the inverse of; of a symmetric relation it is its own.
    pub fn inverse(&self, name: &str) -> Option<RelationId> {
        self.iter().find(|(_, row)| *row.inverse == *name).map(|(id, _)| id)
    }

    /// The first row with a Biolink predicate, given without its prefix. Biolink's `subclass_of` is RDF Schema's.
    pub fn of_predicate(&self, predicate: &str) -> Option<RelationId> {
        let wanted = if predicate == "subclass_of" { "rdfs:subClassOf" } else { predicate };
        let is_it = |row: &Relation| row.predicate.strip_prefix("biolink:").unwrap_or(&row.predicate) == wanted;
        self.iter().find(|(_, row)| is_it(row)).map(|(id, _)| id)
    }

    /// The row of an id of this table.
    pub fn row(&self, id: RelationId) -> &Relation {
        &self.0[id.index()]
    }

    /// Every row with its id, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (RelationId, &Relation)> {
        (0_u16..).map(RelationId).zip(self.0.values())
    }

    /// The id of `is_a`, which every table has.
    pub fn is_a(&self) -> RelationId {
        self.id("is_a").unwrap_or(RelationId::FIRST)
    }

    /// The relations that deny a relation.
    pub fn negatives_of(&self, id: RelationId) -> impl Iterator<Item = RelationId> + '_ {
        let name = &self.row(id).name;
        self.iter().filter(move |(_, row)| row.negates.as_ref() == Some(name)).map(|(id, _)| id)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IS_A: &str = "[is_a]\npredicate='rdfs:subClassOf'\ninverse='k'\nforwards='{subject} {object}'\nbackwards='{object} {subject}'\n";

    #[test]
    fn the_standard_table_is_sound() {
        let relations = Relations::standard().unwrap();
        let absent = relations.id("phenotype_absent").unwrap();
        let present = relations.id("has_phenotype").unwrap();
        assert_eq!(relations.negatives_of(present).collect::<Vec<_>>(), [absent]);
        assert_eq!(relations.row(present).iri(), "https://w3id.org/biolink/vocab/has_phenotype");
    }

    #[test]
    fn a_relation_is_found_by_its_predicate_and_by_its_inverse() {
        let relations = Relations::standard().unwrap();
        let name = |id: Option<RelationId>| id.map(|id| relations.row(id).name.to_string());
        assert_eq!(name(relations.of_predicate("subclass_of")).as_deref(), Some("is_a"));
        assert_eq!(name(relations.of_predicate("treats")).as_deref(), Some("treats"));
        assert_eq!(name(relations.of_predicate("opposes")), None);
        assert_eq!(name(relations.inverse("has_associated_gene")).as_deref(), Some("associated_with"));
        assert_eq!(name(relations.inverse("treats")), None);
    }

    #[test]
    fn a_label_cannot_inject_the_other_end() {
        let relations = Relations::standard().unwrap();
        let row = relations.row(relations.id("associated_with").unwrap());
        assert_eq!(row.wording("{object}", "b", true), "variants in {object} are associated with b");
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| Relations::parse("r.toml", &format!("{IS_A}{text}")).unwrap_err().to_string();
        assert_eq!(
            error(
                "[x]\npredicate='tp:x'\ninverse='y'\nnegates='z'\nforwards='{subject} {object}'\nbackwards='{subject} {object}'"
            ),
            "relation `x` names `z` in `negates`, which has no row of its own"
        );
        assert_eq!(
            error("[x]\npredicate='tp:x'\ninverse='y'\nforwards='{subject}'\nbackwards='{subject} {object}'"),
            "relation `x`: `forwards` must hold both `{subject}` and `{object}`"
        );
        assert!(error("[x]\npredicat='tp:x'").starts_with("r.toml:7:1: unknown field `predicat`"));
    }
}
