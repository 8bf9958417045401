//! What every reader of an ontology does, whatever its syntax.
//!
//! OBO, OBO graphs and OWL say the same things: terms, what they are kinds of, and relations between them. So one set
//! of settings tells all three what to keep, and the rules for imports, relations and categories stand here once. Only
//! so can one ontology in three syntaxes make one graph.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::rule_part;
use crate::kg::Curie;
use crate::kg::CurieError;
use crate::kg::EdgeRecord;
use crate::kg::NodeRecord;
use crate::kg::PrefixName;
use crate::kg::Qualifiers;
use crate::kg::Scope;

/// Settings of the readers of ontologies.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ontology {
    /// Prefixes of the ontology's own terms; others are imports and left out. Empty: all are its own.
    #[serde(default)]
    prefixes: Vec<PrefixName>,
    /// Root term → category of all terms at and below it; the nearest root counts.
    #[serde(default)]
    categories: BTreeMap<Root, Box<str>>,
    /// Category of terms below no root.
    #[serde(default)]
    category: Box<str>,
    /// Name, CURIE or IRI of a relation → a relation of the table, or the inverse of one; others are left out.
    #[serde(default)]
    relations: BTreeMap<Box<str>, Box<str>>,
}

/// A root as the settings name it, in the one spelling of identifiers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Root(Curie);

impl TryFrom<String> for Root {
    type Error = CurieError;

    fn try_from(text: String) -> Result<Self, CurieError> {
        text.parse().map(Self)
    }
}

impl Borrow<Curie> for Root {
    fn borrow(&self) -> &Curie {
        &self.0
    }
}

/// The terms of a file and how they hang together.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The terms, their categories still open.
    pub(super) nodes: Vec<NodeRecord>,
    /// Their edges.
    pub(super) links: Vec<Link>,
}

/// An edge as the file states it.
#[derive(Debug)]
pub(super) struct Link {
    /// Where, from 1.
    pub(super) line: u32,
    /// Where it starts.
    pub(super) subject: Curie,
    /// `is_a`, or the name of another relation: see [`Ontology::relation_name`].
    pub(super) relation: Box<str>,
    /// Where it ends.
    pub(super) object: Curie,
}

/// The relation that every ontology has, by its name in OBO.
pub(super) const IS_A: &str = "is_a";

/// What everything is a kind of, in OWL: to say so says nothing.
const THING: &str = "http://www.w3.org/2002/07/owl#Thing";

/// Relations whose names files do not tell, because they belong to an ontology of relations: CURIE and OBO name.
const KNOWN_RELATIONS: &[(&str, &str)] = &[
    ("BFO:0000050", "part_of"),
    ("BFO:0000051", "has_part"),
    ("IDO:0000664", "has_material_basis_in"),
    ("RO:0000052", "inheres_in"),
    ("RO:0001020", "is_allergic_trigger_for"),
    ("RO:0001022", "has_allergic_trigger"),
    ("RO:0001025", "located_in"),
    ("RO:0002200", "has_phenotype"),
    ("RO:0002202", "develops_from"),
    ("RO:0002451", "transmitted_by"),
    ("RO:0002452", "has_symptom"),
    ("RO:0003302", "causes_or_contributes_to_condition"),
    ("RO:0003304", "contributes_to_condition"),
    ("RO:0004001", "has_material_basis_in_gain_of_function_germline_mutation_in"),
    ("RO:0004003", "has_material_basis_in_germline_mutation_in"),
    ("RO:0004026", "disease_has_location"),
    ("RO:0004029", "disease_has_feature"),
];

impl Ontology {
    /// Whether a term is the ontology's own, and no import.
    pub(super) fn is_own(&self, curie: &Curie) -> bool {
        self.prefixes.is_empty() || super::has_prefix(curie, &self.prefixes)
    }

    /// The ends of an edge, by their identifiers; none if it says nothing of the ontology's own terms, in which case it
    /// has been counted.
    ///
    /// # Errors
    ///
    /// What is wrong with an identifier.
    pub(super) fn ends(
        &self,
        subject: &str,
        object: &str,
        sink: &mut Sink<'_>,
    ) -> Result<Option<(Curie, Curie)>, String> {
        let subject = identifier(subject)?;
        if !self.is_own(&subject) {
            // Its object may be anything that another ontology knows.
            sink.leave_out("edge of an imported term");
        } else if object == THING {
            sink.leave_out("edge to owl:Thing");
        } else {
            return Ok(Some((subject, identifier(object)?)));
        }
        Ok(None)
    }

    /// What to call a relation that has an IRI and perhaps a label: as the settings do, else as OBO would.
    pub(super) fn relation_name(&self, iri: &str, label: Option<&str>) -> Box<str> {
        let curie = identifier(iri).ok();
        let curie = curie.as_ref().map(Curie::as_str);
        let known = KNOWN_RELATIONS.iter().find(|(known, _)| Some(*known) == curie).map(|(_, name)| *name);
        let label = label.map(|label| label.split_whitespace().collect::<Vec<_>>().join("_"));
        let names = [label.as_deref(), known, curie, Some(iri)];
        let mapped = names.into_iter().flatten().find(|name| self.relations.contains_key(*name));
        mapped.or_else(|| names.into_iter().flatten().next()).unwrap_or(iri).into()
    }

    /// Hands over the terms and edges that are the ontology's own.
    ///
    /// # Errors
    ///
    /// [`ReadError::Relation`] if a setting names a relation that the table lacks.
    pub(super) fn emit(&self, terms: Terms, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let mut parents: BTreeMap<&Curie, Vec<&Curie>> = BTreeMap::new();
        for link in terms.links.iter().filter(|link| *link.relation == *IS_A) {
            parents.entry(&link.subject).or_default().push(&link.object);
        }
        for mut node in terms.nodes {
            if self.is_own(&node.curie) {
                node.category = self.category_of(&node.curie, &parents);
                sink.node(node);
            } else {
                sink.leave_out("imported term");
            }
        }
        let is_a = sink.target(IS_A)?;
        let mut targets = BTreeMap::new();
        for (written, name) in &self.relations {
            targets.insert(&**written, sink.target(name)?);
        }
        for Link { line, subject, relation, object } in &terms.links {
            let is_kind = **relation == *IS_A;
            let target = if is_kind { Some(&is_a) } else { targets.get(&**relation) };
            match target {
                _ if !self.is_own(subject) => sink.leave_out("edge of an imported term"),
                None => sink.leave_out(&format!("relation {} that is not mapped", rule_part(relation))),
                Some(_) if !self.is_own(object) => sink.leave_out("edge to an imported term"),
                Some(target) => {
                    let (subject, object) = target.turned(subject, object);
                    sink.edge(EdgeRecord {
                        subject: subject.clone(),
                        relation: target.relation,
                        object: object.clone(),
                        qualifiers: Qualifiers::default(),
                        place: sink.place(*line),
                    });
                }
            }
        }
        Ok(())
    }

    /// The category of the nearest root at or above a term; of roots equally near, the first by CURIE.
    fn category_of(&self, term: &Curie, parents: &BTreeMap<&Curie, Vec<&Curie>>) -> Box<str> {
        let mut frontier = vec![term];
        let mut seen = BTreeSet::new();
        while !frontier.is_empty() && !self.categories.is_empty() {
            frontier.sort_unstable();
            if let Some(category) = frontier.iter().find_map(|node| self.categories.get(*node)) {
                return category.clone();
            }
            let above = frontier.iter().filter_map(|node| parents.get(node)).flatten();
            frontier = above.copied().filter(|&node| seen.insert(node)).collect();
        }
        self.category.clone()
    }
}

/// The CURIE of an identifier that is written as an IRI or as a CURIE. Of an IRI that the prefix table does not know,
/// what stands behind the last `/` or `#` counts, split at its first `_`: so do OBO's ontologies make IRIs.
///
/// # Errors
///
/// What would have been right.
pub(super) fn identifier(text: &str) -> Result<Curie, String> {
    let text = text.trim();
    if !is_iri(text) && text.contains(':') {
        return text.parse().map_err(|error: CurieError| error.to_string());
    }
    if let Ok(curie) = Curie::from_iri(text) {
        return Ok(curie);
    }
    let last = text.rfind(['/', '#']).map_or(text, |at| &text[at + 1..]);
    let is_prefix = |prefix: &str| {
        prefix.starts_with(|first: char| first.is_ascii_alphabetic())
            && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
    };
    match last.split_once('_') {
        Some((prefix, id)) if is_prefix(prefix) && !id.is_empty() => {
            format!("{prefix}:{id}").parse().map_err(|error: CurieError| error.to_string())
        }
        _ => {
            let shown = crate::finding::printable(text);
            Err(format!("`{shown}` is no identifier; one reads like `http://purl.obolibrary.org/obo/HP_0000822`"))
        }
    }
}

/// Whether an identifier is written as an IRI.
pub(super) fn is_iri(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())) || text.starts_with("urn:")
}

/// The scope of a synonym by the name of its property in `oboInOwl`.
pub(super) fn scope(property: &str) -> Option<Scope> {
    match property {
        "hasExactSynonym" => Some(Scope::Exact),
        "hasNarrowSynonym" => Some(Scope::Narrow),
        "hasBroadSynonym" => Some(Scope::Broad),
        "hasRelatedSynonym" => Some(Scope::Related),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_may_be_an_iri_of_any_shape() {
        for (given, kept) in [
            ("http://purl.obolibrary.org/obo/HP_0001250", "HP:0001250"),
            ("http://purl.obolibrary.org/obo/TRANS_0000001", "TRANS:0000001"),
            ("http://www.orpha.net/ORDO/Orphanet_58", "ORPHA:58"),
            ("http://purl.obolibrary.org/obo/MIM_100100", "OMIM:100100"),
            ("http://purl.obolibrary.org/obo/doid#has_symptom", "has:symptom"),
            ("HP_0001250", "HP:0001250"),
            (" UMLS_CUI:C1", "UMLS:C1"),
            ("url:http://example.org/x", "url:http://example.org/x"),
        ] {
            assert_eq!(identifier(given).unwrap().as_str(), kept);
        }
        assert_eq!(
            identifier("http://example.org/fever").unwrap_err(),
            "`http://example.org/fever` is no identifier; one reads like `http://purl.obolibrary.org/obo/HP_0000822`"
        );
    }

    #[test]
    fn a_relation_is_called_as_the_settings_call_it() {
        let named = |key: &str| {
            let relations = [(key.into(), "has_phenotype".into())].into();
            let ontology = Ontology { relations, ..Ontology::default() };
            ontology.relation_name("http://purl.obolibrary.org/obo/IDO_0000664", Some("has  basis"))
        };
        for key in ["has_basis", "has_material_basis_in", "IDO:0000664", "http://purl.obolibrary.org/obo/IDO_0000664"] {
            assert_eq!(&*named(key), key);
        }
        assert_eq!(&*named("other"), "has_basis");
    }

    #[test]
    fn a_relation_without_label_has_its_obo_name() {
        let name = |iri: &str| Ontology::default().relation_name(iri, None);
        assert_eq!(&*name("http://purl.obolibrary.org/obo/RO_0002200"), "has_phenotype");
        assert_eq!(&*name("http://purl.obolibrary.org/obo/RO_1"), "RO:1");
        assert_eq!(&*name("http://example.org/r"), "http://example.org/r");
    }

    #[test]
    fn no_relation_is_known_twice() {
        let curies: BTreeSet<&str> = KNOWN_RELATIONS.iter().map(|(curie, _)| *curie).collect();
        let names: BTreeSet<&str> = KNOWN_RELATIONS.iter().map(|(_, name)| *name).collect();
        assert_eq!((curies.len(), names.len()), (KNOWN_RELATIONS.len(), KNOWN_RELATIONS.len()));
    }
}
