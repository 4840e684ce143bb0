//! Sign-in: the part of Microsoft Entra that clients of ARM need. OpenID and instance discovery, and the token endpoint for
//! applications with a secret, with a signed statement (certificate), or with the token of another issuer (GitHub,
//! Azure Pipelines, Kubernetes). Paths and answers: learn.microsoft.com, v2-oauth2-client-creds-grant-flow and
//! reference-error-codes; what MSAL 1.39 and azure_identity 1.0 send was recorded (2026-11).
//!
//! Tokens are JSON Web Tokens signed with a key of this server (HS256, where Entra has RS256: clients do not look).

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use ring::hmac;
use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value as Json, json};
use time::OffsetDateTime;

use super::http::{Reply, decode_form};
use super::timestamp;
use super::{ArmOptions, new_secret};

/// Who issues tokens, and to whom.
pub(super) struct Issuer {
    key: hmac::Key,
    tenant_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    object_id: String,
    trusted_tokens: Vec<String>,
    trusted_key: Option<Vec<u8>>,
    token_lifetime_s: u32,
    base_url: String,
}

/// Why a token was not issued: Entra's number, the OAuth error, and a sentence.
struct Refused(u32, &'static str, String);

impl Issuer {
    pub(super) fn new(options: &ArmOptions, base_url: String) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, new_secret().as_bytes()),
            tenant_id: options.tenant_id.clone(),
            client_id: uuid::Uuid::new_v4().to_string(),
            client_secret: new_secret(),
            object_id: uuid::Uuid::new_v4().to_string(),
            trusted_tokens: options.trusted_tokens.clone(),
            trusted_key: options.trusted_key.clone(),
            token_lifetime_s: options.token_lifetime_s,
            base_url,
        }
    }

    pub(super) fn object_id(&self) -> &str {
        &self.object_id
    }

    /// Serves what is asked without a token; None where the path is none of sign-in's.
    pub(super) fn serve(
        &self,
        method: &Method,
        path: &[String],
        body: &str,
        now: OffsetDateTime,
    ) -> Option<Reply> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (method, path.as_slice()) {
            (&Method::GET, [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
                Some(Reply::ok(self.discovery(tenant)))
            }
            (&Method::GET, [_, "discovery", "v2.0", "keys"]) => Some(Reply::ok(json!({"keys": []}))),
            (&Method::GET, ["common", "discovery", "instance"]) => Some(Reply::ok(self.instances())),
            (&Method::POST, [tenant, "oauth2", "v2.0", "token"]) => {
                Some(match self.token(tenant, body, now) {
                    Ok(answer) => Reply::ok(answer),
                    Err(refused) => refusal(&refused, now),
                })
            }
            _ => None,
        }
    }

    fn discovery(&self, tenant: &str) -> Json {
        let at = |path: &str| format!("{}/{tenant}/{path}", self.base_url);
        json!({
            "issuer": at("v2.0"),
            "authorization_endpoint": at("oauth2/v2.0/authorize"),
            "token_endpoint": at("oauth2/v2.0/token"),
            "device_authorization_endpoint": at("oauth2/v2.0/devicecode"),
            "jwks_uri": at("discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"], "scopes_supported": ["openid"],
        })
    }

    /// MSAL asks here whether it may trust an authority it does not know.
    fn instances(&self) -> Json {
        let host = self.base_url.split("//").nth(1).unwrap_or_default();
        json!({
            "tenant_discovery_endpoint":
                format!("{}/{}/v2.0/.well-known/openid-configuration", self.base_url, self.tenant_id),
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        })
    }

    fn token(&self, tenant: &str, body: &str, now: OffsetDateTime) -> Result<Json, Refused> {
        let form = decode_form(body);
        let field = |name: &str| {
            form.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        if tenant != self.tenant_id {
            return Err(Refused(90_002, "invalid_request", format!("Tenant '{tenant}' not found.")));
        }
        let grant = field("grant_type").unwrap_or_default();
        if grant != "client_credentials" {
            let message =
                format!("The sandbox signs in applications only (client_credentials), not '{grant}'.");
            return Err(Refused(70_003, "unsupported_grant_type", message));
        }
        let client_id = field("client_id").unwrap_or_default();
        if client_id != self.client_id {
            let message =
                format!("Application with identifier '{client_id}' was not found in the directory.");
            return Err(Refused(700_016, "unauthorized_client", message));
        }
        match (field("client_secret"), field("client_assertion")) {
            (Some(secret), _) if secret == self.client_secret => {}
            (Some(_), _) => {
                return Err(Refused(
                    7_000_215,
                    "invalid_client",
                    "Invalid client secret provided.".to_owned(),
                ));
            }
            (None, Some(assertion)) => self.check_assertion(assertion, now)?,
            (None, None) => {
                let message =
                    "The request body must contain 'client_assertion' or 'client_secret'.".to_owned();
                return Err(Refused(7_000_218, "invalid_client", message));
            }
        }
        let scope = field("scope").unwrap_or_default();
        let audience = scope.strip_suffix("/.default").map(|audience| audience.trim_end_matches('/'));
        let Some(audience) = audience.filter(|audience| *audience == self.base_url) else {
            let message =
                format!("The resource principal of the scope '{scope}' was not found in the tenant.");
            return Err(Refused(500_011, "invalid_resource", message));
        };
        Ok(json!({
            "token_type": "Bearer", "expires_in": self.token_lifetime_s, "ext_expires_in": self.token_lifetime_s,
            "access_token": self.issue(audience, now.unix_timestamp()),
        }))
    }

    fn check_assertion(&self, assertion: &str, now: OffsetDateTime) -> Result<(), Refused> {
        if self.trusted_tokens.iter().any(|trusted| trusted == assertion) {
            return Ok(());
        }
        let invalid = |why: &str| Refused(700_027, "invalid_client", format!("The client assertion {why}."));
        let (signed, signature) = assertion.rsplit_once('.').ok_or_else(|| invalid("is no token"))?;
        let key =
            self.trusted_key.as_ref().ok_or_else(|| invalid("comes from an issuer that is not trusted"))?;
        let signature = BASE64_URL.decode(signature).unwrap_or_default();
        let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key);
        key.verify(signed.as_bytes(), &signature).map_err(|_| invalid("failed signature validation"))?;
        let claims = claims_of(assertion).ok_or_else(|| invalid("has no claims"))?;
        let text = |name: &str| claims.get(name).and_then(Json::as_str).unwrap_or_default();
        if text("aud") != format!("{}/{}/oauth2/v2.0/token", self.base_url, self.tenant_id) {
            return Err(Refused(
                700_024,
                "invalid_client",
                "The audience of the assertion is another.".to_owned(),
            ));
        }
        if text("iss") != self.client_id || text("sub") != self.client_id {
            return Err(invalid("is not issued by the application"));
        }
        let number = |name: &str| claims.get(name).and_then(Json::as_i64).unwrap_or_default();
        if !(number("nbf")..number("exp")).contains(&now.unix_timestamp()) {
            return Err(Refused(
                700_024,
                "invalid_client",
                "Client assertion is not within its valid time range.".to_owned(),
            ));
        }
        Ok(())
    }

    fn issue(&self, audience: &str, now_unix_s: i64) -> String {
        let claims = json!({
            "aud": audience, "iss": format!("{}/{}/", self.base_url, self.tenant_id),
            "iat": now_unix_s, "nbf": now_unix_s, "exp": now_unix_s + i64::from(self.token_lifetime_s),
            "appid": self.client_id, "idtyp": "app", "oid": self.object_id, "sub": self.object_id,
            "tid": self.tenant_id, "uti": new_secret(), "ver": "1.0",
        });
        let signed = format!(
            "{}.{}",
            BASE64_URL.encode(r#"{"typ":"JWT","alg":"HS256"}"#),
            BASE64_URL.encode(claims.to_string())
        );
        let signature = BASE64_URL.encode(hmac::sign(&self.key, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// None where the token is not one of this server's; false where it has expired.
    pub(super) fn is_valid(&self, token: &str, now_unix_s: i64) -> Option<bool> {
        let (signed, signature) = token.rsplit_once('.')?;
        hmac::verify(&self.key, signed.as_bytes(), &BASE64_URL.decode(signature).ok()?).ok()?;
        Some(now_unix_s < claims_of(token)?.get("exp")?.as_i64()?)
    }
}

fn claims_of(token: &str) -> Option<Json> {
    serde_json::from_slice(&BASE64_URL.decode(token.split('.').nth(1)?).ok()?).ok()
}

fn refusal(Refused(number, error, message): &Refused, now: OffsetDateTime) -> Reply {
    let status = if *error == "invalid_client" || *error == "unauthorized_client" { 401 } else { 400 };
    let trace_id = uuid::Uuid::new_v4().to_string();
    let body = json!({
        "error": error, "error_description": format!("AADSTS{number}: {message} Trace ID: {trace_id}"),
        "error_codes": [number], "timestamp": timestamp(now), "trace_id": trace_id,
    });
    Reply { status, headers: Vec::new(), body: Some(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> Issuer {
        Issuer::new(
            &ArmOptions { token_lifetime_s: 60, ..ArmOptions::default() },
            "https://127.0.0.1:1".to_owned(),
        )
    }

    #[test]
    fn only_the_applications_own_proof_gets_a_token() {
        let issuer = issuer();
        let (tenant, id, secret) =
            (issuer.tenant_id.clone(), issuer.client_id.clone(), issuer.client_secret.clone());
        let body = |id: &str, secret: &str, scope: &str| {
            format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}")
        };
        let scope = "https%3A%2F%2F127.0.0.1%3A1%2F.default";
        for (tenant, body, expected) in [
            (tenant.as_str(), body(&id, &secret, scope), None),
            (&tenant, body(&id, &secret, "https://127.0.0.1:1//.default"), None),
            ("other", body(&id, &secret, scope), Some(90_002)),
            (&tenant, body("other", &secret, scope), Some(700_016)),
            (&tenant, body(&id, "wrong", scope), Some(7_000_215)),
            (&tenant, body(&id, "", scope), Some(7_000_218)),
            (&tenant, body(&id, &secret, "https://graph.test/.default"), Some(500_011)),
            (
                &tenant,
                format!("grant_type=client_credentials&client_id={id}&client_assertion=a.b.c"),
                Some(700_027),
            ),
            (&tenant, "grant_type=password".to_owned(), Some(70_003)),
            (&tenant, "%zz&&=".to_owned(), Some(70_003)),
        ] {
            let number = issuer
                .token(tenant, &body, OffsetDateTime::now_utc())
                .err()
                .map(|Refused(number, ..)| number);
            assert_eq!(number, expected, "{body}");
        }
    }

    #[test]
    fn a_token_is_taken_until_it_expires_and_only_where_it_was_issued() {
        let issuer = issuer();
        let token = issuer.issue("https://127.0.0.1:1", 1000);
        assert_eq!(issuer.is_valid(&token, 1059), Some(true));
        assert_eq!(issuer.is_valid(&token, 1060), Some(false));
        for foreign in
            [self::issuer().issue("https://127.0.0.1:1", 1000), format!("{token}x"), "a.b.c".to_owned()]
        {
            assert_eq!(issuer.is_valid(&foreign, 1000), None);
        }
    }
}
