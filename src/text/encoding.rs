//! What a file is where it is not UTF-8, told by its first bytes.

/// Names the encoding that a byte order mark, or zero bytes where ASCII has none, give away. None where the bytes
/// may be UTF-8, with or without its own mark.
pub fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32 text"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16 text"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some("UTF-16 text"),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some("UTF-16 text"),
        _ if bytes.contains(&0) => Some("binary data"),
        _ => None,
    }
}
