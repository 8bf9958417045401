//! So much in any minute.
//!
//! An exact sliding window: what was sent in the last sixty seconds is remembered, so that no minute, wherever it
//! begins, holds more than the bound. Servers count in windows of their own; this keeps every one of them.

use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;

use crate::llm::flow::Gate;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Rate {
    bound: Option<u64>,
    counted: VecDeque<Counted>,
    sum: u64,
}

#[derive(Debug)]
struct Counted {
    at: Instant,
    id: u64,
    amount: u64,
}

impl Rate {
    pub(super) fn new(bound: Option<u64>) -> Self {
        Self { bound, counted: VecDeque::new(), sum: 0 }
    }

    /// Whether so much more may be sent. What is more than the bound by itself may be sent alone.
    pub(super) fn gate(&mut self, now: Instant, amount: u64) -> Gate {
        let Some(bound) = self.bound else { return Gate::Open };
        while let Some(first) = self.counted.pop_front_if(|first| now.saturating_duration_since(first.at) >= MINUTE) {
            self.sum -= first.amount;
        }
        match self.counted.front() {
            Some(first) if self.sum.saturating_add(amount) > bound => Gate::Until(first.at + MINUTE),
            _ => Gate::Open,
        }
    }

    pub(super) fn count(&mut self, now: Instant, id: u64, amount: u64) {
        if self.bound.is_some() {
            self.counted.push_back(Counted { at: now, id, amount });
            self.sum = self.sum.saturating_add(amount);
        }
    }

    /// What was counted by an estimate came to this.
    pub(super) fn settle(&mut self, id: u64, amount: u64) {
        if let Some(counted) = self.counted.iter_mut().rev().find(|counted| counted.id == id) {
            self.sum = self.sum.saturating_sub(counted.amount).saturating_add(amount);
            counted.amount = amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_holds_more_than_the_bound() {
        let start = Instant::now();
        let mut rate = Rate::new(Some(10));
        let mut sent = Vec::new();
        for tenth in 0..3_000 {
            let now = start + Duration::from_millis(tenth * 100);
            if rate.gate(now, 3) == Gate::Open {
                rate.count(now, tenth, 3);
                sent.push(now);
            }
        }
        assert_eq!(sent.len(), 15);
        assert!(sent.windows(4).all(|four| four[3] - four[0] >= MINUTE));
    }

    #[test]
    fn what_came_to_less_makes_room() {
        let now = Instant::now();
        let mut rate = Rate::new(Some(10));
        rate.count(now, 1, 9);
        assert_eq!(rate.gate(now, 2), Gate::Until(now + MINUTE));
        rate.settle(1, 8);
        assert_eq!(rate.gate(now, 2), Gate::Open);
    }

    #[test]
    fn what_is_too_much_by_itself_is_sent_alone() {
        let now = Instant::now();
        let mut rate = Rate::new(Some(10));
        assert_eq!(rate.gate(now, 11), Gate::Open);
        rate.count(now, 1, 11);
        assert_eq!(rate.gate(now, 1), Gate::Until(now + MINUTE));
    }
}
