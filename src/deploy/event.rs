//! What happens during a deployment, as data for a progress display.

use crate::azure::{ArmError, TargetResource};

/// Each resource is started once and ends once, whatever ARM repeats in its lists.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    StageStarted {
        stage: String,
        deployment_id: String,
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
