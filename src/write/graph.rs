//! The graph as three tables: all an outsider needs to re-check every claim.
//!
//! Edge numbers are those that items cite. What a licence forbids to pass on is left out, edge by edge and name by name;
//! the numbers of the other edges stay. The hash of a graph covers what it says and not where it was read, so that
//! the same knowledge has the same hash on every machine.

use std::path::Path;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;

use crate::kg::Closure;
use crate::kg::Curie;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::Qualifiers;
use crate::kg::Relation;
use crate::kg::Scope;
use crate::kg::SourceId;
use crate::seed::hex;
use crate::write::cell::record;
use crate::write::error::WriteError;
use crate::write::table::Sealed;
use crate::write::table::write_table;

record! {
    /// A row of `nodes`.
    pub(super) struct NodeRow {
        /// Its number.
        node: i64,
        /// The identifier of its clique.
        curie: String,
        /// The preferred name; empty where there is none, or where its licence forbids to pass it on.
        label: String,
        /// The Biolink class.
        category: String,
        /// Other names, sorted.
        synonyms: Vec<String>,
        /// Claims of sameness, sorted.
        xrefs: Vec<String>,
        /// Whether its source has withdrawn it.
        obsolete: bool,
        /// The source of the preferred name; of a node without one, the source that described it first.
        source: String,
        /// The licence class of that source.
        licence: &'static str,
        /// The source of each of `synonyms`.
        synonym_sources: Vec<String>,
        /// The source of each of `xrefs`.
        xref_sources: Vec<String>,
    }
}

record! {
    /// A row of `edges`.
    pub(super) struct EdgeRow {
        /// Its number, as items cite it.
        edge: i64,
        /// CURIE of the subject.
        subject: String,
        /// The relation.
        relation: String,
        /// CURIE of the object.
        object: String,
        /// The source that states it.
        source: String,
        /// The licence class of that source.
        licence: &'static str,
        /// Evidence codes, joined by `|`.
        evidence: String,
        /// What else is said, as a JSON object; shares are from 0 to 1.
        qualifiers: String,
        /// Whether it denies a relation.
        negative: bool,
    }
}

record! {
    /// A row of `relations`.
    pub(super) struct RelationRow {
        /// The name.
        relation: String,
        /// The IRI that it has in queries and in RDF.
        predicate: String,
        /// The name read backwards.
        inverse: String,
        /// Holds both ways.
        is_symmetric: bool,
        /// Holds over chains.
        is_transitive: bool,
        /// One object per subject.
        is_functional: bool,
        /// Denies another relation.
        is_negative: bool,
        /// Also holds for the subject's ancestors.
        subject_up: bool,
        /// Also holds for the subject's descendants.
        subject_down: bool,
        /// Also holds for the object's ancestors.
        object_up: bool,
        /// Also holds for the object's descendants.
        object_down: bool,
        /// Relations that the loose reading counts as this one.
        conflicts: Vec<String>,
        /// The relation that this one denies; null where it denies none.
        negates: Option<String>,
        /// Where an assertion casts doubt in the loose reading: on the subject's kinds only (`down`), on what it is a kind
        /// of only (`up`); null: both.
        loose_subject: Option<&'static str>,
        /// Asserted objects that tell fewer nats do not vouch for their kinds in the loose reading; null: all do.
        vague_below: Option<f64>,
    }
}

/// Writes `nodes.parquet`, `edges.parquet` and `relations.parquet` into a folder, which is made if it is missing.
///
/// # Errors
///
/// [`WriteError`] with the file.
pub fn write_graph(graph: &Graph, dir: &Path) -> Result<(), WriteError> {
    write_tables(graph, dir).map(|_| ())
}

/// Writes the three files and says what was written, by name.
pub(super) fn write_tables(graph: &Graph, dir: &Path) -> Result<Vec<(&'static str, Sealed)>, WriteError> {
    let nodes = graph.open_nodes().map(|(id, node)| node_row(graph, id, node));
    let edges = graph.open_edges().map(|(id, edge)| edge_row(graph, id, edge));
    let relations = graph.relations().iter().map(|(_, relation)| relation_row(relation));
    Ok(vec![
        ("nodes.parquet", write_table(&dir.join("nodes.parquet"), nodes)?),
        ("edges.parquet", write_table(&dir.join("edges.parquet"), edges)?),
        ("relations.parquet", write_table(&dir.join("relations.parquet"), relations)?),
    ])
}

fn node_row(graph: &Graph, id: NodeId, node: &Node) -> NodeRow {
    let source = graph.source(graph.node_sources(id).label());
    let name = |source: SourceId| graph.source(source).name.to_string();
    NodeRow {
        node: id.number(),
        curie: node.curie.to_string(),
        label: graph.open_label(id).to_owned(),
        category: graph.category_name(node.category).to_owned(),
        synonyms: graph.open_synonyms(id).map(|(synonym, _)| synonym.text.to_string()).collect(),
        xrefs: graph.open_xrefs(id).map(|(xref, _)| xref.to_string()).collect(),
        obsolete: node.is_obsolete,
        source: source.name.to_string(),
        licence: source.licence.as_str(),
        synonym_sources: graph.open_synonyms(id).map(|(_, source)| name(source)).collect(),
        xref_sources: graph.open_xrefs(id).map(|(_, source)| name(source)).collect(),
    }
}

fn edge_row(graph: &Graph, id: EdgeId, edge: Edge) -> EdgeRow {
    let source = graph.source(edge.source);
    let relation = graph.relation(edge.relation);
    let qualifiers = graph.qualifiers(id);
    EdgeRow {
        edge: id.number(),
        subject: graph.curie(edge.subject).to_string(),
        relation: relation.name.to_string(),
        object: graph.curie(edge.object).to_string(),
        source: source.name.to_string(),
        licence: source.licence.as_str(),
        evidence: qualifiers.evidence.join("|"),
        qualifiers: qualifiers_json(qualifiers),
        negative: relation.is_negative(),
    }
}

fn relation_row(relation: &Relation) -> RelationRow {
    RelationRow {
        relation: relation.name.to_string(),
        predicate: relation.iri(),
        inverse: relation.inverse.to_string(),
        is_symmetric: relation.is_symmetric,
        is_transitive: relation.is_transitive,
        is_functional: relation.is_functional,
        is_negative: relation.is_negative(),
        subject_up: relation.subject == Closure::Up,
        subject_down: relation.subject == Closure::Down,
        object_up: relation.object == Closure::Up,
        object_down: relation.object == Closure::Down,
        conflicts: relation.conflicts.iter().map(ToString::to_string).collect(),
        negates: relation.negates.as_ref().map(ToString::to_string),
        loose_subject: match relation.loose_subject {
            Closure::None => None,
            Closure::Up => Some("up"),
            Closure::Down => Some("down"),
        },
        vague_below: relation.vague_below,
    }
}

/// The qualifiers that have no column of their own; keys in a fixed order, only those that something is said of.
fn qualifiers_json(qualifiers: &Qualifiers) -> String {
    let mut object = Map::new();
    let mut say = |key: &str, value: Value| object.insert(key.to_owned(), value);
    if let Some((hits, total)) = qualifiers.frequency.counts {
        say("frequency_counts", json!([hits, total]));
    }
    if let Some((low, high)) = qualifiers.frequency.class {
        say("frequency", json!([low, high]));
    }
    if !qualifiers.onset.is_empty() {
        say("onset", qualifiers.onset.iter().map(Curie::as_str).collect());
    }
    if let Some(sex) = &qualifiers.sex {
        say("sex", json!(sex));
    }
    if !qualifiers.publications.is_empty() {
        say("publications", json!(qualifiers.publications));
    }
    Value::Object(object).to_string()
}

/// SHA-256, in hex, of everything a graph says: sources, relations, nodes, edges, in their order. Files and lines are
/// not in it.
///
/// # Complexity
///
/// One pass over the graph; no memory but a name at a time.
pub fn graph_sha256(graph: &Graph) -> String {
    let mut listing = Listing(Sha256::new());
    listing.number(graph.sources().len());
    for source in graph.sources() {
        listing.text(&source.name);
        listing.text(&source.version);
        listing.text(source.licence.as_str());
    }
    listing.number(graph.relations().iter().count());
    for (_, relation) in graph.relations().iter() {
        listing.relation(relation);
    }
    listing.number(graph.n_nodes());
    for (_, node) in graph.nodes() {
        listing.node(graph, node);
    }
    listing.number(graph.n_edges());
    for (id, edge) in graph.edges() {
        listing.edge(graph, edge, graph.qualifiers(id));
    }
    // Nothing where every string is of its node's own source, which `node` has told.
    for (node, what, at, source) in graph.borrowed_strings() {
        listing.number(node.index());
        listing.text(what);
        listing.number(at);
        listing.text(&graph.source(source).name);
    }
    hex(&listing.0.finalize())
}

/// A hash over parts that cannot run into one another: each text stands behind its length.
struct Listing(Sha256);

impl Listing {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.0.update([u8::from(flag)]);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a str>) {
        self.number(texts.len());
        texts.for_each(|text| self.text(text));
    }

    fn relation(&mut self, relation: &Relation) {
        let Relation { name, predicate, inverse, domain, range, negates, otherwise, conflicts, .. } = relation;
        [name, predicate, inverse, &relation.forwards, &relation.backwards]
            .into_iter()
            .for_each(|text| self.text(text));
        for list in [domain, range, conflicts] {
            self.texts(list.iter().map(|text| &**text));
        }
        for choice in [negates, otherwise] {
            self.text(choice.as_deref().unwrap_or(""));
        }
        self.text(&relation.vague_below.map_or_else(String::new, |nats| nats.to_string()));
        let properties = [
            relation.is_symmetric,
            relation.is_transitive,
            relation.is_functional,
            relation.is_taxonomic,
            relation.is_causal,
        ];
        self.number(usize::from(relation.sign.unsigned_abs()) + usize::from(relation.sign < 0));
        let closures = [relation.subject, relation.object, relation.loose_subject];
        let closures = closures.into_iter().flat_map(|closure| [closure == Closure::Up, closure == Closure::Down]);
        properties.into_iter().chain(closures).for_each(|flag| self.flag(flag));
    }

    fn node(&mut self, graph: &Graph, node: &Node) {
        self.text(node.curie.as_str());
        self.text(&node.label);
        self.text(graph.category_name(node.category));
        self.number(node.synonyms.len());
        for synonym in &node.synonyms {
            self.text(&synonym.text);
            self.text(match synonym.scope {
                Scope::Exact => "exact",
                Scope::Narrow => "narrow",
                Scope::Broad => "broad",
                Scope::Related => "related",
            });
            self.flag(synonym.is_lay);
        }
        self.texts(node.xrefs.iter().map(Curie::as_str));
        self.text(&node.definition);
        self.flag(node.is_obsolete);
        self.text(&graph.source(node.source).name);
    }

    fn edge(&mut self, graph: &Graph, edge: Edge, qualifiers: &Qualifiers) {
        self.text(graph.curie(edge.subject).as_str());
        self.text(&graph.relation(edge.relation).name);
        self.text(graph.curie(edge.object).as_str());
        self.text(&graph.source(edge.source).name);
        self.texts(qualifiers.evidence.iter().map(|code| &**code));
        self.text(&qualifiers_json(qualifiers));
    }
}

#[cfg(test)]
mod tests {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn rows(path: &Path) -> usize {
        let file = std::fs::File::open(path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        reader.map(|batch| batch.unwrap().num_rows()).sum()
    }

    #[test]
    fn the_three_files_hold_the_graph() {
        let graph = Graph::from_arrows("Drug:m -treats-> Disease:t <-associated_with- Gene:T").unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_graph(&graph, folder.path()).unwrap();
        assert_eq!(rows(&folder.path().join("nodes.parquet")), 3);
        assert_eq!(rows(&folder.path().join("edges.parquet")), 2);
        assert_eq!(rows(&folder.path().join("relations.parquet")), graph.relations().iter().count());
    }

    #[test]
    fn qualifiers_name_only_what_is_said() {
        let graph = Graph::from_arrows(
            "Disease:d -has_phenotype[8/10]-> PhenotypicFeature:a\nDisease:d -has_phenotype-> PhenotypicFeature:b",
        )
        .unwrap();
        let said: Vec<String> = graph.edges().map(|(id, _)| qualifiers_json(graph.qualifiers(id))).collect();
        assert_eq!(said, [r#"{"frequency_counts":[8,10]}"#, "{}"]);
    }

    #[test]
    fn a_denial_says_what_it_denies() {
        let graph = Graph::from_arrows("Disease:d -phenotype_absent-> PhenotypicFeature:a").unwrap();
        let (id, edge) = graph.edges().next().unwrap();
        assert!(edge_row(&graph, id, edge).negative);
        let row = relation_row(graph.relation(edge.relation));
        assert_eq!((row.is_negative, row.negates.as_deref()), (true, Some("has_phenotype")));
        assert_eq!((row.object_up, row.object_down, row.subject_up, row.subject_down), (false, true, false, false));
    }

    #[test]
    fn the_hash_of_a_graph_depends_on_what_it_says_and_not_on_the_order_of_lines() {
        let hash = |text: &str| graph_sha256(&Graph::from_arrows(text).unwrap());
        let one = "Drug:m -treats-> Disease:t";
        let two = "Gene:T -associated_with-> Disease:t";
        assert_eq!(hash(&format!("{one}\n{two}")), hash(&format!("# a comment\n{two}\n{one}")));
        assert_ne!(hash(one), hash(two));
        assert_ne!(hash("Drug:m -treats-> Disease:t"), hash("Drug:m -treats-> Disease:u"));
        let finding = |frequency: &str| hash(&format!("Disease:d -has_phenotype{frequency}-> PhenotypicFeature:a"));
        assert_ne!(finding("[8/10]"), finding("[9/10]"));
    }
}
