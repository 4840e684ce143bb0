//! `genai-lz doctor`: who we are, where, what we may do, and what a deployment would find missing.

mod questions;
mod report;

use std::path::{Path, PathBuf};

use crate::cli::commands::deploy;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline::{self, NO_SUBSCRIPTION};
use crate::cli::sign_in::{self, SignInArgs};
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::spec;

/// Say who is signed in, to which subscription, with which roles, and what is missing
///
/// Nothing is changed. What a deployment needs is taken from the spec: the actions that its resources
/// need, and the resource providers that they come from; without a spec from that which `init` writes.
///
///     genai-lz doctor                              with what is signed in on this machine
///     genai-lz doctor landing-zone.yaml -v         and which ways to sign in were looked for
///     genai-lz doctor --credential github          one way to sign in and no other
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The spec that is to be deployed; `-` is standard input
    spec: Option<PathBuf>,

    /// The Azure subscription; goes before the one in the spec
    #[arg(long, value_name = "GUID", value_parser = sign_in::guid)]
    subscription: Option<String>,

    #[command(flatten)]
    layers: SpecArgs,

    #[command(flatten)]
    sign_in: SignInArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let rendered = match &args.spec {
        Some(path) => pipeline::render(path, &args.layers)?,
        None if args.layers.is_given() => {
            return Err(
                CommandError::usage("`--overlay` and `--var` are for a spec").hint("name the spec too")
            );
        }
        None => {
            let name = "the starter spec";
            pipeline::render_bytes(Path::new(name), name, spec::starter().as_bytes(), &args.layers)?
        }
    };
    ui.warnings(&rendered.warnings);
    let subscription = args.subscription.clone();
    let subscription =
        subscription.or_else(|| rendered.zone.subscription_id.clone().filter(|_| args.spec.is_some()));
    let (evaluated, _warnings) = pipeline::evaluate(&rendered.bundle, NO_SUBSCRIPTION)?;
    let needs = questions::Needs::of(&pipeline::plan(&rendered.zone, &evaluated));
    deploy::runtime()?.block_on(async {
        let account = args.sign_in.account(subscription.as_deref(), ui).await?;
        let (cloud, chosen) = (account.cloud.clone(), account.chosen.clone());
        let client = account.client(ui)?;
        let found = questions::ask(&client, subscription.as_deref(), &needs).await;
        report::print(&cloud, &chosen, &found, ui)
    })
}
