//! `genai-lz keys`: a subscription key on demand, new keys, and which are due for new ones. Nothing of ours keeps one.

mod rotate;

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

/// Fetch the key of one API Management subscription of a deployed landing zone, or make keys anew
///
/// Prints the key and nothing else; it is written nowhere. The account needs the action
/// Microsoft.ApiManagement/service/subscriptions/listSecrets/action.
///
/// Keys that contracts deliver to vaults (`keys.deliverTo`) are made anew in two steps. `--rotate begin` makes the
/// secondary key anew and delivers it; the primary key still works. Once everybody has read the vault again, `--rotate
/// finish` makes the primary key anew and delivers that; the secondary key works until the next rotation begins.
/// No key passes by here. Without an ID, `begin` takes those that are due, `finish` those that have begun.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,

    /// The subscription of the spec whose key is wanted, by its id; with --rotate there may be several
    #[arg(value_name = "ID", required_unless_present_any = ["rotate", "due"])]
    ids: Vec<String>,

    /// The secondary key instead of the primary one
    #[arg(long, conflicts_with_all = ["rotate", "due"])]
    secondary: bool,

    /// Make delivered keys anew: `begin`, and later `finish`
    #[arg(long, value_name = "STEP", value_enum)]
    rotate: Option<rotate::StepArg>,

    /// Tell how old delivered keys are, and which are due by `keys.rotation`
    #[arg(long, conflicts_with_all = ["rotate", "ids"])]
    due: bool,

    /// Rotate without asking
    #[arg(short, long, requires = "rotate")]
    yes: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if let Some(step) = args.rotate {
        return rotate::run(&args.of, step, &args.ids, args.yes, ui);
    }
    if args.due {
        return rotate::due(&args.of, ui);
    }
    let [wanted] = args.ids.as_slice() else {
        return Err(CommandError::usage("one key is fetched at a time").hint("name one subscription"));
    };
    let deployed = args.of.read(ui)?;
    let id = resource_id(&deployed.plan, wanted)?;
    let (which, name) =
        if args.secondary { (KeyOf::Secondary, "secondary") } else { (KeyOf::Primary, "primary") };
    let key = deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        client.subscription_key(id, which).await.map_err(failed)
    })?;
    if ui.is_json() {
        ui.document(Exit::Ok, json!({"subscription": wanted, "which": name, "key": key.expose()}))?;
    } else {
        ui.data(&format!("{}\n", key.expose()))?;
    }
    Ok(Exit::Ok)
}

/// Only subscriptions of the spec are asked for, so that a slip is found before anything is sent.
pub(super) fn resource_id<'a>(plan: &'a Plan, wanted: &str) -> Result<&'a str, CommandError> {
    let of_type = plan.resources().filter(|resource| {
        resource.resource_type.eq_ignore_ascii_case(TYPE) && resource.change != crate::plan::Change::Read
    });
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
