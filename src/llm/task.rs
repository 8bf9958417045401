//! One prompt on its way to a reply.
//!
//! What comes next is a function of the answers that the journal holds, in their order, and of nothing else. A run that
//! goes on, a replay and a run that was never disturbed therefore take the same way.

use crate::llm::BadReply;
use crate::llm::Form;
use crate::llm::Prompt;
use crate::llm::Reply;
use crate::llm::answer::Answer;
use crate::llm::config::ModelConfig;
use crate::llm::content;
use crate::llm::error::JournalError;
use crate::llm::flow::Ledger;
use crate::llm::journal::Journal;
use crate::llm::request::Request;

/// A prompt, the request it stands at, and how many answers to that are known.
#[derive(Debug)]
pub(super) struct Task<'a> {
    prompt: &'a Prompt,
    config: &'a ModelConfig,
    request: Request,
    n_tries: u32,
    is_repair: bool,
}

/// What is to be done for a task.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Its request must be sent (once more).
    Send,
    /// Nothing: this came of it.
    Done(Result<Reply, BadReply>),
}

impl<'a> Task<'a> {
    pub(super) fn new(prompt: &'a Prompt, config: &'a ModelConfig) -> Self {
        Self { prompt, config, request: Request::new(prompt, config), n_tries: 0, is_repair: false }
    }

    /// The request it stands at.
    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    /// How many answers to the request are known.
    pub(super) fn n_tries(&self) -> u32 {
        self.n_tries
    }

    /// Goes on with what the journal holds.
    pub(super) fn advance(&mut self, journal: &mut Journal, ledger: &mut Ledger) -> Result<Step, JournalError> {
        while let Some(answer) = journal.answer(self.request.key(), self.n_tries)? {
            ledger.took();
            if let Some(outcome) = self.take(&answer) {
                return Ok(Step::Done(outcome));
            }
        }
        Ok(Step::Send)
    }

    /// Takes the next answer; the outcome if it is the last word.
    fn take(&mut self, answer: &Answer) -> Option<Result<Reply, BadReply>> {
        self.n_tries += 1;
        match content::reply(&self.prompt.form, answer) {
            Ok(reply) => Some(Ok(reply)),
            Err(BadReply::Form { problem }) if !self.is_repair => {
                let said = match answer {
                    Answer::Said(said) => said.content.as_deref().unwrap_or_default(),
                    Answer::Refused { .. } | Answer::GaveUp { .. } => "",
                };
                debug_assert!(matches!(self.prompt.form, Form::Json(_)), "only JSON has a form that can be broken");
                self.request = self.request.repair(said, &problem, self.prompt, self.config);
                self.is_repair = true;
                self.n_tries = 0;
                None
            }
            Err(bad) if self.n_tries < bad.max_tries() => None,
            Err(bad) => Some(Err(bad)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::Schema;
    use crate::llm::answer::Finish;
    use crate::llm::answer::Said;

    fn said(content: &str, finish: Finish) -> Answer {
        let content = Some(content.into());
        Answer::Said(Said { content, thinking: None, refusal: None, finish, model: None, usage: None })
    }

    /// What a task makes of a row of answers, and how many of them it takes.
    fn outcome(prompt: &Prompt, answers: &[Answer]) -> (Option<Result<Reply, BadReply>>, usize) {
        let config: ModelConfig = toml::from_str("base_url = 'http://x/v1'\nmodel = 'm'").unwrap();
        let mut task = Task::new(prompt, &config);
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&folder.path().join("replies")).unwrap();
        let mut ledger = Ledger::new(None);
        for (n_taken, answer) in answers.iter().enumerate() {
            if let Step::Done(outcome) = task.advance(&mut journal, &mut ledger).unwrap() {
                return (Some(outcome), n_taken);
            }
            journal.append(task.request().key(), answer).unwrap();
        }
        match task.advance(&mut journal, &mut ledger).unwrap() {
            Step::Done(outcome) => (Some(outcome), answers.len()),
            Step::Send => (None, answers.len()),
        }
    }

    fn json_prompt() -> Prompt {
        let schema = json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] });
        Prompt { form: Form::Json(Schema::new("a", schema).unwrap()), ..Prompt::text("a?") }
    }

    #[test]
    fn an_empty_reply_is_asked_for_again_but_not_for_ever() {
        let (empty, good) = (said("", Finish::Stop), said("yes", Finish::Stop));
        let prompt = Prompt::text("Is it?");
        assert!(matches!(outcome(&prompt, &[empty.clone(), good.clone(), empty.clone()]), (Some(Ok(_)), 2)));
        let never = [empty.clone(), empty.clone(), empty, good];
        assert_eq!(outcome(&prompt, &never), (Some(Err(BadReply::Empty)), 3));
    }

    #[test]
    fn json_is_repaired_at_most_once() {
        let (bad, good) = (said("a is 1", Finish::Stop), said("{\"a\": 1}", Finish::Stop));
        let (reply, n_taken) = outcome(&json_prompt(), &[bad.clone(), good.clone()]);
        assert_eq!((reply.unwrap().unwrap().json, n_taken), (Some(json!({ "a": 1 })), 2));
        let (reply, n_taken) = outcome(&json_prompt(), &[bad.clone(), bad, good]);
        assert_eq!((reply, n_taken), (Some(Err(BadReply::Form { problem: "the reply is no JSON".into() })), 2));
    }

    #[test]
    fn a_request_that_is_refused_twice_is_given_up() {
        let refused = Answer::Refused { status: 400, message: "too long".into() };
        let (reply, n_taken) = outcome(&Prompt::text("a?"), &[refused.clone(), refused.clone(), refused]);
        assert_eq!(n_taken, 2);
        assert!(matches!(reply, Some(Err(BadReply::Refused { status: 400, .. }))));
    }
}
