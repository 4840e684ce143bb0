//! `genai-lz init`: a spec to start from.

use std::path::PathBuf;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::spec;

/// Write a commented starter spec
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write it
    #[arg(default_value = "landing-zone.yaml")]
    path: PathBuf,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let shown = files::shown(&args.path);
    if args.path.is_dir() {
        return Err(CommandError::usage(format!("`{shown}` is a folder"))
            .hint("name the file to write in it, such as `landing-zone.yaml`"));
    }
    if args.path.exists() && !args.force {
        return Err(CommandError::usage(format!("`{shown}` exists already"))
            .hint("choose another name, or replace it with `--force`"));
    }
    files::write_atomically(&args.path, spec::starter().as_bytes())?;
    ui.say(&format!("wrote `{shown}`; edit it, then run `genai-lz plan {shown}`"));
    if ui.is_json() {
        ui.document(Exit::Ok, serde_json::json!({ "written": [shown] }))?;
    }
    Ok(Exit::Ok)
}
