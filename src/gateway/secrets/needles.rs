//! Values to look for in a text, as they are and in the encodings that policies use.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::HIDDEN;
use crate::gateway::url;

/// Shorter ones are hidden as whole words alone: `a` stands in every other word.
const SHORT: usize = 4;
/// Shorter ones are not looked for inside base64, where few characters of them would be left.
const SHORT_FOR_BASE64: usize = 8;

#[derive(Clone, Default, PartialEq)]
pub(in crate::gateway) struct Needles(Vec<String>);

/// Never the values.
impl std::fmt::Debug for Needles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Needles({})", self.0.len())
    }
}

impl Needles {
    pub(super) fn of<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut needles: Vec<String> =
            secrets.filter(|secret| !secret.trim().is_empty()).flat_map(forms).collect();
        // The longest first: a key may begin with another.
        needles.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        needles.dedup();
        Self(needles)
    }

    pub(super) fn hide<'a>(&self, mut text: Cow<'a, str>) -> Cow<'a, str> {
        for needle in &self.0 {
            if !text.contains(needle.as_str()) {
                continue;
            }
            let hidden = if needle.len() < SHORT {
                hide_word(&text, needle)
            } else {
                text.replace(needle.as_str(), HIDDEN)
            };
            text = Cow::Owned(hidden);
        }
        text
    }
}

fn hide_word(text: &str, word: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let end = at + word.len();
        let left = rest[..at].chars().next_back().or(before);
        let right = rest[end..].chars().next();
        let is_word = ![left, right].into_iter().flatten().any(char::is_alphanumeric);
        shown.push_str(&rest[..at]);
        shown.push_str(if is_word { HIDDEN } else { word });
        before = word.chars().next_back();
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}

/// A secret as it is, in a URL, in JSON, in XML and in base64.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let encoded = url::encode(secret);
    let plus = encoded.replace("%20", "+");
    let mut forms = vec![
        secret.to_owned(),
        secret.trim().to_owned(),
        json.trim_matches('"').to_owned(),
        xml.replace('"', "&quot;"),
        xml,
        plus,
        encoded,
    ];
    if secret.len() >= SHORT_FOR_BASE64 {
        for before in 0..3 {
            let bytes = [&[0_u8; 2][..before.min(2)], secret.as_bytes()].concat();
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                forms.push(middle(&engine.encode(&bytes), before, bytes.len()));
            }
        }
    }
    forms
}

/// The characters of a text in base64 that depend on the secret alone: the first ones hold bits of the `before` bytes in
/// front of it, the last one holds bits of what comes after.
fn middle(encoded: &str, before: usize, n_bytes: usize) -> String {
    let first = if before == 0 { 0 } else { before + 1 };
    let last = encoded.len() - usize::from(!n_bytes.is_multiple_of(3));
    encoded[first..last].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ones_are_words() {
        let needles = Needles::of(["ab", "  "].into_iter());
        assert_eq!(needles.hide("ab abc (ab) xab ab".into()), "(hidden) abc ((hidden)) xab (hidden)");
    }

    #[test]
    fn the_longer_of_two_goes_first() {
        let needles = Needles::of(["key-1", "key-1-2"].into_iter());
        assert_eq!(needles.hide("key-1-2 key-1".into()), "(hidden) (hidden)");
    }
}
