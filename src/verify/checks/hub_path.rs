#![doc = include_str!("hub_path.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::mine::Hop;
use crate::mine::path::explains;
use crate::mine::path::meets_in_a_finding;
use crate::mine::path::nodes;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// Paths explain something.
pub(super) struct HubPath;

impl Check for HubPath {
    fn code(&self) -> Code {
        Code("V109")
    }

    fn page(&self) -> &'static str {
        include_str!("hub_path.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        if !item.question.is_path() {
            return None;
        }
        let graph = context.graph;
        let is_allowed = |hop: &Hop| explains(graph.relation(graph.edge(hop.edge).relation));
        if !item.path.iter().all(is_allowed) {
            return Some("a relation of the path explains nothing".to_owned());
        }
        if meets_in_a_finding(graph, &item.path) {
            return Some("the path goes through a shared finding".to_owned());
        }
        let hub = hub_of(context, item, MAX_DEGREE)?;
        Some(format!("`{}` is a hub of {} edges", graph.label(hub), graph.degree(hub)))
    }
}

/// The first inner node of a path with more edges than a bound.
fn hub_of(context: Context<'_>, item: &Item, max_degree: usize) -> Option<NodeId> {
    let all = nodes(context.graph, &item.path);
    let inner = all.get(1..all.len().saturating_sub(1)).unwrap_or(&[]);
    inner.iter().copied().find(|&node| context.graph.degree(node) > max_degree)
}

/// In the HPO release only findings and modes of inheritance have more edges than this, and no gene or disease has.
const MAX_DEGREE: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_path_through_a_shared_finding_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&HubPath, &item), None);
        let mut bad = item.clone();
        bad.path = sample.path_through_a_finding();
        assert!(sample.reject(&HubPath, &bad).is_some());
    }

    #[test]
    fn a_hub_is_rejected_and_a_node_of_a_few_edges_less_is_accepted() {
        let sample = Sample::new();
        let item = sample.path();
        let hub = sample.curie(item.answer[0]);
        let degree = sample.context().graph.degree(item.answer[0]);
        let to_findings = |count: usize| -> String {
            let others = sample.strangers_to(item.answer[0]).take(count);
            others.map(|finding| format!("{hub} -phenotype_absent-> {}\n", sample.curie(finding))).collect()
        };
        let (changed, carried) = sample.with(&to_findings(10), &item);
        assert_eq!(hub_of(changed.context(), &carried, degree + 10), None);
        assert_eq!(hub_of(changed.context(), &carried, degree + 9), Some(item.answer[0]));
    }

    #[test]
    fn a_relation_that_explains_nothing_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.path();
        bad.path[0].edge = sample.contrast().path[1].edge;
        assert_eq!(sample.reject(&HubPath, &bad), Some("a relation of the path explains nothing".into()));
    }
}
