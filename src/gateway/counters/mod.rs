//! Counters that policies share: per key, for the whole gateway, in its memory. The service keeps them per region
//! and never synchronises them between regions.

mod bucket;
mod log;
mod quota;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub(super) use bucket::Bucket;
pub(super) use log::SlidingLog;
pub(super) use quota::{Period, QuotaCount};
pub(super) use slots::Slots;

/// Past this many keys the oldest are forgotten first: a key made of a request's own data, such as its id, must not
/// fill the memory.
const MAX_KEYS: usize = 100_000;

/// Counters of one kind by key.
#[derive(Debug)]
pub(super) struct Counters<T>(Mutex<BTreeMap<String, (i64, T)>>);

impl<T> Default for Counters<T> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<T> Counters<T> {
    /// Does `act` with the counter of `key`, made by `new` where there is none.
    pub(super) fn with<R>(
        &self,
        key: &str,
        now_ms: i64,
        new: impl FnOnce() -> T,
        act: impl FnOnce(&mut T) -> R,
    ) -> R {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MAX_KEYS && !counters.contains_key(key) {
            let oldest = counters.iter().min_by_key(|(_, (used_ms, _))| *used_ms).map(|(key, _)| key.clone());
            oldest.and_then(|key| counters.remove(&key));
        }
        let (used_ms, counter) = counters.entry(key.to_owned()).or_insert_with(|| (now_ms, new()));
        *used_ms = now_ms;
        act(counter)
    }
}

/// Whole seconds until `ms` have passed, at least one: what `Retry-After` can say.
pub(super) fn seconds_up(ms: i64) -> u64 {
    u64::try_from(ms.max(1)).unwrap_or(1).div_ceil(1000)
}
