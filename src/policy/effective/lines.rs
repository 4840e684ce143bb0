//! The effective policy line by line. An element into which nothing was put stays as it is written; lines are moved
//! to their new depth only where their white space means nothing.

use super::{EffectiveText, Origin, Part};
use crate::policy::Scope;
use crate::text::Span;

/// One line of the effective policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// None for the tags of sections, which no single document brings.
    pub origin: Option<LineOrigin>,
}

/// Where a line is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOrigin {
    pub scope: Scope,
    pub fragment: Option<String>,
    pub path: String,
    /// Counted from 1.
    pub line: u32,
}

/// Four blanks, as API Management's own editor indents.
const STEP: &str = "    ";

/// Writes the effective policy as one document. The text of the lines alone is a policy that reads back.
pub fn lines(effective: &EffectiveText) -> Vec<Line> {
    let mut lines = Vec::new();
    let own = |text: String| Line { text, origin: None };
    lines.push(own("<policies>".to_owned()));
    for (section, parts) in &effective.sections {
        let name = section.name();
        if parts.is_empty() {
            lines.push(own(format!("{STEP}<{name} />")));
            continue;
        }
        lines.push(own(format!("{STEP}<{name}>")));
        parts.iter().for_each(|part| write(part, 2, &mut lines));
        lines.push(own(format!("{STEP}</{name}>")));
    }
    lines.push(own("</policies>".to_owned()));
    lines
}

fn write(part: &Part, depth: usize, lines: &mut Vec<Line>) {
    match &part.element {
        Some(element) if element.is_composed => {
            write_span(&part.origin, element.start_tag, depth, lines);
            element.inside.iter().for_each(|part| write(part, depth + 1, lines));
            if let Some(end_tag) = element.end_tag {
                write_span(&part.origin, end_tag, depth, lines);
            }
        }
        Some(_) | None => write_span(&part.origin, part.span, depth, lines),
    }
}

/// Writes what is at `span`, its first line at `depth` and the others as far from it as they were.
fn write_span(origin: &Origin, span: Span, depth: usize, lines: &mut Vec<Line>) {
    let source = &origin.source;
    let before = &source.text()[..span.start as usize];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let was = &before[line_start..];
    let was = &was[..was.len() - was.trim_start().len()];
    let indent = STEP.repeat(depth);
    let mut at = span.start as usize;
    let first = source.position(span.start).line;
    for (line, text) in (first..).zip(source.slice(span).split('\n')) {
        let shown = text.strip_suffix('\r').unwrap_or(text);
        let moved = if line == first {
            format!("{indent}{shown}")
        } else if is_solid(origin, at) {
            shown.to_owned()
        } else {
            let rest = shown.strip_prefix(was).unwrap_or_else(|| shown.trim_start());
            if rest.is_empty() { String::new() } else { format!("{indent}{rest}") }
        };
        let path = source.path().to_owned();
        let from = LineOrigin { scope: origin.scope, fragment: origin.fragment.clone(), path, line };
        lines.push(Line { text: moved, origin: Some(from) });
        at += text.len() + 1;
    }
}

/// Whether the line that begins at `at` begins inside a text or a value.
fn is_solid(origin: &Origin, at: usize) -> bool {
    let next = origin.solid.partition_point(|span| (span.end as usize) < at);
    origin.solid.get(next).is_some_and(|span| (span.start as usize) < at)
}
