//! Which drug is an established treatment of this disease?

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::denial;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::sentence;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::dead;

/// Situation and question; `{disease}` stands in one of the two.
const QUESTIONS: [(&str, &str); 4] = [
    (
        "A patient has been diagnosed with {disease}.",
        "Which of the following drugs is an established treatment of this condition?",
    ),
    (
        "Drug treatment is discussed with a patient who has {disease}.",
        "Which of the following is an established choice?",
    ),
    ("Several drugs have been proposed for {disease}.", "Which of the following is an established treatment of it?"),
    (
        "A patient with {disease} asks about drugs that have been tried against it.",
        "Which of these is an established treatment?",
    ),
];

/// An item that asks for the treatment.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    disease: NodeId,
    denied: &[NodeId],
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let Some(treats) = graph.relations().id("treats") else { return dead("the graph has no treatments") };
    let [drug] = candidate.key.as_slice() else { return dead("the candidate has no single key") };
    let drug = *drug;
    let mut stream = writer.stream(&candidate);
    let condition = writer.name(disease);
    let Some(&(stem, lead_in)) = stream.pick(&QUESTIONS) else { return dead("no wording is known") };
    let (stem, lead_in) = (fill(stem, &[("{disease}", &condition)]), lead_in.to_owned());
    let Some(wrong) = writer.other_drugs(drug, denied, &mut stream) else {
        return dead("fewer than three drugs are denied to be a treatment");
    };
    let edges = |wrong: NodeId| denial(graph, (wrong, treats, disease));
    let distractors = wrong
        .iter()
        .enumerate()
        .map(|(at, &wrong)| Distractor {
            option: at + 1,
            class: DistractorClass::Denied,
            failed: vec![0],
            risk: 0.0,
            edges: edges(wrong),
        })
        .collect();
    let name = |drug: NodeId| writer.name(drug);
    let holds = || Claim::of(Sense::Holds, drug, treats, &[disease]);
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let given = Prose::new(sentence::treats(&name(drug), &condition), vec![holds()]);
    let mut steps = vec![given.clone().step(StepKind::Recall, path.clone(), vec![condition.clone()])];
    for &wrong in &wrong {
        let text = sentence::not_upheld(&name(wrong), &condition);
        let prose = Prose::new(text, vec![Claim::of(Sense::Denied, wrong, treats, &[disease])]);
        steps.push(prose.step(StepKind::Exclude, edges(wrong), vec![condition.clone()]));
    }
    let answer = Claim::Answer { given: vec![disease], nodes: vec![drug] };
    let text = sentence::established(&condition, &name(drug));
    steps.push(Prose::new(text, vec![answer]).step(StepKind::Conclude, path, vec![condition.clone()]));
    let names: Vec<String> = wrong.iter().map(|&wrong| name(wrong)).collect();
    let subjects: Vec<crate::synth::Spoken> = wrong.iter().map(|&wrong| wrong.into()).collect();
    let text = format!("Of {} the same was claimed, but not upheld.", list(&names));
    let turned_down = Prose::new(text, vec![Claim::of(Sense::Denied, subjects, treats, &[disease])]);
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem,
        lead_in,
        answer_text: writer.drug_option(drug).text,
        options: std::iter::once(drug).chain(wrong).map(|drug| writer.drug_option(drug)).collect(),
        distractors,
        steps,
        rationale: Prose::joined(vec![given, turned_down]),
        about: disease,
        n_clues: 1,
        distractor_similarity: 0.0,
    };
    Ok(writer.finish(candidate, draft))
}
