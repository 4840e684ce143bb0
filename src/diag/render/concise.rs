//! A line for each finding, in the form that editors and `grep` know: `path:line:column: severity[code] message`.

use std::fmt::Write as _;

use super::Report;
use crate::text::visible;

/// Renders one line for each finding. A finding without a place has the path alone.
pub fn concise(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        for found in &report.found {
            let place = found.primary.as_ref().map_or_else(
                || report.file.clone(),
                |label| format!("{}:{}", label.source.path(), label.source.position(label.span.start)),
            );
            let _ = writeln!(
                out,
                "{place}: {}[{}] {}",
                found.severity.name(),
                found.code.id,
                visible(&found.message)
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_one_line() {
        let expected = "a, b/50%é.xml:1:1: error[no-key] `limit` & co < \"key\":\\u{1} none, 100%\n\
                        policies/made.xml:1:2: note[odd] odd\n";
        assert_eq!(concise(&super::super::example::reports()), expected);
    }
}
