//! How a report of usage is laid out: lines for eyes, and fields for a spreadsheet.

use std::fmt::Write as _;

/// Cells below each other, the first of each line at the left, numbers at the right.
pub(super) fn aligned(lines: &[Vec<String>]) -> String {
    let width = |index: usize| lines.iter().map(|line| line[index].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..lines.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut shown = String::new();
        for (index, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let _ = match index {
                0 => write!(shown, "{cell:<width$}"),
                _ => write!(shown, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(text, "{}", shown.trim_end());
    }
    text
}

/// A field that a spreadsheet reads as text and never as a formula.
pub(super) fn field(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_csv_is_no_formula() {
        for (text, expected) in [
            ("sales", "sales"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=1+1", "'=1+1"),
            ("@x,\n", "\"'@x,\n\""),
            ("", ""),
        ] {
            assert_eq!(field(text), expected, "{text:?}");
        }
    }
}
