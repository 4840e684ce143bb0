//! The view for people: the offending line underlined, the hint below it, in the manner of rustc.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diag::{Allowed, Diagnostic, Fix, Label, Safety, Severity};
use crate::text::{Source, Span, counted, is_unshowable, visible};

/// In bytes. A longer line, as minified texts have, is shown only around what is underlined.
const LINE_BYTES_MAX: usize = 4096;

/// In bytes. Places of one text that are further apart are shown each by itself, or every finding would go over all
/// that lies between.
const EXCERPT_BYTES_MAX: usize = 16 * 1024;

/// Nobody reads more of one text; the others are counted.
pub(super) const FINDINGS_OF_A_TEXT_MAX: usize = 100;

/// Of findings that are not shown, so many codes are counted by name.
const CODES_COUNTED_MAX: usize = 10;

/// How the text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Colored,
}

/// What the command that shows findings can do besides.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub style: Style,
    /// The option under which no finding is left out.
    pub shows_all: &'static str,
    /// The command has `--fix`, and the texts are files that it writes.
    pub fixes: bool,
}

/// Renders `diagnostics` for a command that mends nothing and has no other format than JSON.
pub fn human(diagnostics: &[Diagnostic], style: Style) -> String {
    human_as(diagnostics, Look { style, shows_all: "--format json", fixes: false })
}

/// Renders `diagnostics`, a blank line between two. Of one text at most a hundred are shown, errors first.
pub fn human_as(diagnostics: &[Diagnostic], look: Look) -> String {
    let renderer = renderer(look.style);
    let mut out = String::new();
    for of_text in diagnostics.chunk_by(|one, next| text_of(one) == text_of(next)) {
        let (shown, others) = most_severe(of_text);
        for diagnostic in shown {
            out.push_str(&one(&renderer, diagnostic, look.fixes));
            out.push_str("\n\n");
        }
        if !others.is_empty() {
            out.push_str(&left_out(&renderer, &others, look.shows_all));
            out.push_str("\n\n");
        }
    }
    out
}

fn renderer(style: Style) -> Renderer {
    match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    }
}

/// Renders what is allowed: a line for each finding, and who allows it for which reason.
pub fn allowed(allowed: &[Allowed], look: Look) -> String {
    let renderer = renderer(look.style);
    let of_finding = |Allowed { finding, by, why }: &Allowed| {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let by = visible(&format!("by {}{why}", by.name())).into_owned();
        let title =
            Level::INFO.with_name("allowed").primary_title(visible(&finding.message)).id(finding.code.id);
        let mut group = Group::with_title(title);
        if let Some(label) = &finding.primary {
            let place = label.source.position(label.span.start);
            let origin = Origin::path(label.source.path());
            group = group.element(origin.line(place.line as usize).char_column(place.column as usize));
        }
        renderer.render(&[group.element(Level::INFO.with_name("allowed").message(by))]) + "\n\n"
    };
    allowed.iter().take(FINDINGS_OF_A_TEXT_MAX).map(of_finding).collect()
}

/// The path of the text that a finding is in.
fn text_of(diagnostic: &Diagnostic) -> &str {
    diagnostic.primary.as_ref().map_or("", |label| label.source.path())
}

/// What is shown and what is not, each in the order of `found`.
fn most_severe(found: &[Diagnostic]) -> (Vec<&Diagnostic>, Vec<&Diagnostic>) {
    if found.len() <= FINDINGS_OF_A_TEXT_MAX {
        return (found.iter().collect(), Vec::new());
    }
    let mut by_weight: Vec<usize> = (0..found.len()).collect();
    by_weight.sort_by_key(|at| Reverse(found[*at].severity));
    let mut others = by_weight.split_off(FINDINGS_OF_A_TEXT_MAX);
    by_weight.sort_unstable();
    others.sort_unstable();
    let at = |places: Vec<usize>| places.into_iter().map(|at| &found[at]).collect();
    (at(by_weight), at(others))
}

/// `note: 1040 more findings in `p.xml`: 1000 unknown-field, 40 bad-value`, the most frequent first.
fn left_out(renderer: &Renderer, others: &[&Diagnostic], shows_all: &str) -> String {
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in others {
        *by_code.entry(diagnostic.code.id).or_default() += 1;
    }
    let mut by_code: Vec<(&str, usize)> = by_code.into_iter().collect();
    by_code.sort_by_key(|(_, n)| Reverse(*n));
    let rest: usize = by_code.iter().skip(CODES_COUNTED_MAX).map(|(_, n)| n).sum();
    let mut counts: Vec<String> =
        by_code.iter().take(CODES_COUNTED_MAX).map(|(code, n)| format!("{n} {code}")).collect();
    if rest > 0 {
        counts.push(format!("{rest} others"));
    }
    let more = counted(others.len(), "more finding", "more findings");
    let place = others.first().map_or("", |first| text_of(first));
    let of_text = if place.is_empty() { String::new() } else { format!(" in `{place}`") };
    let title = visible(&format!("{more}{of_text}: {}", counts.join(", "))).into_owned();
    let help = Level::HELP.message(format!("`{shows_all}` shows all of them"));
    renderer.render(&[Group::with_title(Level::NOTE.primary_title(title)).element(help)])
}

fn one(renderer: &Renderer, diagnostic: &Diagnostic, fixes: bool) -> String {
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
    let fix = diagnostic.fix.as_ref().filter(|_| fixes).map(mended_by);
    if let Some(fix) = &fix {
        group = group.element(Level::HELP.with_name("fix").message(visible(fix)));
    }
    renderer.render(&[group])
}

/// What the fix does, and the options under which it is made.
fn mended_by(fix: &Fix) -> String {
    let options = match fix.safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe",
    };
    format!("{} (`{options}`)", fix.title)
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
    static OTHER: Code = Code::note("odd", "something odd", "");
    const PLAIN: Look = Look { style: Style::Plain, shows_all: "--format concise", fixes: true };

    #[test]
    fn underlines_the_place_and_prints_the_help() {
        let source = Source::new("spec.yaml", "azure:\n  locaton: westus3\n");
        let found = Diagnostic::new(&CODE, "unknown field `locaton`")
            .at(&source, Span::new(9, 16))
            .did_you_mean("locaton", ["location", "subscription"]);
        let text = human_as(&[found], PLAIN);
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
    fn what_a_fix_mends_is_said_with_its_options() {
        let source = Source::new("p.xml", "<a/>");
        let at = Span::new(1, 2);
        for (fix, expected) in [
            (Fix::safe("write `b`", &source, at, "b"), "  = fix: write `b` (`--fix`)\n"),
            (Fix::unsafely("write `c`", &source, at, "c"), "  = fix: write `c` (`--fix --unsafe`)\n"),
        ] {
            let found = [Diagnostic::new(&CODE, "here").at(&source, at).fix(fix)];
            assert!(human_as(&found, PLAIN).contains(expected));
            assert!(!human_as(&found, Look { fixes: false, ..PLAIN }).contains("fix:"));
        }
    }

    #[test]
    fn of_many_findings_in_a_text_the_gravest_are_shown_and_the_others_counted() {
        let source = Source::new("p.xml", "<a/>\n".repeat(300));
        let at = |n: usize| Span::new(5 * n, 5 * n + 4);
        let notes = (0..150).map(|n| Diagnostic::new(&OTHER, format!("note {n}")).at(&source, at(n)));
        let errors = (150..300).map(|n| Diagnostic::new(&CODE, format!("error {n}")).at(&source, at(n)));
        let elsewhere =
            Diagnostic::new(&OTHER, "elsewhere").at(&Source::new("q.xml", "<a/>"), Span::new(0, 1));
        let found: Vec<Diagnostic> =
            notes.clone().take(2).chain(errors.take(98)).chain([elsewhere.clone()]).collect();
        let text = human_as(&found, PLAIN);
        assert_eq!((text.matches(" --> p.xml:").count(), text.contains("more finding")), (100, false));

        let found: Vec<Diagnostic> = notes.chain(found).collect();
        let text = human_as(&found, PLAIN);
        assert_eq!(text.matches("error[unknown-field]: error").count(), 98);
        assert_eq!(text.matches("note[odd]: note").count(), 2);
        let counted = "note: 150 more findings in `p.xml`: 150 odd\n |\n = help: `--format concise` shows all of them\n\n\
                       note[odd]: elsewhere\n";
        assert!(text.contains(counted), "{text}");
    }

    #[test]
    fn of_a_long_line_only_what_is_near_is_shown_with_the_right_column() {
        let text = format!("a\n<{}é wrong {}>\n", "x".repeat(100_000), "y".repeat(100_000));
        let source = Source::new("p.xml", text);
        let at = source.text().find("wrong").unwrap();
        let far = Span::new(0, 1);
        let found =
            Diagnostic::new(&CODE, "here").at(&source, Span::new(at, at + 5)).related(&source, far, "there");
        let text = human_as(&[found], PLAIN);
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
        let text = human_as(&[found], PLAIN);
        assert!(text.chars().all(|c| c == '\n' || !is_unshowable(c)), "{text:?}");
    }

    #[test]
    fn a_place_at_the_end_or_inside_a_character_does_not_panic() {
        let source = Source::new("spec.yaml", "é");
        for span in [Span::new(1, 1), Span::new(2, 2), Span::new(0, 99), Span::new(99, 120)] {
            let found = Diagnostic::new(&CODE, "here").at(&source, span);
            assert!(human_as(&[found], PLAIN).contains("spec.yaml:1:"), "{span:?}");
        }
    }
}
