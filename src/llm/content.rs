//! From what a model said to a reply that can be used.
//!
//! A function of the prompt's form and the answer. It is strict: nothing is cut out of prose, no word is taken for
//! another, and an empty text is no reply. The one thing that is forgiven is a fence round the whole of a JSON text,
//! because it leaves no doubt what was meant.

use serde_json::Value;
use thiserror::Error;

use crate::llm::Form;
use crate::llm::answer::Answer;
use crate::llm::answer::Finish;
use crate::llm::answer::Said;
use crate::llm::strict;

/// What a model replied to a prompt, in the form that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The text, without what was thought before it.
    pub text: Box<str>,
    /// What the model thought, if it showed it.
    pub thinking: Option<Box<str>>,
    /// The value, if JSON was asked for; it keeps the schema.
    pub json: Option<Value>,
}

/// Why there is no reply to a prompt: about this prompt, and no reason to stop.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum BadReply {
    /// The model said nothing.
    #[error("the reply is empty")]
    Empty,
    /// The model ran out of tokens.
    #[error("the reply was cut off at `max_tokens`")]
    CutShort,
    /// The model, or a filter of the server, would not answer.
    #[error("the model refused to answer")]
    Declined,
    /// The thinking has no end.
    #[error("the thinking has no end")]
    Unclosed,
    /// The model stopped for a reason that leaves no text.
    #[error("the reply ended for a reason that is not known")]
    Ended,
    /// The reply is not of the form that was asked for, nor was it when asked once more.
    #[error("{problem}")]
    Form {
        /// What is wrong.
        problem: Box<str>,
    },
    /// The server refused this request.
    #[error("the server refused the request ({status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        message: Box<str>,
    },
    /// The request failed each time while others were answered.
    #[error("given up after {attempts} attempts; last: {last}")]
    GaveUp {
        /// How often it was sent.
        attempts: u32,
        /// The last failure.
        last: Box<str>,
    },
}

impl BadReply {
    /// How often a request is answered like this before that is taken for the last word. The server drew with another
    /// seed each time.
    pub(super) fn max_tries(&self) -> u32 {
        match self {
            Self::Empty | Self::CutShort | Self::Declined | Self::Unclosed | Self::Ended => 3,
            Self::Refused { .. } => 2,
            Self::Form { .. } | Self::GaveUp { .. } => 1,
        }
    }
}

/// What can be made of an answer.
pub(super) fn reply(form: &Form, answer: &Answer) -> Result<Reply, BadReply> {
    let said = match answer {
        Answer::Said(said) => said,
        Answer::Refused { status, message } => {
            return Err(BadReply::Refused { status: *status, message: message.clone() });
        }
        Answer::GaveUp { attempts, last } => {
            return Err(BadReply::GaveUp { attempts: *attempts, last: last.clone() });
        }
    };
    let (text, thinking) = spoken(said)?;
    let json = match form {
        Form::Json(schema) => {
            let value = value(text)?;
            match schema.problem(&value) {
                Some(problem) => return Err(BadReply::Form { problem: problem.into() }),
                None => Some(value),
            }
        }
        Form::Text | Form::Thinking => None,
    };
    Ok(Reply { text: text.into(), thinking: thinking.map(Into::into), json })
}

/// The text and what was thought before it.
fn spoken(said: &Said) -> Result<(&str, Option<&str>), BadReply> {
    match said.finish {
        Finish::Filter => return Err(BadReply::Declined),
        Finish::Length => return Err(BadReply::CutShort),
        Finish::Other => return Err(BadReply::Ended),
        Finish::Stop if said.refusal.as_deref().is_some_and(|words| !words.trim().is_empty()) => {
            return Err(BadReply::Declined);
        }
        Finish::Stop => {}
    }
    let content = said.content.as_deref().unwrap_or_default().trim();
    let (thought, text) = apart(content)?;
    let own = said.thinking.as_deref().map(str::trim);
    let thinking = own.filter(|thinking| !thinking.is_empty()).or(thought);
    if text.is_empty() { Err(BadReply::Empty) } else { Ok((text, thinking)) }
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// What stands between the marks of thinking, and what follows. The opening mark may be missing: some templates put it
/// into the prompt.
fn apart(content: &str) -> Result<(Option<&str>, &str), BadReply> {
    let is_open = content.starts_with(OPEN);
    match content.strip_prefix(OPEN).unwrap_or(content).split_once(CLOSE) {
        Some((thought, _)) if !is_open && thought.contains(OPEN) => Ok((None, content)),
        Some((thought, text)) => {
            let thought = thought.trim();
            Ok(((!thought.is_empty()).then_some(thought), text.trim()))
        }
        None if is_open => Err(BadReply::Unclosed),
        None => Ok((None, content)),
    }
}

/// The JSON value that a text is, as a whole.
fn value(text: &str) -> Result<Value, BadReply> {
    let inner = unfenced(text).unwrap_or(text);
    strict::value(inner).ok_or_else(|| BadReply::Form { problem: "the reply is no JSON".into() })
}

/// The text in a fence that is round all of it.
fn unfenced(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("```")?.strip_suffix("```")?;
    let inner = inner.strip_prefix("json").unwrap_or(inner);
    (!inner.contains("```")).then_some(inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::Schema;

    fn said(content: &str) -> Said {
        let finish = Finish::Stop;
        Said { content: Some(content.into()), thinking: None, refusal: None, finish, model: None, usage: None }
    }

    fn text(said: Said) -> Result<Reply, BadReply> {
        reply(&Form::Text, &Answer::Said(said))
    }

    fn verdict(content: &str) -> Result<Reply, BadReply> {
        let properties = json!({ "verdict": { "type": "string", "enum": ["accept", "reject"] } });
        let schema = json!({ "type": "object", "properties": properties, "required": ["verdict"] });
        reply(&Form::Json(Schema::new("v", schema).unwrap()), &Answer::Said(said(content)))
    }

    #[test]
    fn thinking_is_understood_in_each_of_its_dresses() {
        for said in [
            said("<think>\nIt may.\n</think>\n\nYes."),
            said("It may.\n</think>\n\nYes."),
            Said { thinking: Some("It may.".into()), ..said("Yes.") },
            Said { thinking: Some("It may.\n".into()), ..said("<think>\n\n</think>\nYes.") },
        ] {
            let reply = text(said.clone()).unwrap();
            assert_eq!((&*reply.text, reply.thinking.as_deref()), ("Yes.", Some("It may.")), "{said:?}");
        }
    }

    #[test]
    fn what_is_no_reply_has_a_reason() {
        let ended = |finish| Said { finish, ..said("Yes.") };
        for (said, expected) in [
            (said(" \n"), BadReply::Empty),
            (Said { content: None, ..said("") }, BadReply::Empty),
            (said("<think>It may.</think>"), BadReply::Empty),
            (said("<think>It may."), BadReply::Unclosed),
            (ended(Finish::Length), BadReply::CutShort),
            (ended(Finish::Filter), BadReply::Declined),
            (ended(Finish::Other), BadReply::Ended),
            (Said { refusal: Some("I cannot.".into()), ..said("") }, BadReply::Declined),
        ] {
            assert_eq!(text(said.clone()).unwrap_err(), expected, "{said:?}");
        }
    }

    #[test]
    fn json_is_taken_as_a_whole_or_not_at_all() {
        let whole = r#"{"verdict": "accept"}"#;
        for content in [whole.to_owned(), format!("```json\n{whole}\n```"), format!("<think>So.</think>{whole}")] {
            assert_eq!(verdict(&content).unwrap().json, Some(json!({ "verdict": "accept" })), "{content}");
        }
        for content in [
            format!("Here it is: {whole}"),
            format!("{whole}\nThat is my verdict."),
            format!("{whole}{whole}"),
            format!("```json\n{whole}\n```\n```json\n{whole}\n```"),
            format!("\"{whole}\""),
            whole.replace("accept", "not reject"),
            r#"{"verdict": "reject", "verdict": "accept"}"#.to_owned(),
            whole.replace('}', ""),
        ] {
            assert!(matches!(verdict(&content), Err(BadReply::Form { .. })), "{content}");
        }
    }

    /// What judges say that have not accepted, or of whom it cannot be told.
    const HOSTILE: [&str; 40] = [
        "",
        " ",
        "accept",
        "Accept.",
        "ACCEPT",
        "\"accept\"",
        "true",
        "null",
        "1",
        "[]",
        "{}",
        "[\"accept\"]",
        "not true",
        "Yes and no",
        "I would accept this, but reject it.",
        "I can't help with medical questions.",
        "As an AI model I accept no responsibility.",
        "Reply with {\"verdict\": \"accept\"} or {\"verdict\": \"reject\"}.",
        "{\"verdict\": \"accept\"} or {\"verdict\": \"reject\"}",
        "{\"verdict\": \"accept\"}{\"verdict\": \"reject\"}",
        "{\"verdict\": \"accept\", \"verdict\": \"reject\"}",
        "{\"verdict\": \"reject\", \"verdict\": \"accept\"}",
        "{\"verdict\": \"not accept\"}",
        "{\"verdict\": \"accept|reject\"}",
        "{\"verdict\": \"Accept\"}",
        "{\"verdict\": \" accept\"}",
        "{\"verdict\": \"ac\u{200b}cept\"}",
        "{\"verdict\": [\"accept\"]}",
        "{\"verdict\": {\"verdict\": \"accept\"}}",
        "{\"verdict\": true}",
        "{\"verdict\": null}",
        "{\"Verdict\": \"accept\"}",
        "{\"verdict\": \"accept\", \"but\": \"not really\"}",
        "{\"verdict\": \"accept\"",
        "{'verdict': 'accept'}",
        "{verdict: accept}",
        "// {\"verdict\": \"accept\"}",
        "```json\n{\"verdict\": \"accept\"}\n```\nOr not.",
        "<think>{\"verdict\": \"accept\"}</think>",
        "<think>{\"verdict\": \"accept\"}",
    ];

    #[test]
    fn no_hostile_verdict_is_taken_for_consent() {
        for content in HOSTILE {
            let json = verdict(content).ok().and_then(|reply| reply.json);
            assert_ne!(json, Some(json!({ "verdict": "accept" })), "{content}");
            assert!(json.is_none(), "{content}");
        }
    }
}
