#![doc = include_str!("live_nodes.md")]

use crate::finding::Code;
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
        item.nodes_used(graph).into_iter().find_map(|node| {
            let node = graph.node(node);
            fault(node).map(|fault| format!("`{}` {fault}", node.curie))
        })
    }
}

/// What is wrong with a node.
fn fault(node: &Node) -> Option<&'static str> {
    if node.is_obsolete {
        return Some("is obsolete");
    }
    if node.label.is_empty() {
        return Some("has no label");
    }
    // Two identifiers of one vocabulary are two things, whoever holds them to be the same.
    let is_fused = node.xrefs.iter().any(|xref| xref.prefix() == node.curie.prefix() && *xref != node.curie);
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
        assert_eq!(fault(&node), None);
        node.xrefs = vec!["MESH:D1".parse().unwrap()];
        assert_eq!(fault(&node), None);
        node.xrefs.push("Disease:another".parse().unwrap());
        assert_eq!(fault(&node), Some("is two things that were merged into one"));
        node.is_obsolete = true;
        assert_eq!(fault(&node), Some("is obsolete"));
    }
}
