//! Reads the `.env` files of scripts: `NAME=value` by line, as a shell that sources them sees it. What only a shell can
//! work out is refused.

use std::sync::Arc;

use super::codes;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// A line that sets a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub name: String,
    pub name_span: Span,
    pub value: String,
    pub span: Span,
}

/// Reads all lines; those that set nothing and are no comment are added to `found`, at their places in `shown`, which
/// is `text` without its secrets.
pub(super) fn read(text: &str, shown: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let content = line.trim_end_matches(['\n', '\r']);
        let indent = content.len() - content.trim_start().len();
        let rest = &content[indent..];
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        match setting(rest, at + indent) {
            Ok(setting) => settings.push(setting),
            Err((problem, help)) => {
                let span = Span::new(at + indent, at + content.len());
                found.push(Diagnostic::new(&codes::ENV_FILE, problem).at(shown, span).help(help));
            }
        }
    }
    settings
}

fn setting(line: &str, at: usize) -> Result<Setting, (&'static str, &'static str)> {
    let own = line.strip_prefix("export ").map_or(line, str::trim_start);
    let name_at = at + line.len() - own.len();
    let Some((name, written)) = own.split_once('=').filter(|(name, _)| is_name(name)) else {
        return Err(("a line that sets no variable", "write `NAME=value`, without blanks around `=`"));
    };
    let value_at = name_at + name.len() + 1;
    let (value, length) = value(written)?;
    Ok(Setting {
        name: name.to_owned(),
        name_span: Span::new(name_at, name_at + name.len()),
        value,
        span: Span::new(value_at, value_at + length),
    })
}

/// The value, and how many bytes of `written` it takes up.
fn value(written: &str) -> Result<(String, usize), (&'static str, &'static str)> {
    const COMPUTED: (&str, &str) = (
        "a value that only a shell can work out",
        "write the value itself, in single quotes where it has a `$`",
    );
    const OPEN: (&str, &str) = ("a quote that is not closed in its line", "close it");
    let (value, length) = match written.chars().next() {
        Some('\'') => {
            let end = written[1..].find('\'').ok_or(OPEN)?;
            (written[1..=end].to_owned(), end + 2)
        }
        Some('"') => double_quoted(&written[1..]).ok_or(OPEN)?.ok_or(COMPUTED)?,
        _ => {
            let end = written.find(char::is_whitespace).unwrap_or(written.len());
            let value = &written[..end];
            if value.contains(['$', '`', '\\', '\'', '"', ';', '&', '|', '<', '>', '(', ')']) {
                return Err(COMPUTED);
            }
            (value.to_owned(), end)
        }
    };
    let behind = written[length..].trim_start();
    if behind.is_empty() || behind.starts_with('#') && written[length..].starts_with(char::is_whitespace) {
        Ok((value, length))
    } else {
        Err(("something behind the value", "put a value with blanks into quotes"))
    }
}

/// What stands behind a double quote, up to the one that closes it, with the length of both quotes. The outer None is a
/// quote that is not closed, the inner one a value that is computed.
#[expect(clippy::option_option, reason = "not closed and not readable are different answers")]
fn double_quoted(text: &str) -> Option<Option<(String, usize)>> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some(Some((value, at + 2))),
            '$' | '`' => return Some(None),
            '\\' => match chars.next()?.1 {
                escaped @ ('"' | '\\' | '$' | '`') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_a_shell_reads_them() {
        for (line, expected) in [
            ("A=b", Ok(("A", "b", "b"))),
            ("  export A=b  # c", Ok(("A", "b", "b"))),
            ("A=", Ok(("A", "", ""))),
            ("A='b c $d'", Ok(("A", "b c $d", "'b c $d'"))),
            ("A=\"b \\\" \\$ \\n\" # c", Ok(("A", "b \" $ \\n", "\"b \\\" \\$ \\n\""))),
            ("A=b#c", Ok(("A", "b#c", "b#c"))),
            ("A=é", Ok(("A", "é", "é"))),
            ("A = b", Err("a line that sets no variable")),
            ("A-B=c", Err("a line that sets no variable")),
            ("echo", Err("a line that sets no variable")),
            ("A=b c", Err("something behind the value")),
            ("A='b'c", Err("something behind the value")),
            ("A='b'#c", Err("something behind the value")),
            ("A='b", Err("a quote that is not closed in its line")),
            ("A=\"b\\", Err("a quote that is not closed in its line")),
            ("A=$B", Err("a value that only a shell can work out")),
            ("A=\"$(b)\"", Err("a value that only a shell can work out")),
            ("A=b;c", Err("a value that only a shell can work out")),
        ] {
            for end in ["", "\n", "\r\n"] {
                let text = format!("# first\n\n{line}{end}");
                let source = Source::new(".env", text.as_str());
                let mut found = Vec::new();
                let settings = read(&text, &source, &mut found);
                let read = match settings.first() {
                    Some(it) => Ok((it.name.as_str(), it.value.as_str(), source.slice(it.span))),
                    None => Err(found[0].message.as_str()),
                };
                assert_eq!(read, expected, "{line}");
            }
        }
    }
}
