//! Which files a command compiles, and where each result goes: one file, or all that match a pattern.

use std::path::{Path, PathBuf};

use super::Places;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::cli::walk;
use crate::text;

/// The files to compile.
#[derive(Debug, clap::Args)]
pub(super) struct Inputs {
    /// The file to compile
    #[arg(required_unless_present = "pattern")]
    pub(super) file: Option<PathBuf>,

    /// Compile every file that matches, such as `modules/**/main.bicep`, on all cores
    #[arg(long, value_name = "GLOB", conflicts_with_all = ["file", "outfile", "stdout"])]
    pub(super) pattern: Option<String>,
}

/// One file to compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) source: PathBuf,
    /// None where the result is printed.
    pub(super) target: Option<PathBuf>,
}

impl Inputs {
    /// The files of this run, in the order of their paths. `ending` is the one that all of them need.
    pub(super) fn jobs(&self, places: &Places, ending: &str) -> Result<Vec<Job>, CommandError> {
        match (&self.file, &self.pattern) {
            (Some(file), _) => {
                has_ending(file, ending)?;
                Ok(vec![Job {
                    target: target(file, file.file_name().unwrap_or_default(), places),
                    source: file.clone(),
                }])
            }
            (None, Some(pattern)) => {
                let (root, matching) = matching(pattern)?;
                let job = |source: PathBuf| {
                    has_ending(&source, ending)?;
                    let below = source.strip_prefix(&root).unwrap_or(&source);
                    Ok(Job { target: target(&source, below.as_os_str(), places), source })
                };
                matching.into_iter().map(job).collect()
            }
            (None, None) => Err(CommandError::usage("name a file or a `--pattern`")),
        }
    }
}

/// Where the result of a source goes, whose path inside `--outdir` would be `below`.
fn target(source: &Path, below: &std::ffi::OsStr, places: &Places) -> Option<PathBuf> {
    match (&places.outfile, &places.outdir) {
        _ if places.stdout => None,
        (Some(file), _) => Some(file.clone()),
        (None, Some(folder)) => Some(folder.join(Path::new(below).with_extension("json"))),
        (None, None) => Some(source.with_extension("json")),
    }
}

/// The official command line refuses other endings too.
pub(super) fn has_ending(file: &Path, ending: &str) -> Result<(), CommandError> {
    if file.extension().is_some_and(|it| it.eq_ignore_ascii_case(ending)) {
        return Ok(());
    }
    let message = format!("the name of `{}` does not end with `.{ending}`", files::shown(file));
    Err(CommandError::input(message).hint(match ending {
        "bicep" => "`genai-lz bicep build-params` compiles `.bicepparam` files",
        _ => "`genai-lz bicep build` compiles `.bicep` files",
    }))
}

/// The folder before the first `*`, and the files below it that match.
pub(super) fn matching(pattern: &str) -> Result<(PathBuf, Vec<PathBuf>), CommandError> {
    if cfg!(not(windows)) && pattern.contains('\\') {
        let message = format!("the pattern `{}` contains a backslash", text::visible(pattern));
        return Err(CommandError::usage(message).hint("separate folders with `/`"));
    }
    let pattern = pattern.replace('\\', "/");
    let fixed = pattern.find(['*', '?']).map_or(pattern.as_str(), |at| &pattern[..at]);
    let (root, rest) = match fixed.rfind('/') {
        Some(0) => ("/", &pattern[1..]),
        Some(at) => (&pattern[..at], &pattern[at + 1..]),
        None => (".", pattern.as_str()),
    };
    let root = PathBuf::from(root);
    let walked = walk::walk(&root, walk::FILES_MAX);
    if let Some((folder, error)) = walked.unreadable.first() {
        let message = format!("`{}` cannot be listed: {}", files::shown(folder), files::reason(error));
        return Err(CommandError::input(message));
    }
    if walked.is_cut {
        let message =
            format!("there are more than {} files below `{}`", walk::FILES_MAX, files::shown(&root));
        return Err(CommandError::input(message).hint("begin the pattern with a folder further down"));
    }
    let root = root.strip_prefix(".").map(Path::to_owned).unwrap_or(root);
    let fits = |file: &PathBuf| {
        let below = file.strip_prefix(&root).unwrap_or(file);
        text::glob(rest, &below.to_string_lossy().replace('\\', "/"))
    };
    let files: Vec<PathBuf> = walked.files.into_iter().filter(fits).collect();
    if files.is_empty() {
        return Err(CommandError::input(format!("no file matches `{}`", text::visible(&pattern))));
    }
    Ok((root, files))
}
