//! What API Management itself says, as a pattern that a [`Code`](super::Code) lists and a finding fills in:
//! `Backend with id '{id}' could not be found.`

use std::fmt::{Display, Write as _};

/// A pattern with its holes filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wording {
    pub pattern: &'static str,
    pub text: String,
}

impl Wording {
    /// Puts `with` into the holes of `pattern`, one after the other; what a hole is called is for readers.
    pub fn of(pattern: &'static str, with: &[&dyn Display]) -> Self {
        let mut pieces = pattern.split('{');
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (piece, value) in pieces.zip(with) {
            let _ = write!(text, "{value}");
            text.push_str(piece.split_once('}').map_or("", |(_, after)| after));
        }
        debug_assert_eq!(pattern.matches('{').count(), with.len(), "{pattern}");
        Self { pattern, text }
    }

    /// Adds the place that .NET's XML reader ends its messages with; both count from 1.
    #[must_use]
    pub fn at(mut self, line: u32, position: u32) -> Self {
        let _ = write!(self.text, " Line {line}, position {position}.");
        self
    }
}

/// A wording that is always the same.
impl From<&'static str> for Wording {
    fn from(pattern: &'static str) -> Self {
        Self::of(pattern, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::Wording;

    #[test]
    fn the_holes_of_a_wording_are_filled_in_their_order() {
        assert_eq!(Wording::of("no '{from}' to '{to}'", &[&"a{b}", &1]).text, "no 'a{b}' to '1'");
        assert_eq!(Wording::from("Logger not found").text, "Logger not found");
        assert_eq!(Wording::from("odd.").at(2, 18).text, "odd. Line 2, position 18.");
    }
}
