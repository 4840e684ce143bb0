//! Why a run did not end well: what is there now, what failed, and what to do next.

use std::fmt;

use super::{ResourceRef, StageOutcome, hints};
use crate::azure::{ArmError, Error};
use crate::text::plural;

/// The run stopped at one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The stage that did not end well.
    pub stage: String,
    /// Its deployment; empty where it was not sent.
    pub deployment_id: String,
    pub kind: FailureKind,
    /// The stages before it, which are deployed.
    pub done: Vec<StageOutcome>,
    /// What of this stage is deployed.
    pub deployed: Vec<ResourceRef>,
    /// What of this stage failed; the innermost resources, not the deployments around them.
    pub failed: Vec<FailedResource>,
    /// Imperative sentences, the most helpful first.
    pub hints: Vec<String>,
    /// Azure support finds the run by it.
    pub correlation_id: String,
}

/// Why the stage did not end well.
#[derive(Clone, Debug, PartialEq)]
pub enum FailureKind {
    /// A parameter waits for an output that no earlier stage has; nothing was sent.
    MissingOutput { parameter: String, from_stage: String, output: String },
    /// ARM did not start the deployment.
    Refused(Error),
    /// ARM started it and it failed.
    Failed(ArmError),
    /// We cannot see how it goes on; it does go on.
    Lost(Error),
    /// Something else is being deployed under the name of the stage; nothing was sent.
    Busy { deployment_name: String, state: String, since: Option<String>, correlation_id: Option<String> },
    /// Other runs keep beginning and ending deployments of the name.
    Contended,
    /// The user left; the deployment goes on in this state.
    Left { state: String },
    /// Somebody else cancelled it, in the portal or with az.
    CanceledElsewhere,
    /// The user cancelled, and ARM stopped the deployment in this state (`Canceled`, or `Running` where ARM
    /// could not be asked).
    Canceled { state: String },
}

/// A resource that could not be deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedResource {
    pub resource: ResourceRef,
    /// As the provider said it, with everything below.
    pub error: ArmError,
}

impl FailedResource {
    /// The cause worth showing.
    pub fn cause(&self) -> &ArmError {
        self.error.deepest()
    }
}

impl Failure {
    pub(super) fn new(stage: &str, kind: FailureKind) -> Self {
        Self {
            stage: stage.to_owned(),
            deployment_id: String::new(),
            kind,
            done: Vec::new(),
            deployed: Vec::new(),
            failed: Vec::new(),
            hints: Vec::new(),
            correlation_id: String::new(),
        }
    }

    /// Fills in what to do next; called last.
    pub(super) fn with_hints(mut self) -> Self {
        self.hints = hints::of(&self);
        self
    }

    /// True where the user asked to stop.
    pub fn is_canceled(&self) -> bool {
        matches!(self.kind, FailureKind::Canceled { .. } | FailureKind::Left { .. })
    }
}

/// Says how many causes there are besides the one that was told.
fn others(f: &mut fmt::Formatter<'_>, n_causes: usize) -> fmt::Result {
    match n_causes {
        0 | 1 => Ok(()),
        more => write!(f, " (and {})", plural(more - 1, "more cause")),
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = &self.stage;
        match &self.kind {
            FailureKind::MissingOutput { parameter, from_stage, output } => write!(
                f,
                "stage `{stage}` needs output `{output}` of stage `{from_stage}` for parameter `{parameter}`, \
                 and there is none"
            ),
            FailureKind::Refused(error) => write!(f, "stage `{stage}` was not started: {error}"),
            FailureKind::Failed(error) => match self.failed.first() {
                Some(first) => {
                    let ResourceRef { resource_type, name, .. } = &first.resource;
                    write!(f, "stage `{stage}` failed: {resource_type} `{name}`: {}", first.cause())?;
                    others(f, self.failed.iter().map(|failed| failed.error.causes().len()).sum())
                }
                None => {
                    write!(f, "stage `{stage}` failed: {}", error.deepest())?;
                    others(f, error.causes().len())
                }
            },
            FailureKind::CanceledElsewhere => {
                write!(f, "stage `{stage}` was cancelled from outside of this run")
            }
            FailureKind::Lost(error) => write!(f, "stage `{stage}` is out of sight: {error}"),
            FailureKind::Busy { deployment_name, state, .. } => write!(
                f,
                "stage `{stage}` was not started: deployment `{deployment_name}` is {state}, and deploys something else"
            ),
            FailureKind::Contended => {
                write!(f, "stage `{stage}` was not started: other runs keep starting deployments of its name")
            }
            FailureKind::Left { state } => {
                write!(f, "stopped watching stage `{stage}`; its deployment is {state}")
            }
            FailureKind::Canceled { state } => {
                write!(f, "stage `{stage}` was cancelled; its deployment is {state}")
            }
        }
    }
}
