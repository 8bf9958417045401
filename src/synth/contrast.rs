//! Which finding tells one look-alike from the other?

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::statistics::lower_bound;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::citation::asserted;
use crate::mine::citation::citation;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::StepKind;
use crate::synth::distractors::looks;
use crate::synth::distractors::three;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::how_often;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;

const STEMS: [&str; 4] = [
    "A patient has {clues}, and the differential diagnosis is between {left} and {right}.",
    "In a patient with {clues}, both {left} and {right} are being considered.",
    "A patient is evaluated for {clues}. The two leading diagnoses are {left} and {right}.",
    "A patient presents with {clues}, which would fit {left} as well as {right}.",
];

const LEAD_INS: [&str; 4] = [
    "Which of the following further findings would favor {left} over {right}?",
    "Which additional finding would point to {left} rather than {right}?",
    "The presence of which of the following would best support {left} against {right}?",
    "Which of the following, if present, argues most for {left} and against {right}?",
];

/// An item that asks for the discriminating finding.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    (disease, other): (NodeId, NodeId),
    shared: &[NodeId],
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let Some(has) = graph.relations().id("has_phenotype") else { return dead("the graph has no findings") };
    let [key] = candidate.key.as_slice() else { return dead("the candidate has no single key") };
    let key = *key;
    let mut stream = writer.stream(&candidate);
    let mut told = shared.to_vec();
    stream.shuffle(&mut told);
    let (clues, pool) = told.split_at(2);
    let size = |finding: NodeId| writer.context.statistics.n_diseases(finding) as usize;
    let others: Vec<(String, usize)> =
        pool.iter().take(24).map(|&finding| (writer.phrase(finding), size(finding))).collect();
    let (key_looks, all) = looks((&writer.phrase(key), size(key)), &others, false);
    let chosen = three(key_looks, &all, &|_, _| true, &mut stream);
    let Some(chosen) = chosen else { return dead("the two share too few findings for options") };
    let wrong: Vec<NodeId> = chosen.iter().map(|&at| pool[at]).collect();

    let clue_phrases: Vec<String> = clues.iter().map(|&finding| writer.phrase(finding)).collect();
    let (left, right) = (writer.name(disease), writer.name(other));
    let filled = |template: &str| {
        // A template is filled in one pass, so that a name cannot be taken for a blank.
        fill(template, &[("{clues}", &list(&clue_phrases)), ("{left}", &left), ("{right}", &right)])
    };
    let mut both = (choose(&mut stream, &STEMS), choose(&mut stream, &LEAD_INS));
    // Which of the two is named first must not tell which one is meant.
    let swapped = both.0.replace("{left}", "{other}").replace("{right}", "{left}").replace("{other}", "{right}");
    if stream.below(2) == 0 {
        both.0 = &swapped;
    }
    let (stem, lead_in) = (filled(both.0), filled(both.1));

    let option = |finding: NodeId| AnswerOption { nodes: vec![finding], text: capitalised(&writer.phrase(finding)) };
    let mut options = vec![option(key)];
    options.extend(wrong.iter().map(|&finding| option(finding)));
    let cited = |disease: NodeId, finding: NodeId| citation(graph, (disease, has, finding));
    let distractors = wrong
        .iter()
        .enumerate()
        .map(|(at, &finding)| Distractor {
            option: at + 1,
            class: DistractorClass::Denied,
            // The second clause says that the other disease does not have it; it does.
            failed: vec![1],
            risk: 0.0,
            edges: asserted(graph, (other, has, finding)).into_iter().collect(),
        })
        .collect();

    let phrase = writer.phrase(key);
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let both_edges = |findings: &[NodeId]| -> Vec<EdgeId> {
        let of_both = |&finding: &NodeId| cited(disease, finding).into_iter().chain(cited(other, finding));
        findings.iter().flat_map(of_both).collect()
    };
    let both = || vec![Spoken::from(disease), Spoken::from(other)];
    let of_both = |findings: &[NodeId]| Claim::of(Sense::Holds, both(), has, findings);
    // Both have what does not tell them apart: said of one option, or of all of them.
    let shared_by_both = |findings: &[NodeId], so: &str| {
        let phrases: Vec<String> = findings.iter().map(|&finding| writer.phrase(finding)).collect();
        let text = format!("Both {left} and {right} come with {}, so {so}.", list(&phrases));
        Prose::new(text, vec![of_both(findings)])
    };
    let Some(often) = lower_bound(graph, disease, key).map(how_often) else {
        return dead("it is not known how often the disease has the finding");
    };
    let present = || Claim::of(Sense::Often(often), disease, has, &[key]);
    let absent = || Claim::of(Sense::Denied, other, has, &[key]);

    let text = format!("The combination of {} fits both {left} and {right} and leaves both open.", list(&clue_phrases));
    let open = Prose::new(text, vec![of_both(clues).told_backwards()]);
    let text = sentence::recorded_often(&left, often, &phrase);
    let has_it = Prose::new(text, vec![present()]);
    let lacks_it = Prose::new(sentence::reported_absent(&right, &phrase), vec![absent()]);
    let mut steps = vec![
        open.step(StepKind::Recall, both_edges(clues), clue_phrases.clone()),
        has_it.step(StepKind::Recall, path.iter().take(1).copied().collect(), Vec::new()),
        lacks_it.step(StepKind::Recall, path.iter().skip(1).copied().collect(), Vec::new()),
    ];
    for &finding in &wrong {
        let shared = shared_by_both(&[finding], "it fits either of them");
        steps.push(shared.step(StepKind::Exclude, both_edges(&[finding]), Vec::new()));
    }
    let text = sentence::favors(&left, &right, &phrase);
    let answer = Claim::Answer { given: vec![disease, other], nodes: vec![key] };
    steps.push(Prose::new(text, vec![answer]).step(StepKind::Conclude, path, Vec::new()));
    let text = format!(
        "{} is recorded {often} with {phrase}, whereas in {right} this finding is reported to be absent.",
        capitalised(&left)
    );
    let told_apart = Prose::new(text, vec![present(), absent()]);
    let rationale = Prose::joined(vec![told_apart, shared_by_both(&wrong, "each of these fits either of them")]);
    let draft = Draft {
        kind: Kind::DiscriminatingFinding,
        stem,
        lead_in,
        options,
        answer_text: capitalised(&phrase),
        distractors,
        steps,
        rationale,
        about: disease,
        n_clues: clues.len(),
        distractor_similarity: writer.likeness(disease, other),
    };
    Ok(writer.finish(candidate, draft))
}

/// Fills the blanks of a template in one pass.
pub(super) fn fill(template: &str, blanks: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        match blanks.iter().find(|(blank, _)| rest.starts_with(blank)) {
            Some((blank, text)) => {
                filled.push_str(text);
                rest = &rest[blank.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_taken_for_a_blank() {
        assert_eq!(fill("{a} or {b}", &[("{a}", "{b}"), ("{b}", "x")]), "{b} or x");
    }
}
