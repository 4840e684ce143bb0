//! Tokens of the simulated OpenID providers, for requests: `{{token NAME}}` in a header.
//!
//! ```toml
//! [ada]
//! issuer = "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0"
//! lasts = "1 h"
//! claims = { aud = "api://gateway", azp = "client-1", roles = ["reader"] }
//! ```

use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::values::Ms;
use crate::services;

/// `toml tokens`.
pub(super) type Written = IndexMap<String, ShortToken>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShortToken {
    issuer: String,
    #[serde(default = "an_hour")]
    lasts: Ms,
    #[serde(default)]
    claims: Map<String, Json>,
}

fn an_hour() -> Ms {
    Ms(3_600_000)
}

/// The tokens of a case. One that is good for a while yet is given again: signing takes a millisecond.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    written: Written,
    made: Mutex<IndexMap<String, (i64, String)>>,
}

impl Tokens {
    pub(super) fn add(&mut self, written: Written) {
        self.written.extend(written);
    }

    /// Puts tokens in the places of their names; a name that there is not was told before.
    pub(super) fn fill(&self, value: &str, now_unix_ms: i64) -> Option<String> {
        let mut filled = String::new();
        let mut rest = value;
        while let Some((before, name, after)) = next_place(rest) {
            filled.push_str(before);
            filled.push_str(&self.token(name, now_unix_ms)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn token(&self, name: &str, now_unix_ms: i64) -> Option<String> {
        let ShortToken { issuer, lasts: Ms(lasts_ms), claims } = self.written.get(name)?;
        let lasts_ms = i64::try_from(*lasts_ms).unwrap_or(i64::MAX);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at_ms, token)) = made.get(name).filter(|(at_ms, _)| now_unix_ms - at_ms < lasts_ms / 2) {
            let _same_for_a_while = at_ms;
            return Some(token.clone());
        }
        let token = services::token(issuer, claims.clone(), now_unix_ms.div_euclid(1000), lasts_ms / 1000);
        made.insert(name.to_owned(), (now_unix_ms, token.clone()));
        Some(token)
    }
}

/// The names in `{{token NAME}}`.
pub(super) fn names_in(value: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = value;
    while let Some((_, name, after)) = next_place(rest) {
        names.push(name);
        rest = after;
    }
    names
}

fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{token ")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_anew_before_it_is_old() {
        let mut tokens = Tokens::default();
        tokens.add(toml::from_str("[a]\nissuer = \"https://id.example\"\nlasts = \"10 min\"").unwrap());
        let fill = |ms| tokens.fill("Bearer {{token a}}", ms).unwrap();
        let first = fill(0);
        assert!(first.starts_with("Bearer eyJ"));
        assert_eq!(first, fill(299_000));
        assert_ne!(first, fill(300_000));
        assert_eq!(tokens.fill("plain", 0).as_deref(), Some("plain"));
        assert_eq!(tokens.fill("{{token b}}", 0), None);
        assert_eq!(names_in("{{token a}} {{token b }} {{key c}}"), ["a", "b"]);
    }
}
