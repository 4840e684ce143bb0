//! Bytes as requests and as answers, one after the other on a connection, whole and byte by byte: both have to be read the
//! same.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// Longer ones are read byte by byte for too long.
const MAX_BYTES: usize = 4 << 10;

fuzz_target!(|bytes: &[u8]| {
    let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
    let whole = genai_lz::sandbox::read_messages(bytes, bytes.len());
    let in_pieces = genai_lz::sandbox::read_messages(bytes, 1);
    assert_eq!(whole, in_pieces);
});
