//! `--register-providers` and `--purge-deleted`: what stands in the way of a deployment is put right before Azure is asked
//! whether it can begin. Nothing of it happens without being asked for.

use crate::azure::{ArmClient, Purge, Restorable};
use crate::cli::commands::deploy::{Args, azure};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::sign_in;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::remedies;
use crate::plan::Plan;

/// What may be put right.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Remedies {
    /// Register the resource providers that the subscription lacks
    #[arg(long, conflicts_with = "sandbox")]
    register_providers: bool,

    /// Delete for good what was deleted before and still holds a name of the spec
    #[arg(long, conflicts_with = "sandbox")]
    purge_deleted: bool,
}

/// Does what was asked for and says what that was.
///
/// # Errors
/// Why Azure does not.
pub(super) async fn apply(
    args: &Args,
    client: &ArmClient,
    subscription: &str,
    plan: &Plan,
    ui: &Ui,
) -> Result<(), CommandError> {
    let wanted = args.remedies;
    if wanted.register_providers {
        ui.heading("registering resource providers");
        let done = remedies::register_providers(client, subscription, plan).await;
        let done = done.map_err(|error| sign_in::in_words(&error))?;
        for namespace in &done {
            ui.step(Mark::Done, namespace);
        }
        if done.is_empty() {
            ui.say("all are registered");
        }
    }
    if wanted.purge_deleted {
        ui.heading("purging what was deleted before");
        let found = remedies::soft_deleted(client, subscription, plan).await;
        let found = found.map_err(|error| sign_in::in_words(&error))?;
        if !found.is_empty() && !args.yes {
            let names: Vec<String> = found.iter().map(text).collect();
            let question = format!("delete for good, with what is in it: {}?", names.join(", "));
            azure::confirm(&question, "not confirmed, nothing was purged")?;
        }
        for restorable in &found {
            let purged = client.purge(subscription, restorable).await;
            if purged.map_err(|error| sign_in::in_words(&error))? == Purge::Protected {
                let message = format!("{} is protected from being purged", text(restorable));
                return Err(CommandError::new(Exit::Azure, message)
                    .hint("choose another `metadata.identifier`, wait until its retention ends, or bring it back with `az keyvault recover`"));
            }
            ui.step(Mark::Done, &text(restorable));
        }
        if found.is_empty() {
            ui.say("nothing of the spec is soft-deleted");
        }
    }
    Ok(())
}

fn text(restorable: &Restorable) -> String {
    format!("{} {} in {}", restorable.kind.describe(), restorable.name, restorable.location)
}
