//! Bytes become a [`Source`]: one text in UTF-8 within the size limit, without byte order mark. Says which
//! encoding it met where it is another one.

use std::sync::Arc;

use super::codes;
use crate::diag::{DiagResult, Diagnostic};
use crate::text::{Source, Span, foreign_encoding};

/// A spec is a few kilobytes; the quickstart has three. A mebibyte leaves room for hundreds of teams and keeps a
/// wrong file (a log, a disk image) from being read as YAML.
pub const BYTES_MAX: usize = 1024 * 1024;

/// Makes the source of the spec file `path` from its bytes.
///
/// # Errors
/// `spec-too-large` beyond [`BYTES_MAX`], `spec-not-text` for anything but UTF-8 text.
pub fn read(path: &str, bytes: &[u8]) -> DiagResult<Arc<Source>> {
    if bytes.len() > BYTES_MAX {
        return Err(Diagnostic::new(
            &codes::TOO_LARGE,
            format!("`{path}` is larger than 1 MiB, which is more than a spec may have"),
        )
        .help("check that this is the spec file")
        .into());
    }
    if let Some(encoding) = foreign_encoding(bytes) {
        return Err(Diagnostic::new(&codes::NOT_TEXT, format!("`{path}` is {encoding}, not UTF-8"))
            .help("save the file as UTF-8")
            .into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(not_utf8(path, bytes, error.valid_up_to()).into()),
    };
    let source = Source::new(path, text);
    match text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(at) => Err(Diagnostic::new(&codes::NOT_TEXT, "a control character that text does not contain")
            .at(&source, Span::at(at))
            .help("check that this is the spec file, or remove the character")
            .into()),
        None => Ok(source),
    }
}

fn not_utf8(path: &str, bytes: &[u8], valid_up_to: usize) -> Diagnostic {
    let line = bytes[..valid_up_to].iter().filter(|byte| **byte == b'\n').count() + 1;
    Diagnostic::new(
        &codes::NOT_TEXT,
        format!("`{path}` is not UTF-8: line {line} has a byte that is not text"),
    )
    .help("save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_text_of_a_sane_size_is_read() {
        for (name, bytes, expected) in [
            ("plain", &b"a: 1\n"[..], Ok("a: 1\n")),
            ("byte order mark", b"\xef\xbb\xbfa: 1", Ok("a: 1")),
            ("windows lines", b"a: 1\r\n", Ok("a: 1\r\n")),
            ("utf-16 little", b"\xff\xfea\0", Err("UTF-16")),
            ("utf-16 big", b"\xfe\xff\0a", Err("UTF-16")),
            ("utf-16 without mark", b"a\0:\0 \0", Err("UTF-16")),
            ("utf-32", b"\xff\xfe\0\0a\0\0\0", Err("UTF-32")),
            ("binary", b"\x7fELF\x02\x01\x01\0\0\0", Err("binary data")),
            ("latin 1", b"a: 1\nname: caf\xe9\n", Err("line 2")),
            ("escape character", b"a: \x1b[1m", Err("control character")),
        ] {
            match (read("spec.yaml", bytes), expected) {
                (Ok(source), Ok(text)) => assert_eq!(source.text(), text, "{name}"),
                (Err(found), Err(part)) => assert!(found.0[0].message.contains(part), "{name}: {found:?}"),
                (other, _) => panic!("{name}: {other:?}"),
            }
        }
        let huge = vec![b'a'; BYTES_MAX + 1];
        assert_eq!(read("spec.yaml", &huge).unwrap_err().0[0].code, &codes::TOO_LARGE);
    }
}
