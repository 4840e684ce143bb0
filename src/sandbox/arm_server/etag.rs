//! Entity tags of API Management: what is inside of a service has one, and a request with `If-Match` is carried out only where
//! it is still the same (REST reference of each entity, 2026-11). Whether a request needs `If-Match` at all is not held against it.

use super::Shared;
use super::http::Call;
use crate::sandbox::{ArmFault, Resource, ResourceId};

/// True for what is inside of an API Management service.
pub(super) fn has(id: &ResourceId) -> bool {
    id.resource_type().starts_with("Microsoft.ApiManagement/service/")
}

/// The tag of a resource as it stands now.
pub(super) fn of(resource: &Resource) -> String {
    let tag = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, resource.body.to_string().as_bytes());
    format!("\"{}\"", tag.simple())
}

/// Refuses a change of an entity that is another one by now.
pub(super) fn check(shared: &Shared, call: &Call, id: &ResourceId) -> Result<(), ArmFault> {
    let is_change = ["PUT", "PATCH", "DELETE"].contains(&call.method.as_str());
    let Some(wanted) = call.if_match.as_deref().filter(|_| is_change && has(id)) else { return Ok(()) };
    let current = shared.state.get(id).map(|resource| of(&resource));
    let holds = match current {
        Some(current) => wanted.split(',').map(str::trim).any(|tag| tag == "*" || tag == current),
        // Deleting what is not there ends well; anything else speaks of an entity that has to be there.
        None => call.method == "DELETE",
    };
    if holds {
        return Ok(());
    }
    let message = "Resource was modified since last retrieval.";
    Err(ArmFault::new(412, "PreconditionFailed", message))
}
