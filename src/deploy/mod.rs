//! Carries out the stages of a bundle through the ARM client: one after the other, the outputs of one feeding the
//! next, with an event for everything that happens meanwhile. Prints nothing; `cli` draws the events and chooses the
//! exit code. How a template is made is left to `bicep`, what a request looks like to `azure`.

mod apply;
pub mod codes;
pub mod destroy;
mod event;
pub mod explain;
mod failure;
mod hints;
pub mod policy_place;
pub mod preflight;
pub mod preview;
pub mod remedies;
pub mod secrets;
mod status;
mod watch;

pub use crate::azure::{CancelFlag, SecretString};
pub use apply::{Outcome, StageOutcome, apply};
pub use event::{Event, ResourceRef};
pub use failure::{FailedResource, Failure, FailureKind};
pub use status::{StageStatus, status};

use indexmap::IndexMap;
use serde_json::Value as Json;

/// One deployment at subscription scope, ready to be sent but for the outputs it waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRequest {
    /// `baseline` or `genai`.
    pub name: String,
    /// The same on every run, so that a second run continues the first.
    pub deployment_name: String,
    pub location: String,
    /// The compiled ARM template.
    pub template: Json,
    pub parameters: IndexMap<String, ParameterValue>,
}

/// The value of a stage's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    Value(Json),
    /// The output of an earlier stage of the same run.
    Output {
        stage: String,
        output: String,
    },
    Secret(SecretString),
}

#[cfg(test)]
mod tests;
