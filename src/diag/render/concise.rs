//! A line for each finding, in the form that editors and `grep` know: `path:line:column: severity[code] message`.

use std::fmt::Write as _;

use super::Report;
use crate::diag::Diagnostic;
use crate::text::visible;

/// Renders one line for each finding. A finding without a place has the path alone.
pub fn concise(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        for found in &report.found {
            line(&mut out, report, found, found.severity.name());
        }
        for allowed in &report.allowed {
            line(&mut out, report, &allowed.finding, "allowed");
        }
    }
    out
}

fn line(out: &mut String, report: &Report, found: &Diagnostic, word: &str) {
    let place = found.primary.as_ref().map_or_else(
        || report.file.clone(),
        |label| format!("{}:{}", label.source.path(), label.source.position(label.span.start)),
    );
    let _ = writeln!(out, "{place}: {word}[{}] {}", found.code.id, visible(&found.message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_one_line() {
        let expected = "a, b/50%é.xml:1:1: error[no-key] `limit` & co < \"key\":\\u{1} none, 100%\n\
                        policies/made.xml:1:2: note[odd] odd\n";
        assert_eq!(concise(&super::super::example::reports()), expected);
        let expected = "c.xml:1:1: allowed[odd] odd\nc.xml:2:1: allowed[odd] odd\n";
        assert_eq!(concise(&super::super::example::allowing()), expected);
    }
}
