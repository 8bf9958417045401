//! Views: the master table as trainers and graders want it.
//!
//! A view is a projection: the same ids, the same splits, nothing that `items` does not say.

use std::path::Path;

use serde::Deserialize;

use crate::kg::Graph;
use crate::synth::Item;
use crate::write::cell::KeyPosition;
use crate::write::cell::record;
use crate::write::error::WriteError;
use crate::write::rows::letter;
use crate::write::rows::letters;
use crate::write::table::Sealed;
use crate::write::table::write_table;

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
}

impl View {
    /// All of them, in the order of the card.
    pub const ALL: [Self; 3] = [Self::Sft, Self::Grpo, Self::Bench];

    /// The name of its folder and configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sft => "sft",
            Self::Grpo => "grpo",
            Self::Bench => "bench",
        }
    }

    /// What it is for, in a few words.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Sft => "chats for supervised fine-tuning: thinking path in `<think>`, then the answer",
            Self::Grpo => "prompts with their solution and the nodes of the path, for reinforcement learning",
            Self::Bench => "multiple choice for evaluation harnesses",
        }
    }

    /// Whether it shows an item.
    pub(super) fn holds(self, item: &Item) -> bool {
        match self {
            Self::Sft | Self::Grpo => true,
            Self::Bench => item.key().is_some(),
        }
    }

    /// Writes items as one file of this view.
    pub(super) fn write<'a>(
        self,
        graph: &Graph,
        items: impl Iterator<Item = &'a Item>,
        path: &Path,
    ) -> Result<Sealed, WriteError> {
        match self {
            Self::Sft => write_table(path, items.map(sft)),
            Self::Grpo => write_table(path, items.map(|item| grpo(graph, item))),
            Self::Bench => write_table(path, items.map(bench)),
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
fn prompt(item: &Item) -> Vec<MessageRow> {
    let mut content = item.question_text();
    for (position, option) in item.options.iter().enumerate() {
        let separator = if position == 0 { "\n\n" } else { "\n" };
        content.push_str(&format!("{separator}{}. {}", letter(position).unwrap_or_default(), option.text));
    }
    vec![MessageRow { role: "user", content }]
}

fn key_letter(item: &Item) -> String {
    letters(item).unwrap_or_default()
}

fn sft(item: &Item) -> SftRow {
    let mut messages = prompt(item);
    let answer = match key_letter(item).as_str() {
        "" => format!("Answer: {}", item.answer_text),
        letter => format!("Answer: {letter}. {}", item.answer_text),
    };
    let content = format!("<think>\n{}\n</think>\n\n{answer}", item.thinking());
    messages.push(MessageRow { role: "assistant", content });
    SftRow { id: item.id.clone(), messages }
}

fn grpo(graph: &Graph, item: &Item) -> GrpoRow {
    let mut nodes = Vec::new();
    for node in item.path.iter().flat_map(|hop| [hop.from(graph), hop.to(graph)]) {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    GrpoRow {
        id: item.id.clone(),
        prompt: prompt(item),
        solution: item.answer_text.clone(),
        answer_letter: key_letter(item),
        path_nodes: nodes.into_iter().map(|node| graph.curie(node).to_string()).collect(),
    }
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
