//! `#disable-next-line BCP037` and `#disable-diagnostics BCP037` … `#restore-diagnostics BCP037`: warnings that the
//! author of a file has seen and does not want to see again. Errors cannot be put away so.

use std::collections::HashMap;

use crate::diag::Diagnostic;
use crate::text::Source;

/// What the directives of a file put away, by code.
#[derive(Debug, Default)]
pub(super) struct Directives<'s> {
    /// Lines, counted from 1, and the codes that are put away there.
    lines: HashMap<u32, Vec<&'s str>>,
    /// From this line on, up to the other one.
    stretches: Vec<(&'s str, u32, u32)>,
}

pub(super) fn read(text: &str) -> Directives<'_> {
    let mut directives = Directives::default();
    let mut open: HashMap<&str, u32> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(directive) = line.trim_start().strip_prefix('#') else { continue };
        let mut words = directive.split_whitespace();
        let name = words.next();
        let codes = words.take_while(|word| !word.starts_with("//"));
        match name {
            Some("disable-next-line") => directives.lines.entry(number + 1).or_default().extend(codes),
            Some("disable-diagnostics") => codes.for_each(|code| {
                open.entry(code).or_insert(number);
            }),
            Some("restore-diagnostics") => codes.for_each(|code| {
                directives.stretches.extend(open.remove(code).map(|from| (code, from, number)));
            }),
            _ => {}
        }
    }
    directives.stretches.extend(open.into_iter().map(|(code, from)| (code, from, u32::MAX)));
    directives
}

impl Directives<'_> {
    /// True for a warning of this file that is put away.
    pub(super) fn put_away(&self, source: &Source, found: &Diagnostic) -> bool {
        if found.is_error() || (self.lines.is_empty() && self.stretches.is_empty()) {
            return false;
        }
        let Some(place) = &found.primary else { return false };
        let line = source.position(place.span.start).line;
        let is_code = |code: &&str| code.eq_ignore_ascii_case(found.code.id);
        self.lines.get(&line).is_some_and(|codes| codes.iter().any(is_code))
            || self.stretches.iter().any(|(code, from, to)| is_code(code) && (*from..*to).contains(&line))
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;
    use crate::text::Span;

    #[test]
    fn a_directive_puts_away_the_code_that_it_names_on_the_lines_that_it_covers() {
        let text = "#disable-next-line BCP081 // known\nx\nx\n  #disable-diagnostics BCP081\nx\n#restore-diagnostics BCP081\nx";
        let source = Source::new("main.bicep", text.to_owned());
        let directives = read(text);
        let lines: Vec<u32> = text
            .match_indices('x')
            .filter(|(at, _)| {
                let at = *at;
                let found = Diagnostic::new(&codes::NO_TYPES, "m").at(&source, Span::new(at, at + 1));
                let other = Diagnostic::new(&codes::NEAR_LITERAL, "m").at(&source, Span::new(at, at + 1));
                assert!(!directives.put_away(&source, &other));
                directives.put_away(&source, &found)
            })
            .map(|(at, _)| source.position(u32::try_from(at).unwrap()).line)
            .collect();
        assert_eq!(lines, [2, 5]);
        let refused = Diagnostic::new(&codes::TYPES_NOT_READ, "m");
        assert!(!directives.put_away(&source, &refused));
    }
}
