//! What happens during a deployment, as data for a progress display.

use crate::azure::{ArmError, Error, TargetResource};

/// Each resource is started once and ends once, whatever ARM repeats in its lists.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    StageStarted {
        stage: String,
        deployment_id: String,
        /// Why it is deployed although it was before.
        because: Option<String>,
    },
    /// The same was deployed before and is there; nothing is sent.
    StageUnchanged {
        stage: String,
        /// When it was deployed, as ARM writes it.
        since: Option<String>,
        n_resources: usize,
        /// The certificate that was made then stays.
        keeps_certificate: bool,
    },
    /// Another run has sent the same and it is under way; this run follows it.
    StageFollowed {
        stage: String,
        deployment_id: String,
        since: Option<String>,
        /// Of the run that sent it.
        correlation_id: Option<String>,
    },
    /// Something else is being deployed under the name of the stage; its end is waited for.
    WaitsForOther {
        stage: String,
        since: Option<String>,
        /// ARM was asked to stop it.
        cancels: bool,
    },
    ResourceStarted {
        stage: String,
        resource: ResourceRef,
    },
    ResourceSucceeded {
        stage: String,
        resource: ResourceRef,
    },
    ResourceFailed {
        stage: String,
        resource: ResourceRef,
        error: ArmError,
    },
    StageSucceeded {
        stage: String,
        n_resources: usize,
    },
    StageFailed {
        stage: String,
    },
    /// ARM was asked to stop the running deployment.
    CancelRequested {
        stage: String,
    },
    StageCanceled {
        stage: String,
    },
    /// The deployment goes on and is no longer watched.
    StageLeft {
        stage: String,
    },
    /// ARM gives no answer for now; the deployment goes on, and so does asking.
    OutOfSight {
        stage: String,
        error: Error,
    },
    /// ARM answers again.
    InSight {
        stage: String,
    },
}

/// A resource that a deployment touches; nested deployments (Bicep modules) are resources too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRef {
    pub id: String,
    /// Such as `Microsoft.ApiManagement/service`.
    pub resource_type: String,
    pub name: String,
    /// How many nested deployments it is inside of; 0 for a resource of the stage itself.
    pub depth: usize,
}

impl ResourceRef {
    pub(super) fn new(target: &TargetResource, depth: usize) -> Self {
        let TargetResource { id, resource_type, name } = target.clone();
        Self { id, resource_type, name, depth }
    }

    /// True for a nested deployment, which is no resource that a user would count.
    pub fn is_deployment(&self) -> bool {
        self.resource_type.eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }
}
