//! `genai-lz bicep`: the compiler by itself, with the options of the official one (docs/BICEP.md compares them).

mod batch;
mod build;
mod build_params;
mod findings;
mod inputs;
mod restore;
mod watch;
mod world;

pub(super) use world::{Folder, variable};

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::catalog::azure_types::{self, AzureTypes, Embedded};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

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
    Restore(restore::Args),
}

/// Where files are read from and results written to; both commands take these.
#[derive(Debug, clap::Args)]
struct Places {
    /// Write the result to this file; else it lies beside the source, with the ending `.json`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["outdir", "stdout"])]
    outfile: Option<PathBuf>,

    /// Write the result into this folder; of a pattern, each with the folders below the pattern's first `*`
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    outdir: Option<PathBuf>,

    /// Print the result
    #[arg(long)]
    stdout: bool,

    /// Taken for the sake of scripts; nothing is ever fetched
    #[arg(long)]
    no_restore: bool,

    /// Write findings as the official command line does, to stderr
    #[arg(long, value_enum, ignore_case = true, value_name = "FORMAT")]
    diagnostics_format: Option<DiagnosticsFormat>,

    /// Compile again whenever one of the files that were read changes, until Ctrl-C
    #[arg(long, conflicts_with = "stdout")]
    watch: bool,

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

/// The values of the official option. Without it findings are shown with their lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiagnosticsFormat {
    /// A line for each finding: `PATH(line,column) : Error BCP018: message [link]`
    Default,
    /// SARIF 2.1.0
    Sarif,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Build(args) => build::run(args, ui),
        Command::BuildParams(args) => build_params::run(args, ui),
        Command::Restore(args) => restore::run(args, ui),
    }
}

/// Runs `compile` with the resource types that are asked for.
fn with_types<T>(
    places: &Places,
    compile: impl FnOnce(&(dyn AzureTypes + Sync)) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let Some(folder) = &places.types else { return compile(&Embedded) };
    let world = world::Folder::all_of(folder)?;
    let types = azure_types::Folder::open(&world, "")
        .map_err(|error| CommandError::input(format!("`{}`: {error}", files::shown(folder))))?;
    compile(&types)
}

/// JSON as the official compiler writes it: two blanks for each level, a line end at the end.
fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
