//! Microsoft.Cdn: what Azure Front Door says of itself, and what it takes for an origin.

use serde_json::{Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.Cdn/profiles", complete: profile, action: no_action },
    Provider { resource_type: "Microsoft.Cdn/profiles/afdEndpoints", complete: endpoint, action: no_action },
    Provider { resource_type: "Microsoft.Cdn/profiles/customDomains", complete: domain, action: no_action },
    Provider {
        resource_type: "Microsoft.Cdn/profiles/originGroups/origins",
        complete: origin,
        action: no_action,
    },
];

/// Seconds that Front Door waits for an answer
/// (learn.microsoft.com/troubleshoot/azure/front-door/troubleshoot-issues, 2025-09-24, read 2026-12-01).
const TIMEOUT_S: std::ops::RangeInclusive<u64> = 16..=240;

fn profile(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let timeout = draft.resource.at("/properties/originResponseTimeoutSeconds").and_then(Json::as_u64);
    if timeout.is_some_and(|seconds| !TIMEOUT_S.contains(&seconds)) {
        let message = format!(
            "OriginResponseTimeoutSeconds has to be from {} to {}.",
            TIMEOUT_S.start(),
            TIMEOUT_S.end()
        );
        return Err(ArmFault::bad_request("BadRequest", message));
    }
    draft.set("frontDoorId", draft.guid("front-door"));
    draft.set("resourceState", "Active");
    Ok(())
}

fn endpoint(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let guid = draft.guid("label");
    let label: String = guid.chars().filter(|c| *c != '-').take(16).collect();
    draft.set("hostName", format!("{}-{label}.z01.azurefd.net", draft.name()));
    Ok(())
}

fn domain(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("domainValidationState", "Pending");
    let token = draft.guid("validation").replace('-', "");
    draft.set("validationProperties", json!({ "validationToken": token }));
    Ok(())
}

/// Names of origins are addresses of machines elsewhere: one of Front Door's own would lead back to it.
fn origin(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let host = draft.text("/properties/hostName").unwrap_or_default().to_ascii_lowercase();
    if host.is_empty() || host.ends_with(".azurefd.net") {
        return Err(ArmFault::bad_request(
            "BadRequest",
            format!("The origin host name '{host}' is not valid."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::sandbox::providers::complete;
    use crate::sandbox::{ResourceId, State};

    fn made(path: &str, properties: Json) -> Result<Json, String> {
        let id = format!(
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Cdn/profiles/afd{path}"
        );
        let state = State::default();
        let id = ResourceId::parse(&id).unwrap();
        let draft =
            complete(&state, "tenant", &id, json!({ "location": "global", "properties": properties }));
        draft.map(|draft| draft.resource.body).map_err(|fault| format!("{fault:?}"))
    }

    #[test]
    fn a_profile_has_an_id_and_a_time_to_wait() {
        let profile = made("", json!({ "originResponseTimeoutSeconds": 240 })).unwrap();
        assert_eq!(profile["properties"]["frontDoorId"].as_str().map(str::len), Some(36));
        let refused = made("", json!({ "originResponseTimeoutSeconds": 241 })).unwrap_err();
        assert!(refused.contains("16 to 240"), "{refused}");
    }

    #[test]
    fn an_endpoint_has_a_name_and_a_domain_a_token() {
        let endpoint = made("/afdEndpoints/fde-1", json!({})).unwrap();
        let host = endpoint["properties"]["hostName"].as_str().unwrap();
        assert!(host.starts_with("fde-1-") && host.ends_with(".z01.azurefd.net"), "{host}");
        let domain = made("/customDomains/ai", json!({ "hostName": "ai.example.com" })).unwrap();
        assert_eq!(
            domain["properties"]["validationProperties"]["validationToken"].as_str().map(str::len),
            Some(32)
        );
    }

    #[test]
    fn an_origin_is_elsewhere() {
        assert!(
            made("/originGroups/g/origins/o", json!({ "hostName": "a.eastus2.cloudapp.azure.com" })).is_ok()
        );
        for host in ["", "x.Z01.azurefd.net"] {
            assert!(made("/originGroups/g/origins/o", json!({ "hostName": host })).is_err(), "{host}");
        }
    }
}
