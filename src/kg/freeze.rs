//! The last step of building: indexes, and then no change any more.
//!
//! What a graph is asked for most (neighbours by relation, kinds, names) is worked out once, here, so that a [`Graph`]
//! needs no lock and no lazily filled cell, and is the same on however many threads it is read.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::kg::CategoryId;
use crate::kg::Curie;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Neighbour;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::Relations;
use crate::kg::Source;
use crate::kg::csr::Csr;
use crate::kg::graph::EdgeDetails;
use crate::kg::names::normal_name;
use crate::kg::taxonomy::Taxonomy;

/// What freezing starts from: nodes and edges in their final order.
pub(super) struct Parts {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) details: Vec<EdgeDetails>,
    pub(super) categories: IndexSet<Box<str>>,
    pub(super) by_curie: HashMap<Curie, NodeId, FxBuildHasher>,
}

/// Derives everything that is asked of a graph, and lets nothing change it any more.
pub(super) fn freeze(parts: Parts, relations: Relations, sources: Vec<Source>) -> Graph {
    let Parts { nodes, edges, details, categories, by_curie } = parts;
    let numbered = || (0_u32..).map(EdgeId).zip(&edges);
    let out =
        numbered().map(|(id, edge)| (edge.subject, Neighbour { relation: edge.relation, node: edge.object, edge: id }));
    let outgoing = Csr::new(nodes.len(), out.collect());
    let back =
        numbered().map(|(id, edge)| (edge.object, Neighbour { relation: edge.relation, node: edge.subject, edge: id }));
    let incoming = Csr::new(nodes.len(), back.collect());
    let is_a = relations.is_a();
    let kinds: Vec<(NodeId, NodeId)> =
        edges.iter().filter(|edge| edge.relation == is_a).map(|edge| (edge.subject, edge.object)).collect();
    let taxonomy = Taxonomy::new(nodes.len(), &kinds);
    let vague = vague_objects(&edges, &taxonomy, &relations, nodes.len());

    let mut by_name: HashMap<Box<str>, Vec<NodeId>, FxBuildHasher> = HashMap::default();
    let mut same_label: HashMap<(CategoryId, Box<str>), Vec<NodeId>, FxBuildHasher> = HashMap::default();
    for (number, node) in (0_u32..).zip(&nodes) {
        let id = NodeId(number);
        if node.is_obsolete {
            continue;
        }
        if !node.label.is_empty() {
            let name: Box<str> = normal_name(&node.label).into();
            same_label.entry((node.category, name.clone())).or_default().push(id);
            by_name.entry(name).or_default().push(id);
        }
        for synonym in &node.synonyms {
            let named = by_name.entry(normal_name(&synonym.text).into()).or_default();
            if named.last() != Some(&id) {
                named.push(id);
            }
        }
    }
    let mut twins: HashMap<NodeId, Vec<NodeId>, FxBuildHasher> = HashMap::default();
    for group in same_label.into_values().filter(|group| group.len() > 1) {
        for &node in &group {
            twins.insert(node, group.iter().copied().filter(|&other| other != node).collect());
        }
    }
    Graph {
        nodes,
        edges,
        details,
        outgoing,
        incoming,
        relations,
        categories,
        sources,
        by_curie,
        by_name,
        twins,
        taxonomy,
        vague,
    }
}

/// For each relation with a bound, the objects that tell less: information content is −ln of the share of subjects
/// that have the object or, by its closure, one of its kinds.
fn vague_objects(
    edges: &[Edge],
    taxonomy: &Taxonomy,
    relations: &Relations,
    n_nodes: usize,
) -> BTreeMap<RelationId, Vec<bool>> {
    let mut vague = BTreeMap::new();
    for (relation, row) in relations.iter() {
        let Some(bound) = row.vague_below else { continue };
        let mut above: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        let mut counts = vec![0_u32; n_nodes];
        let mut n_subjects = 0_u32;
        // Edges are sorted by subject: one subject's objects follow each other.
        for group in edges.chunk_by(|left, right| left.subject == right.subject) {
            let mut implied: Vec<NodeId> = Vec::new();
            for edge in group.iter().filter(|edge| edge.relation == relation) {
                implied.extend(above.entry(edge.object).or_insert_with(|| taxonomy.ancestors(edge.object)).iter());
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
