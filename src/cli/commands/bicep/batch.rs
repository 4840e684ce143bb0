//! Compiles the files of a run, on all cores where there are several, writes the results and shows what was found; once,
//! or again whenever something changes.

use serde_json::{Value as Json, json};

use super::findings;
use super::inputs::{Inputs, Job};
use super::watch::{self, Seen};
use super::world::Folder;
use super::{DiagnosticsFormat, Places};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::parallel;
use crate::cli::ui::{Ui, failure_json, summary};
use crate::diag::{Diagnostic, render};
use crate::text::plural;

/// What a file compiles to.
pub(super) struct Output {
    pub(super) text: String,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Compiles the entry of a folder.
type Compile<'c> = &'c (dyn Fn(&Folder) -> Result<Output, CommandError> + Sync);

/// One file, after it was compiled.
struct Done {
    job: Job,
    outcome: Result<Output, CommandError>,
    seen: Seen,
}

impl Done {
    fn found(&self) -> &[Diagnostic] {
        match &self.outcome {
            Ok(output) => &output.warnings,
            Err(CommandError::Refused(found)) => found,
            Err(CommandError::Failed { .. }) => &[],
        }
    }
}

/// Runs a command over its files.
pub(super) fn run(
    inputs: &Inputs,
    ending: &str,
    places: &Places,
    ui: &Ui,
    compile: Compile<'_>,
) -> Result<Exit, CommandError> {
    if ui.is_json() && (places.diagnostics_format.is_some() || places.watch) {
        let option = if places.watch { "--watch" } else { "--diagnostics-format" };
        return Err(CommandError::usage(format!("`{option}` does not go with `--format json`")));
    }
    if places.watch {
        return watch::until_ctrl_c(ui, &mut || round(inputs, ending, places, ui, compile));
    }
    let jobs = inputs.jobs(places, ending)?;
    let mut done = compile_all(&jobs, places, compile);
    match done.pop() {
        Some(one) if inputs.pattern.is_none() => single(one, places, ui),
        last => {
            done.extend(last);
            several(done, places, ui)
        }
    }
}

/// Compiles everything once and tells what was read for it.
fn round(inputs: &Inputs, ending: &str, places: &Places, ui: &Ui, compile: Compile<'_>) -> Seen {
    let mut seen = Seen::default();
    if let Some(pattern) = &inputs.pattern {
        seen.add_pattern(pattern);
    }
    let jobs = inputs.jobs(places, ending).unwrap_or_else(|error| {
        ui.failure(&error);
        Vec::new()
    });
    let mut done = compile_all(&jobs, places, compile);
    for one in &mut done {
        seen.extend(std::mem::take(&mut one.seen));
    }
    show_sarif(&done, places);
    for one in done {
        if let Err(error) = deliver(one, places, ui) {
            ui.failure(&error);
        }
    }
    seen
}

fn compile_all(jobs: &[Job], places: &Places, compile: Compile<'_>) -> Vec<Done> {
    parallel::map(jobs, |job| match Folder::open(&job.source, places) {
        Ok(folder) => {
            let mut outcome = compile(&folder);
            if let (Some(format), Ok(Output { warnings: found, .. }) | Err(CommandError::Refused(found))) =
                (places.diagnostics_format, &mut outcome)
            {
                findings::relocate(found, &folder, format);
            }
            Done { job: job.clone(), outcome, seen: folder.into_seen() }
        }
        Err(error) => Done { job: job.clone(), outcome: Err(error), seen: Seen::of(&job.source) },
    })
}

/// One file that was named: what stops it is the command's own failure.
fn single(one: Done, places: &Places, ui: &Ui) -> Result<Exit, CommandError> {
    if places.diagnostics_format.is_some() {
        let one = [one];
        show_sarif(&one, places);
        let [one] = one;
        return deliver(one, places, ui);
    }
    if !ui.is_json() {
        return if one.outcome.is_ok() { deliver(one, places, ui) } else { one.outcome.map(|_| Exit::Ok) };
    }
    let output = one.outcome?;
    let Some(target) = &one.job.target else {
        ui.data(&output.text)?;
        return Ok(Exit::Ok);
    };
    files::write_atomically(target, output.text.as_bytes())?;
    let body = json!({ "written": files::shown(target), "diagnostics": render::json(&output.warnings) });
    ui.document(Exit::Ok, body)?;
    Ok(Exit::Ok)
}

/// The files of a pattern. Each is written or not for itself, as the official command does it.
fn several(done: Vec<Done>, places: &Places, ui: &Ui) -> Result<Exit, CommandError> {
    if ui.is_json() {
        return several_as_json(done, ui);
    }
    show_sarif(&done, places);
    let (n_all, mut n_written, mut exit) = (done.len(), 0, Exit::Ok);
    for one in done {
        match deliver(one, places, ui) {
            Ok(Exit::Ok) => n_written += 1,
            Ok(worse) => exit = worse,
            Err(error) => {
                ui.failure(&error);
                exit = error.exit();
            }
        }
    }
    if places.diagnostics_format.is_none() {
        ui.say(&format!("{n_written} of {} compiled", plural(n_all, "file")));
    }
    Ok(exit)
}

fn several_as_json(done: Vec<Done>, ui: &Ui) -> Result<Exit, CommandError> {
    let (mut exit, mut entries) = (Exit::Ok, Vec::new());
    for Done { job, outcome, .. } in done {
        let mut entry = json!({ "source": files::shown(&job.source), "written": null });
        let written = outcome.and_then(|output| {
            if let Some(target) = &job.target {
                files::write_atomically(target, output.text.as_bytes())?;
                entry["written"] = files::shown(target).into();
            }
            entry["diagnostics"] = render::json(&output.warnings);
            Ok(())
        });
        if let Err(error) = written {
            exit = Exit::InputOrCheck;
            if let (Json::Object(why), Json::Object(entry)) = (failure_json(&error), &mut entry) {
                entry.extend(why);
            }
        }
        entries.push(entry);
    }
    ui.document(exit, json!({ "files": entries }))?;
    Ok(exit)
}

/// One log for all files.
fn show_sarif(done: &[Done], places: &Places) {
    if places.diagnostics_format == Some(DiagnosticsFormat::Sarif) {
        findings::print(&findings::sarif(done.iter().map(|one| (one.job.source.as_path(), one.found()))));
    }
}

/// Shows what was found and writes the result to where it is wanted.
///
/// # Errors
/// What is not about the content of the files: a file that does not exist, a folder that cannot be written to.
fn deliver(one: Done, places: &Places, ui: &Ui) -> Result<Exit, CommandError> {
    let is_human = places.diagnostics_format.is_none();
    match places.diagnostics_format {
        Some(DiagnosticsFormat::Default) => findings::print(&render::msbuild(one.found())),
        Some(DiagnosticsFormat::Sarif) => {}
        None => ui.warnings(one.found()),
    }
    let output = match one.outcome {
        Ok(output) => output,
        Err(CommandError::Refused(found)) => {
            if is_human {
                ui.say(&format!("`{}`: {}", files::shown(&one.job.source), summary(&found)));
            }
            return Ok(Exit::InputOrCheck);
        }
        Err(failed) => return Err(failed),
    };
    let Some(target) = &one.job.target else {
        ui.data(&output.text)?;
        return Ok(Exit::Ok);
    };
    files::write_atomically(target, output.text.as_bytes())?;
    if is_human {
        ui.say(&format!("wrote `{}`", files::shown(target)));
    }
    Ok(Exit::Ok)
}
