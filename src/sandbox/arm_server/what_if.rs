//! What a deployment would change (`whatIf`): the template evaluated against what is stored, compared with it.
//!
//! The form of the answer: the OpenAPI file of Microsoft.Resources (deployments, 2025-04-01). Compared is what the template
//! says, and what could stand in it and does not: a tag, an element of a list, a property that Azure publishes as
//! writable. Secure parameters are masked before the evaluation, so that no answer holds one.

use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::runtime::Stored;
use crate::arm::{self, Value};
use crate::catalog::azure_types::{self, Object, Type};
use crate::sandbox::ResourceId;

/// What stands for a secure parameter.
const MASK: &str = "*******";
const MASK_DEPTH_MAX: usize = 64;

/// The properties of the answer.
pub(super) fn result(
    shared: &Shared,
    deployment: &ResourceId,
    evaluated: &arm::Deployment,
    ids_only: bool,
) -> Json {
    let mut changes: Vec<Json> = Vec::new();
    let mut named: Vec<String> = Vec::new();
    let skipped = shared.faults().short_circuit.clone();
    let is_skipped = |name: &str| skipped.iter().any(|skipped| skipped.eq_ignore_ascii_case(name));
    let mut diagnostics: Vec<Json> = Vec::new();
    for (path, resource) in evaluated.walk() {
        if is_skipped(&resource.name) && resource.nested.is_some() {
            diagnostics.push(short_circuited(&resource.id));
        }
        if path.iter().any(|name| is_skipped(name)) {
            continue;
        }
        if resource.existing || resource.resource_type.eq_ignore_ascii_case("Microsoft.Resources/deployments")
        {
            continue;
        }
        let stored = Stored(&shared.state);
        let resolved = resource.resolve(&stored).unwrap_or_else(|_| resource.clone());
        if resolved.condition == Value::Bool(false) {
            continue;
        }
        named.push(resolved.id.to_ascii_lowercase());
        changes.push(change(shared, &resolved, ids_only));
    }
    changes.extend(ignored(shared, deployment, &named, ids_only));
    json!({"status": "Succeeded", "properties": {
        "correlationId": uuid::Uuid::new_v4().to_string(), "changes": changes, "diagnostics": diagnostics,
    }})
}

/// What ARM says of a nested deployment that it does not look into (OpenAPI example of 2025-04-01).
fn short_circuited(id: &str) -> Json {
    json!({
        "level": "Warning", "code": "NestedDeploymentShortCircuited", "target": id,
        "message": "A nested deployment was not looked into: a parameter of it is not fully known before the deployment.",
    })
}

/// Replaces the values of secure parameters.
pub(super) fn masked(template: &Json, given: &Map<String, Json>) -> Map<String, Json> {
    let declared = template.get("parameters").and_then(Json::as_object);
    let is_secure = |name: &str| {
        let found = declared.into_iter().flatten().find(|(other, _)| other.eq_ignore_ascii_case(name));
        let kind = found.and_then(|(_, declaration)| declaration.get("type")).and_then(Json::as_str);
        kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("secure"))
    };
    let value = |(name, value): (&String, &Json)| {
        (name.clone(), if is_secure(name) { masked_value(value, 0) } else { value.clone() })
    };
    given.iter().map(value).collect()
}

fn masked_value(value: &Json, depth: usize) -> Json {
    match value {
        Json::Object(fields) if depth < MASK_DEPTH_MAX => {
            fields.iter().map(|(name, value)| (name.clone(), masked_value(value, depth + 1))).collect()
        }
        Json::Array(items) if depth < MASK_DEPTH_MAX => {
            items.iter().map(|item| masked_value(item, depth + 1)).collect()
        }
        Json::Null => Json::Null,
        _ => Json::from(MASK),
    }
}

fn change(shared: &Shared, resource: &arm::Resource, ids_only: bool) -> Json {
    let before =
        ResourceId::parse(&resource.id).and_then(|id| shared.state.get(&id)).map(|stored| stored.body);
    if resource.condition != Value::Bool(true) {
        return json!({
            "resourceId": resource.id, "changeType": "Unsupported",
            "unsupportedReason": "Whether the resource is deployed is known during the deployment only.",
        });
    }
    let after = after(resource);
    let found = azure_types::find(&resource.resource_type, &resource.api_version);
    let body = found.and_then(|found| found.body());
    let delta = before.as_ref().map(|before| difference(before, &after, body)).unwrap_or_default();
    let kind = match (&before, ids_only, delta.is_empty()) {
        (None, ..) => "Create",
        (Some(_), true, _) => "Deploy",
        (Some(_), false, true) => "NoChange",
        (Some(_), false, false) => "Modify",
    };
    let mut change = json!({"resourceId": resource.id, "changeType": kind});
    if ids_only {
        return change;
    }
    change["after"] = match &before {
        Some(before) => merged(before, &after),
        None => after,
    };
    if let Some(mut before) = before {
        hide(&mut before, &change["after"], 0);
        change["before"] = before;
    }
    if !delta.is_empty() {
        change["delta"] = Json::Array(delta);
    }
    change
}

/// What the template says of the resource; what waits for the deployment stands there as its expression.
fn after(resource: &arm::Resource) -> Json {
    let mut whole = json!({
        "apiVersion": resource.api_version, "id": resource.id,
        "name": resource.name.rsplit('/').next().unwrap_or_default(), "type": resource.resource_type,
    });
    if let (Json::Object(whole), Json::Object(body)) = (&mut whole, resource.body.to_expression_json()) {
        whole.extend(body);
    }
    whole
}

/// Resources of the scope that the template does not name: an incremental deployment leaves them alone.
fn ignored(shared: &Shared, deployment: &ResourceId, named: &[String], ids_only: bool) -> Vec<Json> {
    let Some(group) = deployment.resource_group_id().map(|id| format!("{}/", id.to_ascii_lowercase())) else {
        return Vec::new();
    };
    let others = shared.state.all().into_iter().filter(|resource| {
        let key = resource.id.key();
        key.starts_with(&group) && resource.text("/location").is_some() && !named.contains(&key)
    });
    others
        .map(|resource| {
            let mut change = json!({"resourceId": resource.id.to_string(), "changeType": "Ignore"});
            if !ids_only {
                (change["before"], change["after"]) = (resource.body.clone(), resource.body);
            }
            change
        })
        .collect()
}

/// The changes of properties from what is stored to what the template says.
fn difference(before: &Json, after: &Json, body: Option<Object<'_>>) -> Vec<Json> {
    let mut delta = Vec::new();
    let is_own = |name: &str| ["id", "name", "type", "apiVersion"].contains(&name);
    for (name, value) in after.as_object().into_iter().flatten().filter(|(name, _)| !is_own(name)) {
        compare(name, before.get(name), value, 0, &mut delta);
    }
    let tags = |whole: &Json| whole.get("tags").and_then(Json::as_object).cloned().unwrap_or_default();
    let kept = tags(after);
    for (name, value) in tags(before).iter().filter(|(name, _)| !kept.contains_key(*name)) {
        delta.push(removed(&format!("tags.{name}"), value));
    }
    if let Some(body) = body {
        left_out(body, before, after, &mut delta);
    }
    delta
}

fn removed(path: &str, before: &Json) -> Json {
    json!({"path": path, "propertyChangeType": "Delete", "before": before, "after": null})
}

/// Properties that are there, that a template could set, and that this one does not set.
fn left_out(body: Object<'_>, before: &Json, after: &Json, delta: &mut Vec<Json>) {
    let Some(Type::Object(properties)) = body.property("properties").map(|found| found.ty.read()) else {
        return;
    };
    let set =
        |name: &str| after.pointer("/properties").is_some_and(|properties| properties.get(name).is_some());
    let stored = before.get("properties").and_then(Json::as_object).into_iter().flatten();
    for (name, value) in stored.filter(|(name, value)| !value.is_null() && !set(name)) {
        if properties.property(name).is_some_and(|found| !found.read_only && !found.write_only) {
            delta.push(removed(&format!("properties.{name}"), value));
        }
    }
}

fn compare(path: &str, before: Option<&Json>, after: &Json, depth: usize, delta: &mut Vec<Json>) {
    match (before, after) {
        (Some(before), after) if is_same(path, before, after) => {}
        (Some(Json::Object(old)), Json::Object(new)) if depth < MASK_DEPTH_MAX => {
            for (name, value) in new {
                compare(&format!("{path}.{name}"), old.get(name), value, depth + 1, delta);
            }
        }
        (Some(Json::Array(old)), Json::Array(new)) if depth < MASK_DEPTH_MAX => {
            let children = elements(old, new, depth + 1);
            if !children.is_empty() {
                let array = json!({
                    "path": path, "propertyChangeType": "Array", "before": old, "after": new, "children": children,
                });
                delta.push(array);
            }
        }
        (Some(before), after) => delta.push(json!({
            "path": path, "propertyChangeType": "Modify", "before": before, "after": after,
        })),
        (None, Json::Null) => {}
        (None, after) => {
            delta.push(json!({"path": path, "propertyChangeType": "Create", "before": null, "after": after}));
        }
    }
}

/// The changes of a list, each under its index.
fn elements(old: &[Json], new: &[Json], depth: usize) -> Vec<Json> {
    let mut children = Vec::new();
    for (index, after) in new.iter().enumerate() {
        let path = index.to_string();
        match (old.get(index), after) {
            (Some(before @ Json::Object(_)), Json::Object(fields)) => {
                let mut inner = Vec::new();
                for (name, value) in fields {
                    compare(name, before.get(name), value, depth, &mut inner);
                }
                if !inner.is_empty() {
                    children.push(json!({
                        "path": path, "propertyChangeType": "Modify", "before": before, "after": after,
                        "children": inner,
                    }));
                }
            }
            (before, after) => compare(&path, before, after, depth, &mut children),
        }
    }
    let gone = old.iter().enumerate().skip(new.len());
    children.extend(gone.map(|(index, before)| removed(&index.to_string(), before)));
    children
}

/// What comes of a secure parameter is masked in what is stored, too.
fn hide(before: &mut Json, after: &Json, depth: usize) {
    match (before, after) {
        (Json::Object(old), Json::Object(new)) if depth < MASK_DEPTH_MAX => {
            for (name, value) in old.iter_mut() {
                hide(value, new.get(name).unwrap_or(&Json::Null), depth + 1);
            }
        }
        (before, after) if is_masked(after) => *before = after.clone(),
        _ => {}
    }
}

fn is_masked(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains(MASK),
        Json::Array(items) => items.iter().any(is_masked),
        _ => false,
    }
}

/// Locations are compared without case and spaces; what comes of a secure parameter cannot be compared.
fn is_same(path: &str, before: &Json, after: &Json) -> bool {
    if is_masked(after) {
        return true;
    }
    let squeezed = |value: &Json| value.as_str().map(|text| text.to_ascii_lowercase().replace(' ', ""));
    before == after || (path == "location" && squeezed(before) == squeezed(after))
}

/// What is stored, with what the template says put over it.
fn merged(before: &Json, after: &Json) -> Json {
    match (before, after) {
        (Json::Object(old), Json::Object(new)) => {
            let mut both = old.clone();
            for (name, value) in new {
                let value = old.get(name).map_or_else(|| value.clone(), |old| merged(old, value));
                both.insert(name.clone(), value);
            }
            Json::Object(both)
        }
        (_, after) => after.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_template_says_is_compared() {
        let before = json!({"location": "westeurope", "tags": {"a": "1"}, "properties": {"x": 1, "made": "by azure", "list": [1]}});
        for (after, expected) in [
            (json!({"location": "West Europe", "tags": {"a": "1"}, "properties": {"x": 1}}), ""),
            (json!({"tags": {"a": "1"}, "properties": {"x": 2}}), "properties.x Modify"),
            (json!({"tags": {"a": "1"}, "properties": {"y": true}}), "properties.y Create"),
            (json!({"tags": {"a": "1"}, "properties": {"list": [1, 2]}}), "properties.list Array"),
            (json!({"tags": {"a": "2"}, "sku": {"name": "S0"}}), "tags.a Modify, sku Create"),
            (json!({"tags": {}}), "tags.a Delete"),
            (json!({"id": "other", "properties": {"z": null}}), "tags.a Delete"),
        ] {
            let delta = difference(&before, &after, None);
            let text = |change: &Json, name: &str| change[name].as_str().unwrap_or_default().to_owned();
            let told: Vec<String> = delta
                .iter()
                .map(|change| format!("{} {}", text(change, "path"), text(change, "propertyChangeType")))
                .collect();
            assert_eq!(told.join(", "), expected, "{after}");
        }
    }

    #[test]
    fn a_list_has_a_change_for_each_index_and_what_a_template_could_set_goes() {
        let before = json!({"properties": {"list": [{"name": "a", "x": 1}, {"name": "b"}], "publisherName": "me",
            "gatewayUrl": "https://x"}});
        let after = json!({"properties": {"list": [{"name": "a", "x": 2}]}});
        let body = azure_types::find("Microsoft.ApiManagement/service", "2024-05-01").unwrap().body();
        let delta = difference(&before, &after, body);
        let inner = json!([{"path": "x", "propertyChangeType": "Modify", "before": 1, "after": 2}]);
        assert_eq!(delta[0]["children"][0]["children"], inner);
        assert_eq!(delta[0]["children"][1], removed("1", &json!({"name": "b"})));
        // The address is Azure's own.
        assert_eq!(delta[1..], [removed("properties.publisherName", &json!("me"))]);
    }

    #[test]
    fn secure_parameters_are_masked_and_keep_their_shape() {
        let template = json!({"parameters": {"key": {"type": "securestring"}, "Box": {"type": "secureObject"}, "open": {"type": "string"}}});
        let given = json!({"KEY": "s3cret", "box": {"a": ["s3cret", 1], "b": null}, "open": "shown"});
        let masked = Json::Object(masked(&template, given.as_object().unwrap()));
        assert_eq!(masked, json!({"KEY": MASK, "box": {"a": [MASK, MASK], "b": null}, "open": "shown"}));
    }
}
