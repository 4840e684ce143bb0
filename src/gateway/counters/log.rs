//! A sliding window: what happened in the last so many milliseconds. The classic tiers limit tokens this way.

use std::collections::VecDeque;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlidingLog {
    /// (when, how much), oldest first.
    events: VecDeque<(i64, u64)>,
    total: u64,
}

/// Events closer together than this are one event, so that a window holds a bounded number of them.
const GRAIN_MS: i64 = 100;

impl SlidingLog {
    pub(crate) fn add(&mut self, now_ms: i64, amount: u64) {
        self.total = self.total.saturating_add(amount);
        match self.events.back_mut() {
            Some((at, sum)) if now_ms - *at < GRAIN_MS => *sum = sum.saturating_add(amount),
            _ => self.events.push_back((now_ms, amount)),
        }
    }

    /// Returns the sum of the window that ends now.
    pub(crate) fn sum(&mut self, now_ms: i64, window_ms: i64) -> u64 {
        while let Some((at, amount)) = self.events.front().copied() {
            if now_ms - at < window_ms {
                break;
            }
            self.total -= amount;
            self.events.pop_front();
        }
        self.total
    }

    /// Returns how long it takes until the sum is at most `target`.
    pub(crate) fn wait_ms(&mut self, now_ms: i64, window_ms: i64, target: u64) -> i64 {
        let mut left = self.sum(now_ms, window_ms);
        for (at, amount) in &self.events {
            if left <= target {
                break;
            }
            left -= amount;
            if left <= target {
                return at + window_ms - now_ms;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_leave_the_window_one_by_one() {
        let mut log = SlidingLog::default();
        log.add(0, 200);
        log.add(20_000, 100);
        assert_eq!(log.sum(30_000, 60_000), 300);
        assert_eq!(log.wait_ms(30_000, 60_000, 299), 30_000);
        assert_eq!(log.wait_ms(30_000, 60_000, 50), 50_000);
        assert_eq!(log.sum(60_000, 60_000), 100);
        assert_eq!(log.sum(80_000, 60_000), 0);
        assert_eq!(log.wait_ms(80_000, 60_000, 0), 0);
    }
}
