//! Which files are scenarios, and what they say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::error::CommandError;
use crate::cli::kind::{self, Kind};
use crate::cli::spec_args::SpecArgs;
use crate::cli::{files, walk};
use crate::diag::{Diagnostic, Diagnostics};
use crate::scenario::{self, File};
use crate::spec;
use crate::text::Source;

/// A scenario file, or a text in a spec.
pub(super) struct Input {
    /// None of a text in a spec, which is not rewritten.
    pub path: Option<PathBuf>,
    /// As messages show it.
    pub shown: String,
    /// What is wrong with it where it cannot be read.
    pub file: Result<File, Vec<Diagnostic>>,
}

/// Bytes of a scenario file.
const MAX_BYTES: u64 = 4 << 20;
/// Where scenarios lie when nobody says so.
const FOLDERS: [&str; 2] = ["scenarios", "tests"];
/// One of these fences makes a Markdown file of a folder a scenario.
const FENCES: [&str; 4] = ["```toml config", "```spec", "```http request", "```toml load"];

/// Reads the scenarios that are named, and those below folders.
///
/// # Errors
/// Where something cannot be read, or nothing is there to run.
pub(super) fn gather(paths: &[PathBuf], layers: &SpecArgs) -> Result<Vec<Input>, CommandError> {
    let named = if paths.is_empty() { default_folder()? } else { paths.to_vec() };
    let mut inputs = Vec::new();
    for path in &named {
        let n_before = inputs.len();
        let mut is_spec = false;
        if path.is_dir() {
            below(path, &mut inputs)?;
        } else {
            let text = text(path)?;
            is_spec = !is_markdown(path) && kind::of_content(text.as_bytes()) == Some(Kind::Spec);
            if is_spec {
                of_spec(path, &text, layers, &mut inputs)?;
            } else {
                inputs.push(input(path, text));
            }
        }
        if is_spec && inputs.len() == n_before {
            let error = CommandError::input(format!("the spec `{}` has no `scenarios`", files::shown(path)));
            return Err(error.hint("add some, or name a scenario file that has a block `spec`"));
        }
        if inputs.len() == n_before {
            let message = format!("no scenario is in `{}`", files::shown(path));
            return Err(CommandError::input(message).hint(
                "a scenario is a Markdown file with blocks such as `http request`; see docs/SCENARIOS.md",
            ));
        }
    }
    Ok(inputs)
}

fn default_folder() -> Result<Vec<PathBuf>, CommandError> {
    let folder = FOLDERS.into_iter().map(PathBuf::from).find(|folder| folder.is_dir());
    folder.map(|folder| vec![folder]).ok_or_else(|| {
        CommandError::input("there is no folder `scenarios` or `tests` here")
            .hint("name scenario files or folders")
    })
}

fn below(folder: &Path, inputs: &mut Vec<Input>) -> Result<(), CommandError> {
    let walked = walk::walk(folder, walk::FILES_MAX);
    if let Some((folder, error)) = walked.unreadable.first() {
        let message = format!("`{}` cannot be listed: {}", files::shown(folder), files::reason(error));
        return Err(CommandError::input(message));
    }
    for path in walked.files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let text = text(path)?;
        if text.lines().any(|line| FENCES.iter().any(|fence| line.starts_with(fence))) {
            inputs.push(input(path, text));
        }
    }
    Ok(())
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "md")
}

/// The scenarios that a spec names and those that it has in it, each to be run against what the spec renders.
fn of_spec(path: &Path, spec: &str, layers: &SpecArgs, inputs: &mut Vec<Input>) -> Result<(), CommandError> {
    let shown = files::shown(path);
    let spec = layers.with(path, &shown, spec.as_bytes(), spec::load)?.value.spec;
    let folder = path.parent().unwrap_or(Path::new(""));
    let Some(spec_path) = path.to_str() else {
        return Err(CommandError::input(format!("the path `{shown}` is not UTF-8 text")));
    };
    for scenario in spec.scenarios.iter() {
        let mut input = match (&scenario.file, &scenario.name, &scenario.text) {
            (Some(file), ..) => {
                let file = folder.join(file.as_str());
                input(&file, text(&file)?)
            }
            (None, Some(name), Some(text)) => {
                let source = Source::new(format!("{shown} (scenario {})", name.as_str()), text.as_str());
                Input::new(None, source)
            }
            // Was refused when the spec was read.
            _ => continue,
        };
        input.file = input.file.map(|file| file.against(spec_path));
        inputs.push(input);
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, CommandError> {
    let bytes = files::read_named(path, MAX_BYTES)?;
    let shown = files::shown(path);
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CommandError::input(format!("`{shown}` has more than {MAX_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::input(format!("`{shown}` is not UTF-8 text: byte {at} is wrong"))
    })
}

fn input(path: &Path, text: String) -> Input {
    Input::new(Some(path.to_owned()), Source::new(files::shown(path), text))
}

impl Input {
    fn new(path: Option<PathBuf>, source: Arc<Source>) -> Self {
        let file = scenario::read(&source).map_err(|Diagnostics(found)| found);
        Self { path, shown: source.path().to_owned(), file }
    }
}
