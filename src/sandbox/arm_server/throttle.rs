//! How many requests a subscription has left: a token bucket each for reads, writes and deletes, told in every answer,
//! and held where a test wants it. Sizes and rates: learn.microsoft.com, request-limits-and-throttling (2026-11).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Method;

/// One bucket: how much it holds, and how much of that comes back each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    pub size: f64,
    pub per_second: f64,
}

/// The buckets of a subscription.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub reads: Bucket,
    pub writes: Bucket,
    pub deletes: Bucket,
    /// An empty bucket refuses with 429; otherwise it is only told.
    pub enforced: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reads: Bucket { size: 250.0, per_second: 25.0 },
            writes: Bucket { size: 200.0, per_second: 10.0 },
            deletes: Bucket { size: 200.0, per_second: 10.0 },
            enforced: false,
        }
    }
}

/// What is left.
pub(super) struct Buckets {
    limits: Limits,
    left: Mutex<[(f64, Instant); 3]>,
}

/// What one request took.
pub(super) struct Taken {
    pub(super) header: &'static str,
    pub(super) left: u32,
    /// Set where there was nothing to take: how long until there is.
    pub(super) refused_for: Option<Duration>,
}

impl Buckets {
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        let sizes = [limits.reads, limits.writes, limits.deletes].map(|bucket| (bucket.size, now));
        Self { limits, left: Mutex::new(sizes) }
    }

    pub(super) fn take(&self, method: &Method, now: Instant) -> Taken {
        let (index, bucket, header) = match *method {
            Method::GET | Method::HEAD => {
                (0, self.limits.reads, "x-ms-ratelimit-remaining-subscription-reads")
            }
            Method::DELETE => (2, self.limits.deletes, "x-ms-ratelimit-remaining-subscription-deletes"),
            _ => (1, self.limits.writes, "x-ms-ratelimit-remaining-subscription-writes"),
        };
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = &mut all[index];
        *left = (*left + bucket.per_second * (now - *since).as_secs_f64()).min(bucket.size);
        *since = now;
        if *left < 1.0 && self.limits.enforced {
            let wait = (1.0 - *left) / bucket.per_second;
            return Taken { header, left: 0, refused_for: Some(Duration::from_secs_f64(wait)) };
        }
        *left = (*left - 1.0).max(0.0);
        Taken { header, left: *left as u32, refused_for: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_and_fills_up_again() {
        let now = Instant::now();
        let reads = Bucket { size: 2.0, per_second: 1.0 };
        let buckets = Buckets::new(Limits { reads, enforced: true, ..Limits::default() }, now);
        let take = || buckets.take(&Method::GET, now);
        let left: Vec<_> = (0..3).map(|_| take()).map(|taken| (taken.left, taken.refused_for)).collect();
        assert_eq!(left, [(1, None), (0, None), (0, Some(Duration::from_secs(1)))]);
        assert_eq!(buckets.take(&Method::PUT, now).left, 199, "writes have a bucket of their own");
        let later = buckets.take(&Method::GET, now + Duration::from_secs(60));
        assert_eq!(later.left, 1, "no fuller than its size");
    }
}
