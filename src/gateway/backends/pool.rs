//! Choosing a member of a pool: the lowest priority number of which a member is up, and within that group by weight.
//!
//! Decision: the service shares by weight without saying in which order; this is smooth weighted round-robin, which
//! gives the exact shares in every run of as many requests as the weights add up to, and repeats.

use indexmap::IndexMap;

use crate::gateway::PoolMember;

/// What each member is owed, by backend id; the one that is owed most comes next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PoolState {
    credit: IndexMap<String, i64>,
}

impl PoolState {
    /// Returns the next member that is up; None where none is.
    pub(super) fn choose<'a>(
        &mut self,
        members: &'a [PoolMember],
        is_up: impl Fn(&str) -> bool,
    ) -> Option<&'a str> {
        let up: Vec<&PoolMember> = members.iter().filter(|member| is_up(&member.backend)).collect();
        let priority = up.iter().map(|member| member.priority).min()?;
        let group: Vec<&PoolMember> = up.into_iter().filter(|member| member.priority == priority).collect();
        // No weights at all means equal ones; beside others, a weight of 0 is never chosen.
        let weight = |member: &PoolMember| {
            if group.iter().all(|one| one.weight == 0) { 1 } else { member.weight.into() }
        };
        let mut chosen: Option<(&PoolMember, i64)> = None;
        for &member in &group {
            let credit = self.credit.entry(member.backend.clone()).or_default();
            *credit += weight(member);
            if weight(member) > 0 && chosen.is_none_or(|(_, most)| *credit > most) {
                chosen = Some((member, *credit));
            }
        }
        let (member, _) = chosen?;
        let total: i64 = group.iter().map(|member| weight(member)).sum();
        *self.credit.entry(member.backend.clone()).or_default() -= total;
        Some(&member.backend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(backend: &str, priority: u32, weight: u32) -> PoolMember {
        PoolMember { backend: backend.to_owned(), priority, weight }
    }

    #[track_caller]
    fn case(members: &[PoolMember], down: &[&str], expected: &str) {
        let mut pool = PoolState::default();
        let chosen: Vec<_> =
            (0..6).filter_map(|_| pool.choose(members, |backend| !down.contains(&backend))).collect();
        assert_eq!(chosen.join(" "), expected);
    }

    #[test]
    fn the_first_group_with_a_member_that_is_up_shares_by_weight() {
        let members = [member("ptu", 1, 1), member("a", 2, 2), member("b", 2, 1)];
        case(&members, &[], "ptu ptu ptu ptu ptu ptu");
        case(&members, &["ptu"], "a b a a b a");
        case(&members, &["ptu", "a"], "b b b b b b");
        case(&members, &["ptu", "a", "b"], "");
        case(&[member("a", 1, 0), member("b", 1, 0)], &[], "a b a b a b");
        case(&[member("a", 1, 0), member("b", 1, 5)], &[], "b b b b b b");
    }

    /// Members fail and come back by chance; what is chosen while all are up still fits the weights: the chi-square
    /// statistic with two degrees of freedom stays below 13.8, which it passes by chance once in a thousand.
    #[test]
    fn shares_fit_the_weights_whatever_happens_between() {
        let weights = [("a", 5), ("b", 3), ("c", 2)];
        let members: Vec<PoolMember> = weights.iter().map(|(id, weight)| member(id, 1, *weight)).collect();
        for seed in 0..50_u64 {
            let (mut pool, mut state) = (PoolState::default(), seed);
            let mut counts = [0_u32; 3];
            for _ in 0..2_000 {
                let random = crate::text::next_random(&mut state);
                let down = if random.is_multiple_of(4) { (random >> 8) % 3 } else { 3 };
                let is_up =
                    |id: &str| weights.iter().position(|(known, _)| *known == id) != Some(down as usize);
                let chosen = pool
                    .choose(&members, is_up)
                    .and_then(|id| weights.iter().position(|(one, _)| *one == id));
                if let Some(index) = chosen.filter(|_| down == 3) {
                    counts[index] += 1;
                }
            }
            let n = f64::from(counts.iter().sum::<u32>());
            let square = |(count, (_, weight)): (&u32, &(&str, u32))| {
                let expected = n * f64::from(*weight) / 10.0;
                (f64::from(*count) - expected).powi(2) / expected
            };
            let statistic: f64 = counts.iter().zip(&weights).map(square).sum();
            assert!(statistic < 13.8, "seed {seed}: {counts:?}, {statistic}");
        }
    }
}
