//! The circuit breaker of one backend: so many failures within an interval open it for a time. It closes when the
//! time is over; no half-open state is documented (Learn, backends, 2026-01-15).

use std::collections::VecDeque;

use crate::gateway::Breaker;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BreakerState {
    failures_ms: VecDeque<i64>,
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
        if !is_failure(rule, outcome) {
            return false;
        }
        let interval_ms = i64::try_from(rule.interval_ms).unwrap_or(i64::MAX);
        self.failures_ms.push_back(now_ms);
        while self.failures_ms.front().is_some_and(|at| now_ms - at >= interval_ms) {
            self.failures_ms.pop_front();
        }
        if self.failures_ms.len() < rule.count.max(1) as usize {
            return false;
        }
        self.failures_ms.clear();
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
            count,
            interval_ms: 10_000,
            status_ranges: vec![StatusRange { min: 429, max: 429 }],
            error_reasons: vec!["timeout".to_owned()],
            trip_ms: 60_000,
            accept_retry_after,
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
