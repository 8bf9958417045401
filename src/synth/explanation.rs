//! `[[synth.explanation]]`: through what are two things connected?
//!
//! The answer is the inner nodes of a path, and it is an answer because no other path of the kind exists. An edge is
//! worded in the direction in which it is stored: a gene brings a disease about, never the other way round; and where
//! two arrows meet in one disease the text says that both lead there, not that one leads to the other.

use serde::Deserialize;

use crate::kg::Edge;
use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Hop;
use crate::mine::citation::Triple;
use crate::mine::path::nodes;
use crate::synth::Claim;
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
use crate::synth::writer::dead;
use crate::synth::writer::is_finding;

/// A `[[synth.explanation]]` section. What is asked of a path, its links or which of four chains it is, the section says that
/// mines it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplanationConfig {
    /// The strategies whose paths are explained: `walk`, `metapath`, `mechanism`, `pair`, `chain`.
    pub from: Vec<Box<str>>,
}

/// What a path question looks like: the categories along it, and the ways to ask.
struct Form {
    categories: &'static [&'static str],
    questions: &'static [(&'static str, &'static str)],
}

/// Stem and lead-in of each shape; two findings of one disease are no shape: what else has both is not known. `{a}` and `{b}` are the ends in the order of telling.
const FORMS: [Form; 5] = [
    Form {
        categories: &["Gene", "Disease", "PhenotypicFeature"],
        questions: &[
            (
                "A patient with {b} is found to have a disease-associated variant in {a}.",
                "Which disease links the gene to the finding?",
            ),
            ("Variants in {a} can lead to {b}.", "Through which disease do they do so?"),
            (
                "A laboratory reports a disease-associated variant in {a}, and the patient shows {b}.",
                "Which disorder connects the two?",
            ),
            (
                "{a} is sequenced in a patient because of {b}.",
                "Which disease associated with this gene explains the finding?",
            ),
        ],
    },
    Form {
        categories: &["Disease", "Gene", "Disease"],
        questions: &[
            (
                "Two patients are diagnosed with {a} and with {b}, respectively.",
                "Variants in which one gene could be behind both diagnoses?",
            ),
            ("{a} and {b} look like different diseases but share a gene.", "Which gene connects the two?"),
            ("In one family {a} is diagnosed, in another {b}.", "Which single gene may be affected in both families?"),
        ],
    },
    Form {
        categories: &["Gene", "Disease", "Gene"],
        questions: &[
            ("Variants in {a} and variants in {b} can each lead to the same disease.", "Which disease is it?"),
            (
                "Two patients have the same diagnosis; one has a disease-associated variant in {a}, the other in {b}.",
                "Which diagnosis is associated with both genes?",
            ),
            (
                "A gene panel holds {a} and {b}, because one disease is associated with variants in either.",
                "Which disease connects the two genes?",
            ),
        ],
    },
    Form {
        categories: &["Disease", "Gene", "Disease", "PhenotypicFeature"],
        questions: &[
            (
                "The gene behind {a} is also associated with a second disease, which can present with {b}.",
                "Which gene and which second disease are these?",
            ),
            (
                "A gene that is associated with {a} is associated with another disease as well; patients with that disease can have {b}.",
                "Name the gene and the other disease.",
            ),
            (
                "Starting from {a}, a shared gene leads to another disease that features {b}.",
                "Which gene and which disease lie in between?",
            ),
        ],
    },
    Form {
        categories: &["Gene", "Disease", "Gene", "Disease"],
        questions: &[
            (
                "Variants in {a} are associated with a disease that variants in a second gene are associated with too; that second gene is associated with {b} as well.",
                "Which disease and which second gene are these?",
            ),
            (
                "{a} shares one of its diseases with another gene, and the other gene is also associated with {b}.",
                "Which disease is shared, and which gene shares it?",
            ),
        ],
    },
];

/// Of a drug that works against a disease: every link has a sign, and over all of them they multiply to less.
const MECHANISM: &[(&str, &str)] = &[
    ("{a} works against {b}.", "Through {links} does it do so?"),
    ("A chain of effects leads from {a} to {b} and works against the disease.", "Through {links} does the chain run?"),
    ("How {a} works against {b} can be told link by link.", "Through {links} does the effect pass?"),
    ("The effect of {a} on {b} is indirect.", "Through {links} is it passed on?"),
];

/// Of any other path.
const OTHERS: &[(&str, &str)] = &[
    ("A chain of recorded facts connects {a} with {b}.", "Through {links} does it run?"),
    ("{a} and {b} are connected in several steps.", "Through {links}?"),
];

/// What is asked for between the ends of a path: "which protein and which two biological processes".
pub(super) fn links(categories: &[&str]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for category in categories {
        match counted.iter_mut().find(|(known, _)| known == category) {
            Some((_, count)) => *count += 1,
            None => counted.push((category, 1)),
        }
    }
    let told =
        counted.into_iter().map(|(category, count)| match (NOUNS.iter().find(|noun| noun.0 == category), count) {
            (Some((_, one, _)), 1) => format!("which {one}"),
            (Some((_, _, many)), count) => format!("which {} {many}", NUMBERS.get(count).unwrap_or(&"several")),
            (None, 1) => "which further link".to_owned(),
            (None, count) => format!("which {} further links", NUMBERS.get(count).unwrap_or(&"several")),
        });
    list(&told.collect::<Vec<_>>())
}

const NUMBERS: [&str; 6] = ["no", "one", "two", "three", "four", "five"];

/// What nodes of a category are called, one and many.
const NOUNS: [(&str, &str, &str); 16] = [
    ("AnatomicalEntity", "anatomical structure", "anatomical structures"),
    ("BiologicalProcess", "biological process", "biological processes"),
    ("Cell", "cell type", "cell types"),
    ("CellularComponent", "cell component", "cell components"),
    ("ChemicalEntity", "substance", "substances"),
    ("Disease", "disease", "diseases"),
    ("Drug", "drug", "drugs"),
    ("Gene", "gene", "genes"),
    ("GeneFamily", "family of proteins", "families of proteins"),
    ("MacromolecularComplex", "complex of molecules", "complexes of molecules"),
    ("MolecularActivity", "molecular activity", "molecular activities"),
    ("OrganismTaxon", "organism", "organisms"),
    ("Pathway", "pathway", "pathways"),
    ("PhenotypicFeature", "finding", "findings"),
    ("Protein", "protein", "proteins"),
    ("Symptom", "symptom", "symptoms"),
];

/// The ways to ask for what lies between the ends of a path, given the categories along it.
pub(super) fn questions(categories: &[&str]) -> &'static [(&'static str, &'static str)] {
    FORMS.iter().find(|form| form.categories == categories).map_or(OTHERS, |form| form.questions)
}

/// What a node of a path is called inside a sentence.
pub(super) fn told_name(writer: &Writer<'_>, node: NodeId) -> String {
    if is_finding(writer.context, node) { writer.phrase(node) } else { writer.name(node) }
}

/// A triple in the words of its relation as they stand inside a sentence, with the claim of some sense.
pub(super) fn told_triple(writer: &Writer<'_>, sense: Sense, (subject, relation, object): Triple) -> (String, Claim) {
    let row = writer.context.graph.relation(relation);
    let text = row.wording(&told_name(writer, subject), &told_name(writer, object), true);
    let claim = Claim::of(sense, subject, relation, &[object]);
    // A wording may name its object first.
    let is_forward = row.forwards.find("{subject}") < row.forwards.find("{object}");
    (text, if is_forward { claim } else { claim.told_backwards() })
}

/// One sentence for each hop of a path.
pub(super) fn told_hops(writer: &Writer<'_>, path: &[Hop]) -> Vec<Prose> {
    let told = |hop: &Hop| {
        let Edge { subject, relation, object, .. } = writer.context.graph.edge(hop.edge);
        let (text, claim) = told_triple(writer, Sense::Holds, (subject, relation, object));
        Prose::new(format!("{}.", capitalised(&text)), vec![claim])
    };
    path.iter().map(told).collect()
}

/// The steps that recall the hops of a path; the first and the last rest on the words of the question too.
pub(super) fn hop_steps(sentences: &[Prose], path: &[EdgeId], spans: &[String]) -> Vec<Step> {
    let n_hops = sentences.len();
    let told = |at: usize| {
        let ends = spans.iter().enumerate().filter(|(end, _)| *end == 0 && at == 0 || *end == 1 && at + 1 == n_hops);
        ends.map(|(_, span)| span.clone()).collect()
    };
    let steps = sentences.iter().zip(path).enumerate();
    steps.map(|(at, (sentence, edge))| sentence.clone().step(StepKind::Recall, vec![*edge], told(at))).collect()
}

/// An item that asks for the inner nodes of a path.
pub(super) fn item(writer: &Writer<'_>, candidate: Candidate) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let mut stream = writer.stream(&candidate);
    let nodes = nodes(graph, &candidate.path);
    let categories: Vec<&str> = nodes.iter().map(|&node| graph.category(node)).collect();
    let [first, inner @ .., last] = nodes.as_slice() else { return dead("the path is empty") };
    let name = |node: NodeId| told_name(writer, node);
    let known = if candidate.strategy == "mechanism" { MECHANISM } else { questions(&categories) };
    let Some(&(stem, lead_in)) = stream.pick(known) else { return dead("no wording is known") };
    let lead_in = fill(lead_in, &[("{links}", &links(&categories[1..categories.len() - 1]))]);
    let ends = [name(*first), name(*last)];
    let filled = fill(stem, &[("{a}", &ends[0]), ("{b}", &ends[1])]);
    let stem = capitalised(&filled);
    // An end that opens the sentence stands there with a capital: that is the span.
    let spans: Vec<String> =
        ends.iter().map(|end| if filled.starts_with(end.as_str()) { capitalised(end) } else { end.clone() }).collect();
    let names: Vec<String> = inner.iter().map(|&node| name(node)).collect();
    let answer_text = capitalised(&list(&names));
    let sentences = told_hops(writer, &candidate.path);
    let path: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
    let mut steps = hop_steps(&sentences, &path, &spans);
    let (a, b) = (&ends[0], &ends[1]);
    let no_other = || vec![Claim::NoOtherPath([*first, *last])];
    steps.push(Prose::new(sentence::connected(a, b), no_other()).step(StepKind::Combine, path.clone(), spans.clone()));
    let answer = Claim::Answer { given: Vec::new(), nodes: inner.to_vec() };
    let conclusion = Prose::new(sentence::links(&names), vec![answer]);
    steps.push(conclusion.step(StepKind::Conclude, path, Vec::new()));
    let only = format!("No other connection of this kind between {a} and {b} is recorded.");
    let rationale = Prose::joined(sentences.into_iter().chain([Prose::new(only, no_other())]).collect());
    let about = inner.iter().chain([first, last]).copied().find(|&node| graph.category(node) == "Disease");
    let n_clues = candidate.path.len();
    let draft = Draft {
        kind: Kind::PathExplanation,
        stem,
        lead_in,
        options: Vec::new(),
        answer_text,
        distractors: Vec::new(),
        steps,
        rationale,
        about: about.unwrap_or(*first),
        n_clues,
        distractor_similarity: 0.0,
    };
    Ok(writer.finish(candidate, draft))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_asked_for_by_what_they_are() {
        assert_eq!(links(&["Protein"]), "which protein");
        assert_eq!(
            links(&["Protein", "BiologicalProcess", "BiologicalProcess"]),
            "which protein and which two biological processes"
        );
        assert_eq!(links(&["Exposure"]), "which further link");
    }
}
