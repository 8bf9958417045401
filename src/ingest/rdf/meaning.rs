//! What predicates and classes mean.
//!
//! RDF has no vocabulary of its own for a graph of ours; a handful of predicates is nevertheless understood by
//! everyone, and the table of relations has IRIs. These are the defaults, so that our own export and any Biolink graph
//! are read without a word, and the settings of a source go before them.

use std::collections::BTreeMap;

use crate::ingest::ReadError;
use crate::ingest::Sink;
use crate::ingest::Target;
use crate::ingest::rdf::Rdf;
use crate::ingest::rdf::SynonymScope;
use crate::ingest::vocabulary::short;
use crate::kg::Scope;

/// What a triple with some predicate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An edge.
    Edge(Target),
    /// That subject and object are one thing.
    Same,
    /// The class of the subject.
    Class,
    /// Its name; of several that with the least number.
    Label(usize),
    /// Another name.
    Synonym(Scope),
    /// What it is.
    Definition,
    /// What some other source calls it.
    Xref,
    /// An identifier that it once had.
    Former,
    /// What stands in its place.
    ReplacedBy,
    /// Whether it was withdrawn.
    Deprecated,
}

const DEFAULTS: [(&str, Meaning); 16] = [
    ("rdf:type", Meaning::Class),
    ("biolink:category", Meaning::Class),
    ("rdfs:label", Meaning::Label(0)),
    ("skos:prefLabel", Meaning::Label(1)),
    // SKOS lets an alternative label be a near one.
    ("skos:altLabel", Meaning::Synonym(Scope::Related)),
    ("oboInOwl:hasExactSynonym", Meaning::Synonym(Scope::Exact)),
    ("oboInOwl:hasNarrowSynonym", Meaning::Synonym(Scope::Narrow)),
    ("oboInOwl:hasBroadSynonym", Meaning::Synonym(Scope::Broad)),
    ("oboInOwl:hasRelatedSynonym", Meaning::Synonym(Scope::Related)),
    ("skos:definition", Meaning::Definition),
    ("obo:IAO_0000115", Meaning::Definition),
    ("oboInOwl:hasDbXref", Meaning::Xref),
    ("oboInOwl:hasAlternativeId", Meaning::Former),
    ("obo:IAO_0100001", Meaning::ReplacedBy),
    ("dcterms:isReplacedBy", Meaning::ReplacedBy),
    ("owl:deprecated", Meaning::Deprecated),
];

/// Classes whose members describe the graph and are no nodes of it.
const NO_NODES: [&str; 12] = [
    "owl:AllDisjointClasses",
    "owl:AnnotationProperty",
    "owl:Axiom",
    "owl:DatatypeProperty",
    "owl:ObjectProperty",
    "owl:Ontology",
    "owl:Restriction",
    "owl:TransitiveProperty",
    "rdf:Property",
    "rdf:Statement",
    "rdfs:Datatype",
    "skos:ConceptScheme",
];

/// Whether the members of a class are no nodes. Biolink's associations are edges, told once more.
pub(super) fn is_no_node(class: &str) -> bool {
    NO_NODES.contains(&class) || class.starts_with("biolink:") && class.ends_with("Association")
}

/// The category that a class is by itself.
pub(super) fn category(class: &str) -> Option<&str> {
    class.strip_prefix("biolink:").or_else(|| class.strip_prefix("tp:"))
}

/// Predicate → meaning, by the short forms of predicates.
///
/// # Errors
///
/// [`ReadError::Relation`] if a setting names a relation that the table lacks.
pub(super) fn meanings(settings: &Rdf, sink: &Sink<'_>) -> Result<BTreeMap<Box<str>, Meaning>, ReadError> {
    let key = |predicate: &str| Box::from(short(predicate));
    let mut meanings: BTreeMap<Box<str>, Meaning> = BTreeMap::new();
    for (predicate, relation) in sink.predicates() {
        meanings.insert(key(&predicate), Meaning::Edge(Target { relation, is_backwards: false }));
    }
    meanings.extend(DEFAULTS.map(|(predicate, meaning)| (predicate.into(), meaning)));
    let labels = settings.labels.iter().enumerate();
    // Names that the source prefers go before those that everyone understands.
    for (rank, default) in (settings.labels.len()..).zip(["rdfs:label", "skos:prefLabel"]) {
        meanings.insert(default.into(), Meaning::Label(rank));
    }
    meanings.extend(labels.map(|(rank, predicate)| (key(predicate), Meaning::Label(rank))));
    meanings
        .extend(settings.synonyms.iter().map(|(predicate, scope)| (key(predicate), Meaning::Synonym(scope.scope()))));
    meanings.extend(settings.definitions.iter().map(|predicate| (key(predicate), Meaning::Definition)));
    meanings.extend(settings.xrefs.iter().map(|predicate| (key(predicate), Meaning::Xref)));
    meanings.extend(settings.exact_matches.iter().map(|predicate| (key(predicate), Meaning::Same)));
    for (predicate, name) in &settings.relations {
        meanings.insert(key(predicate), Meaning::Edge(sink.target(name)?));
    }
    Ok(meanings)
}

impl SynonymScope {
    fn scope(self) -> Scope {
        match self {
            Self::Exact => Scope::Exact,
            Self::Narrow => Scope::Narrow,
            Self::Broad => Scope::Broad,
            Self::Related => Scope::Related,
        }
    }
}
