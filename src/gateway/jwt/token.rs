//! A token, split and decoded. Nothing is checked here but its form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};

/// The longest token that is read; header fields of gateways end far below.
const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// A token in the compact form `header.claims.signature`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    header: Map<String, Json>,
    claims: Map<String, Json>,
    /// What the signature is of.
    pub signed: String,
    pub signature: Vec<u8>,
}

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// A sentence saying what is wrong with its form. It never quotes the token, which is a secret.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(format!("the token is longer than {MAX_TOKEN_BYTES} bytes"));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            let n_parts = parts.len();
            let encrypted =
                if n_parts == 5 { ", it is encrypted, which the sandbox does not read" } else { "" };
            return Err(format!("the token has {n_parts} parts instead of 3{encrypted}"));
        };
        let object = |what: &str, text: &str| -> Result<Map<String, Json>, String> {
            let bytes = decode(text).ok_or_else(|| format!("the {what} of the token is not Base64url"))?;
            let json =
                serde_json::from_slice(&bytes).map_err(|_| format!("the {what} of the token is not JSON"))?;
            if let Json::Object(object) = json { Ok(object) } else { Err(format!("the {what} is no object")) }
        };
        Ok(Self {
            header: object("header", header)?,
            claims: object("claims", claims)?,
            signed: format!("{header}.{claims}"),
            signature: decode(signature).ok_or("the signature of the token is not Base64url")?,
        })
    }

    /// `alg`, such as `RS256`; `none` where it is missing.
    pub(crate) fn algorithm(&self) -> &str {
        self.header.get("alg").and_then(Json::as_str).unwrap_or("none")
    }

    /// The name of the key that signed it.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Json::as_str)
    }

    /// The token as it came.
    pub(crate) fn to_text(&self) -> String {
        format!("{}.{}", self.signed, URL_SAFE_NO_PAD.encode(&self.signature))
    }

    /// The values of a claim as texts, several where it is an array; None where it is not there.
    pub(crate) fn claim(&self, name: &str) -> Option<Vec<String>> {
        Some(match self.claims.get(name)? {
            Json::Array(values) => values.iter().map(text_of).collect(),
            value => vec![text_of(value)],
        })
    }

    /// The first value of a claim.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.claim(name)?.into_iter().next()
    }

    /// A claim that is a time (RFC 7519, 2: seconds since 1970, perhaps with a fraction), in milliseconds.
    pub(crate) fn time_ms(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        let ms = value.as_i64().map(|seconds| seconds.saturating_mul(1000));
        // A fraction of a second is cut; the cast saturates.
        ms.or_else(|| value.as_f64().map(|seconds| (seconds * 1000.0) as i64))
    }
}

fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Decodes Base64url, with or without padding.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_is_wrong_with_its_form() {
        for (text, expected) in [
            ("", "the token has 1 parts instead of 3"),
            (
                "a.b.c.d.e",
                "the token has 5 parts instead of 3, it is encrypted, which the sandbox does not read",
            ),
            ("*.e30.", "the header of the token is not Base64url"),
            ("e30.YQ.", "the claims of the token is not JSON"),
            ("e30.W10.", "the claims is no object"),
            ("e30.e30.!", "the signature of the token is not Base64url"),
        ] {
            assert_eq!(Token::parse(text), Err(expected.to_owned()), "{text}");
        }
        let long = "a".repeat(MAX_TOKEN_BYTES + 1);
        assert!(Token::parse(&long).is_err());
    }

    #[test]
    fn claims_are_texts_and_times() {
        let claims = r#"{"aud":["a","b"],"n":5,"ok":true,"exp":1.5,"iat":1300819380,"far":1e300}"#;
        let token = Token::parse(&format!("e30.{}.", URL_SAFE_NO_PAD.encode(claims))).unwrap();
        assert_eq!(token.claim("aud"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(token.text("n").as_deref(), Some("5"));
        assert_eq!(token.text("ok").as_deref(), Some("true"));
        assert_eq!(token.claim("none"), None);
        assert_eq!(token.time_ms("exp"), Some(1500));
        assert_eq!(token.time_ms("iat"), Some(1_300_819_380_000));
        assert_eq!(token.time_ms("far"), Some(i64::MAX));
        assert_eq!((token.algorithm(), token.key_id()), ("none", None));
    }
}
