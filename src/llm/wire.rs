//! What a server sends, read into an answer.
//!
//! A server is not trusted: its text may be cut, doubled, of another kind or without end. What is not a whole answer of
//! the model that was asked is a failure of the server and is asked for again; only a whole answer is judged.

use serde::Deserialize;
use serde_json::Value;

use crate::finding::printable;
use crate::llm::answer::Finish;
use crate::llm::answer::Said;
use crate::llm::answer::Usage;
use crate::llm::config::ModelConfig;

/// A completion of a chat, as far as it is read.
#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    model: Option<Box<str>>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<Box<str>>,
}

/// A message, or a piece of one.
#[derive(Deserialize, Default)]
pub(super) struct Message {
    #[serde(default)]
    pub(super) content: Option<Box<str>>,
    #[serde(default)]
    pub(super) reasoning_content: Option<Box<str>>,
    #[serde(default)]
    pub(super) reasoning: Option<Box<str>>,
    #[serde(default)]
    pub(super) refusal: Option<Box<str>>,
}

impl Message {
    /// What was thought, by whichever name the server has for it.
    pub(super) fn thinking(&self) -> Option<&str> {
        [&self.reasoning_content, &self.reasoning]
            .into_iter()
            .find_map(|text| text.as_deref().filter(|text| !text.is_empty()))
    }
}

/// What a body that is not streamed says.
pub(super) fn completion(body: &str) -> Result<Said, String> {
    let completion: Completion = serde_json::from_str(body).map_err(|_| format!("no completion: {}", shown(body)))?;
    if let Some(error) = completion.error.filter(|error| !error.is_null()) {
        return Err(format!("an error instead of a completion: {}", shown(&error.to_string())));
    }
    let choice = completion.choices.into_iter().next().ok_or("a completion without choices")?;
    let finish = choice.finish_reason.as_deref().map(finish).ok_or("a completion that does not say why it ends")?;
    let message = choice.message;
    let thinking = message.thinking().map(Into::into);
    let Message { content, refusal, .. } = message;
    Ok(Said { content, thinking, refusal, finish, model: completion.model, usage: completion.usage })
}

/// Why a model stopped, in the words of servers.
pub(super) fn finish(reason: &str) -> Finish {
    match reason {
        "stop" | "eos" | "eos_token" | "end_turn" => Finish::Stop,
        "length" | "max_tokens" => Finish::Length,
        "content_filter" | "safety" => Finish::Filter,
        _ => Finish::Other,
    }
}

/// Whether the model that answered is the one that was asked: by its own name, by that name with a date or a size behind
/// it, as hosted servers answer, or by the name that the pipeline expects.
pub(super) fn is_asked(config: &ModelConfig, answered: Option<&str>) -> bool {
    let Some(answered) = answered.filter(|name| !name.is_empty()) else { return true };
    match config.served_as.as_deref() {
        Some(name) => answered == name,
        None => answered
            .strip_prefix(&*config.model)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ':', '@'])),
    }
}

const MAX_SHOWN_CHARACTERS: usize = 200;

/// The start of what a server says, as a message can show it. Of an error, the words that are meant for people.
pub(super) fn shown(body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let message = parsed.as_ref().and_then(|value| {
        let error = value.get("error").unwrap_or(value);
        [error.get("message"), value.get("message"), Some(error)].into_iter().flatten().find_map(Value::as_str)
    });
    let text = message.unwrap_or(body).trim();
    let start: String = text.chars().take(MAX_SHOWN_CHARACTERS).collect();
    let mark = if start.len() < text.len() { "…" } else { "" };
    if text.is_empty() { "nothing".to_owned() } else { format!("{}{mark}", printable(&start)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_is_read() {
        let body = r#"{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Yes.","reasoning":"So."},
            "finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#;
        let said = completion(body).unwrap();
        assert_eq!((said.content.as_deref(), said.thinking.as_deref()), (Some("Yes."), Some("So.")));
        assert_eq!(said.usage, Some(Usage { prompt_tokens: 3, completion_tokens: 2 }));
    }

    #[test]
    fn what_is_no_whole_completion_is_a_failure() {
        for body in [
            "",
            "<html>Bad gateway</html>",
            r#"{"choices":[]}"#,
            r#"{"error":{"message":"overloaded"}}"#,
            r#"{"choices":[{"message":{"content":"Yes."}}]}"#,
            r#"{"choices":[{"message":{"content":"Yes."},"finish_reason":"sto"#,
            r#"{"choices":[{"message":{"content":7},"finish_reason":"stop"}]}"#,
        ] {
            assert!(completion(body).is_err(), "{body}");
        }
    }

    #[test]
    fn another_model_is_known_by_its_name() {
        let config: ModelConfig = toml::from_str("base_url = 'http://x'\nmodel = 'gpt-9'").unwrap();
        for (answered, expected) in [
            (None, true),
            (Some("gpt-9"), true),
            (Some("gpt-9-2027-01-01"), true),
            (Some("gpt-90"), false),
            (Some("x"), false),
        ] {
            assert_eq!(is_asked(&config, answered), expected, "{answered:?}");
        }
        let config = ModelConfig { served_as: Some("/models/a.gguf".into()), ..config };
        assert!(is_asked(&config, Some("/models/a.gguf")) && !is_asked(&config, Some("gpt-9")));
    }

    #[test]
    fn a_message_of_a_server_is_shortened_and_shown_without_control_characters() {
        assert_eq!(shown(r#"{"error":{"message":"no such\u001b[2J model","code":404}}"#), "no such\\x1B[2J model");
        assert_eq!(shown(""), "nothing");
        assert_eq!(shown(&"é".repeat(500)).chars().count(), 201);
    }
}
