//! Counters that policies share: per key, for the whole gateway, in its memory. The service keeps them per region
//! and never synchronises them between regions.
//!
//! A key made of a request's own data, such as its id, must not fill the memory. Decision: the keys are kept in two
//! generations. Once the young one holds [`MAX_YOUNG_KEYS`], it becomes the old one, and what was old and has not been
//! asked for since is forgotten. So a key in use is never lost, and at most twice that many keys are held.

mod bucket;
mod log;
mod quota;
mod rate;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bucket::Bucket;
use log::SlidingLog;

pub(super) use quota::{Period, QuotaCount, START_OF_TIME_MS};
pub(super) use rate::{Rate, RateCount};
pub(super) use slots::Slots;

/// Keys of one generation.
const MAX_YOUNG_KEYS: usize = 50_000;

/// Counters of one kind by key.
#[derive(Debug)]
pub(super) struct Counters<T>(Mutex<Generations<T>>);

#[derive(Debug)]
struct Generations<T> {
    young: BTreeMap<String, T>,
    old: BTreeMap<String, T>,
}

/// All counters of a kind, for as long as nobody else may change them: what is checked is what is then counted.
pub(super) struct Locked<'a, T>(MutexGuard<'a, Generations<T>>);

impl<T> Default for Counters<T> {
    fn default() -> Self {
        Self(Mutex::new(Generations { young: BTreeMap::new(), old: BTreeMap::new() }))
    }
}

impl<T> Counters<T> {
    pub(super) fn lock(&self) -> Locked<'_, T> {
        Locked(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does `act` with the counter of `key`, made by `new` where there is none.
    pub(super) fn with<R>(&self, key: &str, new: impl FnOnce() -> T, act: impl FnOnce(&mut T) -> R) -> R {
        act(self.lock().counter(key, new))
    }
}

impl<T> Locked<'_, T> {
    /// Returns the counter of `key`, made by `new` where there is none.
    pub(super) fn counter(&mut self, key: &str, new: impl FnOnce() -> T) -> &mut T {
        let Generations { young, old } = &mut *self.0;
        if young.len() >= MAX_YOUNG_KEYS && !young.contains_key(key) {
            *old = std::mem::take(young);
        }
        // Of a key that is there no text is made.
        if !young.contains_key(key) {
            let counter = old.remove(key).unwrap_or_else(new);
            return young.entry(key.to_owned()).or_insert(counter);
        }
        young.get_mut(key).expect("the line above has looked")
    }
}

/// Whole seconds until `ms` have passed, at least one: what `Retry-After` can say.
pub(super) fn seconds_up(ms: i64) -> u64 {
    u64::try_from(ms.max(1)).unwrap_or(1).div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_fill_two_generations_and_a_key_in_use_stays() {
        let counters = Counters::<u64>::default();
        for nth in 0..250_000_u64 {
            counters.with(&nth.to_string(), || 0, |count| *count += 1);
            if nth % 2_500 == 0 {
                counters.with("in use", || 0, |count| *count += 1);
            }
        }
        let n_held = {
            let held = counters.lock();
            held.0.young.len() + held.0.old.len()
        };
        assert!(n_held <= 2 * MAX_YOUNG_KEYS, "{n_held}");
        assert_eq!(counters.with("in use", || 0, |count| *count), 100);
        assert_eq!(counters.with("0", || 0, |count| *count), 0);
    }
}
