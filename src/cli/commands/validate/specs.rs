//! A spec with everything that is made from it: what it says, the policies rendered from it, and the templates.

use crate::cli::error::CommandError;
use crate::cli::pipeline;
use crate::diag::Diagnostic;

use super::inputs::Input;

/// Everything that is wrong with a spec.
///
/// # Errors
/// Where genai-lz itself fails.
pub(super) fn check(input: &Input) -> Result<Vec<Diagnostic>, CommandError> {
    match findings(input) {
        Ok(found) | Err(CommandError::Refused(found)) => Ok(found),
        Err(error) => Err(error),
    }
}

fn findings(input: &Input) -> Result<Vec<Diagnostic>, CommandError> {
    let rendered = pipeline::render_bytes(&input.shown, &input.bytes)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (_, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    Ok(rendered.warnings.into_iter().chain(warnings).collect())
}
