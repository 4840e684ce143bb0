//! Where the bearer token comes from: a fixed one (the sandbox's), or Entra through azure_identity. Which
//! environment variables exist is read in `cli` and handed in as [`EntraOptions`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use azure_core::cloud::CloudConfiguration;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity as identity;
use time::OffsetDateTime;

use super::{Error, SecretString, transport};

/// A token is renewed this long before it expires, so that it does not expire on the way.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// How to prove who we are.
#[derive(Clone, Debug)]
pub enum Credential {
    /// One token that never changes.
    Static(SecretString),
    Entra(EntraOptions),
}

/// What decides how to sign in to Entra. The first that fits is taken: client secret, workload identity, managed
/// identity, and otherwise the account that `az login` or `azd auth login` left on this machine.
#[derive(Clone, Debug, Default)]
pub struct EntraOptions {
    pub cloud: Cloud,
    /// `AZURE_TENANT_ID`.
    pub tenant_id: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub client_secret: Option<SecretString>,
    /// `AZURE_FEDERATED_TOKEN_FILE`, set by Kubernetes workload identity.
    pub federated_token_file: Option<PathBuf>,
    /// True where `IDENTITY_ENDPOINT` says that a managed identity is there, or the user asked for one.
    pub managed_identity: bool,
}

/// The clouds whose sign-in host azure_identity knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cloud {
    #[default]
    Public,
    Government,
    China,
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
    entra: Option<(&'static str, Arc<dyn TokenCredential>)>,
}

impl TokenSource {
    pub(super) fn new(credential: Credential) -> Self {
        Self { credential, entra: None }
    }

    /// Fetches a token for `scope`, such as `https://management.azure.com/.default`.
    pub(super) async fn fetch(&mut self, scope: &str) -> Result<Token, Error> {
        let options = match &self.credential {
            Credential::Static(secret) => return Ok(Token { secret: secret.clone(), renew_at: None }),
            Credential::Entra(options) => options,
        };
        let (name, entra) = match &self.entra {
            Some(made) => made,
            None => self.entra.insert(sign_in(options)?),
        };
        let token = entra.get_token(&[scope], None).await.map_err(|error| refused(name, &error))?;
        let secret = SecretString::new(token.token.secret());
        Ok(Token { secret, renew_at: Some(token.expires_on - RENEW_BEFORE) })
    }
}

/// Picks the way to sign in, and its name for messages.
fn sign_in(options: &EntraOptions) -> Result<(&'static str, Arc<dyn TokenCredential>), Error> {
    let client_options = client_options(options.cloud)?;
    if let Some(secret) = &options.client_secret {
        let name = "the client secret";
        let (Some(tenant_id), Some(client_id)) = (&options.tenant_id, &options.client_id) else {
            return Err(Error::not_signed_in(
                "a client secret needs a tenant and a client id too: set `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`",
            ));
        };
        let credential = identity::ClientSecretCredential::new(
            tenant_id,
            client_id.clone(),
            Secret::new(secret.expose().to_owned()),
            Some(identity::ClientSecretCredentialOptions { client_options }),
        );
        return Ok((name, credential.map_err(|error| refused(name, &error))?));
    }
    if let Some(file) = &options.federated_token_file {
        let name = "workload identity";
        let credential =
            identity::WorkloadIdentityCredential::new(Some(identity::WorkloadIdentityCredentialOptions {
                credential_options: identity::ClientAssertionCredentialOptions { client_options },
                client_id: options.client_id.clone(),
                tenant_id: options.tenant_id.clone(),
                token_file_path: Some(file.clone()),
            }));
        return Ok((name, credential.map_err(|error| refused(name, &error))?));
    }
    if options.managed_identity {
        let name = "managed identity";
        let credential =
            identity::ManagedIdentityCredential::new(Some(identity::ManagedIdentityCredentialOptions {
                user_assigned_id: options.client_id.clone().map(identity::UserAssignedId::ClientId),
                client_options,
            }));
        return Ok((name, credential.map_err(|error| refused(name, &error))?));
    }
    let name = "the Azure CLI or Azure Developer CLI";
    let credential = identity::DeveloperToolsCredential::new(None).map_err(|error| refused(name, &error))?;
    Ok((name, credential))
}

/// azure_core retries eight times and for up to 82 seconds before it says that a host cannot be reached (measured
/// with 1.1.0, 2026-11); two retries are enough for a token.
fn client_options(cloud: Cloud) -> Result<ClientOptions, Error> {
    Ok(ClientOptions {
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: 2,
            max_total_elapsed: time::Duration::seconds(10),
            ..ExponentialRetryOptions::default()
        }),
        transport: Some(Transport::new(Arc::new(transport::http_client(false)?))),
        cloud: Some(Arc::new(match cloud {
            Cloud::Public => CloudConfiguration::AzurePublic,
            Cloud::Government => CloudConfiguration::AzureGovernment,
            Cloud::China => CloudConfiguration::AzureChina,
        })),
        ..ClientOptions::default()
    })
}

/// azure_identity's messages carry no secrets, but line breaks and long troubleshooting texts.
fn refused(name: &str, error: &azure_core::Error) -> Error {
    let reason = super::arm_error::clean(&error.to_string());
    Error::not_signed_in(format!("no token from {name}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::ErrorKind;

    #[tokio::test]
    async fn a_static_token_stays_fresh_and_hidden() {
        let mut source = TokenSource::new(Credential::Static(SecretString::new("tok-very-secret")));
        let token = source.fetch("scope").await.unwrap();
        assert!(token.is_fresh(OffsetDateTime::now_utc() + Duration::from_secs(1_000_000)));
        assert!(!format!("{source:?} {token:?}").contains("very-secret"));
    }

    #[tokio::test]
    async fn each_credential_that_cannot_work_says_which_and_why() {
        let secret = || Some(SecretString::new("cs-very-secret"));
        let tenant = || Some("00000000-0000-0000-0000-0000000000aa".to_owned());
        for (options, expected) in [
            (EntraOptions { client_secret: secret(), ..Default::default() }, "AZURE_TENANT_ID"),
            (
                EntraOptions {
                    client_secret: secret(),
                    tenant_id: Some("no/tenant".to_owned()),
                    client_id: tenant(),
                    ..Default::default()
                },
                "the client secret",
            ),
            (
                EntraOptions {
                    federated_token_file: Some(PathBuf::from("/no/such/file")),
                    tenant_id: tenant(),
                    client_id: tenant(),
                    ..Default::default()
                },
                "workload identity",
            ),
        ] {
            let shown = format!("{options:?}");
            let error =
                TokenSource::new(Credential::Entra(options)).fetch("https://x/.default").await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::NotSignedIn);
            assert!(error.message.contains(expected), "{error}");
            assert!(!format!("{shown}{error:?}").contains("very-secret"));
        }
    }
}
