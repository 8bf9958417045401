//! How long to wait after a failure.
//!
//! Full jitter: a pause is drawn evenly from zero to a bound that doubles, so that many who failed together do not come
//! back together (Brooker 2015, "Exponential Backoff and Jitter"). The draw depends on the request and the attempt and
//! on no clock. `Retry-After` (RFC 9110, 10.2.3) comes in seconds or as a date; a date is read against the server's own
//! `Date`, because clocks differ.

use std::time::Duration;
use std::time::SystemTime;

use crate::llm::config::Limits;
use crate::llm::config::secs;
use crate::llm::request::Key;
use crate::seed::Seed;

/// The pause after a request has failed so many times, from 1.
pub(in crate::llm) fn pause(limits: &Limits, key: Key, n_failures: u32) -> Duration {
    let doubled = 2_f64.powi(i32::try_from(n_failures.saturating_sub(1)).unwrap_or(i32::MAX).min(60));
    let most = (limits.first_pause_secs * doubled).min(limits.max_pause_secs);
    let drawn = Seed(0).stream(&["llm", "pause", &key.to_hex()], u64::from(n_failures)).unit();
    secs(most * drawn)
}

/// How long the server wants to be left alone, from its headers `Retry-After` and `Date`.
pub(in crate::llm) fn wanted_pause(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        // A number that is none, or in the past, asks for nothing.
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = seconds_of_date(text)?;
    let now = date.and_then(seconds_of_date).or_else(system_seconds)?;
    Some(Duration::from_secs(until.saturating_sub(now)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server without `Date` leaves no other clock, and no data depends on it"
)]
fn system_seconds() -> Option<u64> {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of_date(text: &str) -> Option<u64> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: u64 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = parts.next()?;
    let month = (1_u64..).zip(MONTHS).find(|(_, month)| *month == name)?.0;
    let year: u64 = parts.next()?.parse().ok().filter(|year| (1970..10_000).contains(year))?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<u64>().ok().filter(|part| *part < 61));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days since 1970, with years that begin in March (Hinnant, "chrono-compatible low-level date algorithms").
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(days.checked_sub(719_468)? * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_1970() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Sun, 06 Nov 1994", None),
            ("Sun, 06 Foo 1994 08:49:37 GMT", None),
            ("soon", None),
        ] {
            assert_eq!(seconds_of_date(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pause_is_wanted_in_seconds_or_by_a_date() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (text, expected) in [
            ("7", Some(7)),
            ("0", Some(0)),
            ("-1", None),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("soon", None),
        ] {
            assert_eq!(wanted_pause(text, date), expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(wanted_pause("Thu, 01 Jan 1970 00:00:00 GMT", None), Some(Duration::ZERO));
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_drawn_by_request() {
        let limits = Limits { first_pause_secs: 1.0, max_pause_secs: 20.0, ..Limits::default() };
        let key = |number: u8| Key::from_hex(&format!("{number:064x}")).unwrap();
        for n_failures in 1..100 {
            let most = secs(2_f64.powi(i32::try_from(n_failures).unwrap() - 1).min(20.0));
            let pauses: Vec<Duration> = (0..20).map(|number| pause(&limits, key(number), n_failures)).collect();
            assert!(pauses.iter().all(|pause| *pause <= most));
            assert!(pauses.iter().max().unwrap() > &most.mul_f64(0.5), "they are spread over the whole range");
        }
    }
}
