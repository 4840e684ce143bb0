//! `genai-lz destroy`: shows what of a spec is there and would go, asks, and takes it away.

use std::io::{BufReader, IsTerminal as _};

use serde_json::{Value as Json, json};

use crate::azure::{ArmClient, Error, NameOf, Purge, Restorable};
use crate::cli::commands::deploy;
use crate::cli::confirm::confirmed;
use crate::cli::deployed::{Deployed, DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::stop::StopSignals;
use crate::cli::ui::{Mark, Ui};
use crate::deploy::destroy::{Removal, Step, SurveyError, survey, take};
use crate::text::plural;

/// Delete what a spec has deployed, and nothing else
///
/// Shows first what will go, in order, and what stays. A resource group goes as a whole where the spec makes it and
/// everything in it is the spec's. API Management services, Azure OpenAI accounts and key vaults stay restorable after that and keep
/// their names, unless --purge deletes them for good.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// Delete for good what would stay restorable; nothing brings it back
    #[arg(long)]
    purge: bool,

    /// Show what would go, and end
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,

    /// Do not ask for the name of the landing zone
    #[arg(short, long)]
    yes: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    if !args.yes && !args.dry_run && (ui.is_json() || !std::io::stdin().is_terminal()) {
        return Err(CommandError::usage("deleting wants the name typed, and there is nobody to ask")
            .hint("see with `--dry-run` what would go")
            .hint("give `--yes` where there is no terminal, and with `--format json`"));
    }
    deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        let removal = survey(&client, &deployed.subscription_id, &deployed.plan).await.map_err(no_survey)?;
        removing(args, ui, &client, &deployed, &removal).await
    })
}

async fn removing(
    args: &Args,
    ui: &Ui,
    client: &ArmClient,
    deployed: &Deployed,
    removal: &Removal,
) -> Result<Exit, CommandError> {
    let is_done = removal.steps.is_empty() && (!args.purge || removal.restorable.is_empty());
    show(ui, removal, args.purge);
    if !is_done && !args.dry_run {
        let mut stop = StopSignals::listen()?;
        if !args.yes {
            question(&deployed.name);
            confirmed(BufReader::new(std::io::stdin()), &deployed.name, stop.told()).await?;
        }
        tokio::select! {
            ended = carry_out(args, ui, client, &deployed.subscription_id, removal) => ended?,
            () = stop.told() => {
                return Err(CommandError::new(Exit::Cancelled, "stopped; what Azure is deleting goes on")
                    .hint("run the same command again for the rest"));
            }
        }
        if !args.purge && !removal.restorable.is_empty() {
            ui.say("\nwhat is restorable keeps its name; `genai-lz destroy --purge` deletes it for good");
        }
    }
    if ui.is_json() {
        ui.document(Exit::Ok, document(removal, args.purge, !args.dry_run))?;
    }
    Ok(Exit::Ok)
}

/// Steps depend on those before them, so the first that fails is the last; purging does not.
async fn carry_out(
    args: &Args,
    ui: &Ui,
    client: &ArmClient,
    subscription_id: &str,
    removal: &Removal,
) -> Result<(), CommandError> {
    ui.heading("deleting");
    for (index, step) in removal.steps.iter().enumerate() {
        ui.step(Mark::Doing, &step_text(step));
        match take(client, subscription_id, step).await {
            Ok(true) => ui.step(Mark::Done, &step_text(step)),
            Ok(false) => ui.step(Mark::Skipped, &format!("{}: gone already", step_text(step))),
            Err(error) => {
                ui.step(Mark::Failed, &step_text(step));
                let done: Vec<String> = removal.steps[..index].iter().map(step_text).collect();
                return Err(failed(error)
                    .with_details(json!({"deleted": done, "failed": step_text(step)}))
                    .hint(
                        "run the same command again once the cause is gone: it goes on with what is left",
                    ));
            }
        }
    }
    if !args.purge {
        return Ok(());
    }
    let mut first: Option<Error> = None;
    for (restorable, _) in &removal.restorable {
        let what = format!("{} purged", restorable_text(restorable));
        match client.purge(subscription_id, restorable).await {
            Ok(Purge::Done) => ui.step(Mark::Done, &what),
            Ok(Purge::Nothing) => {
                ui.step(Mark::Skipped, &format!("{}: nothing to purge", restorable_text(restorable)));
            }
            Ok(Purge::Protected) => {
                let why = "its purge protection keeps it, and its name, until the retention ends";
                ui.step(Mark::Skipped, &format!("{}: {why}", restorable_text(restorable)));
            }
            Err(error) => {
                ui.step(Mark::Failed, &format!("{} not purged: {error}", restorable_text(restorable)));
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(()), |error| {
        Err(failed(error)
            .hint("it is deleted but still restorable; Azure forgets it after its retention time"))
    })
}

fn show(ui: &Ui, removal: &Removal, purge: bool) {
    if removal.steps.is_empty() {
        ui.say("nothing of the spec is there");
    } else {
        ui.say("will be deleted, in this order:");
    }
    for (index, step) in removal.steps.iter().enumerate() {
        ui.say(&format!("  {:>2}. {}", index + 1, step_text(step)));
    }
    if !removal.restorable.is_empty() {
        ui.say(if purge {
            "\nwill be purged, for good:"
        } else {
            "\nstays restorable, with its name taken:"
        });
    }
    for (restorable, is_deleted) in &removal.restorable {
        let state = if *is_deleted { " (deleted earlier)" } else { "" };
        ui.say(&format!("   - {}{state}", restorable_text(restorable)));
    }
    if !removal.left.is_empty() {
        ui.say("\nstays:");
    }
    for left in &removal.left {
        ui.say(&format!("   - {}: {}", left.what, left.why));
    }
}

fn step_text(step: &Step) -> String {
    match step {
        Step::Group { name, n_resources } => {
            format!("resource group {name} with {}", plural(*n_resources, "resource"))
        }
        Step::Resource { resource_type, name, .. } => format!("{resource_type} {name}"),
        Step::Record { deployment_name, group: None } => {
            format!("the record of deployment {deployment_name}")
        }
        Step::Record { deployment_name, group: Some(group) } => {
            format!("the record of deployment {deployment_name} in resource group {group}")
        }
    }
}

/// How long each kind is kept: learn.microsoft.com, the pages that `sandbox::arm_server::soft_delete` names, 2026-11.
fn restorable_text(restorable: &Restorable) -> String {
    let Restorable { kind, name, location, .. } = restorable;
    let kept = if *kind == NameOf::KeyVault { "7 to 90 days" } else { "48 hours" };
    format!("{} {name} in {location}, kept for {kept}", kind.describe())
}

fn document(removal: &Removal, purge: bool, is_done: bool) -> Json {
    let step = |step: &Step| match step {
        Step::Group { name, n_resources } => {
            json!({"kind": "resourceGroup", "name": name, "resources": n_resources})
        }
        Step::Resource { id, resource_type, name, .. } => {
            json!({"kind": "resource", "name": name, "id": id, "type": resource_type})
        }
        Step::Record { deployment_name, group: None } => {
            json!({"kind": "deploymentRecord", "name": deployment_name})
        }
        Step::Record { deployment_name, group } => {
            json!({"kind": "deploymentRecord", "name": deployment_name, "resourceGroup": group})
        }
    };
    let restorable = |(one, is_deleted): &(Restorable, bool)| json!({"name": one.name, "location": one.location, "what": restorable_text(one), "deletedEarlier": is_deleted});
    let left = removal.left.iter().map(|left| json!({"what": left.what, "why": left.why}));
    json!({
        "deleted": is_done, "purged": is_done && purge,
        "steps": removal.steps.iter().map(step).collect::<Vec<_>>(),
        "restorable": removal.restorable.iter().map(restorable).collect::<Vec<_>>(),
        "left": left.collect::<Vec<_>>(),
    })
}

fn no_survey(error: SurveyError) -> CommandError {
    match error {
        SurveyError::Azure(error) => failed(error),
        SurveyError::Running(name) => {
            CommandError::new(Exit::Azure, format!("deployment `{name}` is under way, nothing was deleted"))
                .hint("see with `genai-lz status` how it goes; wait until it has ended, or cancel it")
        }
    }
}

#[expect(clippy::print_stderr, reason = "a question is for the person at the terminal")]
fn question(name: &str) {
    eprint!("\ntype `{name}` to delete this: ");
}
