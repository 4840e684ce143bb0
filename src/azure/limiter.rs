//! Requests wait here rather than being refused by ARM: a token bucket for reads, writes and deletes of each subscription,
//! shared by everything that one client does. Sizes and rates are those that ARM has for a subscription and a principal
//! (learn.microsoft.com, request-limits-and-throttling, 2026-11); where an answer says that less is left, because others draw
//! from the same bucket, that counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};

/// How much a bucket holds, and how much of that comes back each second.
const READS: (f64, f64) = (250.0, 25.0);
const WRITES: (f64, f64) = (200.0, 10.0);
const DELETES: (f64, f64) = (200.0, 10.0);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Read,
    Write,
    Delete,
}

impl Kind {
    fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::DELETE => Self::Delete,
            _ => Self::Write,
        }
    }

    fn bucket(self) -> (f64, f64) {
        match self {
            Self::Read => READS,
            Self::Write => WRITES,
            Self::Delete => DELETES,
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Read => "x-ms-ratelimit-remaining-subscription-reads",
            Self::Write => "x-ms-ratelimit-remaining-subscription-writes",
            Self::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
        }
    }
}

#[derive(Debug)]
struct Bucket {
    /// Less than nothing where requests wait in line.
    left: f64,
    /// When that was so, on the client's clock.
    at: Duration,
}

/// The buckets of all subscriptions that a client speaks of.
#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<BTreeMap<(String, Kind), Bucket>>);

impl Limiter {
    /// Takes one request out of its bucket; returns how long it has to wait. Whoever comes first goes first.
    pub(super) fn take(&self, method: &Method, url: &Url, now: Duration) -> Duration {
        let kind = Kind::of(method);
        let (size, per_second) = kind.bucket();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((subscription(url), kind)).or_insert(Bucket { left: size, at: now });
        let passed = now.saturating_sub(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * per_second).min(size) - 1.0;
        bucket.at = now;
        Duration::from_secs_f64((-bucket.left / per_second).max(0.0))
    }

    /// Believes an answer that says that less is left.
    pub(super) fn told(&self, method: &Method, url: &Url, headers: &HeaderMap) {
        let kind = Kind::of(method);
        let left = headers.get(kind.header()).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
        let Some(left) = left else { return };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&(subscription(url), kind)) {
            bucket.left = bucket.left.min(f64::from(left));
        }
    }
}

/// The id in `/subscriptions/ID/…`; empty for what belongs to none.
fn subscription(url: &Url) -> String {
    let mut segments = url.path_segments().into_iter().flatten();
    let is_one = segments.next().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"));
    segments.next().filter(|_| is_one).map(str::to_ascii_lowercase).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(subscription: &str) -> Url {
        Url::parse(&format!("https://arm.test/subscriptions/{subscription}/resourcegroups")).unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_rest_comes_at_the_rate_of_the_bucket() {
        let limiter = Limiter::default();
        let take = |at_s: u64| limiter.take(&Method::GET, &url("A"), Duration::from_secs(at_s)).as_millis();
        assert!((0..250).all(|_| take(0) == 0));
        assert_eq!([take(0), take(0)], [40, 80], "25 a second, in line");
        assert_eq!(take(1), 0, "a second later 25 more came, of which two were taken");
        assert_eq!(
            limiter.take(&Method::GET, &url("B"), Duration::ZERO),
            Duration::ZERO,
            "another subscription"
        );
        assert_eq!(
            limiter.take(&Method::PUT, &url("a"), Duration::ZERO),
            Duration::ZERO,
            "writes are counted apart"
        );
    }

    #[test]
    fn a_bucket_that_others_empty_is_empty_for_us() {
        let limiter = Limiter::default();
        limiter.take(&Method::PUT, &url("A"), Duration::ZERO);
        let mut headers = HeaderMap::new();
        headers.insert(Kind::Write.header(), "0".parse().unwrap());
        limiter.told(&Method::PUT, &url("a"), &headers);
        assert_eq!(limiter.take(&Method::POST, &url("A"), Duration::ZERO), Duration::from_millis(100));
        headers.insert(Kind::Write.header(), "199".parse().unwrap());
        limiter.told(&Method::PUT, &url("a"), &headers);
        assert_eq!(
            limiter.take(&Method::POST, &url("A"), Duration::ZERO),
            Duration::from_millis(200),
            "what is on its way is not in an answer yet"
        );
    }
}
