//! Where the bearer token comes from: a fixed one (the sandbox's), or Entra through azure_identity. Which way is
//! taken is decided in `choose`, from facts that `cli` reads; `make` builds it.

mod certificate;
mod choose;
mod github;
mod identity;
mod make;

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use time::{Duration, OffsetDateTime};

pub use choose::{Chosen, CredentialKind, OidcRequest, SignInFacts, choose};
pub use identity::Identity;

use super::{Blame, Cloud, Error, Retry, SecretString, retry};

/// A token is renewed this long before it expires, so that it does not expire on the way.
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// How to prove who we are.
#[derive(Clone, Debug)]
pub enum Credential {
    /// One token that never changes.
    Static(SecretString),
    Entra {
        kind: CredentialKind,
        facts: Box<SignInFacts>,
        cloud: Cloud,
    },
}

/// A token and when to fetch the next one.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) secret: SecretString,
    renew_at: Option<OffsetDateTime>,
}

impl Token {
    pub(super) fn is_fresh(&self, now: OffsetDateTime) -> bool {
        self.renew_at.is_none_or(|renew_at| now < renew_at)
    }
}

/// A credential ready to be asked. azure_identity's own objects are made on the first request for a token.
#[derive(Debug)]
pub(super) struct TokenSource {
    credential: Credential,
    entra: Option<Arc<dyn TokenCredential>>,
}

impl TokenSource {
    pub(super) fn new(credential: Credential) -> Self {
        Self { credential, entra: None }
    }

    /// Fetches a token for `scope`, such as `https://management.azure.com/.default`.
    pub(super) async fn fetch(&mut self, scope: &str, now: OffsetDateTime) -> Result<Token, Error> {
        let (kind, facts, cloud) = match &self.credential {
            Credential::Static(secret) => return Ok(Token { secret: secret.clone(), renew_at: None }),
            Credential::Entra { kind, facts, cloud } => (*kind, facts, cloud),
        };
        let entra = match &self.entra {
            Some(made) => made,
            None => self.entra.insert(make::credential(kind, facts, cloud)?),
        };
        let token = entra.get_token(&[scope], None).await.map_err(|error| refused(kind, &error))?;
        Ok(Token {
            secret: SecretString::new(token.token.secret()),
            // How long it lives is what counts: a clock that is put right meanwhile changes nothing.
            renew_at: Some(renew_at(now, now + (token.expires_on - OffsetDateTime::now_utc()))),
        })
    }

    /// Forgets what azure_identity remembers, so that the next token is a new one: its cache would hand out again the
    /// one that ARM has just refused.
    pub(super) fn forget(&mut self) {
        self.entra = None;
    }
}

/// Some minutes before the end; of a token that lives for less than twice that, half of its life.
fn renew_at(now: OffsetDateTime, expires_on: OffsetDateTime) -> OffsetDateTime {
    let left: Duration = expires_on - now;
    expires_on - Duration::min(left / 2, RENEW_BEFORE)
}

/// azure_identity's messages carry no secrets, but line breaks and long troubleshooting texts.
fn refused(kind: CredentialKind, error: &azure_core::Error) -> Error {
    let reason = super::arm_error::clean(&error.to_string());
    let mut refused = Error::not_signed_in(format!("no token from {}: {reason}", kind.describe()));
    if is_passing(error) {
        (refused.blame, refused.retry) = (Blame::Network, Retry::Yes);
    }
    refused
}

/// True where whoever issues tokens was not reached or is overloaded; azure_identity wraps the reason in its own errors.
fn is_passing(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(core) = error.downcast_ref::<azure_core::Error>() {
            match core.kind() {
                ErrorKind::Io => return true,
                ErrorKind::HttpResponse { status, .. } => return retry::is_transient(u16::from(*status)),
                _ => {}
            }
        }
        if error
            .downcast_ref::<reqwest::Error>()
            .is_some_and(|error| error.is_connect() || error.is_timeout())
        {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
