//! How full a provisioned deployment is: a bucket that leaks.
//!
//! Learn, "Provisioned throughput", section on utilization (2025-10): each deployment works off a set amount per
//! minute. A request that arrives while utilization is above 100 % is refused with 429, `retry-after` and
//! `retry-after-ms` until it is below; any other is let in, and adds its prompt and its `max_tokens` by estimate,
//! put right once the answer is known. The utilization falls at a constant rate.
//! Decision: the bucket holds what the deployment works off in ten seconds. The page gives no size; it says that
//! short bursts above 100 % are let through.

/// What fits before the deployment counts as full.
const BUCKET_MS: u64 = 10_000;
const MINUTE_MS: u64 = 60_000;

/// How full the bucket is, in thousandths of a token times 60 so that a millisecond's leak is whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Utilization {
    level: u64,
    at_ms: i64,
}

impl Utilization {
    /// Lets a request of `n_tokens` in, or says in how many milliseconds there is room again.
    pub(super) fn take(&mut self, tokens_per_minute: u64, n_tokens: u64, now_ms: i64) -> Result<(), u64> {
        let full = tokens_per_minute.saturating_mul(BUCKET_MS);
        let passed_ms = u64::try_from(now_ms - self.at_ms).unwrap_or_default();
        self.level = self.level.saturating_sub(passed_ms.saturating_mul(tokens_per_minute));
        self.at_ms = now_ms;
        if self.level > full || full == 0 {
            let over = self.level - full;
            // One more, so that it is below and not at the mark.
            return Err(over.checked_div(tokens_per_minute).map_or(MINUTE_MS, |ms| ms + 1));
        }
        self.level = self.level.saturating_add(n_tokens.saturating_mul(MINUTE_MS));
        Ok(())
    }

    /// Percent; 100 is full, more is what a burst left.
    pub(super) fn percent(&self, tokens_per_minute: u64) -> f64 {
        let full = tokens_per_minute.saturating_mul(BUCKET_MS);
        if full == 0 { 100.0 } else { self.level as f64 * 100.0 / full as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_deployment_says_when_there_is_room() {
        // 6,000 a minute are 1,000 in ten seconds.
        let mut bucket = Utilization::default();
        assert_eq!(bucket.take(6_000, 600, 0), Ok(()));
        assert_eq!(bucket.percent(6_000), 60.0);
        assert_eq!(bucket.take(6_000, 600, 0), Ok(()), "a burst may pass the mark");
        assert_eq!(bucket.take(6_000, 1, 0), Err(2_001));
        assert_eq!(bucket.take(6_000, 1, 2_001), Ok(()));
        assert_eq!(bucket.take(0, 1, 0), Err(60_000), "nothing was bought");
    }
}
