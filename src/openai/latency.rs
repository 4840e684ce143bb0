//! How long an answer takes: a fixed part and one for each token, moved a little either way.

use crate::text::unit;

/// The time an answer takes. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Until the first token.
    pub base_ms: u64,
    /// For each token of the completion, in thousandths of a millisecond.
    pub per_token_us: u64,
    /// How far an answer may differ, in percent of the whole, even chances for every value between.
    pub jitter_percent: u8,
}

impl Latency {
    /// The time until `n_tokens` have been made.
    pub fn ms(&self, n_tokens: u64, random: u64) -> u64 {
        let whole_us =
            self.base_ms.saturating_mul(1000).saturating_add(self.per_token_us.saturating_mul(n_tokens));
        let spread = f64::from(self.jitter_percent) / 100.0;
        let factor = 1.0 + spread * (2.0 * unit(random) - 1.0);
        (whole_us as f64 * factor / 1000.0).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_moves_both_ways_and_no_further() {
        let latency = Latency { base_ms: 100, per_token_us: 19_000, jitter_percent: 10 };
        assert_eq!(Latency { jitter_percent: 0, ..latency }.ms(10, 7), 290);
        assert_eq!(latency.ms(10, 0), 261);
        assert_eq!(latency.ms(10, u64::MAX), 319);
        assert_eq!(Latency::default().ms(1000, 9), 0);
    }
}
