//! Which cloud, and who we are there: the options that every command which speaks to Azure has, and what the
//! environment says in their place. Choosing the way to sign in is left to `azure`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::azure::{
    ArmClient, CA_BYTES_MAX, CaBundle, Chosen, ClientOptions, Cloud, Credential, CredentialKind, Endpoint,
    Error, ErrorKind, LogsClient, OidcRequest, SecretString, SignInFacts, StoreClient, choose,
};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::cli::{environment, files};

/// A certificate and its key in PEM form, with a chain, are a few kilobytes.
const CERTIFICATE_BYTES_MAX: u64 = 256 * 1024;

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Azure")]
pub(crate) struct SignInArgs {
    /// How to sign in; without it the first of these whose settings are in the environment
    #[arg(long, value_enum, value_name = "KIND")]
    credential: Option<CredentialArg>,

    /// The cloud: public, usgov or china, or az's name for it [env: AZURE_CLOUD_NAME]
    #[arg(long, value_name = "NAME", value_parser = cloud)]
    cloud: Option<Cloud>,

    /// The Resource Manager of a cloud of your own; it is asked where to sign in [env: GENAI_LZ_ARM_ENDPOINT]
    #[arg(long, value_name = "URL", conflicts_with = "cloud")]
    arm_endpoint: Option<String>,

    /// The host that issues tokens, where it is not the cloud's [env: AZURE_AUTHORITY_HOST]
    #[arg(long, value_name = "URL")]
    authority: Option<String>,

    /// Certificates in PEM form to trust besides the system's [env: GENAI_LZ_CA_FILE]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CredentialArg {
    /// AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET
    ClientSecret,
    /// The same with AZURE_CLIENT_CERTIFICATE_PATH: a PEM file with certificate and RSA key
    ClientCertificate,
    /// The OpenID token of a GitHub job with `id-token: write`
    Github,
    /// The service connection of a job of Azure Pipelines
    AzurePipelines,
    /// AZURE_FEDERATED_TOKEN_FILE, as Kubernetes sets it
    WorkloadIdentity,
    /// The managed identity of the machine; AZURE_CLIENT_ID for a user-assigned one
    ManagedIdentity,
    /// What `az login` left
    Az,
    /// What `azd auth login` left
    Azd,
}

impl CredentialArg {
    fn kind(self) -> CredentialKind {
        match self {
            Self::ClientSecret => CredentialKind::ClientSecret,
            Self::ClientCertificate => CredentialKind::ClientCertificate,
            Self::Github => CredentialKind::GithubOidc,
            Self::AzurePipelines => CredentialKind::AzurePipelines,
            Self::WorkloadIdentity => CredentialKind::WorkloadIdentity,
            Self::ManagedIdentity => CredentialKind::ManagedIdentity,
            Self::Az => CredentialKind::AzureCli,
            Self::Azd => CredentialKind::AzureDeveloperCli,
        }
    }
}

/// Where we are and how we sign in, decided.
pub(crate) struct Account {
    pub cloud: Cloud,
    pub chosen: Chosen,
    facts: SignInFacts,
}

impl SignInArgs {
    /// Whether one of them stands on the command line.
    pub(crate) fn is_given(&self) -> bool {
        let Self { credential, cloud, arm_endpoint, authority, ca_file } = self;
        credential.is_some()
            || cloud.is_some()
            || arm_endpoint.is_some()
            || authority.is_some()
            || ca_file.is_some()
    }

    /// Decides over cloud and credential. A cloud of one's own is asked for its sign-in, nothing else is sent.
    ///
    /// # Errors
    /// A usage error, or why the cloud of one's own cannot be asked.
    pub(crate) async fn account(&self, subscription: Option<&str>, ui: &Ui) -> Result<Account, CommandError> {
        let cloud = self.cloud().await?;
        ui.explain(&format!(
            "cloud {}: Resource Manager {}, sign-in {}",
            cloud.name, cloud.endpoint.base_url, cloud.authority
        ));
        let facts = facts(subscription)?;
        let chosen = choose(self.credential.map(CredentialArg::kind), &facts)
            .map_err(|error| not_signed_in(&error))?;
        for (kind, why) in &chosen.passed_over {
            ui.explain(&format!("not {}: {why}", kind.describe()));
        }
        ui.explain(&format!("signing in with {}: {}", chosen.kind.describe(), chosen.because));
        Ok(Account { cloud, chosen, facts })
    }

    /// A client for that account. Nothing is sent before its first request.
    ///
    /// # Errors
    /// As [`SignInArgs::account`].
    pub(crate) async fn client(
        &self,
        subscription: Option<&str>,
        ui: &Ui,
    ) -> Result<ArmClient, CommandError> {
        self.account(subscription, ui).await?.client(ui)
    }

    /// The same with a client of the cloud's logs, for which it signs in apart.
    ///
    /// # Errors
    /// As [`SignInArgs::account`], and where the cloud does not say where logs are asked.
    pub(crate) async fn clients(
        &self,
        subscription: Option<&str>,
        ui: &Ui,
    ) -> Result<(ArmClient, LogsClient), CommandError> {
        let account = self.account(subscription, ui).await?;
        let Some(endpoint) = account.cloud.logs.clone() else {
            let message = format!(
                "the cloud `{}` does not say where the logs of a workspace are asked",
                account.cloud.name
            );
            return Err(CommandError::usage(message)
                .hint("leave `--authority` out: the Resource Manager then says where everything is"));
        };
        let (credential, options) = (account.credential(), account.options());
        let logs = LogsClient::new(&endpoint, credential, options).map_err(|error| in_words(&error))?;
        Ok((account.client(ui)?, logs))
    }

    async fn cloud(&self) -> Result<Cloud, CommandError> {
        let from_env = |given: &Option<String>, name: &str| given.clone().or_else(|| environment(name));
        let ca_file = self.ca_file.clone().or_else(|| environment("GENAI_LZ_CA_FILE").map(PathBuf::from));
        let ca = ca_file.as_deref().map(ca_bundle).transpose()?;
        let custom = match &self.cloud {
            Some(_) => None,
            None => from_env(&self.arm_endpoint, "GENAI_LZ_ARM_ENDPOINT"),
        };
        let authority = from_env(&self.authority, "AZURE_AUTHORITY_HOST");
        let mut cloud = match (custom, &authority) {
            (Some(url), None) => Cloud::discover(&url, ca.clone()).await.map_err(|error| {
                in_words(&error)
                    .hint("check `--arm-endpoint`, and `--ca-file` where its certificate is not the system's")
                    .hint("give `--authority` where it does not say itself where to sign in")
            })?,
            (Some(url), Some(_)) => Cloud {
                name: "custom".to_owned(),
                endpoint: Endpoint::of(&url),
                logs: None,
                ..Cloud::public()
            },
            (None, _) => self.named_cloud()?,
        };
        if let Some(authority) = authority {
            cloud.authority = authority.trim_end_matches('/').to_owned();
        }
        cloud.ca = ca;
        Ok(cloud)
    }

    fn named_cloud(&self) -> Result<Cloud, CommandError> {
        if let Some(named) = &self.cloud {
            return Ok(named.clone());
        }
        match environment("AZURE_CLOUD_NAME") {
            None => Ok(Cloud::public()),
            Some(name) => cloud(&name).map_err(|why| {
                CommandError::usage(format!("`AZURE_CLOUD_NAME` is `{name}`: {why}"))
                    .hint("give the Resource Manager of a cloud of your own with `--arm-endpoint`")
            }),
        }
    }
}

impl Account {
    pub(crate) fn client(&self, ui: &Ui) -> Result<ArmClient, CommandError> {
        let client = ArmClient::new(&self.cloud.endpoint, self.credential(), self.options())
            .map_err(|error| in_words(&error))?;
        ui.explain(&format!("correlation id {}", client.correlation_id()));
        Ok(client)
    }

    /// A client of the cluster at `uri`, as the Resource Manager says it.
    pub(crate) fn store(&self, uri: &str) -> Result<StoreClient, CommandError> {
        StoreClient::new(uri, &self.cloud.endpoint, self.credential(), self.options())
            .map_err(|error| in_words(&error))
    }

    fn options(&self) -> ClientOptions {
        ClientOptions { ca: self.cloud.ca.clone(), ..ClientOptions::default() }
    }

    fn credential(&self) -> Credential {
        Credential::Entra {
            kind: self.chosen.kind,
            facts: Box::new(self.facts.clone()),
            cloud: self.cloud.clone(),
        }
    }
}

pub(crate) fn ca_bundle(path: &Path) -> Result<CaBundle, CommandError> {
    let pem = files::read(path, CA_BYTES_MAX)?;
    CaBundle::read(&pem)
        .map_err(|error| CommandError::input(format!("`{}`: {}", files::shown(path), error.message)))
}

/// What the environment says about signing in. Build services and Kubernetes set most of it.
fn facts(subscription: Option<&str>) -> Result<SignInFacts, CommandError> {
    let secret = |name: &str| environment(name).map(SecretString::new);
    let request =
        |url: &str, token: &str| Some(OidcRequest { url: environment(url)?, token: secret(token)? });
    let client_certificate = match environment("AZURE_CLIENT_CERTIFICATE_PATH") {
        None => None,
        Some(path) => {
            let file = files::read(Path::new(&path), CERTIFICATE_BYTES_MAX)?;
            // What is no text holds no PEM, and is refused as such.
            Some(SecretString::new(String::from_utf8_lossy(&file)))
        }
    };
    Ok(SignInFacts {
        tenant_id: environment("AZURE_TENANT_ID"),
        client_id: environment("AZURE_CLIENT_ID"),
        client_secret: secret("AZURE_CLIENT_SECRET"),
        client_certificate,
        github: request("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        pipelines: request("SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
        service_connection_id: environment("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
        pipelines_client_id: environment("AZURESUBSCRIPTION_CLIENT_ID"),
        pipelines_tenant_id: environment("AZURESUBSCRIPTION_TENANT_ID"),
        federated_token_file: environment("AZURE_FEDERATED_TOKEN_FILE").map(Into::into),
        managed_identity: environment("IDENTITY_ENDPOINT").or_else(|| environment("MSI_ENDPOINT")).is_some(),
        subscription_id: subscription.map(str::to_owned),
    })
}

fn cloud(name: &str) -> Result<Cloud, String> {
    Cloud::named(name).ok_or_else(|| {
        let known: Vec<String> = Cloud::NAMES.iter().map(|(ours, az)| format!("{ours} ({az})")).collect();
        format!("there are {}", known.join(", "))
    })
}

/// A failed conversation, with what helps against it.
pub(crate) fn in_words(error: &Error) -> CommandError {
    match error.kind {
        ErrorKind::NotSignedIn => not_signed_in(error),
        _ => CommandError::new(Exit::of_azure(error.kind), error.to_string()),
    }
}

pub(crate) fn not_signed_in(error: &Error) -> CommandError {
    CommandError::new(Exit::of_azure(error.kind), error.to_string())
        .hint("sign in with `az login` or `azd auth login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET")
        .hint("see with `genai-lz doctor -v` which ways to sign in were looked for, and what is missing")
}
/// The id of a subscription, as Azure writes it.
pub(crate) fn guid(text: &str) -> Result<String, String> {
    match uuid::Uuid::try_parse(text) {
        Ok(id) if text.len() == id.hyphenated().to_string().len() => Ok(id.hyphenated().to_string()),
        _ => Err("not a GUID such as 01234567-89ab-cdef-0123-456789abcdef".to_owned()),
    }
}
