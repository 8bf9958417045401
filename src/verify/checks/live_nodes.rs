#![doc = include_str!("live_nodes.md")]

use crate::finding::Code;
use crate::kg::Curie;
use crate::kg::Node;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Every node used is alive and has a name.
pub(super) struct LiveNodes;

impl Check for LiveNodes {
    fn code(&self) -> Code {
        Code("V110")
    }

    fn page(&self) -> &'static str {
        include_str!("live_nodes.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        item.nodes_used(graph).into_iter().find_map(|id| {
            let node = graph.node(id);
            fault(node, |other| graph.find(other) == Some(id)).map(|fault| format!("`{}` {fault}", node.curie))
        })
    }
}

/// What is wrong with a node, given which of its cross-references mean the node itself: the others are claims by which
/// nothing was merged.
fn fault(node: &Node, is_itself: impl Fn(&Curie) -> bool) -> Option<&'static str> {
    if node.is_obsolete {
        return Some("is obsolete");
    }
    if node.label.is_empty() {
        return Some("has no label");
    }
    // Two identifiers of one vocabulary are two things, whoever holds them to be the same.
    let others = node.xrefs.iter().filter(|xref| **xref != node.curie && is_itself(xref));
    let mut prefixes: Vec<&str> = std::iter::once(&node.curie).chain(others).map(Curie::prefix).collect();
    prefixes.sort_unstable();
    let is_fused = prefixes.windows(2).any(|pair| pair[0] == pair[1]);
    is_fused.then_some("is two things that were merged into one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_node_without_a_label_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&LiveNodes, &item), None);
        let mut bad = item.clone();
        bad.named.push(sample.nameless());
        assert!(sample.reject(&LiveNodes, &bad).is_some());
    }

    #[test]
    fn a_node_that_was_withdrawn_or_fused_is_rejected_and_one_with_a_match_elsewhere_is_accepted() {
        let sample = Sample::new();
        let mut node = sample.context().graph.node(sample.numbered()).clone();
        let fault_of = |node: &Node, members: &[&str]| fault(node, |xref| members.contains(&xref.as_str()));
        assert_eq!(fault_of(&node, &[]), None);
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
            assert_eq!(fault_of(&node, &members), expected, "{xrefs:?} {members:?}");
        }
        node.is_obsolete = true;
        assert_eq!(fault_of(&node, &[]), Some("is obsolete"));
    }
}
