//! What an error of ARM comes to for the user: each cause once, and what `catalog::arm_errors` knows of it.

use crate::azure::ArmError;
use crate::catalog::arm_errors::{self, Entry};

/// Causes that are told. A stage that fails as a whole names each of its resources; the first ones tell why.
pub const CAUSES_MAX: usize = 20;

/// One innermost error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cause<'a> {
    pub error: &'a ArmError,
    /// None where the catalogue does not know it: then ARM's words are all there is.
    pub known: Option<&'static Entry>,
}

/// The causes of an error in the order of the answer, each once.
pub fn causes<'e>(error: &'e ArmError) -> Vec<Cause<'e>> {
    let cause = |way: &Vec<&'e ArmError>| {
        // The innermost level that is known explains best; one above it helps where a cause is only words.
        let known = way.iter().rev().find_map(|level| arm_errors::explain(&level.code, &level.message));
        Some(Cause { error: way.last().copied()?, known })
    };
    error.causes().iter().filter_map(cause).collect()
}

/// What to do about an error, each advice once.
pub fn advice(error: &ArmError) -> Vec<String> {
    let mut all = Vec::new();
    for known in causes(error).iter().take(CAUSES_MAX).filter_map(|cause| cause.known) {
        let hint = format!("{}: {} (see {})", known.action, known.meaning, known.link);
        if !all.contains(&hint) {
            all.push(hint);
        }
    }
    all
}
