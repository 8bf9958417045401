//! `[[synth.true_false]]`: is this statement true?
//!
//! Both answers rest on edges. A true statement is shown by what states it; a false one by what denies it, and by what
//! is true in its place: what else the same disease is recorded with, or which other disease the finding belongs to.
//! True and false ones are worded alike, and what opens a statement does not depend on whether it is true.

use serde::Deserialize;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::statistics::lower_bound;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::Triple;
use crate::mine::citation::denial;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::FALSE;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::TRUE;
use crate::synth::contrast::fill;
use crate::synth::how_often;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;
use crate::synth::writer::is_finding;

/// A `[[synth.true_false]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrueFalseConfig {
    /// The strategies whose statements are judged: `statement`.
    pub from: Vec<Box<str>>,
}

/// How a finding of a disease is stated.
const FINDINGS: [&str; 4] = [
    "{subject} is known to present with {object}.",
    "The clinical picture of {subject} includes {object}.",
    "Among the features described in {subject} is {object}.",
    "Patients with {subject} have been described with {object} as part of the disease.",
];

/// How a treatment is stated.
const TREATMENTS: [&str; 3] = [
    "{subject} is an established treatment of {object}.",
    "Among the established drug treatments of {object} is {subject}.",
    "For {object}, {subject} is an established drug treatment.",
];

/// What is asked of a statement.
const LEAD_INS: [&str; 3] =
    ["Is this statement true or false?", "Is that true or false?", "Judge the statement: is it true or false?"];

/// An item that asks whether a statement is true.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    statement: Triple,
    is_true: bool,
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let (subject, relation, object) = statement;
    let mut stream = writer.stream(&candidate);
    let templates: &[&str] = if is_finding(writer.context, object) { &FINDINGS } else { &TREATMENTS };
    let name = |node: NodeId| if is_finding(writer.context, node) { writer.phrase(node) } else { writer.name(node) };
    let template = choose(&mut stream, templates);
    let stem = capitalised(&fill(template, &[("{subject}", &name(subject)), ("{object}", &name(object))]));
    let lead_in = choose(&mut stream, &LEAD_INS).to_owned();
    let shown = candidate.path.first().map(|hop| graph.edge(hop.edge));
    let Some(shown) = shown.map(|edge| (edge.subject, edge.relation, edge.object)) else {
        return dead("the statement has no evidence");
    };
    let evidence: Vec<EdgeId> = candidate.path.iter().take(1).map(|hop| hop.edge).collect();
    let Some(recorded) = recorded(writer, shown) else { return dead("it is not known how often the finding is seen") };
    let (subject_name, object_name) = (name(subject), name(object));
    let mut steps = vec![recorded.clone().step(StepKind::Recall, evidence.clone(), Vec::new())];
    let verdict = if is_true { "true" } else { "false" };
    let claim = |sense| Claim::of(sense, subject, relation, &[object]);
    let is_of_finding = is_finding(writer.context, object);
    let rationale = if is_true {
        let claim = if is_of_finding { claim(Sense::Holds).told_backwards() } else { claim(Sense::Holds) };
        let text = sentence::verdict((&subject_name, &object_name), is_of_finding, true);
        steps.push(Prose::new(text, vec![claim]).step(StepKind::Conclude, evidence, Vec::new()));
        let text = format!("{}, so the statement is {verdict}.", recorded.text.trim_end_matches('.'));
        Prose::new(text, recorded.claims)
    } else {
        let denying = denial(graph, statement);
        let (said, said_of) = match is_of_finding {
            true => (format!("In {subject_name}, {object_name} is reported to be absent"), claim(Sense::Denied)),
            false => (
                format!("That {subject_name} is used to treat {object_name} was claimed, but not upheld"),
                claim(Sense::Denied),
            ),
        };
        let denied = Prose::new(format!("{said}."), vec![said_of.clone()]);
        steps.push(denied.step(StepKind::Exclude, denying.clone(), Vec::new()));
        let claim = if is_of_finding { claim(Sense::Denied).told_backwards() } else { claim(Sense::Denied) };
        let text = sentence::verdict((&subject_name, &object_name), is_of_finding, false);
        steps.push(Prose::new(text, vec![claim]).step(StepKind::Conclude, denying, Vec::new()));
        let text = format!("{said}, so the statement is {verdict}.");
        Prose::joined(vec![Prose::new(text, vec![said_of]), recorded])
    };
    let option = |text: &str| AnswerOption { nodes: Vec::new(), text: text.to_owned() };
    let (key, other) = if is_true { (TRUE, FALSE) } else { (FALSE, TRUE) };
    let draft = Draft {
        kind: Kind::TrueFalse,
        stem,
        lead_in,
        options: vec![option(key), option(other)],
        answer_text: key.to_owned(),
        distractors: Vec::new(),
        steps,
        rationale,
        about: if is_of_finding { subject } else { object },
        n_clues: 1,
        distractor_similarity: 0.5,
    };
    Ok(writer.finish(candidate, draft))
}

/// What is recorded, in a sentence.
fn recorded(writer: &Writer<'_>, (subject, relation, object): Triple) -> Option<Prose> {
    let graph = writer.context.graph;
    let (subject_name, object_name) = (capitalised(&writer.name(subject)), object);
    if !is_finding(writer.context, object) {
        let text = format!("{subject_name} is used to treat {}.", writer.name(object_name));
        return Some(Prose::new(text, vec![Claim::of(Sense::Holds, subject, relation, &[object])]));
    }
    let often = how_often(lower_bound(graph, subject, object)?);
    let text = format!("{subject_name} is recorded {often} with {}.", writer.phrase(object));
    Some(Prose::new(text, vec![Claim::of(Sense::Often(often), subject, relation, &[object])]))
}
