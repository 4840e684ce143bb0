//! Character references (`&amp;`, `&#39;`): decoded in literal text and inside expressions alike, with a map back
//! to the bytes they were written as. A bare `&` inside an expression is C#'s own and stays.

use crate::text::Span;

/// The longest reference that is looked for, `&#x10FFFF;`; anything longer is a bare `&`.
const MAX_REFERENCE_BYTES: usize = 10;

/// A text after decoding, and where each part of it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// (offset in `text`, offset in the raw text) after every reference, in order.
    shifts: Vec<(usize, usize)>,
}

impl Decoded {
    /// True where no reference was written.
    pub(super) fn is_plain(&self) -> bool {
        self.shifts.is_empty()
    }

    /// Returns the raw offset of a decoded one. Inside or before a reference it is the reference's own `&`.
    pub(super) fn raw_offset(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|(decoded, _)| *decoded <= offset);
        match after.checked_sub(1).and_then(|index| self.shifts.get(index)) {
            Some((decoded, raw)) => raw + (offset - decoded),
            None => offset,
        }
    }

    /// Returns where `span` of the decoded text is in a file that holds the raw text at `base`.
    pub(super) fn raw_span(&self, span: Span, base: u32) -> Span {
        let at = |offset: u32| base as usize + self.raw_offset(offset as usize);
        Span::new(at(span.start), at(span.end))
    }
}

/// Decodes every reference of `raw`; what is not a reference stays as it is.
pub(super) fn decode(raw: &str) -> Decoded {
    let mut decoded = Decoded::default();
    let mut at = 0;
    while let Some(found) = raw[at..].find('&') {
        let start = at + found;
        decoded.text.push_str(&raw[at..start]);
        match reference(&raw[start..]) {
            Reference::Character { character, length } => {
                decoded.text.push(character);
                at = start + length;
                decoded.shifts.push((decoded.text.len(), at));
            }
            _ => {
                decoded.text.push('&');
                at = start + 1;
            }
        }
    }
    decoded.text.push_str(&raw[at..]);
    decoded
}

/// What a `&` begins; lengths in bytes, from the `&` to the `;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Character {
        character: char,
        length: usize,
    },
    /// The number of a character that XML 1.0 does not allow (2.2), or of none at all.
    Forbidden {
        length: usize,
    },
    /// An entity that no document type declares, such as `&nbsp;`.
    Unknown {
        length: usize,
    },
    /// A bare `&`.
    None,
}

/// Reads the reference that `text` begins with.
pub(super) fn reference(text: &str) -> Reference {
    let end = text.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';');
    let Some(name) = end.and_then(|end| text.get(1..end)) else { return Reference::None };
    let length = name.len() + 2;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name if name.starts_with('#') => match code_point(name).and_then(char::from_u32) {
            Some(character) if is_allowed(character) => character,
            _ => return Reference::Forbidden { length },
        },
        name if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
            return Reference::Unknown { length };
        }
        _ => return Reference::None,
    };
    Reference::Character { character, length }
}

/// Whether XML 1.0 allows the character (2.2).
pub(super) fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn code_point(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('#')?;
    match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_references_and_leaves_bare_ampersands() {
        for (raw, text) in [
            ("a &amp;&amp; b", "a && b"),
            ("a && b", "a && b"),
            ("As&lt;JObject&gt;", "As<JObject>"),
            ("&#39;&#x41;&apos;", "'A'"),
            ("&unknown; &#xFFFFFFFF; &", "&unknown; &#xFFFFFFFF; &"),
            ("é&amp;é", "é&é"),
        ] {
            assert_eq!(decode(raw).text, text, "{raw}");
        }
    }

    #[test]
    fn offsets_map_back_to_the_raw_text() {
        let raw = "a&amp;&lt;b";
        let decoded = decode(raw);
        assert_eq!(decoded.text, "a&<b");
        assert_eq!((0..=4).map(|at| decoded.raw_offset(at)).collect::<Vec<_>>(), [0, 1, 6, 10, 11]);
    }
}
