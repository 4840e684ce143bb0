//! A spec with everything that is made from it: what it says, the policies rendered from it, and the templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::error::CommandError;
use crate::cli::pipeline;
use crate::cli::spec_args::SpecArgs;
use crate::diag::{Allowed, Diagnostic, Label};
use crate::render;
use crate::spec::LintLevel;

use super::inputs::Input;

/// What was found in a spec, with what the spec itself says of rules.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub found: Vec<Diagnostic>,
    /// What comments of the rendered texts allow.
    pub allowed: Vec<Allowed>,
    pub lints: BTreeMap<String, LintLevel>,
}

/// Everything that is wrong with a spec.
///
/// # Errors
/// Where genai-lz itself fails.
pub(super) fn check(input: &Input, layers: &SpecArgs) -> Result<Checked, CommandError> {
    match findings(input, layers) {
        Err(CommandError::Refused(found)) => Ok(Checked { found, ..Checked::default() }),
        other => other,
    }
}

fn findings(input: &Input, layers: &SpecArgs) -> Result<Checked, CommandError> {
    let rendered = pipeline::render_bytes(&input.path, &input.shown, &input.bytes, layers)?;
    let subscription = rendered.zone.subscription_id.as_deref().unwrap_or(pipeline::NO_SUBSCRIPTION);
    let (_, warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
    // No file holds the text, so `--fix` has nothing to write to.
    let lints = render::lint(&rendered.zone, &rendered.bundle);
    let of_texts = lints.found.into_iter().map(|found| {
        let label = found.primary.as_ref();
        let is_own =
            |label: &Label| rendered.bundle.sources.values().any(|own| Arc::ptr_eq(own, &label.source));
        if label.is_some_and(is_own) {
            return Diagnostic { fix: None, ..found };
        }
        let help = format!(
            "read this text with `genai-lz render`; it is rendered from `{}` and changed there",
            input.shown
        );
        Diagnostic { fix: None, ..found.help(help) }
    });
    let found = rendered.warnings.into_iter().chain(of_texts).chain(warnings).collect();
    Ok(Checked { found, allowed: lints.allowed, lints: rendered.lints })
}
