//! The differences of a resource as lines below it: what is added, changed and removed, texts of several lines as a diff.

use std::fmt::Write as _;

use super::Look;
use super::text::{DIM, GREEN, PAGE_WIDTH, RED, YELLOW, cut, hang, paint};
use crate::diag::render::Style;
use crate::plan::preview::{Compared, Diff, DiffKind, Side};
use crate::text::{diff, visible};

/// Lines of one text's diff; the JSON view has both texts whole.
const DIFF_LINES_MAX: usize = 60;

/// Appends the lines, `indent` columns to the right.
pub(super) fn write(out: &mut String, compared: &Compared, indent: usize, look: Look) {
    if let Some(why) = &compared.why {
        hang(out, &format!("{:indent$}{} ", "", paint("?", YELLOW, look.style)), indent + 2, &visible(why));
    }
    for change in compared.changes() {
        one(out, change, indent, look.style);
    }
    if !look.noise {
        return;
    }
    for (change, reason) in compared.noise() {
        let text = format!("{}: {} (noise: {})", change.path, sides(change), reason.told());
        let lead = format!("{:indent$}{} ", "", paint(".", DIM, look.style));
        hang(out, &lead, indent + 2, &cut(&text, PAGE_WIDTH * 2));
    }
}

fn one(out: &mut String, change: &Diff, indent: usize, style: Style) {
    let (mark, color) = match change.kind {
        DiffKind::Add => ("+", GREEN),
        DiffKind::Change => ("~", YELLOW),
        DiffKind::Remove => ("-", RED),
    };
    let mark = paint(mark, color, style);
    let path = visible(&change.path);
    if let (Side::Value(before), Side::Value(after)) = (&change.before, &change.after)
        && let (Some(before), Some(after)) = (before.as_str(), after.as_str())
        && (before.contains('\n') || after.contains('\n'))
    {
        let _ = writeln!(out, "{:indent$}{mark} {path}:", "");
        text_diff(out, before, after, indent + 4, style);
        return;
    }
    let sides = sides(change);
    if indent + 4 + path.chars().count() + sides.chars().count() <= PAGE_WIDTH {
        let _ = writeln!(out, "{:indent$}{mark} {path}: {sides}", "");
        return;
    }
    let _ = writeln!(out, "{:indent$}{mark} {path}:", "");
    let width = PAGE_WIDTH.saturating_sub(indent + 6);
    for (side, mark, color) in [(&change.before, "-", RED), (&change.after, "+", GREEN)] {
        if *side != Side::Nothing {
            let value = cut(&shown(side), width);
            let _ = writeln!(out, "{:1$}{2} {value}", "", indent + 4, paint(mark, color, style));
        }
    }
}

/// `"a" -> "b"`; of what comes or goes the one side that there is.
fn sides(change: &Diff) -> String {
    match change.kind {
        DiffKind::Add => shown(&change.after),
        DiffKind::Remove => shown(&change.before),
        DiffKind::Change => format!("{} -> {}", shown(&change.before), shown(&change.after)),
    }
}

fn shown(side: &Side) -> String {
    match side {
        Side::Nothing => "nothing".to_owned(),
        Side::Value(value) => visible(&value.to_string()).into_owned(),
        Side::Secret => "(secret, not shown)".to_owned(),
        Side::Later(expression) => format!("(known later) {}", visible(expression)),
    }
}

fn text_diff(out: &mut String, before: &str, after: &str, indent: usize, style: Style) {
    let with_end = |text: &str| if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    // The header names a file, which this is not.
    let whole = diff("text", &with_end(before), &with_end(after));
    let lines: Vec<&str> = whole.lines().skip(2).collect();
    if lines.is_empty() {
        let _ = writeln!(out, "{:indent$}the line ends differ, or the end of the last line", "");
    }
    for line in lines.iter().take(DIFF_LINES_MAX) {
        let line = cut(&visible(line.trim_end_matches('\r')), PAGE_WIDTH.saturating_sub(indent));
        let color = match line.as_bytes().first() {
            Some(b'+') => GREEN,
            Some(b'-') => RED,
            _ => DIM,
        };
        let _ = writeln!(out, "{:indent$}{}", "", paint(&line, color, style));
    }
    if lines.len() > DIFF_LINES_MAX {
        let _ = writeln!(out, "{:indent$}and {} more lines", "", lines.len() - DIFF_LINES_MAX);
    }
}
