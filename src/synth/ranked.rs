//! `[[synth.ranked]]`: in which order do these diseases account for the findings?
//!
//! The order is a count that anyone can repeat: of each disease the thinking path tells which of the findings it is
//! recorded with, by edge, and which it is not. That a finding is not recorded is never told as if it could not be.

use serde::Deserialize;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::citation;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;
use crate::synth::writer::share;

/// A `[[synth.ranked]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankedConfig {
    /// The strategies whose candidates are put in order: `ranking`.
    pub from: Vec<Box<str>>,
}

const STEMS: [&str; 3] = [
    "A patient has {findings}.",
    "The findings in a patient are {findings}.",
    "A differential diagnosis starts from {findings}.",
];

const LEAD_INS: [&str; 3] = [
    "By how many of these findings each is recorded with, in which order do the following diseases stand, from the most to the fewest?",
    "In which order do the following diseases account for these findings, from the one that is recorded with most of them to the one with the fewest?",
    "Which order puts the following diseases from the most of these findings on record to the fewest?",
];

/// What stands between the names of a ranking.
pub const BETWEEN: &str = "; ";

/// An item that asks for an order; `ranked` has the disease with all findings first.
pub(super) fn item(writer: &Writer<'_>, candidate: Candidate, ranked: &[NodeId]) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let Some(has) = graph.relations().id("has_phenotype") else { return dead("the graph has no findings") };
    let Some(&top) = ranked.first() else { return dead("nothing is ranked") };
    let findings = candidate.pattern.anchors();
    let mut stream = writer.stream(&candidate);
    let phrases: Vec<String> = findings.iter().map(|&finding| writer.phrase(finding)).collect();
    let stem = fill(choose(&mut stream, &STEMS), &[("{findings}", &list(&phrases))]);
    let lead_in = choose(&mut stream, &LEAD_INS).to_owned();
    let has_it = |disease, at: &usize| holds(graph, Reading::Strict, (disease, has, findings[*at]));
    let may_have_it = |disease, at: &usize| holds(graph, Reading::Loose, (disease, has, findings[*at]));
    let cited = |disease: NodeId| -> Vec<EdgeId> {
        let held = (0..findings.len()).filter(|at| has_it(disease, at));
        held.flat_map(|at| citation(graph, (disease, has, findings[at]))).collect()
    };
    let nodes = |positions: &[usize]| -> Vec<NodeId> { positions.iter().map(|&at| findings[at]).collect() };
    let told = |positions: &[usize]| -> Vec<String> { positions.iter().map(|&at| phrases[at].clone()).collect() };
    let mut steps: Vec<Step> = Vec::new();
    let mut sentences: Vec<Prose> = Vec::new();
    let mut distractors: Vec<Distractor> = Vec::new();
    let mut n_before = 0;
    for (at, &disease) in ranked.iter().enumerate() {
        let (held, rest): (Vec<usize>, Vec<usize>) = (0..findings.len()).partition(|at| has_it(disease, at));
        let failed: Vec<usize> = rest.into_iter().filter(|at| !may_have_it(disease, at)).collect();
        if held.is_empty() || (at == 0) != failed.is_empty() {
            return dead("a disease of the ranking has none of the findings, or all of them");
        }
        let mut claims = vec![Claim::of(Sense::Holds, disease, has, &nodes(&held))];
        if !failed.is_empty() {
            claims.push(Claim::of(Sense::NotRecorded, disease, has, &nodes(&failed)));
        }
        let text = sentence::counted(&writer.name(disease), &told(&held), &told(&failed));
        let prose = Prose::new(text, claims);
        let spans = failed.iter().map(|&at| phrases[at].clone()).collect();
        steps.push(prose.clone().step(StepKind::Recall, cited(disease), spans));
        sentences.push(prose);
        if at > 0 {
            let informations = failed.iter().map(|&at| writer.context.statistics.information(findings[at]));
            let least = informations.fold(f64::INFINITY, f64::min);
            distractors.push(Distractor {
                option: at,
                class: DistractorClass::Unsupported,
                // As many more would put it level with the one before it.
                risk: writer.context.statistics.risks().of(n_before - held.len().min(n_before), least),
                failed,
                edges: Vec::new(),
            });
        }
        n_before = held.len();
    }
    let names: Vec<String> = ranked.iter().map(|&disease| writer.name(disease)).collect();
    let claim = Claim::Order { ranked: ranked.to_vec(), relation: has, among: findings.clone() };
    let order = Prose::new(sentence::order(&list(&names)), vec![claim]);
    sentences.push(order.clone());
    let all: Vec<EdgeId> = ranked.iter().flat_map(|&disease| cited(disease)).collect();
    steps.push(order.step(StepKind::Conclude, all, Vec::new()));
    let option = |disease: NodeId| AnswerOption { nodes: vec![disease], text: capitalised(&writer.name(disease)) };
    let options: Vec<AnswerOption> = ranked.iter().map(|&disease| option(disease)).collect();
    let texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
    let next = distractors.first().map_or(0, |next| findings.len() - next.failed.len());
    let draft = Draft {
        kind: Kind::RankedList,
        stem,
        lead_in,
        answer_text: texts.join(BETWEEN),
        options,
        distractors,
        steps,
        rationale: Prose::joined(sentences),
        about: top,
        n_clues: findings.len(),
        distractor_similarity: share(next, findings.len()),
    };
    Ok(writer.finish(candidate, draft))
}
