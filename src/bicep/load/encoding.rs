//! The encodings that load functions can be told to read a file by.

use crate::diag::Diagnostic;

use super::super::codes;

const NAMES: [&str; 5] = ["us-ascii", "iso-8859-1", "utf-8", "utf-16", "utf-16BE"];

/// Decodes `bytes`, which are of a file that begins with a byte-order mark or not.
///
/// # Errors
/// An unknown encoding, or bytes that are not text in it.
pub(super) fn decode(bytes: &[u8], encoding: &str) -> Result<String, Box<Diagnostic>> {
    let text = match encoding {
        "us-ascii" if bytes.is_ascii() => Some(String::from_utf8_lossy(bytes).into_owned()),
        "us-ascii" => None,
        "iso-8859-1" => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "utf-8" => String::from_utf8(bytes.to_vec()).ok(),
        "utf-16" => wide(bytes, u16::from_le_bytes),
        "utf-16BE" => wide(bytes, u16::from_be_bytes),
        _ => {
            let message = format!("`{encoding}` is no encoding that can be read");
            let found = Diagnostic::new(&codes::UNKNOWN_ENCODING, message);
            return Err(Box::new(found.help(format!("use one of `{}`", NAMES.join("`, `")))));
        }
    };
    match text {
        Some(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        None => {
            let message = format!("the file is no text in the encoding `{encoding}`");
            Err(Box::new(Diagnostic::new(&codes::FILE_NOT_READ, message)))
        }
    }
}

fn wide(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_encoding_that_is_named() {
        for (bytes, encoding, expected) in [
            (&b"a"[..], "us-ascii", Some("a")),
            (&[0xe4][..], "us-ascii", None),
            (&[0xe4][..], "iso-8859-1", Some("ä")),
            (&[0xef, 0xbb, 0xbf, 0x61][..], "utf-8", Some("a")),
            (&[0xff, 0xfe, 0x61, 0][..], "utf-16", Some("a")),
            (&[0xfe, 0xff, 0, 0x61][..], "utf-16BE", Some("a")),
            (&[0x61][..], "utf-16", None),
            (&b"a"[..], "utf-7", None),
        ] {
            assert_eq!(decode(bytes, encoding).ok().as_deref(), expected, "{encoding}");
        }
    }
}
