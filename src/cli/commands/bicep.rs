//! `genai-lz bicep`: the compiler by itself, with the options of the official one.

mod build;
mod build_params;
mod world;

pub(super) use world::{Folder, variable};

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::catalog::azure_types::{self, AzureTypes, Embedded};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::diag::Diagnostic;
use crate::diag::render;

/// Compile Bicep files to ARM templates, without the official compiler
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Args),
    BuildParams(build_params::Args),
}

/// Where files are read from and results written to; both commands take these.
#[derive(Debug, clap::Args)]
struct Places {
    /// Write the result to this file; else it lies beside the source, with the ending `.json`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["outdir", "stdout"])]
    outfile: Option<PathBuf>,

    /// Write the result into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    outdir: Option<PathBuf>,

    /// Print the result
    #[arg(long)]
    stdout: bool,

    /// Taken for the sake of scripts; nothing is ever fetched
    #[arg(long)]
    no_restore: bool,

    /// The folder that files may be read from; else the current one or that of the source
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// The folder where modules of registries have been restored to; else `.bicep` in the home folder
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,

    /// A folder of resource types, such as a checkout of Azure/bicep-types-az; else those inside this program
    #[arg(long, value_name = "DIR")]
    types: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Build(args) => build::run(args, ui),
        Command::BuildParams(args) => build_params::run(args, ui),
    }
}

/// Runs `compile` with the resource types that are asked for.
fn with_types<T>(
    places: &Places,
    compile: impl FnOnce(&dyn AzureTypes) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let Some(folder) = &places.types else { return compile(&Embedded) };
    let world = world::Folder::all_of(folder)?;
    let types = azure_types::Folder::open(&world, "")
        .map_err(|error| CommandError::input(format!("`{}`: {error}", files::shown(folder))))?;
    compile(&types)
}

/// Writes `text` to where it is wanted, and shows the warnings.
fn deliver(
    source: &Path,
    places: &Places,
    text: &str,
    warnings: &[Diagnostic],
    ui: &Ui,
) -> Result<Exit, CommandError> {
    if places.stdout {
        ui.warnings(warnings);
        ui.data(text)?;
        return Ok(Exit::Ok);
    }
    let name = source.with_extension("json");
    let target = match (&places.outfile, &places.outdir) {
        (Some(file), _) => file.clone(),
        (None, Some(folder)) => folder.join(name.file_name().unwrap_or_default()),
        (None, None) => name,
    };
    files::write_atomically(&target, text.as_bytes())?;
    if ui.is_json() {
        let body =
            serde_json::json!({ "written": files::shown(&target), "diagnostics": render::json(warnings) });
        ui.document(Exit::Ok, body)?;
    } else {
        ui.warnings(warnings);
        ui.say(&format!("wrote `{}`", files::shown(&target)));
    }
    Ok(Exit::Ok)
}

/// JSON as the official compiler writes it: two blanks for each level, a line end at the end.
fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
