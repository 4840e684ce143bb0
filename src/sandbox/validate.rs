//! What API Management checks when a policy, fragment or backend is put, the sandbox checks too: the gateway is built
//! from what is deployed so far, and whatever it refuses fails the resource, as the service does.

use std::sync::Arc;

use super::{ArmFault, Resource, ResourceId, State, Validator, gateway_config};
use crate::diag::{DiagResult, Diagnostic};
use crate::gateway::{Config, Gateway};

/// The types whose text or references a gateway reads.
const CHECKED: [&str; 6] = [
    "Microsoft.ApiManagement/service/policies",
    "Microsoft.ApiManagement/service/policyFragments",
    "Microsoft.ApiManagement/service/backends",
    "Microsoft.ApiManagement/service/apis/policies",
    "Microsoft.ApiManagement/service/apis/operations/policies",
    "Microsoft.ApiManagement/service/products/policies",
];

/// The validator for an [`ArmServer`](super::ArmServer).
pub fn policy_validator() -> Validator {
    Arc::new(|state: &State, resource: &Resource| {
        if !CHECKED.iter().any(|checked| resource.id.is_type(checked)) {
            return Ok(());
        }
        let Some(service) = service_of(&resource.id) else { return Ok(()) };
        build(state, &service).map_err(|refused| fault(&refused.0))
    })
}

fn build(state: &State, service: &ResourceId) -> DiagResult<()> {
    let config: Config = gateway_config::from_resources(state, &service.to_string())?;
    Gateway::build(config).map(drop)
}

fn service_of(id: &ResourceId) -> Option<ResourceId> {
    let mut id = id.clone();
    while !id.is_type("Microsoft.ApiManagement/service") {
        id = id.parent()?;
    }
    Some(id)
}

/// API Management answers `ValidationError` with a detail for each problem; ours carry the diagnostic's code.
fn fault(found: &[Diagnostic]) -> ArmFault {
    let details = found
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| {
            ArmFault::bad_request(diagnostic.code.id, told(diagnostic)).with_target("representation")
        })
        .collect();
    ArmFault::bad_request("ValidationError", "One or more fields contain incorrect values:")
        .with_details(details)
}

/// The message with its place, which is all that travels through ARM.
fn told(diagnostic: &Diagnostic) -> String {
    match &diagnostic.primary {
        Some(label) => {
            let position = label.source.position(label.span.start);
            format!(
                "{} on line {}, column {}: {}",
                label.source.path(),
                position.line,
                position.column,
                diagnostic.message
            )
        }
        None => diagnostic.message.clone(),
    }
}
