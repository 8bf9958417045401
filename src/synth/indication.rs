//! Which drug is given for this disease and acts in this way?

use crate::kg::EdgeId;
use crate::kg::Graph;
use crate::kg::NodeId;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::citation;
use crate::mine::clue::is_common_stem;
use crate::mine::clue::stems;
use crate::mine::drug;
use crate::mine::drug::Action;
use crate::seed::Stream;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::distractors::looks;
use crate::synth::distractors::three;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::dead;

/// Situation and question: `{disease}`, and what the drug does, as `decreases the activity of aromatase`.
const QUESTIONS: [(&str, &str); 4] = [
    ("A patient with {disease} is given a drug that {acts}.", "Which of the following drugs fits this description?"),
    ("Several drugs are used to treat {disease}; one of them {acts}.", "Which of the following is it?"),
    ("In the treatment of {disease}, a drug is chosen that {acts}.", "Which of the following drugs acts in this way?"),
    (
        "The treatment of {disease} can make use of different mechanisms. A physician wants a drug that {acts}.",
        "Which of the following should be chosen?",
    ),
];

/// An item that asks for the drug.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    (disease, action): (NodeId, Action),
    others: &[NodeId],
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let Some(treats) = graph.relations().id("treats") else { return dead("the graph has no treatments") };
    let [drug] = candidate.key.as_slice() else { return dead("the candidate has no single key") };
    let drug = *drug;
    let mut stream = writer.stream(&candidate);
    let (condition, target) = (writer.name(disease), writer.name(action.target));
    let Some(acts) = acting(graph, action, &target) else { return dead("what the drug does cannot be worded") };
    let Some(&(stem, lead_in)) = stream.pick(&QUESTIONS) else { return dead("no wording is known") };
    let (stem, lead_in) = (fill(stem, &[("{disease}", &condition), ("{acts}", &acts)]), lead_in.to_owned());
    let Some(wrong) = writer.other_drugs(drug, others, &mut stream) else {
        return dead("fewer than three other drugs for the disease can stand beside the key");
    };
    let risk = writer.context.statistics.risks().of_action();
    let distractors = (1..=wrong.len())
        .map(|option| Distractor {
            option,
            class: DistractorClass::Unsupported,
            // The second clause says what the drug does.
            failed: vec![1],
            risk,
            edges: Vec::new(),
        })
        .collect();

    let name = |drug: NodeId| writer.name(drug);
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    // In the order of the alphabet, which does not tell which one is meant.
    let mut all: Vec<NodeId> = std::iter::once(drug).chain(wrong.iter().copied()).collect();
    all.sort_by_key(|&drug| name(drug));
    let names: Vec<String> = all.iter().map(|&drug| name(drug)).collect();
    let subjects: Vec<Spoken> = all.iter().map(|&drug| drug.into()).collect();
    let text = format!("{} are all used to treat {condition}.", capitalised(&list(&names)));
    let given = Prose::new(text, vec![Claim::of(Sense::Holds, subjects, treats, &[disease])]);
    let edges = all.iter().flat_map(|&drug| citation(graph, (drug, treats, disease))).collect();
    let mut steps = vec![given.step(StepKind::Recall, edges, vec![condition.clone()])];
    let does = || Claim::of(Sense::Holds, drug, action.relation, &[action.target]);
    let text = format!("{} {acts}.", capitalised(&name(drug)));
    steps.push(Prose::new(text, vec![does()]).step(StepKind::Recall, vec![action.edge], vec![target.clone()]));
    let mut exclusions: Vec<Prose> = Vec::new();
    for &wrong in &wrong {
        let Some((does, told)) = first_action(writer, wrong) else { return dead("it is not known how a drug acts") };
        let text =
            format!("{} {told}, but it is not recorded to act on {target} in this way.", capitalised(&name(wrong)));
        let claims = vec![
            Claim::of(Sense::Holds, wrong, does.relation, &[does.target]),
            Claim::of(Sense::NotRecorded, wrong, action.relation, &[action.target]),
        ];
        let prose = Prose::new(text, claims);
        exclusions.push(prose.clone());
        steps.push(prose.step(StepKind::Exclude, vec![does.edge], vec![target.clone()]));
    }
    let answer = Claim::Answer { given: Vec::new(), nodes: vec![drug] };
    let text = sentence::meets_both(&name(drug));
    steps.push(Prose::new(text, vec![answer]).step(StepKind::Conclude, path, Vec::new()));
    let treating = Claim::of(Sense::Holds, drug, treats, &[disease]);
    let text = format!("{} is used to treat {condition} and {acts}.", capitalised(&name(drug)));
    let mut rationale = vec![Prose::new(text, vec![treating, does()])];
    rationale.extend(exclusions);
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem,
        lead_in,
        answer_text: writer.drug_option(drug).text,
        options: std::iter::once(drug).chain(wrong).map(|drug| writer.drug_option(drug)).collect(),
        distractors,
        steps,
        rationale: Prose::joined(rationale),
        about: disease,
        n_clues: 2,
        // Each has one of the two clues.
        distractor_similarity: 0.5,
    };
    Ok(writer.finish(candidate, draft))
}

/// What a drug does, as it stands after "a drug that".
fn acting(graph: &Graph, action: Action, target: &str) -> Option<String> {
    let row = graph.relation(action.relation);
    row.forwards.starts_with("{subject} ").then(|| row.wording("", target, true).trim_start().to_owned())
}

/// The first thing that is known of what a drug acts on, and its words.
fn first_action(writer: &Writer<'_>, drug: NodeId) -> Option<(Action, String)> {
    let graph = writer.context.graph;
    let mut actions = drug::actions(graph, drug).into_iter().filter(|action| drug::is_plain(graph, action.target));
    actions.find_map(|action| Some((action, acting(graph, action, &writer.name(action.target))?)))
}

impl Writer<'_> {
    /// A drug as an option.
    pub(super) fn drug_option(&self, drug: NodeId) -> AnswerOption {
        AnswerOption { nodes: vec![drug], text: capitalised(&self.name(drug)) }
    }

    /// Three of some drugs to stand beside a key, none named like another.
    pub(super) fn other_drugs(&self, key: NodeId, pool: &[NodeId], stream: &mut Stream) -> Option<Vec<NodeId>> {
        let graph = self.context.graph;
        let told = |drug: NodeId| -> Vec<String> {
            stems(graph.label(drug)).into_iter().filter(|stem| !is_common_stem(stem)).collect()
        };
        let are_apart = |left: NodeId, right: NodeId| {
            let others = told(right);
            !told(left).iter().any(|stem| others.contains(stem))
                && !drug::end_alike(graph.label(left), graph.label(right))
        };
        let mut pool: Vec<NodeId> = pool.iter().copied().filter(|&drug| are_apart(drug, key)).collect();
        stream.shuffle(&mut pool);
        pool.truncate(MAX_POOL);
        let size = |drug: NodeId| graph.degree(drug);
        let others: Vec<(String, usize)> =
            pool.iter().map(|&drug| (graph.label(drug).to_owned(), size(drug))).collect();
        let (key_looks, all) = looks((graph.label(key), size(key)), &others, true);
        let chosen = three(key_looks, &all, &|left, right| are_apart(pool[left], pool[right]), stream)?;
        Some(chosen.iter().map(|&at| pool[at]).collect())
    }
}

/// Among more drugs no three are looked for.
const MAX_POOL: usize = 24;
