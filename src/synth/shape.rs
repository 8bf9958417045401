//! `[[synth.shape]]`: logical queries as questions: open, with several right options, or with none.
//!
//! A query is told from its answer out: "which gene has variants associated with a disease that is recorded with …". Every
//! sentence of the thinking path is one edge, or says that something is not recorded, and never that it could not be.

mod words;

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Direction;
use crate::kg::search::Query;
use crate::kg::search::Reading;
use crate::kg::statistics::FINDING;
use crate::mine::Asks;
use crate::mine::Candidate;
use crate::mine::Condition;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::bind;
use crate::mine::citation::asserted;
use crate::mine::conditions;
use crate::mine::path::PROOF_BUDGET;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::lexicon::capitalised;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;
use crate::synth::writer::share;

pub(super) use words::Words;

/// A `[[synth.shape]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeConfig {
    /// The strategies whose queries are asked: `shape`.
    pub from: Vec<Box<str>>,
}

/// The option that says that no other is right.
pub const NONE: &str = "None of these";
/// What stands between the names of several answers.
pub const AND: &str = "; ";
/// A step names at most so many nodes from which a hop does not lead to an option.
const MAX_BETWEEN: usize = 3;

/// Stem and lead-in of a question for its one answer.
const OPEN: [(&str, &str); 3] = [
    ("", "Which {noun} {phrase}?"),
    ("", "Name the {noun} that {phrase}."),
    ("Exactly one {noun} {phrase}.", "Which is it?"),
];
/// The same for two answers or more.
const OPEN_MANY: [(&str, &str); 2] =
    [("", "Which {count} {nouns} {phrases}?"), ("", "Name the {count} {nouns} that {phrases}.")];
const SEVERAL: [&str; 3] = [
    "Select all that apply: which of the following {nouns} {phrases}?",
    "Two or more of the following are right: which {nouns} {phrases}?",
    "Which of the following {nouns}, two or more, {phrases}?",
];
const IF_ANY: [&str; 2] = [
    "Which of the following {nouns}, if any, {phrase}?",
    "Which one of the following {nouns}, if there is one, {phrase}?",
];
const NUMBERS: [&str; 6] = ["no", "one", "two", "three", "four", "five"];

/// What nodes of a category are called, one and many.
fn nouns(category: &str) -> (&'static str, &'static str) {
    match category {
        "Gene" => ("gene", "genes"),
        "Disease" => ("disease", "diseases"),
        FINDING => ("finding", "findings"),
        "GeneticInheritance" => ("mode of inheritance", "modes of inheritance"),
        "Onset" => ("time of onset", "times of onset"),
        _ => ("entry", "entries"),
    }
}

/// Sentences that were told already are not told again.
#[derive(Clone, Default)]
struct Told(BTreeSet<EdgeId>);

impl Told {
    /// The edges of a binding in sentences, what lies farthest from the answer first.
    fn facts(&mut self, words: &Words<'_>, hops: &[Hop]) -> (Vec<Prose>, Vec<EdgeId>) {
        let new: Vec<EdgeId> = hops.iter().rev().map(|hop| hop.edge).filter(|&edge| self.0.insert(edge)).collect();
        (new.iter().map(|&edge| words.edge(edge)).collect(), new)
    }
}

/// Facts as sentences.
pub(super) fn sentences(facts: Vec<Prose>) -> Prose {
    Prose::joined(
        facts.into_iter().map(|fact| Prose::new(format!("{}.", capitalised(&fact.text)), fact.claims)).collect(),
    )
}

/// Why an option is no answer, in words, with what is published of it.
struct Wrong {
    prose: Prose,
    edges: Vec<EdgeId>,
    spans: Vec<String>,
    distractor: Distractor,
}

/// What makes an option wrong.
fn wrong(words: &Words<'_>, query: &Query, (at, node): (usize, NodeId), before_it: &Told) -> Result<Wrong, DeadEnd> {
    let writer = words.writer;
    let graph = writer.context.graph;
    let all = conditions(query);
    let failed: Vec<&Condition<'_>> = all.iter().filter(|condition| condition.is_failed_by(graph, node)).collect();
    let met = all.iter().filter(|condition| !condition.is_denied && !failed.contains(condition));
    let mut hops: Vec<Hop> = Vec::new();
    let mut own: Vec<EdgeId> = Vec::new();
    for condition in met {
        let Some(bound) = bind(graph, &Query::Project(Box::new(condition.step.clone())), node) else {
            return dead("an option meets a condition by kinds alone");
        };
        own.extend(bound.first().map(|hop| hop.edge));
        hops.extend(bound);
    }
    let stated: Vec<&&Condition<'_>> = failed.iter().filter(|condition| condition.is_denied).collect();
    // What leads to the answers was told with them.
    let mut told = before_it.clone();
    let mut denying: Vec<EdgeId> = Vec::new();
    for condition in &stated {
        let Query::Anchor(anchor) = condition.step.of else {
            return dead("what an option has is not told of one thing");
        };
        let edge = asserted(graph, condition.step.triple(anchor, node)).filter(|&edge| {
            let ends = graph.edge(edge);
            [ends.subject, ends.object].contains(&anchor) && [ends.subject, ends.object].contains(&node)
        });
        let Some(edge) = edge else { return dead("what an option has follows from kinds alone") };
        denying.push(edge);
    }
    if own.is_empty() && denying.is_empty() {
        // Nothing of the question holds of it: what does hold is told, so that it is no mere name.
        let Some(condition) = failed.first() else { return dead("an option fails nothing") };
        let (relation, direction) = (condition.step.relation, condition.step.direction);
        let near = match direction {
            Direction::Objects => graph.subjects(node, relation).nodes().first().map(|&from| (from, relation, node)),
            Direction::Subjects => graph.objects(node, relation).nodes().first().map(|&to| (node, relation, to)),
        };
        let edge = near.and_then(|(subject, relation, object)| graph.cited(subject, relation, object));
        let Some(edge) = edge else { return dead("nothing is recorded of an option") };
        hops.push(Hop { edge, is_forward: true });
    }
    let mut before: Vec<Hop> = Vec::new();
    let mut gaps: Vec<Prose> = Vec::new();
    let mut spans: Vec<String> = Vec::new();
    let mut informations: Vec<f64> = Vec::new();
    let mut by_hop: Vec<((RelationId, Direction), Vec<NodeId>)> = Vec::new();
    for condition in failed.iter().filter(|condition| !condition.is_denied) {
        let step = condition.step;
        let from = step.of.answers(graph, Reading::Strict, PROOF_BUDGET).unwrap_or_default();
        if from.is_empty() || from.len() > MAX_BETWEEN {
            return dead("too much lies in between to be told");
        }
        if let Query::Anchor(anchor) = step.of {
            spans.push(words.name(anchor));
        } else {
            for &one in &from {
                before.extend(
                    bind(graph, &step.of, one).ok_or(DeadEnd("what lies in between follows from kinds alone"))?,
                );
            }
        }
        let finding = from.iter().chain([&node]).find(|&&one| graph.category(one) == FINDING);
        informations.push(finding.map_or(f64::INFINITY, |&finding| writer.context.statistics.information(finding)));
        match by_hop.iter_mut().find(|(hop, _)| *hop == (step.relation, step.direction)) {
            Some((_, nodes)) => nodes.extend(from),
            None => by_hop.push(((step.relation, step.direction), from)),
        }
    }
    for (hop, nodes) in by_hop {
        gaps.push(words.gap(hop, node, &nodes));
    }
    let (mut facts, mut edges) = told.facts(words, &before);
    // What touches the option comes last: what follows speaks of it.
    hops.sort_by_key(|hop| own.contains(&hop.edge));
    hops.reverse();
    let (of_option, more) = told.facts(words, &hops);
    facts.extend(of_option);
    edges.extend(more);
    edges.extend(&denying);
    // What it has of what is to be denied is said last, with a "too" where something else was said of it.
    let against: Vec<Prose> =
        denying.iter().filter(|&&edge| told.0.insert(edge)).map(|&edge| words.edge(edge)).collect();
    let rest: Vec<Prose> = if own.is_empty() {
        facts.extend(against);
        gaps
    } else {
        let too = against.into_iter().map(|fact| Prose::new(format!("{} too", fact.text), fact.claims));
        gaps.into_iter().chain(too).collect()
    };
    let Some(last) = facts.pop() else { return dead("nothing is said of an option") };
    let told_after: Vec<String> = rest.iter().map(|prose| prose.text.clone()).collect();
    let text =
        if told_after.is_empty() { last.text } else { format!("{}, but {}", last.text, told_after.join(", and ")) };
    let claims = [last.claims, rest.into_iter().flat_map(|prose| prose.claims).collect()].concat();
    facts.push(Prose::new(text, claims));
    let is_denied = !denying.is_empty();
    let least = informations.iter().copied().fold(f64::INFINITY, f64::min);
    let class = if is_denied { DistractorClass::Denied } else { DistractorClass::Unsupported };
    let kept = failed.iter().filter(|condition| condition.is_denied == is_denied);
    let positions: Vec<usize> = kept.map(|condition| condition.clause).collect();
    let is_union = matches!(query, Query::Or(_));
    let n_gaps = if is_union { 1 } else { informations.len() };
    let risk = if is_denied { 0.0 } else { writer.context.statistics.risks().of(n_gaps, least) };
    let distractor = Distractor { option: at, class, failed: positions, risk, edges: denying };
    Ok(Wrong { prose: sentences(facts), edges, spans, distractor })
}

/// What answers a query, or that nothing does; `like` is of the category that is asked for.
pub(super) fn concluded(words: &Words<'_>, query: &Query, answer: &[NodeId], like: NodeId) -> Prose {
    let (noun, plural) = nouns(words.writer.context.graph.category(like));
    let names: Vec<String> = answer.iter().map(|&node| words.name(node)).collect();
    let claim = Claim::Answer { given: Vec::new(), nodes: answer.to_vec() };
    match names.as_slice() {
        [] => {
            let text = format!(
                "As far as anything is on record, no {noun} {}, so the answer is \u{201c}none of these\u{201d}.",
                words.phrase(query, false)
            );
            Prose::new(text, vec![Claim::NoAnswer { given: query.anchors() }])
        }
        [one] => Prose::new(format!("The {noun} asked for is therefore {one}."), vec![claim]),
        several => Prose::new(format!("The {plural} asked for are therefore {}.", list(several)), vec![claim]),
    }
}

/// An item of a query.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    (asks, query): (Asks, &Query),
    others: &[NodeId],
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let words = Words::of_writer(writer);
    let Some(&first) = candidate.key.iter().chain(others).next() else { return dead("there is nothing to ask for") };
    let (noun, plural) = nouns(graph.category(first));
    let blanks = |count: usize| {
        let count = NUMBERS.get(count).copied().unwrap_or("several").to_owned();
        [
            ("{noun}", noun.to_owned()),
            ("{nouns}", plural.to_owned()),
            ("{count}", count),
            ("{phrase}", words.phrase(query, false)),
            ("{phrases}", words.phrase(query, true)),
        ]
    };
    let filled = |template: &str| {
        let blanks = blanks(candidate.key.len());
        let blanks: Vec<(&str, &str)> = blanks.iter().map(|(blank, text)| (*blank, text.as_str())).collect();
        fill(template, &blanks)
    };
    // Both of a pair are worded alike.
    let number = if asks == Asks::Unanswerable { candidate.index / 2 } else { candidate.index };
    let mut stream = writer.context.seed.stream(&["synth", &candidate.stratum], number);
    let (kind, stem, lead_in) = match asks {
        Asks::Open => {
            let templates: &[(&str, &str)] = if candidate.key.len() == 1 { &OPEN } else { &OPEN_MANY };
            let (stem, lead_in) = stream.pick(templates).copied().unwrap_or_default();
            (Kind::Open, filled(stem), filled(lead_in))
        }
        Asks::MultipleAnswer => (Kind::MultipleAnswer, String::new(), filled(choose(&mut stream, &SEVERAL))),
        Asks::Unanswerable => (Kind::Unanswerable, String::new(), filled(choose(&mut stream, &IF_ANY))),
    };
    let mut told = Told::default();
    let mut steps: Vec<Step> = Vec::new();
    let mut reasons: Vec<Prose> = Vec::new();
    for &node in &candidate.key {
        let bound = bind(graph, query, node).ok_or(DeadEnd("an answer follows from kinds alone"))?;
        let (facts, edges) = told.facts(&words, &bound);
        let prose = sentences(facts);
        if edges.is_empty() {
            return dead("two answers are told in the same words");
        }
        reasons.push(prose.clone());
        steps.push(prose.step(StepKind::Recall, edges, Vec::new()));
    }
    let name = |node: NodeId| words.name(node);
    let option = |node: NodeId| AnswerOption { nodes: vec![node], text: capitalised(&name(node)) };
    let mut options: Vec<AnswerOption> =
        if asks == Asks::Open { Vec::new() } else { candidate.key.iter().map(|&node| option(node)).collect() };
    let none = AnswerOption { nodes: Vec::new(), text: NONE.to_owned() };
    if asks == Asks::Unanswerable && candidate.key.is_empty() {
        options.push(none.clone());
    }
    let mut distractors: Vec<Distractor> = Vec::new();
    for &node in others {
        let Wrong { prose, edges, spans, distractor } = wrong(&words, query, (options.len(), node), &told)?;
        reasons.push(prose.clone());
        steps.push(prose.step(StepKind::Exclude, edges, spans));
        distractors.push(distractor);
        options.push(option(node));
    }
    if asks == Asks::Unanswerable && !candidate.key.is_empty() {
        options.push(none);
    }
    let names: Vec<String> = candidate.key.iter().map(|&node| name(node)).collect();
    let conclusion = concluded(&words, query, &candidate.key, first);
    if candidate.key.is_empty() {
        reasons.push(conclusion.clone());
    }
    let all: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let spans = query.anchors().into_iter().map(name).collect();
    steps.push(conclusion.step(StepKind::Conclude, all, spans));
    let mut texts: Vec<String> = names.iter().map(|name| capitalised(name)).collect();
    texts.sort();
    let answer_text = if texts.is_empty() { NONE.to_owned() } else { texts.join(AND) };
    let ends = candidate.path.iter().map(|hop| graph.edge(hop.edge)).flat_map(|edge| [edge.subject, edge.object]);
    let about = ends.into_iter().find(|&node| graph.category(node) == "Disease");
    let n_conditions = conditions(query).len();
    let n_failed = distractors.iter().map(|distractor| distractor.failed.len()).min().unwrap_or(n_conditions);
    let draft = Draft {
        kind,
        stem,
        lead_in,
        options,
        answer_text,
        distractors,
        steps,
        rationale: Prose::joined(reasons),
        about: about.unwrap_or(first),
        n_clues: candidate.pattern.clauses.len(),
        distractor_similarity: share(n_conditions.saturating_sub(n_failed), n_conditions),
    };
    Ok(writer.finish(candidate, draft))
}
