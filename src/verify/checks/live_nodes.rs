#![doc = include_str!("live_nodes.md")]

use crate::finding::Code;
use crate::mine::live::fault;
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
        item.nodes_used(graph)
            .into_iter()
            .find_map(|id| fault(graph, id).map(|fault| format!("`{}` {fault}", graph.node(id).curie)))
    }
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
}
