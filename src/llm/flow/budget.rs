//! What was spent, and whether it was enough.

use std::fmt;
use std::time::Duration;

use crate::llm::answer::Answer;
use crate::llm::answer::Usage;
use crate::llm::config::Budget;
use crate::llm::config::Price;
use crate::llm::config::secs;

/// What one run has asked of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// Requests that reached the server, those that failed included.
    pub n_requests: u64,
    /// Requests that failed and were sent again or given up.
    pub n_failures: u64,
    /// Answers that came, of use or not.
    pub n_answers: u64,
    /// Answers that were used, those included that the journal held before.
    pub n_used: u64,
    /// Tokens of prompts, as the server counts them.
    pub prompt_tokens: u64,
    /// Tokens of replies, as the server counts them.
    pub completion_tokens: u64,
    /// Answers whose tokens the server did not count.
    pub n_uncounted: u64,
    /// The most tokens that the prompts of those can have had.
    pub uncounted_prompt_tokens: u64,
    /// The most tokens that those can have had.
    pub uncounted_completion_tokens: u64,
    price: Option<Price>,
}

/// A bound of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Bound {
    /// Requests.
    Requests(u64),
    /// Tokens.
    Tokens(u64),
    /// Money.
    Money(f64),
    /// Seconds.
    WallSecs(f64),
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests(most) => write!(formatter, "{most} requests"),
            Self::Tokens(most) => write!(formatter, "{most} tokens"),
            Self::Money(most) => write!(formatter, "{most} in money"),
            Self::WallSecs(most) => write!(formatter, "{most} s"),
        }
    }
}

impl Ledger {
    /// Nothing spent yet.
    pub(in crate::llm) fn new(price: Option<Price>) -> Self {
        Self {
            n_requests: 0,
            n_failures: 0,
            n_answers: 0,
            n_used: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            n_uncounted: 0,
            uncounted_prompt_tokens: 0,
            uncounted_completion_tokens: 0,
            price,
        }
    }

    /// The most tokens that were spent: what the server counted, and the most that it can have left out.
    pub fn max_tokens(&self) -> u64 {
        let counted = self.prompt_tokens.saturating_add(self.completion_tokens);
        counted.saturating_add(self.uncounted_prompt_tokens).saturating_add(self.uncounted_completion_tokens)
    }

    /// The most money that was spent; none if the pipeline states no price.
    pub fn max_money(&self) -> Option<f64> {
        let prompts = self.prompt_tokens.saturating_add(self.uncounted_prompt_tokens);
        let completions = self.completion_tokens.saturating_add(self.uncounted_completion_tokens);
        self.price.map(|price| price.of(prompts, completions))
    }

    /// An answer was taken from the journal.
    pub(in crate::llm) fn took(&mut self) {
        self.n_used += 1;
    }

    /// An answer came to a request that was at most so many tokens each way; returns what it is counted as.
    pub(in crate::llm) fn answered(&mut self, answer: &Answer, most: Usage) -> u64 {
        self.n_answers += 1;
        match answer {
            Answer::Said(said) => match said.usage {
                Some(usage) => {
                    self.prompt_tokens = self.prompt_tokens.saturating_add(usage.prompt_tokens);
                    self.completion_tokens = self.completion_tokens.saturating_add(usage.completion_tokens);
                    usage.prompt_tokens.saturating_add(usage.completion_tokens)
                }
                None => {
                    self.n_uncounted += 1;
                    self.uncounted_prompt_tokens = self.uncounted_prompt_tokens.saturating_add(most.prompt_tokens);
                    let completion = self.uncounted_completion_tokens.saturating_add(most.completion_tokens);
                    self.uncounted_completion_tokens = completion;
                    most.prompt_tokens.saturating_add(most.completion_tokens)
                }
            },
            Answer::Refused { .. } | Answer::GaveUp { .. } => 0,
        }
    }

    /// The bound that is reached, after so much time.
    pub(in crate::llm) fn reached(&self, budget: &Budget, elapsed: Duration) -> Option<Bound> {
        let requests = budget.max_requests.filter(|most| self.n_requests >= *most).map(Bound::Requests);
        let tokens = || budget.max_tokens.filter(|most| self.max_tokens() >= *most).map(Bound::Tokens);
        let money = || {
            let spent = self.max_money()?;
            budget.max_money.filter(|most| spent >= *most).map(Bound::Money)
        };
        let time = || budget.max_wall_secs.filter(|most| elapsed >= secs(*most)).map(Bound::WallSecs);
        requests.or_else(tokens).or_else(money).or_else(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::answer::Finish;
    use crate::llm::answer::Said;

    fn said(usage: Option<Usage>) -> Answer {
        let finish = Finish::Stop;
        Answer::Said(Said { content: None, thinking: None, refusal: None, finish, model: None, usage })
    }

    const MOST: Usage = Usage { prompt_tokens: 100, completion_tokens: 10 };

    #[test]
    fn what_the_server_does_not_count_is_counted_as_the_most() {
        let price = Price { prompt_per_million: 1.0, completion_per_million: 10.0 };
        let mut ledger = Ledger::new(Some(price));
        assert_eq!(ledger.answered(&said(Some(Usage { prompt_tokens: 20, completion_tokens: 3 })), MOST), 23);
        assert_eq!(ledger.answered(&said(None), MOST), 110);
        assert_eq!((ledger.max_tokens(), ledger.n_uncounted, ledger.n_answers), (133, 1, 2));
        assert!((ledger.max_money().unwrap() - (120.0 + 130.0) / 1e6).abs() < 1e-12);
    }

    #[test]
    fn each_bound_is_reached_by_itself() {
        let price = Price { prompt_per_million: 1e6, completion_per_million: 0.0 };
        let mut ledger = Ledger::new(Some(price));
        ledger.n_requests = 2;
        ledger.answered(&said(Some(Usage { prompt_tokens: 5, completion_tokens: 1 })), MOST);
        let none = Budget::default();
        let second = Duration::from_secs(1);
        assert_eq!(ledger.reached(&none, second), None);
        for (budget, expected) in [
            (Budget { max_requests: Some(2), ..none.clone() }, Some(Bound::Requests(2))),
            (Budget { max_requests: Some(3), ..none.clone() }, None),
            (Budget { max_tokens: Some(6), ..none.clone() }, Some(Bound::Tokens(6))),
            (Budget { max_money: Some(5.0), ..none.clone() }, Some(Bound::Money(5.0))),
            (Budget { max_money: Some(5.1), ..none.clone() }, None),
            (Budget { max_wall_secs: Some(1.0), ..none.clone() }, Some(Bound::WallSecs(1.0))),
        ] {
            assert_eq!(ledger.reached(&budget, second), expected, "{budget:?}");
        }
    }
}
