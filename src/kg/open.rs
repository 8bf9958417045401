//! What of a graph may be passed on.
//!
//! A licence closes strings and edges, never more: an edge of a restricted source goes, a restricted name goes, and the
//! node stays under its identifier as long as anything is left to say of it. Every table and every export reads the
//! graph through this file, so that they leave out the same.

use crate::kg::Curie;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::kg::Synonym;

/// How much of a graph comes from one source: all of it is published, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Edges.
    pub edges: u64,
    /// Preferred names.
    pub labels: u64,
    /// Other names.
    pub synonyms: u64,
    /// Claims of sameness.
    pub xrefs: u64,
    /// Definitions.
    pub definitions: u64,
}

impl Share {
    /// Whether there is nothing.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl Graph {
    /// The ids of [`Graph::sources`], in order.
    pub fn source_ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..u16::try_from(self.sources().len()).unwrap_or(u16::MAX)).map(SourceId)
    }

    /// Whether what a source says may be passed on.
    pub fn may_publish(&self, source: SourceId) -> bool {
        self.source(source).licence.may_publish()
    }

    /// Whether everything may be passed on.
    pub fn is_open(&self) -> bool {
        self.sources().iter().all(|source| source.licence.may_publish())
    }

    /// The preferred name, empty where it may not be passed on.
    pub fn open_label(&self, node: NodeId) -> &str {
        if self.may_publish(self.node_sources(node).label()) { &self.node(node).label } else { "" }
    }

    /// The definition, empty where it may not be passed on.
    pub fn open_definition(&self, node: NodeId) -> &str {
        if self.may_publish(self.node_sources(node).definition()) { &self.node(node).definition } else { "" }
    }

    /// The other names that may be passed on, with their sources, in order.
    pub fn open_synonyms(&self, node: NodeId) -> impl Iterator<Item = (&Synonym, SourceId)> {
        self.node_sources(node).synonyms().filter(|&(_, source)| self.may_publish(source))
    }

    /// The claims of sameness that may be passed on, with their sources, in order.
    pub fn open_xrefs(&self, node: NodeId) -> impl Iterator<Item = (&Curie, SourceId)> {
        self.node_sources(node).xrefs().filter(|&(_, source)| self.may_publish(source))
    }

    /// The edges that may be passed on, in order.
    pub fn open_edges(&self) -> impl Iterator<Item = (EdgeId, Edge)> + '_ {
        self.edges().filter(|(_, edge)| self.may_publish(edge.source))
    }

    /// The nodes of which anything may be passed on, in order: those that an open source describes, names or ties to
    /// another. An identifier alone, out of a closed list, is a part of that list.
    ///
    /// # Complexity
    ///
    /// O(n) in an open graph, else O(n + m).
    pub fn open_nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        let is_open = self.is_open();
        self.nodes().filter(move |&(id, _)| is_open || self.is_node_open(id))
    }

    /// Whether anything of a node may be passed on.
    pub(in crate::kg) fn is_node_open(&self, node: NodeId) -> bool {
        self.may_publish(self.node(node).source) || self.is_told_of(node)
    }

    fn is_told_of(&self, node: NodeId) -> bool {
        let has_text = !self.open_label(node).is_empty() || !self.open_definition(node).is_empty();
        let mut ties = self.outgoing(node).chain(self.incoming(node));
        has_text
            || self.open_synonyms(node).next().is_some()
            || self.open_xrefs(node).next().is_some()
            || ties.any(|tie| self.may_publish(self.edge_source(tie.edge)))
    }

    /// What each source gave, by its position among [`Graph::sources`].
    ///
    /// # Complexity
    ///
    /// One pass over nodes and edges.
    pub fn shares(&self) -> Vec<Share> {
        let mut shares = vec![Share::default(); self.sources().len()];
        let mut count = |source: SourceId, add: fn(&mut Share)| {
            if let Some(share) = shares.get_mut(usize::from(source.0)) {
                add(share);
            }
        };
        for (id, node) in self.nodes() {
            let sources = self.node_sources(id);
            if !node.label.is_empty() {
                count(sources.label(), |share| share.labels += 1);
            }
            if !node.definition.is_empty() {
                count(sources.definition(), |share| share.definitions += 1);
            }
            sources.synonyms().for_each(|(_, source)| count(source, |share| share.synonyms += 1));
            sources.xrefs().for_each(|(_, source)| count(source, |share| share.xrefs += 1));
        }
        self.edges().for_each(|(_, edge)| count(edge.source, |share| share.edges += 1));
        shares
    }
}

#[cfg(test)]
mod tests;
