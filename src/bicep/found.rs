//! What is told of one file: in the order of the text, and no more than someone would read.

use crate::diag::Diagnostic;

/// Problems of one file that are told. A file of noise has as many as characters, and each is shown with its line.
pub(super) const FOUND_MAX: usize = 100;

/// Sorts by place, and cuts what goes beyond [`FOUND_MAX`]: warnings before errors, and the last one says so.
pub(super) fn in_order(found: &mut Vec<Diagnostic>) {
    let place = |diagnostic: &Diagnostic| diagnostic.primary.as_ref().map(|primary| primary.span.start);
    if found.len() <= FOUND_MAX {
        return found.sort_by_key(place);
    }
    found.sort_by_key(|diagnostic| (!diagnostic.is_error(), place(diagnostic)));
    found.truncate(FOUND_MAX);
    found.sort_by_key(place);
    if let Some(last) = found.pop() {
        found.push(last.help("more problems of this file are not shown; mend these first"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bicep::codes;
    use crate::text::{Source, Span};

    #[test]
    fn of_many_problems_the_errors_are_kept_in_the_order_of_the_text() {
        let source = Source::new("main.bicep", "x".repeat(300));
        let at = |code, place| Diagnostic::new(code, "here").at(&source, Span::at(place));
        let mut found: Vec<_> = (0..150).map(|place| at(&codes::DECORATOR_WITHOUT_EFFECT, place)).collect();
        found.extend([at(&codes::UNKNOWN_TOKEN, 200), at(&codes::UNKNOWN_TOKEN, 199)]);
        in_order(&mut found);
        let places: Vec<_> =
            found.iter().filter_map(|found| Some(found.primary.as_ref()?.span.start)).collect();
        assert_eq!(places, (0..98).chain([199, 200]).collect::<Vec<u32>>());
        assert!(found[99].help.last().is_some_and(|help| help.starts_with("more problems")));
    }
}
