//! Views: the master table as trainers and graders want it.
//!
//! A view is a projection: the same ids, the same splits, nothing that `items` does not say.

use std::path::Path;

use serde::Deserialize;

use crate::kg::Graph;
use crate::synth::Item;
use crate::write::assemble::Placed;
use crate::write::cell::KeyPosition;
use crate::write::cell::record;
use crate::write::error::WriteError;
use crate::write::rows::letter;
use crate::write::rows::letters;
use crate::write::table::Sealed;
use crate::write::table::write_table;
use crate::write::trainers;
use crate::write::wrong;

/// A view, by the name of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Chats for supervised fine-tuning.
    Sft,
    /// Prompts with their solution, for reinforcement learning.
    Grpo,
    /// Multiple choice for evaluation harnesses.
    Bench,
    /// A right answer beside a wrong one, for preference optimisation.
    Dpo,
    /// Steps with their labels, for process reward models.
    Prm,
    /// The chats of `sft` as prompt and completion.
    SftPromptCompletion,
    /// Prompts with their solution as verl reads them.
    Verl,
    /// Chats as LLaMA-Factory reads them.
    Sharegpt,
    /// Questions with their reasoning as MedReason has them.
    Medreason,
}

impl View {
    /// All of them, in the order of the card.
    pub const ALL: [Self; 9] = [
        Self::Sft,
        Self::Grpo,
        Self::Bench,
        Self::Dpo,
        Self::Prm,
        Self::SftPromptCompletion,
        Self::Verl,
        Self::Sharegpt,
        Self::Medreason,
    ];

    /// The name of its folder and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sft => "sft",
            Self::Grpo => "grpo",
            Self::Bench => "bench",
            Self::Dpo => "dpo",
            Self::Prm => "prm",
            Self::SftPromptCompletion => "sft_prompt_completion",
            Self::Verl => "verl",
            Self::Sharegpt => "sharegpt",
            Self::Medreason => "medreason",
        }
    }

    /// What it is for, in a few words.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Sft => "chats for supervised fine-tuning: thinking path in `<think>`, then the answer",
            Self::Grpo => "prompts with their solution and the nodes of the path, for reinforcement learning",
            Self::Bench => "multiple choice for evaluation harnesses",
            Self::Dpo => "a right answer beside one whose thinking goes wrong, for preference optimisation",
            Self::Prm => "steps and whether each is right, up to the first that is not, for process reward models",
            Self::SftPromptCompletion => "the chats of `sft` as prompt and completion, for TRL",
            Self::Verl => "prompts with their solution, for verl; `reward.py` is its reward function",
            Self::Sharegpt => {
                "the chats of `sft` with a system prompt, for LLaMA-Factory; `dataset_info.json` lists it"
            }
            Self::Medreason => "question, answer and reasoning, for what reads MedReason",
        }
    }

    /// Whether it shows an item.
    pub(super) fn holds(self, placed: &Placed) -> bool {
        match self {
            Self::Sft | Self::Grpo | Self::Prm => true,
            Self::SftPromptCompletion | Self::Verl | Self::Sharegpt | Self::Medreason => true,
            Self::Bench => placed.item.key().is_some(),
            Self::Dpo => wrong::is_paired(placed),
        }
    }

    /// Writes items as one file of this view.
    pub(super) fn write<'a>(
        self,
        graph: &Graph,
        placed: impl Iterator<Item = &'a Placed>,
        path: &Path,
    ) -> Result<Sealed, WriteError> {
        match self {
            Self::Sft => write_table(path, placed.map(|placed| sft(&placed.item))),
            Self::Grpo => write_table(path, placed.map(|placed| grpo(graph, &placed.item))),
            Self::Bench => write_table(path, placed.map(|placed| bench(&placed.item))),
            Self::Dpo => write_table(path, placed.flat_map(wrong::dpo)),
            Self::Prm => write_table(path, placed.flat_map(wrong::prm)),
            Self::SftPromptCompletion => write_table(path, placed.map(|placed| trainers::completion(&placed.item))),
            Self::Verl => write_table(path, placed.enumerate().map(|(at, placed)| trainers::verl(graph, at, placed))),
            Self::Sharegpt => write_table(path, placed.map(|placed| trainers::sharegpt(&placed.item))),
            Self::Medreason => write_table(path, placed.map(|placed| trainers::medreason(&placed.item))),
        }
    }
}

record! {
    /// A turn of a chat.
    pub(super) struct MessageRow {
        /// `user` or `assistant`.
        role: &'static str,
        /// What is said.
        content: String,
    }
}

record! {
    /// A row of `sft`.
    pub(super) struct SftRow {
        /// The item.
        id: String,
        /// Question and answer.
        messages: Vec<MessageRow>,
    }
}

record! {
    /// A row of `grpo`.
    pub(super) struct GrpoRow {
        /// The item.
        id: String,
        /// The question.
        prompt: Vec<MessageRow>,
        /// The answer in words.
        solution: String,
        /// The answer's letter, or those of a ranking in its order; empty for open kinds.
        answer_letter: String,
        /// CURIEs of the nodes of the binding, in the order of telling.
        path_nodes: Vec<String>,
    }
}

record! {
    /// A row of `bench`.
    pub(super) struct BenchRow {
        /// The item.
        id: String,
        /// Stem and lead-in.
        question: String,
        /// The options.
        choices: Vec<String>,
        /// The key's position, from 0.
        answer: Option<KeyPosition>,
        /// The key's letter.
        target_letter: String,
        /// The chapter or organ system.
        category: String,
        /// Longest clause distance from an anchor to the key.
        hops: i32,
        /// 1 to 5.
        difficulty: i32,
    }
}

/// Question and lettered options.
pub(super) fn prompt(item: &Item) -> Vec<MessageRow> {
    vec![MessageRow { role: "user", content: asked(item) }]
}

/// The same as one text.
pub(super) fn asked(item: &Item) -> String {
    let mut content = item.question_text();
    for (position, option) in item.options.iter().enumerate() {
        let separator = if position == 0 { "\n\n" } else { "\n" };
        content.push_str(&format!("{separator}{}. {}", letter(position).unwrap_or_default(), option.text));
    }
    content
}

/// Thinking path and answer.
pub(super) fn reply(thinking: &str, letter: &str, answer: &str) -> MessageRow {
    let answer = if letter.is_empty() { answer.to_owned() } else { format!("{letter}. {answer}") };
    let content = format!("<think>\n{thinking}\n</think>\n\nAnswer: {answer}");
    MessageRow { role: "assistant", content }
}

pub(super) fn key_letter(item: &Item) -> String {
    letters(item).unwrap_or_default()
}

/// What the item itself replies.
pub(super) fn own_reply(item: &Item) -> MessageRow {
    reply(&item.thinking(), &key_letter(item), &item.answer_text)
}

fn sft(item: &Item) -> SftRow {
    let mut messages = prompt(item);
    messages.push(own_reply(item));
    SftRow { id: item.id.clone(), messages }
}

fn grpo(graph: &Graph, item: &Item) -> GrpoRow {
    GrpoRow {
        id: item.id.clone(),
        prompt: prompt(item),
        solution: item.answer_text.clone(),
        answer_letter: key_letter(item),
        path_nodes: path_nodes(graph, item),
    }
}

/// CURIEs of the nodes of the binding, each once, in the order of telling.
pub(super) fn path_nodes(graph: &Graph, item: &Item) -> Vec<String> {
    let mut nodes = Vec::new();
    for node in item.path.iter().flat_map(|hop| [hop.from(graph), hop.to(graph)]) {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    nodes.into_iter().map(|node| graph.curie(node).to_string()).collect()
}

fn bench(item: &Item) -> BenchRow {
    BenchRow {
        id: item.id.clone(),
        question: item.question_text(),
        choices: item.options.iter().map(|option| option.text.clone()).collect(),
        answer: item.key().and_then(|key| i64::try_from(key).ok()).map(KeyPosition),
        target_letter: key_letter(item),
        category: item.category.clone(),
        hops: i32::try_from(item.n_hops).unwrap_or(i32::MAX),
        difficulty: i32::from(item.difficulty.level),
    }
}
