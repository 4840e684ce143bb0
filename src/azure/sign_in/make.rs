//! From a way to sign in to azure_identity's object for it.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, AzurePipelinesCredential, AzurePipelinesCredentialOptions,
    ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, DeveloperToolsCredential, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use reqwest::Url;

use super::certificate::SignedByCertificate;
use super::github::GithubToken;
use super::{CredentialKind, SignInFacts, refused};
use crate::azure::{Cloud, Error, transport};

/// Makes the credential of one kind.
pub(super) fn credential(
    kind: CredentialKind,
    facts: &SignInFacts,
    cloud: &Cloud,
) -> Result<Arc<dyn TokenCredential>, Error> {
    let client_options = client_options(cloud)?;
    let assertion_options = || ClientAssertionCredentialOptions { client_options: client_options.clone() };
    let no_token = |error: azure_core::Error| refused(kind, &error);
    Ok(match kind {
        CredentialKind::ClientSecret => {
            let (tenant_id, client_id) = account(kind, facts)?;
            let secret = facts.client_secret.as_ref().map_or("", |secret| secret.expose());
            let options = ClientSecretCredentialOptions { client_options };
            let secret = Secret::new(secret.to_owned());
            ClientSecretCredential::new(tenant_id, client_id.to_owned(), secret, Some(options))
                .map_err(no_token)?
        }
        CredentialKind::ClientCertificate => {
            let (tenant_id, client_id) = account(kind, facts)?;
            let pem = facts.client_certificate.as_ref().map_or("", |pem| pem.expose());
            let assertion = SignedByCertificate::read(pem, client_id, tenant_id, &cloud.authority)?;
            let (tenant_id, client_id) = (tenant_id.to_owned(), client_id.to_owned());
            ClientAssertionCredential::new(tenant_id, client_id, assertion, Some(assertion_options()))
                .map_err(no_token)?
        }
        CredentialKind::GithubOidc => {
            let (tenant_id, client_id) = account(kind, facts)?;
            let assertion = GithubToken::new(facts.github.as_ref())?;
            let (tenant_id, client_id) = (tenant_id.to_owned(), client_id.to_owned());
            ClientAssertionCredential::new(tenant_id, client_id, assertion, Some(assertion_options()))
                .map_err(no_token)?
        }
        CredentialKind::AzurePipelines => {
            let first =
                |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone()).unwrap_or_default();
            let token = facts.pipelines.as_ref().map_or("", |request| request.token.expose());
            AzurePipelinesCredential::new(
                first(&facts.pipelines_tenant_id, &facts.tenant_id),
                first(&facts.pipelines_client_id, &facts.client_id),
                facts.service_connection_id.as_deref().unwrap_or_default(),
                Secret::new(token.to_owned()),
                Some(AzurePipelinesCredentialOptions { credential_options: assertion_options() }),
            )
            .map_err(no_token)?
        }
        CredentialKind::WorkloadIdentity => {
            WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                credential_options: assertion_options(),
                client_id: facts.client_id.clone(),
                tenant_id: facts.tenant_id.clone(),
                token_file_path: facts.federated_token_file.clone(),
            }))
            .map_err(no_token)?
        }
        CredentialKind::ManagedIdentity => {
            ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                user_assigned_id: facts.client_id.clone().map(UserAssignedId::ClientId),
                client_options,
            }))
            .map_err(no_token)?
        }
        CredentialKind::AzureCli => AzureCliCredential::new(Some(AzureCliCredentialOptions {
            subscription: facts.subscription_id.clone().filter(|_| facts.tenant_id.is_none()),
            tenant_id: facts.tenant_id.clone(),
            ..AzureCliCredentialOptions::default()
        }))
        .map_err(no_token)?,
        CredentialKind::AzureDeveloperCli => {
            AzureDeveloperCliCredential::new(Some(AzureDeveloperCliCredentialOptions {
                tenant_id: facts.tenant_id.clone(),
                ..AzureDeveloperCliCredentialOptions::default()
            }))
            .map_err(no_token)?
        }
        CredentialKind::DeveloperTools => DeveloperToolsCredential::new(None).map_err(no_token)?,
    })
}

fn account(kind: CredentialKind, facts: &SignInFacts) -> Result<(&str, &str), Error> {
    match (&facts.tenant_id, &facts.client_id) {
        (Some(tenant_id), Some(client_id)) => Ok((tenant_id, client_id)),
        _ => Err(Error::not_signed_in(format!(
            "{} needs a tenant and a client id too: set `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`",
            kind.describe()
        ))),
    }
}

/// azure_core retries eight times and for up to 82 seconds before it says that a host cannot be reached (measured
/// with 1.1.0, 2026-11); two retries are enough for a token.
fn client_options(cloud: &Cloud) -> Result<ClientOptions, Error> {
    let is_local = Url::parse(&cloud.authority).is_ok_and(|url| transport::is_loopback(&url));
    let mut custom = CustomConfiguration::default();
    custom.authority_host.clone_from(&cloud.authority);
    Ok(ClientOptions {
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: 2,
            max_total_elapsed: time::Duration::seconds(10),
            ..ExponentialRetryOptions::default()
        }),
        transport: Some(Transport::new(Arc::new(transport::http_client(is_local, cloud.ca.as_ref())?))),
        cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
        ..ClientOptions::default()
    })
}
