//! How much one evaluation may use. Expressions come from documents; none may hang or fill the gateway.

use super::exception::Exception;
use super::value::Value;

/// Nodes, statements and elements visited. The largest published expression visits some thousands.
pub(super) const MAX_STEPS: u64 = 1_000_000;

/// Nested calls of the evaluator, lambdas within lambdas included. Bounds the native stack.
pub(super) const MAX_DEPTH: u32 = 160;

/// Steps of regular expressions, which are shorter.
pub(super) const MAX_REGEX_STEPS: u64 = MAX_STEPS * REGEX_STEPS_PER_STEP;

/// So many of them count as one step of the evaluation.
pub(super) const REGEX_STEPS_PER_STEP: u64 = 16;

/// Bytes of strings and elements made during one evaluation; request and response bodies are far below.
pub(super) const MAX_ALLOCATED: usize = 64 << 20;

/// Bytes of one string, or elements of one collection, checked before it is made.
pub(super) const MAX_SINGLE: usize = 16 << 20;

/// Nesting of JSON made by an expression; Newtonsoft reads 64 levels by default (JsonReader.MaxDepth, 13.0).
pub(super) const MAX_JSON_DEPTH: u32 = 64;

/// Refuses to make a string or collection of this size.
pub(super) fn check_single(size: usize) -> Result<(), Exception> {
    if size > MAX_SINGLE { Err(out_of_memory()) } else { Ok(()) }
}

/// Joins the texts of values, refusing a whole that is too large before it is made.
pub(super) fn joined(items: &[Value], separator: &str) -> Result<String, Exception> {
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(&item.display());
        check_single(out.len())?;
    }
    Ok(out)
}

/// What is left of [`MAX_SINGLE`] while a tree is copied: its texts may be one text that it holds many times.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_SINGLE)
    }
}

impl Budget {
    pub(super) fn spend(&mut self, size: usize) -> Result<(), Exception> {
        self.0 = self.0.checked_sub(size).ok_or_else(out_of_memory)?;
        Ok(())
    }
}

pub(super) fn out_of_memory() -> Exception {
    Exception::new("OutOfMemoryException", "The expression uses more memory than an expression may use here.")
}

pub(super) fn too_many_steps() -> Exception {
    Exception::new("TimeoutException", "The expression takes more steps than an expression may take here.")
}

pub(super) fn too_deep() -> Exception {
    Exception::new(
        "InsufficientExecutionStackException",
        "The expression is nested too deeply while it runs.",
    )
}
