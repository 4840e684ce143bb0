//! Microsoft.ManagedIdentity, and the `identity` section of every other resource.

use serde_json::{Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action};
use crate::sandbox::ResourceId;

pub(super) const TYPES: &[Provider] = &[Provider {
    resource_type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    complete: user_assigned,
    action: no_action,
}];

fn user_assigned(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("principalId", draft.guid("principal"));
    draft.set("clientId", draft.guid("client"));
    draft.set("tenantId", draft.tenant_id);
    Ok(())
}

/// `identity: {type, userAssignedIdentities: {id: {}}}` comes back with the ids that Entra gave.
pub(super) fn fill_identity(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let Some(kind) = draft.text("/identity/type").map(str::to_ascii_lowercase) else { return Ok(()) };
    if kind.contains("systemassigned") {
        draft.resource.body["identity"]["principalId"] = Json::from(draft.guid("principal"));
        draft.resource.body["identity"]["tenantId"] = Json::from(draft.tenant_id);
    }
    let state = draft.state;
    let Some(assigned) =
        draft.resource.body.pointer_mut("/identity/userAssignedIdentities").and_then(Json::as_object_mut)
    else {
        return Ok(());
    };
    for (id, slot) in assigned {
        let identity = ResourceId::parse(id).and_then(|id| state.get(&id)).ok_or_else(|| {
            let message = format!("The identity(ies) '{id}' could not be found.");
            ArmFault::bad_request("FailedIdentityOperation", message)
        })?;
        *slot = json!({"principalId": identity.at("/properties/principalId"), "clientId": identity.at("/properties/clientId")});
    }
    Ok(())
}
