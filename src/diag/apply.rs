//! Fixes carried out on a text. Pure: whoever calls shows the difference and writes the file.

use std::collections::BTreeMap;

use super::Fix;

/// Carries out the fixes of one text in their order and returns the new text, with how many were carried out. All
/// edits of a fix are made or none; one that overlaps an earlier fix, or does not fit the text, is left for the next
/// round. Line ends of replacements become those of the text.
pub fn apply(text: &str, fixes: &[&Fix]) -> (String, usize) {
    let mut taken: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    let mut n_applied = 0;
    for fix in fixes {
        let mut own: Vec<(usize, usize, &str)> = Vec::new();
        own.extend(fix.edits.iter().map(|edit| {
            let range = edit.span.range();
            (range.start, range.end, edit.replacement.as_str())
        }));
        own.sort_by_key(|(start, end, _)| (*start, *end));
        let is_apart = own.windows(2).all(|pair| pair[0].1 <= pair[1].0 && pair[0].0 < pair[1].0);
        let fits = own.iter().all(|(start, end, _)| text.get(*start..*end).is_some());
        let is_free = own.iter().all(|(start, end, _)| is_free(&taken, *start, *end));
        if is_apart && fits && is_free && !own.is_empty() {
            taken.extend(own.into_iter().map(|(start, end, replacement)| (start, (end, replacement))));
            n_applied += 1;
        }
    }
    (rewritten(text, &taken), n_applied)
}

/// Whether no taken range reaches into `start..end`, and none begins there: of two insertions at one place nobody
/// knows the order.
fn is_free(taken: &BTreeMap<usize, (usize, &str)>, start: usize, end: usize) -> bool {
    let before = taken.range(..start).next_back();
    let within = taken.range(start..end.max(start + 1)).next();
    before.is_none_or(|(_, (before_end, _))| *before_end <= start) && within.is_none()
}

fn rewritten(text: &str, edits: &BTreeMap<usize, (usize, &str)>) -> String {
    let has_crlf = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, (end, replacement)) in edits {
        out.push_str(&text[at..*start]);
        if has_crlf {
            out.push_str(&replacement.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            out.push_str(replacement);
        }
        at = *end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Span};

    #[test]
    fn the_first_of_overlapping_fixes_wins_and_a_fix_is_whole_or_not_at_all() {
        type Edits = &'static [(usize, usize, &'static str)];
        let case = |text: &str, fixes: &[Edits], expected: &str, n_expected: usize| {
            let source = Source::new("p.xml", text);
            let fix = |edits: &Edits| {
                let (start, end, replacement) = edits[0];
                let first = Fix::safe("mend it", &source, Span::new(start, end), replacement);
                edits[1..].iter().fold(first, |fix, (start, end, replacement)| {
                    fix.and(Span::new(*start, *end), *replacement)
                })
            };
            let fixes: Vec<Fix> = fixes.iter().map(fix).collect();
            let (found, n) = apply(text, &fixes.iter().collect::<Vec<_>>());
            assert_eq!((found.as_str(), n), (expected, n_expected), "{fixes:?}");
        };
        case("abc", &[&[(0, 1, "x")], &[(1, 2, "y")]], "xyc", 2);
        case("abc", &[&[(0, 2, "x")], &[(1, 3, "y")]], "xc", 1);
        case("abc", &[&[(1, 1, "x")], &[(1, 1, "y")]], "axbc", 1);
        case("abc", &[&[(1, 2, "x")], &[(1, 1, "y")]], "axc", 1);
        case("abc", &[&[(0, 3, "x")], &[(1, 1, "y")]], "x", 1);
        case("abc", &[&[(0, 1, "x")], &[(2, 3, "y"), (0, 1, "z")], &[(1, 1, "-")]], "x-bc", 2);
        case("abc", &[&[(2, 3, "")], &[(0, 0, "x")]], "xab", 2);
        case("é", &[&[(1, 2, "x")], &[(0, 9, "y")]], "é", 0);
        case("a\r\nb", &[&[(3, 3, "x\ny\r\n")]], "a\r\nx\r\ny\r\nb", 1);
        case("abc", &[&[(0, 2, "x"), (1, 3, "y")]], "abc", 0);
    }
}
