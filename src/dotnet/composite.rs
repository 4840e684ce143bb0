//! Composite formats, `{0}`, `{1,-5}`, `{0:D3}`, `{{`
//! (<https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting>, seen 2026-11-22).

use super::BadFormat;

/// A part of a composite format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Written as it is.
    Text(&'a str),
    /// The argument `index` in the format `style`, padded to `width` as [`align`] does.
    Item { index: usize, width: i32, style: &'a str },
}

/// Takes a composite format apart.
///
/// # Errors
/// A brace that stands alone, or an item that is none.
pub fn pieces(format: &str) -> Result<Vec<Piece<'_>>, BadFormat> {
    let mut found = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        found.push(Piece::Text(&rest[..at]));
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            found.push(Piece::Text(brace));
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(BadFormat::new("the format has a `}` without `{`; write `}}` for a brace"));
        }
        let end = rest
            .find('}')
            .ok_or_else(|| BadFormat::new("the format has a `{` without `}`; write `{{` for a brace"))?;
        found.push(item(&rest[..end])?);
        rest = &rest[end + 1..];
    }
    found.push(Piece::Text(rest));
    Ok(found)
}

/// `index[,alignment][:format]`
fn item(text: &str) -> Result<Piece<'_>, BadFormat> {
    let (place, style) = text.split_once(':').unwrap_or((text, ""));
    let (index, width) = place.split_once(',').unwrap_or((place, "0"));
    let bad = || BadFormat::new(format!("`{{{text}}}` is no place for an argument"));
    let index = index.trim().parse().map_err(|_| bad())?;
    let width = width.trim().parse().map_err(|_| bad())?;
    Ok(Piece::Item { index, width, style })
}

/// Pads to `width` UTF-16 units on the left, or on the right where it is negative, as `{x,width}` does.
pub fn align(text: String, width: i32) -> String {
    let missing = (width.unsigned_abs() as usize).saturating_sub(text.encode_utf16().count());
    let padding = " ".repeat(missing);
    if width < 0 { text + &padding } else { padding + &text }
}
