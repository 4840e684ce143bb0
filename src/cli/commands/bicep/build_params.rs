//! `genai-lz bicep build-params`.

use std::path::PathBuf;

use super::world::{Folder, variable};
use super::{Places, deliver, pretty, with_types};
use crate::bicep::{self, Options};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Compile a parameters file to the parameters of a deployment
///
/// Takes the options of `bicep build-params`. `readEnvironmentVariable` reads the environment of this command.
///
///     genai-lz bicep build-params main.bicepparam  writes main.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The parameters file
    file: PathBuf,

    #[command(flatten)]
    places: Places,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let folder = Folder::open(&args.file, &args.places)?;
    let compiled = with_types(&args.places, |types| {
        let options = Options { registry: folder.registry(), types: Some(types), ..Options::default() };
        Ok(bicep::compile_params_with(&folder, folder.entry(), &variable, &options)?)
    })?;
    deliver(&args.file, &args.places, &pretty(&compiled.parameters), &compiled.warnings, ui)
}
