//! Deployments of mode `Complete`: what the resource group has and the template does not name goes, after everything else
//! went well (learn.microsoft.com, deployment-modes, 2026-11). At subscription scope and inside of another deployment the
//! mode is refused, as there.

use std::collections::BTreeSet;

use super::{Shared, operations, resources, soft_delete};
use crate::sandbox::{ArmFault, Resource, ResourceId};

/// Nested deployments are at most five deep (azure-subscription-service-limits, 2026-11).
const DEPTH_MAX: usize = 8;

/// Deletes what the deployment did not deploy; each deletion is an operation of its own.
///
/// # Errors
/// The first deletion that is not allowed; the others are done all the same.
pub(super) fn remove_others(shared: &Shared, deployment: &ResourceId) -> Result<(), ArmFault> {
    let mut kept = BTreeSet::new();
    deployed_by(shared, deployment, 0, &mut kept);
    let mut result = Ok(());
    for resource in others(shared, deployment, &kept) {
        let operation = operations::begin(shared, deployment, "Delete", Some(&resource.id));
        let removed = resources::allowed(shared, &resource.id, "delete");
        if removed.is_ok() {
            soft_delete::remove(shared, &resource.id);
        }
        operations::end(shared, deployment, &operation, removed.as_ref().copied());
        result = result.and(removed);
    }
    result
}

/// The resources right in the group of a deployment that are not among `kept`, by lower-case id. What is inside of a
/// resource goes or stays with it.
pub(super) fn others(shared: &Shared, deployment: &ResourceId, kept: &BTreeSet<String>) -> Vec<Resource> {
    let Some(group) = deployment.resource_group_id().map(|id| id.to_ascii_lowercase()) else {
        return Vec::new();
    };
    let is_other = |resource: &Resource| {
        let key = resource.id.key();
        resource.id.parent().is_some_and(|parent| parent.key() == group)
            && resource.text("/location").is_some()
            && !kept.contains(&key)
            && !kept.iter().any(|id| id.starts_with(&format!("{key}/")))
    };
    shared.state.all().into_iter().filter(is_other).collect()
}

fn deployed_by(shared: &Shared, deployment: &ResourceId, depth: usize, kept: &mut BTreeSet<String>) {
    let Some(record) = shared.state.deployment(deployment).filter(|_| depth < DEPTH_MAX) else { return };
    for target in record.operations.iter().filter_map(|operation| operation.target.as_ref()) {
        if target.is_type("Microsoft.Resources/deployments") {
            deployed_by(shared, target, depth + 1, kept);
        } else {
            kept.insert(target.key());
        }
    }
}
