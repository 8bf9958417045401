#![doc = include_str!("single_answer.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::answers;
use crate::kg::search::bindings;
use crate::mine::Question;
use crate::mine::path::PROOF_BUDGET;
use crate::mine::path::nodes;
use crate::synth::Item;
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
        if item.question == Question::Path {
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
            return (sorted != item.answer).then(|| "the answer is not what lies between the ends".to_owned());
        }
        let found = |reading| answers(graph, &item.pattern, reading, PROOF_BUDGET).map_err(budget);
        let (strict, loose) = match (found(Reading::Strict), found(Reading::Loose)) {
            (Ok(strict), Ok(loose)) => (strict, loose),
            (Err(why), _) | (_, Err(why)) => return Some(why),
        };
        let holds = |answers: &[NodeId], node: &NodeId| answers.binary_search(node).is_ok();
        if item.answer.is_empty() || !item.answer.iter().all(|node| holds(&strict, node)) {
            return Some("the key is no strict answer".to_owned());
        }
        let Some(key) = item.key() else { return Some("there is not exactly one key".to_owned()) };
        if item.options.get(key).map(|option| &option.nodes) != Some(&item.answer) {
            return Some("the key option is bound to something else than the answer".to_owned());
        }
        for (at, option) in item.options.iter().enumerate().filter(|(at, _)| *at != key) {
            if let Some(node) = option.nodes.iter().find(|node| holds(&loose, node)) {
                return Some(format!("option {} \u{201c}{}\u{201d} may be an answer too", at + 1, graph.label(*node)));
            }
        }
        let is_vignette = matches!(item.question, Question::Diagnosis(_) | Question::CausalGene { .. });
        if is_vignette && loose != item.answer {
            return Some("something that is not offered may be an answer too".to_owned());
        }
        let others: Vec<NodeId> = loose.into_iter().filter(|node| item.answer.binary_search(node).is_err()).collect();
        (others != item.other_answers).then(|| "the other answers are not those that were noted".to_owned())
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
    fn a_path_to_another_end_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&SingleAnswer, &item), None);
        let mut bad = item.clone();
        bad.answer.clear();
        assert!(sample.reject(&SingleAnswer, &bad).is_some());
    }
}
