//! What a batch of prompts would cost, asked of nobody.
//!
//! Nothing is guessed in silence: of prompts there is a likely number of tokens and a largest one, of replies only the
//! largest, because how much a model says is not known before it has. What the journal holds costs nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::llm::Prompt;
use crate::llm::config::ModelConfig;
use crate::llm::error::ModelError;
use crate::llm::flow::Ledger;
use crate::llm::journal::Journal;
use crate::llm::task::Step;
use crate::llm::task::Task;

/// What answering prompts would take, if each request is answered well at once.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimate {
    /// Prompts whose reply the journal holds, or that are equal to another.
    pub n_known: u64,
    /// Requests that would be sent.
    pub n_requests: u64,
    /// About how many tokens their prompts have: four bytes of text each.
    pub likely_prompt_tokens: u64,
    /// The most tokens that their prompts can have: one for each byte.
    pub max_prompt_tokens: u64,
    /// The most tokens that the replies can have.
    pub max_completion_tokens: u64,
    /// What the likely prompts and the longest replies cost; none if the pipeline states no price.
    pub likely_money: Option<f64>,
    /// The most that all of it can cost; none if the pipeline states no price.
    pub max_money: Option<f64>,
}

/// What these prompts would cost, given what a journal holds; there need be none.
///
/// # Errors
///
/// [`ModelError`] if the settings are wrong or the journal cannot be read.
pub fn estimate(config: &ModelConfig, journal: &Path, prompts: &[Prompt]) -> Result<Estimate, ModelError> {
    config.check().map_err(|error| ModelError::Config { model: config.model.clone(), error })?;
    let mut journal = if journal.exists() { Some(Journal::read(journal)?) } else { None };
    let (mut estimate, mut seen) = (Estimate::default(), BTreeSet::new());
    for prompt in prompts {
        let mut task = Task::new(prompt, config);
        let is_new = seen.insert(task.request().key());
        let step = match &mut journal {
            Some(journal) => task.advance(journal, &mut Ledger::new(None))?,
            None => Step::Send,
        };
        if !is_new || step != Step::Send {
            estimate.n_known += 1;
            continue;
        }
        estimate.n_requests += 1;
        estimate.likely_prompt_tokens += task.request().likely_prompt_tokens();
        estimate.max_prompt_tokens += task.request().max_prompt_tokens();
        estimate.max_completion_tokens += u64::from(config.max_tokens);
    }
    let money = |prompt_tokens| config.price.map(|price| price.of(prompt_tokens, estimate.max_completion_tokens));
    (estimate.likely_money, estimate.max_money) =
        (money(estimate.likely_prompt_tokens), money(estimate.max_prompt_tokens));
    Ok(estimate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::answer::Answer;
    use crate::llm::request::Request;

    fn config(more: &str) -> ModelConfig {
        toml::from_str(&format!("base_url = 'http://x/v1'\nmodel = 'm'\nmax_tokens = 10\n{more}")).unwrap()
    }

    #[test]
    fn what_is_known_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replies");
        let config = config("[price]\nprompt_per_million = 0.0\ncompletion_per_million = 1e6");
        let prompts = ["a", "b", "a", "c"].map(Prompt::text);
        let before = estimate(&config, &path, &prompts).unwrap();
        assert_eq!((before.n_known, before.n_requests, before.max_money), (1, 3, Some(30.0)));
        assert!(before.likely_prompt_tokens < before.max_prompt_tokens);
        let mut journal = Journal::open(&path).unwrap();
        let gave_up = Answer::GaveUp { attempts: 1, last: "x".into() };
        journal.append(Request::new(&prompts[1], &config).key(), &gave_up).unwrap();
        let after = estimate(&config, &path, &prompts).unwrap();
        assert_eq!((after.n_known, after.n_requests, after.max_completion_tokens), (2, 2, 20));
    }

    #[test]
    fn without_a_price_no_money_is_named() {
        let estimate = estimate(&config(""), Path::new("no such journal"), &[Prompt::text("a")]).unwrap();
        assert_eq!((estimate.n_requests, estimate.likely_money, estimate.max_money), (1, None, None));
    }
}
