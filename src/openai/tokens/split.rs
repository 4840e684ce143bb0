//! A text in pieces that tokens never cross: words with the blank before them, numbers of three digits, signs, line ends.
//! The patterns are tiktoken's (tiktoken_ext/openai_public.py, read 2026-11-30) in another notation. They end in
//! `\s+(?!\S)|\s+`, which leaves the last blank of several to the word that follows; a pattern cannot look ahead here, so that
//! is done by hand. Each piece is looked for at one place alone, which is many times as fast as looking for the next one.

use regex::Regex;

pub(super) struct Splitter(Regex);

impl Splitter {
    pub(super) fn cl100k() -> Self {
        Self::of(&[
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
            r"[^\r\n\p{L}\p{N}]?\p{L}+",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n]*",
        ])
    }

    pub(super) fn o200k() -> Self {
        Self::of(&[
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        ])
    }

    fn of(patterns: &[&str]) -> Self {
        let pattern = format!(r"^(?:{}|\s*[\r\n]+|\s+)", patterns.join("|"));
        Self(Regex::new(&pattern).expect("a test compiles both patterns"))
    }

    pub(super) fn pieces<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a str> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let rest = &text[at..];
            let piece = self.0.find(rest)?.as_str();
            let mut length = piece.len();
            // The last alternative: blanks without a line end, for those the one before takes.
            let is_blank = piece.chars().all(char::is_whitespace) && !piece.ends_with(['\r', '\n']);
            if is_blank && length < rest.len() && piece.chars().nth(1).is_some() {
                length -= piece.chars().next_back().map_or(0, char::len_utf8);
            }
            at += length;
            Some(&rest[..length])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_with_the_word_that_follows() {
        let o200k = Splitter::o200k();
        for (text, pieces) in [
            ("The sun may", vec!["The", " sun", " may"]),
            ("a   b", vec!["a", "  ", " b"]),
            ("a \n\n b  ", vec!["a", " \n\n", " b", "  "]),
            ("12345 x", vec!["123", "45", " x"]),
            ("don't Stop!?\n", vec!["don't", " Stop", "!?\n"]),
            ("helloWorld a/b", vec!["hello", "World", " a", "/b"]),
            ("a\u{3000}\u{3000}9", vec!["a", "\u{3000}", "\u{3000}", "9"]),
        ] {
            assert_eq!(o200k.pieces(text).collect::<Vec<_>>(), pieces, "{text:?}");
        }
        let cl100k = Splitter::cl100k();
        assert_eq!(cl100k.pieces("don't helloWorld").collect::<Vec<_>>(), ["don", "'t", " helloWorld"]);
    }

    /// Every character is in some piece, whatever it is.
    #[test]
    fn nothing_is_left_out() {
        let text: String = (0..0x1_2000).step_by(3).filter_map(char::from_u32).collect();
        for splitter in [Splitter::cl100k(), Splitter::o200k()] {
            assert_eq!(splitter.pieces(&text).map(str::len).sum::<usize>(), text.len());
        }
    }
}
