//! Which of these chains connects two things?
//!
//! The reverse of a path explanation: the links are given, and are to be recognised. Each option is told by the same
//! words, those of the relations of the path, with its own nodes in them; what is wrong with one is which of its hops
//! nobody has recorded.

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::path::nodes;
use crate::mine::path_choice::failed_hops;
use crate::mine::path_choice::filled;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::StepKind;
use crate::synth::contrast::fill;
use crate::synth::explanation::hop_steps;
use crate::synth::explanation::links;
use crate::synth::explanation::questions;
use crate::synth::explanation::told_hops;
use crate::synth::explanation::told_name;
use crate::synth::explanation::told_triple;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::dead;

/// Stem and lead-in where the options are chains of effects of a drug.
const EFFECTS: [(&str, &str); 4] = [
    ("{a} works against {b}.", "Which of the following chains of effects tells how?"),
    (
        "A chain of effects leads from {a} to {b} and works against the disease.",
        "Which of the following describes that chain?",
    ),
    ("How {a} works against {b} can be told link by link.", "Which of the following tells it?"),
    ("The effect of {a} on {b} is indirect.", "Which of the following tells through what it is passed on?"),
];

/// An item that offers chains; `others` are the wrong ones.
pub(super) fn item(writer: &Writer<'_>, candidate: Candidate, others: &[Vec<NodeId>]) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let mut stream = writer.stream(&candidate);
    let all = nodes(graph, &candidate.path);
    let [first, inner @ .., last] = all.as_slice() else { return dead("the path is empty") };
    let categories: Vec<&str> = all.iter().map(|&node| graph.category(node)).collect();
    let is_told = chain_text(writer, &candidate.path, inner).is_some();
    let known: Vec<(&str, &str)> = match candidate.strategy {
        "mechanism" if is_told => EFFECTS.to_vec(),
        _ => questions(&categories).iter().copied().filter(|(_, lead_in)| lead_in.ends_with('?')).collect(),
    };
    let Some(&(stem, lead_in)) = stream.pick(&known) else { return dead("no wording is known") };
    let lead_in = fill(lead_in, &[("{links}", &links(&categories[1..categories.len() - 1]))]);
    let ends = [told_name(writer, *first), told_name(writer, *last)];
    let filled_stem = fill(stem, &[("{a}", &ends[0]), ("{b}", &ends[1])]);
    let spans = ends.clone().map(|end| if filled_stem.starts_with(&end) { capitalised(&end) } else { end });
    let option = |chain: &[NodeId]| {
        let names: Vec<String> = chain.iter().map(|&node| told_name(writer, node)).collect();
        let text = chain_text(writer, &candidate.path, chain).unwrap_or_else(|| list(&names));
        let mut nodes = chain.to_vec();
        nodes.sort_unstable();
        AnswerOption { nodes, text: capitalised(&text) }
    };
    let options: Vec<AnswerOption> =
        std::iter::once(option(inner)).chain(others.iter().map(|chain| option(chain))).collect();

    let sentences = told_hops(writer, &candidate.path);
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let mut steps = hop_steps(&sentences, &path, &spans);
    let no_other = || vec![Claim::NoOtherPath([*first, *last])];
    let connected = Prose::new(sentence::connected(&ends[0], &ends[1]), no_other());
    steps.push(connected.step(StepKind::Combine, path.clone(), spans.to_vec()));
    let mut reasons = sentences;
    let only = format!("No other connection of this kind between {} and {} is recorded.", ends[0], ends[1]);
    reasons.push(Prose::new(only, no_other()));
    let mut distractors = Vec::new();
    for (at, chain) in others.iter().enumerate() {
        let Some(failed) = failed_hops(graph, &candidate.pattern.clauses, ([*first, *last], chain)) else {
            return dead("a wrong chain may connect the ends");
        };
        let clauses = failed.iter().filter_map(|&hop| filled(&candidate.pattern.clauses[hop], chain));
        let (texts, claims): (Vec<String>, Vec<Claim>) =
            clauses.map(|triple| told_triple(writer, Sense::NotRecorded, triple)).unzip();
        let exclusion = Prose::new(sentence::not_linked(&texts), claims);
        let is_at = |hop: usize| failed.contains(&hop);
        let told = [is_at(0), is_at(path.len() - 1)].into_iter().zip(&spans);
        let told = told.filter(|(is_told, _)| *is_told).map(|(_, span)| span.clone()).collect();
        steps.push(exclusion.clone().step(StepKind::Exclude, Vec::new(), told));
        reasons.push(exclusion);
        let risk = writer.context.statistics.risks().of_action();
        let class = DistractorClass::Unsupported;
        distractors.push(Distractor { option: at + 1, class, failed, risk, edges: Vec::new() });
    }
    let names: Vec<String> = inner.iter().map(|&node| told_name(writer, node)).collect();
    let answer = Claim::Answer { given: Vec::new(), nodes: inner.to_vec() };
    steps.push(Prose::new(sentence::links(&names), vec![answer]).step(StepKind::Conclude, path, Vec::new()));
    let is_disease = |node: &NodeId| graph.category(*node) == "Disease";
    let about = inner.iter().chain([first, last]).copied().find(is_disease).unwrap_or(*first);
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem: capitalised(&filled_stem),
        lead_in,
        answer_text: options[0].text.clone(),
        options,
        distractors,
        steps,
        rationale: Prose::joined(reasons),
        about,
        n_clues: candidate.path.len(),
        // Each wrong chain but one has a half of the right one.
        distractor_similarity: 0.5,
    };
    Ok(writer.finish(candidate, draft))
}

/// A chain in the words of a path's relations: "it inhibits P, which promotes Q"; the last hop leads to what is told in
/// the question. `None` if a relation is worded in another order.
fn chain_text(writer: &Writer<'_>, path: &[Hop], chain: &[NodeId]) -> Option<String> {
    let graph = writer.context.graph;
    let verbs = path.iter().zip(chain).map(|(hop, &node)| {
        let row = graph.relation(graph.edge(hop.edge).relation);
        let (template, from) =
            if hop.is_forward { (&row.forwards, "{subject} ") } else { (&row.backwards, "{object} ") };
        let verb = template.strip_prefix(from)?;
        let name = told_name(writer, node);
        Some(fill(verb, &[("{object}", &name), ("{subject}", &name)]))
    });
    let verbs: Option<Vec<String>> = verbs.collect();
    verbs.map(|verbs| format!("it {}", verbs.join(", which ")))
}
