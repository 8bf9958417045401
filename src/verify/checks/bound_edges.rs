#![doc = include_str!("bound_edges.md")]

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::mine::Question;
use crate::mine::path::nodes;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;

/// The edges of the binding connect.
pub(super) struct BoundEdges;

impl Check for BoundEdges {
    fn code(&self) -> Code {
        Code("V101")
    }

    fn page(&self) -> &'static str {
        include_str!("bound_edges.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        if item.path.is_empty() {
            return Some("there is no binding".to_owned());
        }
        let own = |edge: &EdgeId| graph.edge_at(edge.number()) == Some(*edge);
        if !item.cited_edges().iter().all(own) {
            return Some("an edge is not in the graph".to_owned());
        }
        if item.id != Item::id_of(graph, item.kind, &item.pattern, &item.answer) {
            return Some("the id is not that of the pattern and the answer".to_owned());
        }
        if item.question.is_path() || matches!(item.question, Question::Coding | Question::Contrast { .. }) {
            let joins = |pair: &[crate::mine::Hop]| pair[0].to(graph) == pair[1].from(graph);
            if !item.path.windows(2).all(joins) {
                return Some("an edge does not start where the one before ended".to_owned());
            }
            let mut visited = nodes(graph, &item.path);
            let n_visited = visited.len();
            visited.sort_unstable();
            visited.dedup();
            if visited.len() < n_visited {
                return Some("a node is visited twice".to_owned());
            }
        }
        let mut reached: Vec<NodeId> = vec![item.path[0].from(graph)];
        let mut left: Vec<(NodeId, NodeId)> = item.path.iter().map(|hop| (hop.from(graph), hop.to(graph))).collect();
        while let Some(at) = left.iter().position(|(from, to)| reached.contains(from) || reached.contains(to)) {
            let (from, to) = left.swap_remove(at);
            reached.extend([from, to]);
        }
        // Several answers need not meet, and what shows that each condition of a question has something need not either.
        if matches!(item.question, Question::Shape { .. }) {
            reached.extend(left.drain(..).flat_map(|(from, to)| [from, to]));
        }
        if !left.is_empty() {
            return Some("the edges of the binding do not connect".to_owned());
        }
        let missing = item.pattern.anchors().into_iter().chain(item.answer.iter().copied());
        let missing = missing.into_iter().find(|node| !reached.contains(node))?;
        Some(format!("`{}` lies on no edge of the binding", graph.label(missing)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn an_edge_of_another_disease_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&BoundEdges, &item), None);
        let mut bad = item.clone();
        bad.path[0].edge = sample.edge_of_another(&bad);
        assert!(sample.reject(&BoundEdges, &bad).is_some());
    }

    #[test]
    fn an_edge_past_the_end_of_the_graph_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.steps[0].edges.push(EdgeId::try_from_index(9_999_999).unwrap());
        assert_eq!(sample.reject(&BoundEdges, &bad), Some("an edge is not in the graph".into()));
    }

    #[test]
    fn an_id_of_other_facts_is_rejected_and_other_words_are_not() {
        let sample = Sample::new();
        let mut item = sample.case();
        item.stem.push_str(" The parents are healthy.");
        assert_eq!(sample.reject(&BoundEdges, &item), None);
        item.id.replace_range(..1, if item.id.starts_with('0') { "1" } else { "0" });
        assert!(sample.reject(&BoundEdges, &item).is_some());
    }

    #[test]
    fn a_path_that_jumps_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&BoundEdges, &item), None);
        let mut bad = item.clone();
        bad.path.reverse();
        assert!(sample.reject(&BoundEdges, &bad).is_some());
    }
}
