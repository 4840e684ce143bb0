//! The bounds on everything that a template can make large. Azure's own are from the limits page of the Azure
//! documentation ("Template limits", seen 2026-11-22); the others keep evaluation total.

use std::cell::Cell;

use super::codes;
use super::fault::{Eval, Fault};

pub(super) const MAX_TEMPLATE_BYTES: usize = 4 * 1024 * 1024;
pub(super) const MAX_PARAMETERS: usize = 256;
pub(super) const MAX_VARIABLES: usize = 512;
pub(super) const MAX_RESOURCES: usize = 800;
/// How many resources are declared at all before they are counted: loops in loops could make millions.
pub(super) const MAX_DECLARED: usize = 4 * MAX_RESOURCES;
/// How many resources a deployment and all those in it may have together: loops of deployments in loops could make
/// millions. Azure names no limit; a landing zone has a few hundred.
pub(super) const MAX_ALL_RESOURCES: usize = 20_000;
pub(super) const MAX_OUTPUTS: usize = 64;
pub(super) const MAX_COPIES: i64 = 800;
pub(super) const MAX_EXPRESSION_CHARS: usize = 24_576;
/// The most elements `range` gives (ARM's own limit for it).
pub(super) const MAX_RANGE: i64 = 10_000;
/// Deployments inside deployments; Azure names no limit, five is usual.
pub(super) const MAX_NESTING: usize = 16;
/// How deep an expression may nest. A stack of 2 MiB holds several times as much.
pub(super) const MAX_EXPRESSION_DEPTH: usize = 100;
/// How deep arrays, objects and residuals may nest. Azure's JSON reader stops at 128 levels or earlier.
pub(super) const MAX_VALUE_DEPTH: usize = 128;
/// How many parts (values, or 64 bytes of text) one value may have. A template of Azure's largest size has fewer,
/// and variables that double each other reach it early.
pub(super) const MAX_VALUE_WEIGHT: u64 = 500_000;
/// How deep evaluation may nest over variables, functions and JSON together.
const MAX_DEPTH: u32 = 220;
/// One step is a call, or a value (64 bytes of text) that a call gives. Templates of Azure's largest size take
/// about a fifth of it.
const MAX_STEPS: u64 = 10_000_000;

/// How many parts of a value so many bytes of text count for.
pub(super) fn text_weight(bytes: usize) -> u64 {
    const BYTES_PER_PART: usize = 64;
    (bytes / BYTES_PER_PART) as u64
}

/// Refuses a text that no value may hold, before it is made.
pub(super) fn check_text(bytes: usize) -> Eval<()> {
    check_weight(text_weight(bytes))
}

/// Refuses a value of more parts than any may have.
pub(super) fn check_weight(weight: u64) -> Eval<()> {
    if weight > MAX_VALUE_WEIGHT {
        return Err(Fault::new(&codes::LIMIT, format!("a value has more than {MAX_VALUE_WEIGHT} parts")));
    }
    Ok(())
}

/// Refuses more `things` (`variables`, `resources`) than a template may have. `is_quoted`: Azure's words for it are
/// known (Azure/acs-engine#2393, Azure/azure-api-management-devops-resource-kit#360, seen 2026-11-22).
pub(super) fn check_number(things: &str, actual: usize, most: usize, is_quoted: bool) -> Eval<()> {
    if actual <= most {
        return Ok(());
    }
    let message = format!("the template has {actual} {things}, and Azure takes {most}");
    let fault = Fault::new(&codes::LIMIT, message);
    if !is_quoted {
        return Err(fault);
    }
    Err(fault.service_says(refusal(&format!(
        "The number of template {things} limit exceeded. Limit: '{most}' and actual: '{actual}'. Please see \
         https://aka.ms/arm-template/#{things} for usage details."
    ))))
}

/// Names as Azure lists them in a refusal; None where they would fill pages, so that the wording is left out.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    const MOST_BYTES: usize = 2_000;
    let mut list = String::new();
    for name in names {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(name);
        if list.len() > MOST_BYTES {
            return None;
        }
    }
    Some(list)
}

/// How Azure wraps what is wrong with a template before it deploys anything.
pub(super) fn refusal(reason: &str) -> String {
    format!("Deployment template validation failed: '{reason}'.")
}

/// What one evaluation has used up.
#[derive(Default)]
pub(super) struct Meter {
    steps: Cell<u64>,
    depth: Cell<u32>,
    stopped: Cell<bool>,
}

impl Meter {
    /// Ends the evaluation: what is left of it fails, without a finding of its own.
    pub(super) fn stop(&self) {
        self.stopped.set(true);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    fn check_going(&self) -> Eval<()> {
        if self.is_stopped() { Err(Fault::Reported) } else { Ok(()) }
    }

    pub(super) fn charge(&self, steps: u64) -> Eval<()> {
        self.check_going()?;
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
        self.check_going()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_out_and_depth_is_given_back() {
        let meter = Meter::default();
        assert_eq!(meter.charge(MAX_STEPS), Ok(()));
        assert!(meter.charge(1).is_err());
        let down = |meter: &Meter| {
            fn again(meter: &Meter, left: u32) -> Eval<()> {
                meter.deeper(|| if left == 0 { Ok(()) } else { again(meter, left - 1) })
            }
            (again(meter, MAX_DEPTH - 1), again(meter, MAX_DEPTH))
        };
        for _ in 0..2 {
            let (reached, passed) = down(&meter);
            assert_eq!(reached, Ok(()));
            assert!(passed.is_err());
        }
    }
}
