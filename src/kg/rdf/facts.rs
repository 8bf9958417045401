//! What is said of nodes and edges beside the edges themselves: each property with its values, in the order of the
//! export. The export writes them and the view looks them up, so that both say the same.

use oxrdf::Literal;
use oxrdf::NamedNode;
use oxrdf::Term;
use oxrdf::Triple;

use crate::kg::BIOLINK_IRI;
use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::VOCABULARY_IRI;
use crate::kg::curie::encode;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";
const OBO_IN_OWL: &str = "http://www.geneontology.org/formats/oboInOwl#";

/// Categories of ours that Biolink has no class for.
const OWN_CLASSES: [&str; 3] = ["DiagnosisCode", "InclusionTerm", "PastMedicalHistory"];

/// A predicate that is no relation of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Property {
    Type,
    Label,
    Notation,
    AltLabel,
    Definition,
    Xref,
    Deprecated,
    Subject,
    Predicate,
    Object,
    Reifies,
    Source,
    FrequencyLow,
    FrequencyHigh,
    Count,
    Total,
    Onset,
    Sex,
    Evidence,
    Publications,
}

impl Property {
    /// What nodes have, in the order of the export.
    pub(super) const OF_NODES: [Self; 7] =
        [Self::Type, Self::Label, Self::Notation, Self::AltLabel, Self::Definition, Self::Xref, Self::Deprecated];

    /// What edge nodes have, in the order of the export.
    pub(super) const OF_EDGES: [Self; 14] = [
        Self::Type,
        Self::Subject,
        Self::Predicate,
        Self::Object,
        Self::Reifies,
        Self::Source,
        Self::FrequencyLow,
        Self::FrequencyHigh,
        Self::Count,
        Self::Total,
        Self::Onset,
        Self::Sex,
        Self::Evidence,
        Self::Publications,
    ];

    pub(super) fn iri(self) -> NamedNode {
        let (base, local) = match self {
            Self::Type => (RDF, "type"),
            Self::Label => (RDFS, "label"),
            Self::Notation => (SKOS, "notation"),
            Self::AltLabel => (SKOS, "altLabel"),
            Self::Definition => (SKOS, "definition"),
            Self::Xref => (OBO_IN_OWL, "hasDbXref"),
            Self::Deprecated => (OWL, "deprecated"),
            Self::Subject => (BIOLINK_IRI, "subject"),
            Self::Predicate => (BIOLINK_IRI, "predicate"),
            Self::Object => (BIOLINK_IRI, "object"),
            Self::Reifies => (RDF, "reifies"),
            Self::Source => (BIOLINK_IRI, "primary_knowledge_source"),
            Self::FrequencyLow => (VOCABULARY_IRI, "frequency_low"),
            Self::FrequencyHigh => (VOCABULARY_IRI, "frequency_high"),
            Self::Count => (BIOLINK_IRI, "has_count"),
            Self::Total => (BIOLINK_IRI, "has_total"),
            Self::Onset => (VOCABULARY_IRI, "onset"),
            Self::Sex => (VOCABULARY_IRI, "sex"),
            Self::Evidence => (BIOLINK_IRI, "has_evidence"),
            Self::Publications => (BIOLINK_IRI, "publications"),
        };
        NamedNode::new_unchecked(format!("{base}{local}"))
    }
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// The class of a category.
    Class(CategoryId),
    /// The class of edge nodes.
    Association,
    Node(NodeId),
    Relation(RelationId),
    /// An edge as it is stored.
    Edge(NodeId, RelationId, NodeId),
    /// What an identifier stands for, which need be no node of the graph.
    Named(Curie),
    Text(&'a str),
    Literal(Literal),
}

/// The values that a node has of a property, each once.
pub(super) fn of_node(graph: &Graph, id: NodeId, property: Property) -> Vec<Value<'_>> {
    let node = graph.node(id);
    match property {
        Property::Type if graph.category_name(node.category).is_empty() => Vec::new(),
        Property::Type => vec![Value::Class(node.category)],
        Property::Label => text(graph.open_label(id)),
        Property::Notation => text(node.curie.as_str()),
        Property::AltLabel => {
            // A name may be a synonym in two scopes; it is one triple.
            let mut names: Vec<&str> = graph.open_synonyms(id).map(|(synonym, _)| &*synonym.text).collect();
            names.sort_unstable();
            names.dedup();
            names.into_iter().map(Value::Text).collect()
        }
        Property::Definition => text(graph.open_definition(id)),
        Property::Xref => {
            let mut xrefs: Vec<&str> = Vec::new();
            for (xref, _) in graph.open_xrefs(id) {
                if !xrefs.contains(&xref.as_str()) {
                    xrefs.push(xref.as_str());
                }
            }
            xrefs.into_iter().map(Value::Text).collect()
        }
        Property::Deprecated if node.is_obsolete => vec![Value::Literal(Literal::from(true))],
        _ => Vec::new(),
    }
}

/// A text as a value, if there is one.
fn text(text: &str) -> Vec<Value<'_>> {
    if text.is_empty() { Vec::new() } else { vec![Value::Text(text)] }
}

/// What a publication is named by: an identifier, or any text.
fn publication(text: &str) -> Value<'_> {
    text.parse().map_or(Value::Text(text), Value::Named)
}

/// The values that an edge has of a property, each once.
pub(super) fn of_edge(graph: &Graph, id: EdgeId, property: Property) -> Vec<Value<'_>> {
    // Looked up only where they are asked for: most edges are asked for their ends.
    let qualifiers = || graph.qualifiers(id);
    let number = |of: Option<Literal>| of.into_iter().map(Value::Literal).collect();
    let mut values: Vec<Value<'_>> = match property {
        Property::Type => vec![Value::Association],
        Property::Subject => vec![Value::Node(graph.edge(id).subject)],
        Property::Predicate => vec![Value::Relation(graph.edge(id).relation)],
        Property::Object => vec![Value::Node(graph.edge(id).object)],
        Property::Reifies => {
            let edge = graph.edge(id);
            vec![Value::Edge(edge.subject, edge.relation, edge.object)]
        }
        Property::Source => vec![Value::Text(&graph.source(graph.edge_source(id)).name)],
        Property::FrequencyLow => number(qualifiers().frequency.class.map(|(low, _)| Literal::from(low))),
        Property::FrequencyHigh => number(qualifiers().frequency.class.map(|(_, high)| Literal::from(high))),
        Property::Count => number(qualifiers().frequency.counts.map(|(hits, _)| Literal::from(hits))),
        Property::Total => number(qualifiers().frequency.counts.map(|(_, total)| Literal::from(total))),
        Property::Onset => qualifiers().onset.iter().cloned().map(Value::Named).collect(),
        Property::Sex => qualifiers().sex.iter().map(|sex| Value::Text(sex)).collect(),
        Property::Evidence => qualifiers().evidence.iter().map(|code| Value::Text(code)).collect(),
        Property::Publications => qualifiers().publications.iter().map(|text| publication(text)).collect(),
        _ => Vec::new(),
    };
    if values.len() > 1 {
        let mut kept: Vec<Value<'_>> = Vec::new();
        values.retain(|value| {
            let is_new = !kept.contains(value);
            kept.extend(is_new.then(|| value.clone()));
            is_new
        });
    }
    values
}

impl Value<'_> {
    /// As a term of RDF.
    pub(super) fn term(&self, graph: &Graph) -> Term {
        match self {
            Self::Class(category) => class(graph.category_name(*category)).into(),
            Self::Association => association().into(),
            Self::Node(node) => named(graph.curie(*node)).into(),
            Self::Relation(relation) => predicate(graph, *relation).into(),
            Self::Edge(subject, relation, object) => {
                let [subject, object] = [subject, object].map(|&end| named(graph.curie(end)));
                Triple::new(subject, predicate(graph, *relation), object).into()
            }
            Self::Named(curie) => named(curie).into(),
            Self::Text(text) => Literal::new_simple_literal(*text).into(),
            Self::Literal(literal) => literal.clone().into(),
        }
    }
}

/// The predicate of a relation.
pub(super) fn predicate(graph: &Graph, relation: RelationId) -> NamedNode {
    NamedNode::new_unchecked(graph.relation(relation).iri())
}

/// The IRI of an identifier.
pub(super) fn named(curie: &Curie) -> NamedNode {
    // `Curie::iri` percent-encodes what an IRI may not hold.
    NamedNode::new_unchecked(curie.iri())
}

/// The class of a category.
pub(super) fn class(category: &str) -> NamedNode {
    let base = if OWN_CLASSES.contains(&category) { VOCABULARY_IRI } else { BIOLINK_IRI };
    NamedNode::new_unchecked(format!("{base}{}", encode(category)))
}

/// The class of edge nodes.
pub(super) fn association() -> NamedNode {
    NamedNode::new_unchecked(format!("{BIOLINK_IRI}Association"))
}
