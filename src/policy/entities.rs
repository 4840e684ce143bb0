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
            Some((character, length)) => {
                decoded.text.push(character);
                at = start + length;
                decoded.shifts.push((decoded.text.len(), at));
            }
            None => {
                decoded.text.push('&');
                at = start + 1;
            }
        }
    }
    decoded.text.push_str(&raw[at..]);
    decoded
}

/// Reads the reference that `text` begins with: the character and the bytes it takes.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';')?;
    let character = match text.get(1..end)? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => char::from_u32(code_point(name)?)?,
    };
    Some((character, end + 1))
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
