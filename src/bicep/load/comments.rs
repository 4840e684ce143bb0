//! Comments in JSON files, which the official compiler takes as well.

/// Returns the text with blanks in place of comments, so that places stay what they are.
pub(in crate::bicep) fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.get(..2) {
            Some("//") => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            Some("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            _ if rest.starts_with('"') => {
                let length = quoted(rest);
                out.push_str(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
            _ => {
                out.push('/');
                rest = &rest[1..];
                continue;
            }
        };
        out.extend(rest[..length].chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }));
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The length of the string literal at the start of `text`.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_blanks_and_strings_stay() {
        for (text, expected) in [
            ("{ // x\n}", "{     \n}"),
            ("/* a\nb */1", "    \n    1"),
            (r#"["//", "\"/*", "*/"]"#, r#"["//", "\"/*", "*/"]"#),
            ("/", "/"),
            ("/*", "  "),
            ("\"", "\""),
        ] {
            assert_eq!(blanked(text), expected);
        }
    }
}
