//! Laying out plain text: colour that can be left out, and lines that end at the page's width.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};

use crate::diag::render::Style;

/// Lines are broken here where they can be; longer words stand out rather than being cut.
pub(super) const PAGE_WIDTH: usize = 100;

pub(super) const GREEN: Ansi = AnsiColor::Green.on_default();
pub(super) const YELLOW: Ansi = AnsiColor::Yellow.on_default();
pub(super) const RED: Ansi = AnsiColor::Red.on_default().bold();
pub(super) const CYAN: Ansi = AnsiColor::Cyan.on_default();
pub(super) const BOLD: Ansi = Ansi::new().bold();
pub(super) const DIM: Ansi = Ansi::new().dimmed();

/// Puts `text` between the escape codes of `ansi`, where the page is coloured.
pub(super) fn paint(text: &str, ansi: Ansi, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colored => format!("{ansi}{text}{ansi:#}"),
    }
}

/// Appends `lead` and then `text`, broken between words; further lines are indented to where the text began.
/// `lead` is `lead_width` columns wide on screen, whatever escape codes it holds.
pub(super) fn hang(out: &mut String, lead: &str, lead_width: usize, text: &str) {
    out.push_str(lead);
    let mut column = lead_width;
    for (index, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > PAGE_WIDTH {
            let _ = write!(out, "\n{:lead_width$}", "");
            column = lead_width;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
}

/// Shortens `text` to `width` characters, the last of them an ellipsis where something is left out.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// `1 resource`, `2 resources`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_hang_below_the_text() {
        let mut out = String::new();
        hang(&mut out, "  ok  ", 6, &"word ".repeat(25));
        let widths: Vec<usize> = out.lines().map(|line| line.trim_end().len()).collect();
        assert_eq!(widths, [100, 35], "{out}");
        assert!(out.lines().nth(1).unwrap().starts_with("      word"), "{out}");
    }

    #[test]
    fn a_word_longer_than_the_page_is_kept_whole() {
        let mut out = String::new();
        hang(&mut out, "- ", 2, &"x".repeat(120));
        assert_eq!(out, format!("- {}\n", "x".repeat(120)));
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(cut("größe", 5), "größe");
        assert_eq!(cut("größer", 5), "größ…");
    }

    #[test]
    fn plain_text_holds_no_escape_code() {
        assert_eq!(paint("ok", GREEN, Style::Plain), "ok");
        assert_ne!(paint("ok", GREEN, Style::Colored), "ok");
    }
}
