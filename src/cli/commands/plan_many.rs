//! `genai-lz plan SPEC...`: many landing zones at once, offline: a line for each, and the plans whole as JSON.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::{Mark, Ui, failure_json};
use crate::cli::{files, parallel};
use crate::diag::render::json as diagnostics_json;
use crate::plan::{self, Plan};
use crate::text::plural;

/// Of each plan this is kept while the others are made.
struct Planned {
    spec: String,
    result: Result<Shown, CommandError>,
}

struct Shown {
    name: String,
    counts: plan::Counts,
    blocked: Option<CommandError>,
    /// Only where JSON is wanted.
    document: Option<Json>,
}

/// `detailed`: end with 2 where something would change.
pub(crate) fn run(
    paths: &[PathBuf],
    layers: &SpecArgs,
    detailed: bool,
    ui: &Ui,
) -> Result<Exit, CommandError> {
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(CommandError::usage("standard input is one spec, and cannot be one of many"));
    }
    let planned = parallel::map(paths, |path| {
        let spec = files::shown(path);
        let result = look(path, layers, ui.is_json());
        Planned { spec, result }
    });
    let is_wrong = |one: &Planned| one.result.as_ref().map_or(true, |shown| shown.blocked.is_some());
    let n_wrong = planned.iter().filter(|one| is_wrong(one)).count();
    let changes = planned.iter().filter_map(|one| one.result.as_ref().ok());
    let n_changes: usize = changes.map(|shown| shown.counts.create + shown.counts.maybe).sum();
    let exit = match (n_wrong, detailed && n_changes > 0) {
        (0, false) => Exit::Ok,
        (0, true) => Exit::UsageOrChanges,
        _ => Exit::InputOrCheck,
    };
    if ui.is_json() {
        let plans: Vec<Json> = planned.iter().map(Planned::json).collect();
        ui.document(exit, json!({"plans": plans}))?;
        return Ok(exit);
    }
    for one in &planned {
        one.tell(ui);
    }
    let wrong = if n_wrong == 0 { String::new() } else { format!(", {n_wrong} cannot be deployed") };
    ui.data(&format!("\n{}: {n_changes} to create{wrong}\n", plural(planned.len(), "plan")))?;
    Ok(exit)
}

fn look(path: &std::path::Path, layers: &SpecArgs, is_json: bool) -> Result<Shown, CommandError> {
    let rendered = pipeline::render(path, layers)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (stages, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    let plan: Plan = pipeline::plan(&rendered.zone, &stages);
    let document = is_json.then(|| {
        let mut document = plan::view::json_value(&plan);
        let warnings: Vec<_> = rendered.warnings.iter().chain(&warnings).cloned().collect();
        document["diagnostics"] = diagnostics_json(&warnings);
        document
    });
    let blocked = pipeline::blocked(&plan);
    Ok(Shown { name: rendered.zone.name, counts: plan.counts(), blocked, document })
}

impl Planned {
    fn tell(&self, ui: &Ui) {
        match &self.result {
            Ok(Shown { name, counts, blocked: None, .. }) => ui.step(
                Mark::Done,
                &format!("{}: {name}, {} to create", self.spec, counts.create + counts.maybe),
            ),
            Ok(Shown { blocked: Some(error), .. }) | Err(error) => {
                ui.step(Mark::Failed, &self.spec);
                ui.tell(error);
            }
        }
    }

    fn json(&self) -> Json {
        let mut entry = json!({"spec": self.spec});
        let more = match &self.result {
            Ok(shown) => {
                entry["name"] = json!(shown.name);
                let exit = shown.blocked.as_ref().map_or(Exit::Ok, CommandError::exit);
                entry["exitCode"] = json!(exit as u8);
                shown.document.clone().unwrap_or_default()
            }
            Err(error) => {
                entry["exitCode"] = json!(error.exit() as u8);
                failure_json(error)
            }
        };
        if let (Json::Object(entry), Json::Object(more)) = (&mut entry, more) {
            entry.extend(more);
        }
        entry
    }
}
