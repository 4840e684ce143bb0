//! The circuit breaker of one backend: so many failures within an interval open it for a time. It closes when the
//! time is over; no half-open state is documented (Learn, backends, 2026-01-15).
//!
//! Decision: a percentage is of the calls within the interval, the failing one among them, and there is no least number
//! of calls, as the resource type names none: one failure in an interval of its own is 100 %.

use std::collections::VecDeque;

use crate::gateway::{Breaker, Threshold};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BreakerState {
    failures_ms: VecDeque<i64>,
    /// All calls, where the rule is a percentage.
    calls_ms: VecDeque<i64>,
    open_until_ms: Option<i64>,
}

/// How a call upstream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered {
        status: u16,
        retry_after_s: Option<u64>,
    },
    /// No answer; one of APIM's reasons.
    Failed {
        reason: String,
    },
}

/// A `Retry-After` beyond this is taken as this: a day, so that a wrong header does not close a backend for good.
const MAX_RETRY_AFTER_S: u64 = 24 * 60 * 60;

impl BreakerState {
    /// Returns when the breaker closes, where it is open now.
    pub(super) fn open_until(&self, now_ms: i64) -> Option<i64> {
        self.open_until_ms.filter(|until_ms| *until_ms > now_ms)
    }

    /// Counts a call. Says whether it opened the breaker.
    pub(super) fn report(&mut self, rule: &Breaker, outcome: &Outcome, now_ms: i64) -> bool {
        let interval_ms = i64::try_from(rule.interval_ms).unwrap_or(i64::MAX);
        if matches!(rule.threshold, Threshold::Percentage(_)) {
            push(&mut self.calls_ms, now_ms, interval_ms);
        }
        if !is_failure(rule, outcome) {
            return false;
        }
        push(&mut self.failures_ms, now_ms, interval_ms);
        let n_failures = self.failures_ms.len();
        let is_too_many = match rule.threshold {
            Threshold::Count(count) => n_failures >= count.max(1) as usize,
            Threshold::Percentage(percent) => n_failures * 100 >= percent as usize * self.calls_ms.len(),
        };
        if !is_too_many {
            return false;
        }
        self.failures_ms.clear();
        self.calls_ms.clear();
        let trip_ms = match outcome {
            Outcome::Answered { retry_after_s: Some(seconds), .. } if rule.accept_retry_after => {
                (*seconds).min(MAX_RETRY_AFTER_S) * 1000
            }
            _ => rule.trip_ms,
        };
        self.open_until_ms = Some(now_ms.saturating_add(i64::try_from(trip_ms).unwrap_or(i64::MAX)));
        true
    }
}

/// Adds a moment and forgets those that are too old.
fn push(moments_ms: &mut VecDeque<i64>, now_ms: i64, interval_ms: i64) {
    moments_ms.push_back(now_ms);
    while moments_ms.front().is_some_and(|at_ms| now_ms - at_ms >= interval_ms) {
        moments_ms.pop_front();
    }
}

fn is_failure(rule: &Breaker, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answered { status, .. } => {
            rule.status_ranges.iter().any(|range| (range.min..=range.max).contains(status))
        }
        Outcome::Failed { reason } => {
            rule.error_reasons.iter().any(|known| known.eq_ignore_ascii_case(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::StatusRange;

    fn rule(count: u32, accept_retry_after: bool) -> Breaker {
        Breaker {
            threshold: Threshold::Count(count),
            interval_ms: 10_000,
            status_ranges: vec![StatusRange { min: 429, max: 429 }],
            error_reasons: vec!["timeout".to_owned()],
            trip_ms: 60_000,
            accept_retry_after,
            failure_status: None,
        }
    }

    fn throttled(retry_after_s: Option<u64>) -> Outcome {
        Outcome::Answered { status: 429, retry_after_s }
    }

    #[test]
    fn opens_at_the_count_within_the_interval_and_closes_after_the_trip() {
        let mut breaker = BreakerState::default();
        assert!(!breaker.report(&rule(2, true), &throttled(None), 0));
        assert!(!breaker.report(&rule(2, true), &throttled(None), 10_000), "the first one is too old");
        assert!(breaker.report(&rule(2, true), &throttled(None), 19_999));
        assert_eq!(breaker.open_until(19_999), Some(79_999));
        assert_eq!(breaker.open_until(79_999), None);
    }

    #[test]
    fn retry_after_replaces_the_trip_where_it_is_accepted() {
        for (accepts, until_ms) in [(true, 5_000), (false, 60_000)] {
            let mut breaker = BreakerState::default();
            assert!(breaker.report(&rule(1, accepts), &throttled(Some(5)), 0));
            assert_eq!(breaker.open_until(0), Some(until_ms));
        }
    }

    #[test]
    fn a_percentage_is_of_the_calls_in_the_interval() {
        let half = Breaker { threshold: Threshold::Percentage(50), ..rule(0, false) };
        let fine = Outcome::Answered { status: 200, retry_after_s: None };
        let mut breaker = BreakerState::default();
        let mut report = |outcome: &Outcome, now_ms| breaker.report(&half, outcome, now_ms);
        assert!(!report(&fine, 0));
        assert!(!report(&fine, 1));
        assert!(!report(&throttled(None), 2), "one of three");
        assert!(report(&throttled(None), 3), "two of four");
        assert!(report(&throttled(None), 20_000), "one of one");
    }

    #[test]
    fn only_the_named_failures_count() {
        for (outcome, opens) in [
            (Outcome::Answered { status: 500, retry_after_s: None }, false),
            (Outcome::Failed { reason: "Timeout".to_owned() }, true),
            (Outcome::Failed { reason: "BackendConnectionFailure".to_owned() }, false),
        ] {
            assert_eq!(BreakerState::default().report(&rule(1, true), &outcome, 0), opens, "{outcome:?}");
        }
    }
}
