//! Which way to sign in: the one that was asked for, or the first of a fixed order whose facts are there. The result
//! says why, and why the ones before it were passed over.

use std::path::PathBuf;

use super::super::{Error, SecretString};

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    ClientSecret,
    ClientCertificate,
    GithubOidc,
    AzurePipelines,
    WorkloadIdentity,
    ManagedIdentity,
    AzureCli,
    AzureDeveloperCli,
    /// az, and where that has no token azd.
    DeveloperTools,
}

/// What decides how to sign in, as the environment of this process says it. No field shows a secret in `Debug`.
#[derive(Clone, Debug, Default)]
pub struct SignInFacts {
    /// `AZURE_TENANT_ID`.
    pub tenant_id: Option<String>,
    /// `AZURE_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `AZURE_CLIENT_SECRET`.
    pub client_secret: Option<SecretString>,
    /// The text of the file at `AZURE_CLIENT_CERTIFICATE_PATH`: certificate and private key in PEM form.
    pub client_certificate: Option<SecretString>,
    /// `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, set by GitHub for jobs with `id-token: write`.
    pub github: Option<OidcRequest>,
    /// `SYSTEM_OIDCREQUESTURI` and `SYSTEM_ACCESSTOKEN`.
    pub pipelines: Option<OidcRequest>,
    /// `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`, set by the tasks of Azure Pipelines.
    pub service_connection_id: Option<String>,
    /// `AZURESUBSCRIPTION_CLIENT_ID` and `AZURESUBSCRIPTION_TENANT_ID`.
    pub pipelines_client_id: Option<String>,
    pub pipelines_tenant_id: Option<String>,
    /// `AZURE_FEDERATED_TOKEN_FILE`, set by Kubernetes workload identity.
    pub federated_token_file: Option<PathBuf>,
    /// True where `IDENTITY_ENDPOINT` or `MSI_ENDPOINT` says that a managed identity is there.
    pub managed_identity: bool,
    /// The subscription whose account az is to use.
    pub subscription_id: Option<String>,
}

/// Where a token of a build service is asked for, and what allows us to.
#[derive(Clone, Debug)]
pub struct OidcRequest {
    pub url: String,
    pub token: SecretString,
}

/// What was chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub kind: CredentialKind,
    pub because: String,
    /// The ways that come earlier in the order, each with what is missing.
    pub passed_over: Vec<(CredentialKind, String)>,
}

/// What the facts say of one way.
enum Fit {
    There(&'static str),
    Missing(&'static str),
    /// Begun by the user and not complete, which is a slip and no reason to take another account.
    Half(&'static str),
}

impl CredentialKind {
    /// The order in which they are looked for.
    pub const ORDER: &'static [Self] = &[
        Self::ClientSecret,
        Self::ClientCertificate,
        Self::GithubOidc,
        Self::AzurePipelines,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::DeveloperTools,
    ];

    /// What messages call it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ClientSecret => "the client secret",
            Self::ClientCertificate => "the client certificate",
            Self::GithubOidc => "the OpenID token of GitHub Actions",
            Self::AzurePipelines => "the service connection of Azure Pipelines",
            Self::WorkloadIdentity => "workload identity",
            Self::ManagedIdentity => "managed identity",
            Self::AzureCli => "the Azure CLI",
            Self::AzureDeveloperCli => "the Azure Developer CLI",
            Self::DeveloperTools => "the Azure CLI or Azure Developer CLI",
        }
    }

    fn fit(self, facts: &SignInFacts) -> Fit {
        let named = facts.tenant_id.is_some() && facts.client_id.is_some();
        match self {
            Self::ClientSecret => match (&facts.client_secret, named) {
                (None, _) => Fit::Missing("`AZURE_CLIENT_SECRET` is not set"),
                (Some(_), false) => Fit::Half(
                    "a client secret needs a tenant and a client id too: set `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`",
                ),
                (Some(_), true) => Fit::There("`AZURE_CLIENT_SECRET` is set"),
            },
            Self::ClientCertificate => match (&facts.client_certificate, named) {
                (None, _) => Fit::Missing("`AZURE_CLIENT_CERTIFICATE_PATH` is not set"),
                (Some(_), false) => Fit::Half(
                    "a client certificate needs a tenant and a client id too: set `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`",
                ),
                (Some(_), true) => Fit::There("`AZURE_CLIENT_CERTIFICATE_PATH` is set"),
            },
            Self::GithubOidc => match (&facts.github, named) {
                (None, _) => Fit::Missing(
                    "`ACTIONS_ID_TOKEN_REQUEST_URL` is not set (a job has it with `permissions: id-token: write`)",
                ),
                (Some(_), false) => Fit::Missing("`AZURE_TENANT_ID` and `AZURE_CLIENT_ID` are not both set"),
                (Some(_), true) => Fit::There("this is a GitHub job that may ask for an OpenID token"),
            },
            Self::AzurePipelines => {
                let named = facts.service_connection_id.is_some()
                    && (named || facts.pipelines_client_id.is_some() && facts.pipelines_tenant_id.is_some());
                match (&facts.pipelines, named) {
                    (None, _) => {
                        Fit::Missing("`SYSTEM_OIDCREQUESTURI` and `SYSTEM_ACCESSTOKEN` are not both set")
                    }
                    (Some(_), false) => Fit::Missing(
                        "`AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`, `AZURESUBSCRIPTION_CLIENT_ID` and `AZURESUBSCRIPTION_TENANT_ID` are not all set",
                    ),
                    (Some(_), true) => {
                        Fit::There("this is a job of Azure Pipelines with a service connection")
                    }
                }
            }
            Self::WorkloadIdentity => match (&facts.federated_token_file, named) {
                (None, _) => Fit::Missing("`AZURE_FEDERATED_TOKEN_FILE` is not set"),
                (Some(_), false) => Fit::Missing("`AZURE_TENANT_ID` and `AZURE_CLIENT_ID` are not both set"),
                (Some(_), true) => Fit::There("`AZURE_FEDERATED_TOKEN_FILE` is set"),
            },
            Self::ManagedIdentity if facts.managed_identity => Fit::There("`IDENTITY_ENDPOINT` is set"),
            Self::ManagedIdentity => Fit::Missing("`IDENTITY_ENDPOINT` is not set"),
            Self::DeveloperTools | Self::AzureCli | Self::AzureDeveloperCli => {
                Fit::There("nothing in the environment names another way")
            }
        }
    }
}

/// Chooses a way to sign in.
///
/// # Errors
/// `NotSignedIn` where the one that was asked for, or one that the user has begun to set up, lacks something.
pub fn choose(asked: Option<CredentialKind>, facts: &SignInFacts) -> Result<Chosen, Error> {
    if let Some(kind) = asked {
        // Virtual machines have a managed identity and say nothing of it in the environment.
        return match kind.fit(facts) {
            Fit::Missing(why) | Fit::Half(why) if kind != CredentialKind::ManagedIdentity => {
                Err(Error::not_signed_in(format!("{} cannot be used: {why}", kind.describe())))
            }
            _ => Ok(Chosen { kind, because: "`--credential` says so".to_owned(), passed_over: Vec::new() }),
        };
    }
    let mut passed_over = Vec::new();
    for &kind in CredentialKind::ORDER {
        match kind.fit(facts) {
            Fit::There(because) => return Ok(Chosen { kind, because: because.to_owned(), passed_over }),
            Fit::Missing(why) => passed_over.push((kind, why.to_owned())),
            Fit::Half(why) => return Err(Error::not_signed_in(why)),
        }
    }
    Err(Error::not_signed_in("there is no way to sign in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn request() -> Option<OidcRequest> {
        Some(OidcRequest { url: "https://x".to_owned(), token: SecretString::new("t") })
    }

    #[test]
    fn the_first_way_whose_facts_are_there_is_taken() {
        use CredentialKind::*;
        let named = || SignInFacts { tenant_id: text("t"), client_id: text("c"), ..SignInFacts::default() };
        let secret = || Some(SecretString::new("s"));
        let everything = SignInFacts {
            client_secret: secret(),
            client_certificate: secret(),
            github: request(),
            managed_identity: true,
            ..named()
        };
        let pipelines = SignInFacts {
            pipelines: request(),
            service_connection_id: text("id"),
            pipelines_client_id: text("c"),
            pipelines_tenant_id: text("t"),
            ..SignInFacts::default()
        };
        for (facts, kind, passed_over) in [
            (everything, ClientSecret, 0),
            (
                SignInFacts { client_certificate: secret(), github: request(), ..named() },
                ClientCertificate,
                1,
            ),
            (SignInFacts { github: request(), ..named() }, GithubOidc, 2),
            (pipelines, AzurePipelines, 3),
            (SignInFacts { federated_token_file: Some("f".into()), ..named() }, WorkloadIdentity, 4),
            // A job of GitHub's without a client id: somebody has signed in with az before.
            (SignInFacts { github: request(), ..SignInFacts::default() }, DeveloperTools, 6),
            (SignInFacts { managed_identity: true, ..named() }, ManagedIdentity, 5),
            (SignInFacts::default(), DeveloperTools, 6),
        ] {
            let chosen = choose(None, &facts).unwrap();
            assert_eq!((chosen.kind, chosen.passed_over.len()), (kind, passed_over), "{chosen:?}");
        }
    }

    #[test]
    fn half_of_a_secret_and_a_wish_that_cannot_be_met_are_errors() {
        let half = SignInFacts { client_secret: Some(SecretString::new("s")), ..SignInFacts::default() };
        assert!(choose(None, &half).unwrap_err().message.contains("AZURE_TENANT_ID"));
        let none = SignInFacts::default();
        for kind in
            [CredentialKind::GithubOidc, CredentialKind::WorkloadIdentity, CredentialKind::ClientSecret]
        {
            assert!(choose(Some(kind), &none).unwrap_err().message.contains("cannot be used"), "{kind:?}");
        }
        for kind in [CredentialKind::ManagedIdentity, CredentialKind::AzureCli] {
            assert_eq!(choose(Some(kind), &none).unwrap().kind, kind);
        }
    }
}
