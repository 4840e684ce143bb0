//! Tokens and requests per minute of a deployment: fixed windows of a minute.

use std::time::{Duration, Instant};

use super::SimDeployment;

const WINDOW: Duration = Duration::from_secs(60);

/// Requests per minute for each thousand tokens per minute (Azure OpenAI quota page, 2025-10).
const REQUESTS_PER_1000_TOKENS: u64 = 6;

/// What was used of a deployment in the present minute.
pub(super) struct Window {
    since: Instant,
    n_tokens: u64,
    n_requests: u64,
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
    pub what: &'static str,
    pub retry_after_s: u32,
}

impl Window {
    pub(super) fn starting(now: Instant) -> Self {
        Self { since: now, n_tokens: 0, n_requests: 0 }
    }

    /// Counts a request, or refuses it where it does not fit and the limits hold.
    pub(super) fn take(
        &mut self,
        deployment: &SimDeployment,
        n_tokens: u64,
        enforce: bool,
        now: Instant,
    ) -> Result<Remaining, Exceeded> {
        if now.duration_since(self.since) >= WINDOW {
            *self = Self::starting(now);
        }
        let most_tokens = u64::from(deployment.capacity) * 1000;
        let most_requests = u64::from(deployment.capacity) * REQUESTS_PER_1000_TOKENS;
        let what = match (self.n_tokens + n_tokens > most_tokens, self.n_requests + 1 > most_requests) {
            (true, _) => Some("token"),
            (false, true) => Some("call"),
            (false, false) => None,
        };
        if let Some(what) = what.filter(|_| enforce) {
            let left = WINDOW.saturating_sub(now.duration_since(self.since));
            return Err(Exceeded { what, retry_after_s: u32::try_from(left.as_secs()).unwrap_or(0) + 1 });
        }
        self.n_tokens += n_tokens;
        self.n_requests += 1;
        Ok(Remaining {
            tokens: most_tokens.saturating_sub(self.n_tokens),
            requests: most_requests.saturating_sub(self.n_requests),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_refuses_what_is_beyond_its_minute_and_opens_again() {
        let (name, model, sku) = ("gpt".to_owned(), "gpt-4o".to_owned(), "Standard".to_owned());
        let deployment = SimDeployment { name, model, sku, capacity: 1 };
        let start = Instant::now();
        let mut window = Window::starting(start);
        assert_eq!(window.take(&deployment, 900, true, start), Ok(Remaining { tokens: 100, requests: 5 }));
        let refused = window.take(&deployment, 200, true, start + Duration::from_secs(20));
        assert_eq!(refused, Err(Exceeded { what: "token", retry_after_s: 41 }));
        assert_eq!(
            window.take(&deployment, 200, false, start),
            Ok(Remaining { tokens: 0, requests: 4 }),
            "limits are counted but not held where they are switched off"
        );
        let later = window.take(&deployment, 200, true, start + WINDOW);
        assert_eq!(later, Ok(Remaining { tokens: 800, requests: 5 }));
    }
}
