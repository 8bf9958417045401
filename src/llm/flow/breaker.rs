//! A server that is down is asked no more than now and then.
//!
//! So many failures in a row that chance does not explain them open the breaker: then one request is sent in a fixed
//! time, and the first good answer closes it.

use std::time::Duration;
use std::time::Instant;

use crate::llm::flow::Gate;

/// A server that fails three times in ten fails so often in a row once in 230 million requests.
const FAILURES_IN_A_ROW: u32 = 16;

#[derive(Debug)]
pub(super) struct Breaker {
    probe: Duration,
    n_failures: u32,
    failing_since: Option<Instant>,
    last_sent: Option<Instant>,
    last_answer: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(probe: Duration) -> Self {
        Self { probe, n_failures: 0, failing_since: None, last_sent: None, last_answer: None }
    }

    pub(super) fn gate(&self, now: Instant, n_in_flight: usize) -> Gate {
        if self.n_failures < FAILURES_IN_A_ROW {
            return Gate::Open;
        }
        if n_in_flight > 0 {
            return Gate::Full;
        }
        let next = self.last_sent.and_then(|sent| sent.checked_add(self.probe));
        next.filter(|next| *next > now).map_or(Gate::Open, Gate::Until)
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.last_sent = Some(now);
    }

    pub(super) fn answered(&mut self, now: Instant) {
        self.n_failures = 0;
        self.failing_since = None;
        self.last_answer = Some(now);
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.n_failures = self.n_failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
    }

    pub(super) fn last_answer(&self) -> Option<Instant> {
        self.last_answer
    }

    pub(super) fn outage(&self, now: Instant) -> Duration {
        self.failing_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_down_is_tried_once_in_ten_seconds() {
        let start = Instant::now();
        let mut breaker = Breaker::new(Duration::from_secs(10));
        let mut n_sent = 0;
        for tenth in 0..6_000 {
            let now = start + Duration::from_millis(tenth * 100);
            if breaker.gate(now, 0) == Gate::Open {
                breaker.sent(now);
                breaker.failed(now);
                n_sent += 1;
            }
        }
        assert_eq!(n_sent, FAILURES_IN_A_ROW + 59);
        assert_eq!(breaker.outage(start + Duration::from_secs(600)), Duration::from_secs(600));
    }

    #[test]
    fn one_good_answer_is_enough() {
        let now = Instant::now();
        let mut breaker = Breaker::new(Duration::from_secs(10));
        breaker.sent(now);
        (0..FAILURES_IN_A_ROW).for_each(|_| breaker.failed(now));
        assert_eq!(breaker.gate(now, 0), Gate::Until(now + Duration::from_secs(10)));
        assert_eq!(breaker.gate(now + Duration::from_secs(10), 1), Gate::Full);
        breaker.answered(now);
        assert_eq!((breaker.gate(now, 63), breaker.outage(now)), (Gate::Open, Duration::ZERO));
    }
}
