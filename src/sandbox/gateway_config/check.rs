//! API Management checks a policy when it is put, and so does the sandbox: after each entity the gateway is built
//! again, and what it refuses is the answer to that entity. Entities are put one at a time, so a finding is due to
//! the last one.

use std::sync::Arc;

use super::from_resources;
use crate::diag::{Diagnostic, Diagnostics};
use crate::gateway::Gateway;
use crate::sandbox::{ArmFault, Resource, ResourceId, State, Validator};

/// Refuses every entity with which the service would no longer make a gateway that runs.
pub fn gateway_validator() -> Validator {
    Arc::new(|state: &State, resource: &Resource| match service_of(&resource.id) {
        Some(service) => {
            let config = from_resources(state, &service.to_string());
            config.and_then(Gateway::build).map(drop).map_err(|found| refusal(&found))
        }
        None => Ok(()),
    })
}

/// The service an entity is in.
fn service_of(id: &ResourceId) -> Option<ResourceId> {
    let mut owner = Some(id.clone());
    while let Some(id) = owner {
        if id.is_type("Microsoft.ApiManagement/service") {
            return Some(id);
        }
        owner = id.parent();
    }
    None
}

/// The service answers `ValidationError` with a detail for each finding; ours carry the code of the diagnostic.
fn refusal(found: &Diagnostics) -> ArmFault {
    let errors = found.0.iter().filter(|finding| finding.is_error());
    let details = errors.map(|finding| ArmFault::bad_request(finding.code.id, said(finding))).collect();
    ArmFault::bad_request("ValidationError", "One or more fields contain incorrect values:")
        .with_details(details)
}

/// `api openai, line 5, column 10: unknown element …`, and what to do about it.
fn said(finding: &Diagnostic) -> String {
    let place = finding.primary.as_ref().map(|label| {
        let at = label.source.position(label.span.start);
        format!("{}, line {}, column {}: ", label.source.path(), at.line, at.column)
    });
    let help: String = finding.help.iter().map(|help| format!(" ({help})")).collect();
    format!("{}{}{help}", place.unwrap_or_default(), finding.message)
}
