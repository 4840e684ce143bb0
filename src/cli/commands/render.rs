//! `genai-lz render`: the policies and parameters as files, to read, to keep, or to deploy with other tools.

use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::cli::world::EmbeddedWorld;
use crate::cli::{files, pipeline};
use crate::diag::render::json;
use crate::text::World as _;
use crate::text::plural;

/// Write the policies, the parameter files and the Bicep modules of a spec
///
/// The same spec gives the same bytes. Secrets are in no file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The spec file; `-` is standard input
    spec: PathBuf,

    /// The folder to write to; files there are replaced, others stay
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    #[command(flatten)]
    layers: SpecArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let rendered = pipeline::render(&args.spec, &args.layers)?;
    ui.warnings(&rendered.warnings);
    if args.output.is_file() {
        return Err(CommandError::input(format!(
            "`{}` is a file, and the folder to write to is wanted",
            files::shown(&args.output)
        ))
        .hint("name another folder with `--output`; it is made where there is none"));
    }
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
        let folder = files::shown(&args.output);
        let diagnostics = json(&rendered.warnings);
        let body = serde_json::json!({ "folder": folder, "written": written, "diagnostics": diagnostics });
        ui.document(Exit::Ok, body)?;
    } else {
        ui.data(&written.iter().map(|path| format!("{path}\n")).collect::<String>())?;
        ui.say(&format!("wrote {} below `{}`", plural(written.len(), "file"), files::shown(&args.output)));
    }
    Ok(Exit::Ok)
}

fn write(folder: &Path, path: &str, bytes: &[u8], written: &mut Vec<String>) -> Result<(), CommandError> {
    files::write_atomically(&folder.join(path), bytes)?;
    written.push(path.to_owned());
    Ok(())
}
