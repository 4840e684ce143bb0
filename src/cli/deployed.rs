//! A spec and where it is deployed: what every command has in common that looks at, or removes, what runs in Azure.

use std::path::PathBuf;

use crate::azure::{ArmClient, Error, LogsClient};
use crate::cli::error::CommandError;
use crate::cli::pipeline::{self, Rendered};
use crate::cli::sign_in::{self, Account, SignInArgs};
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::plan::Plan;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DeployedArgs {
    /// The spec file that was deployed; `-` is standard input
    pub spec: PathBuf,

    /// The Azure subscription; goes before the one in the spec
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid)]
    subscription: Option<String>,

    #[command(flatten)]
    layers: SpecArgs,

    #[command(flatten)]
    sign_in: SignInArgs,
}

/// What the spec deploys, by the names that it has in its subscription.
pub(crate) struct Deployed {
    /// `metadata.name`.
    pub name: String,
    pub plan: Plan,
    pub rendered: Rendered,
    pub subscription_id: String,
}

impl DeployedArgs {
    /// Reads the spec; nothing is sent.
    ///
    /// # Errors
    /// All problems of the spec, or a usage error where nobody names a subscription.
    pub(crate) fn read(&self, ui: &Ui) -> Result<Deployed, CommandError> {
        let rendered = pipeline::render(&self.spec, &self.layers)?;
        ui.warnings(&rendered.warnings);
        let named = self.subscription.clone().or_else(|| rendered.zone.subscription_id.clone());
        let subscription_id = named.ok_or_else(|| {
            CommandError::usage("no Azure subscription to look at")
                .hint("set `azure.subscription` in the spec, or give `--subscription GUID`")
        })?;
        let (stages, _warnings) = pipeline::evaluate(&rendered.bundle, &subscription_id)?;
        let plan = pipeline::plan(&rendered.zone, &stages);
        Ok(Deployed { name: rendered.zone.name.clone(), plan, rendered, subscription_id })
    }

    /// Signs in.
    ///
    /// # Errors
    /// Where nobody is signed in, or the account does not see the subscription.
    pub(crate) async fn sign_in(&self, deployed: &Deployed, ui: &Ui) -> Result<ArmClient, CommandError> {
        Ok(self.sign_in_as(deployed, ui).await?.0)
    }

    /// Signs in, and says as whom, for what is asked elsewhere with a token of its own.
    ///
    /// # Errors
    /// As [`DeployedArgs::sign_in`].
    pub(crate) async fn sign_in_as(
        &self,
        deployed: &Deployed,
        ui: &Ui,
    ) -> Result<(ArmClient, Account), CommandError> {
        let account = self.sign_in.account(Some(&deployed.subscription_id), ui).await?;
        let client = account.client(ui)?;
        client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
        client.get_subscription(&deployed.subscription_id).await.map_err(failed)?;
        Ok((client, account))
    }
}

impl DeployedArgs {
    /// Signs in to ARM and to the logs.
    ///
    /// # Errors
    /// As [`DeployedArgs::sign_in`].
    pub(crate) async fn sign_in_to_logs(
        &self,
        deployed: &Deployed,
        ui: &Ui,
    ) -> Result<(ArmClient, LogsClient), CommandError> {
        let (client, logs) = self.sign_in.clients(Some(&deployed.subscription_id), ui).await?;
        client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
        client.get_subscription(&deployed.subscription_id).await.map_err(failed)?;
        Ok((client, logs))
    }
}

/// A conversation with ARM that did not end well.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn failed(error: Error) -> CommandError {
    sign_in::in_words(&error)
}
