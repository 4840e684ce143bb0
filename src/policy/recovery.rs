//! Guesses of where a broken thing was meant to end, so that one slip gives one finding. Only asked once something
//! is known to be wrong; a text that reads well never comes here.

use super::scanner::{is_name_char, is_space};
use super::tree::{Piece, Text};
use crate::text::{Source, Span};

/// How far is looked for an end; a value or text longer than this ends at its line instead. Each broken thing looks
/// once, and there are at most as many as findings.
const MAX_LOOK_BYTES: usize = 64 * 1024;

/// A tag further in than this is taken not to begin its line.
const MAX_INDENTATION: usize = 512;

/// Returns the offset of the first `quote` after which the tag goes on: with `>`, `/>` or another attribute.
pub(super) fn end_of_value(rest: &str, quote: u8) -> Option<usize> {
    let rest = near(rest);
    let line_of_tag = next_tag_line(rest).unwrap_or(rest.len());
    let quotes = rest[..line_of_tag].match_indices(quote as char);
    quotes.map(|(at, _)| at).find(|at| goes_on(&rest[at + 1..]))
}

/// Returns where a value whose expression is broken probably ends; at the end of its last line where no quote fits.
pub(super) fn end_of_broken_value(rest: &str, quote: u8) -> Option<usize> {
    end_of_block(rest, quote).or_else(|| end_of_value(rest, quote)).or_else(|| {
        let rest = near(rest);
        let lines = next_tag_line(rest).or_else(|| rest.find('\n')).unwrap_or(rest.len());
        let written = rest[..lines].trim_end();
        Some(written.trim_end_matches('>').trim_end_matches('/').trim_end().len())
    })
}

/// Returns the end of a value that begins with `@{` and goes on over several lines: the first `}` that a closing quote
/// follows, before the next tag or expression.
fn end_of_block(rest: &str, quote: u8) -> Option<usize> {
    let rest = near(rest).strip_prefix("@{")?;
    let rest = &rest[..next_tag_line(rest).unwrap_or(rest.len())];
    let rest = &rest[..rest.find("@{").unwrap_or(rest.len())];
    let braces = rest.match_indices('}').map(|(at, _)| at + 1);
    let mut ends = braces.filter(|at| rest[*at..].starts_with(quote as char));
    let end = ends.find(|at| goes_on(&rest[at + 1..]))?;
    rest[..end].contains('\n').then_some("@{".len() + end)
}

/// Returns where the text of `parent` probably ends: at its end tag, or at the next line that begins with a tag.
pub(super) fn end_of_broken_content(rest: &str, parent: &str) -> Option<usize> {
    let rest = near(rest);
    let own = (!parent.is_empty()).then(|| rest.find(&format!("</{parent}>"))).flatten();
    let line = next_tag_line(rest).map(|at| rest[..at].trim_end().len());
    own.or(line).or_else(|| rest.find("</")).filter(|at| *at > 0)
}

/// Whether an expression holds a line that begins like a tag of a policy.
pub(super) fn runs_over_a_tag(expression: &str) -> bool {
    next_tag_line(expression).is_some() || expression.contains("</")
}

/// Returns where a value that `quote` ends only in a later attribute or tag was meant to end, where it shows that:
/// the text before the quote ends with ` name=`, or holds markup.
pub(super) fn end_of_unclosed_value(source: &str, text: &Text, has_markup: bool) -> Option<usize> {
    let Some(Piece::Literal(last)) = text.pieces.last() else { return None };
    let value = source.get(text.span.range())?;
    let (first, before_name) = (text.pieces.first()?, value.trim_end().strip_suffix('=').map(str::trim_end));
    let name_start = before_name.map(|value| value.trim_end_matches(is_name_char));
    let begins_attribute = name_start.is_some_and(|rest| {
        rest.ends_with(char::is_whitespace) && before_name.is_some_and(|value| value.len() > rest.len())
    });
    if !begins_attribute {
        return None;
    }
    // After the expression that the value begins with; otherwise from its start.
    let from = match first {
        Piece::Expression { span, .. } => span.end as usize,
        Piece::Literal(_) if text.pieces.len() > 1 => last.start as usize,
        Piece::Literal(span) => span.start as usize,
    };
    let own = source.get(from..text.span.end as usize)?;
    let end = if has_markup {
        let written = &own[..own.find(['>', '<', '\n']).unwrap_or(own.len())];
        from + written.trim_end_matches(['/', ' ', '\r']).len()
    } else {
        text.span.start as usize + name_start?.trim_end().len()
    };
    Some(end.max(from))
}

/// Whether `rest` begins with an attribute, up to its quote.
pub(super) fn begins_attribute(rest: &str) -> bool {
    let name = rest.len() - rest.trim_start_matches(is_name_char).len();
    let after = rest[name..].trim_start();
    name > 0 && after.strip_prefix('=').is_some_and(|value| value.trim_start().starts_with(['"', '\'']))
}

/// Whether `rest`, which begins with `<`, is `<T>(` or `<T, U>(` of C#.
pub(super) fn is_generic_argument(rest: &str) -> bool {
    let inside =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '<' | '>' | ',' | ' ' | '.' | '?' | '[' | ']');
    let length = rest.bytes().take(128).take_while(|byte| inside(*byte as char)).count();
    let written = &rest[..length];
    rest[length..].starts_with('(') && written.trim_end().ends_with('>')
}

/// Returns how far a tag is indented; None where it is not the first on its line.
pub(super) fn indentation(source: &Source, tag: Span) -> Option<usize> {
    let before = source.text().as_bytes().get(..tag.start as usize)?;
    let blank =
        before.iter().rev().take(MAX_INDENTATION).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let is_first = before.len() == blank || before[before.len() - blank - 1] == b'\n';
    is_first.then_some(blank)
}

/// Whether a tag may go on like this after a value.
fn goes_on(rest: &str) -> bool {
    let after = rest.trim_start();
    after.is_empty()
        || after.starts_with("/>")
        || after.starts_with("?>")
        || after.strip_prefix('>').is_some_and(|inside| !inside.starts_with([' ', '=', '0', '1']))
        || (rest.starts_with(char::is_whitespace) && begins_attribute(after))
}

/// Returns the offset of the first line break after which a line begins with a tag, a comment or an end tag.
fn next_tag_line(text: &str) -> Option<usize> {
    text.match_indices('\n').map(|(at, _)| at).find(|at| {
        let line =
            text[at + 1..].trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8) && c != '\n');
        line.strip_prefix('<').is_some_and(|tag| {
            tag.starts_with(|c: char| c.is_ascii_lowercase()) || tag.starts_with(['/', '!'])
        })
    })
}

fn near(text: &str) -> &str {
    let end = (MAX_LOOK_BYTES.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(text.len())]
}
