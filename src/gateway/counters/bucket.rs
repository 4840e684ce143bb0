//! A token bucket that may go into debt: filled at a steady rate up to its size, charged after the fact. The v2
//! tiers limit tokens this way.

/// Amounts are kept in thousandths, so that refilling by the millisecond loses nothing to speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    level_milli: i64,
    filled_ms: i64,
}

const MILLI: i64 = 1000;
const MINUTE_MS: i64 = 60_000;

impl Bucket {
    /// A full bucket.
    pub(crate) fn full(now_ms: i64, per_minute: i64) -> Self {
        Self { level_milli: per_minute.saturating_mul(MILLI), filled_ms: now_ms }
    }

    /// Returns what is left, which is negative in debt.
    pub(crate) fn level(&mut self, now_ms: i64, per_minute: i64) -> i64 {
        let gained = (now_ms - self.filled_ms).max(0).saturating_mul(per_minute) / (MINUTE_MS / MILLI);
        self.level_milli = self.level_milli.saturating_add(gained).min(per_minute.saturating_mul(MILLI));
        self.filled_ms = now_ms;
        self.level_milli.div_euclid(MILLI)
    }

    pub(crate) fn charge(&mut self, amount: i64) {
        self.level_milli = self.level_milli.saturating_sub(amount.saturating_mul(MILLI));
    }

    /// Returns how long it takes until `needed` are there.
    pub(crate) fn wait_ms(&mut self, now_ms: i64, per_minute: i64, needed: i64) -> i64 {
        self.level(now_ms, per_minute);
        let missing = needed.saturating_mul(MILLI).saturating_sub(self.level_milli).max(0);
        missing.saturating_mul(MINUTE_MS / MILLI) / per_minute.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_of_thirty_at_ten_a_minute_takes_three_minutes() {
        let mut bucket = Bucket::full(0, 10);
        bucket.charge(40);
        assert_eq!(bucket.level(0, 10), -30);
        assert_eq!(bucket.wait_ms(0, 10, 0), 180_000);
        assert_eq!(bucket.level(180_000, 10), 0);
        assert_eq!(bucket.level(600_000, 10), 10);
    }
}
