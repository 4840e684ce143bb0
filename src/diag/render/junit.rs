//! JUnit's XML, as Azure Pipelines, GitLab and Jenkins read it: a test case for each file, failed where the file has
//! an error. Warnings and notes of a file that passes stand in its output.

use std::fmt::Write as _;

use super::{Report, place, whole_message};
use crate::diag::{Allowed, Diagnostic};

/// Renders one test suite.
pub fn junit(reports: &[Report]) -> String {
    let n_failed = reports.iter().filter(|report| is_failed(report)).count();
    let counts = format!(
        "name=\"genai-lz validate\" tests=\"{}\" failures=\"{n_failed}\" errors=\"0\"",
        reports.len()
    );
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite {counts} skipped=\"0\">\n"
    );
    for report in reports {
        let name = escaped(&report.file);
        let _ = write!(out, "    <testcase classname=\"genai-lz\" name=\"{name}\" file=\"{name}\"");
        if report.found.is_empty() && report.allowed.is_empty() {
            out.push_str(" />\n");
        } else {
            let _ = write!(out, ">\n{}    </testcase>\n", content(report));
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn is_failed(report: &Report) -> bool {
    report.found.iter().any(Diagnostic::is_error)
}

fn content(report: &Report) -> String {
    let mut found: String =
        report.found.iter().map(|found| paragraph(report, found, found.severity.name())).collect();
    let allowed: String = report.allowed.iter().map(|allowed| allowance(report, allowed)).collect();
    let mut failure = String::new();
    if let Some(first) = report.found.iter().find(|found| found.is_error()) {
        let (kind, message) = (escaped(first.code.id), escaped(&first.message));
        let text = escaped(&std::mem::take(&mut found));
        failure = format!("      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>\n");
    }
    let others = escaped(&(found + &allowed));
    let output =
        if others.is_empty() { String::new() } else { format!("      <system-out>{others}</system-out>\n") };
    failure + &output
}

fn paragraph(report: &Report, found: &Diagnostic, word: &str) -> String {
    let place = place(report, found);
    let message = whole_message(found, &place).replace('\n', "\n  ");
    format!("{}:{}: {word}[{}] {message}\n", place.file, place.start, found.code.id)
}

/// The finding, and who allows it for which reason.
fn allowance(report: &Report, Allowed { finding, by, why }: &Allowed) -> String {
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!("{}  allowed by {}{why}\n", paragraph(report, finding, "allowed"), by.name())
}

/// Text as XML and HTML hold it. XML 1.0 has no way to write most control characters.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_test_case_and_the_text_is_escaped() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="genai-lz validate" tests="2" failures="1" errors="0">
  <testsuite name="genai-lz validate" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="genai-lz" name="a, b/50%é.xml" file="a, b/50%é.xml">
      <failure type="no-key" message="`limit` &amp; co &lt; &quot;key&quot;:� none, 100%">a, b/50%é.xml:1:1: error[no-key] `limit` &amp; co &lt; &quot;key&quot;:� none, 100%
  API Management says: Required attribute missing: 'key'
  help: write `key`
a, b/50%é.xml:1:1: note[odd] odd
  in policies/made.xml:1:2, which is made from this file
</failure>
    </testcase>
    <testcase classname="genai-lz" name="clean.xml" file="clean.xml" />
  </testsuite>
</testsuites>
"#;
        assert_eq!(junit(&super::super::example::reports()), expected);
    }

    #[test]
    fn what_is_allowed_stands_in_the_output_of_a_file_that_passes() {
        let expected = r#"    <testcase classname="genai-lz" name="c.xml" file="c.xml">
      <system-out>c.xml:1:1: allowed[odd] odd
  allowed by comment: it is &lt;meant&gt;
c.xml:2:1: allowed[odd] odd
  allowed by option
</system-out>
    </testcase>
"#;
        let text = junit(&super::super::example::allowing());
        assert!(text.contains(expected) && text.contains("failures=\"0\""), "{text}");
    }
}
