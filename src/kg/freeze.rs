//! The last step of building: indexes, and then no change any more.
//!
//! What a graph is asked for most (neighbours by relation, kinds, names) is worked out once, here, so that a [`Graph`]
//! needs no lock and no lazily filled cell, and is the same on however many threads it is read.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::credit::Credits;
use crate::kg::csr::Adjacency;
use crate::kg::graph::EdgeDetails;
use crate::kg::index::Identifiers;
use crate::kg::index::NameIndex;
use crate::kg::taxonomy::Taxonomy;

/// What freezing starts from: nodes and edges in their final order.
pub(super) struct Parts {
    pub(super) nodes: Vec<Node>,
    pub(super) credits: Credits,
    pub(super) categories: IndexSet<Box<str>>,
    pub(super) identifiers: Identifiers,
    pub(super) adjacency: Adjacency,
    pub(super) details: EdgeDetails,
    pub(super) names: NameIndex,
}

/// Derives everything that is asked of a graph, and lets nothing change it any more.
pub(super) fn freeze(parts: Parts, relations: Relations, sources: Vec<Source>) -> Graph {
    let Parts { nodes, credits, categories, identifiers, adjacency, details, names } = parts;
    let is_a = relations.is_a();
    let numbered = || (0_u32..).map(NodeId).take(if adjacency.has(is_a) { nodes.len() } else { 0 });
    let parents = |child: NodeId| adjacency.objects(child, is_a).map(move |parent| (child, parent.node));
    let kinds: Vec<(NodeId, NodeId)> = numbered().flat_map(parents).collect();
    let taxonomy = Taxonomy::new(nodes.len(), &kinds);
    let vague = vague_objects(&adjacency, &taxonomy, &relations, nodes.len());
    let mut twins: HashMap<NodeId, Vec<NodeId>, FxBuildHasher> = HashMap::default();
    for group in names.same_label(&nodes) {
        for &node in &group {
            twins.insert(node, group.iter().copied().filter(|&other| other != node).collect());
        }
    }
    Graph {
        nodes,
        credits,
        adjacency,
        details,
        relations,
        categories,
        sources,
        identifiers,
        names,
        twins,
        taxonomy,
        vague,
    }
}

/// For each relation with a bound, the objects that tell less: information content is −ln of the share of subjects
/// that have the object or, by its closure, one of its kinds.
fn vague_objects(
    adjacency: &Adjacency,
    taxonomy: &Taxonomy,
    relations: &Relations,
    n_nodes: usize,
) -> BTreeMap<RelationId, Vec<bool>> {
    let mut vague = BTreeMap::new();
    for (relation, row) in relations.iter() {
        let Some(bound) = row.vague_below else { continue };
        let mut above: HashMap<NodeId, Vec<NodeId>, FxBuildHasher> = HashMap::default();
        let mut counts = vec![0_u32; n_nodes];
        let mut n_subjects = 0_u32;
        for subject in (0_u32..).map(NodeId).take(if adjacency.has(relation) { n_nodes } else { 0 }) {
            let mut implied: Vec<NodeId> = Vec::new();
            for &object in adjacency.objects(subject, relation).nodes() {
                implied.extend(above.entry(object).or_insert_with(|| taxonomy.ancestors(object)).iter());
            }
            implied.sort_unstable();
            implied.dedup();
            n_subjects += u32::from(!implied.is_empty());
            for node in implied {
                counts[node.index()] += 1;
            }
        }
        let total = f64::from(n_subjects.max(1));
        let tells_too_little = |&count: &u32| count > 0 && -(f64::from(count) / total).ln() < bound;
        vague.insert(relation, counts.iter().map(tells_too_little).collect());
    }
    vague
}
