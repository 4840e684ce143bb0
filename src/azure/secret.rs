//! A string that must not be seen. Everything that holds a key, a token or a certificate holds it in this.

use std::fmt;

/// A secret text. It has no `Display`, its `Debug` shows three stars, and it cannot be serialized: whoever sends
/// it calls [`SecretString::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString(String);

impl SecretString {
    /// Takes a secret; from here on only `expose` shows it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
