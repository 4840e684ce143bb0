//! Text of a stranger as it may be shown on a terminal: nothing in it moves the cursor, changes colours, begins a line
//! or turns the direction of writing, and it is not without end.

use std::borrow::Cow;

/// Control characters, and those that turn the direction of writing, as Rust writes them in a string: `\n`, `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unshowable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unshowable(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// True for the controls of ASCII and of ISO 6429 (U+009B begins an escape sequence too), for the separators of lines,
/// and for the bidirectional formatting characters of Unicode (UAX 9, 2.1 to 2.4).
pub fn is_unshowable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In bytes. The longest sentence that a document cannot stretch, a list of all policies, has half of it.
const SENTENCE_BYTES_MAX: usize = 4096;

/// A sentence that quotes a document, without the middle where that is very long.
pub fn shortened(sentence: String) -> String {
    if sentence.len() <= SENTENCE_BYTES_MAX {
        return sentence;
    }
    let head = sentence.floor_char_boundary(SENTENCE_BYTES_MAX / 2);
    let tail = sentence.floor_char_boundary(sentence.len() - SENTENCE_BYTES_MAX / 4);
    format!("{} … {}", &sentence[..head], &sentence[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        for (text, expected) in [
            ("`näme` 🙂", "`näme` 🙂"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\u{9b}31mb", "a\\u{9b}31mb"),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("\u{202e}lmx", "\\u{202e}lmx"),
        ] {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn the_middle_of_a_very_long_sentence_is_left_out() {
        assert_eq!(shortened("é".repeat(SENTENCE_BYTES_MAX / 2)).len(), SENTENCE_BYTES_MAX);
        let cut = shortened(format!("there is no `{}`", "é".repeat(1 << 20)));
        assert!(cut.starts_with("there is no `é") && cut.ends_with("é`"));
        assert!(cut.len() < SENTENCE_BYTES_MAX);
    }
}
