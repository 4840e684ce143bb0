//! A line for each finding, in the form that the official Bicep command line prints and build tools look for:
//! `path(line,column) : Error CODE: message [link]` (Azure/bicep, src/Bicep.Cli/Logging/DiagnosticLogger.cs, 2026-08-21).

use std::fmt::Write as _;

use crate::diag::{Diagnostic, Severity};
use crate::text::visible;

/// Renders one line for each finding. A finding without a place has no path.
pub fn msbuild(found: &[Diagnostic]) -> String {
    let mut out = String::new();
    for found in found {
        if let Some(label) = &found.primary {
            let place = label.source.position(label.span.start);
            let _ = write!(out, "{}({},{}) : ", visible(label.source.path()), place.line, place.column);
        }
        let level = match found.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Info",
        };
        let _ = write!(out, "{level} {}: {}", found.code.id, visible(&found.message));
        if !found.code.url.is_empty() {
            let _ = write!(out, " [{}]", found.code.url);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_one_line_that_build_tools_know() {
        let found: Vec<Diagnostic> =
            super::super::example::reports().into_iter().flat_map(|report| report.found).collect();
        let expected = "a, b/50%é.xml(1,1) : Error no-key: `limit` & co < \"key\":\\u{1} none, 100% \
                        [https://example.org/no-key]\n\
                        policies/made.xml(1,2) : Info odd: odd\n";
        assert_eq!(msbuild(&found), expected);
    }
}
