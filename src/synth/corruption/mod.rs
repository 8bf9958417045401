//! Wrong thinking paths: what an item's own path would be with one step gone wrong.
//!
//! A trainer that is to tell good reasoning from bad needs both, and needs to know where the bad one breaks. A
//! corruption keeps the steps before its first wrong one as the item has them, words the wrong one by the same sentences
//! as the right one, and carries on from it to an answer. Nothing here decides that a step is wrong: whether the graph
//! refutes it is for `verify` to say, and what it cannot refute is dropped.
//!
//! Prose names options and never letters, so a corruption does not mind in which order options stand.

mod case;
mod choice;
mod contrast;
mod finding_set;
mod path;
mod query;
mod ranking;
mod statement;

use serde::Deserialize;

use crate::kg::NodeId;
use crate::kg::RelationId;
use crate::mine::Question;
use crate::synth::Claim;
use crate::synth::Item;
use crate::synth::Sense;
use crate::synth::Spoken;
use crate::synth::Step;
use crate::synth::StepKind;
use crate::synth::Writer;
use crate::synth::lexicon::capitalised;
use crate::synth::wording::list;
use crate::synth::writer::Prose;

/// The `[synth.corruption]` section of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorruptionConfig {
    /// How many wrong paths an item may have; 3 unless told otherwise, and none with 0.
    #[serde(default = "default_per_item")]
    pub per_item: usize,
}

fn default_per_item() -> usize {
    3
}

impl Default for CorruptionConfig {
    fn default() -> Self {
        Self { per_item: default_per_item() }
    }
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CorruptionKind {
    /// A fact is told of another node than the one it is true of.
    EdgeSwapped,
    /// A fact is told from its object to its subject.
    DirectionTurned,
    /// A fact is left out that what follows needs.
    HopSkipped,
    /// The clues that an option does not fit are passed over.
    ClueIgnored,
    /// An option, or a finding, is ruled out by what it has.
    WrongExclusion,
    /// What holds is called absent, or what is denied a fact.
    PolarityFlipped,
    /// The answer is given before it follows.
    PrematureConclusion,
    /// An option that a clue fits as well is passed over.
    OptionOverlooked,
    /// An option is credited with a clue beside those that have it.
    UnsupportedClaim,
    /// All clues are said to come together where they do not.
    WrongCombination,
    /// What is not recorded is told as if it were.
    NegationDropped,
}

impl CorruptionKind {
    /// All of them, in order.
    pub const ALL: [Self; 11] = [
        Self::EdgeSwapped,
        Self::DirectionTurned,
        Self::HopSkipped,
        Self::ClueIgnored,
        Self::WrongExclusion,
        Self::PolarityFlipped,
        Self::PrematureConclusion,
        Self::OptionOverlooked,
        Self::UnsupportedClaim,
        Self::WrongCombination,
        Self::NegationDropped,
    ];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EdgeSwapped => "edge_swapped",
            Self::DirectionTurned => "direction_turned",
            Self::HopSkipped => "hop_skipped",
            Self::ClueIgnored => "clue_ignored",
            Self::WrongExclusion => "wrong_exclusion",
            Self::PolarityFlipped => "polarity_flipped",
            Self::PrematureConclusion => "premature_conclusion",
            Self::OptionOverlooked => "option_overlooked",
            Self::UnsupportedClaim => "unsupported_claim",
            Self::WrongCombination => "wrong_combination",
            Self::NegationDropped => "negation_dropped",
        }
    }
}

/// A wrong thinking path: proposed here, proved wrong in `verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corruption {
    /// What went wrong.
    pub kind: CorruptionKind,
    /// The whole path, from its first step to its conclusion.
    pub steps: Vec<Step>,
    /// The position of the first wrong step.
    pub first_wrong: usize,
    /// The position of the item's step in whose place it stands.
    pub replaced: usize,
    /// What it concludes, sorted.
    pub answer: Vec<NodeId>,
    /// The same in words.
    pub answer_text: String,
}

impl Corruption {
    /// The path as prose.
    pub fn thinking(&self) -> String {
        let texts: Vec<&str> = self.steps.iter().map(|step| step.text.as_str()).collect();
        texts.join(" ")
    }

    /// The first wrong step.
    pub fn wrong_step(&self) -> Option<&Step> {
        self.steps.get(self.first_wrong)
    }

    /// The item with this path in the place of its own: for whoever reads its texts or asks for its sources.
    pub fn told_of(&self, item: &Item) -> Item {
        let mut told = item.clone();
        told.steps.clone_from(&self.steps);
        told.named.extend(self.steps.iter().flat_map(|step| &step.claims).flat_map(Claim::told));
        told
    }
}

/// Every wrong path that can be thought of for an item, in a seeded order in which each kind comes before any comes
/// twice.
///
/// # Complexity
///
/// O(steps²), and for paths O(neighbours of their nodes).
pub fn corruptions(writer: &Writer<'_>, item: &Item) -> Vec<Corruption> {
    let graph = writer.context.graph;
    let (Some(has), Some(associated)) =
        (graph.relations().id("has_phenotype"), graph.relations().id("associated_with"))
    else {
        return Vec::new();
    };
    let mut stream = writer.context.seed.stream(&["corruption", &item.id], 0);
    let draft = Drafts { writer, item, has, associated };
    let mut all = match &item.question {
        Question::Diagnosis(_) | Question::CausalGene { .. } => case::corruptions(&draft),
        Question::FindingSet { gene, disease } => finding_set::corruptions(&draft, *gene, *disease),
        Question::Contrast { disease, other, .. } => contrast::corruptions(&draft, *disease, *other),
        Question::Treatment { disease, .. } => choice::treatment(&draft, *disease),
        Question::Indication { action, .. } => choice::indication(&draft, *action),
        Question::Coding => choice::coding(&draft),
        Question::Path => path::corruptions(&draft, &mut stream),
        Question::PathChoice { others } => path::of_choice(&draft, others),
        Question::Statement { statement, is_true } => statement::corruptions(&draft, *statement, *is_true),
        Question::Ranking { ranked } => ranking::corruptions(&draft, ranked),
        Question::Shape { asks, query, .. } => query::corruptions(&draft, *asks, query),
    };
    stream.shuffle(&mut all);
    let mut seen: std::collections::BTreeMap<CorruptionKind, usize> = std::collections::BTreeMap::new();
    let mut ranked: Vec<(usize, Corruption)> = Vec::new();
    for corruption in all {
        let rank = seen.entry(corruption.kind).or_default();
        ranked.push((*rank, corruption));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, corruption)| corruption).collect()
}

/// What all kinds of item share while wrong paths are drafted.
struct Drafts<'a> {
    writer: &'a Writer<'a>,
    item: &'a Item,
    /// `has_phenotype`.
    has: RelationId,
    /// `associated_with`.
    associated: RelationId,
}

/// An answer that a wrong path may come to.
struct Conclusion {
    step: Step,
    answer: Vec<NodeId>,
    text: String,
}

impl Drafts<'_> {
    fn name(&self, node: NodeId) -> String {
        self.writer.name(node)
    }

    fn phrases(&self, findings: &[NodeId]) -> Vec<String> {
        findings.iter().map(|&finding| self.writer.phrase(finding)).collect()
    }

    /// The positions of the item's steps of a kind.
    fn of_kind(&self, kind: StepKind) -> Vec<usize> {
        let steps = self.item.steps.iter().enumerate();
        steps.filter(|(_, step)| step.kind == kind).map(|(at, _)| at).collect()
    }

    /// The item's steps at some positions.
    fn kept(&self, positions: impl IntoIterator<Item = usize>) -> Vec<Step> {
        positions.into_iter().filter_map(|at| self.item.steps.get(at).cloned()).collect()
    }

    /// A step in the place of the item's own: it says something else and rests on what that one rests on.
    fn instead(&self, at: usize, text: String, claims: Vec<Claim>) -> Option<Step> {
        let own = self.item.steps.get(at)?;
        Some(Step { text, claims, ..own.clone() })
    }

    /// A step that rests on nothing but the words of the question.
    fn bare(&self, kind: StepKind, text: String, claims: Vec<Claim>) -> Step {
        Prose::new(text, claims).step(kind, Vec::new(), Vec::new())
    }

    fn last(&self) -> usize {
        self.item.steps.len().saturating_sub(1)
    }

    /// The item's own conclusion.
    fn own_conclusion(&self) -> Option<Conclusion> {
        Some(Conclusion {
            step: self.item.steps.last()?.clone(),
            answer: self.item.answer.clone(),
            text: self.item.answer_text.clone(),
        })
    }

    /// That one of the options is the answer, in some words.
    fn conclusion(
        &self,
        option: usize,
        text: String,
        mut claims: Vec<Claim>,
        given: Vec<NodeId>,
    ) -> Option<Conclusion> {
        let option = self.item.options.get(option)?;
        claims.push(Claim::Answer { given, nodes: option.nodes.clone() });
        let step = self.bare(StepKind::Conclude, text, claims);
        Some(Conclusion { step, answer: option.nodes.clone(), text: option.text.clone() })
    }

    /// A path that goes wrong at one step: what stood before, the step and whose place it takes, what follows.
    fn made(
        &self,
        kind: CorruptionKind,
        before: Vec<Step>,
        (replaced, wrong): (usize, Step),
        after: Vec<Step>,
        conclusion: Conclusion,
    ) -> Corruption {
        let first_wrong = before.len();
        let mut steps = before;
        steps.push(wrong);
        steps.extend(after);
        steps.push(conclusion.step);
        Corruption { kind, steps, first_wrong, replaced, answer: conclusion.answer, answer_text: conclusion.text }
    }

    /// A path whose steps are all right but for the conclusion.
    fn made_to_conclude(&self, kind: CorruptionKind, before: Vec<Step>, conclusion: Conclusion) -> Corruption {
        Corruption {
            kind,
            first_wrong: before.len(),
            steps: before.into_iter().chain([conclusion.step]).collect(),
            replaced: self.last(),
            answer: conclusion.answer,
            answer_text: conclusion.text,
        }
    }

    /// What a list of nodes is called as an answer.
    fn answer_text(&self, names: &[String]) -> String {
        capitalised(&list(names))
    }
}

/// That something holds of one node.
fn holds(subject: impl Into<Spoken>, relation: RelationId, objects: &[NodeId]) -> Claim {
    Claim::of(Sense::Holds, subject.into(), relation, objects)
}

/// That something is not recorded of one node.
fn not_recorded(subject: impl Into<Spoken>, relation: RelationId, objects: &[NodeId]) -> Claim {
    Claim::of(Sense::NotRecorded, subject.into(), relation, objects)
}

/// A list with one member replaced.
fn with(members: &[NodeId], at: usize, other: NodeId) -> Vec<NodeId> {
    members.iter().enumerate().map(|(position, &member)| if position == at { other } else { member }).collect()
}
