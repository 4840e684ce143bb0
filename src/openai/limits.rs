//! Tokens and requests per minute of a pay-as-you-go deployment.
//!
//! Learn, "Manage Azure OpenAI quota" (2025-10): a request adds the most tokens it may come to, known when it arrives
//! (prompt and `max_tokens`), to a running count that is reset each minute; requests are expected to be spread evenly
//! and are counted over 1 or 10 seconds.
//! Decisions: a minute begins with the first request after the one before it; requests are counted over 10 seconds,
//! of which a sixth of the minute's number fits, rounded up; a refused request counts for neither.

/// A running count of tokens lasts so long.
const MINUTE_MS: i64 = 60_000;
/// A count of requests lasts so long.
const TEN_SECONDS_MS: i64 = 10_000;
/// Counts of requests in a minute.
const COUNTS_PER_MINUTE: u64 = 6;

/// What a deployment allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub tokens_per_minute: u64,
    pub requests_per_minute: u64,
}

/// What was used of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    tokens: Count,
    requests: Count,
    /// For the header only, which speaks of the minute.
    requests_of_minute: Count,
}

/// A number that starts again when its time is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    since_ms: Option<i64>,
    n: u64,
}

/// What is left after a request; the values of the `x-ratelimit-remaining-*` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remaining {
    pub tokens: u64,
    pub requests: u64,
}

/// Which limit was passed, and when it opens again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// `token` or `call`, the service's words.
    pub what: &'static str,
    pub retry_after_ms: u64,
}

impl Window {
    /// Counts a request, or refuses it where it does not fit and the limits hold.
    pub(super) fn take(
        &mut self,
        limits: &Limits,
        n_tokens: u64,
        enforce: bool,
        now_ms: i64,
    ) -> Result<Remaining, Exceeded> {
        self.tokens.at(now_ms, MINUTE_MS);
        self.requests.at(now_ms, TEN_SECONDS_MS);
        self.requests_of_minute.at(now_ms, MINUTE_MS);
        let most_requests = limits.requests_per_minute.div_ceil(COUNTS_PER_MINUTE);
        let refused = if self.tokens.n.saturating_add(n_tokens) > limits.tokens_per_minute {
            Some(("token", self.tokens.left_ms(now_ms, MINUTE_MS)))
        } else if self.requests.n + 1 > most_requests {
            Some(("call", self.requests.left_ms(now_ms, TEN_SECONDS_MS)))
        } else {
            None
        };
        if let Some((what, retry_after_ms)) = refused.filter(|_| enforce) {
            return Err(Exceeded { what, retry_after_ms });
        }
        self.tokens.n = self.tokens.n.saturating_add(n_tokens);
        self.requests.n += 1;
        self.requests_of_minute.n += 1;
        Ok(Remaining {
            tokens: limits.tokens_per_minute.saturating_sub(self.tokens.n),
            requests: limits.requests_per_minute.saturating_sub(self.requests_of_minute.n),
        })
    }
}

impl Count {
    /// Starts again where the time is over. A clock that went backwards starts again, too.
    fn at(&mut self, now_ms: i64, lasts_ms: i64) {
        let runs = self.since_ms.is_some_and(|since_ms| (0..lasts_ms).contains(&(now_ms - since_ms)));
        if !runs {
            *self = Self { since_ms: Some(now_ms), n: 0 };
        }
    }

    fn left_ms(&self, now_ms: i64, lasts_ms: i64) -> u64 {
        let since_ms = self.since_ms.unwrap_or(now_ms);
        u64::try_from(since_ms + lasts_ms - now_ms).unwrap_or_default().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { tokens_per_minute: 1000, requests_per_minute: 12 };

    #[test]
    fn tokens_are_refused_beyond_their_minute_and_open_again() {
        let mut window = Window::default();
        let take = |window: &mut Window, n, enforce, now_ms| window.take(&LIMITS, n, enforce, now_ms);
        assert_eq!(take(&mut window, 900, true, 5), Ok(Remaining { tokens: 100, requests: 11 }));
        let refused = take(&mut window, 200, true, 20_005);
        assert_eq!(refused, Err(Exceeded { what: "token", retry_after_ms: 40_000 }));
        let counted = take(&mut window, 200, false, 20_005);
        assert_eq!(counted, Ok(Remaining { tokens: 0, requests: 10 }), "counted but not held");
        assert_eq!(take(&mut window, 200, true, 60_005), Ok(Remaining { tokens: 800, requests: 11 }));
        assert_eq!(
            take(&mut window, 10, true, 0),
            Ok(Remaining { tokens: 990, requests: 11 }),
            "back in time"
        );
    }

    #[test]
    fn requests_are_counted_over_ten_seconds() {
        let mut window = Window::default();
        let mut take =
            |now_ms| window.take(&LIMITS, 1, true, now_ms).map_err(|refused| refused.retry_after_ms);
        assert!(take(0).is_ok());
        assert!(take(1).is_ok());
        assert_eq!(take(4_000), Err(6_000));
        assert!(take(10_000).is_ok());
    }
}
