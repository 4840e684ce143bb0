//! "did you mean": the known name nearest to what was written.

/// Below this similarity (Jaro-Winkler, 0 to 1) a suggestion confuses more than it helps.
const LEAST_SIMILARITY: f64 = 0.8;

/// In bytes. Nothing that is longer is a slip in a name, and to compare takes the product of both lengths.
const NAME_BYTES_MAX: usize = 128;

/// So many names are compared; documents can bring any number of them.
const CANDIDATES_MAX: usize = 1000;

/// Returns the candidate nearest to `wrong`, or none where nothing is near enough. Case is ignored.
pub fn suggest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates = comparable(wrong, candidates);
    let wrong = wrong.to_lowercase();
    candidates
        .map(|candidate| (strsim::jaro_winkler(&wrong, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= LEAST_SIMILARITY)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// Slips of the pen that leave no doubt: this many letters added, left out, changed or exchanged.
const MOST_SLIPS: usize = 2;

/// Returns the one candidate that `wrong` can only be a misspelling of, near enough to be put in its place unseen; none
/// where two are as near, or where the word is so short that two slips make another one. Case is ignored.
pub fn misspelt<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = comparable(wrong, candidates);
    let wrong = wrong.to_lowercase();
    let most = MOST_SLIPS.min(wrong.len() / 4);
    let slips = |candidate: &str| strsim::osa_distance(&wrong, &candidate.to_lowercase());
    let near = near.map(|candidate| (slips(candidate), candidate));
    let mut near: Vec<_> = near.filter(|(slips, _)| *slips <= most).collect();
    near.sort_by_key(|(slips, _)| *slips);
    match near.as_slice() {
        [(_, only)] => Some(only),
        [(least, first), (next, _), ..] if least < next => Some(first),
        _ => None,
    }
}

/// Those of the candidates, the first ones, that are worth comparing.
fn comparable<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let n_compared = if wrong.len() <= NAME_BYTES_MAX { CANDIDATES_MAX } else { 0 };
    candidates.into_iter().take(n_compared).filter(|candidate| candidate.len() <= NAME_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_name_or_nothing() {
        assert_eq!(suggest("prioritty", ["weight", "priority"]), Some("priority"));
        assert_eq!(suggest("Location", ["location", "locale"]), Some("location"));
        assert_eq!(suggest("zebra", ["weight", "priority"]), None);
        assert_eq!(suggest("x", []), None);
    }

    #[test]
    fn what_no_name_is_as_long_as_is_compared_with_nothing() {
        let long = "a".repeat(8 << 20);
        assert_eq!(suggest(&long, ["a"]), None);
        assert_eq!(misspelt(&long, ["a"]), None);
        assert_eq!(suggest("a", [long.as_str(), "a"]), Some("a"));
    }

    #[test]
    fn a_misspelling_is_one_that_leaves_no_doubt() {
        assert_eq!(
            misspelt("estimate-prompt-token", ["estimate-prompt-tokens", "prompt-type"]),
            Some("estimate-prompt-tokens")
        );
        assert_eq!(misspelt("Override", ["override", "append"]), Some("override"));
        assert_eq!(misspelt("consumed-tokens-header-name", ["tokens-consumed-header-name"]), None);
        assert_eq!(misspelt("abcdx", ["abcd", "abcde"]), None, "two are as near");
        assert_eq!(misspelt("ab", ["abc"]), None, "too short");
    }
}
