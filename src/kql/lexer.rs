//! A query as tokens.

use super::Fault;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Long(i64),
    Real(f64),
    /// Milliseconds.
    Span(i64),
    Mark(&'static str),
}

/// Longer marks stand before shorter ones that they begin with.
const MARKS: &[&str] = &[
    "==", "=~", "!=", "!~", "<=", ">=", "|", "(", ")", "[", "]", ",", ";", "=", "<", ">", "+", "-", "*", "/",
    "%", ".", ":",
];

/// The units of a time span and their milliseconds.
const UNITS: &[(&str, i64)] = &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push((at, Token::Word(rest[..length].to_owned())));
            at += length;
        } else if c == '\'' || c == '"' {
            let (value, length) = quoted(rest, c, at)?;
            found.push((at, Token::Text(value)));
            at += length;
        } else if c.is_ascii_digit() {
            let (token, length) = number(rest, at)?;
            found.push((at, token));
            at += length;
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            found.push((at, Token::Mark(mark)));
            at += mark.len();
        } else {
            return Err(Fault::new(at, format!("`{c}` is not known here")));
        }
    }
    Ok(found)
}

/// The text of a literal and the bytes that it takes with its quotes.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(String, usize), Fault> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((index, c)) = chars.next() {
        if c == quote {
            return Ok((value, index + 1));
        }
        if c == '\n' {
            break;
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let Some((_, escape)) = chars.next() else { break };
        value.push(match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' | '\'' | '"' => escape,
            'u' => {
                let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .ok_or_else(|| Fault::new(at + index, format!("`\\u{digits}` is no character")))?
            }
            other => return Err(Fault::new(at + index, format!("the escape `\\{other}` is not known here"))),
        });
    }
    Err(Fault::new(at, "a text without its end"))
}

/// A number, or with a unit behind it a span.
fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let is_real =
        rest[digits..].starts_with('.') && rest[digits + 1..].starts_with(|c: char| c.is_ascii_digit());
    let mut length = digits;
    if is_real {
        let after = &rest[digits + 1..];
        length += 1 + after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    }
    let unit = &rest[length..];
    let unit = &unit[..unit.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(unit.len())];
    let text = &rest[..length];
    let bad = || Fault::new(at, format!("`{text}{unit}` is no number that is known here"));
    if is_real {
        return if unit.is_empty() {
            Ok((Token::Real(text.parse().map_err(|_| bad())?), length))
        } else {
            Err(bad())
        };
    }
    let value: i64 = text.parse().map_err(|_| bad())?;
    if unit.is_empty() {
        return Ok((Token::Long(value), length));
    }
    let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
    Ok((Token::Span(value.checked_mul(*ms).ok_or_else(bad)?), length + unit.len()))
}
