//! `genai-lz init`: a spec to start from.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;
use crate::diag::render::json;
use crate::spec;

/// Write a commented starter spec
///
/// With --template it is one of several, each with scenarios that `genai-lz test` runs. With --from-env it holds what the `.env` file of the accelerator's scripts says; what has no place in a spec is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to write it
    #[arg(default_value = "landing-zone.yaml")]
    path: PathBuf,

    /// Which of the commented specs
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "from_env")]
    template: Option<Named>,

    /// Take region, names, host name and kind of certificate from the `.env` file of the accelerator's scripts
    #[arg(long, value_name = "FILE")]
    from_env: Option<PathBuf>,

    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// A commented spec, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Named {
    /// A gateway in a network behind an Application Gateway, with a provisioned and a pay-as-you-go account; written where none is named
    Quickstart,
    /// An API for each way of sharing load, limiting and tracking, side by side
    Toolkit,
    /// A platform for many teams: contracts, models by name, usage, costs and alerts
    Hub,
    /// A gateway in the networks of several regions, behind Traffic Manager
    MultiRegion,
}

impl Named {
    fn template(self) -> spec::Template {
        match self {
            Self::Quickstart => spec::QUICKSTART,
            Self::Toolkit => spec::TOOLKIT,
            Self::Hub => spec::HUB,
            Self::MultiRegion => spec::MULTI_REGION,
        }
    }
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
    let (text, warnings) = match &args.from_env {
        Some(env_file) => {
            let bytes = files::read_named(env_file, spec::BYTES_MAX as u64)?;
            spec::from_env(&spec::read(&files::shown(env_file), &bytes)?)?
        }
        None => {
            let template = args.template.unwrap_or(Named::Quickstart).template();
            (template.text.to_owned(), Vec::new())
        }
    };
    ui.warnings(&warnings);
    files::write_atomically(&args.path, text.as_bytes())?;
    ui.say(&format!("wrote `{shown}`; edit it, then run `genai-lz plan {shown}`"));
    if ui.is_json() {
        let diagnostics = json(&warnings);
        ui.document(Exit::Ok, serde_json::json!({ "written": [shown], "diagnostics": diagnostics }))?;
    }
    Ok(Exit::Ok)
}
