//! Language models, behind one trait.
//!
//! A model may word, solve and judge; the graph keeps the last word, so no type of this module can hold an edge, a node
//! or an item. It takes a *batch* of prompts and returns as many replies in the order of the prompts: what is asked
//! first, how many requests are in flight and what goes wrong on the way stays inside, and nothing of it can be read off
//! the replies.
//!
//! Two kinds of mishap are kept apart. A reply that cannot be used is about one prompt and is a [`BadReply`] in its
//! place. A server that refuses everybody, a journal that is damaged, a budget that is spent stop the run: a
//! [`ModelError`].
//!
//! The [guide](crate::docs::language_models) says how a server is asked, and what is in the journal.

mod answer;
mod config;
mod content;
mod error;
mod estimate;
mod flow;
mod journal;
mod openai;
mod recorded;
mod request;
mod schema;
mod secret;
mod stream;
mod strict;
mod task;
mod wire;

pub use answer::Answer;
pub use answer::Finish;
pub use answer::Said;
pub use answer::Usage;
pub use config::Budget;
pub use config::Limits;
pub use config::ModelConfig;
pub use config::Price;
pub use config::ThinkingSwitch;
pub use content::BadReply;
pub use content::Reply;
pub use error::ConfigError;
pub use error::JournalError;
pub use error::ModelError;
pub use estimate::Estimate;
pub use estimate::estimate;
pub use flow::Bound;
pub use flow::Ledger;
pub use journal::Journal;
pub use openai::OpenAi;
pub use recorded::Recorded;
pub use request::Key;
pub use schema::Schema;
pub use schema::SchemaError;
pub use secret::Secret;

/// One thing that a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What the model is told of its task.
    pub system: Option<Box<str>>,
    /// What it is asked.
    pub user: Box<str>,
    /// The form of the reply.
    pub form: Form,
    /// Which of several replies to the same prompt this is, from 0; each is drawn with a seed of its own.
    pub sample: u32,
}

impl Prompt {
    /// A prompt for free text.
    pub fn text(user: impl Into<Box<str>>) -> Self {
        Self { system: None, user: user.into(), form: Form::Text, sample: 0 }
    }
}

/// What a reply looks like. That a model thinks and keeps a schema in one call cannot be said: models that are held to
/// a grammar from the first token on do not think, and those that think first break it.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Free text, without thinking.
    Text,
    /// Free text, and the model may think first.
    Thinking,
    /// A JSON value that keeps the schema.
    Json(Schema),
}

/// Answers prompts.
pub trait LanguageModel: Sync {
    /// The name of the model, as the pipeline gives it to the server.
    fn name(&self) -> &str;

    /// One reply, or the reason why there is none, for each prompt, in the order of the prompts. Equal prompts are asked
    /// once.
    ///
    /// # Errors
    ///
    /// [`ModelError`] if the model cannot be asked any further. What was answered until then is in the journal.
    fn replies(&self, prompts: &[Prompt]) -> Result<Vec<Result<Reply, BadReply>>, ModelError>;

    /// What has been spent until now.
    fn ledger(&self) -> Ledger;
}
