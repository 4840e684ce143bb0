//! What can be put right before a deployment, on demand only: resource providers are registered, and resources that were
//! deleted and keep their names are deleted for good or brought back.

use super::destroy::restorable;
use crate::azure::{ArmClient, Error, ErrorKind, Restorable};
use crate::plan::checks::needed_providers;
use crate::plan::{Change, Plan};

/// Registers what the plan needs and is not registered; returns the namespaces.
///
/// # Errors
/// Every [`Error`].
pub async fn register_providers(
    client: &ArmClient,
    subscription_id: &str,
    plan: &Plan,
) -> Result<Vec<String>, Error> {
    let mut registered = Vec::new();
    for namespace in needed_providers(plan) {
        let found = client.get_registration(subscription_id, &namespace).await?;
        if !found.state.eq_ignore_ascii_case("Registered") {
            client.register_provider(subscription_id, &namespace).await?;
            registered.push(namespace);
        }
    }
    Ok(registered)
}

/// What holds a name that the plan needs although it was deleted.
///
/// # Errors
/// Every [`Error`].
pub async fn soft_deleted(
    client: &ArmClient,
    subscription_id: &str,
    plan: &Plan,
) -> Result<Vec<Restorable>, Error> {
    let mut found = Vec::new();
    for resource in plan.resources().filter(|resource| resource.change != Change::Read) {
        let Some(restorable) = restorable(resource) else { continue };
        let is_there = match client.get_resource(&resource.id, &resource.api_version).await {
            Ok(_) => true,
            Err(error) if error.kind == ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if !is_there && client.is_restorable(subscription_id, &restorable).await? {
            found.push(restorable);
        }
    }
    Ok(found)
}
