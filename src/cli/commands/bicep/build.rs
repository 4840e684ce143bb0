//! `genai-lz bicep build`.

use super::batch::{self, Output};
use super::inputs::Inputs;
use super::{Places, pretty, with_types};
use crate::bicep::{self, Options};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Compile Bicep files, with all their modules, to ARM templates
///
/// Takes the options of `bicep build`. Modules of registries are read from where
/// `genai-lz bicep restore` or the official tools have put them.
///
///     genai-lz bicep build main.bicep              writes main.json
///     genai-lz bicep build main.bicep --stdout
///     genai-lz bicep build main.bicep --watch
///     genai-lz bicep build --pattern "modules/**/main.bicep" --outdir out
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    inputs: Inputs,

    #[command(flatten)]
    places: Places,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    with_types(&args.places, |types| {
        batch::run(&args.inputs, "bicep", &args.places, ui, &|folder| {
            let options = Options { registry: folder.registry(), types: Some(types), ..Options::default() };
            let compiled = bicep::compile_with(folder, folder.entry(), &options)?;
            Ok(Output { text: pretty(&compiled.template), warnings: compiled.warnings })
        })
    })
}
