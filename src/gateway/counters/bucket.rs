//! A token bucket that may go into debt: filled at a steady rate up to its size, charged after the fact. The v2
//! tiers limit calls and tokens this way.

/// Amounts are kept in parts of one call or token, as many as the window has milliseconds: so every millisecond fills
/// in a whole number of parts, and nothing is lost to rounding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    parts: i128,
    window_ms: i64,
    filled_ms: i64,
}

impl Bucket {
    /// A full bucket of `limit` in each window.
    pub(crate) fn full(now_ms: i64, limit: u64, window_ms: i64) -> Self {
        Self { parts: i128::from(limit) * i128::from(window_ms), window_ms, filled_ms: now_ms }
    }

    /// Returns what is left, which is negative in debt.
    pub(crate) fn level(&mut self, now_ms: i64, limit: u64, window_ms: i64) -> i64 {
        self.fill(now_ms, limit, window_ms);
        i64::try_from(self.parts.div_euclid(i128::from(self.window_ms))).unwrap_or(i64::MIN)
    }

    pub(crate) fn charge(&mut self, amount: u64) {
        self.parts = self.parts.saturating_sub(i128::from(amount) * i128::from(self.window_ms));
    }

    /// Returns how long it takes until `needed` are there.
    pub(crate) fn wait_ms(&mut self, now_ms: i64, limit: u64, window_ms: i64, needed: u64) -> i64 {
        self.fill(now_ms, limit, window_ms);
        let missing = (i128::from(needed) * i128::from(self.window_ms) - self.parts).max(0);
        let limit = i128::from(limit.max(1));
        i64::try_from((missing + limit - 1) / limit).unwrap_or(i64::MAX)
    }

    fn fill(&mut self, now_ms: i64, limit: u64, window_ms: i64) {
        if window_ms != self.window_ms {
            self.parts = self.parts * i128::from(window_ms) / i128::from(self.window_ms.max(1));
            self.window_ms = window_ms;
        }
        let gained = i128::from((now_ms - self.filled_ms).max(0)) * i128::from(limit);
        let most = i128::from(limit) * i128::from(window_ms);
        self.parts = self.parts.saturating_add(gained).min(most);
        self.filled_ms = self.filled_ms.max(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    #[test]
    fn a_debt_of_thirty_at_ten_a_minute_takes_three_minutes() {
        let mut bucket = Bucket::full(0, 10, MINUTE_MS);
        bucket.charge(40);
        assert_eq!(bucket.level(0, 10, MINUTE_MS), -30);
        assert_eq!(bucket.wait_ms(0, 10, MINUTE_MS, 0), 180_000);
        assert_eq!(bucket.level(180_000, 10, MINUTE_MS), 0);
        assert_eq!(bucket.level(600_000, 10, MINUTE_MS), 10);
    }

    #[test]
    fn looking_every_millisecond_loses_nothing() {
        let mut bucket = Bucket::full(0, 10, MINUTE_MS);
        bucket.charge(10);
        for now_ms in 0..=6000 {
            bucket.level(now_ms, 10, MINUTE_MS);
        }
        assert_eq!(bucket.level(6000, 10, MINUTE_MS), 1);
    }
}
