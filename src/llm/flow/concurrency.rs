//! How many requests are in flight: found out, not configured.
//!
//! Additive increase and multiplicative decrease, as TCP does it (Chiu and Jain 1989): one more for each round of good
//! answers, half as many when the server says that it is overloaded. Until it says so for the first time, one more for
//! each good answer (RFC 5681, slow start). One overload is answered once: what was sent before the last decrease knows
//! nothing new.

use std::time::Instant;

/// Where it begins: few enough for any server.
const FIRST: u32 = 8;

#[derive(Debug)]
pub(super) struct Concurrency {
    limit: f64,
    min: f64,
    max: f64,
    last_cut: Option<Instant>,
}

impl Concurrency {
    pub(super) fn new(min: u32, max: u32) -> Self {
        let first = f64::from(FIRST.clamp(min.min(max), max));
        Self { limit: first, min: f64::from(min.min(max)), max: f64::from(max), last_cut: None }
    }

    /// The most requests in flight, at least 1.
    pub(super) fn limit(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and a u32")]
        let limit = self.limit as usize;
        limit.max(1)
    }

    pub(super) fn answered(&mut self) {
        let more = if self.last_cut.is_some() { 1.0 / self.limit } else { 1.0 };
        self.limit = (self.limit + more).min(self.max);
    }

    pub(super) fn overloaded(&mut self, now: Instant, sent: Instant) {
        if self.last_cut.is_none_or(|cut| sent >= cut) {
            self.limit = (self.limit / 2.0).max(self.min);
            self.last_cut = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_grows_to_the_most_and_halves_once_for_each_overload() {
        let start = Instant::now();
        let mut concurrency = Concurrency::new(1, 64);
        assert_eq!(concurrency.limit(), 8);
        (0..100).for_each(|_| concurrency.answered());
        assert_eq!(concurrency.limit(), 64);
        let later = start + Duration::from_secs(1);
        (0..30).for_each(|_| concurrency.overloaded(later, start));
        assert_eq!(concurrency.limit(), 32);
        concurrency.overloaded(later, later);
        assert_eq!(concurrency.limit(), 16);
        // A round of good answers is one more.
        (0..17).for_each(|_| concurrency.answered());
        assert_eq!(concurrency.limit(), 17);
    }

    #[test]
    fn one_request_is_always_allowed() {
        let start = Instant::now();
        let mut concurrency = Concurrency::new(1, 1);
        for second in 1..10 {
            let now = start + Duration::from_secs(second);
            concurrency.overloaded(now, now);
            assert_eq!(concurrency.limit(), 1);
        }
    }

    #[test]
    fn it_never_goes_below_the_fewest() {
        let now = Instant::now();
        let mut concurrency = Concurrency::new(20, 64);
        assert_eq!(concurrency.limit(), 20);
        concurrency.overloaded(now, now);
        assert_eq!(concurrency.limit(), 20);
    }
}
