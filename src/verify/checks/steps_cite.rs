#![doc = include_str!("steps_cite.md")]

use crate::finding::Code;
use crate::kg::normal_name;
use crate::synth::Item;
use crate::synth::StepKind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::claims;

/// Every step of the thinking path rests on something.
pub(super) struct StepsCite;

impl Check for StepsCite {
    fn code(&self) -> Code {
        Code("V102")
    }

    fn page(&self) -> &'static str {
        include_str!("steps_cite.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let question = item.question_text();
        for (at, step) in item.steps.iter().enumerate() {
            if step.edges.is_empty() && step.spans.is_empty() {
                return Some(format!("the step \u{201c}{}\u{201d} cites nothing", step.text));
            }
            if let Some(span) = step.spans.iter().find(|span| span.is_empty() || !question.contains(span.as_str())) {
                return Some(format!("\u{201c}{span}\u{201d} does not stand in the question"));
            }
            if step.claims.is_empty() {
                return Some(format!("the step \u{201c}{}\u{201d} claims nothing", step.text));
            }
            if let Some(why) = claims::miscited(context, item, step) {
                return Some(format!("the step \u{201c}{}\u{201d} {why}", step.text));
            }
            if item.steps[..at].iter().any(|before| normal_name(&before.text) == normal_name(&step.text)) {
                return Some(format!("\u{201c}{}\u{201d} is said twice", step.text));
            }
        }
        let is_cited = |edge| item.steps.iter().any(|step| step.edges.contains(&edge));
        if !item.path.iter().all(|hop| is_cited(hop.edge)) {
            return Some("an edge of the binding is cited by no step".to_owned());
        }
        let kinds: Vec<StepKind> = item.steps.iter().map(|step| step.kind).collect();
        let n_conclusions = kinds.iter().filter(|kind| **kind == StepKind::Conclude).count();
        (!kinds.is_sorted() || n_conclusions != 1)
            .then(|| "the steps do not recall, combine, exclude and conclude in this order".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kg::NodeId;
    use crate::synth::Claim;
    use crate::synth::Sense;
    use crate::verify::sample::Sample;

    #[test]
    fn a_step_that_cites_nothing_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&StepsCite, &item), None);
        let mut bad = item.clone();
        bad.steps[0].edges.clear();
        bad.steps[0].spans.clear();
        assert!(sample.reject(&StepsCite, &bad).is_some());
    }

    #[test]
    fn words_that_do_not_stand_in_the_question_are_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&StepsCite, &item), None);
        let mut bad = item.clone();
        bad.steps[0].spans = vec!["purple hair".into()];
        assert!(sample.reject(&StepsCite, &bad).is_some());
    }

    #[test]
    fn an_early_conclusion_is_rejected() {
        let sample = Sample::new();
        let item = sample.path();
        assert_eq!(sample.reject(&StepsCite, &item), None);
        let mut bad = item.clone();
        bad.steps.reverse();
        assert!(sample.reject(&StepsCite, &bad).is_some());
    }

    #[test]
    fn an_edge_that_shows_nothing_of_what_is_said_is_rejected_and_one_that_does_is_accepted() {
        let sample = Sample::new();
        let item = sample.case();
        let clue = item.pattern.anchors()[0];
        let offered: Vec<NodeId> = item.options.iter().flat_map(|option| option.nodes.clone()).collect();
        let mut bad = item.clone();
        bad.steps[0].edges.push(sample.edge_to(clue, &offered));
        assert!(sample.reject(&StepsCite, &bad).is_some());
        let wrong = item.options.iter().find(|option| option.nodes != item.answer).unwrap().nodes[0];
        let arrow = format!("{} -has_phenotype-> {}", sample.curie(wrong), sample.curie(clue));
        let (changed, mut carried) = sample.with(&arrow, &item);
        let others: Vec<NodeId> = changed.diseases().filter(|&disease| disease != wrong).collect();
        carried.steps[0].edges.push(changed.edge_to(clue, &others));
        assert!(changed.reject(&StepsCite, &carried).is_some());
        let has = changed.context().graph.relations().id("has_phenotype").unwrap();
        carried.steps[0].claims.push(Claim::of(Sense::Holds, wrong, has, &[clue]));
        assert_eq!(changed.reject(&StepsCite, &carried), None);
    }

    #[test]
    fn a_claim_that_no_cited_edge_shows_is_rejected_and_so_is_a_step_without_one() {
        let sample = Sample::new();
        let item = sample.case();
        let mut bad = item.clone();
        let at = bad.steps.iter().position(|step| step.kind == StepKind::Exclude).unwrap();
        bad.steps[at].edges.pop();
        assert!(sample.reject(&StepsCite, &bad).is_some());
        let mut bad = item.clone();
        bad.steps[at].claims.clear();
        assert!(sample.reject(&StepsCite, &bad).is_some());
    }

    #[test]
    fn a_kind_of_what_is_said_shows_it_only_with_the_chain_of_kinds() {
        let sample = Sample::new();
        let item = sample.case();
        let (key, clue) = (item.answer[0], item.pattern.anchors()[0]);
        let kind = sample.strangers_to(key).find(|&node| !item.pattern.anchors().contains(&node)).unwrap();
        let text =
            format!("{} -has_phenotype-> {} -is_a-> {}", sample.curie(key), sample.curie(kind), sample.curie(clue));
        let (changed, mut carried) = sample.with(&text, &item);
        let graph = changed.context().graph;
        let edge =
            |subject, relation, object| graph.cited(subject, graph.relations().id(relation).unwrap(), object).unwrap();
        let step = &mut carried.steps[0];
        let stated = edge(key, "has_phenotype", clue);
        step.edges.retain(|&cited| cited != stated);
        step.edges.push(edge(key, "has_phenotype", kind));
        assert!(changed.reject(&StepsCite, &carried).is_some());
        carried.steps[0].edges.push(edge(kind, "is_a", clue));
        assert_eq!(changed.reject(&StepsCite, &carried), None);
    }

    #[test]
    fn an_edge_that_no_step_cites_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.path();
        let edge = bad.path[0].edge;
        for step in &mut bad.steps {
            step.edges.retain(|&cited| cited != edge);
        }
        bad.steps.retain(|step| !step.edges.is_empty());
        assert_eq!(sample.reject(&StepsCite, &bad), Some("an edge of the binding is cited by no step".into()));
    }

    #[test]
    fn a_step_that_says_the_same_again_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.steps.insert(1, bad.steps[0].clone());
        assert!(sample.reject(&StepsCite, &bad).is_some());
    }
}
