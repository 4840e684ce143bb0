//! Runs a piece of work until the figures settle; what the benches share.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds last this long together, and there are at least three.
const BUDGET: Duration = Duration::from_secs(2);

/// The median and the best of several rounds of `work`.
pub(crate) fn rounds(work: impl Fn() -> usize) -> (Duration, Duration) {
    let started = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 3 || started.elapsed() < BUDGET {
        let round = Instant::now();
        black_box(work());
        rounds.push(round.elapsed());
    }
    rounds.sort();
    (rounds[rounds.len() / 2], rounds[0])
}
