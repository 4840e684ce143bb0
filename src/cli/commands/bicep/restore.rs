//! `genai-lz bicep restore`: fills the folder of restored modules from a folder, where there is no registry to ask.

mod oci;
mod source;

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::inputs;
use super::world::{Folder, cache_folder};
use crate::bicep::{self, Artifact};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::ui::{Ui, summary};
use crate::cli::walk;
use crate::diag::render;
use crate::text::plural;
use source::{Content, Source};

/// Fill the cache of registry modules from a folder, without a network
///
/// Looks through the files for modules and types of registries, such as
/// `br/public:avm/res/key-vault/vault:0.13.0`, takes each from the folder, checks that it is
/// what was asked for, and puts it where this program and the official tools look (`~/.bicep`).
/// Modules that are there already stay as they are. docs/BICEP.md says which folders will do:
/// the cache of another machine, OCI layouts, a checkout of bicep-registry-modules, compiled
/// templates by name and version.
///
///     genai-lz bicep restore main.bicep --from modules/
///     genai-lz bicep restore .                     says what is missing
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// A Bicep or parameters file, or a folder of them
    #[arg(required_unless_present = "pattern")]
    path: Option<PathBuf>,

    /// Every file that matches, such as `modules/**/main.bicep`
    #[arg(long, value_name = "GLOB", conflicts_with = "path")]
    pattern: Option<String>,

    /// The folder to take modules from; without it nothing is written, and what is missing is told
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,

    /// Take again what has been restored before
    #[arg(long, requires = "from")]
    force: bool,

    /// The folder that files may be read from; else the current one or that of the source
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// The folder to fill; else `.bicep` in the home folder
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

/// What became of one module.
enum Outcome {
    /// It was there.
    Kept,
    /// Where it came from.
    Restored(String),
    /// Why not.
    Missing(String),
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let cache = cache_folder(args.cache.as_deref())?;
    let source = args.from.as_deref().map(Source::open).transpose()?;
    let needs = needs(args)?;
    ui.warnings(&needs.found);
    let mut done: Vec<(&Artifact, Outcome)> = Vec::new();
    for (artifact, _) in &needs.artifacts {
        let outcome = restore(artifact, source.as_ref(), &cache, args.force)?;
        if !ui.is_json() {
            tell(artifact, &outcome, ui);
        }
        done.push((artifact, outcome));
    }
    let n_missing = done.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Missing(_))).count();
    let is_whole = n_missing == 0 && needs.found.is_empty();
    let exit = if is_whole { Exit::Ok } else { Exit::InputOrCheck };
    if ui.is_json() {
        let modules: Vec<Json> = done.iter().map(|(artifact, outcome)| as_json(artifact, outcome)).collect();
        let body = json!({ "modules": modules, "diagnostics": render::json(&needs.found) });
        ui.document(exit, body)?;
        return Ok(exit);
    }
    let problems =
        if needs.found.is_empty() { String::new() } else { format!(", {}", summary(&needs.found)) };
    ui.say(&format!("{}, {n_missing} missing{problems}", plural(done.len(), "module")));
    if n_missing > 0 && args.from.is_none() {
        ui.say("  = help: name a folder to take them from with `--from`");
    }
    Ok(exit)
}

/// What the files need, each module once.
fn needs(args: &Args) -> Result<bicep::Needs, CommandError> {
    let mut all = bicep::Needs::default();
    for file in entries(args)? {
        let folder = Folder::below(&file, args.root.as_deref())?;
        let needs = bicep::needs(&folder, folder.entry());
        for (artifact, label) in needs.artifacts {
            if !all.artifacts.iter().any(|(known, _)| *known == artifact) {
                all.artifacts.push((artifact, label));
            }
        }
        // Files that several others name are looked through for each of them.
        let found = needs.found.into_iter().filter(|found| !all.found.contains(found)).collect::<Vec<_>>();
        all.found.extend(found);
    }
    all.artifacts.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(all)
}

fn entries(args: &Args) -> Result<Vec<PathBuf>, CommandError> {
    let is_ours = |file: &PathBuf| {
        file.extension()
            .is_some_and(|it| it.eq_ignore_ascii_case("bicep") || it.eq_ignore_ascii_case("bicepparam"))
    };
    let (name, files) = match (&args.path, &args.pattern) {
        (_, Some(pattern)) => (pattern.clone(), inputs::matching(pattern)?.1),
        (Some(path), None) if path.is_dir() => {
            let walked = walk::walk(path, walk::FILES_MAX);
            if let Some((folder, error)) = walked.unreadable.first() {
                let message =
                    format!("`{}` cannot be listed: {}", files::shown(folder), files::reason(error));
                return Err(CommandError::input(message));
            }
            (files::shown(path), walked.files)
        }
        (Some(path), None) => (files::shown(path), vec![path.clone()]),
        (None, None) => return Err(CommandError::usage("name a file, a folder or a `--pattern`")),
    };
    let files: Vec<PathBuf> = files.into_iter().filter(is_ours).collect();
    if files.is_empty() {
        return Err(CommandError::input(format!("there is no Bicep file at `{name}`")));
    }
    Ok(files)
}

/// Puts one module where it belongs, unless it is there.
///
/// # Errors
/// Where the cache cannot be written to.
fn restore(
    artifact: &Artifact,
    source: Option<&Source>,
    cache: &Path,
    force: bool,
) -> Result<Outcome, CommandError> {
    let folder = cache.join(artifact.folder());
    if folder.join("main.json").is_file() && !force {
        return Ok(Outcome::Kept);
    }
    let Some(source) = source else { return Ok(Outcome::Missing("it has not been restored".to_owned())) };
    match source.find(artifact) {
        Ok(Content { main, manifest, from }) => {
            // The official tools take a module for restored when all three are there, and this program reads the last.
            if let Some((manifest, metadata)) = manifest {
                files::write_atomically(&folder.join("manifest"), &manifest)?;
                files::write_atomically(&folder.join("metadata"), &metadata)?;
            }
            files::write_atomically(&folder.join("main.json"), &main)?;
            Ok(Outcome::Restored(from))
        }
        Err(why) => Ok(Outcome::Missing(why)),
    }
}

fn tell(artifact: &Artifact, outcome: &Outcome, ui: &Ui) {
    use crate::cli::ui::Mark;
    let name = artifact.full();
    match outcome {
        Outcome::Kept => ui.step(Mark::Skipped, &format!("{name} is there")),
        Outcome::Restored(from) => ui.step(Mark::Done, &format!("{name} from `{from}`")),
        Outcome::Missing(why) => ui.step(Mark::Failed, &format!("{name}: {why}")),
    }
}

fn as_json(artifact: &Artifact, outcome: &Outcome) -> Json {
    let reference = artifact.full();
    match outcome {
        Outcome::Kept => json!({ "reference": reference, "outcome": "kept" }),
        Outcome::Restored(from) => json!({ "reference": reference, "outcome": "restored", "from": from }),
        Outcome::Missing(why) => json!({ "reference": reference, "outcome": "missing", "reason": why }),
    }
}
