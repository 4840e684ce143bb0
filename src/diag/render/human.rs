//! The view for people: the offending line underlined, the hint below it, in the manner of rustc.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diag::{Diagnostic, Label, Severity};
use crate::text::{Source, Span, is_unshowable, visible};

/// In bytes. A longer line, as minified texts have, is shown only around what is underlined.
const LINE_BYTES_MAX: usize = 4096;

/// In bytes. Places of one text that are further apart are shown each by itself, or every finding would go over all
/// that lies between.
const EXCERPT_BYTES_MAX: usize = 16 * 1024;

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
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.id);
    let quoted = diagnostic.quoted();
    let mut group = Group::with_title(title);
    for labels in together(diagnostic) {
        group = excerpt(group, &labels);
    }
    if let Some(quoted) = &quoted {
        group = group.element(Level::NOTE.message(visible(quoted)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    renderer.render(&[group])
}

/// The labels that are shown in one excerpt together.
type Together<'a> = Vec<(AnnotationKind, &'a Label)>;

fn together(diagnostic: &Diagnostic) -> Vec<Together<'_>> {
    let Some(primary) = &diagnostic.primary else { return Vec::new() };
    let mut all = vec![vec![(AnnotationKind::Primary, primary)]];
    for label in &diagnostic.related {
        let is_near = label.source == primary.source
            && label.span.start.abs_diff(primary.span.start) as usize <= EXCERPT_BYTES_MAX;
        if is_near {
            all[0].push((AnnotationKind::Context, label));
        } else {
            all.push(vec![(AnnotationKind::Context, label)]);
        }
    }
    all
}

/// The lines of the labels and those between, underlined.
fn excerpt<'a>(group: Group<'a>, labels: &Together<'a>) -> Group<'a> {
    let Some((_, first)) = labels.first() else { return group };
    let source = &first.source;
    let (window, is_cut) = window(source, labels);
    let line = source.position(Span::at(window.start).start).line as usize;
    let mut snippet = Snippet::source(shown(&source.text()[window.clone()])).line_start(line).fold(true);
    for (kind, label) in labels {
        let span = underlined(label);
        let span = span.start - window.start..span.end - window.start;
        let message = Some(&label.message).filter(|message| !message.is_empty());
        snippet = snippet.annotation(kind.span(span).label(message.map(|message| visible(message))));
    }
    if !is_cut {
        return group.element(snippet.path(source.path()));
    }
    // The columns of a part of a line would be wrong ones.
    let place = source.position(first.span.start);
    let origin = Origin::path(source.path()).line(place.line as usize).char_column(place.column as usize);
    group.element(origin).element(snippet)
}

/// The part of the text that is shown, and whether it begins within a line.
fn window(source: &Source, labels: &Together<'_>) -> (Range<usize>, bool) {
    let text = source.text();
    let start = labels.iter().map(|(_, label)| underlined(label).start).min().unwrap_or(0);
    let end = labels.iter().map(|(_, label)| underlined(label).end).max().unwrap_or(0);
    let line_start = source.line(Span::at(start).start).start as usize;
    let line_end = source.line(Span::at(end).start).end as usize;
    let from = if start - line_start > LINE_BYTES_MAX { start - LINE_BYTES_MAX / 2 } else { line_start };
    let to = if line_end - end > LINE_BYTES_MAX { end + LINE_BYTES_MAX / 2 } else { line_end };
    (text.floor_char_boundary(from)..text.floor_char_boundary(to), from > line_start)
}

/// An empty span underlines the character that follows it, a very long one its beginning, and none leaves the text or
/// splits a character.
fn underlined(label: &Label) -> Range<usize> {
    let text = label.source.text();
    let at = text.floor_char_boundary(label.span.start as usize);
    // What is missing at the end of the text is missing after its last line, not on the empty one behind it.
    let start = if at == text.len() { text.trim_end_matches(['\n', '\r']).len() } else { at };
    let longest = text.floor_char_boundary(start + EXCERPT_BYTES_MAX);
    let end = text.floor_char_boundary(label.span.end as usize).min(longest);
    if end > start {
        start..end
    } else {
        let next =
            text[start..].chars().next().filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
        start..start + next
    }
}

/// What a terminal would obey, replaced by characters of the same length; those of ASCII the renderer replaces.
fn shown(text: &str) -> Cow<'_, str> {
    let is_replaced = |c: char| !c.is_ascii() && is_unshowable(c);
    if !text.contains(is_replaced) {
        return Cow::Borrowed(text);
    }
    let replacement = |c: char| match c.len_utf8() {
        _ if !is_replaced(c) => c,
        2 => '·',
        _ => '\u{fffd}',
    };
    text.chars().map(replacement).collect()
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
    fn of_a_long_line_only_what_is_near_is_shown_with_the_right_column() {
        let text = format!("a\n<{}é wrong {}>\n", "x".repeat(100_000), "y".repeat(100_000));
        let source = Source::new("p.xml", text);
        let at = source.text().find("wrong").unwrap();
        let far = Span::new(0, 1);
        let found =
            Diagnostic::new(&CODE, "here").at(&source, Span::new(at, at + 5)).related(&source, far, "there");
        let text = human(&[found], Style::Plain);
        assert!(text.contains(" --> p.xml:2:100004\n"), "{text}");
        assert!(text.contains("wrong") && text.contains("^^^^^") && text.contains("there"), "{text}");
        assert!(text.len() < 2000, "{text}");
    }

    #[test]
    fn nothing_in_a_policy_reaches_the_terminal_as_a_command() {
        let source = Source::new("p.xml", "<a \u{1b}[31m \u{9b}31m \u{202e} \u{7}/>\n");
        let found = Diagnostic::new(&CODE, "no \u{1b}[2J\n\u{9b}2J")
            .at(&source, Span::new(3, 20))
            .related(&source, Span::new(0, 2), "a \u{1b}[1m")
            .azure_says("\u{1b}]0;title\u{7}")
            .help("\u{1b}c");
        let text = human(&[found], Style::Plain);
        assert!(text.chars().all(|c| c == '\n' || !is_unshowable(c)), "{text:?}");
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
