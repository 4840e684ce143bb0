//! An OpenID provider: its configuration, its keys, and tokens for whoever asks. It answers for any host and any path, so
//! it stands in for Entra tenants and others alike.
//!
//! ```text
//! GET  …/.well-known/openid-configuration   issuer, jwks_uri, token_endpoint
//! GET  …/discovery/v2.0/keys                the keys
//! POST …/oauth2/v2.0/token                  grant_type=client_credentials&client_id=…&client_secret=…&scope=…/.default
//! ```
//!
//! Forms: OpenID Connect Discovery 1.0; Learn, "Microsoft identity platform and the OAuth 2.0 client credentials flow"
//! (2025-01-04) and "Access token claims reference" (2024-05-27).
//!
//! The key is the example of RFC 7515, appendix A.2. It is no secret, nor would any be: whoever reaches the simulation is
//! given a token for the asking. Signatures of RSA with PKCS #1 depend on nothing but key and text, so runs repeat.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Map, Value as Json, json};

use super::{Answer, Ask};

/// Hosts whose tenants have issuers of two versions.
pub const ENTRA_HOSTS: [&str; 2] = ["login.microsoftonline.com", "sts.windows.net"];

/// The name of the key in tokens.
const KEY_ID: &str = "sandbox-1";
/// How long a token of the token endpoint is good; Entra gives 60 to 90 minutes.
const LIFETIME_S: i64 = 3_600;
const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/discovery/v2.0/keys";
/// The ends of token endpoints, Entra's of versions 2 and 1 first.
const TOKEN_ENDS: [&str; 4] = ["/oauth2/v2.0/token", "/oauth2/token", "/connect/token", "/token"];

/// Answers a request; None for a path that is none of a provider's.
pub fn serve(now_unix_s: i64, ask: &Ask<'_>) -> Option<Answer> {
    if let Some(base) = ask.path.strip_suffix(DISCOVERY) {
        return Some(read_only(ask, configuration(ask.host, base)));
    }
    if ask.path.ends_with("/keys") || ask.path.ends_with("/jwks") {
        return Some(read_only(ask, keys()));
    }
    let (base, end) = TOKEN_ENDS.iter().find_map(|end| Some((ask.path.strip_suffix(end)?, *end)))?;
    if ask.method != "POST" {
        return Some(refusal(405, "invalid_request", "a token is asked for with POST"));
    }
    let base = if end == TOKEN_ENDS[0] { format!("{base}/v2.0") } else { base.to_owned() };
    Some(granted(now_unix_s, &issuer(ask.host, &base), ask.body))
}

fn read_only(ask: &Ask<'_>, body: Json) -> Answer {
    if ask.method == "GET" {
        Answer::ok(body)
    } else {
        refusal(405, "invalid_request", "it is read with GET")
    }
}

/// The issuer whose configuration lies below `base`. Tenants of Entra have one of version 1 without `v2.0`.
fn issuer(host: &str, base: &str) -> String {
    let tenant = base.trim_matches('/');
    let is_entra = ENTRA_HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known));
    if is_entra && !tenant.ends_with("/v2.0") {
        return format!("https://{}/{tenant}/", ENTRA_HOSTS[1]);
    }
    format!("https://{host}{base}")
}

fn configuration(host: &str, base: &str) -> Json {
    let tenant = base.strip_suffix("/v2.0").unwrap_or(base);
    let token_end = if tenant == base { TOKEN_ENDS[1] } else { TOKEN_ENDS[0] };
    json!({
        "issuer": issuer(host, base),
        "jwks_uri": format!("https://{host}{tenant}{KEYS}"),
        "token_endpoint": format!("https://{host}{tenant}{token_end}"),
        "response_types_supported": ["token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

fn keys() -> Json {
    let jwk = |name: &str| EXAMPLE[name].clone();
    json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": jwk("n"), "e": jwk("e")}]})
}

/// The client credentials flow. Any secret is right.
fn granted(now_unix_s: i64, issuer: &str, form: &[u8]) -> Answer {
    let form = String::from_utf8_lossy(form);
    let field = |name: &str| {
        form.split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode(value))
    };
    if field("grant_type").as_deref() != Some("client_credentials") {
        return refusal(
            400,
            "unsupported_grant_type",
            "the simulated provider knows client_credentials alone",
        );
    }
    let Some(client) = field("client_id").filter(|id| !id.is_empty()) else {
        return refusal(400, "invalid_request", "the request has no client_id");
    };
    if field("client_secret").or_else(|| field("client_assertion")).is_none_or(|secret| secret.is_empty()) {
        return refusal(401, "invalid_client", "the request has neither client_secret nor client_assertion");
    }
    let scope = field("scope").or_else(|| field("resource")).unwrap_or_default();
    let audience = scope.strip_suffix("/.default").unwrap_or(&scope);
    if audience.is_empty() {
        return refusal(400, "invalid_scope", "the request has neither scope nor resource");
    }
    let is_v2 = issuer.ends_with("/v2.0");
    let mut claims = Map::new();
    claims.insert("aud".to_owned(), audience.into());
    claims.insert(if is_v2 { "azp" } else { "appid" }.to_owned(), client.clone().into());
    claims.insert("sub".to_owned(), client.into());
    claims.insert("ver".to_owned(), if is_v2 { "2.0" } else { "1.0" }.into());
    Answer::ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME_S,
        "access_token": token(issuer, claims, now_unix_s, LIFETIME_S),
    }))
}

fn refusal(status: u16, error: &str, description: &str) -> Answer {
    Answer { status, body: json!({"error": error, "error_description": description}) }
}

/// Makes a token, signed with RS256. What `claims` say of its times and its issuer stays as it is.
pub fn token(issuer: &str, claims: Map<String, Json>, now_unix_s: i64, lifetime_s: i64) -> String {
    let mut all = Map::new();
    all.insert("iss".to_owned(), issuer.into());
    all.insert("iat".to_owned(), now_unix_s.into());
    all.insert("nbf".to_owned(), now_unix_s.into());
    all.insert("exp".to_owned(), now_unix_s.saturating_add(lifetime_s).into());
    all.extend(claims);
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": KEY_ID});
    let signed = format!("{}.{}", part(&header), part(&Json::Object(all)));
    let key = &*KEY;
    let mut signature = vec![0; key.public().modulus_len()];
    // The random numbers hide from others on the machine how long the signing took; the signature is the same.
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("the buffer has the length of the modulus");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

static EXAMPLE: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("rfc7515_a2.json")).expect("a test signs with the embedded key")
});

static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let part = |name: &str| {
        let text = EXAMPLE[name].as_str().unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).expect("a test signs with the embedded key")
    };
    KeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents { n: part("n"), e: part("e") },
        d: part("d"),
        p: part("p"),
        q: part("q"),
        dP: part("dp"),
        dQ: part("dq"),
        qInv: part("qi"),
    })
    .expect("a test signs with the embedded key")
});

/// `%41` and `+` of a form.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    fn ask(method: &str, host: &str, path: &str, body: &str) -> Option<Answer> {
        serve(1_000, &Ask { method, host, path, body: body.as_bytes() })
    }

    fn claims(token: &str) -> Json {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_configuration_names_issuer_and_keys_by_where_it_lies() {
        for (host, base, issuer, keys) in [
            (
                "login.microsoftonline.com",
                "/t-1/v2.0",
                "https://login.microsoftonline.com/t-1/v2.0",
                "https://login.microsoftonline.com/t-1/discovery/v2.0/keys",
            ),
            (
                "login.microsoftonline.com",
                "/t-1",
                "https://sts.windows.net/t-1/",
                "https://login.microsoftonline.com/t-1/discovery/v2.0/keys",
            ),
            (
                "id.example",
                "/realm/a",
                "https://id.example/realm/a",
                "https://id.example/realm/a/discovery/v2.0/keys",
            ),
            ("id.example", "", "https://id.example", "https://id.example/discovery/v2.0/keys"),
        ] {
            let answer = ask("GET", host, &format!("{base}{DISCOVERY}"), "").unwrap();
            assert_eq!((answer.status, answer.body["issuer"].as_str()), (200, Some(issuer)));
            assert_eq!(answer.body["jwks_uri"].as_str(), Some(keys));
            let path = keys.split_once(host).unwrap().1;
            assert_eq!(ask("GET", host, path, "").unwrap().body["keys"][0]["kid"], KEY_ID);
        }
        assert_eq!(ask("GET", "id.example", "/other", ""), None);
    }

    #[test]
    fn a_token_is_signed_with_the_published_key_and_always_the_same() {
        let mut wanted = Map::new();
        wanted.insert("aud".to_owned(), "api".into());
        let made = token("https://id.example", wanted.clone(), 1_000, 60);
        assert_eq!(made, token("https://id.example", wanted, 1_000, 60));
        let (signed, signature) = made.rsplit_once('.').unwrap();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(keys()["keys"][0][name].as_str().unwrap()).unwrap();
        RsaPublicKeyComponents { n: part("n"), e: part("e") }
            .verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed.as_bytes(),
                &URL_SAFE_NO_PAD.decode(signature).unwrap(),
            )
            .unwrap();
        assert_eq!(
            claims(&made),
            json!({"iss": "https://id.example", "iat": 1000, "nbf": 1000, "exp": 1060, "aud": "api"})
        );
    }

    #[test]
    fn the_token_endpoint_knows_client_credentials() {
        let path = "/t-1/oauth2/v2.0/token";
        let form =
            "grant_type=client_credentials&client_id=c-1&client_secret=x&scope=api%3A%2F%2Fapp%2F.default";
        let answer = ask("POST", "login.microsoftonline.com", path, form).unwrap();
        let claims = claims(answer.body["access_token"].as_str().unwrap());
        assert_eq!((claims["aud"].as_str(), claims["azp"].as_str()), (Some("api://app"), Some("c-1")));
        assert_eq!(claims["iss"], "https://login.microsoftonline.com/t-1/v2.0");
        for (method, form, status, error) in [
            ("GET", form, 405, "invalid_request"),
            ("POST", "grant_type=password", 400, "unsupported_grant_type"),
            ("POST", "grant_type=client_credentials", 400, "invalid_request"),
            ("POST", "grant_type=client_credentials&client_id=a", 401, "invalid_client"),
            ("POST", "grant_type=client_credentials&client_id=a&client_secret=b", 400, "invalid_scope"),
        ] {
            let answer = ask(method, "id.example", path, form).unwrap();
            assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(error)), "{form}");
        }
    }
}
