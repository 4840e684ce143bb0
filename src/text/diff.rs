//! What changed between two texts, as a unified diff that `patch` and `git apply` take.

use std::fmt::Write as _;

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

/// So many differing lines are told apart one by one; past it, everything between the first and the last difference
/// is shown as one change, so that the work stays bounded.
const EDITS_MAX: usize = 1000;

/// Returns the unified diff from `old` to `new`, empty where they are equal. `path` goes into the header.
pub fn diff(path: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let steps = steps(&old, &new);
    let mut out = String::new();
    for hunk in hunks(&steps) {
        if out.is_empty() {
            out.push_str(&header(path));
        }
        write_hunk(&mut out, &steps, hunk, &old, &new);
    }
    out
}

/// `a/` and `b/` stand for the root of a repository, which an absolute path does not begin at.
fn header(path: &str) -> String {
    if path.starts_with('/') {
        format!("--- {path}\n+++ {path}\n")
    } else {
        format!("--- a/{path}\n+++ b/{path}\n")
    }
}

/// Lines with their ends, so that a changed line end is a changed line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// One line of either text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Same { old: usize, new: usize },
    Removed { old: usize, new: usize },
    Added { old: usize, new: usize },
}

/// The way from `old` to `new`, equal lines at both ends first.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (rest_old, rest_new) = (&old[head..], &new[head..]);
    let tail = rest_old.iter().rev().zip(rest_new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (end_old, end_new) = (old.len() - tail, new.len() - tail);
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Same { old: at, new: at }).collect();
    match shortest(&old[head..end_old], &new[head..end_new]) {
        Some(inner) => steps.extend(inner.into_iter().map(|step| moved(step, head))),
        None => {
            steps.extend((head..end_old).map(|at| Step::Removed { old: at, new: head }));
            steps.extend((head..end_new).map(|at| Step::Added { old: end_old, new: at }));
        }
    }
    steps.extend((0..tail).map(|at| Step::Same { old: end_old + at, new: end_new + at }));
    steps
}

fn moved(step: Step, by: usize) -> Step {
    match step {
        Step::Same { old, new } => Step::Same { old: old + by, new: new + by },
        Step::Removed { old, new } => Step::Removed { old: old + by, new: new + by },
        Step::Added { old, new } => Step::Added { old: old + by, new: new + by },
    }
}

/// The way with the fewest changes (E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986); None where
/// it has more than [`EDITS_MAX`].
fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Step>> {
    let max = (old.len() + new.len()).min(EDITS_MAX);
    // How far each diagonal `x - y` has come, diagonal 0 in the middle; kept for every number of edits.
    let middle = max + 1;
    let mut reach = vec![0_usize; 2 * max + 3];
    let mut history = Vec::new();
    for n_edits in 0..=max {
        history.push(reach.clone());
        for diagonal in (middle - n_edits..=middle + n_edits).step_by(2) {
            let down = diagonal == middle - n_edits
                || diagonal != middle + n_edits && reach[diagonal - 1] < reach[diagonal + 1];
            let mut x = if down { reach[diagonal + 1] } else { reach[diagonal - 1] + 1 };
            // Off the grid: a diagonal that no line of the new text is on.
            let Some(mut y) = (x + middle).checked_sub(diagonal) else { continue };
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[diagonal] = x;
            if x >= old.len() && y >= new.len() {
                return Some(way_back(&history, old.len(), new.len(), middle));
            }
        }
    }
    None
}

fn way_back(history: &[Vec<usize>], n_old: usize, n_new: usize, middle: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut x, mut y) = (n_old, n_new);
    for (n_edits, reach) in history.iter().enumerate().rev() {
        let diagonal = x + middle - y;
        let down = diagonal == middle - n_edits
            || diagonal != middle + n_edits && reach[diagonal - 1] < reach[diagonal + 1];
        let before = if down { diagonal + 1 } else { diagonal - 1 };
        let from_x = if n_edits == 0 { 0 } else { reach[before] };
        let from_y = if n_edits == 0 { 0 } else { from_x + middle - before };
        while x > from_x && y > from_y && !(n_edits > 0 && (x, y) == step_from(from_x, from_y, down)) {
            (x, y) = (x - 1, y - 1);
            steps.push(Step::Same { old: x, new: y });
        }
        if n_edits > 0 {
            steps.push(if down {
                Step::Added { old: from_x, new: from_y }
            } else {
                Step::Removed { old: from_x, new: from_y }
            });
            (x, y) = (from_x, from_y);
        }
    }
    steps.reverse();
    steps
}

/// Where one edit leads from a point.
fn step_from(x: usize, y: usize, down: bool) -> (usize, usize) {
    if down { (x, y + 1) } else { (x + 1, y) }
}

/// Ranges of steps with a change in each and [`CONTEXT`] equal lines around it.
fn hunks(steps: &[Step]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| !matches!(step, Step::Same { .. })) {
        let (start, end) = (at.saturating_sub(CONTEXT), (at + 1 + CONTEXT).min(steps.len()));
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

fn write_hunk(out: &mut String, steps: &[Step], hunk: std::ops::Range<usize>, old: &[&str], new: &[&str]) {
    let of_hunk = &steps[hunk];
    let (Step::Same { old: first_old, new: first_new }
    | Step::Removed { old: first_old, new: first_new }
    | Step::Added { old: first_old, new: first_new }) = of_hunk[0];
    let n_old = of_hunk.iter().filter(|step| !matches!(step, Step::Added { .. })).count();
    let n_new = of_hunk.iter().filter(|step| !matches!(step, Step::Removed { .. })).count();
    let _ = writeln!(out, "@@ -{} +{} @@", range(first_old, n_old), range(first_new, n_new));
    for step in of_hunk {
        let (mark, line) = match *step {
            Step::Same { old: at, .. } => (' ', old[at]),
            Step::Removed { old: at, .. } => ('-', old[at]),
            Step::Added { new: at, .. } => ('+', new[at]),
        };
        let _ = write!(out, "{mark}{line}");
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// `5,2`; of no lines the line before is named.
fn range(first: usize, n: usize) -> String {
    match n {
        0 => format!("{first},0"),
        1 => format!("{}", first + 1),
        _ => format!("{},{n}", first + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_the_lines_around_it() {
        for (old, new, expected) in [
            ("a\n", "a\n", ""),
            ("a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"),
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
            ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            ("a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"),
            ("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nx\n6\n", "@@ -3,4 +3,5 @@\n 3\n 4\n 5\n+x\n 6\n"),
            (
                "a\n1\n2\n3\n4\n5\n6\n7\n8\nb\n",
                "A\n1\n2\n3\n4\n5\n6\n7\n8\nB\n",
                "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -7,4 +7,4 @@\n 6\n 7\n 8\n-b\n+B\n",
            ),
            ("a\nb\nc\na\nb\n", "c\nb\na\nb\nx\n", "@@ -1,5 +1,5 @@\n-a\n-b\n c\n+b\n a\n b\n+x\n"),
        ] {
            let found = diff("p", old, new);
            assert_eq!(
                found.strip_prefix("--- a/p\n+++ b/p\n").unwrap_or(&found),
                expected,
                "{old:?} {new:?}"
            );
        }
    }

    /// Every pair of short texts: the steps name each line of both exactly once, in order.
    #[test]
    fn the_steps_lead_from_the_old_text_to_the_new_one() {
        let texts: Vec<Vec<&str>> = (0..5)
            .flat_map(|n| (0..3_usize.pow(n)).map(move |code| (n, code)))
            .map(|(n, code)| (0..n).map(|at| ["a", "b", "c"][code / 3_usize.pow(at) % 3]).collect())
            .collect();
        for old in &texts {
            for new in &texts {
                let (mut from, mut to) = (Vec::new(), Vec::new());
                for step in steps(old, new) {
                    match step {
                        Step::Same { old: at, new: to_at } => {
                            assert_eq!(old[at], new[to_at]);
                            from.push(at);
                            to.push(to_at);
                        }
                        Step::Removed { old: at, .. } => from.push(at),
                        Step::Added { new: at, .. } => to.push(at),
                    }
                }
                assert_eq!(from, (0..old.len()).collect::<Vec<_>>(), "{old:?} {new:?}");
                assert_eq!(to, (0..new.len()).collect::<Vec<_>>(), "{old:?} {new:?}");
            }
        }
    }

    #[test]
    fn texts_without_a_common_line_are_one_change() {
        let old: String = (0..2 * EDITS_MAX).map(|n| format!("old {n}\n")).collect();
        let new: String = (0..2 * EDITS_MAX).map(|n| format!("new {n}\n")).collect();
        assert!(diff("p", &old, &new).contains("@@ -1,2000 +1,2000 @@\n-old 0\n"));
    }
}
