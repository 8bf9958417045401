//! What a server answered, as the journal keeps it.
//!
//! An answer is kept as it came, before anything is made of it: whether it can be used is decided from here on by
//! functions of the answer alone, so that a replay decides the same.

use serde::Deserialize;
use serde::Serialize;

/// The last word of a server on one try of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The model said something, of use or not.
    Said(Said),
    /// The server refused this request (400, 413, 422).
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server said, shortened.
        message: Box<str>,
    },
    /// The request was sent as often as the limits allow while others were answered.
    GaveUp {
        /// How often it was sent.
        attempts: u32,
        /// The last failure.
        last: Box<str>,
    },
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The text; none if the server sent none.
    pub content: Option<Box<str>>,
    /// What the model thought, where the server keeps it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Box<str>>,
    /// The words of a refusal, where the server keeps it apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Box<str>>,
    /// Why the model stopped.
    pub finish: Finish,
    /// The name that the server gives the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Box<str>>,
    /// Tokens, if the server counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was done.
    Stop,
    /// It had no tokens left.
    Length,
    /// A filter of the server stopped it.
    Filter,
    /// Something that text does not end with, such as the call of a tool.
    Other,
}

/// Tokens of one call, as the server counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the prompt.
    pub prompt_tokens: u64,
    /// Of the reply, thinking included.
    pub completion_tokens: u64,
}
