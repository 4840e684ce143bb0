//! The gateway's own cache, for answers and for values: in the memory of one instance, on the host's clock, bounded.
//! What does not fit in drives out first what has expired, then what was stored longest ago. The service's own cache
//! is volatile too and does not say what it drives out (Learn, api-management-howto-cache, 2025).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Headers;
use crate::csharp::Value;

/// What the built-in cache of the Basic tier holds (Learn, api-management-features and pricing, 2025: 10 MB for
/// Developer, 50 MB for Basic).
const MAX_BYTES: usize = 50 * 1024 * 1024;

/// The largest answer that the service caches (Learn, service limits of API Management, 2025: 2 MiB).
pub(super) const MAX_ENTRY_BYTES: usize = 2 * 1024 * 1024;

/// What an entry takes beside its content.
const ENTRY_BYTES: usize = 128;

/// An answer as it was when `cache-store` ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CachedAnswer {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// What is stored under a key.
#[derive(Clone)]
pub(super) enum Cached {
    Value(Value),
    Answer(Arc<CachedAnswer>),
}

/// See the module.
#[derive(Default)]
pub(super) struct Cache(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_key: BTreeMap<String, Entry>,
    /// Keys by when they were stored, oldest first.
    by_age: BTreeMap<u64, String>,
    n_bytes: usize,
    next: u64,
}

struct Entry {
    content: Cached,
    stored_ms: i64,
    expires_ms: i64,
    n_bytes: usize,
    age: u64,
}

impl Cache {
    /// Returns what is stored under `key` at this moment, and for how many milliseconds more.
    pub(super) fn find(&self, key: &str, now_ms: i64) -> Option<(Cached, i64)> {
        let entries = self.entries();
        let entry = entries.by_key.get(key)?;
        (entry.stored_ms <= now_ms && now_ms < entry.expires_ms)
            .then(|| (entry.content.clone(), entry.expires_ms - now_ms))
    }

    /// Stores something in place of what is there. Says whether it fits in.
    pub(super) fn store(&self, key: String, content: Cached, now_ms: i64, duration_s: i64) -> bool {
        let n_bytes = ENTRY_BYTES + key.len() + content.n_bytes();
        let mut entries = self.entries();
        entries.remove(&key);
        if duration_s <= 0 || n_bytes > MAX_ENTRY_BYTES {
            return false;
        }
        let expires_ms = now_ms.saturating_add(duration_s.saturating_mul(1000));
        entries.make_room(n_bytes, now_ms);
        entries.next += 1;
        let age = entries.next;
        entries.n_bytes += n_bytes;
        entries.by_age.insert(age, key.clone());
        entries.by_key.insert(key, Entry { content, stored_ms: now_ms, expires_ms, n_bytes, age });
        true
    }

    /// Says whether there was something.
    pub(super) fn remove(&self, key: &str) -> bool {
        self.entries().remove(key)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn remove(&mut self, key: &str) -> bool {
        let Some(entry) = self.by_key.remove(key) else { return false };
        self.by_age.remove(&entry.age);
        self.n_bytes -= entry.n_bytes;
        true
    }

    fn make_room(&mut self, n_bytes: usize, now_ms: i64) {
        if self.n_bytes + n_bytes <= MAX_BYTES {
            return;
        }
        let expired: Vec<String> = self
            .by_key
            .iter()
            .filter(|(_, entry)| entry.expires_ms <= now_ms)
            .map(|(key, _)| key.clone())
            .collect();
        for key in expired {
            self.remove(&key);
        }
        while self.n_bytes + n_bytes > MAX_BYTES {
            let Some(oldest) = self.by_age.values().next().cloned() else { return };
            self.remove(&oldest);
        }
    }
}

impl Cached {
    fn n_bytes(&self) -> usize {
        match self {
            Self::Value(value) => value.as_bytes().map_or_else(|| value.display().len(), |bytes| bytes.len()),
            Self::Answer(answer) => {
                let headers = answer.headers.0.iter().map(|(name, value)| name.len() + value.len());
                answer.body.len() + headers.sum::<usize>()
            }
        }
    }
}

/// A value as the cache keeps it: its own, so that nobody who holds the old one changes it. None for objects that
/// live with one request, such as an `IResponse`, and for collections other than JSON.
pub(super) fn copy_of_value(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) => match object.type_name() {
            "JObject" | "JArray" | "JValue" | "JToken" => {
                value.to_json().ok().map(|json| Value::from_json_text(&json))
            }
            "byte[]" | "DateTime" | "DateTimeOffset" | "TimeSpan" | "Guid" | "Decimal" | "String[]" => {
                Some(value.clone())
            }
            _ => None,
        },
        plain => Some(plain.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(n_bytes: usize) -> Cached {
        Cached::Value(Value::string("x".repeat(n_bytes)))
    }

    #[test]
    fn what_is_stored_expires() {
        let cache = Cache::default();
        assert!(cache.store("a".into(), text(1), 0, 10));
        assert_eq!(cache.find("a", 9_999).map(|(_, left_ms)| left_ms), Some(1));
        assert!(cache.find("a", 10_000).is_none());
        assert!(cache.find("a", -1).is_none(), "not before it was stored");
        assert!(!cache.store("a".into(), text(1), 0, 0));
        assert!(cache.find("a", 0).is_none(), "what cannot be stored is not left as it was");
        assert!(!cache.remove("a"));
    }

    #[test]
    fn the_oldest_makes_room_and_the_memory_is_bounded() {
        let cache = Cache::default();
        assert!(!cache.store("large".into(), text(MAX_ENTRY_BYTES), 0, 10));
        cache.store("expired".into(), text(1_000_000), 0, 1);
        for n in 0..60 {
            assert!(cache.store(n.to_string(), text(1_000_000), 5_000, 100));
        }
        assert!(cache.entries().n_bytes <= MAX_BYTES);
        assert!(cache.find("0", 5_000).is_none());
        assert!(cache.find("59", 5_000).is_some());
        assert!(!cache.remove("expired"));
    }
}
