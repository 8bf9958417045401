//! From records to a graph.
//!
//! Identifiers are settled first (cliques, former ids, obsolete terms), then nodes, then edges; nothing is looked up
//! by name. What cannot be used is counted with its file, so that after this stage every record that was read is
//! loaded, a duplicate, left out by a named rule, or in quarantine.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;
use thiserror::Error;

use crate::finding::Finding;
use crate::kg::Curie;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::NodeRecord;
use crate::kg::PreferredPrefixes;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::clique;
use crate::kg::clique::Merged;
use crate::kg::edges::Context;
use crate::kg::edges::settle;
use crate::kg::freeze::Parts;
use crate::kg::freeze::freeze;
use crate::kg::graph::CategoryId;
use crate::kg::graph::Node;
use crate::kg::graph::SourceId;
use crate::kg::index::Identifiers;
use crate::kg::index::NameIndex;

/// The `[kg]` section of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KgConfig {
    /// Which claims of sameness merge nodes; `exact` unless told otherwise.
    #[serde(default)]
    pub merge: Merge,
    /// Category → prefixes, the one first that a node of several identifiers is named by; categories that are not
    /// given keep their default order.
    #[serde(default)]
    pub preferred_prefixes: PreferredPrefixes,
}

/// Which claims of sameness merge nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// Exact matches do; broader and narrower ones never.
    #[default]
    Exact,
    /// None do.
    None,
}

/// A graph, and what was seen while it was built.
#[derive(Debug)]
pub struct Built {
    /// The graph.
    pub graph: Graph,
    /// Every file with the fate of its records.
    pub files: Vec<FileTally>,
    /// The findings of the readers and of this stage.
    pub findings: Vec<Finding>,
}

/// Why records make no graph.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// More nodes or edges than ids.
    #[error("{count} {what} are more than the {} that one graph can hold", u32::MAX)]
    TooMany {
        /// `nodes` or `edges`.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// More categories than ids.
    #[error("{count} categories are more than the 65,535 that one graph can hold")]
    TooManyCategories {
        /// How many.
        count: usize,
    },
}

/// Builds the graph.
///
/// # Errors
///
/// [`BuildError`] if the records are more than ids can number.
///
/// # Complexity
///
/// O(n log n + m log m) time; the records are consumed.
pub fn build(mut records: Records, relations: &Relations, config: &KgConfig) -> Result<Built, BuildError> {
    let mut files = std::mem::take(&mut records.files);
    let mut findings = std::mem::take(&mut records.findings);
    let Merged { aliases, redirects } = clique::merge(&mut records, config, &mut files, &mut findings);

    let (nodes, categories) = nodes(&mut records, &aliases, &mut files)?;
    let mut identifiers = Identifiers::new(&nodes);
    for (from, to) in aliases.iter().chain(&redirects) {
        identifiers.alias(from, to, &nodes);
    }
    let context = Context {
        nodes: &nodes,
        categories: &categories,
        relations,
        identifiers: &identifiers,
        redirects: &redirects,
        files: &mut files,
        findings: &mut findings,
    };
    let bulk = std::mem::take(&mut records.bulk);
    let (settled, names) =
        rayon::join(|| settle(&mut records.edges, bulk, &records.bulk_nodes, context), || NameIndex::new(&nodes));
    let (adjacency, details) = settled?;
    let parts = Parts { nodes, categories, identifiers, adjacency, details, names };
    let graph = freeze(parts, relations.clone(), records.sources);
    findings.extend(clique::homonyms(&graph));
    Ok(Built { graph, files, findings })
}

/// The nodes in the order of CURIEs, and the categories in the order of names.
fn nodes(
    records: &mut Records,
    aliases: &BTreeMap<Curie, Curie>,
    files: &mut [FileTally],
) -> Result<(Vec<Node>, IndexSet<Box<str>>), BuildError> {
    let mut merged: HashMap<Curie, NodeRecord, FxBuildHasher> = HashMap::default();
    let described = std::mem::take(&mut records.nodes).into_iter().map(|record| (record, true));
    let mentioned = std::mem::take(&mut records.mentions).into_iter().map(|record| (record, false));
    for (mut record, counts) in described.chain(mentioned) {
        let own = record.curie.clone();
        if let Some(to) = aliases.get(&own) {
            record.curie = to.clone();
            record.xrefs.push(own);
        }
        let file = files.get_mut(record.place.file.index()).filter(|_| counts);
        match merged.entry(record.curie.clone()) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                if let Some(file) = file {
                    file.loaded += 1;
                }
                entry.insert(record);
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) => {
                if let Some(file) = file {
                    file.duplicates += 1;
                }
                // What is mentioned by the way is not thereby in use.
                record.is_obsolete |= !counts && entry.get().is_obsolete;
                merge_node(entry.get_mut(), record);
            }
        }
    }
    let mut list: Vec<NodeRecord> = merged.into_values().collect();
    list.sort_unstable_by(|left, right| left.curie.cmp(&right.curie));
    if u32::try_from(list.len()).is_err() {
        return Err(BuildError::TooMany { what: "nodes", count: list.len() });
    }
    let mut categories: IndexSet<Box<str>> = list.iter().map(|record| record.category.clone()).collect();
    categories.sort_unstable();
    if categories.len() > usize::from(u16::MAX) {
        return Err(BuildError::TooManyCategories { count: categories.len() });
    }
    let source_of: Vec<u16> = files.iter().map(|file| file.source).collect();
    let nodes = list.iter_mut().map(|record| freeze_node(record, &categories, &source_of)).collect();
    Ok((nodes, categories))
}

fn freeze_node(record: &mut NodeRecord, categories: &IndexSet<Box<str>>, source_of: &[u16]) -> Node {
    record.synonyms.sort();
    record.synonyms.dedup();
    record.xrefs.sort();
    record.xrefs.dedup();
    let category = categories.get_index_of(&record.category).and_then(|index| u16::try_from(index).ok());
    // Copied, so that what stays lies side by side: the records lie among much that goes, and would keep its room.
    Node {
        curie: record.curie.clone(),
        label: record.label.clone(),
        category: CategoryId(category.unwrap_or(0)),
        synonyms: record.synonyms.clone(),
        xrefs: record.xrefs.clone(),
        definition: record.definition.clone(),
        is_obsolete: record.is_obsolete,
        source: SourceId(source_of.get(record.place.file.index()).copied().unwrap_or(0)),
        place: record.place,
    }
}

fn merge_node(into: &mut NodeRecord, more: NodeRecord) {
    let keep = |into: &mut Box<str>, more: Box<str>| {
        if into.is_empty() {
            *into = more;
        }
    };
    keep(&mut into.label, more.label);
    keep(&mut into.category, more.category);
    keep(&mut into.definition, more.definition);
    into.synonyms.extend(more.synonyms);
    into.xrefs.extend(more.xrefs);
    into.former.extend(more.former);
    into.is_obsolete &= more.is_obsolete;
}
