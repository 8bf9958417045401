#![doc = include_str!("no_rival.md")]

use crate::finding::Code;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::mine::Question;
use crate::mine::clue::matches;
use crate::mine::kin::are_kin;
use crate::synth::Item;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Nothing in the whole graph comes near.
pub(super) struct NoRival;

impl Check for NoRival {
    fn code(&self) -> Code {
        Code("V107")
    }

    fn page(&self) -> &'static str {
        include_str!("no_rival.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let findings: Vec<NodeId> = parts::clues(context, item).into_iter().map(|(_, finding)| finding).collect();
        if findings.is_empty() {
            return None;
        }
        let Some(subject) = parts::subject(context, item) else {
            return Some("it is not clear which disease the vignette is about".to_owned());
        };
        let is_diagnosis = matches!(item.question, Question::Diagnosis(_));
        let rival = matches(graph, Reading::Loose, &findings).into_iter().find(|(rival, matched)| {
            let n_matched = matched.count();
            let is_near = n_matched == findings.len() || (is_diagnosis && n_matched + 1 == findings.len());
            *rival != subject && is_near && (!is_diagnosis || !are_kin(graph, subject, *rival))
        });
        rival.map(|(rival, _)| format!("`{}` nearly fits", graph.label(rival)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_case_of_two_clues_has_rivals() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&NoRival, &item), None);
        let mut bad = item.clone();
        bad.pattern.clauses.truncate(2);
        assert!(sample.reject(&NoRival, &bad).is_some());
    }

    #[test]
    fn a_disease_with_all_clues_but_one_is_rejected_and_one_with_two_fewer_is_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let clues = item.pattern.anchors();
        let offered: Vec<NodeId> = item.options.iter().flat_map(|option| option.nodes.clone()).collect();
        let rival = sample.diseases().find(|disease| !offered.contains(disease)).unwrap();
        let arrow = |clue: &NodeId| format!("{} -has_phenotype-> {}\n", sample.curie(rival), sample.curie(*clue));
        let arrows = |n_clues: usize| -> String { clues.iter().take(n_clues).map(arrow).collect() };
        let (changed, carried) = sample.with(&arrows(clues.len() - 1), &item);
        assert!(changed.reject(&NoRival, &carried).is_some());
        let (changed, carried) = sample.with(&arrows(clues.len() - 2), &item);
        assert_eq!(changed.reject(&NoRival, &carried), None);
    }

    #[test]
    fn kin_of_the_key_may_nearly_fit() {
        let sample = Sample::new();
        let item = sample.case();
        let clues = item.pattern.anchors();
        let offered: Vec<NodeId> = item.options.iter().flat_map(|option| option.nodes.clone()).collect();
        let rival = sample.curie(sample.diseases().find(|disease| !offered.contains(disease)).unwrap());
        let gene = sample.curie(sample.gene());
        let mut text = format!("{rival} <-associated_with- {gene} -associated_with-> {}\n", sample.curie(offered[0]));
        for &clue in &clues[1..] {
            text.push_str(&format!("{rival} -has_phenotype-> {}\n", sample.curie(clue)));
        }
        let (changed, carried) = sample.with(&text, &item);
        assert_eq!(changed.reject(&NoRival, &carried), None);
    }
}
