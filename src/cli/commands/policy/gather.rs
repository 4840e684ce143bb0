//! The policies of a folder, or those rendered from a spec, as one project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::error::CommandError;
use crate::cli::kind::{self, Kind};
use crate::cli::spec_args::SpecArgs;
use crate::cli::{files, parallel, pipeline, walk};
use crate::diag::Diagnostic;
use crate::policy;
use crate::policy::project::{self, Given, Project};
use crate::spec;
use crate::text::Source;

/// A file that matters.
enum Read {
    Policy(project::File),
    Info(project::Info),
    Other,
}

/// Reads what lies at `paths`: folders, specs, policy files.
///
/// # Errors
/// A path that cannot be read, a spec that is refused, a policy file that is no text, `layers` without a spec.
pub(super) fn project(paths: &[PathBuf], layers: &SpecArgs) -> Result<Project, CommandError> {
    let given = Given::default();
    let mut sources = Vec::new();
    let mut has_spec = false;
    for path in paths {
        sources.extend(if path.is_dir() { folder(path)? } else { file(path, layers, &mut has_spec)? });
    }
    if layers.is_given() && !has_spec {
        return Err(CommandError::usage("there is no spec that `--overlay` and `--var` could be for")
            .hint("name the spec file, or leave them out"));
    }
    let mut texts = Vec::new();
    let mut infos = Vec::new();
    for read in parallel::map(&sources, |source| read(source, &given)) {
        match read {
            Read::Policy(file) => texts.push(file),
            Read::Info(info) => infos.push(info),
            Read::Other => {}
        }
    }
    Ok(Project::with(texts, infos, given))
}

fn read(source: &Arc<Source>, given: &Given) -> Read {
    if project::is_relevant(source.path()) {
        Read::Info(project::read_info(Arc::clone(source)))
    } else if kind::of_content(source.text().as_bytes()) == Some(Kind::Policy) {
        Read::Policy(project::read(Arc::clone(source), given))
    } else {
        Read::Other
    }
}

/// The policies below a folder, and the files that say what else there is.
fn folder(path: &Path) -> Result<Vec<Arc<Source>>, CommandError> {
    let walked = walk::walk(path, walk::FILES_MAX);
    if walked.is_cut {
        let shown = files::shown(path);
        return Err(CommandError::input(format!("`{shown}` has more than {} files", walk::FILES_MAX))
            .hint("name a folder further down"));
    }
    if let Some((folder, error)) = walked.unreadable.first() {
        let message = format!("`{}` cannot be read: {}", files::shown(folder), files::reason(error));
        return Err(CommandError::input(message));
    }
    let is_xml = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    let matters = |path: &&PathBuf| is_xml(path) || project::is_relevant(&files::shown(path));
    let relevant: Vec<&PathBuf> = walked.files.iter().filter(matters).collect();
    parallel::map(&relevant, |path| source(path)).into_iter().collect()
}

/// A spec stands for the policies rendered from it, any other file for itself.
fn file(path: &Path, layers: &SpecArgs, has_spec: &mut bool) -> Result<Vec<Arc<Source>>, CommandError> {
    if path == Path::new(files::STDIN) {
        *has_spec = true;
        return Ok(of_spec(pipeline::render(path, layers)?));
    }
    let begun = files::begin(path, kind::HEAD_BYTES as u64)?;
    if kind::of_content(&begun.head) == Some(Kind::Spec) {
        let bytes = begun.rest(path, spec::BYTES_MAX as u64)?;
        *has_spec = true;
        return Ok(of_spec(pipeline::render_bytes(path, &files::shown(path), &bytes, layers)?));
    }
    Ok(vec![text(path, &begun.rest(path, policy::MAX_FILE_BYTES as u64)?)?])
}

fn of_spec(rendered: pipeline::Rendered) -> Vec<Arc<Source>> {
    rendered.bundle.files.into_iter().map(|(path, text)| Source::new(path, text)).collect()
}

fn source(path: &Path) -> Result<Arc<Source>, CommandError> {
    text(path, &files::read(path, policy::MAX_FILE_BYTES as u64)?)
}

fn text(path: &Path, bytes: &[u8]) -> Result<Arc<Source>, CommandError> {
    policy::read(&files::shown(path), bytes)
        .map_err(|refused: Diagnostic| CommandError::Refused(vec![refused]))
}
