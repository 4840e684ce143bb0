//! `genai-lz keys`: a subscription key on demand. Nothing of ours keeps one.

use serde_json::json;

use crate::azure::KeyOf;
use crate::cli::commands::deploy;
use crate::cli::deployed::{DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::plan::Plan;
use crate::text::suggest;

const TYPE: &str = "Microsoft.ApiManagement/service/subscriptions";

/// Fetch the key of one API Management subscription of a deployed landing zone
///
/// Prints the key and nothing else; it is written nowhere. The account needs the action
/// Microsoft.ApiManagement/service/subscriptions/listSecrets/action.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// The subscription of the spec whose key is wanted, by its id
    #[arg(value_name = "ID")]
    id: String,

    /// The secondary key instead of the primary one
    #[arg(long)]
    secondary: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let id = resource_id(&deployed.plan, &args.id)?;
    let (which, name) =
        if args.secondary { (KeyOf::Secondary, "secondary") } else { (KeyOf::Primary, "primary") };
    let key = deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        client.subscription_key(id, which).await.map_err(failed)
    })?;
    if ui.is_json() {
        ui.document(Exit::Ok, json!({"subscription": args.id, "which": name, "key": key.expose()}))?;
    } else {
        ui.data(&format!("{}\n", key.expose()))?;
    }
    Ok(Exit::Ok)
}

/// Only subscriptions of the spec are asked for, so that a slip is found before anything is sent.
pub(super) fn resource_id<'a>(plan: &'a Plan, wanted: &str) -> Result<&'a str, CommandError> {
    let of_type = plan.resources().filter(|resource| resource.resource_type.eq_ignore_ascii_case(TYPE));
    let known: Vec<(&str, &str)> = of_type
        .map(|resource| (resource.name.rsplit('/').next().unwrap_or_default(), resource.id.as_str()))
        .collect();
    if let Some((_, id)) = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)) {
        return Ok(id);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let error = CommandError::usage(format!("the spec has no subscription `{wanted}`"));
    Err(match suggest(wanted, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.hint("add one to a product of the spec, and deploy"),
        None => error.hint(format!("it has {}", names.join(", "))),
    })
}
