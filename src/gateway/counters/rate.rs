//! So many calls or tokens in a time: a sliding window on the classic tiers, a token bucket on the v2 tiers (Learn,
//! include on rate limits of 2025-11-14).

use super::{Bucket, SlidingLog};
use crate::gateway::Tier;

/// A limit and the time it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub limit: u64,
    pub window_ms: i64,
}

/// What was used of a rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RateCount {
    Window(SlidingLog),
    Bucket(Bucket),
}

impl RateCount {
    /// Nothing is used yet.
    pub(crate) fn new(tier: Tier, now_ms: i64, rate: Rate) -> Self {
        match tier {
            Tier::Classic => Self::Window(SlidingLog::default()),
            Tier::V2 => Self::Bucket(Bucket::full(now_ms, rate.limit, rate.window_ms)),
        }
    }

    /// Returns what is left; negative after an overshoot.
    pub(crate) fn left(&mut self, now_ms: i64, rate: Rate) -> i64 {
        match self {
            Self::Window(log) => {
                let used = log.sum(now_ms, rate.window_ms);
                signed(rate.limit).saturating_sub(signed(used))
            }
            Self::Bucket(bucket) => bucket.level(now_ms, rate.limit, rate.window_ms),
        }
    }

    pub(crate) fn add(&mut self, now_ms: i64, rate: Rate, amount: u64) {
        match self {
            Self::Window(log) => log.add(now_ms, amount),
            Self::Bucket(bucket) => {
                bucket.level(now_ms, rate.limit, rate.window_ms);
                bucket.charge(amount);
            }
        }
    }

    /// Returns how long it takes until `needed` are left.
    pub(crate) fn wait_ms(&mut self, now_ms: i64, rate: Rate, needed: u64) -> i64 {
        match self {
            Self::Window(log) => log.wait_ms(now_ms, rate.window_ms, rate.limit.saturating_sub(needed)),
            Self::Bucket(bucket) => bucket.wait_ms(now_ms, rate.limit, rate.window_ms, needed),
        }
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
