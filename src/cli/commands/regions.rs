//! `genai-lz regions`: what the embedded catalogue knows of regions.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline;
use crate::cli::ui::Ui;
use crate::plan;

/// Show which regions have the gateway's tiers, zones and models
///
/// From a dated catalogue inside the binary; every row names its source. What a subscription may use, and its
/// quota, only Azure knows.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Regions to show; all when none is named. `West US 3` and `westus3` are the same
    regions: Vec<String>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let survey = plan::survey(&pipeline::catalog(), &args.regions)?;
    if ui.is_json() {
        ui.document(Exit::Ok, plan::view::regions_value(&survey))?;
    } else {
        ui.data(&plan::view::regions_human(&survey, ui.out_style()))?;
    }
    Ok(Exit::Ok)
}
