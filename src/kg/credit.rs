//! Which source a string of a node comes from.
//!
//! Most nodes are described by one source, and then [`Node::source`] says it all. Where sources meet, each name,
//! synonym, cross-reference and definition keeps the one that gave it, because a licence is about strings: a single
//! restricted synonym must neither close a node nor slip out with it. Only what differs from the node's own source
//! is stored, so that a graph of one source pays nothing.

use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;
use crate::kg::SourceId;
use crate::kg::Synonym;

/// A string of a node; numbers are positions in its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The preferred name.
    Label,
    /// The definition.
    Definition,
    /// Another name.
    Synonym(u32),
    /// A claim of sameness.
    Xref(u32),
}

/// The strings that do not come from their node's own source: sorted by node and part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Credits(Vec<(NodeId, Part, SourceId)>);

impl Credits {
    /// From entries in any order, each part once.
    pub(super) fn new(mut entries: Vec<(NodeId, Part, SourceId)>) -> Self {
        entries.sort_unstable();
        entries.shrink_to_fit();
        Self(entries)
    }

    /// Every entry, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NodeId, Part, SourceId)> + '_ {
        self.0.iter().copied()
    }

    /// Those of a node. O(log n).
    fn of(&self, node: NodeId) -> &[(NodeId, Part, SourceId)] {
        let start = self.0.partition_point(|&(of, ..)| of < node);
        let length = self.0[start..].iter().take_while(|&&(of, ..)| of == node).count();
        &self.0[start..start + length]
    }
}

/// The sources of one node's strings.
#[derive(Debug, Clone, Copy)]
pub struct NodeSources<'a> {
    node: &'a Node,
    others: &'a [(NodeId, Part, SourceId)],
}

impl<'a> NodeSources<'a> {
    fn source(self, part: Part) -> SourceId {
        self.others.iter().find(|(_, of, _)| *of == part).map_or(self.node.source, |&(.., source)| source)
    }

    /// The source of the preferred name; of a node without one the source that described it first.
    pub fn label(self) -> SourceId {
        self.source(Part::Label)
    }

    /// The source of the definition.
    pub fn definition(self) -> SourceId {
        self.source(Part::Definition)
    }

    /// The other names with their sources, in the order of [`Node::synonyms`].
    pub fn synonyms(self) -> impl Iterator<Item = (&'a Synonym, SourceId)> {
        (0_u32..).zip(&self.node.synonyms).map(move |(at, synonym)| (synonym, self.source(Part::Synonym(at))))
    }

    /// The claims of sameness with their sources, in the order of [`Node::xrefs`].
    pub fn xrefs(self) -> impl Iterator<Item = (&'a Curie, SourceId)> {
        (0_u32..).zip(&self.node.xrefs).map(move |(at, xref)| (xref, self.source(Part::Xref(at))))
    }
}

impl Graph {
    /// The sources of a node's strings. O(log n).
    pub fn node_sources(&self, node: NodeId) -> NodeSources<'_> {
        NodeSources { node: self.node(node), others: self.credits.of(node) }
    }

    /// Every string that another source gave than its node's own, as (node, what, source), in order: `label`,
    /// `definition`, `synonym` or `xref`, with its position among those of the node.
    pub fn borrowed_strings(&self) -> impl Iterator<Item = (NodeId, &'static str, usize, SourceId)> + '_ {
        self.credits.iter().map(|(node, part, source)| {
            let (what, at) = match part {
                Part::Label => ("label", 0),
                Part::Definition => ("definition", 0),
                Part::Synonym(at) => ("synonym", at),
                Part::Xref(at) => ("xref", at),
            };
            (node, what, at as usize, source)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_the_nodes_own() {
        let graph = Graph::from_arrows("Drug:a -treats-> Disease:b").unwrap();
        let node = NodeId(1);
        assert_eq!(graph.node_sources(node).label(), graph.node(node).source);
        let other = SourceId(4);
        let entries = vec![(NodeId(2), Part::Label, other), (node, Part::Xref(1), other), (node, Part::Label, other)];
        let credits = Credits::new(entries);
        let sources = NodeSources { node: graph.node(node), others: credits.of(node) };
        assert_eq!((sources.label(), sources.definition()), (other, graph.node(node).source));
        assert!(credits.of(NodeId(0)).is_empty());
    }
}
