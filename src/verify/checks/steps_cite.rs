#![doc = include_str!("steps_cite.md")]

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::normal_name;
use crate::mine::Question;
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
        let told = Told::of(context, item);
        for (at, step) in item.steps.iter().enumerate() {
            if step.edges.is_empty() && step.spans.is_empty() {
                return Some(format!("the step \u{201c}{}\u{201d} cites nothing", step.text));
            }
            if let Some(span) = step.spans.iter().find(|span| span.is_empty() || !question.contains(span.as_str())) {
                return Some(format!("\u{201c}{span}\u{201d} does not stand in the question"));
            }
            if let Some(stray) = step.edges.iter().find(|&&edge| !told.holds(context, edge)) {
                return Some(format!("the step \u{201c}{}\u{201d} cites `{}`", step.text, context.graph.arrow(*stray)));
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

/// What an item speaks of: an edge that it cites joins two of these.
struct Told {
    /// The ends of the binding, the anchors, the options with the diseases of genes, and the findings that a contrast
    /// tells, sorted.
    nodes: Vec<NodeId>,
    /// The options that are sets: a disease that has all members of one may be cited with it.
    sets: Vec<Vec<NodeId>>,
}

impl Told {
    fn of(context: Context<'_>, item: &Item) -> Self {
        let options = || item.options.iter().flat_map(|option| option.nodes.iter().copied());
        let mut nodes: Vec<NodeId> = item.pattern.anchors();
        nodes.extend(item.path.iter().flat_map(|hop| [hop.from(context.graph), hop.to(context.graph)]));
        nodes.extend(options().flat_map(|node| parts::diseases_of(context, node)));
        nodes.extend(options());
        if let Question::Contrast { shared, .. } = &item.question {
            nodes.extend(shared);
        }
        nodes.sort_unstable();
        nodes.dedup();
        let sets = item.options.iter().map(|option| option.nodes.clone()).filter(|set| set.len() > 1).collect();
        Self { nodes, sets }
    }

    fn holds(&self, context: Context<'_>, edge: EdgeId) -> bool {
        let graph = context.graph;
        let ends = graph.edge(edge);
        let is_told = |node: NodeId| self.nodes.binary_search(&node).is_ok();
        // A fact about a kind of a finding, or about a heading above a code, is one about the finding or the code.
        let is_near = |node: NodeId| {
            is_told(node)
                || graph.taxonomy().ancestors(node).into_iter().any(is_told)
                || self.nodes.iter().any(|&told| graph.taxonomy().is_kind_of(told, node))
        };
        let has_set = |disease: NodeId| {
            self.sets.iter().any(|set| {
                set.contains(&ends.object)
                    && set.iter().all(|&member| graph.cited(disease, ends.relation, member).is_some())
            })
        };
        (is_near(ends.subject) && is_near(ends.object)) || has_set(ends.subject)
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

    #[test]
    fn a_fact_of_a_disease_that_is_not_offered_is_rejected_and_one_of_an_option_is_accepted() {
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
