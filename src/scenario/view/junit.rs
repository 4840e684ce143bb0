//! JUnit's XML: a suite for each file, a test case for each case.

use std::fmt::Write as _;

use super::{Ran, RanCase, counts};
use crate::diag::render::xml_escaped as escaped;

/// Renders all files.
pub fn junit(ran: &[Ran]) -> String {
    let (n, n_failed) = counts(ran);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"genai-lz test\" tests=\"{n}\" \
         failures=\"{n_failed}\" errors=\"0\">\n"
    );
    for file in ran {
        let (n, n_failed) = (file.cases.len(), file.cases.iter().filter(|case| !case.passed()).count());
        let path = escaped(&file.path);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{n}\" failures=\"{n_failed}\" errors=\"0\" skipped=\"0\">"
        );
        for case in &file.cases {
            let _ = write!(
                out,
                "    <testcase classname=\"{path}\" name=\"{}\" file=\"{path}\"",
                escaped(&case.name)
            );
            if case.passed() {
                out.push_str(" />\n");
            } else {
                let (message, text) = failure(case);
                let _ = writeln!(
                    out,
                    ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(&message),
                    escaped(&text)
                );
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// The first thing that failed in a line, and all of them.
fn failure(case: &RanCase) -> (String, String) {
    match &case.outcome {
        Err(found) => {
            let first = found.first().map(|one| one.message.clone()).unwrap_or_default();
            let all = found
                .iter()
                .map(|one| format!("{}[{}]: {}\n", one.severity.name(), one.code.id, one.message));
            (first, all.collect())
        }
        Ok(report) => {
            let failed = || report.checks.iter().filter(|check| !check.passed);
            let first = failed().next().map(|check| format!("line {}: {}", check.line, check.text));
            let all = failed().map(|check| {
                let expected =
                    if check.is_exact { format!("expected:\n{}\n", check.expected) } else { String::new() };
                format!(
                    "line {}: {}\n{expected}came:\n{}\n{}\n",
                    check.line, check.text, check.actual, check.trace
                )
            });
            (first.unwrap_or_default(), all.collect())
        }
    }
}
