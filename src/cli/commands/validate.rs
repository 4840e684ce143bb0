//! `genai-lz validate`: everything that is wrong with a spec in itself, of several specs at once.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::{Ui, failure_json, summary};
use crate::cli::{files, pipeline};
use crate::diag::{Diagnostic, render};

/// Check spec files, the policies rendered from them, and the templates they come to
///
/// Every problem of a file is reported at once, with its place and what to do. Nothing is sent anywhere. Whether the
/// regions have what the spec asks for is a question for `genai-lz plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Spec files; `-` is standard input
    #[arg(required = true)]
    specs: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let mut exit = Exit::Ok;
    let mut specs = Vec::new();
    for path in &args.specs {
        let file = files::shown(path);
        let checked = check(path);
        if checked.is_err() {
            exit = Exit::InputOrCheck;
        }
        match checked {
            Ok(found) | Err(CommandError::Refused(found)) => {
                ui.warnings(&found);
                ui.say(&format!("{file}: {}", summary(&found)));
                specs.push(json!({ "file": file, "diagnostics": render::json(&found) }));
            }
            Err(error) => {
                if !ui.is_json() {
                    ui.failure(&error);
                }
                let mut entry = json!({ "file": file });
                entry["error"] = failure_json(&error)["error"].take();
                specs.push(entry);
            }
        }
    }
    if ui.is_json() {
        ui.document(exit, json!({ "specs": specs }))?;
    }
    Ok(exit)
}

fn check(path: &std::path::Path) -> Result<Vec<Diagnostic>, CommandError> {
    let rendered = pipeline::render(path)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (_, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    Ok(rendered.warnings.into_iter().chain(warnings).collect())
}
