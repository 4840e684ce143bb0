//! The tags of a resource, a resource group or the subscription as a resource of their own: `…/Microsoft.Resources/tags/default`
//! (REST reference, Tags, 2024-03-01).

use serde_json::{Map, Value as Json, json};

use super::http::{Call, Reply, no_route};
use super::{Shared, resources};
use crate::sandbox::{ArmFault, Resource, ResourceId};

/// A resource has at most fifty (learn.microsoft.com, tag-resources, 2026-11).
const TAGS_MAX: usize = 50;

/// Serves the tags of `scope`.
pub(super) fn serve(shared: &Shared, call: &Call, scope: &ResourceId) -> Result<Reply, ArmFault> {
    let mut resource = shared.state.get(scope).ok_or_else(|| resources::not_found(scope))?;
    let before = resource.body.get("tags").and_then(Json::as_object).cloned().unwrap_or_default();
    let given =
        || call.body.pointer("/properties/tags").and_then(Json::as_object).cloned().unwrap_or_default();
    let operation =
        call.body.get("operation").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let after = match (call.method.as_str(), operation.as_str()) {
        ("GET", _) => return Ok(Reply::ok(shown(&resource, &before))),
        ("PUT", _) | ("PATCH", "replace") => given(),
        ("PATCH", "merge") => before.into_iter().chain(given()).collect(),
        ("PATCH", "delete") => {
            let gone = given();
            before.into_iter().filter(|(name, value)| gone.get(name) != Some(value)).collect()
        }
        ("PATCH", other) => {
            let message =
                format!("The tags patch operation '{other}' is not one of 'Replace', 'Merge', 'Delete'.");
            return Err(ArmFault::bad_request("InvalidTagsPatchOperation", message));
        }
        ("DELETE", _) => Map::new(),
        _ => return Err(no_route(call)),
    };
    resources::allowed(shared, scope, "write")?;
    if after.len() > TAGS_MAX || after.values().any(|value| !value.is_string()) {
        let message = format!("A resource has at most {TAGS_MAX} tags, whose values are texts.");
        return Err(ArmFault::bad_request("InvalidTagParameter", message));
    }
    resource.body["tags"] = Json::Object(after.clone());
    let reply = if call.method == "DELETE" { Reply::empty(200) } else { Reply::ok(shown(&resource, &after)) };
    shared.state.put(resource);
    Ok(reply)
}

fn shown(resource: &Resource, tags: &Map<String, Json>) -> Json {
    json!({
        "id": format!("{}/providers/Microsoft.Resources/tags/default", resource.id), "name": "default",
        "type": "Microsoft.Resources/tags", "properties": {"tags": tags},
    })
}
