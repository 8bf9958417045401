//! When the next request may be sent.
//!
//! Everything here is a function of times that are handed in, so that each rule is tested without waiting. None of it
//! can change a reply: it only decides when one is asked for, and when asking has to end.

mod breaker;
mod budget;
mod concurrency;
mod pause;
mod rate;

use std::time::Duration;
use std::time::Instant;

use crate::llm::config::Limits;
use crate::llm::config::secs;

use breaker::Breaker;
use concurrency::Concurrency;
use rate::Rate;

pub use budget::Bound;
pub use budget::Ledger;
pub(super) use pause::pause;
pub(super) use pause::wanted_pause;

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Now.
    Open,
    /// Not before this moment.
    Until(Instant),
    /// Not before another one has ended.
    Full,
}

/// The state of one server, as its answers show it.
#[derive(Debug)]
pub(super) struct Flow {
    concurrency: Concurrency,
    breaker: Breaker,
    requests: Rate,
    tokens: Rate,
    hold: Option<Instant>,
}

impl Flow {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            concurrency: Concurrency::new(limits.min_in_flight, limits.max_in_flight),
            breaker: Breaker::new(secs(limits.probe_secs)),
            requests: Rate::new(limits.requests_per_minute.map(u64::from)),
            tokens: Rate::new(limits.tokens_per_minute),
            hold: None,
        }
    }

    /// Whether a request of about so many tokens may be sent while so many others are in flight.
    pub(super) fn gate(&mut self, now: Instant, n_in_flight: usize, n_tokens: u64) -> Gate {
        if let Some(until) = self.hold.filter(|until| *until > now) {
            return Gate::Until(until);
        }
        if n_in_flight >= self.concurrency.limit() {
            return Gate::Full;
        }
        let gates = [self.breaker.gate(now, n_in_flight), self.requests.gate(now, 1), self.tokens.gate(now, n_tokens)];
        gates.into_iter().find(|gate| *gate != Gate::Open).unwrap_or(Gate::Open)
    }

    /// A request was sent.
    pub(super) fn sent(&mut self, now: Instant, id: u64, n_tokens: u64) {
        self.breaker.sent(now);
        self.requests.count(now, id, 1);
        self.tokens.count(now, id, n_tokens);
    }

    /// It was answered well, and came to so many tokens.
    pub(super) fn answered(&mut self, now: Instant, id: u64, n_tokens: u64) {
        self.breaker.answered(now);
        self.concurrency.answered();
        self.tokens.settle(id, n_tokens);
    }

    /// It failed; the server may be overloaded, and may have said how long to leave it alone.
    pub(super) fn failed(&mut self, now: Instant, sent: Instant, is_overload: bool, wanted: Option<Duration>) {
        self.breaker.failed(now);
        if is_overload {
            self.concurrency.overloaded(now, sent);
        }
        let until = wanted.and_then(|wanted| now.checked_add(wanted));
        self.hold = self.hold.max(until);
    }

    /// When the server last answered well.
    pub(super) fn last_answer(&self) -> Option<Instant> {
        self.breaker.last_answer()
    }

    /// For how long the server has answered nothing but failures.
    pub(super) fn outage(&self, now: Instant) -> Duration {
        self.breaker.outage(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_before_the_time_that_the_server_names() {
        let mut flow = Flow::new(&Limits::default());
        let start = Instant::now();
        flow.failed(start, start, true, Some(Duration::from_secs(30)));
        // A shorter wish that comes later takes nothing back.
        flow.failed(start + Duration::from_secs(1), start, true, Some(Duration::from_secs(2)));
        let until = start + Duration::from_secs(30);
        assert_eq!(flow.gate(until - Duration::from_millis(1), 0, 10), Gate::Until(until));
        assert_eq!(flow.gate(until, 0, 10), Gate::Open);
    }
}
