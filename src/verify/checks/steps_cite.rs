#![doc = include_str!("steps_cite.md")]

use crate::finding::Code;
use crate::synth::Item;
use crate::synth::StepKind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

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
        let nodes = {
            let mut nodes = item.named.clone();
            for hop in &item.path {
                nodes.extend([hop.from(context.graph), hop.to(context.graph)]);
            }
            let options = item.options.iter().flat_map(|option| option.nodes.iter());
            // The diseases of a gene that is offered are what its findings hang on.
            nodes.extend(options.clone().flat_map(|&node| parts::diseases_of(context, node)));
            // An exclusion between codes is stated of what stands above them.
            nodes.extend(options.clone().flat_map(|&node| context.graph.taxonomy().ancestors(node)));
            nodes.extend(options);
            nodes
        };
        for step in &item.steps {
            if step.edges.is_empty() && step.spans.is_empty() {
                return Some(format!("the step \u{201c}{}\u{201d} cites nothing", step.text));
            }
            if let Some(span) = step.spans.iter().find(|span| span.is_empty() || !question.contains(span.as_str())) {
                return Some(format!("\u{201c}{span}\u{201d} does not stand in the question"));
            }
            let is_stray = |edge: &&crate::kg::EdgeId| {
                let ends = context.graph.edge(**edge);
                !nodes.contains(&ends.subject) && !nodes.contains(&ends.object)
            };
            if step.edges.iter().any(|edge| is_stray(&edge)) {
                return Some(format!("the step \u{201c}{}\u{201d} cites an edge of something else", step.text));
            }
        }
        let is_cited = |edge| item.steps.iter().any(|step| step.edges.contains(&edge));
        if !item.path.iter().all(|hop| is_cited(hop.edge)) {
            return Some("an edge of the binding is cited by no step".to_owned());
        }
        let kinds: Vec<StepKind> = item.steps.iter().map(|step| step.kind).collect();
        let n_conclusions = kinds.iter().filter(|kind| **kind == StepKind::Conclude).count();
        if !kinds.is_sorted() || n_conclusions != 1 {
            return Some("the steps do not recall, combine, exclude and conclude in this order".to_owned());
        }
        let touched = parts::cited(item).len();
        (touched == 0).then(|| "the item cites no edge at all".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
