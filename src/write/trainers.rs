//! Views and files that trainers and harnesses read as they are.
//!
//! Each has a reader of its own, with columns of its own; what stands in them is what `sft` and `grpo` say. The files
//! beside the views are what a reader asks for before it opens a table: a list of data sets for LLaMA-Factory, a reward
//! for verl and TRL, tasks for evaluation harnesses. They are Python and YAML, because their readers are.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::kg::Graph;
use crate::synth::Item;
use crate::write::assemble::Placed;
use crate::write::cell::record;
use crate::write::error::WriteError;
use crate::write::manifest::FileEntry;
use crate::write::rows::letter;
use crate::write::split::Split;
use crate::write::views::MessageRow;
use crate::write::views::View;
use crate::write::views::asked;
use crate::write::views::key_letter;
use crate::write::views::own_reply;
use crate::write::views::path_nodes;
use crate::write::views::prompt;

/// What verl calls where rows come from.
const DATA_SOURCE: &str = "thinkpath";
/// What the system prompt of `sharegpt` asks for: the form of every reply.
const SYSTEM: &str =
    "Think step by step between <think> and </think>. Then give the answer on one line after \"Answer:\".";

record! {
    /// A row of `sft_prompt_completion`.
    pub(super) struct CompletionRow {
        /// The item.
        id: String,
        /// The question.
        prompt: Vec<MessageRow>,
        /// Thinking path and answer.
        completion: Vec<MessageRow>,
    }
}

record! {
    /// What verl's reward is computed from.
    pub(super) struct RewardModelRow {
        /// `rule`: no model takes part.
        style: &'static str,
        /// JSON: `letter`, empty for open kinds, and `text`, the answer in words.
        ground_truth: String,
    }
}

record! {
    /// What verl passes on to the reward.
    pub(super) struct ExtraInfoRow {
        /// The split.
        split: &'static str,
        /// The position in the file, from 0.
        index: i64,
        /// The item.
        id: String,
        /// CURIEs of the nodes of the binding, in the order of telling.
        path_nodes: Vec<String>,
    }
}

record! {
    /// A row of `verl`.
    pub(super) struct VerlRow {
        /// Always `thinkpath`.
        data_source: &'static str,
        /// The question.
        prompt: Vec<MessageRow>,
        /// The kind of item.
        ability: &'static str,
        /// The right answer.
        reward_model: RewardModelRow,
        /// What else the reward may look at.
        extra_info: ExtraInfoRow,
    }
}

record! {
    /// A turn of a chat as ShareGPT has it.
    pub(super) struct TurnRow {
        /// `human` or `gpt`.
        from: &'static str,
        /// What is said.
        value: String,
    }
}

record! {
    /// A row of `sharegpt`.
    pub(super) struct SharegptRow {
        /// Question and answer.
        conversations: Vec<TurnRow>,
        /// The form that a reply has.
        system: &'static str,
    }
}

record! {
    /// A row of `medreason`.
    pub(super) struct MedreasonRow {
        /// Always `thinkpath`.
        dataset_name: &'static str,
        /// The item.
        id_in_dataset: String,
        /// Stem and lead-in.
        question: String,
        /// The answer in words.
        answer: String,
        /// The thinking path.
        reasoning: String,
        /// The options with their letters, a line each; empty for open kinds.
        options: String,
    }
}

pub(super) fn completion(item: &Item) -> CompletionRow {
    CompletionRow { id: item.id.clone(), prompt: prompt(item), completion: vec![own_reply(item)] }
}

pub(super) fn verl(graph: &Graph, position: usize, placed: &Placed) -> VerlRow {
    let item = &placed.item;
    let truth = json!({ "letter": key_letter(item), "text": item.answer_text });
    VerlRow {
        data_source: DATA_SOURCE,
        prompt: prompt(item),
        ability: item.kind.as_str(),
        reward_model: RewardModelRow { style: "rule", ground_truth: truth.to_string() },
        extra_info: ExtraInfoRow {
            split: placed.split.as_str(),
            index: i64::try_from(position).unwrap_or(i64::MAX),
            id: item.id.clone(),
            path_nodes: path_nodes(graph, item),
        },
    }
}

pub(super) fn sharegpt(item: &Item) -> SharegptRow {
    let turn = |from, value| TurnRow { from, value };
    SharegptRow {
        conversations: vec![turn("human", asked(item)), turn("gpt", own_reply(item).content)],
        system: SYSTEM,
    }
}

pub(super) fn medreason(item: &Item) -> MedreasonRow {
    let lettered = |(at, text): (usize, &str)| format!("{}. {text}", letter(at).unwrap_or_default());
    let options: Vec<String> = item.options.iter().map(|option| &*option.text).enumerate().map(lettered).collect();
    MedreasonRow {
        dataset_name: DATA_SOURCE,
        id_in_dataset: item.id.clone(),
        question: item.question_text(),
        answer: item.answer_text.clone(),
        reasoning: item.thinking(),
        options: options.join("\n"),
    }
}

/// The files beside the views, by path: those that have something to read.
///
/// # Errors
///
/// [`WriteError::Json`] if a list cannot be written.
pub(super) fn files(
    views: &[View],
    items: &[Placed],
    written: &[FileEntry],
) -> Result<Vec<(&'static str, String)>, WriteError> {
    let mut files = Vec::new();
    if views.contains(&View::Grpo) || views.contains(&View::Verl) {
        files.push(("reward.py", include_str!("trainers/reward.py").to_owned()));
    }
    let listed = dataset_info(written);
    if !listed.is_empty() {
        let mut text = serde_json::to_string_pretty(&Value::Object(listed)).map_err(WriteError::Json)?;
        text.push('\n');
        files.push(("dataset_info.json", text));
    }
    let tested = |placed: &&Placed| placed.split == Split::Test && View::Bench.holds(placed);
    let categories: BTreeSet<&str> = items.iter().filter(tested).map(|placed| &*placed.item.category).collect();
    if views.contains(&View::Bench) && !categories.is_empty() {
        files.push(("eval/thinkpath_bench.yaml", group(&categories)));
        files.push(("eval/_thinkpath_bench_yaml", include_str!("trainers/bench_yaml").to_owned()));
        files.push(("eval/categories.py", functions(&categories)?));
        files.push(("eval/inspect_task.py", include_str!("trainers/inspect_task.py").to_owned()));
        files.push(("eval/lighteval_task.py", include_str!("trainers/lighteval_task.py").to_owned()));
    }
    Ok(files)
}

/// What LLaMA-Factory calls each file: `thinkpath_sft_train`, and with a number if it is not the first of its split.
fn dataset_info(written: &[FileEntry]) -> Map<String, Value> {
    let mut listed = Map::new();
    for file in written {
        let Some((view, name)) = file.path.split_once('/') else { continue };
        let (columns, tags) = match view {
            "sft" => (
                json!({ "messages": "messages" }),
                json!({
                    "role_tag": "role", "content_tag": "content",
                    "user_tag": "user", "assistant_tag": "assistant", "system_tag": "system",
                }),
            ),
            "sharegpt" => (
                json!({ "messages": "conversations", "system": "system" }),
                json!({ "role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt" }),
            ),
            _ => continue,
        };
        let split = name.split('-').next().unwrap_or_default();
        let shard = name.split('-').nth(1).unwrap_or_default().trim_start_matches('0');
        let end = if shard.is_empty() { String::new() } else { format!("_{shard}") };
        let entry = json!({ "file_name": file.path, "formatting": "sharegpt", "columns": columns, "tags": tags });
        listed.insert(format!("{DATA_SOURCE}_{view}_{split}{end}"), entry);
    }
    listed
}

/// The task group of lm-evaluation-harness: one task a category.
fn group(categories: &BTreeSet<&str>) -> String {
    let mut text = String::from("group: thinkpath_bench\ntask:\n");
    for (number, category) in categories.iter().enumerate() {
        // Writing to a String cannot fail. A text of JSON is one of YAML.
        let _ = writeln!(
            text,
            "  - task: thinkpath_bench_{number}\n    task_alias: {}\n    include: _thinkpath_bench_yaml\n    \
             process_docs: !function categories.category_{number}",
            json!(if category.is_empty() { "no category" } else { *category }),
        );
    }
    text.push_str("aggregate_metric_list:\n  - metric: acc\n    aggregation: mean\n    weight_by_size: true\n");
    text
}

/// The functions that the group names: which rows are of a category.
fn functions(categories: &BTreeSet<&str>) -> Result<String, WriteError> {
    let list = serde_json::to_string_pretty(categories).map_err(WriteError::Json)?;
    Ok(include_str!("trainers/categories.py").replace("[]  # CATEGORIES", &list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> FileEntry {
        FileEntry { path: path.into(), rows: Some(1), bytes: 1, sha256: String::new() }
    }

    #[test]
    fn every_shard_has_a_name_for_llama_factory() {
        let files = ["sft/test-00000-of-00001.parquet", "sft/train-00000-of-00002.parquet", "items/train-0.parquet"];
        let more = ["sft/train-00001-of-00002.parquet", "sharegpt/train-00010-of-00011.parquet", "NOTICE"];
        let listed = dataset_info(&files.into_iter().chain(more).map(file).collect::<Vec<_>>());
        let names: Vec<&str> = listed.keys().map(String::as_str).collect();
        let expected =
            ["thinkpath_sft_test", "thinkpath_sft_train", "thinkpath_sft_train_1", "thinkpath_sharegpt_train_10"];
        assert_eq!(names, expected);
        assert_eq!(listed["thinkpath_sft_train"]["columns"]["messages"], "messages");
    }

    #[test]
    fn categories_are_text_and_never_markup() {
        let categories = BTreeSet::from(["", "Diseases: \"x\"\n- task: y"]);
        let group = group(&categories);
        assert!(group.contains("task_alias: \"no category\""));
        assert!(group.contains(r#"task_alias: "Diseases: \"x\"\n- task: y""#), "{group}");
        assert_eq!(group.matches("\n  - task: ").count(), 2);
        let functions = functions(&categories).unwrap();
        assert!(functions.contains("CATEGORIES = [\n  \"\",\n  \"Diseases:"), "{functions}");
    }
}
