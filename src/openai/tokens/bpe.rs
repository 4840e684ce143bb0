//! Byte pair encoding: the bytes of a piece of text become tokens by joining the pair whose token comes first in the table,
//! again and again (github.com/openai/tiktoken, src/lib.rs).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Tokens of o200k_base.
pub(super) const O200K_TOKENS: usize = 199_998;
/// Tokens of cl100k_base.
pub(super) const CL100K_TOKENS: usize = 100_256;

/// The tokens of a vocabulary, each with its number: the lower joins first.
pub(super) struct Ranks(HashMap<&'static [u8], u32>);

impl Ranks {
    /// Reads a table: the length of each of its tokens, a byte each, then their bytes. Those of data/ are the files that
    /// tiktoken fetches, without base64 and numbers.
    pub(super) fn of(table: &'static [u8], n_tokens: usize) -> Self {
        let (lengths, mut bytes) = table.split_at(n_tokens);
        let mut ranks = HashMap::with_capacity(n_tokens);
        for (rank, length) in (0..).zip(lengths) {
            let (token, rest) = bytes.split_at(usize::from(*length));
            ranks.insert(token, rank);
            bytes = rest;
        }
        Self(ranks)
    }

    /// Counts the tokens of a piece. Takes time as its length and the logarithm of it, whatever is in it.
    pub(super) fn count(&self, piece: &[u8]) -> u64 {
        if piece.len() < 2 || self.0.contains_key(piece) {
            return u64::from(!piece.is_empty());
        }
        // Parts by where they begin: where the next one does, and the one before. A part that is gone has no length.
        let n = piece.len();
        let mut ends: Vec<usize> = (1..=n).collect();
        let mut before: Vec<usize> = (0..n).map(|at| at.wrapping_sub(1)).collect();
        let mut pairs = BinaryHeap::new();
        let rank = |start: usize, end: usize| self.0.get(&piece[start..end]).copied();
        for start in 0..n - 1 {
            if let Some(rank) = rank(start, start + 2) {
                pairs.push(Reverse((rank, start, start + 2)));
            }
        }
        let mut n_parts = n;
        while let Some(Reverse((_, start, end))) = pairs.pop() {
            let middle = ends[start];
            // One of the two was joined with another meanwhile.
            if middle == start || middle >= n || ends[middle] == middle || ends[middle] != end {
                continue;
            }
            ends[start] = end;
            ends[middle] = middle;
            n_parts -= 1;
            if end < n {
                before[end] = start;
                if let Some(rank) = rank(start, ends[end]) {
                    pairs.push(Reverse((rank, start, ends[end])));
                }
            }
            if start > 0 {
                let left = before[start];
                if let Some(rank) = rank(left, end) {
                    pairs.push(Reverse((rank, left, end)));
                }
            }
        }
        u64::try_from(n_parts).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    /// The hashes that tiktoken itself checks (tiktoken_ext/openai_public.py, read 2026-11-30).
    #[test]
    fn the_tables_are_those_that_openai_publishes() {
        for (table, n_tokens, sha256) in [
            (
                &include_bytes!("data/o200k_base.bin")[..],
                O200K_TOKENS,
                "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
            ),
            (
                &include_bytes!("data/cl100k_base.bin")[..],
                CL100K_TOKENS,
                "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
            ),
        ] {
            let (lengths, mut bytes) = table.split_at(n_tokens);
            let mut published = String::new();
            for (rank, length) in lengths.iter().enumerate() {
                let (token, rest) = bytes.split_at(usize::from(*length));
                let token = base64::engine::general_purpose::STANDARD.encode(token);
                published.push_str(&format!("{token} {rank}\n"));
                bytes = rest;
            }
            assert!(bytes.is_empty());
            let hash = ring::digest::digest(&ring::digest::SHA256, published.as_bytes());
            let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, sha256);
        }
    }

    /// `abc`: of `ab` and `bc` the one with the lower number goes first, wherever it stands.
    #[test]
    fn the_pair_that_comes_first_in_the_table_is_joined_first() {
        static TABLE: &[u8] = b"\x01\x01\x01\x02\x02\x03abcbcababc";
        let ranks = Ranks::of(TABLE, 6);
        let counts = ["", "a", "ab", "abc", "abcab", "abab", "x", "xabx", "bcbc"]
            .map(|text| ranks.count(text.as_bytes()));
        assert_eq!(counts, [0, 1, 1, 1, 2, 2, 1, 3, 2]);
    }

    #[test]
    fn a_long_piece_takes_no_time_squared() {
        let ranks = Ranks::of(include_bytes!("data/cl100k_base.bin"), CL100K_TOKENS);
        let long = vec![b'a'; 1 << 16];
        assert_eq!(ranks.count(&long), (1 << 16) / 8, "eight to a token");
    }
}
