//! The order of names in a template. The official compiler sorts as a language does, not as a computer: case
//! matters only where nothing else differs, signs come before digits, digits before letters.

use std::cmp::Ordering;

/// Signs in the order of the Unicode collation algorithm's default table.
const SIGNS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

pub(super) fn collate(left: &str, right: &str) -> Ordering {
    let key = |text: &str| text.chars().map(rank).collect::<Vec<_>>();
    // Lower case comes first where nothing else differs.
    let case = |text: &str| text.chars().map(char::is_uppercase).collect::<Vec<_>>();
    key(left).cmp(&key(right)).then_with(|| case(left).cmp(&case(right))).then_with(|| left.cmp(right))
}

fn rank(c: char) -> (u8, u32) {
    match SIGNS.chars().position(|sign| sign == c) {
        _ if c.is_whitespace() => (0, 0),
        Some(at) => (1, u32::try_from(at).unwrap_or_default()),
        None if c.is_ascii_digit() => (2, u32::from(c)),
        None => (3, c.to_lowercase().next().map_or(0, u32::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_as_in_a_dictionary() {
        let mut names = ["b", "B", "a10", "a", "_x", "A", "a2", "a::b", "ab", "$fxv"];
        names.sort_by(|left, right| collate(left, right));
        assert_eq!(names, ["_x", "$fxv", "a", "A", "a::b", "a10", "a2", "ab", "b", "B"]);
    }
}
