//! Which set of findings goes with a gene?

use std::collections::BTreeSet;

use crate::kg::EdgeId;
use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::kg::search::Reading;
use crate::kg::search::holds;
use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::clue;
use crate::mine::clue::Clue;
use crate::mine::clue::stems;
use crate::mine::kin::Kin;
use crate::mine::kin::share_a_class;
use crate::mine::set_of;
use crate::mine::set_rules;
use crate::seed::Stream;
use crate::synth::AnswerOption;
use crate::synth::Claim;
use crate::synth::Distractor;
use crate::synth::DistractorClass;
use crate::synth::Item;
use crate::synth::Kind;
use crate::synth::Sense;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::distractors::looks;
use crate::synth::distractors::three;
use crate::synth::lexicon::capitalised;
use crate::synth::sentence;
use crate::synth::wording::list;
use crate::synth::writer::Draft;
use crate::synth::writer::Prose;
use crate::synth::writer::Writer;
use crate::synth::writer::choose;
use crate::synth::writer::dead;

const STEMS: [&str; 5] = [
    "Genetic testing of a patient identifies a disease-associated variant in {gene}.",
    "A patient is found to carry a disease-associated variant in {gene}.",
    "A molecular diagnosis has been made: the patient's disorder is put down to a variant in {gene}.",
    "Exome sequencing of a patient with a suspected single-gene disorder reveals a disease-associated variant in {gene}.",
    "A clinic receives a report of a disease-associated variant in {gene}.",
];

const LEAD_INS: [&str; 5] = [
    "Which of the following sets of findings best fits the associated disorder?",
    "Which of the following combinations of findings would be most expected?",
    "Which set of clinical findings is most characteristic of the disorder associated with this gene?",
    "The associated disorder is most likely to present with which of the following?",
    "Which of the following clinical pictures goes with this result?",
];

/// A set that could be a wrong option.
struct Rival<'a> {
    disease: NodeId,
    kin: &'a Kin,
    clues: Vec<Clue>,
    text: String,
}

/// A set comes from no disease that shares a class of so many kinds with the key's: what its members are recorded with is
/// likely to be true of that too, and no single clue stands against it.
const MAX_KINDS: usize = 60;
/// How many near diseases are looked at.
const POOL: usize = 60;

/// An item that asks for the findings of a gene.
pub(super) fn item(
    writer: &Writer<'_>,
    candidate: Candidate,
    (gene, disease): (NodeId, NodeId),
) -> Result<Item, DeadEnd> {
    let graph = writer.context.graph;
    let relations = (graph.relations().id("has_phenotype"), graph.relations().id("associated_with"));
    let (Some(has), Some(associated)) = relations else { return dead("the graph has no findings") };
    let mut stream = writer.stream(&candidate);
    let symbol = graph.label(gene);
    let stem = choose(&mut stream, &STEMS).replace("{gene}", symbol);
    let lead_in = choose(&mut stream, &LEAD_INS).to_owned();
    let text_of = |findings: &[NodeId]| {
        let phrases: Vec<String> = findings.iter().map(|&finding| writer.phrase(finding)).collect();
        capitalised(&list(&phrases))
    };
    // The path holds the gene's edge first and the members in the order in which they are told.
    let told: Vec<NodeId> = candidate.path.iter().skip(1).map(|hop| hop.to(graph)).collect();
    let key_text = text_of(&told);
    let pool = rivals(writer, disease, &stem, &mut stream);
    let size = |findings: &[NodeId]| {
        findings.iter().map(|&finding| writer.context.statistics.n_diseases(finding)).sum::<u32>() as usize
    };
    let others: Vec<(String, usize)> = pool
        .iter()
        .map(|rival| {
            let findings: Vec<NodeId> = rival.clues.iter().map(|clue| clue.finding).collect();
            (rival.text.clone(), size(&findings))
        })
        .collect();
    let (key_looks, looks) = looks((&key_text, size(&told)), &others, false);
    let are_apart = |left: usize, right: usize| {
        let members = |at: usize| pool[at].clues.iter().map(|clue| clue.finding);
        members(left).all(|finding| members(right).all(|other| finding != other))
            && !pool[left].kin.has(graph, pool[right].kin)
    };
    let chosen = three(key_looks, &looks, &are_apart, &mut stream);
    let Some(chosen) = chosen else { return dead("fewer than three sets of near diseases qualify") };
    let rivals: Vec<&Rival<'_>> = chosen.iter().map(|&at| &pool[at]).collect();

    let sorted = |mut nodes: Vec<NodeId>| {
        nodes.sort_unstable();
        nodes
    };
    let mut options = vec![AnswerOption { nodes: candidate.key.clone(), text: key_text.clone() }];
    options.extend(rivals.iter().map(|rival| AnswerOption {
        nodes: sorted(rival.clues.iter().map(|clue| clue.finding).collect()),
        text: rival.text.clone(),
    }));
    let distractors = rivals
        .iter()
        .enumerate()
        .map(|(at, rival)| {
            let least = rival.clues.iter().map(|clue| clue.information).fold(f64::INFINITY, f64::min);
            Distractor {
                option: at + 1,
                class: DistractorClass::Unsupported,
                // Every member fails the clause that ties findings to the gene's disease.
                failed: vec![1],
                risk: writer.context.statistics.risks().of(rival.clues.len(), least),
                edges: Vec::new(),
            }
        })
        .collect();
    let picture = Picture { writer, gene, disease, told: &told, rivals: &rivals, has, associated };
    let (steps, rationale) = (picture.steps(&candidate), picture.rationale());
    let likeness = rivals.iter().map(|rival| writer.likeness(disease, rival.disease)).fold(0.0, f64::max);
    let draft = Draft {
        kind: Kind::SingleBestAnswer,
        stem,
        lead_in,
        options,
        answer_text: key_text,
        distractors,
        steps,
        rationale,
        about: disease,
        n_clues: told.len(),
        distractor_similarity: likeness,
    };
    Ok(writer.finish(candidate, draft))
}

/// One set of findings for each of the likest diseases, none of whose members the gene's disease may have.
fn rivals<'w>(writer: &'w Writer<'_>, disease: NodeId, question: &str, stream: &mut Stream) -> Vec<Rival<'w>> {
    let graph = writer.context.graph;
    let Some(has) = graph.relations().id("has_phenotype") else { return Vec::new() };
    let Some(offered) = writer.offered.get(&disease) else { return Vec::new() };
    let told = stems(question);
    let mut rivals = Vec::new();
    let mut used: BTreeSet<NodeId> = BTreeSet::new();
    let near = offered.near.get_or_init(|| near(writer, disease));
    for (&other, beside) in near.iter().filter_map(|other| writer.offered.get_key_value(other)) {
        if offered.kin.has(graph, &beside.kin) || share_a_class(graph, (disease, other), MAX_KINDS) {
            continue;
        }
        let tellable = beside.clues.get_or_init(|| set_of(writer.context, other));
        let fits = |clue: &&Clue| {
            !holds(graph, Reading::Loose, (disease, has, clue.finding))
                && !used.contains(&clue.finding)
                && !is_related(writer, disease, clue.finding)
                && !stems(graph.label(clue.finding)).iter().any(|stem| told.contains(stem))
        };
        let clues: Vec<Clue> = tellable.iter().filter(fits).cloned().collect();
        if let Some(drawn) = clue::draw(writer.context, &clues, set_rules(), stream) {
            let phrases: Vec<String> = drawn.iter().map(|clue| writer.phrase(clue.finding)).collect();
            used.extend(drawn.iter().map(|clue| clue.finding));
            rivals.push(Rival { disease: other, kin: &beside.kin, clues: drawn, text: capitalised(&list(&phrases)) });
        }
    }
    rivals
}

/// The offered diseases of the same vocabulary that are likest to one, likest first.
///
/// # Complexity
///
/// O(offered diseases × length of a profile): the items of one disease share the list.
fn near(writer: &Writer<'_>, disease: NodeId) -> Vec<NodeId> {
    let graph = writer.context.graph;
    let prefix = graph.curie(disease).prefix();
    let mut near: Vec<(f64, NodeId)> = writer
        .offered
        .keys()
        .filter(|&&other| other != disease && graph.curie(other).prefix() == prefix)
        .map(|&other| (writer.likeness(disease, other), other))
        .filter(|(likeness, _)| *likeness > 0.0)
        .collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    near.into_iter().take(POOL).map(|(_, other)| other).collect()
}

/// What a finding and the findings of a disease may have in common, in nats, without being of one picture. Measured,
/// no related term is worth less than a second failed clue; but a set is read as a picture, and "gaze-evoked
/// nystagmus, broad-based gait" fits any ataxia.
const MAX_RELATED: f64 = 2.5;

/// Whether a disease has a finding that is much like another one.
fn is_related(writer: &Writer<'_>, disease: NodeId, finding: NodeId) -> bool {
    let statistics = writer.context.statistics;
    let profile = statistics.profile(disease);
    let above = writer.context.graph.taxonomy().ancestors(finding);
    let shared = above.into_iter().filter(|&node| profile.is_some_and(|profile| profile.implies(node)));
    shared.map(|node| statistics.information(node)).fold(0.0, f64::max) >= MAX_RELATED
}

/// What there is to tell of a set.
struct Picture<'a> {
    writer: &'a Writer<'a>,
    gene: NodeId,
    disease: NodeId,
    /// The members of the right set, as told.
    told: &'a [NodeId],
    rivals: &'a [&'a Rival<'a>],
    /// `has_phenotype`.
    has: RelationId,
    /// `associated_with`.
    associated: RelationId,
}

impl Picture<'_> {
    fn phrases(&self, findings: &[NodeId]) -> Vec<String> {
        findings.iter().map(|&finding| self.writer.phrase(finding)).collect()
    }

    fn symbol(&self) -> &str {
        self.writer.context.graph.label(self.gene)
    }

    fn name(&self) -> String {
        self.writer.name(self.disease)
    }

    fn association(&self) -> Claim {
        Claim::of(Sense::Holds, self.gene, self.associated, &[self.disease])
    }

    fn profile(&self) -> Claim {
        Claim::of(Sense::Holds, self.disease, self.has, self.told)
    }

    fn steps(&self, candidate: &Candidate) -> Vec<Step> {
        let (symbol, name) = (self.symbol(), self.name());
        let edges: Vec<EdgeId> = candidate.path.iter().map(|hop| hop.edge).collect();
        let (first, others) = edges.split_at(1.min(edges.len()));
        let association = Prose::new(sentence::variants_in(symbol, &name), vec![self.association()]);
        let text = sentence::recorded_with(&name, &self.phrases(self.told));
        let profile = Prose::new(text, vec![self.profile()]);
        let mut steps = vec![
            association.step(StepKind::Recall, first.to_vec(), vec![symbol.to_owned()]),
            profile.step(StepKind::Recall, others.to_vec(), Vec::new()),
        ];
        for rival in self.rivals {
            let edges = rival.clues.iter().map(|clue| clue.edge).collect();
            steps.push(self.exclusion(rival).step(StepKind::Exclude, edges, Vec::new()));
        }
        let text = sentence::goes_with(symbol, &self.phrases(self.told));
        let answer = Claim::Answer { given: vec![self.gene], nodes: self.told.to_vec() };
        steps.push(Prose::new(text, vec![answer]).step(StepKind::Conclude, edges, Vec::new()));
        steps
    }

    fn exclusion(&self, rival: &Rival<'_>) -> Prose {
        let findings: Vec<NodeId> = rival.clues.iter().map(|clue| clue.finding).collect();
        let text = sentence::other_set(&self.phrases(&findings), &self.writer.name(rival.disease), &self.name());
        let claims = [(Sense::Holds, rival.disease), (Sense::NotRecorded, self.disease)];
        let claims = claims.map(|(sense, disease)| Claim::of(sense, disease, self.has, &findings).told_backwards());
        Prose::new(text, claims.to_vec())
    }

    fn rationale(&self) -> Prose {
        let text = format!(
            "Variants in {} are associated with {}, which presents with {}.",
            self.symbol(),
            self.name(),
            list(&self.phrases(self.told))
        );
        let mut sentences = vec![Prose::new(text, vec![self.association(), self.profile()])];
        sentences.extend(self.rivals.iter().map(|rival| self.exclusion(rival)));
        Prose::joined(sentences)
    }
}
