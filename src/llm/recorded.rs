//! A model that says what is in a journal, and asks nobody.
//!
//! It decides of each answer as the run did that recorded it, so that its replies are the same: for tests, and for
//! whoever rebuilds a data set without a server.

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::llm::BadReply;
use crate::llm::LanguageModel;
use crate::llm::Prompt;
use crate::llm::Reply;
use crate::llm::config::ModelConfig;
use crate::llm::error::ModelError;
use crate::llm::flow::Ledger;
use crate::llm::journal::Journal;
use crate::llm::task::Step;
use crate::llm::task::Task;

/// The replies of a model, from its journal.
#[derive(Debug)]
pub struct Recorded {
    config: ModelConfig,
    state: Mutex<(Journal, Ledger)>,
}

impl Recorded {
    /// Opens the journal.
    ///
    /// # Errors
    ///
    /// [`ModelError::Journal`] if it cannot be read.
    pub fn open(config: ModelConfig, journal: &Path) -> Result<Self, ModelError> {
        let ledger = Ledger::new(config.price);
        Ok(Self { config, state: Mutex::new((Journal::read(journal)?, ledger)) })
    }
}

impl LanguageModel for Recorded {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn replies(&self, prompts: &[Prompt]) -> Result<Vec<Result<Reply, BadReply>>, ModelError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (journal, ledger) = &mut *state;
        let mut replies = Vec::with_capacity(prompts.len());
        for prompt in prompts {
            let mut task = Task::new(prompt, &self.config);
            match task.advance(journal, ledger)? {
                Step::Done(outcome) => replies.push(outcome),
                Step::Send => {
                    let key = task.request().key().to_hex().into();
                    return Err(ModelError::NotRecorded { model: self.config.model.clone(), key });
                }
            }
        }
        Ok(replies)
    }

    fn ledger(&self) -> Ledger {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}
