//! Workflow commands of GitHub Actions, which show findings beside the lines of a pull request
//! (docs.github.com/actions/reference/workflow-commands-for-github-actions; the escaping is that of `@actions/core`).

use std::fmt::Write as _;

use super::{Report, place, whole_message};
use crate::diag::Severity;
use crate::text::visible;

/// Renders one command for each finding.
pub fn github(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        for found in &report.found {
            let place = place(report, found);
            let command = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let _ = write!(
                out,
                "::{command} file={},line={},endLine={}",
                property(place.file),
                place.start.line,
                place.end.line
            );
            let _ = write!(out, ",col={}", place.start.column);
            // Columns of different lines say nothing together, and the runner drops both.
            if place.start.line == place.end.line {
                let _ = write!(out, ",endColumn={}", place.end.column);
            }
            let _ =
                writeln!(out, ",title={}::{}", property(found.code.id), data(&whole_message(found, &place)));
        }
    }
    out
}

/// The log of a run is shown by something like a terminal, so nothing but line breaks is left to obey.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| visible(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_survives_percent_signs_commas_colons_and_line_breaks() {
        let expected = "::error file=a%2C b/50%25é.xml,line=1,endLine=1,col=1,endColumn=7,title=no-key::`limit` & co < \
                        \"key\":\\u{1} none, 100%25%0AAPI Management says: Required attribute missing: 'key'%0Ahelp: \
                        write `key`\n\
                        ::notice file=a%2C b/50%25é.xml,line=1,endLine=1,col=1,endColumn=1,title=odd::odd%0Ain \
                        policies/made.xml:1:2, which is made from this file\n";
        assert_eq!(github(&super::super::example::reports()), expected);
        assert_eq!(data("a\r\n%0A"), "a\\r%0A%250A");
    }
}
