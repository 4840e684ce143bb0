//! `genai-lz plan`: what would be deployed, offline.

use std::path::PathBuf;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline;
use crate::cli::ui::Ui;
use crate::diag::render::json;
use crate::plan;

/// Show what would be deployed, without signing in
///
/// Compiles and evaluates the Bicep of every stage and prints the resources by stage and resource group, with
/// the region checks that the embedded, dated catalogue can answer. What only Azure knows is shown as such.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    /// End with 2 where something would change, 0 where nothing would, 1 on errors
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let mut rendered = pipeline::render(&args.spec)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (stages, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let plan = pipeline::plan(&rendered.zone, &stages);
    rendered.warnings.extend(warnings);
    let blocked = pipeline::blocked(&plan);
    let exit = if blocked.is_some() {
        Exit::InputOrCheck
    } else if args.detailed_exitcode && plan.counts().create + plan.counts().maybe > 0 {
        Exit::UsageOrChanges
    } else {
        Exit::Ok
    };
    if ui.is_json() {
        let mut document = plan::view::json_value(&plan);
        document["diagnostics"] = json(&rendered.warnings);
        ui.document(exit, document)?;
        return Ok(exit);
    }
    ui.warnings(&rendered.warnings);
    ui.data(&plan::view::human(&plan, ui.out_style()))?;
    blocked.map_or(Ok(exit), Err)
}
