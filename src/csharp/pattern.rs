//! A .NET pattern for whoever is no expression: JSON schemas name them.

use super::limits::MAX_REGEX_STEPS;
use super::regex::{Options, OutOfSteps, Pattern, PatternError};

/// A compiled pattern without options.
pub struct TextPattern(Pattern);

impl TextPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A sentence about a pattern that .NET refuses, or that is not run here.
    pub fn new(text: &str) -> Result<Self, String> {
        Pattern::new(text, Options::default()).map(Self).map_err(|error| match error {
            PatternError::Invalid { at, why } => format!("the pattern `{text}` is not one at {at}: {why}"),
            PatternError::NotRun(what) => format!("{what} is not run: `{text}`"),
        })
    }

    /// The steps that an expression may take.
    pub const MAX_STEPS: u64 = MAX_REGEX_STEPS;

    /// Whether it matches anywhere in a text; `steps` are those that are left.
    ///
    /// # Errors
    /// A sentence where that takes more steps.
    pub fn is_in(&self, text: &str, steps: &mut u64) -> Result<bool, String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.0
            .find(&units, 0, steps)
            .map(|found| found.is_some())
            .map_err(|OutOfSteps| "a pattern takes too many steps".to_owned())
    }
}
