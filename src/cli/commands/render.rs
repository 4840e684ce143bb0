//! `genai-lz render`: the policies and parameters as files, to read, to keep, or to deploy with other tools.

use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::{Ui, plural};
use crate::cli::world::EmbeddedWorld;
use crate::cli::{files, pipeline};
use crate::text::World as _;

/// Write the policies, the parameter files and the Bicep modules of a spec
///
/// The same spec gives the same bytes. Secrets are in no file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spec file
    spec: PathBuf,

    /// The folder to write to; files there are replaced, others stay
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let rendered = pipeline::render(&args.spec)?;
    ui.warnings(&rendered.warnings);
    let mut written = Vec::new();
    for (path, text) in &rendered.bundle.files {
        write(&args.output, path, text.as_bytes(), &mut written)?;
    }
    for path in EmbeddedWorld.list("bicep") {
        let bytes =
            EmbeddedWorld.read(&path).map_err(|error| CommandError::new(Exit::Bug, error.to_string()))?;
        write(&args.output, &path, &bytes, &mut written)?;
    }
    if ui.is_json() {
        ui.json(&serde_json::json!({ "written": written }));
    } else {
        ui.data(&written.iter().map(|path| format!("{path}\n")).collect::<String>());
        ui.say(&format!("wrote {} below `{}`", plural(written.len(), "file"), args.output.display()));
    }
    Ok(Exit::Ok)
}

fn write(folder: &Path, path: &str, bytes: &[u8], written: &mut Vec<String>) -> Result<(), CommandError> {
    files::write_atomically(&folder.join(path), bytes)?;
    written.push(path.to_owned());
    Ok(())
}
