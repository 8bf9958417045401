#![doc = include_str!("open_answer.md")]

use crate::finding::Code;
use crate::kg::search::Reading;
use crate::mine::Asks;
use crate::mine::Question;
use crate::mine::path::PROOF_BUDGET;
use crate::synth::Item;
use crate::synth::Kind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// An open question has the answers that are published, and no other.
pub(super) struct OpenAnswer;

impl Check for OpenAnswer {
    fn code(&self) -> Code {
        Code("V117")
    }

    fn page(&self) -> &'static str {
        include_str!("open_answer.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let Question::Shape { query, asks: Asks::Open, .. } = &item.question else {
            return (item.kind == Kind::Open).then(|| "it asks no query".to_owned());
        };
        if item.kind != Kind::Open || !item.options.is_empty() || !item.keys.is_empty() {
            return Some("an open question has options".to_owned());
        }
        if let Some(why) = parts::misasked(context, item) {
            return Some(why);
        }
        for reading in [Reading::Strict, Reading::Loose] {
            let found = query.answers(context.graph, reading, PROOF_BUDGET);
            if found.is_ok_and(|found| found == item.answer) {
                continue;
            }
            return Some(format!("the answers, read {reading:?}ly, are not those that are given"));
        }
        (item.answer.is_empty() || !item.other_answers.is_empty())
            .then(|| "it has no answer, or another one".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn another_answer_or_one_too_few_is_rejected() {
        let sample = Sample::new();
        let item = sample.shape("open");
        assert_eq!(sample.reject(&OpenAnswer, &item), None);
        let mut bad = item.clone();
        bad.answer = vec![sample.diseases().find(|disease| !item.answer.contains(disease)).unwrap()];
        assert!(sample.reject(&OpenAnswer, &bad).is_some());
        bad.answer.clear();
        assert!(sample.reject(&OpenAnswer, &bad).is_some());
    }

    #[test]
    fn a_fact_that_gives_a_second_answer_is_rejected() {
        let sample = Sample::new();
        let item = sample.shape("open");
        let answer = item.answer[0];
        let other = sample.diseases().find(|&other| other != answer).unwrap();
        let (changed, carried) = sample.with(&sample.meeting(&item, other), &item);
        assert!(changed.reject(&OpenAnswer, &carried).is_some());
    }

    #[test]
    fn other_clauses_than_those_of_the_query_are_rejected() {
        let sample = Sample::new();
        let mut bad = sample.shape("open");
        bad.pattern.clauses.truncate(1);
        assert!(sample.reject(&OpenAnswer, &bad).is_some());
    }
}
