//! Answers by what was asked: each kept with the embedding of its prompt, found by the nearest one within a distance.
//! In the memory of a gateway instance; the service keeps them in an external cache that instances share.
//!
//! Bounds: at most [`MAX_ENTRIES`], and [`MAX_BYTES`] of bodies and embeddings; what has been there longest is
//! forgotten first.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::gateway::Headers;

/// A look at each is a few thousand multiplications, so a miss stays within a few milliseconds.
const MAX_ENTRIES: usize = 2_000;
const MAX_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct SemanticCache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// Oldest first.
    entries: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    lookup: Lookup,
    expires_ms: i64,
    answer: CachedAnswer,
}

/// What an answer is found by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lookup {
    /// Only answers of the same partition are looked at.
    pub partition: String,
    /// Of length 1.
    pub embedding: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CachedAnswer {
    pub status: u16,
    pub reason: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Lookup {
    /// None where the numbers have no direction.
    pub(crate) fn new(partition: String, numbers: &[f64]) -> Option<Self> {
        let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
        if !length.is_finite() || length == 0.0 {
            return None;
        }
        // Single precision is what embeddings have.
        let embedding = numbers.iter().map(|number| (number / length) as f32).collect();
        Some(Self { partition, embedding })
    }

    /// The cosine distance: 0 for the same direction, 1 for a right angle. None for embeddings of two models.
    fn distance(&self, other: &Self) -> Option<f64> {
        let fits = self.partition == other.partition && self.embedding.len() == other.embedding.len();
        let product = || self.embedding.iter().zip(&other.embedding).map(|(one, two)| f64::from(one * two));
        fits.then(|| 1.0 - product().sum::<f64>())
    }
}

impl SemanticCache {
    /// Finds the nearest answer within `threshold`, and its distance.
    pub(crate) fn find(&self, lookup: &Lookup, threshold: f64, now_ms: i64) -> Option<(CachedAnswer, f64)> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.drop_expired(now_ms);
        let near = entries.entries.iter().filter_map(|entry| {
            let distance = lookup.distance(&entry.lookup)?;
            // Rounding must not keep a prompt from itself.
            (distance <= threshold + 1e-6).then_some((distance, entry))
        });
        let (distance, entry) = near.min_by(|(one, _), (two, _)| one.total_cmp(two))?;
        Some((entry.answer.clone(), distance.max(0.0)))
    }

    /// Keeps an answer. Says whether it fits.
    pub(crate) fn store(&self, lookup: Lookup, answer: CachedAnswer, duration_ms: i64, now_ms: i64) -> bool {
        let entry = Entry { lookup, expires_ms: now_ms.saturating_add(duration_ms), answer };
        let size = entry.size();
        if size > MAX_BYTES || duration_ms <= 0 {
            return false;
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.drop_expired(now_ms);
        while entries.entries.len() >= MAX_ENTRIES || entries.bytes + size > MAX_BYTES {
            let Some(oldest) = entries.entries.pop_front() else { break };
            entries.bytes -= oldest.size();
        }
        entries.bytes += size;
        entries.entries.push_back(entry);
        true
    }
}

impl Entries {
    fn drop_expired(&mut self, now_ms: i64) {
        self.entries.retain(|entry| entry.expires_ms > now_ms);
        self.bytes = self.entries.iter().map(Entry::size).sum();
    }
}

impl Entry {
    fn size(&self) -> usize {
        self.answer.body.len() + self.lookup.embedding.len() * size_of::<f32>() + self.lookup.partition.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(partition: &str, numbers: &[f64]) -> Lookup {
        Lookup::new(partition.to_owned(), numbers).unwrap()
    }

    fn answer(text: &str) -> CachedAnswer {
        CachedAnswer {
            status: 200,
            reason: String::new(),
            headers: Headers::default(),
            body: text.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_nearest_answer_of_the_partition_is_found_until_it_expires() {
        let cache = SemanticCache::default();
        cache.store(lookup("a", &[1.0, 0.0]), answer("east"), 1000, 0);
        cache.store(lookup("a", &[1.0, 1.0]), answer("north-east"), 2000, 0);
        let found = |partition: &str, numbers: &[f64], threshold, now_ms| {
            let (answer, _) = cache.find(&lookup(partition, numbers), threshold, now_ms)?;
            Some(String::from_utf8(answer.body).unwrap())
        };
        assert_eq!(found("a", &[5.0, 0.0], 0.0, 0).as_deref(), Some("east"));
        assert_eq!(found("a", &[5.0, 4.0], 0.3, 0).as_deref(), Some("north-east"));
        assert_eq!(found("a", &[0.0, 1.0], 0.2, 0), None);
        assert_eq!(found("b", &[1.0, 0.0], 1.0, 0), None);
        assert_eq!(found("a", &[1.0, 0.0, 0.0], 1.0, 0), None);
        assert_eq!(found("a", &[1.0, 0.0], 0.0, 1000), None);
        assert_eq!(found("a", &[1.0, 0.0], 0.3, 1000).as_deref(), Some("north-east"));
        assert_eq!(Lookup::new("a".to_owned(), &[0.0]), None);
    }

    #[test]
    fn the_oldest_answers_make_room() {
        let cache = SemanticCache::default();
        for nth in 0..MAX_ENTRIES + 10 {
            cache.store(lookup(&nth.to_string(), &[1.0]), answer(""), 1000, 0);
        }
        assert!(cache.find(&lookup("0", &[1.0]), 0.0, 0).is_none());
        assert!(cache.find(&lookup("10", &[1.0]), 0.0, 0).is_some());
        let large = CachedAnswer { body: vec![0; MAX_BYTES + 1], ..answer("") };
        assert!(!cache.store(lookup("large", &[1.0]), large, 1000, 0));
    }
}
