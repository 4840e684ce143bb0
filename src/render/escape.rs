//! How text becomes part of a policy. A template has to name one of these for every text it prints.

use std::fmt::Write as _;

/// Text in the value of an attribute: no quote ends it, no `@(` begins an expression, no `{{` a named value.
pub(super) fn xml_attr(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in quick_xml::escape::escape(text).chars() {
        match c {
            '{' | '}' | '@' | '\n' | '\r' | '\t' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            other => out.push(other),
        }
    }
    out
}

/// A C# string literal with its quotes. Everything that XML, expressions or named values could see is a `\u` escape,
/// so the literal can stand in an attribute as well as in an element.
pub(super) fn csharp_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some(c) if c.is_ascii_alphanumeric() || " !#$%()*+,-./:;=?[]^_|~".contains(c) => out.push(c),
            _ => {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        for (text, attribute, literal) in [
            ("plain-text 1", "plain-text 1", "\"plain-text 1\""),
            ("\"&<>'", "&quot;&amp;&lt;&gt;&apos;", "\"\\u0022\\u0026\\u003c\\u003e\\u0027\""),
            ("@(1)", "&#64;(1)", "\"\\u0040(1)\""),
            ("{{x}}", "&#123;&#123;x&#125;&#125;", "\"\\u007b\\u007bx\\u007d\\u007d\""),
            ("a\\\n", "a\\&#10;", "\"a\\u005c\\u000a\""),
            ("😀", "😀", "\"\\ud83d\\ude00\""),
        ] {
            assert_eq!(xml_attr(text), attribute, "{text}");
            assert_eq!(csharp_string(text), literal, "{text}");
        }
    }
}
