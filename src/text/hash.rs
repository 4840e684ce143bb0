//! SHA-256, as names of contents write it.

/// Returns the hash in lower-case hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, content);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
