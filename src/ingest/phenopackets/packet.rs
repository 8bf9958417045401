//! A packet, as far as it is read.
//!
//! Names are those of protobuf's JSON; its readers take the names of the schema too, so both are known. Each part is
//! parsed on its own, so that a feature that is damaged does not take the patient with it.

use serde::Deserialize;
use serde_json::Value;

/// A phenopacket, or what a family or a cohort has in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Packet {
    pub(super) id: Option<String>,
    #[serde(rename = "phenotypicFeatures", alias = "phenotypic_features")]
    pub(super) features: Option<Vec<Value>>,
    pub(super) diseases: Option<Vec<Value>>,
    pub(super) interpretations: Option<Vec<Value>>,
    /// Of a family.
    pub(super) proband: Option<Value>,
    /// Of a cohort.
    pub(super) members: Option<Value>,
}

/// Something that was looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Feature {
    #[serde(rename = "type")]
    pub(super) class: Option<OntologyClass>,
    excluded: Option<bool>,
    /// What version 1 says for `excluded`.
    negated: Option<bool>,
    pub(super) onset: Option<Onset>,
}

impl Feature {
    /// Whether it was looked for and not found.
    pub(super) fn is_excluded(&self) -> bool {
        self.excluded == Some(true) || self.negated == Some(true)
    }
}

/// When something began; ages are not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Onset {
    #[serde(rename = "ontologyClass", alias = "ontology_class")]
    pub(super) class: Option<OntologyClass>,
}

/// A disease that the patient has, or has not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Disease {
    pub(super) term: Option<OntologyClass>,
    #[serde(rename = "excluded", deserialize_with = "truth")]
    pub(super) is_excluded: bool,
}

/// What someone made of the packet.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Interpretation {
    #[serde(rename = "progressStatus", alias = "progress_status")]
    pub(super) progress: Option<String>,
    pub(super) diagnosis: Option<Diagnosis>,
}

/// The disease of an interpretation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Diagnosis {
    pub(super) disease: Option<OntologyClass>,
}

/// A term of an ontology.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OntologyClass {
    pub(super) id: Option<String>,
    pub(super) label: Option<String>,
}

/// `null` is what is missing, and what is missing is no.
fn truth<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<bool>::deserialize(deserializer).map(Option::unwrap_or_default)
}
