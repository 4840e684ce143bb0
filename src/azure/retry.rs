//! When a request is sent again, and how long we wait before. The waiting itself is in `transport`.

use std::time::Duration;

use reqwest::header::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// An answer may ask us to wait; not longer than this. ARM asks for at most some minutes
/// (learn.microsoft.com, request-limits-and-throttling); a day is a mistake, or not ARM.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

/// How failed requests are repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub tries_max: u32,
    /// Before the second try; doubled for each one after it.
    pub delay: Duration,
    pub delay_max: Duration,
    /// Throttling, and an ARM that has answered before and cannot be reached now, are waited for this long however many
    /// tries that takes.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    /// Five retries over about 30 seconds: longer than a failover of a front end, shorter than a coffee. A subscription
    /// is throttled for some minutes at most: its bucket fills up at 10 writes a second (learn.microsoft.com,
    /// request-limits-and-throttling, 2026-11); a name server or a VPN that restarts takes a minute or two.
    fn default() -> Self {
        Self {
            tries_max: 6,
            delay: Duration::from_secs(1),
            delay_max: Duration::from_secs(16),
            patience: Duration::from_secs(600),
        }
    }
}

impl RetryPolicy {
    /// Returns how long to wait after try number `tries` (from 1): what the answer asked for, or an exponential
    /// delay of which `jitter` (0 to 255) moves the upper half, so that many clients do not come back together.
    pub(super) fn delay_after(&self, tries: u32, asked: Option<Duration>, jitter: u8) -> Duration {
        if let Some(asked) = asked {
            return asked.min(RETRY_AFTER_MAX);
        }
        let full = self.delay.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(self.delay_max);
        full / 2 + full.mul_f64(f64::from(jitter) / 510.0)
    }
}

/// Statuses that say "not now": throttling and failures of a front end.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// Reads `x-ms-retry-after-ms`, `retry-after-ms` or `Retry-After` (seconds or an HTTP date; a date in the past is
/// zero). A date counts from the answer's own `Date`, because this machine's clock, `now`, may be wrong. None where
/// there is none that can be read.
pub(super) fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let ms =
        text("x-ms-retry-after-ms").or_else(|| text("retry-after-ms")).and_then(|value| value.parse().ok());
    if let Some(ms) = ms {
        return Some(Duration::from_millis(ms));
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some(Duration::try_from(at - date(headers).unwrap_or(now)).unwrap_or(Duration::ZERO))
}

/// When the answer was made, by the clock of whoever made it.
pub(super) fn date(headers: &HeaderMap) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(headers.get("date")?.to_str().ok()?, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn retry_after_is_read_in_every_form_that_servers_send() {
        let now = datetime!(2026-01-01 00:00:00 UTC);
        for (name, value, expected) in [
            ("retry-after", "2", Some(Duration::from_secs(2))),
            ("retry-after", "0", Some(Duration::ZERO)),
            ("retry-after", "-5", None),
            ("retry-after", "soon", None),
            ("retry-after", "Thu, 01 Jan 2026 00:00:07 GMT", Some(Duration::from_secs(7))),
            ("retry-after", "Wed, 31 Dec 2025 00:00:00 GMT", Some(Duration::ZERO)),
            ("x-ms-retry-after-ms", "250", Some(Duration::from_millis(250))),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(retry_after(&headers, now), expected, "{name}: {value}");
        }
        // A clock that is three hours slow would wait for three hours.
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "Thu, 01 Jan 2026 03:00:07 GMT".parse().unwrap());
        headers.insert("date", "Thu, 01 Jan 2026 03:00:00 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(7)));
    }

    #[test]
    fn delays_double_up_to_the_limit_and_an_absurd_wish_is_capped() {
        let policy = RetryPolicy::default();
        for (tries, low_ms, high_ms) in
            [(1, 500, 1000), (2, 1000, 2000), (5, 8000, 16_000), (40, 8000, 16_000)]
        {
            assert_eq!(policy.delay_after(tries, None, 0), Duration::from_millis(low_ms), "try {tries}");
            assert_eq!(policy.delay_after(tries, None, 255), Duration::from_millis(high_ms), "try {tries}");
        }
        assert_eq!(policy.delay_after(1, Some(Duration::from_secs(86_400)), 0), RETRY_AFTER_MAX);
    }
}
