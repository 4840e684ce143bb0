//! Carries out the stages of a bundle through the ARM client: one after the other, the outputs of one feeding the
//! next, with an event for everything that happens meanwhile. Prints nothing; `cli` draws the events and chooses the
//! exit code. How a template is made is left to `bicep`, what a request looks like to `azure`.

mod apply;
pub mod codes;
mod control;
pub mod destroy;
mod event;
pub mod explain;
mod failure;
mod fingerprint;
mod hints;
pub mod look;
pub mod policy_place;
pub mod preflight;
pub mod preview;
pub mod probe;
pub mod read_service;
pub mod remedies;
pub mod rotate;
mod run;
pub mod secrets;
mod start;
mod status;
mod watch;

pub use crate::azure::{CancelFlag, SecretString};
pub use apply::{Outcome, StageOutcome, UnderWay, Way, apply};
pub use control::{Control, Wish};
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
    /// A secret among the parameters ends some day: an unchanged stage is deployed all the same after this time.
    pub renew_after: Option<time::Duration>,
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
    Secret(Secret),
}

/// A secret, and what may be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    pub value: SecretString,
    /// Tells it from one that is to be deployed in its place, and gives nothing away: how it is made where each run makes
    /// it anew, or what everybody sees of it.
    pub identity: String,
}

/// How a run goes about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Deploys stages that have not changed, too.
    pub force: bool,
    pub on_busy: OnBusy,
    /// Follows each stage to its end; otherwise the first one that is not deployed yet is begun, and that is all.
    pub wait: bool,
    /// Tells each resource as it is begun and ended. Otherwise the operations of a stage are read only where it fails, which
    /// spares ARM most of the requests where many are deployed at once.
    pub details: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { force: false, on_busy: OnBusy::Refuse, wait: true, details: true }
    }
}

/// What to do where something else is being deployed under the name of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBusy {
    /// Leave it alone and say so.
    Refuse,
    /// Wait until it has ended.
    Wait,
    /// Ask ARM to stop it, and wait until it has ended.
    Cancel,
}

#[cfg(test)]
mod tests;
