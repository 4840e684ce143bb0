//! Microsoft.Authorization: role assignments. The sandbox gives everybody every right; it only sees to it that an
//! assignment is one Azure would take.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[Provider {
    resource_type: "Microsoft.Authorization/roleAssignments",
    complete: role_assignment,
    action: no_action,
}];

fn role_assignment(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    if uuid::Uuid::try_parse(draft.name()).is_err() {
        let message = format!(
            "The role assignment ID '{}' is not valid. The role assignment ID must be a GUID.",
            draft.name()
        );
        return Err(ArmFault::bad_request("InvalidRoleAssignmentId", message));
    }
    let principal = draft.text("/properties/principalId").unwrap_or_default();
    if uuid::Uuid::try_parse(principal).is_err() {
        let message = format!("The Principal ID '{principal}' is not valid. Principal ID must be a GUID.");
        return Err(ArmFault::bad_request("InvalidPrincipalId", message));
    }
    if draft.text("/properties/roleDefinitionId").is_none() {
        return Err(ArmFault::bad_request(
            "InvalidRequestContent",
            "The property 'roleDefinitionId' is required.",
        ));
    }
    let scope = draft.id().parent().map(|scope| scope.to_string()).unwrap_or_default();
    draft.set("scope", scope);
    Ok(())
}
