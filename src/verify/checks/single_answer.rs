#![doc = include_str!("single_answer.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::rdf;
use crate::kg::search::Reading;
use crate::kg::search::answers;
use crate::kg::search::bindings;
use crate::mine::Question;
use crate::mine::kin::is_above_or_below;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::nodes;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;

/// The key is the answer, and no other option can be.
pub(super) struct SingleAnswer;

impl Check for SingleAnswer {
    fn code(&self) -> Code {
        Code("V103")
    }

    fn page(&self) -> &'static str {
        include_str!("single_answer.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let budget = |_| "the proof needs to look at too much".to_owned();
        if item.query != rdf::select(graph, &item.pattern) {
            return Some("the query does not ask what the pattern asks".to_owned());
        }
        if item.question.is_path() {
            let all = nodes(graph, &item.path);
            let inner = all.get(1..all.len().saturating_sub(1)).unwrap_or(&[]).to_vec();
            for reading in [Reading::Strict, Reading::Loose] {
                match bindings(graph, &item.pattern, reading, PROOF_BUDGET) {
                    Ok(found) if found == [inner.clone()] => {}
                    Ok(found) => return Some(format!("{} paths of the kind exist, read {reading:?}ly", found.len())),
                    Err(error) => return Some(budget(error)),
                }
            }
            let mut sorted = inner;
            sorted.sort_unstable();
            if sorted != item.answer {
                return Some("the answer is not what lies between the ends".to_owned());
            }
            if matches!(item.question, Question::PathChoice { .. }) {
                // That the others are none is looked at with the chains.
                let key = item.key().and_then(|key| item.options.get(key));
                let is_told = key.is_some_and(|option| option.nodes == item.answer && option.text == item.answer_text);
                return (!is_told || !item.other_answers.is_empty())
                    .then(|| "the key option is bound to something else than the answer".to_owned());
            }
            let is_open = item.options.is_empty() && item.keys.is_empty() && item.other_answers.is_empty();
            return (!is_open).then(|| "an open question has options or other answers".to_owned());
        }
        let found = |reading| answers(graph, &item.pattern, reading, PROOF_BUDGET).map_err(budget);
        let (strict, loose) = match (found(Reading::Strict), found(Reading::Loose)) {
            (Ok(strict), Ok(loose)) => (strict, loose),
            (Err(why), _) | (_, Err(why)) => return Some(why),
        };
        let holds = |answers: &[NodeId], node: &NodeId| answers.binary_search(node).is_ok();
        let may_be_none = item.kind == Kind::Unanswerable;
        if item.answer.is_empty() && !may_be_none || !item.answer.iter().all(|node| holds(&strict, node)) {
            return Some("the key is no strict answer".to_owned());
        }
        let others: Vec<NodeId> =
            loose.iter().copied().filter(|node| item.answer.binary_search(node).is_err()).collect();
        if others != item.other_answers {
            return Some("the other answers are not those that were noted".to_owned());
        }
        // What is true of a statement is no node: whether the key says it is looked at with the statement.
        // Of queries, what is right is looked at kind by kind.
        if matches!(item.kind, Kind::TrueFalse | Kind::MultipleAnswer | Kind::Open | Kind::Unanswerable) {
            return None;
        }
        // Of a ranking the first is the key; in which order the others follow is looked at with the order.
        let key = if item.kind == Kind::RankedList { item.keys.first().copied() } else { item.key() };
        let Some(key) = key else { return Some("there is not exactly one key".to_owned()) };
        let offered = item.options.get(key);
        let is_told = |text: &str| item.kind == Kind::RankedList || text == item.answer_text;
        if !offered.is_some_and(|option| option.nodes == item.answer && is_told(&option.text)) {
            return Some("the key option is bound to something else than the answer".to_owned());
        }
        for (at, option) in item.options.iter().enumerate().filter(|(at, _)| *at != key) {
            if let Some(node) = option.nodes.iter().find(|node| holds(&loose, node)) {
                return Some(format!("option {} \u{201c}{}\u{201d} may be an answer too", at + 1, graph.label(*node)));
            }
        }
        let is_vignette = matches!(item.question, Question::Diagnosis(_) | Question::CausalGene { .. });
        // What the key is a kind of, or what is a kind of it, is the same answer, told less exactly or more.
        let is_key = |&node: &NodeId| item.answer.iter().any(|&key| is_above_or_below(graph, node, key));
        (is_vignette && !loose.iter().all(is_key))
            .then(|| "something that is not offered may be an answer too".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_key_that_is_moved_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&SingleAnswer, &item), None);
        let mut bad = item.clone();
        bad.answer = bad.options[1].nodes.clone();
        bad.keys = vec![1];
        assert!(sample.reject(&SingleAnswer, &bad).is_some());
    }

    #[test]
    fn a_distractor_that_fits_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&SingleAnswer, &item), None);
        let mut bad = item.clone();
        // One clue is left: others have it too.
        bad.pattern.clauses.truncate(1);
        assert!(sample.reject(&SingleAnswer, &bad).is_some());
    }

    #[test]
    fn a_fact_that_makes_a_distractor_fit_is_rejected_and_one_that_does_not_is_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let wrong = item.options.iter().find(|option| option.nodes != item.answer).unwrap().nodes[0];
        let clues = item.pattern.anchors();
        let arrow = |clue| format!("{} -has_phenotype-> {}\n", sample.curie(wrong), sample.curie(clue));
        let all: String = clues.iter().map(|&clue| arrow(clue)).collect();
        let (changed, carried) = sample.with(&all, &item);
        assert!(changed.reject(&SingleAnswer, &carried).is_some());
        let (changed, carried) = sample.with(&arrow(clues[0]), &item);
        assert_eq!(changed.reject(&SingleAnswer, &carried), None);
    }

    #[test]
    fn a_query_for_something_else_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.query = sample.contrast().query;
        assert!(sample.reject(&SingleAnswer, &bad).is_some());
    }

    #[test]
    fn other_answers_that_are_kept_back_are_rejected() {
        let sample = Sample::new();
        let mut item = sample.contrast();
        assert_eq!(sample.reject(&SingleAnswer, &item), None);
        assert!(item.other_answers.pop().is_some());
        assert!(sample.reject(&SingleAnswer, &item).is_some());
    }

    #[test]
    fn a_path_to_another_end_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&SingleAnswer, &item), None);
        let mut bad = item.clone();
        bad.answer.clear();
        assert!(sample.reject(&SingleAnswer, &bad).is_some());
    }
}
