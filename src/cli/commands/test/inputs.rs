//! Which files are scenarios, and what they say.

use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::{files, walk};
use crate::diag::{Diagnostic, Diagnostics};
use crate::scenario::{self, File};
use crate::text::Source;

/// A scenario file.
pub(super) struct Input {
    pub path: PathBuf,
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
pub(super) fn gather(paths: &[PathBuf]) -> Result<Vec<Input>, CommandError> {
    let named = if paths.is_empty() { default_folder()? } else { paths.to_vec() };
    let mut inputs = Vec::new();
    for path in &named {
        let n_before = inputs.len();
        if path.is_dir() {
            below(path, &mut inputs)?;
        } else {
            inputs.push(input(path, text(path)?));
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
    let shown = files::shown(path);
    let file = scenario::read(&Source::new(shown.clone(), text)).map_err(|Diagnostics(found)| found);
    Input { path: path.to_owned(), shown, file }
}
