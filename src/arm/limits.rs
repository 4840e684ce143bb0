//! The bounds on everything that a template can make large. Azure's own are from the limits page of the Azure
//! documentation ("Template limits", seen 2026-11-22); the others keep evaluation total.

use std::cell::Cell;

use super::codes;
use super::fault::{Eval, Fault};

pub(super) const MAX_TEMPLATE_BYTES: usize = 4 * 1024 * 1024;
pub(super) const MAX_PARAMETERS: usize = 256;
pub(super) const MAX_VARIABLES: usize = 512;
pub(super) const MAX_RESOURCES: usize = 800;
pub(super) const MAX_OUTPUTS: usize = 64;
pub(super) const MAX_COPIES: i64 = 800;
pub(super) const MAX_EXPRESSION_CHARS: usize = 24_576;
/// The most elements `range` gives (ARM's own limit for it).
pub(super) const MAX_RANGE: i64 = 10_000;
/// Deployments inside deployments; Azure names no limit, five is usual.
pub(super) const MAX_NESTING: usize = 16;
/// How deep an expression may nest. A stack of 2 MiB holds several times as much.
pub(super) const MAX_EXPRESSION_DEPTH: usize = 100;
/// How deep evaluation may nest over variables, functions and JSON together.
const MAX_DEPTH: u32 = 220;
/// One step is a call, or a value (64 bytes of text) that a call gives. Templates of Azure's largest size take
/// about a tenth of it.
const MAX_STEPS: u64 = 5_000_000;

/// What one evaluation has used up.
#[derive(Default)]
pub(super) struct Meter {
    steps: Cell<u64>,
    depth: Cell<u32>,
}

impl Meter {
    pub(super) fn charge(&self, steps: u64) -> Eval<()> {
        let used = self.steps.get().saturating_add(steps);
        self.steps.set(used);
        if used > MAX_STEPS {
            return Err(Fault::new(
                &codes::LIMIT,
                format!("evaluating the template takes more than {MAX_STEPS} steps"),
            ));
        }
        Ok(())
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper<T>(&self, inner: impl FnOnce() -> Eval<T>) -> Eval<T> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Fault::new(
                &codes::LIMIT,
                format!("the expressions nest more than {MAX_DEPTH} levels deep"),
            ));
        }
        self.depth.set(depth + 1);
        let result = inner();
        self.depth.set(depth);
        result
    }
}
