//! `genai-lz spec`: the spec as what it is put together to.

use std::path::PathBuf;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::spec;

/// Look at what a spec is put together to
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(ShowArgs),
}

/// Print a spec as one file: with what it extends, what is laid over it, and its variables filled in
///
/// What is printed is a spec of its own. What comes from the environment stays `${env:NAME}` and is not looked at, and
/// passwords are stars. Comments are left out. Whether the fields are right is a question for `genai-lz validate`.
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    #[command(flatten)]
    layers: SpecArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let Command::Show(ShowArgs { spec: path, layers }) = &args.command;
    let bytes = files::read_spec(path, spec::BYTES_MAX as u64)?;
    let shown = layers.with(path, &files::shown(path), &bytes, spec::show)?.value;
    if ui.is_json() {
        ui.document(Exit::Ok, serde_json::json!({ "spec": shown.json }))?;
    } else {
        ui.data(&shown.yaml)?;
    }
    Ok(Exit::Ok)
}
