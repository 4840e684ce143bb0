//! The filters that the page of set-body lists, as DotLiquid has them.

mod lists;
mod numbers;
mod texts;

use super::value::Value;
use crate::csharp::Environment;

/// One filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub name: &'static str,
    /// The least and the most that follow `:`.
    pub arguments: (usize, usize),
    pub apply: Apply,
}

/// What a filter makes of a value.
///
/// # Errors
/// A sentence where it cannot.
type Apply = fn(&Value, &[Value], &dyn Environment) -> Result<Value, String>;

const fn filter(name: &'static str, arguments: (usize, usize), apply: Apply) -> Filter {
    Filter { name, arguments, apply }
}

/// The longest text that a filter makes out of two.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// Refuses a text before it is made.
fn fits(n_bytes: usize) -> Result<(), String> {
    if n_bytes > MAX_TEXT_BYTES {
        return Err(format!("a text of more than {MAX_TEXT_BYTES} bytes"));
    }
    Ok(())
}

/// All of them, by name.
pub(super) static ALL: [Filter; 43] = [
    filter("Abs", (0, 0), numbers::abs),
    filter("Append", (1, 1), texts::append),
    filter("AtLeast", (1, 1), numbers::at_least),
    filter("AtMost", (1, 1), numbers::at_most),
    filter("Capitalize", (0, 0), texts::capitalize),
    filter("Compact", (0, 0), lists::compact),
    filter("Currency", (0, 1), numbers::currency),
    filter("Date", (1, 1), texts::date),
    filter("Default", (1, 1), lists::default),
    filter("DividedBy", (1, 1), numbers::divided_by),
    filter("Downcase", (0, 0), texts::downcase),
    filter("Escape", (0, 0), texts::escape),
    filter("First", (0, 0), lists::first),
    filter("H", (0, 0), texts::escape),
    filter("Join", (0, 1), lists::join),
    filter("Last", (0, 0), lists::last),
    filter("Lstrip", (0, 0), texts::lstrip),
    filter("Map", (1, 1), lists::map),
    filter("Minus", (1, 1), numbers::minus),
    filter("Modulo", (1, 1), numbers::modulo),
    filter("NewlineToBr", (0, 0), texts::newline_to_br),
    filter("Plus", (1, 1), numbers::plus),
    filter("Prepend", (1, 1), texts::prepend),
    filter("Remove", (1, 1), texts::remove),
    filter("RemoveFirst", (1, 1), texts::remove_first),
    filter("Replace", (1, 2), texts::replace),
    filter("ReplaceFirst", (1, 2), texts::replace_first),
    filter("Round", (0, 1), numbers::round),
    filter("Rstrip", (0, 0), texts::rstrip),
    filter("Size", (0, 0), lists::size),
    filter("Slice", (1, 2), texts::slice),
    filter("Sort", (0, 1), lists::sort),
    filter("Split", (1, 1), lists::split),
    filter("Strip", (0, 0), texts::strip),
    filter("StripHtml", (0, 0), texts::strip_html),
    filter("StripNewlines", (0, 0), texts::strip_newlines),
    filter("Times", (1, 1), numbers::times),
    filter("Truncate", (0, 2), texts::truncate),
    filter("TruncateWords", (0, 2), texts::truncate_words),
    filter("Uniq", (0, 0), lists::uniq),
    filter("Upcase", (0, 0), texts::upcase),
    filter("UrlDecode", (0, 0), texts::url_decode),
    filter("UrlEncode", (0, 0), texts::url_encode),
];

pub(super) fn find(name: &str) -> Option<&'static Filter> {
    ALL.binary_search_by(|filter| filter.name.cmp(name)).ok().map(|at| &ALL[at])
}

#[cfg(test)]
mod tests {
    #[test]
    fn filters_are_sorted_for_the_search() {
        assert!(super::ALL.is_sorted_by(|left, right| left.name < right.name));
    }
}
