//! From a candidate to an item: words on a pattern that is already proved.
//!
//! Nothing here decides what is true. A writer chooses wrong options, words findings and steps, and keeps beside
//! every text the nodes and edges that it rests on. Templates do all of it without a model; a model may re-word the
//! texts later and meets the same checks.

mod claim;
mod coding;
mod contrast;
mod corruption;
mod diagnosis;
mod distractors;
mod explanation;
mod finding_set;
mod indication;
mod item;
mod lexicon;
mod path_choice;
mod ranked;
mod sentence;
mod shape;
mod structure;
mod telling;
mod treatment;
mod true_false;
mod uses;
mod wording;
mod writer;

use serde::Deserialize;

use crate::mine::Candidate;
use crate::mine::DeadEnd;
use crate::mine::Question;

pub use claim::Claim;
pub use claim::Fact;
pub use claim::Sense;
pub use claim::Spoken;
pub use corruption::Corruption;
pub use corruption::CorruptionConfig;
pub use corruption::CorruptionKind;
pub use corruption::corruptions;
pub use explanation::ExplanationConfig;
pub use item::AnswerOption;
pub use item::Difficulty;
pub use item::Distractor;
pub use item::DistractorClass;
pub use item::FALSE;
pub use item::Item;
pub use item::Kind;
pub use item::Step;
pub use item::StepKind;
pub use item::TRUE;
pub use lexicon::Lexicon;
pub use ranked::BETWEEN;
pub use ranked::RankedConfig;
pub use shape::AND;
pub use shape::NONE;
pub use shape::ShapeConfig;
pub use true_false::TrueFalseConfig;
pub use uses::Use;
pub use wording::how_often;
pub use wording::told_names;
pub use writer::Writer;

/// The `[[synth.…]]` sections of a pipeline, and `[synth.corruption]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SynthConfig {
    /// Items with options.
    #[serde(default)]
    pub choice: Vec<ChoiceConfig>,
    /// Path explanations.
    #[serde(default)]
    pub explanation: Vec<ExplanationConfig>,
    /// Wrong thinking paths.
    #[serde(default)]
    pub corruption: CorruptionConfig,
    /// Statements to be judged.
    #[serde(default)]
    pub true_false: Vec<TrueFalseConfig>,
    /// Rankings.
    #[serde(default)]
    pub ranked: Vec<RankedConfig>,
    /// Logical queries.
    #[serde(default)]
    pub shape: Vec<ShapeConfig>,
}

/// A `[[synth.choice]]` section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceConfig {
    /// The strategies whose candidates become choice items: `case`, `finding_set`, `contrast`, `treatment`, `indication`,
    /// `coding`.
    pub from: Vec<Box<str>>,
    /// How many options an item has. Four: the calibration of risk was measured for three distractors.
    #[serde(default = "default_n_options")]
    pub n_options: usize,
}

fn default_n_options() -> usize {
    4
}

impl SynthConfig {
    /// Every section: its name, its number among those of the name, and the strategies that it takes.
    pub fn sections(&self) -> impl Iterator<Item = (&'static str, usize, &[Box<str>])> {
        let choice = self.choice.iter().map(|section| &*section.from).enumerate();
        let explanation = self.explanation.iter().map(|section| &*section.from).enumerate();
        let true_false = self.true_false.iter().map(|section| &*section.from).enumerate();
        let ranked = self.ranked.iter().map(|section| &*section.from).enumerate();
        let shape = self.shape.iter().map(|section| &*section.from).enumerate();
        let named = |name: &'static str| move |(at, from)| (name, at, from);
        let closed = choice.map(named("choice")).chain(explanation.map(named("explanation")));
        closed
            .chain(true_false.map(named("true_false")))
            .chain(ranked.map(named("ranked")))
            .chain(shape.map(named("shape")))
    }

    /// Whether some section takes the candidates of a strategy.
    pub fn takes(&self, strategy: &str) -> bool {
        self.sections().any(|(_, _, from)| from.iter().any(|from| **from == *strategy))
    }
}

/// The item of a candidate.
///
/// # Errors
///
/// [`DeadEnd`] if no item can be made of it, above all because too few distractors qualify.
pub fn item(writer: &Writer<'_>, candidate: Candidate) -> Result<Item, DeadEnd> {
    match candidate.question.clone() {
        Question::Diagnosis(clues) => diagnosis::diagnosis(writer, candidate, &clues),
        Question::CausalGene { disease, clues } => diagnosis::causal_gene(writer, candidate, disease, &clues),
        Question::FindingSet { gene, disease } => finding_set::item(writer, candidate, (gene, disease)),
        Question::Contrast { disease, other, shared } => contrast::item(writer, candidate, (disease, other), &shared),
        Question::Treatment { disease, denied } => treatment::item(writer, candidate, disease, &denied),
        Question::Indication { disease, action, others } => {
            indication::item(writer, candidate, (disease, action), &others)
        }
        Question::Statement { statement, is_true } => true_false::item(writer, candidate, statement, is_true),
        Question::Ranking { ranked } => ranked::item(writer, candidate, &ranked),
        Question::Shape { asks, query, options, .. } => shape::item(writer, candidate, (asks, &query), &options),
        Question::Coding => coding::item(writer, candidate),
        Question::Path => explanation::item(writer, candidate),
        Question::PathChoice { others } => path_choice::item(writer, candidate, &others),
    }
}
