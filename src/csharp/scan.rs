//! Finds where an expression ends, without reading it: the policy lexer has to know before it can find the end
//! of the attribute around it. Only strings, characters and comments matter here; the rest is brackets.

use super::codes::{SYNTAX, TOO_COMPLEX, UNTERMINATED};
use super::problem::Problem;
use super::wordings;
use crate::text::Span;

/// Strings inside interpolation holes inside strings: real policies nest twice. Bounds the recursion.
const MAX_STRING_NESTING: usize = 16;

/// Returns the offset just past the bracket that closes the one at `start`.
///
/// `start` is the offset of the `(` of `@(` or of the `{` of `@{`. Only brackets of that kind count; brackets in
/// strings (regular, verbatim, interpolated with nested holes), characters and comments do not. XML entities are
/// left alone: in a text that writes its quotes as `&quot;` strings are not recognised as strings, so decode the
/// entities first where a bracket may stand inside such a string.
///
/// # Errors
/// A [`Problem`] with spans in `text` where a string, comment or the bracket itself is not closed, or where there
/// is no opening bracket at `start`.
///
/// # Examples
/// ```
/// let text = r#"value="@(f(")"))" other"#;
/// assert_eq!(genai_lz::csharp::scan_balanced(text, 8).unwrap(), 16);
/// ```
pub fn scan_balanced(text: &str, start: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let (open, close) = match bytes.get(start) {
        Some(b'(') => (b'(', b')'),
        Some(b'{') => (b'{', b'}'),
        _ => return Err(Problem::new(&SYNTAX, "expected `(` or `{` after `@`", Span::at(start))),
    };
    let mut depth = 0usize;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Ok(at + 1);
            }
        }
        at = skip_lexeme(text, at, 0)?;
    }
    let message = format!("the `{}` that opens this expression is not closed", open as char);
    Err(Problem::new(&UNTERMINATED, message, Span::new(start, start + 1)))
}

/// Returns the offset after the string, character, comment or single byte at `at`.
fn skip_lexeme(text: &str, at: usize, nesting: usize) -> Result<usize, Problem> {
    let rest = &text.as_bytes()[at..];
    match rest {
        [b'/', b'/', ..] => Ok(end_of_line(text, at)),
        [b'/', b'*', ..] => end_of_block_comment(text, at),
        [b'\'', ..] => end_of_quoted(text, at, b'\''),
        [b'"', ..] => end_of_quoted(text, at, b'"'),
        [b'@', b'"', ..] => end_of_verbatim(text, at),
        [b'$', b'"', ..] => scan_interpolated(text, at, nesting, &mut |_| {}),
        [b'$', b'@', b'"', ..] | [b'@', b'$', b'"', ..] => scan_interpolated(text, at, nesting, &mut |_| {}),
        _ => Ok(at + 1),
    }
}

pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |found| at + found)
}

pub(super) fn end_of_block_comment(text: &str, at: usize) -> Result<usize, Problem> {
    match text[at + 2..].find("*/") {
        Some(found) => Ok(at + 2 + found + 2),
        None => Err(Problem::new(&UNTERMINATED, "the comment is not closed by `*/`", Span::new(at, at + 2))),
    }
}

/// The end of `"…"` or `'…'` with backslash escapes, on one line.
pub(super) fn end_of_quoted(text: &str, at: usize, quote: u8) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let mut here = at + 1;
    while let Some(&byte) = bytes.get(here) {
        match byte {
            b'\\' => here += 2,
            b'\n' => break,
            byte if byte == quote => return Ok(here + 1),
            _ => here += 1,
        }
    }
    Err(unterminated_string(at))
}

/// The end of `@"…"`, where `""` stands for a quote.
pub(super) fn end_of_verbatim(text: &str, at: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let mut here = at + 2;
    while let Some(&byte) = bytes.get(here) {
        match byte {
            b'"' if bytes.get(here + 1) == Some(&b'"') => here += 2,
            b'"' => return Ok(here + 1),
            _ => here += 1,
        }
    }
    Err(unterminated_string(at))
}

fn unterminated_string(at: usize) -> Problem {
    Problem::new(&UNTERMINATED, "the string is not closed", Span::new(at, at + 1))
        .service_says(wordings::UNTERMINATED_STRING)
        .help("close it on the same line, or write `@\"...\"` for a string of several lines")
}

/// A piece of an interpolated string, as offsets into the text.
pub(super) enum RawPiece {
    /// Literal text, escapes and doubled braces still in it.
    Text { start: usize, end: usize },
    /// `{expr}`, `{expr,alignment}`, `{expr:format}`.
    Hole { expr: (usize, usize), alignment: Option<(usize, usize)>, format: Option<(usize, usize)> },
}

/// Walks the interpolated string at `at`, tells its pieces, and returns the offset after it.
pub(super) fn scan_interpolated(
    text: &str,
    at: usize,
    nesting: usize,
    tell: &mut dyn FnMut(RawPiece),
) -> Result<usize, Problem> {
    if nesting >= MAX_STRING_NESTING {
        return Err(Problem::new(
            &TOO_COMPLEX,
            "interpolated strings are nested too deeply",
            Span::new(at, at + 1),
        ));
    }
    let bytes = text.as_bytes();
    let verbatim = bytes[at..].starts_with(b"$@") || bytes[at..].starts_with(b"@$");
    let mut here = at + if verbatim { 3 } else { 2 };
    let mut start = here;
    while let Some(&byte) = bytes.get(here) {
        let doubled = bytes.get(here + 1) == Some(&byte);
        match byte {
            b'\\' if !verbatim => here += 2,
            b'\n' if !verbatim => break,
            b'"' if verbatim && doubled => here += 2,
            b'"' => {
                tell(RawPiece::Text { start, end: here });
                return Ok(here + 1);
            }
            b'{' | b'}' if doubled => here += 2,
            b'{' => {
                tell(RawPiece::Text { start, end: here });
                let (hole, end) = scan_hole(text, here, nesting)?;
                tell(hole);
                here = end;
                start = end;
            }
            b'}' => {
                return Err(Problem::new(
                    &SYNTAX,
                    "a `}` in an interpolated string has to be doubled",
                    Span::new(here, here + 1),
                ));
            }
            _ => here += 1,
        }
    }
    Err(unterminated_string(at))
}

/// Reads the hole whose `{` is at `at`; returns it and the offset after its `}`.
fn scan_hole(text: &str, at: usize, nesting: usize) -> Result<(RawPiece, usize), Problem> {
    let bytes = text.as_bytes();
    let (mut depth, mut here) = (0usize, at + 1);
    let (mut comma, mut colon) = (None, None);
    while let Some(&byte) = bytes.get(here) {
        match byte {
            b'}' if depth == 0 => {
                let end_of_alignment = colon.unwrap_or(here);
                let hole = RawPiece::Hole {
                    expr: (at + 1, comma.unwrap_or(end_of_alignment)),
                    alignment: comma.map(|comma| (comma + 1, end_of_alignment)),
                    format: colon.map(|colon| (colon + 1, here)),
                };
                return Ok((hole, here + 1));
            }
            // After the colon everything up to the brace is the format, quotes included.
            _ if colon.is_some() => {
                here += 1;
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => comma = comma.or(Some(here)),
            b':' if depth == 0 => colon = Some(here),
            _ => {}
        }
        here = skip_lexeme(text, here, nesting + 1)?;
    }
    Err(Problem::new(
        &UNTERMINATED,
        "the `{` in the interpolated string is not closed",
        Span::new(at, at + 1),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bracket_that_closes_an_expression_is_found_under_csharp_rules() {
        for inner in [
            "a",
            "",
            "f(1, (2))",
            r#"f(")")"#,
            r#"f("\")")"#,
            r#"f(@"C:\") + @"a"")""#,
            r#"')' + '\'' + '"'"#,
            "a /* ) */ + b // )\n + c",
            r#"$"{f(")")} )""#,
            r#"$"{{ ) }}""#,
            r#"$@"{(x ? ")" : "b"):F2} "")""#,
            r#"$"{$"{")"}"}""#,
            r#"GetValueOrDefault('Retry-After', ')')"#,
            "x[\"é)\"]",
        ] {
            let text = format!("@({inner}) tail)");
            assert_eq!(scan_balanced(&text, 1).unwrap(), inner.len() + 3, "{text}");
        }
        assert_eq!(scan_balanced("@{ if (a) { return \"}\"; } } }", 1).unwrap(), 27);
    }

    #[test]
    fn what_is_not_closed_is_named_at_its_start() {
        for (text, at, word) in [
            ("@(f(1)", 1, "opens this expression"),
            ("@(\"abc)\n)", 2, "string"),
            ("@( /* )", 3, "comment"),
            ("@($\"{a\")", 6, "string"),
            ("@($\"{a + (b\n", 4, "interpolated"),
            ("@(@\"abc)", 2, "string"),
        ] {
            let problem = scan_balanced(text, 1).unwrap_err();
            assert!(problem.message.contains(word), "{text}: {}", problem.message);
            assert_eq!(problem.span.start, at, "{text}");
        }
        assert_eq!(scan_balanced("@x", 1).unwrap_err().code, &SYNTAX);
    }

    #[test]
    fn deep_nesting_is_refused_and_no_prefix_panics() {
        let deep = format!("({}", "$\"{".repeat(5000));
        assert_eq!(scan_balanced(&deep, 0).unwrap_err().code, &TOO_COMPLEX);
        let text = "(@$\"é{a[\"x\"],-3:F2}\"\"{{}}\" + 'é' + '\\u0041' /* ✓ */ // ✓\n)";
        for (end, _) in text.char_indices() {
            let _ = scan_balanced(&text[..end], 0);
        }
        assert_eq!(scan_balanced(text, 0), Ok(text.len()));
    }
}
