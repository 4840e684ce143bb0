//! `genai-lz bicep build-params`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::batch::{self, Output};
use super::inputs::{Inputs, has_ending};
use super::world::{Folder, variable};
use super::{Places, pretty, with_types};
use crate::bicep::{self, Options};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Compile parameters files to the parameters of deployments
///
/// Takes the options of `bicep build-params`. `readEnvironmentVariable` reads the environment of
/// this command. As there, `--stdout` prints one line of JSON with the parameters and the template
/// they are for, each as text.
///
///     genai-lz bicep build-params main.bicepparam  writes main.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,

    /// Refuse parameters that are for another Bicep file than this one
    #[arg(long, value_name = "FILE", conflicts_with = "pattern")]
    bicep_file: Option<PathBuf>,

    #[command(flatten)]
    places: Places,
}

/// Values for parameters that the official command takes from the environment, for the tools that call it.
const OVERRIDES: &str = "BICEP_PARAMETERS_OVERRIDES";

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    if variable(OVERRIDES).is_some_and(|value| !value.is_empty()) {
        let message = format!("the environment variable {OVERRIDES} is set, which is not supported");
        return Err(CommandError::input(message).hint("write the values into the parameters file"));
    }
    if let Some(file) = &args.bicep_file {
        has_ending(file, "bicep")?;
    }
    with_types(&args.places, |types| {
        batch::run(&args.inputs, "bicepparam", &args.places, ui, &|folder| {
            let options = Options { registry: folder.registry(), types: Some(types), ..Options::default() };
            let compiled = bicep::compile_params_with(folder, folder.entry(), &variable, &options)?;
            if let Some(file) = &args.bicep_file {
                is_for(file, folder, compiled.using.as_deref())?;
            }
            let text = pretty(&compiled.parameters);
            if !args.places.stdout {
                return Ok(Output { text, warnings: compiled.warnings });
            }
            // What the tools read that call the official command (src/Bicep.Cli/Models/ParametersStdout.cs, 2026-08-21).
            let template = match &compiled.using {
                Some(using) => Some(pretty(&bicep::compile_with(folder, using, &options)?.template)),
                None => None,
            };
            let both = json!({ "parametersJson": text, "templateJson": template, "templateSpecId": null });
            Ok(Output { text: format!("{both}\n"), warnings: compiled.warnings })
        })
    })
}

/// Refuses parameters for another file than `file`; `using none` goes with any.
fn is_for(file: &Path, folder: &Folder, using: Option<&str>) -> Result<(), CommandError> {
    let Some(using) = using else { return Ok(()) };
    if folder.is_file(using, file) {
        return Ok(());
    }
    let message = format!("the parameters are for `{using}`, not for `{}`", files::shown(file));
    Err(CommandError::input(message).hint("leave out `--bicep-file`, or change the line with `using`"))
}
