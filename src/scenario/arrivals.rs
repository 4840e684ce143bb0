//! When requests of a rate come: so many a second, whoever still waits for an answer. A rate may change evenly from one
//! number to another over the phase.

use crate::text::{next_random, unit};

/// Requests a second at the beginning and at the end of a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    pub from: f64,
    pub to: f64,
}

impl Rate {
    /// How many requests come in so many milliseconds.
    pub(super) fn n_requests(self, lasts_ms: u64) -> f64 {
        (self.from + self.to) / 2.0 * lasts_ms as f64 / 1000.0
    }

    /// The times of all arrivals in milliseconds since the phase began, in order. Evenly spread, or, with a seed, each by
    /// chance and independent of the others (a Poisson process).
    pub(super) fn times(self, lasts_ms: u64, mut seed: Option<u64>) -> impl Iterator<Item = u64> {
        let lasts_s = lasts_ms as f64 / 1000.0;
        let most = self.n_requests(lasts_ms);
        // How many have come so far, as a number with fractions.
        let mut n = seed.as_mut().map_or(0.0, gap);
        std::iter::from_fn(move || {
            if n >= most {
                return None;
            }
            let at_s = self.time_of(n, lasts_s);
            n += seed.as_mut().map_or(1.0, gap);
            Some(((at_s * 1000.0) as u64).min(lasts_ms))
        })
    }

    /// When `n` requests have come: where the area under the rate is `n`.
    fn time_of(self, n: f64, lasts_s: f64) -> f64 {
        let slope = (self.to - self.from) / lasts_s;
        let root = (self.from * self.from + 2.0 * slope * n).max(0.0).sqrt();
        // Of the two forms of the solution this one loses no digits where the slope is small.
        if n == 0.0 { 0.0 } else { 2.0 * n / (self.from + root) }
    }
}

/// The share of an arrival until the next one: exponential, one on average.
fn gap(state: &mut u64) -> f64 {
    -(1.0 - unit(next_random(state))).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_rate_comes_in_even_steps() {
        let times: Vec<u64> = Rate { from: 4.0, to: 4.0 }.times(2_000, None).collect();
        assert_eq!(times, [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
    }

    #[test]
    fn a_ramp_comes_faster_and_faster_or_slower_and_slower() {
        let up: Vec<u64> = Rate { from: 0.0, to: 10.0 }.times(4_000, None).collect();
        assert_eq!(up.len(), 20);
        assert!(up.windows(3).skip(1).all(|three| three[2] - three[1] <= three[1] - three[0] + 1), "{up:?}");
        let down: Vec<u64> = Rate { from: 10.0, to: 0.0 }.times(4_000, None).collect();
        assert_eq!(down.len(), 20);
        let half = |times: &[u64]| times.iter().filter(|ms| **ms < 2_000).count();
        assert_eq!((half(&up), half(&down)), (5, 15), "a quarter of the area lies in the low half");
    }

    #[test]
    fn by_chance_there_are_as_many_and_with_the_same_seed_the_same() {
        let rate = Rate { from: 50.0, to: 50.0 };
        let times = |seed| rate.times(60_000, Some(seed)).collect::<Vec<u64>>();
        let n = times(1).len();
        assert!((2_800..3_200).contains(&n), "{n}");
        assert_eq!(times(1), times(1));
        assert_ne!(times(1), times(2));
        assert!(times(1).is_sorted());
    }
}
