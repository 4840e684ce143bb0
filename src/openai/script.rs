//! Disturbances by script: which requests they meet and what they do.

use crate::text::{next_random, unit};

/// A disturbance of some requests to an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Disturbance {
    /// Only this deployment; any where None.
    pub deployment: Option<String>,
    /// The first request that it may meet, counted from 1 at the time it was set.
    pub first: u64,
    /// How many requests it meets; without an end where None.
    pub count: Option<u64>,
    /// The chance that it meets one of them, 0 to 1.
    pub chance: f64,
    pub effect: Effect,
}

/// What a disturbed request meets with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// That status instead of an answer; 429 as throttling writes it.
    Status { status: u16, retry_after_ms: Option<u64> },
    /// So much later than otherwise.
    Delay { ms: u64 },
    /// The content filter refuses the prompt.
    ContentFilter,
    /// The connection breaks before an answer.
    Reset,
    /// A stream breaks off after half of its pieces; an answer that is no stream does before it is there.
    HalfStream,
}

/// The disturbances of an account and how often each was passed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Script {
    lines: Vec<(Disturbance, u64, u64)>,
}

impl Script {
    pub(super) fn new(disturbances: impl IntoIterator<Item = Disturbance>) -> Self {
        Self { lines: disturbances.into_iter().map(|one| (one, 0, 0)).collect() }
    }

    /// What the next request to `deployment` meets with, in the order of the script.
    pub(super) fn next(&mut self, deployment: &str, random: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut mixed = random;
        for (line, n_seen, n_met) in &mut self.lines {
            if line.deployment.as_deref().is_some_and(|only| only != deployment) {
                continue;
            }
            *n_seen += 1;
            let due = *n_seen >= line.first && line.count.is_none_or(|count| *n_met < count);
            if due && unit(next_random(&mut mixed)) < line.chance {
                *n_met += 1;
                effects.push(line.effect.clone());
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbance_meets_the_requests_it_names() {
        let line = |first, count, chance| Disturbance {
            deployment: Some("gpt".to_owned()),
            first,
            count,
            chance,
            effect: Effect::Reset,
        };
        let mut script = Script::new([line(2, Some(2), 1.0)]);
        let met: Vec<usize> = (0..5).map(|nth| script.next("gpt", nth).len()).collect();
        assert_eq!(met, [0, 1, 1, 0, 0]);
        assert!(Script::new([line(1, None, 1.0)]).next("other", 1).is_empty());
        let mut half = Script::new([line(1, None, 0.5)]);
        let n: usize = (0..1000).map(|nth| half.next("gpt", nth * 7919).len()).sum();
        assert!((400..600).contains(&n), "{n}");
    }
}
