#![doc = include_str!("direction_and_polarity.md")]

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::kg::search::Clause;
use crate::kg::search::Pattern;
use crate::kg::search::Query;
use crate::kg::search::Reading;
use crate::kg::search::Term;
use crate::kg::search::Variable;
use crate::kg::search::denials;
use crate::kg::search::supports;
use crate::kg::words;
use crate::mine::Question;
use crate::mine::citation::Triple;
use crate::synth::Claim;
use crate::synth::Fact;
use crate::synth::Item;
use crate::synth::StepKind;
use crate::verify::Check;
use crate::verify::Context;
use crate::verify::claims::falsehood;
use crate::verify::parts;
use crate::verify::reading::Names;
use crate::verify::sense::misread;

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
        let is_query = matches!(item.question, Question::Shape { .. });
        if is_query && let Some(why) = unbacked(context, item) {
            return Some(why);
        }
        let all = parts::values(context, item);
        if all.is_empty() && !is_query {
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
        if let Some(idle) =
            item.path.iter().filter(|_| !is_query).find(|hop| !backing.contains(&hop.edge) && !is_chain(hop.edge))
        {
            return Some(format!("`{}` backs no clause", graph.arrow(idle.edge)));
        }
        let is_star = matches!(
            item.question,
            Question::Diagnosis(_)
                | Question::CausalGene { .. }
                | Question::FindingSet { .. }
                | Question::Ranking { .. }
        );
        if is_star && !item.path.iter().all(|hop| hop.is_forward) {
            return Some("an edge of the star is told from its rim".to_owned());
        }
        let names = Names::of(context, item);
        let told = item.steps.iter().map(|step| (&step.text, &step.claims)).chain([(&item.rationale, &item.reasons)]);
        for (at, (text, claims)) in told.enumerate() {
            let why = claims.iter().find_map(|claim| falsehood(context, item, claim));
            let is_hop =
                item.question.is_path() && item.steps.get(at).is_some_and(|step| step.kind == StepKind::Recall);
            let why = why.or_else(|| match claims.as_slice() {
                [Claim::Fact(fact)] if is_hop => mistold(graph, text, fact),
                _ => misread(graph, &names, text, claims),
            });
            if let Some(why) = why {
                return Some(format!("\u{201c}{text}\u{201d} does not say what it may: {why}"));
            }
        }
        None
    }
}

/// What is wrong with the binding of a query: an answer that its edges do not lead to, a condition that they show nothing
/// for where there is no answer, or an edge that shows nothing.
fn unbacked(context: Context<'_>, item: &Item) -> Option<String> {
    let graph = context.graph;
    let Question::Shape { query, .. } = &item.question else { return None };
    let answer = Term::Variable(Variable::ANSWER);
    let mut backing: Vec<EdgeId> = Vec::new();
    let mut shown = |pattern: &Pattern| {
        let edges = bound_by(context, item, pattern);
        backing.extend(&edges);
        !edges.is_empty()
    };
    if item.answer.is_empty() {
        let patterns: Option<Vec<Pattern>> = query.branches().iter().map(Query::pattern).collect();
        if !patterns.is_some_and(|patterns| patterns.iter().all(&mut shown)) {
            return Some("the binding does not show that each condition is met by something".to_owned());
        }
    }
    for &node in &item.answer {
        let given = |term: Term| if term == answer { Term::Node(node) } else { term };
        let mut found = false;
        for branch in item.pattern.branches() {
            let clauses = branch.clauses.iter();
            let clauses = clauses.map(|clause| Clause {
                subject: given(clause.subject),
                object: given(clause.object),
                ..*clause
            });
            found |= shown(&Pattern { clauses: clauses.collect() });
        }
        if !found {
            return Some(format!("no edges of the binding lead to `{}`", graph.label(node)));
        }
    }
    let idle = item.path.iter().find(|hop| !backing.contains(&hop.edge))?;
    Some(format!("`{}` backs no clause", graph.arrow(idle.edge)))
}

/// The edges of a binding by which it meets all clauses of a pattern, over all ways to do so; empty if there is none.
fn bound_by(context: Context<'_>, item: &Item, pattern: &Pattern) -> Vec<EdgeId> {
    let graph = context.graph;
    let mut ends: Vec<NodeId> = item.path.iter().flat_map(|hop| [hop.from(graph), hop.to(graph)]).collect();
    ends.sort_unstable();
    ends.dedup();
    let variables = pattern.variables();
    let mut ways: Vec<BTreeMap<Variable, NodeId>> = vec![BTreeMap::new()];
    let mut all: Vec<EdgeId> = Vec::new();
    // A few variables, each one of a few nodes; whatever a clause rules out goes at once.
    for &variable in &variables {
        let with = |way: &BTreeMap<Variable, NodeId>, node: NodeId| {
            let mut way = way.clone();
            way.insert(variable, node);
            way
        };
        let next = ways.iter().flat_map(|way| ends.iter().map(move |&node| with(way, node)));
        ways = next.filter(|way| backs(context, item, pattern, way).is_some()).collect();
    }
    for way in &ways {
        all.extend(backs(context, item, pattern, way).unwrap_or_default());
    }
    all
}

/// The edges of a binding that back the clauses whose ends are known; `None` if one has none.
fn backs(
    context: Context<'_>,
    item: &Item,
    pattern: &Pattern,
    values: &BTreeMap<Variable, NodeId>,
) -> Option<Vec<EdgeId>> {
    let graph = context.graph;
    let mut all = Vec::new();
    for clause in &pattern.clauses {
        let Some((subject, object)) = parts::value(clause.subject, values).zip(parts::value(clause.object, values))
        else {
            continue;
        };
        let triple = (subject, clause.relation, object);
        let backing = if clause.is_absent { denials(graph, triple) } else { supports(graph, Reading::Strict, triple) };
        let mut own = item.path.iter().map(|hop| hop.edge).filter(|edge| backing.contains(edge)).peekable();
        own.peek()?;
        all.extend(own);
    }
    Some(all)
}

/// What is wrong with a sentence that tells one hop of a path: not the words of its relation, or an end out of place.
pub(in crate::verify) fn mistold(graph: &Graph, text: &str, fact: &Fact) -> Option<String> {
    let ends = fact.subjects.first().zip(fact.objects.first());
    let is_told = ends.is_some_and(|(subject, &object)| {
        says(graph, (subject.node, fact.relation, object), text) && fact.subjects.len() + fact.objects.len() == 2
    });
    (!is_told).then(|| "it is not worded as its relation is".to_owned())
}

/// Whether a sentence tells a triple in the words of its relation, forwards or backwards, with each end in its place.
fn says(graph: &Graph, (from, relation, to): Triple, sentence: &str) -> bool {
    let row = graph.relation(relation);
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
            is_in_place(subject, from, to) && is_in_place(object, to, from)
                || row.is_symmetric && is_in_place(subject, to, from) && is_in_place(object, from, to)
        })
    })
}

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
    use crate::synth::Sense;
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
        let edge = graph.edge(graph.edge_at(0).unwrap());
        let is_told = |text: &str| says(&graph, (edge.subject, edge.relation, edge.object), text);
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

    /// The exclusion of a case's first distractor: `X can also come with A, but it is not recorded with B.`
    fn exclusion(item: &Item) -> usize {
        item.steps.iter().position(|step| step.kind == StepKind::Exclude).unwrap()
    }

    #[test]
    fn what_an_option_has_and_what_it_is_not_recorded_with_cannot_change_places() {
        let sample = Sample::new();
        let item = sample.case();
        let at = exclusion(&item);
        let step = &item.steps[at];
        let (before, denied) = step.text.split_once(", but it is not recorded with ").unwrap();
        let (subject, held) = before.split_once(" can also come with ").unwrap();
        let denied = denied.trim_end_matches('.');
        let swapped = format!("{subject} can also come with {denied}, but it is not recorded with {held}.");
        let mut bad = item.clone();
        bad.steps[at].text = swapped.clone();
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some(), "the text says another thing than is claimed");
        // Who swaps the claims with the text claims what is not so.
        let [Claim::Fact(first), Claim::Fact(second)] = &mut bad.steps[at].claims[..] else { panic!("two facts") };
        std::mem::swap(&mut first.objects, &mut second.objects);
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let mut worded = item.clone();
        worded.steps[at].text = format!("While {subject} may show {held}, nothing is recorded of {denied}.");
        assert_eq!(sample.reject(&DirectionAndPolarity, &worded), None);
        worded.steps[at].text = format!("While {subject} may show {held}, there is a record of {denied}.");
        assert!(sample.reject(&DirectionAndPolarity, &worded).is_some());
    }

    #[test]
    fn only_one_option_is_said_to_fit_only_if_no_other_does() {
        let sample = Sample::new();
        let item = sample.case();
        let is_only = |claims: &[Claim]| matches!(claims, [Claim::Fact(fact)] if fact.subjects.len() == 1);
        let at = item.steps.iter().position(|step| is_only(&step.claims)).unwrap();
        let Claim::Fact(fact) = &item.steps[at].claims[0] else { panic!("a fact") };
        let clue = fact.objects[0];
        let wrong = item.options.iter().find(|option| option.nodes != item.answer).unwrap().nodes[0];
        let arrow = format!("{} -has_phenotype-> {}", sample.curie(wrong), sample.curie(clue));
        let (changed, carried) = sample.with(&arrow, &item);
        assert!(changed.reject(&DirectionAndPolarity, &carried).is_some());
        let mut bad = item.clone();
        bad.rationale = bad.rationale.replacen(" presents ", " alone presents ", 1);
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn how_often_is_said_as_the_data_do() {
        let sample = Sample::new();
        let item = sample.case();
        assert!(item.rationale.contains("very often"));
        let mut bad = item.clone();
        bad.rationale = bad.rationale.replace("very often", "nearly always");
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        for claim in &mut bad.reasons {
            let Claim::Fact(fact) = claim else { continue };
            if let Sense::Often(word) = &mut fact.sense {
                *word = "nearly always";
            }
        }
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let mut bad = item.clone();
        let at = exclusion(&bad);
        bad.steps[at].text = bad.steps[at].text.replace("can also come", "often comes");
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_rationale_that_says_more_than_it_claims_is_rejected() {
        let sample = Sample::new();
        let item = sample.case();
        let label = |node| sample.context().graph.label(node).to_owned();
        let stranger = label(sample.strangers_to(item.answer[0]).next().unwrap());
        let [key, wrong] = [0, 1].map(|at| label(item.options[at].nodes[0]));
        for more in [
            format!("{key} is a disease of boys, as is {wrong}."),
            "It begins in childhood.".to_owned(),
            format!("It comes with {stranger}."),
        ] {
            let mut bad = item.clone();
            bad.rationale = format!("{} {more}", bad.rationale);
            assert!(sample.reject(&DirectionAndPolarity, &bad).is_some(), "{more}");
        }
        let mut bad = item.clone();
        bad.rationale =
            bad.rationale.replacen("presents very often with", &format!("presents very often with {stranger},"), 1);
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let mut bad = item;
        bad.reasons.pop();
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_conclusion_names_the_answer_and_what_was_asked() {
        let sample = Sample::new();
        let item = sample.contrast();
        let at = item.steps.len() - 1;
        let text = &item.steps[at].text;
        let (pair, _) = text.strip_prefix("The finding that favors ").unwrap().split_once(" is therefore ").unwrap();
        let (left, right) = pair.split_once(" over ").unwrap();
        let mut bad = item.clone();
        bad.steps[at].text = text.replace(pair, &format!("{right} over {left}"));
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let Claim::Answer { given, .. } = &mut bad.steps[at].claims[0] else { panic!("a conclusion answers") };
        given.reverse();
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let mut bad = item;
        let Claim::Answer { nodes, .. } = &mut bad.steps[at].claims[0] else { panic!("a conclusion answers") };
        *nodes = bad.options[1].nodes.clone();
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
    }

    #[test]
    fn a_code_is_denied_only_if_the_term_has_another() {
        let sample = Sample::new();
        let item = sample.coding();
        assert_eq!(sample.reject(&DirectionAndPolarity, &item), None);
        let mut bad = item.clone();
        let at = exclusion(&bad);
        bad.steps[at].text = bad.steps[at].text.replace("does not list", "lists");
        assert!(sample.reject(&DirectionAndPolarity, &bad).is_some());
        let (changed, carried) = sample.with("InclusionTerm:lockjaw -included_in-> DiagnosisCode:A35.4", &item);
        assert!(changed.reject(&DirectionAndPolarity, &carried).is_some());
    }

    #[test]
    fn a_wording_is_found_whatever_stands_in_it() {
        let found = |template, sentence| ends_in(template, sentence);
        assert_eq!(found("variants of {subject} are tied to {object}", "Variants of A are tied to b."), [("A", "b")]);
        assert_eq!(found("{object} has {subject}", "B has c has d"), [("c has d", "B"), ("d", "B has c")]);
        assert!(found("{object} has {subject}", "B is c").is_empty());
    }
}
