#![doc = include_str!("several_answers.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::mine::Asks;
use crate::mine::FEWEST_KEYS;
use crate::mine::N_OPTIONS;
use crate::mine::Question;
use crate::mine::path::PROOF_BUDGET;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Of several options those are right that are keyed.
pub(super) struct SeveralAnswers;

impl Check for SeveralAnswers {
    fn code(&self) -> Code {
        Code("V121")
    }

    fn page(&self) -> &'static str {
        include_str!("several_answers.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Shape { query, asks: Asks::MultipleAnswer, .. } = &item.question else {
            return (item.kind == Kind::MultipleAnswer).then(|| "it asks no query".to_owned());
        };
        let graph = context.graph;
        let are_single = item.options.iter().all(|option| option.nodes.len() == 1);
        let is_sorted = item.keys.is_sorted_by(|left, right| left < right);
        if item.kind != Kind::MultipleAnswer || item.options.len() != N_OPTIONS || !are_single || !is_sorted {
            return Some("there are not five options, each one node, with keys in order".to_owned());
        }
        let mut keyed: Vec<NodeId> = item
            .keys
            .iter()
            .filter_map(|&at| item.options.get(at))
            .flat_map(|option| option.nodes.iter().copied())
            .collect();
        keyed.sort_unstable();
        if keyed != item.answer || keyed.len() < FEWEST_KEYS || keyed.len() > FEWEST_KEYS + 1 {
            return Some("the keys are not two or three options that are the answer".to_owned());
        }
        if let Some(why) = parts::misasked(context, item) {
            return Some(why);
        }
        let found = |reading| query.answers(graph, reading, PROOF_BUDGET).ok();
        let (Some(strict), Some(loose)) = (found(Reading::Strict), found(Reading::Loose)) else {
            return Some("the proof needs to look at too much".to_owned());
        };
        for (at, option) in item.options.iter().enumerate() {
            let node = option.nodes[0];
            if item.keys.contains(&at) && strict.binary_search(&node).is_err() {
                return Some(format!("`{}` is keyed and is no strict answer", graph.label(node)));
            }
            if !item.keys.contains(&at) && loose.binary_search(&node).is_ok() {
                return Some(format!("`{}` is not keyed and may be an answer", graph.label(node)));
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
    fn a_key_too_few_and_one_too_many_are_rejected() {
        let sample = Sample::new();
        let item = sample.shape("multiple_answer");
        assert_eq!(sample.reject(&SeveralAnswers, &item), None);
        let mut bad = item.clone();
        bad.keys.pop();
        assert!(sample.reject(&SeveralAnswers, &bad).is_some());
        bad.answer = bad.keys.iter().map(|&at| bad.options[at].nodes[0]).collect();
        assert!(sample.reject(&SeveralAnswers, &bad).is_some());
        let mut bad = item.clone();
        let wrong = (0..5).find(|at| !item.keys.contains(at)).unwrap();
        bad.keys.push(wrong);
        bad.answer.push(bad.options[wrong].nodes[0]);
        bad.keys.sort_unstable();
        bad.answer.sort_unstable();
        assert!(sample.reject(&SeveralAnswers, &bad).is_some());
    }

    #[test]
    fn a_fact_that_makes_another_option_right_is_rejected() {
        let sample = Sample::new();
        let item = sample.shape("multiple_answer");
        let wrong = (0..5).find(|at| !item.keys.contains(at)).unwrap();
        let more = sample.meeting(&item, item.options[wrong].nodes[0]);
        let (changed, carried) = sample.with(&more, &item);
        assert!(changed.reject(&SeveralAnswers, &carried).is_some());
    }
}
