//! The view for people: the offending line underlined, the hint below it, in the manner of rustc.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diag::{Diagnostic, Label, Severity};

/// How the text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Colored,
}

/// Renders all of `diagnostics`, a blank line between two.
pub fn human(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&one(&renderer, diagnostic));
        out.push_str("\n\n");
    }
    out
}

fn one(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group =
        Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id));
    if let Some(primary) = &diagnostic.primary {
        let mut snippet = snippet(primary)
            .annotation(AnnotationKind::Primary.span(visible(primary)).label(non_empty(&primary.message)));
        for label in diagnostic.related.iter().filter(|label| label.source == primary.source) {
            snippet = snippet
                .annotation(AnnotationKind::Context.span(visible(label)).label(non_empty(&label.message)));
        }
        group = group.element(snippet);
        for label in diagnostic.related.iter().filter(|label| label.source != primary.source) {
            group =
                group.element(self::snippet(label).annotation(
                    AnnotationKind::Context.span(visible(label)).label(non_empty(&label.message)),
                ));
        }
    }
    if let Some(quoted) = diagnostic.quoted() {
        group = group.element(Level::NOTE.message(quoted));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

fn snippet(label: &Label) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(label.source.text()).path(label.source.path()).fold(true)
}

/// An empty span underlines the character that follows it, and no span leaves the text or splits a character.
fn visible(label: &Label) -> std::ops::Range<usize> {
    let text = label.source.text();
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = floor(label.span.start as usize);
    let end = floor(label.span.end as usize);
    if end > start {
        start..end
    } else {
        let next =
            text[start..].chars().next().filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
        start..start + next
    }
}

fn non_empty(message: &str) -> Option<&str> {
    Some(message).filter(|message| !message.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::text::{Source, Span};

    static CODE: Code = Code::error("unknown-field", "a field that is not known", "");

    #[test]
    fn underlines_the_place_and_prints_the_help() {
        let source = Source::new("spec.yaml", "azure:\n  locaton: westus3\n");
        let found = Diagnostic::new(&CODE, "unknown field `locaton`")
            .at(&source, Span::new(9, 16))
            .did_you_mean("locaton", ["location", "subscription"]);
        let text = human(&[found], Style::Plain);
        let expected = "\
error[unknown-field]: unknown field `locaton`
 --> spec.yaml:2:3
  |
2 |   locaton: westus3
  |   ^^^^^^^
  |
  = help: did you mean `location`?

";
        assert_eq!(text, expected, "{text}");
    }

    #[test]
    fn a_place_at_the_end_or_inside_a_character_does_not_panic() {
        let source = Source::new("spec.yaml", "é");
        for span in [Span::new(1, 1), Span::new(2, 2), Span::new(0, 99), Span::new(99, 120)] {
            let found = Diagnostic::new(&CODE, "here").at(&source, span);
            assert!(human(&[found], Style::Plain).contains("spec.yaml:1:"), "{span:?}");
        }
    }
}
