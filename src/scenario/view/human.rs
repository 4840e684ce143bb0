//! Reports for people, as text: each case on a line, and of those that failed what was expected, what came, and the
//! trace.

use std::fmt::Write as _;

use super::{Ran, RanCase, chart, counts, duration, number};
use crate::scenario::{CaseReport, Check};
use crate::text::{diff, plural, visible};

/// Lines of a trace or a text that are shown of a failure.
const MAX_LINES: usize = 60;

/// Renders all files. What is wrong with a case that did not run is told elsewhere, as a diagnostic.
pub fn human(ran: &[Ran], width: usize) -> String {
    let mut text = String::new();
    for file in ran {
        let _ = writeln!(text, "{}", visible(&file.path));
        let name_width = file.cases.iter().map(|case| case.name.chars().count()).max().unwrap_or(0);
        for case in &file.cases {
            one(&mut text, &file.path, case, name_width, width);
        }
        text.push('\n');
    }
    let (n, n_failed) = counts(ran);
    let cases = plural(n, "case");
    let verdict = if n_failed == 0 { "all passed".to_owned() } else { format!("{n_failed} failed") };
    let _ = writeln!(text, "{cases}, {verdict}");
    text
}

fn one(text: &mut String, path: &str, case: &RanCase, name_width: usize, width: usize) {
    let mark = if case.passed() { "ok  " } else { "FAIL" };
    let name = visible(&case.name);
    match &case.outcome {
        Err(found) => {
            let n = found.len();
            let _ = writeln!(text, "  {mark}  {name:<name_width$}  did not run, {n} found");
        }
        Ok(report) => {
            let _ = writeln!(text, "  {mark}  {name:<name_width$}  {}", effort(report));
            let mut told = "";
            for check in report.checks.iter().filter(|check| !check.passed) {
                failed(text, path, check);
                // Expectations that look at one request have one trace.
                if !check.trace.is_empty() && check.trace != told {
                    let _ = writeln!(text, "          trace:");
                    indented(text, &check.trace, 12);
                }
                told = &check.trace;
            }
            for drawn in &report.charts {
                text.push('\n');
                for line in chart(drawn, width.saturating_sub(8)).lines() {
                    let _ = writeln!(text, "        {line}");
                }
            }
            if !report.charts.is_empty() {
                text.push('\n');
            }
        }
    }
}

/// `1,234 requests in 3 min`.
fn effort(report: &CaseReport) -> String {
    let requests = match report.n_requests {
        0 => return String::new(),
        1 => "1 request".to_owned(),
        n => format!("{} requests", number(n as f64)),
    };
    if report.virtual_ms == 0 { requests } else { format!("{requests} in {}", duration(report.virtual_ms)) }
}

fn failed(text: &mut String, path: &str, check: &Check) {
    let _ = writeln!(text, "        {}:{}: {}", visible(path), check.line, visible(&check.text));
    if check.is_exact {
        let changed = diff("expectation", &with_end(&check.expected), &with_end(&check.actual));
        indented(text, &changed, 12);
    } else if check.actual.trim_end().contains('\n') {
        let _ = writeln!(text, "          came:");
        indented(text, &check.actual, 12);
    } else {
        let _ = writeln!(text, "          came: {}", visible(check.actual.trim_end()));
    }
}

fn with_end(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

fn indented(out: &mut String, text: &str, by: usize) {
    let n = text.lines().count();
    for line in text.lines().take(MAX_LINES) {
        let _ = writeln!(out, "{:by$}{}", "", visible(line));
    }
    if n > MAX_LINES {
        let _ = writeln!(out, "{:by$}({} more lines)", "", n - MAX_LINES);
    }
}
