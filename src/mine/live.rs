//! Which nodes may be spoken of at all: alive, named, and one thing.
//!
//! An exact match that joins two identifiers of one vocabulary has joined two things, whoever holds them to be the same;
//! nothing that is said of such a node can be relied on.

use crate::kg::Curie;
use crate::kg::Graph;
use crate::kg::Node;
use crate::kg::NodeId;

/// What is wrong with a node; `None` if it may be spoken of.
pub fn fault(graph: &Graph, id: NodeId) -> Option<&'static str> {
    fault_of(graph.node(id), |other| graph.find(other) == Some(id))
}

/// What is wrong with a node, given which of its cross-references mean the node itself: the others are claims by which
/// nothing was merged.
fn fault_of(node: &Node, is_itself: impl Fn(&Curie) -> bool) -> Option<&'static str> {
    if node.is_obsolete {
        return Some("is obsolete");
    }
    if node.label.is_empty() {
        return Some("has no label");
    }
    let mut members: Vec<&Curie> = std::iter::once(&node.curie).chain(&node.xrefs).collect();
    members.sort_unstable();
    members.dedup();
    // Most have no two of a prefix, and whoever has none need not be looked up.
    let is_fused = members.chunk_by(|one, other| one.prefix() == other.prefix()).any(|alike| {
        let is_member = |curie: &&&Curie| ***curie == node.curie || is_itself(curie);
        alike.len() > 1 && alike.iter().filter(is_member).nth(1).is_some()
    });
    is_fused.then_some("is two things that were merged into one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_was_withdrawn_or_fused_is_faulty_and_one_with_a_match_elsewhere_is_not() {
        let graph = Graph::from_arrows("Disease:one -is_a-> Disease:two").unwrap();
        let mut node = graph.node(graph.find(&"Disease:one".parse().unwrap()).unwrap()).clone();
        let found = |node: &Node, members: &[&str]| fault_of(node, |xref| members.contains(&xref.as_str()));
        assert_eq!(found(&node, &[]), None);
        let fused = Some("is two things that were merged into one");
        for (xrefs, members, expected) in [
            (["MESH:D1", "OMIM:1"], vec!["MESH:D1", "OMIM:1"], None),
            (["MESH:D1", "Disease:another"], vec!["Disease:another"], fused),
            // Neither has the prefix of the node's own identifier.
            (["MESH:D1", "MESH:D2"], vec!["MESH:D1", "MESH:D2"], fused),
            // One is merely claimed by a source.
            (["MESH:D1", "MESH:D2"], vec!["MESH:D1"], None),
        ] {
            node.xrefs = xrefs.map(|xref| xref.parse().unwrap()).to_vec();
            assert_eq!(found(&node, &members), expected, "{xrefs:?} {members:?}");
        }
        node.is_obsolete = true;
        assert_eq!(found(&node, &[]), Some("is obsolete"));
    }
}
