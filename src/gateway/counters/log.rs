//! A sliding window: what happened in the last so many milliseconds. The classic tiers limit calls and tokens this way.

use std::collections::VecDeque;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlidingLog {
    /// (when, how much), oldest first.
    events: VecDeque<(i64, u64)>,
    total: u64,
    /// The longest window asked for; policies may look at one key through windows of several lengths.
    kept_ms: i64,
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
        self.kept_ms = self.kept_ms.max(window_ms);
        while let Some((at, amount)) = self.events.front().copied() {
            if now_ms - at < self.kept_ms {
                break;
            }
            self.total = self.total.saturating_sub(amount);
            self.events.pop_front();
        }
        let gone = self.events.iter().take_while(|(at, _)| now_ms - at >= window_ms);
        gone.fold(self.total, |left, (_, amount)| left.saturating_sub(*amount))
    }

    /// Returns how long it takes until the sum is at most `target`.
    pub(crate) fn wait_ms(&mut self, now_ms: i64, window_ms: i64, target: u64) -> i64 {
        let mut left = self.sum(now_ms, window_ms);
        for (at, amount) in self.events.iter().skip_while(|(at, _)| now_ms - at >= window_ms) {
            if left <= target {
                break;
            }
            left = left.saturating_sub(*amount);
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

    #[test]
    fn a_shorter_window_takes_nothing_from_a_longer_one() {
        let mut log = SlidingLog::default();
        log.add(0, 5);
        assert_eq!(log.sum(0, 60_000), 5);
        assert_eq!(log.sum(10_000, 10_000), 0);
        assert_eq!(log.sum(10_000, 60_000), 5);
        log.add(10_000, 2);
        assert_eq!(log.wait_ms(15_000, 10_000, 0), 5_000);
    }
}
