//! `genai-lz plan`: what would be deployed, offline, and with `--online` what Azure says to it.

use std::path::{Path, PathBuf};

use crate::cli::commands::{deploy, plan_many};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::{self, Previewed, Rendered};
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::cli::{files, plan_file};
use crate::diag::render::json;
use crate::plan;
use crate::plan::file::Record;

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

    /// More specs: a line for each, without asking Azure
    #[arg(value_name = "SPEC", conflicts_with = "online")]
    more: Vec<PathBuf>,

    /// End with 2 where something would change, 0 where nothing would, 1 on errors
    #[arg(long)]
    detailed_exitcode: bool,

    /// Sign in and ask Azure what the catalogue cannot know
    #[arg(long)]
    online: bool,

    /// List also the differences that Azure reports though nobody changed anything, each with the reason
    #[arg(long, requires = "online")]
    show_noise: bool,

    /// Write the plan to a file, for `genai-lz deploy FILE` to do exactly that or to refuse
    #[arg(long, value_name = "FILE", requires = "online")]
    out: Option<PathBuf>,

    /// The Azure subscription; goes before the one in the spec
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid, requires = "online")]
    subscription: Option<String>,

    #[command(flatten)]
    layers: SpecArgs,

    #[command(flatten)]
    sign_in: SignInArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if !args.online && args.sign_in.is_given() {
        return Err(CommandError::usage("an offline plan signs in nowhere")
            .hint("add `--online`, or leave the options of Azure out"));
    }
    if args.out.is_some() && args.spec == Path::new("-") {
        return Err(CommandError::usage("a plan of standard input cannot be deployed later")
            .hint("write the spec to a file, and name that"));
    }
    if !args.more.is_empty() {
        let paths: Vec<PathBuf> = std::iter::once(&args.spec).chain(&args.more).cloned().collect();
        return plan_many::run(&paths, &args.layers, args.detailed_exitcode, ui);
    }
    let mut rendered = pipeline::render(&args.spec, &args.layers)?;
    let named = args.subscription.clone().or_else(|| rendered.zone.subscription_id.clone());
    let subscription = named.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (stages, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let mut record = None;
    let mut plan = pipeline::plan(&rendered.zone, &stages);
    if args.online {
        let subscription = named.as_deref().ok_or_else(|| {
            CommandError::usage("no Azure subscription to ask about")
                .hint("set `azure.subscription` in the spec, or give `--subscription GUID`")
        })?;
        (plan, record) = deploy::runtime()?.block_on(ask(args, ui, &rendered, subscription))?;
    }
    rendered.warnings.extend(warnings);
    let blocked = pipeline::blocked(&plan);
    if let (Some(path), Some(record), None) = (&args.out, &record, &blocked) {
        plan_file::write(path, record, &plan)?;
    }
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
    if let (Some(path), None) = (&args.out, &blocked) {
        let shown = files::shown(path);
        ui.say(&format!(
            "\nwritten to {shown}: `genai-lz deploy {shown}` does this, or refuses where something has moved"
        ));
    }
    match (blocked, &args.out) {
        (Some(blocked), Some(_)) => {
            Err(blocked.hint("the plan was not written, since it cannot be deployed"))
        }
        (Some(blocked), None) => Err(blocked),
        (None, _) => Ok(exit),
    }
}

async fn ask(
    args: &Args,
    ui: &Ui,
    rendered: &Rendered,
    subscription: &str,
) -> Result<(plan::Plan, Option<Record>), CommandError> {
    let client = args.sign_in.client(Some(subscription), ui).await?;
    client.sign_in().await.map_err(|error| sign_in::not_signed_in(&error))?;
    let asked = pipeline::preview(&client, subscription, rendered).await?;
    let Previewed { stages, given, plan } = &asked;
    let record = match &args.out {
        Some(_) => Some(plan_file::record(&args.spec, &client, subscription, stages, given, plan).await?),
        None => None,
    };
    Ok((asked.plan, record))
}
