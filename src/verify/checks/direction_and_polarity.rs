#![doc = include_str!("direction_and_polarity.md")]

use crate::finding::Code;
use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::denials;
use crate::kg::search::supports;
use crate::kg::words;
use crate::mine::Question;
use crate::synth::Item;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::parts;

/// Edges are used in their own direction and sense.
pub(super) struct DirectionAndPolarity;

impl Check for DirectionAndPolarity {
    fn code(&self) -> Code {
        Code("V104")
    }

    fn page(&self) -> &'static str {
        include_str!("direction_and_polarity.md")
    }

    fn reject(&self, context: Context<'_>, item: &Item) -> Option<String> {
        let graph = context.graph;
        let all = parts::values(context, item);
        if all.is_empty() {
            return Some("nothing is bound".to_owned());
        }
        let mut backing: Vec<EdgeId> = Vec::new();
        for (values, clause) in
            all.iter().flat_map(|values| item.pattern.clauses.iter().map(move |clause| (values, clause)))
        {
            let relation = &graph.relation(clause.relation).name;
            let ends = parts::value(clause.subject, values).zip(parts::value(clause.object, values));
            let Some((subject, object)) = ends else {
                return Some(format!("an end of the clause with `{relation}` is bound to nothing"));
            };
            let triple = (subject, clause.relation, object);
            let backs =
                if clause.is_absent { denials(graph, triple) } else { supports(graph, Reading::Strict, triple) };
            if !item.path.iter().any(|hop| backs.contains(&hop.edge)) {
                return Some(format!("no edge of the binding backs the clause with `{relation}`"));
            }
            backing.extend(backs);
        }
        let is_contrast = matches!(item.question, Question::Contrast { .. });
        // A denial may be of something more general: the chain of kinds up to it belongs to the proof.
        let is_chain = |edge: EdgeId| is_contrast && graph.relation(graph.edge(edge).relation).is_taxonomic;
        if let Some(idle) = item.path.iter().find(|hop| !backing.contains(&hop.edge) && !is_chain(hop.edge)) {
            return Some(format!("`{}` backs no clause", graph.arrow(idle.edge)));
        }
        let is_star =
            matches!(item.question, Question::Diagnosis(_) | Question::CausalGene { .. } | Question::FindingSet { .. });
        if is_star && !item.path.iter().all(|hop| hop.is_forward) {
            return Some("an edge of the star is told from its rim".to_owned());
        }
        let mistold = item.steps.iter().find(|step| !is_told_as_stored(context, item, step))?;
        Some(format!("\u{201c}{}\u{201d} does not say what its edge says", mistold.text))
    }
}

/// Whether a step of a path explanation that rests on one edge says what that edge says, in the words of its
/// relation and with each end in its place; and whether a step that rests on denials alone says so.
fn is_told_as_stored(context: Context<'_>, item: &Item, step: &Step) -> bool {
    let graph = context.graph;
    let is_negative = |edge: &EdgeId| graph.relation(graph.edge(*edge).relation).is_negative();
    if !step.edges.is_empty() && step.edges.iter().all(is_negative) {
        return words(&step.text).iter().any(|word| DENYING.contains(&word.as_str()));
    }
    let [edge] = step.edges.as_slice() else { return true };
    if item.question != Question::Path || step.kind != StepKind::Recall {
        return true;
    }
    says(graph, graph.edge(*edge), &step.text)
}

/// Whether a sentence tells an edge in the words of its relation, forwards or backwards, with each end in its place.
fn says(graph: &Graph, edge: Edge, sentence: &str) -> bool {
    let row = graph.relation(edge.relation);
    let is_in_place = |told: &str, here: NodeId, there: NodeId| {
        let told = words(told);
        if told == words(graph.label(here)) {
            return true;
        }
        // Re-worded, an end still has more words of its own label than of the other: "DIAPH1-related deafness" too.
        let common = |node| words(graph.label(node)).iter().filter(|word| told.contains(word)).count();
        common(here) > common(there)
    };
    [&row.forwards, &row.backwards].into_iter().any(|template| {
        ends_in(template, sentence).into_iter().any(|(subject, object)| {
            is_in_place(subject, edge.subject, edge.object) && is_in_place(object, edge.object, edge.subject)
                || row.is_symmetric
                    && is_in_place(subject, edge.object, edge.subject)
                    && is_in_place(object, edge.subject, edge.object)
        })
    })
}

/// Words that make a sentence deny.
const DENYING: [&str; 5] = ["absent", "not", "no", "without", "contraindicated"];

/// What stands in a sentence where a wording has subject and object: every way in which the wording fits.
fn ends_in<'t>(template: &str, sentence: &'t str) -> Vec<(&'t str, &'t str)> {
    let (Some(subject), Some(object)) = (template.find("{subject}"), template.find("{object}")) else {
        return Vec::new();
    };
    let is_subject_first = subject < object;
    let (first, second) = if is_subject_first { ("{subject}", "{object}") } else { ("{object}", "{subject}") };
    let Some((before, rest)) = template.split_once(first) else { return Vec::new() };
    let Some((between, after)) = rest.split_once(second) else { return Vec::new() };
    let sentence = sentence.trim_end_matches('.');
    // A sentence begins with a capital, a wording does not.
    let is_opened = sentence.get(..before.len()).is_some_and(|opening| opening.eq_ignore_ascii_case(before));
    let inner = if is_opened { sentence[before.len()..].strip_suffix(after) } else { None };
    let Some(inner) = inner else { return Vec::new() };
    let cuts = inner.match_indices(between).map(|(at, _)| (&inner[..at], &inner[at + between.len()..]));
    cuts.map(|(left, right)| if is_subject_first { (left, right) } else { (right, left) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::sample::Sample;

    #[test]
    fn a_clause_turned_round_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
        let mut bad = item.clone();
        let clause = &mut bad.pattern.clauses[0];
        std::mem::swap(&mut clause.subject, &mut clause.object);
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_finding_that_is_absent_is_rejected_as_support() {
        let sample = Sample::new();
        let item = sample.contrast();
        assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
        let mut bad = item.clone();
        for clause in &mut bad.pattern.clauses {
            clause.is_absent = false;
        }
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn an_edge_to_the_same_finding_from_another_disease_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        let [first, second] = [0, 1].map(|at| sample.edge_to(bad.pattern.anchors()[at], &bad.answer));
        bad.path[0].edge = first;
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        bad.path[0].edge = second;
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn an_edge_that_backs_nothing_is_rejected() {
        let sample = Sample::new();
        let mut bad = sample.case();
        bad.path.push(bad.path[0]);
        assert_eq!(sample.reject(&DirectionAndPolarity, &bad), None);
        bad.path[0].edge = sample.edge_of_another(&bad);
        bad.path.reverse();
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_sentence_turned_round_is_rejected_and_one_told_backwards_is_not() {
        let sample = Sample::new();
        let mut item = sample.path();
        let edge = item.steps[0].edges[0];
        let (subject, object) = sample.labels(edge);
        for is_forward in [true, false] {
            item.steps[0].text = sample.told(edge, (&subject, &object), is_forward);
            assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
            item.steps[0].text = sample.told(edge, (&object, &subject), is_forward);
            assert!(sample.reject(&DirectionAndPolarity, &item).is_some());
        }
        item.steps[0].text = format!("{subject} has to do with {object}.");
        assert!(sample.reject(&DirectionAndPolarity, &item).is_some());
    }

    #[test]
    fn an_end_that_bears_the_name_of_the_other_is_told_apart() {
        let graph = Graph::from_arrows("Gene:ABCD1 -associated_with-> Disease:ABCD1-related_deafness").unwrap();
        let is_told = |text: &str| says(&graph, graph.edge(graph.edge_at(0).unwrap()), text);
        assert!(is_told("Variants in ABCD1 are associated with ABCD1-related deafness."));
        assert!(!is_told("Variants in ABCD1-related deafness are associated with ABCD1."));
    }

    #[test]
    fn a_denial_told_as_a_fact_is_rejected() {
        let sample = Sample::new();
        let mut item = sample.contrast();
        let step = item.steps.iter_mut().find(|step| step.text.contains("absent")).unwrap();
        step.text = step.text.replace("absent", "present");
        assert!(sample.reject(&DirectionAndPolarity, &item).is_some());
    }

    #[test]
    fn a_wording_is_found_whatever_stands_in_it() {
        let found = |template, sentence| ends_in(template, sentence);
        assert_eq!(found("variants of {subject} are tied to {object}", "Variants of A are tied to b."), [("A", "b")]);
        assert_eq!(found("{object} has {subject}", "B has c has d"), [("c has d", "B"), ("d", "B has c")]);
        assert!(found("{object} has {subject}", "B is c").is_empty());
    }
}
