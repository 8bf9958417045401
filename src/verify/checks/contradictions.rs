#![doc = include_str!("contradictions.md")]

use crate::finding::Code;
use crate::kg::search::Reading;
use crate::kg::search::denials;
use crate::kg::search::holds;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Nothing in the binding is also denied.
pub(super) struct Contradictions;

impl Check for Contradictions {
    fn code(&self) -> Code {
        Code("V111")
    }

    fn page(&self) -> &'static str {
        include_str!("contradictions.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        for hop in &item.path {
            let edge = graph.edge(hop.edge);
            let row = graph.relation(edge.relation);
            let is_contradicted = match row.negates.as_deref().and_then(|name| parts::relation(graph, name)) {
                None => !denials(graph, (edge.subject, edge.relation, edge.object)).is_empty(),
                Some(positive) => holds(graph, Reading::Strict, (edge.subject, positive, edge.object)),
            };
            if is_contradicted {
                return Some(format!("`{}` is stated and denied", graph.arrow(hop.edge)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_fact_that_is_also_denied_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&Contradictions, &item), None);
        let mut bad = item.clone();
        bad.path[0].edge = sample.contradicted_edge();
        assert!(sample.reject(&Contradictions, &bad).is_some());
    }
}
