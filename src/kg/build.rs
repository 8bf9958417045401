//! From records to a graph.
//!
//! Identifiers are settled first (cliques, former ids, obsolete terms), then nodes, then edges; nothing is looked up
//! by name. What cannot be used is counted with its file, so that after this stage every record that was read is
//! loaded, a duplicate, left out by a named rule, or in quarantine.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use serde::Deserialize;
use thiserror::Error;

use crate::finding::Finding;
use crate::kg::Curie;
use crate::kg::FileTally;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::PreferredPrefixes;
use crate::kg::Records;
use crate::kg::Relations;
use crate::kg::clique;
use crate::kg::clique::Merged;
use crate::kg::credit::Credits;
use crate::kg::edges::Context;
use crate::kg::edges::settle;
use crate::kg::freeze::Parts;
use crate::kg::freeze::freeze;
use crate::kg::gather::Gathered;
use crate::kg::gather::Gathering;
use crate::kg::gather::Origins;
use crate::kg::graph::Node;
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

    let Settled { nodes, categories, credits } = nodes(&mut records, &aliases, &mut files)?;
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
    let parts = Parts { nodes, credits, categories, identifiers, adjacency, details, names };
    let graph = freeze(parts, relations.clone(), records.sources);
    findings.extend(clique::homonyms(&graph));
    Ok(Built { graph, files, findings })
}

/// All nodes, before there are edges.
struct Settled {
    nodes: Vec<Node>,
    categories: IndexSet<Box<str>>,
    credits: Credits,
}

/// The nodes in the order of CURIEs, the categories in the order of names, and the sources of strings.
fn nodes(
    records: &mut Records,
    aliases: &BTreeMap<Curie, Curie>,
    files: &mut [FileTally],
) -> Result<Settled, BuildError> {
    let origins = Origins {
        source_of: files.iter().map(|file| file.source).collect(),
        may_publish: records.sources.iter().map(|source| source.licence.may_publish()).collect(),
    };
    let mut gathering = Gathering::new(&origins);
    let described = std::mem::take(&mut records.nodes).into_iter().map(|record| (record, true));
    let mentioned = std::mem::take(&mut records.mentions).into_iter().map(|record| (record, false));
    for (mut record, counts) in described.chain(mentioned) {
        if let Some(to) = aliases.get(&record.curie) {
            record.curie = to.clone();
        }
        let file = record.place.file.index();
        let is_new = gathering.add(record, !counts);
        if let Some(file) = files.get_mut(file).filter(|_| counts) {
            *(if is_new { &mut file.loaded } else { &mut file.duplicates }) += 1;
        }
    }
    let mut list = gathering.finish();
    if u32::try_from(list.len()).is_err() {
        return Err(BuildError::TooMany { what: "nodes", count: list.len() });
    }
    let mut categories: IndexSet<Box<str>> = list.iter().map(|node| node.record.category.clone()).collect();
    categories.sort_unstable();
    if categories.len() > usize::from(u16::MAX) {
        return Err(BuildError::TooManyCategories { count: categories.len() });
    }
    let mut credits = Vec::new();
    let freeze = |(number, gathered): (u32, &mut Gathered)| {
        let (node, of_node) = gathered.freeze(&categories, &origins);
        credits.extend(of_node.into_iter().map(|(part, source)| (NodeId(number), part, source)));
        node
    };
    let nodes = (0_u32..).zip(&mut list).map(freeze).collect();
    Ok(Settled { nodes, categories, credits: Credits::new(credits) })
}
