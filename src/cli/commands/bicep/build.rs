//! `genai-lz bicep build`.

use std::path::PathBuf;

use super::world::Folder;
use super::{Places, deliver, pretty, with_types};
use crate::bicep::{self, Options};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;

/// Compile a Bicep file, with all its modules, to an ARM template
///
/// Takes the options of `bicep build`. Modules of registries are read from where the official tools have restored them
/// to.
///
///     genai-lz bicep build main.bicep              writes main.json
///     genai-lz bicep build main.bicep --stdout
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The Bicep file
    file: PathBuf,

    #[command(flatten)]
    places: Places,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let folder = Folder::open(&args.file, &args.places)?;
    let compiled = with_types(&args.places, |types| {
        let options = Options { registry: folder.registry(), types: Some(types), ..Options::default() };
        Ok(bicep::compile_with(&folder, folder.entry(), &options)?)
    })?;
    deliver(&args.file, &args.places, &pretty(&compiled.template), &compiled.warnings, ui)
}
