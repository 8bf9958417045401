#![doc = include_str!("no_answer.md")]

use crate::finding::Code;
use crate::kg::search::Query;
use crate::kg::search::Reading;
use crate::mine::Asks;
use crate::mine::N_OTHERS;
use crate::mine::Question;
use crate::mine::path::PROOF_BUDGET;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::NONE;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// A question has no answer, or the one that is offered.
pub(super) struct NoAnswer;

impl Check for NoAnswer {
    fn code(&self) -> Code {
        Code("V119")
    }

    fn page(&self) -> &'static str {
        include_str!("no_answer.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Shape { query, asks: Asks::Unanswerable, .. } = &item.question else {
            return (item.kind == Kind::Unanswerable).then(|| "it asks no query".to_owned());
        };
        let graph = context.graph;
        let nones: Vec<usize> = (0..item.options.len()).filter(|&at| item.options[at].nodes.is_empty()).collect();
        let is_none = |at: &usize| item.options[*at].text == NONE;
        let are_single = item.options.iter().all(|option| option.nodes.len() <= 1);
        if item.kind != Kind::Unanswerable
            || nones.len() != 1
            || !nones.iter().all(is_none)
            || !are_single
            || item.options.len() != N_OTHERS + 2
        {
            return Some("the options are not three and none of these".to_owned());
        }
        let Some(key) = item.key().and_then(|key| item.options.get(key)) else {
            return Some("there is not exactly one key".to_owned());
        };
        if key.nodes != item.answer || key.text != item.answer_text {
            return Some("the key option is bound to something else than the answer".to_owned());
        }
        if let Some(why) = parts::misasked(context, item) {
            return Some(why);
        }
        let found = |query: &Query, reading| query.answers(graph, reading, PROOF_BUDGET).ok();
        if [Reading::Strict, Reading::Loose].iter().any(|&reading| found(query, reading).as_ref() != Some(&item.answer))
        {
            return Some("something else answers the question, or may".to_owned());
        }
        if item.answer.len() > 1 {
            return Some("there are several answers".to_owned());
        }
        let is_something = |branch: &Query| found(branch, Reading::Strict).is_some_and(|found| !found.is_empty());
        if !query.branches().iter().all(is_something) || query.branches().len() < 2 {
            return Some("nothing meets one of the conditions by itself".to_owned());
        }
        let sets: Vec<Vec<_>> = query.branches().iter().filter_map(|branch| found(branch, Reading::Strict)).collect();
        let meets_one = |node| sets.iter().any(|set| set.binary_search(&node).is_ok());
        let stray = item.options.iter().flat_map(|option| &option.nodes).find(|&&node| !meets_one(node))?;
        Some(format!("`{}` meets no condition", graph.label(*stray)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_key_that_says_otherwise_is_rejected() {
        let sample = Sample::new();
        for item in sample.twins() {
            assert_eq!(sample.reject(&NoAnswer, &item), None);
            let mut bad = item.clone();
            bad.keys = vec![(item.keys[0] + 1) % item.options.len()];
            assert!(sample.reject(&NoAnswer, &bad).is_some());
        }
    }

    #[test]
    fn a_fact_that_answers_the_question_is_rejected() {
        let sample = Sample::new();
        let [answered, item] = sample.twins();
        let key = answered.answer[0];
        assert!(item.answer.is_empty());
        let more = sample.meeting(&item, key);
        let (changed, carried) = sample.with(&more, &item);
        assert!(changed.reject(&NoAnswer, &carried).is_some());
    }

    #[test]
    fn a_condition_that_nothing_meets_makes_a_question_trivial() {
        let sample = Sample::new();
        let [_, mut bad] = sample.twins();
        let Question::Shape { query, .. } = &mut bad.question else { panic!("a query") };
        let old = query.anchors()[0];
        *query = query.with_anchor(old, sample.gene());
        bad.pattern = query.pattern().unwrap();
        assert!(sample.reject(&NoAnswer, &bad).is_some());
    }
}
