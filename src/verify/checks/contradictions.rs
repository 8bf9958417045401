#![doc = include_str!("contradictions.md")]

use crate::finding::Code;
use crate::kg::search::Reading;
use crate::kg::search::denials;
use crate::kg::search::holds;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Nothing that is cited is also denied.
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
        for id in item.cited_edges() {
            let edge = graph.edge(id);
            let row = graph.relation(edge.relation);
            let is_contradicted = match row.negates.as_deref().and_then(|name| parts::relation(graph, name)) {
                None => !denials(graph, (edge.subject, edge.relation, edge.object)).is_empty(),
                Some(positive) => holds(graph, Reading::Strict, (edge.subject, positive, edge.object)),
            };
            if is_contradicted {
                return Some(format!("`{}` is stated and denied", graph.arrow(id)));
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

    #[test]
    fn a_denial_of_the_clue_is_rejected_and_one_of_its_neighbour_is_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let key = sample.curie(item.answer[0]);
        let absent = |finding| format!("{key} -phenotype_absent-> {}", sample.curie(finding));
        let (changed, carried) = sample.with(&absent(item.pattern.anchors()[1]), &item);
        assert!(changed.reject(&Contradictions, &carried).is_some());
        let stranger = sample.strangers_to(item.answer[0]).next().unwrap();
        let (changed, carried) = sample.with(&absent(stranger), &item);
        assert_eq!(changed.reject(&Contradictions, &carried), None);
    }
}
