//! What stops a run that asks models.
//!
//! A bad reply is about one item and stops nothing ([`BadReply`](super::BadReply)). Here is what is about the server,
//! the journal or the budget. No message carries a key or an address with one.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::llm::flow::Bound;

/// What is wrong with a section `[llm.NAME]`.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The address cannot be used.
    #[error("`base_url` cannot be used: {problem}")]
    BaseUrl {
        /// Why not.
        problem: &'static str,
    },
    /// No model is named.
    #[error("`model` is empty; it is the name that the server knows the model by")]
    NoModel,
    /// A key, perhaps, instead of the name of a variable: it is not shown.
    #[error("`key_env` is the name of an environment variable, such as `OPENAI_API_KEY`, and not the key")]
    KeyEnv,
    /// A number is out of range.
    #[error("`{field}` must be {}", range(*.least, *.most))]
    Range {
        /// The setting.
        field: &'static str,
        /// Inclusive.
        least: f64,
        /// Inclusive.
        most: f64,
    },
    /// Money is bounded, but nobody said what anything costs.
    #[error("a budget in money needs `price`, what a million tokens cost: nothing is guessed")]
    NoPrice,
}

/// A range as a person says it.
fn range(least: f64, most: f64) -> String {
    if most == f64::MAX { format!("at least {least}") } else { format!("from {least} to {most}") }
}

/// Why a model cannot be asked any further.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The settings are wrong.
    #[error("the model `{model}`: {error}")]
    Config {
        /// The model.
        model: Box<str>,
        /// What is wrong.
        #[source]
        error: ConfigError,
    },
    /// The environment holds no key.
    #[error("the model `{model}`: the environment variable `{variable}` holds no key")]
    NoKey {
        /// The model.
        model: Box<str>,
        /// The variable.
        variable: Box<str>,
    },
    /// The HTTP client cannot be made.
    #[error("no HTTP client can be made: {problem}")]
    Client {
        /// What it says.
        problem: Box<str>,
    },
    /// The server refuses everybody, not one request.
    #[error("the server of `{model}` refuses to answer ({reason})")]
    Forbidden {
        /// The model.
        model: Box<str>,
        /// The status and what the server says of it.
        reason: Box<str>,
    },
    /// Nothing was answered for too long.
    #[error("the server of `{model}` has answered nothing for {outage_secs:.0} s; last: {last}")]
    Outage {
        /// The model.
        model: Box<str>,
        /// Since the last good answer, or the first request.
        outage_secs: f64,
        /// The last failure.
        last: Box<str>,
    },
    /// The server wants a longer pause than the pipeline allows.
    #[error("the server of `{model}` wants a pause of {wanted_secs:.0} s, more than `max_pause_secs` allows")]
    LongPause {
        /// The model.
        model: Box<str>,
        /// What it wants.
        wanted_secs: f64,
    },
    /// A bound of the budget is reached.
    #[error("the budget of `{model}` is reached: {bound}")]
    Budget {
        /// The model.
        model: Box<str>,
        /// Which one.
        bound: Bound,
    },
    /// Somebody asked the run to end.
    #[error("stopped before all replies were there")]
    Stopped,
    /// A reply is asked of a journal that does not hold it.
    #[error("the journal holds no reply of `{model}` to the request `{key}`, and no server is asked")]
    NotRecorded {
        /// The model.
        model: Box<str>,
        /// The key of the request.
        key: Box<str>,
    },
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ModelError {
    /// Whether the same command, given again, goes on where this one stopped.
    pub fn is_resumable(&self) -> bool {
        matches!(self, Self::Outage { .. } | Self::LongPause { .. } | Self::Budget { .. } | Self::Stopped)
    }
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The operating system says no.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: Box<Path>,
        /// What it says.
        #[source]
        error: io::Error,
    },
    /// Another run writes to it.
    #[error("{}: another run writes to this journal", .path.display())]
    Busy {
        /// The file.
        path: Box<Path>,
    },
    /// It is something else.
    #[error("{}: this is no journal of replies", .path.display())]
    Foreign {
        /// The file.
        path: Box<Path>,
    },
    /// Bytes in its middle have changed; cutting there would throw away replies that were paid for.
    #[error("{}: damaged at byte {offset}: {problem}", .path.display())]
    Damaged {
        /// The file.
        path: Box<Path>,
        /// Where the frame begins, from 0.
        offset: u64,
        /// What is wrong.
        problem: Box<str>,
    },
}

impl JournalError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { path, error }
    }
}
