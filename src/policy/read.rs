//! The bytes of a policy file become a [`Source`]: UTF-8 of a sane size. Any other encoding is named and refused,
//! never converted: what is checked has to be what is sent, and the service and its tools take UTF-8. A byte order
//! mark stays in the text, which prints back byte for byte; the parser knows it.

use std::sync::Arc;

use super::codes;
use crate::diag::Diagnostic;
use crate::text::{Source, Span, foreign_encoding};

/// Beyond this a file is refused unread: 32 times the largest document that API Management accepts (512 KB for a
/// fragment; Learn, policy fragments, 2026-02-10), which the checks of the policy itself know. Whoever reads the
/// file asks for its size first, and takes no more than one byte over this from what has none, such as a pipe.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Makes the source of the policy file `path` from its bytes.
///
/// # Errors
/// `policy-too-large` beyond [`MAX_FILE_BYTES`], `policy-not-text` for anything but UTF-8 text and for text with a
/// NUL in it, `policy-empty-file` where there is nothing but white space.
#[expect(clippy::result_large_err, reason = "once a file, and every caller keeps the diagnostic as it is")]
pub fn read(path: &str, bytes: &[u8]) -> Result<Arc<Source>, Diagnostic> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large(path, bytes.len() as u64));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => text,
        result => return Err(not_text(path, bytes, result.err().map(|error| error.valid_up_to()))),
    };
    let source = Source::new(path, text);
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Diagnostic::new(&codes::EMPTY_FILE, "this file is empty")
            .at(&source, Span::at(0))
            .help("write a `<policies>` or `<fragment>` element"));
    }
    Ok(source)
}

/// The refusal of a file of that many bytes, for whoever knows its size before reading it.
pub fn too_large(path: &str, bytes: u64) -> Diagnostic {
    let message = format!("`{path}` has {bytes} bytes; no policy has more than {MAX_FILE_BYTES}");
    Diagnostic::new(&codes::TOO_LARGE, message).help("check that this is the policy file")
}

/// Says what the bytes are instead, or where the first byte is that is not UTF-8.
fn not_text(path: &str, bytes: &[u8], first_wrong: Option<usize>) -> Diagnostic {
    if let Some(encoding) = foreign_encoding(bytes).filter(|encoding| *encoding != "binary data") {
        let message = format!("`{path}` is {encoding}, not UTF-8");
        return Diagnostic::new(&codes::NOT_TEXT, message).help("save the file as UTF-8");
    }
    // Up to the byte in question the text is as it was written, so the place is right.
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let nul = bytes.iter().position(|byte| *byte == 0);
    let at = first_wrong.into_iter().chain(nul).min().unwrap_or_default();
    let what = match bytes.get(at) {
        Some(0) => "is NUL, which no text contains".to_owned(),
        Some(byte) => format!("is {byte:#04x}, which is not UTF-8 here"),
        None => "is missing".to_owned(),
    };
    Diagnostic::new(&codes::NOT_TEXT, format!("byte {at} of this file {what}"))
        .at(&source, Span::at(at))
        .help("check that this is the policy file, and save it as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_of_a_sane_size_is_read_as_a_policy() {
        for (bytes, expected) in [
            (&b"<fragment/>"[..], Ok("<fragment/>")),
            (b"\xef\xbb\xbf<fragment/>\r\n", Ok("\u{feff}<fragment/>\r\n")),
            (b"", Err("policy-empty-file: this file is empty")),
            (b"\xef\xbb\xbf \r\n\t", Err("policy-empty-file: this file is empty")),
            (b"\xff\xfe<\0a\0", Err("policy-not-text: `p.xml` is UTF-16 text, not UTF-8")),
            (b"\xfe\xff\0<\0a", Err("policy-not-text: `p.xml` is UTF-16 text, not UTF-8")),
            (b"<\0f\0/\0>\0", Err("policy-not-text: `p.xml` is UTF-16 text, not UTF-8")),
            (b"\xff\xfe\0\0<\0\0\0", Err("policy-not-text: `p.xml` is UTF-32 text, not UTF-8")),
            (
                b"<a>\n\xc0\xaf</a>",
                Err("policy-not-text: byte 4 of this file is 0xc0, which is not UTF-8 here"),
            ),
            (
                b"<a>\xed\xa0\x80</a>",
                Err("policy-not-text: byte 3 of this file is 0xed, which is not UTF-8 here"),
            ),
            (b"<a>caf\xe9", Err("policy-not-text: byte 6 of this file is 0xe9, which is not UTF-8 here")),
            (b"<a>\0</a>", Err("policy-not-text: byte 3 of this file is NUL, which no text contains")),
        ] {
            let read = read("p.xml", bytes).map_err(|found| format!("{}: {}", found.code.id, found.message));
            let expected = expected.map_err(str::to_owned);
            assert_eq!(read.as_ref().map(|source| source.text()), expected.as_ref().copied(), "{bytes:?}");
        }
        let huge = vec![b'a'; MAX_FILE_BYTES + 1];
        assert_eq!(read("p.xml", &huge).unwrap_err().code, &codes::TOO_LARGE);
    }

    #[test]
    fn a_wrong_byte_is_shown_in_its_line() {
        let place = read("p.xml", b"<a>\n  \xff</a>").unwrap_err().primary.unwrap();
        assert_eq!(place.source.position(place.span.start).to_string(), "2:3");
    }
}
