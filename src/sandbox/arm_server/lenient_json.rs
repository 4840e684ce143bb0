//! Request bodies as az sends them: az 2.91 splices the template's text into its JSON as it is, under a key without
//! quotes (`"mode": "Incremental", template: {…}`), so that comments and strings over several lines reach the
//! server (recorded 2026-11). This turns such text into JSON; anything else wrong with it stays wrong.

use serde_json::Value as Json;

/// Nesting of a request body. Real ARM has no documented limit; serde_json stops at 128 anyway.
const DEPTH_MAX: usize = 100;

/// Reads a request body.
///
/// # Errors
/// A sentence with line and column.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).or_else(|_| {
        let strict = strict(text)?;
        serde_json::from_str(&strict).map_err(|error| error.to_string())
    })
}

/// Rewrites comments, bare keys, single-quoted strings and line breaks in strings; one pass.
fn strict(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.char_indices().peekable();
    let mut depth = 0;
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|&(_, c)| c);
        match c {
            '"' | '\'' => string(c, &mut rest, &mut out).ok_or_else(|| unclosed("string", text, at))?,
            '/' if next == Some('/') => while rest.next_if(|&(_, c)| c != '\n').is_some() {},
            '/' if next == Some('*') => {
                let end = text[at + 2..].find("*/").ok_or_else(|| unclosed("comment", text, at))?;
                while rest.next_if(|&(index, _)| index < at + 2 + end + 2).is_some() {}
                out.push(' ');
            }
            '{' | '[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(format!("the body is nested more than {DEPTH_MAX} levels deep"));
                }
                out.push(c);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.push(c);
            }
            c if c.is_alphabetic() || c == '_' || c == '$' => {
                let mut word = String::from(c);
                while let Some((_, c)) = rest.next_if(|&(_, c)| c.is_alphanumeric() || c == '_' || c == '$') {
                    word.push(c);
                }
                let after = text[at + word.len()..].trim_start();
                if after.starts_with(':') {
                    out.push('"');
                    out.push_str(&word);
                    out.push('"');
                } else {
                    out.push_str(&word);
                }
            }
            _ => out.push(c),
        }
    }
    Ok(out)
}

/// Copies a string up to its closing quote as a JSON string; None where there is none.
fn string(quote: char, rest: &mut impl Iterator<Item = (usize, char)>, out: &mut String) -> Option<()> {
    out.push('"');
    loop {
        match rest.next()?.1 {
            '\\' => match rest.next()?.1 {
                '\'' => out.push('\''),
                escaped => out.extend(['\\', escaped]),
            },
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' if quote == '\'' => out.push_str("\\\""),
            c if c == quote => break,
            c => out.push(c),
        }
    }
    out.push('"');
    Some(())
}

fn unclosed(what: &str, text: &str, at: usize) -> String {
    let line = text[..at].matches('\n').count() + 1;
    format!("the {what} that begins in line {line} has no end")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_az_and_people_write_is_read() {
        for (text, expected) in [
            (
                r#"{"properties": {"mode": "Incremental", template: {"a": 1}}}"#,
                json!({"properties": {"mode": "Incremental", "template": {"a": 1}}}),
            ),
            ("{a: 'it\\'s \"x\"', b: true, c: [null]}", json!({"a": "it's \"x\"", "b": true, "c": [null]})),
            ("// head\n{\"a\": /* inner } */ \"b // c\"}", json!({"a": "b // c"})),
            ("{\"a\": \"one\n\ttwo\"}", json!({"a": "one\n\ttwo"})),
            ("\u{feff}{\"$schema\": \"x\", $id: 1}", json!({"$schema": "x", "$id": 1})),
            (r#"{"a": "[concat('x', \"y\")]"}"#, json!({"a": "[concat('x', \"y\")]"})),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_broken_stays_broken() {
        for text in ["", "{", "{\"a\": \"b", "{\"a\": /* b}", "{a b}", "{'a\\", &"[".repeat(100_000), "nope"]
        {
            assert!(parse(text).is_err(), "{text:.40}");
        }
    }
}
