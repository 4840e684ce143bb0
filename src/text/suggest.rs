//! "did you mean": the known name nearest to what was written.

/// Below this similarity (Jaro-Winkler, 0 to 1) a suggestion confuses more than it helps.
const LEAST_SIMILARITY: f64 = 0.8;

/// Returns the candidate nearest to `wrong`, or none where nothing is near enough. Case is ignored.
pub fn suggest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wrong, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= LEAST_SIMILARITY)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
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
}
