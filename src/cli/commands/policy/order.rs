//! `genai-lz policy order`: in which order the entities of a folder can be deployed.

use std::path::PathBuf;

use serde_json::json;

use super::gather;
use crate::cli::args::Format;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::policy::project::{Need, Step};
use crate::text::plural;

/// Print the order in which policies and what they name can be deployed
///
/// API Management looks up what a policy names when it takes the policy: named values, loggers, backends and fragments
/// come first. The order is derived from the references in the texts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of policies, policy files, or spec files
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    layers: SpecArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let project = gather::project(&args.paths, &args.layers)?;
    let steps = project.deployment_order().map_err(CommandError::Refused)?;
    if ui.format == Format::Json {
        let steps: Vec<_> = steps.iter().map(view).collect();
        ui.document(Exit::Ok, json!({ "steps": steps }))?;
        return Ok(Exit::Ok);
    }
    let width = steps.len().to_string().len();
    let line = |(index, step): (usize, &Step)| {
        let after =
            if step.needs.is_empty() { String::new() } else { format!("  after {}", needs(&step.needs)) };
        format!("{:width$}  {:11}  {}{after}\n", index + 1, step.kind.name(), step.id)
    };
    ui.data(&steps.iter().enumerate().map(line).collect::<String>())?;
    let n_elsewhere = steps.iter().flat_map(|step| &step.needs).filter(|need| !need.is_here).count();
    if n_elsewhere > 0 {
        let what = plural(n_elsewhere, "reference");
        ui.say(&format!("{what} to what is not here, marked `*`: the service needs it already"));
    }
    Ok(Exit::Ok)
}

fn needs(needs: &[Need]) -> String {
    let each = needs.iter().map(|need| format!("{}{}", need.id, if need.is_here { "" } else { "*" }));
    each.collect::<Vec<_>>().join(", ")
}

fn view(step: &Step) -> serde_json::Value {
    let needs = step
        .needs
        .iter()
        .map(|need| json!({ "kind": need.kind.name(), "id": need.id, "isHere": need.is_here }));
    json!({
        "kind": step.kind.name(),
        "id": step.id,
        "file": step.path,
        "service": step.service,
        "needs": needs.collect::<Vec<_>>(),
    })
}
