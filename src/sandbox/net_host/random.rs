//! Random numbers of the operating system, fetched many at a time: every request needs some, and each fetch is a system
//! call.

use std::sync::Mutex;

use ring::rand::{SecureRandom as _, SystemRandom};

use super::lock;

/// Numbers of one fetch.
const FETCHED: usize = 64;

#[derive(Default)]
pub(super) struct Randomness(Mutex<Vec<u64>>);

impl Randomness {
    pub(super) fn next(&self) -> u64 {
        let mut numbers = lock(&self.0);
        if numbers.is_empty() {
            *numbers = fetched();
        }
        numbers.pop().unwrap_or_else(of_uuid)
    }
}

/// Empty where the system gives none.
fn fetched() -> Vec<u64> {
    let mut bytes = [0; FETCHED * 8];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => bytes.as_chunks().0.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect(),
        Err(_) => Vec::new(),
    }
}

/// A version 4 UUID is random but for its seventh and ninth byte.
fn of_uuid() -> u64 {
    let [a, b, c, d, e, f, .., y, z] = *uuid::Uuid::new_v4().as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, y, z])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_comes_twice() {
        let randomness = Randomness::default();
        let mut numbers: Vec<u64> = (0..3 * FETCHED).map(|_| randomness.next()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 3 * FETCHED);
    }
}
