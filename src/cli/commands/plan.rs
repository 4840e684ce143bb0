//! `genai-lz plan`: what would be deployed, offline, and with `--online` what Azure says to it.

use std::path::PathBuf;

use crate::cli::commands::deploy;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::{self, Rendered};
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::ui::Ui;
use crate::diag::render::json;
use crate::plan;

/// Show what would be deployed, without signing in
///
/// Compiles and evaluates the Bicep of every stage and prints the resources by stage and resource group, with
/// the region checks that the embedded, dated catalogue can answer. What only Azure knows is shown as such.
/// With --online Azure is asked, and nothing is changed: regions, tiers, models, quota, capacity, names,
/// resource providers, Azure Policy and rights, and what every stage would create, change or delete.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    /// End with 2 where something would change, 0 where nothing would, 1 on errors
    #[arg(long)]
    detailed_exitcode: bool,

    /// Sign in and ask Azure what the catalogue cannot know
    #[arg(long)]
    online: bool,

    /// List also the differences that Azure reports though nobody changed anything, each with the reason
    #[arg(long, requires = "online")]
    show_noise: bool,

    /// The Azure subscription; goes before the one in the spec
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid, requires = "online")]
    subscription: Option<String>,

    #[command(flatten)]
    sign_in: SignInArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if !args.online && args.sign_in.is_given() {
        return Err(CommandError::usage("an offline plan signs in nowhere")
            .hint("add `--online`, or leave the options of Azure out"));
    }
    let mut rendered = pipeline::render(&args.spec)?;
    let named = args.subscription.clone().or_else(|| rendered.zone.subscription_id.clone());
    let subscription = named.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (stages, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let mut plan = pipeline::plan(&rendered.zone, &stages);
    if args.online {
        let subscription = named.as_deref().ok_or_else(|| {
            CommandError::usage("no Azure subscription to ask about")
                .hint("set `azure.subscription` in the spec, or give `--subscription GUID`")
        })?;
        plan = deploy::runtime()?.block_on(ask(args, ui, &rendered, subscription))?;
    }
    rendered.warnings.extend(warnings);
    let blocked = pipeline::blocked(&plan);
    let exit = if blocked.is_some() {
        Exit::InputOrCheck
    } else if args.detailed_exitcode && plan.counts().changes() > 0 {
        Exit::UsageOrChanges
    } else {
        Exit::Ok
    };
    if ui.is_json() {
        let mut document = plan::view::json_value(&plan);
        document["asked"] = plan.asked.into();
        document["diagnostics"] = json(&rendered.warnings);
        ui.document(exit, document)?;
        return Ok(exit);
    }
    ui.warnings(&rendered.warnings);
    let look = plan::view::Look { style: ui.out_style(), noise: args.show_noise };
    ui.data(&plan::view::human(&plan, look))?;
    blocked.map_or(Ok(exit), Err)
}

async fn ask(
    args: &Args,
    ui: &Ui,
    rendered: &Rendered,
    subscription: &str,
) -> Result<plan::Plan, CommandError> {
    let client = args.sign_in.client(Some(subscription), ui).await?;
    client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
    let (_stages, plan) = pipeline::preview(&client, subscription, rendered).await?;
    Ok(plan)
}
