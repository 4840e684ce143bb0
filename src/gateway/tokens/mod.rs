//! Tokens of requests and answers: read from `usage`, counted in event streams, estimated where neither says.

mod estimate;
mod events;
mod gather;
mod stream;
mod usage;

use std::sync::Arc;

pub(super) use estimate::{Prompt, PromptType};
pub(super) use events::EventCounter;
pub(super) use stream::{Metered, Passing};
pub(super) use usage::{StreamUsage, Usage};

use super::fault::Fault;
use super::live::Live;

/// A policy that waits for the answer: limits are charged and metrics emitted from what it used.
pub(super) trait Meter: Send + Sync {
    /// The upstream has answered; runs between backend and outbound. `usage` is None while the answer is still
    /// streaming, and where it says nothing about tokens.
    fn answered(&self, live: &Arc<Live>, usage: Option<&Usage>) {
        let _ = (live, usage);
    }

    /// The upstream has answered and the meters have been told: looks at the answer before anybody else does, and may
    /// put something around its stream.
    ///
    /// # Errors
    /// A fault that refuses the answer.
    fn inspect(&self, live: &Arc<Live>) -> Result<(), Fault> {
        let _ = live;
        Ok(())
    }

    /// A streamed answer has come to its end, or the caller has gone.
    fn streamed(&self, live: &Arc<Live>, usage: &StreamUsage) {
        let _ = (live, usage);
    }

    /// The answer is about to leave, whichever way it came about: all sections are done, on-error too.
    fn finished(&self, live: &Arc<Live>) {
        let _ = live;
    }
}
