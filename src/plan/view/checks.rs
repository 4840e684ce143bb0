//! Checks as a page: one paragraph per answer, then the sources that the answers rest on.

use std::fmt::Write as _;

use indexmap::IndexSet;

use super::text::{BOLD, CYAN, GREEN, RED, YELLOW, hang, paint};
use crate::catalog::Fact;
use crate::diag::render::Style;
use crate::plan::checks::{Check, LiveRequest, Verdict};

/// Columns before the text of a check: verdict, question.
const LEAD: usize = 28;

/// Renders the checks; nothing at all where there is none.
pub fn human(checks: &[Check], style: Style) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let mut sources: IndexSet<&Fact> = IndexSet::new();
    let mut out = format!("{}: {}\n\n", paint("Checks", BOLD, style), summary(checks));
    for check in checks {
        one(&mut out, check, &mut sources, style);
    }
    if !sources.is_empty() {
        out.push_str("\n  The sources and their dates:\n");
    }
    for (index, fact) in sources.iter().enumerate() {
        let lead = format!("  [{}] ", index + 1);
        hang(&mut out, &lead, lead.len(), &format!("{}, {}", fact.title, fact.age()));
        let _ = writeln!(out, "{:1$}{2}", "", lead.len(), fact.url);
    }
    let requests: IndexSet<String> = checks.iter().flat_map(requests).collect();
    if !requests.is_empty() {
        out.push_str("\n  What is unverified, these requests decide:\n");
        for request in requests {
            let _ = writeln!(out, "  {request}");
        }
    }
    out
}

/// `5 ok, 1 blocked, 2 unverified`
pub(super) fn summary(checks: &[Check]) -> String {
    let counts: Vec<String> = ["ok", "warning", "blocked", "unverified"]
        .into_iter()
        .map(|name| (name, checks.iter().filter(|check| check.verdict.name() == name).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    counts.join(", ")
}

fn one<'a>(out: &mut String, check: &'a Check, sources: &mut IndexSet<&'a Fact>, style: Style) {
    let verdict = &check.verdict;
    let color = match verdict {
        Verdict::Ok { .. } => GREEN,
        Verdict::Warning { .. } | Verdict::Unverified { .. } => YELLOW,
        Verdict::Blocked { .. } => RED,
    };
    let lead = format!(
        "  {}  {:<14}",
        paint(&format!("{:<10}", verdict.name()), color, style),
        check.question.name()
    );
    let marks: String =
        check.facts.iter().map(|fact| format!("[{}]", sources.insert_full(fact).0 + 1)).collect();
    let what = match verdict {
        Verdict::Ok { note } => note,
        Verdict::Warning { why, .. } | Verdict::Blocked { why, .. } | Verdict::Unverified { why, .. } => why,
    };
    hang(out, &lead, LEAD, format!("{}: {what} {marks}", check.subject).trim_end());
    for line in follow_ups(verdict) {
        hang(out, &format!("{:LEAD$}{} ", "", paint(">", CYAN, style)), LEAD + 2, &line);
    }
}

/// What to do about an answer.
fn follow_ups(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Ok { .. } | Verdict::Unverified { .. } => Vec::new(),
        Verdict::Warning { advice, .. } => vec![advice.clone()],
        Verdict::Blocked { alternatives, .. } => alternatives
            .iter()
            .map(|alternative| match alternative.values.as_slice() {
                [value] => format!("set `{}` to {value}", alternative.field),
                values => format!("set `{}` to one of {}", alternative.field, values.join(", ")),
            })
            .collect(),
    }
}

fn requests(check: &Check) -> Vec<String> {
    match &check.verdict {
        Verdict::Unverified { decided_by, .. } => decided_by.iter().map(LiveRequest::text).collect(),
        Verdict::Ok { .. } | Verdict::Warning { .. } | Verdict::Blocked { .. } => Vec::new(),
    }
}
