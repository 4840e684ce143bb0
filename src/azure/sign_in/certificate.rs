//! Signing in with a certificate: a statement about ourselves, signed with its key, in the place of a secret.
//!
//! azure_identity's own way needs OpenSSL; the statement is one JSON Web Token, and ring signs. Its form:
//! learn.microsoft.com, certificate-credentials (2026-11): PS256, the SHA-256 thumbprint of the certificate as
//! `x5t#S256`, audience the tenant's token endpoint, ten minutes at most.

use azure_core::error::ErrorKind as CoreKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use time::OffsetDateTime;

use crate::azure::Error;

const LIFETIME_S: i64 = 540;
/// Clocks differ.
const SKEW_S: i64 = 60;

/// Signs with the key of a certificate.
pub(super) struct SignedByCertificate {
    key: RsaKeyPair,
    /// Of the certificate, as `x5t#S256` has it.
    thumbprint: String,
    client_id: String,
    audience: String,
}

impl std::fmt::Debug for SignedByCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedByCertificate").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl SignedByCertificate {
    /// Reads a PEM file with a certificate, the first one where there is a chain, and its RSA key.
    pub(super) fn read(pem: &str, client_id: &str, tenant_id: &str, authority: &str) -> Result<Self, Error> {
        let wrong =
            |why: &str| Error::not_signed_in(format!("the file at `AZURE_CLIENT_CERTIFICATE_PATH` {why}"));
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            wrong("holds no certificate in PEM form; turn a PFX file into one with `openssl pkcs12 -nodes`")
        })?;
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| wrong("holds no private key, or an encrypted one; it has to stand beside the certificate, unencrypted"))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(wrong("holds a key that is not RSA, which Entra does not take")),
        };
        let key = key.map_err(|_| wrong("holds a key that is not RSA of 2048 to 4096 bits"))?;
        Ok(Self {
            key,
            thumbprint: BASE64_URL.encode(digest(&SHA256, &certificate)),
            client_id: client_id.to_owned(),
            audience: format!("{}/{tenant_id}/oauth2/v2.0/token", authority.trim_end_matches('/')),
        })
    }

    fn sign(&self, now_unix_s: i64) -> Option<String> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": self.audience, "iss": self.client_id, "sub": self.client_id,
            "jti": uuid::Uuid::new_v4().to_string(),
            "nbf": now_unix_s - SKEW_S, "iat": now_unix_s - SKEW_S, "exp": now_unix_s + LIFETIME_S,
        });
        let mut text =
            format!("{}.{}", BASE64_URL.encode(header.to_string()), BASE64_URL.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        text.push('.');
        text.push_str(&BASE64_URL.encode(signature));
        Some(text)
    }
}

#[async_trait::async_trait]
impl ClientAssertion for SignedByCertificate {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.sign(OffsetDateTime::now_utc().unix_timestamp()).ok_or_else(|| {
            azure_core::Error::with_message(CoreKind::Credential, "the certificate's key does not sign")
        })
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::Value as Json;

    use super::*;

    /// Made for this test with `openssl req -x509 -newkey rsa:2048`; opens nothing.
    const PEM: &str = include_str!("testdata/client.pem");

    #[test]
    fn the_statement_is_signed_and_says_who_when_and_for_whom() {
        let signer = SignedByCertificate::read(PEM, "app", "tenant", "https://login.test/").unwrap();
        let token = signer.sign(1_000_000).unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, signer.key.public());
        public.verify(text.as_bytes(), &BASE64_URL.decode(signature).unwrap()).unwrap();
        let (header, claims) = text.split_once('.').unwrap();
        let read = |part: &str| serde_json::from_slice::<Json>(&BASE64_URL.decode(part).unwrap()).unwrap();
        assert_eq!(read(header)["alg"], "PS256");
        assert_eq!(BASE64_URL.decode(read(header)["x5t#S256"].as_str().unwrap()).unwrap().len(), 32);
        let claims = read(claims);
        assert_eq!(claims["aud"], "https://login.test/tenant/oauth2/v2.0/token");
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("app"), &json!("app")));
        assert!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap() <= 600);
        assert!(!format!("{signer:?}").contains("key"));
    }

    #[test]
    fn what_is_missing_in_the_file_is_said() {
        let key_begins = PEM.find("-----BEGIN PRIVATE KEY").unwrap();
        let certificate_begins = PEM.find("-----BEGIN CERTIFICATE").unwrap();
        let certificate = &PEM[certificate_begins..PEM.find("-----END CERTIFICATE-----").unwrap() + 25];
        let key = &PEM[key_begins..PEM.find("-----END PRIVATE KEY-----").unwrap() + 25];
        let elliptic = format!("{certificate}\n{}", rcgen_pem());
        for (pem, expected) in [
            ("", "no certificate"),
            (key, "no certificate"),
            (certificate, "no private key"),
            (elliptic.as_str(), "not RSA"),
        ] {
            let error = SignedByCertificate::read(pem, "a", "t", "https://l").unwrap_err();
            assert!(error.message.contains(expected), "{error}");
        }
    }

    fn rcgen_pem() -> String {
        let der = rcgen::KeyPair::generate().unwrap().serialize_der();
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    }
}
