#![doc = include_str!("wordable_clues.md")]

use crate::finding::Code;
use crate::kg::statistics::FINDING;
use crate::mine::Question;
use crate::mine::wording::is_wordable;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Findings are worded as a clinician would.
pub(super) struct WordableClues;

impl Check for WordableClues {
    fn code(&self) -> Code {
        Code("V202")
    }

    fn page(&self) -> &'static str {
        include_str!("wordable_clues.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let clues = parts::clues(context, item).into_iter().map(|(_, finding)| finding);
        let options = item.options.iter().flat_map(|option| option.nodes.iter().copied());
        let shared = match &item.question {
            Question::Contrast { shared, .. } => shared.as_slice(),
            _ => &[],
        };
        let ends = match item.question {
            Question::Path | Question::PathChoice { .. } | Question::Shape { .. } => item.pattern.anchors(),
            _ => Vec::new(),
        };
        let told = clues.chain(options).chain(shared.iter().copied()).chain(ends);
        let findings = told.filter(|&node| graph.category(node) == FINDING);
        findings.into_iter().find_map(|finding| {
            let why = is_wordable(graph.label(finding)).err()?;
            Some(format!("`{}` cannot be told: {why}", graph.label(finding)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_heading_is_no_clue() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&WordableClues, &item), None);
        let mut bad = item.clone();
        bad.pattern.clauses[0].object = crate::kg::search::Term::Node(sample.heading());
        assert!(sample.reject(&WordableClues, &bad).is_some());
    }

    #[test]
    fn a_heading_told_of_two_diseases_is_rejected_and_one_that_is_not_told_is_accepted() {
        let sample = Sample::new();
        let mut item = sample.contrast();
        item.named.push(sample.heading());
        assert_eq!(sample.reject(&WordableClues, &item), None);
        let Question::Contrast { shared, .. } = &mut item.question else { panic!("a contrast compares") };
        shared.push(sample.heading());
        assert!(sample.reject(&WordableClues, &item).is_some());
    }

    #[test]
    fn a_heading_is_no_end_of_a_path() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&WordableClues, &item), None);
        let mut bad = item.clone();
        for clause in &mut bad.pattern.clauses {
            clause.object = crate::kg::search::Term::Node(sample.heading());
        }
        assert!(sample.reject(&WordableClues, &bad).is_some());
    }
}
