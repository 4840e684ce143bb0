//! Tokens of the gateway's identity, in the form of Entra's but unsigned: only the sandbox's own upstreams take them.
//! They are kept until they expire, as at the service (Learn, authentication-managed-identity, read 2026-11-30: it caches
//! the token until it expires).

use std::sync::Mutex;

use base64::Engine as _;
use indexmap::IndexMap;
use serde_json::json;
use time::OffsetDateTime;

use super::lock;

/// How long a token is good for, as Entra's managed identity tokens are.
const LIFETIME_S: i64 = 24 * 3600;
/// A token that expires within this time is not given out again.
const REST_S: i64 = 300;
/// Resources and identities whose tokens are kept; an expression may name any number of resources.
const MAX_KEPT: usize = 100;

/// Tokens by resource and client id.
#[derive(Default)]
pub(super) struct Tokens(Mutex<IndexMap<(String, String), Token>>);

struct Token {
    text: String,
    expires_s: i64,
}

impl Tokens {
    pub(super) fn get(&self, resource: &str, client_id: &str) -> String {
        self.at(resource, client_id, OffsetDateTime::now_utc().unix_timestamp())
    }

    fn at(&self, resource: &str, client_id: &str, now_s: i64) -> String {
        let key = (resource.to_owned(), client_id.to_owned());
        let mut kept = lock(&self.0);
        if let Some(token) = kept.get(&key).filter(|token| now_s < token.expires_s - REST_S) {
            return token.text.clone();
        }
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let token = Token { text: issued(resource, client_id, now_s), expires_s: now_s + LIFETIME_S };
        let text = token.text.clone();
        kept.insert(key, token);
        text
    }
}

fn issued(resource: &str, client_id: &str, now_s: i64) -> String {
    let header = json!({"typ": "JWT", "alg": "none"});
    let claims = json!({
        "aud": resource,
        "iss": "https://sts.windows.net/sandbox/",
        "iat": now_s,
        "nbf": now_s,
        "exp": now_s + LIFETIME_S,
        "appid": client_id,
        "idtyp": "app",
    });
    let part =
        |json: &serde_json::Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.", part(&header), part(&claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_until_shortly_before_it_expires() {
        let tokens = Tokens::default();
        let first = tokens.at("https://a", "id", 1_000);
        assert_eq!(tokens.at("https://a", "id", 1_000 + LIFETIME_S - REST_S - 1), first);
        assert_ne!(tokens.at("https://a", "id", 1_000 + LIFETIME_S - REST_S), first);
        assert_ne!(tokens.at("https://b", "id", 1_000), first);
        assert_ne!(tokens.at("https://a", "other", 1_000), first);
    }

    #[test]
    fn any_number_of_resources_fills_no_memory() {
        let tokens = Tokens::default();
        for nth in 0..10 * MAX_KEPT {
            tokens.at(&nth.to_string(), "id", 0);
        }
        assert!(lock(&tokens.0).len() <= MAX_KEPT);
    }
}
