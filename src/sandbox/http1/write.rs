//! Heads as they are written, and the check that keeps them whole: a value with a line break in it would be two fields.

use super::is_connection_field;
use crate::gateway::Headers;

/// The last chunk of a body.
pub(in crate::sandbox) const END_CHUNK: &[u8] = b"0\r\n\r\n";

/// A header value as text. Bytes beyond ASCII are read as Latin-1, as HTTP has always allowed.
pub(super) fn text_of(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => value.iter().copied().map(char::from).collect(),
    }
}

/// Appends a value's bytes: the reverse of [`text_of`]; text that never was Latin-1 goes as UTF-8.
fn value_bytes(value: &str, bytes: &mut Vec<u8>) {
    if value.is_ascii() {
        bytes.extend_from_slice(value.as_bytes());
        return;
    }
    let latin: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
    bytes.extend(latin.unwrap_or_else(|| value.as_bytes().to_vec()));
}

/// Whether a field can be written: a token for a name, and a value without control characters (RFC 9110, 5.5 and 5.6.2).
pub(in crate::sandbox) fn field_is_valid(name: &str, value: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty()
        && name.bytes().all(is_token)
        && value.chars().all(|c| c == '\t' || !c.is_ascii_control())
}

/// The head of a request whose body has `body_length` bytes. Fields of the connection in `headers` are left out.
pub(in crate::sandbox) fn request_head(
    method: &str,
    target: &str,
    host: &str,
    headers: &Headers,
    body_length: usize,
) -> Vec<u8> {
    let mut head = Vec::with_capacity(512 + body_length);
    for part in [method, " ", target, " HTTP/1.1\r\nHost: ", host, "\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    fields(headers, &mut head);
    // A method with a meaning for a body says that it has none (RFC 9110, 8.6).
    if body_length > 0 || matches!(method, "POST" | "PUT" | "PATCH") {
        head.extend_from_slice(format!("Content-Length: {body_length}\r\n").as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// The head of a response. `framing` are the lines that say where the body ends, each with its line end.
pub(in crate::sandbox) fn response_head(
    status: u16,
    reason: &str,
    headers: &Headers,
    framing: &str,
) -> Vec<u8> {
    let mut head = Vec::with_capacity(512);
    head.extend_from_slice(format!("HTTP/1.1 {status} ").as_bytes());
    value_bytes(reason, &mut head);
    head.extend_from_slice(b"\r\n");
    fields(headers, &mut head);
    head.extend_from_slice(framing.as_bytes());
    head.extend_from_slice(b"\r\n");
    head
}

/// Begins a chunk of `length` bytes; its data and `\r\n` follow.
pub(in crate::sandbox) fn start_chunk(length: usize) -> String {
    format!("{length:x}\r\n")
}

fn fields(headers: &Headers, head: &mut Vec<u8>) {
    for (name, value) in &headers.0 {
        if is_connection_field(name) {
            continue;
        }
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        value_bytes(value, head);
        head.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_become_two_fields() {
        assert!(field_is_valid("X-A", "b\tc é"));
        for (name, value) in [
            ("X", "a\r\nSet-Cookie: b"),
            ("X", "a\nb"),
            ("X", "a\0"),
            ("X Y", "a"),
            ("", "a"),
            ("X\r\nY", "a"),
            ("X:", ""),
        ] {
            assert!(!field_is_valid(name, value), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn heads_leave_out_what_belongs_to_the_connection() {
        let headers = Headers(vec![
            ("Connection".to_owned(), "close".to_owned()),
            ("content-length".to_owned(), "7".to_owned()),
            ("X".to_owned(), "é".to_owned()),
        ]);
        assert_eq!(
            text_of(&request_head("POST", "/a", "h", &headers, 3)),
            "POST /a HTTP/1.1\r\nHost: h\r\nX: é\r\nContent-Length: 3\r\n\r\n"
        );
        assert_eq!(
            text_of(&response_head(200, "Fine", &headers, "Content-Length: 0\r\n")),
            "HTTP/1.1 200 Fine\r\nX: é\r\nContent-Length: 0\r\n\r\n"
        );
    }
}
