//! `genai-lz validate`: everything that can be known to be wrong without deploying.

use std::path::PathBuf;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::pipeline;
use crate::cli::ui::{Ui, summary};
use crate::diag::Diagnostic;
use crate::diag::render::json;

/// Check spec files, the policies rendered from them, and the templates they come to
///
/// Every problem of a file is reported at once, with its place and what to do. Nothing is sent anywhere.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Spec files
    #[arg(required = true)]
    specs: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let mut all = Vec::new();
    let mut unreadable = Vec::new();
    for path in &args.specs {
        let found = match check(path) {
            Ok(found) | Err(CommandError::Refused(found)) => found,
            Err(CommandError::Failed { message, hints, .. }) => {
                ui.failure(&CommandError::Failed {
                    exit: Exit::InputOrCheck,
                    message: message.clone(),
                    hints,
                });
                unreadable.push(message);
                continue;
            }
        };
        ui.warnings(&found);
        ui.say(&format!("{}: {}", path.display(), summary(&found)));
        all.extend(found);
    }
    if ui.is_json() && unreadable.is_empty() {
        ui.json(&json(&all));
    }
    let failed = !unreadable.is_empty() || all.iter().any(Diagnostic::is_error);
    Ok(if failed { Exit::InputOrCheck } else { Exit::Ok })
}

fn check(path: &std::path::Path) -> Result<Vec<Diagnostic>, CommandError> {
    let rendered = pipeline::render(path)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (_, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    Ok(rendered.warnings.into_iter().chain(warnings).collect())
}
