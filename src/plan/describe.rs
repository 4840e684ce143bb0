//! What a reader wants to know of a resource's body: SKU, region, what tells it from its neighbours, and which
//! values wait for Azure.

use indexmap::IndexMap;

use crate::arm::{Resource, Value};
use crate::catalog::regions::normalize;

use super::{Unknown, secrets};

/// `Developer x1`, from wherever the type keeps its SKU.
pub(super) fn sku(body: &Value) -> Option<String> {
    let sku = at(body, &["sku"]).or_else(|| at(body, &["properties", "sku"]))?;
    let name = text(at(sku, &["name"])?)?;
    Some(match at(sku, &["capacity"]) {
        Some(Value::Int(capacity)) => format!("{name} x{capacity}"),
        _ => name.to_owned(),
    })
}

pub(super) fn location(body: &Value) -> Option<String> {
    text(at(body, &["location"])?).map(normalize)
}

/// The resource group in an ARM id.
pub(super) fn group_of(id: &str) -> Option<&str> {
    let mut segments = id.split('/').skip_while(|segment| !segment.eq_ignore_ascii_case("resourceGroups"));
    segments.next()?;
    segments.next()
}

/// The id up to the name of the first resource in it.
pub(super) fn root_id(id: &str) -> &str {
    let Some(provider) = id.find("/providers/") else { return id };
    // "", "providers", namespace, type, name
    match id[provider..].match_indices('/').nth(4) {
        Some((end, _)) => &id[..provider + end],
        None => id,
    }
}

pub(super) fn notes(resource: &Resource) -> Vec<String> {
    [model(&resource.body), zones(&resource.body), scope(&resource.id)].into_iter().flatten().collect()
}

/// The model of an Azure OpenAI deployment.
fn model(body: &Value) -> Option<String> {
    let model = at(body, &["properties", "model"])?;
    Some(format!("{} {}", text(at(model, &["name"])?)?, text(at(model, &["version"])?)?))
}

fn zones(body: &Value) -> Option<String> {
    let Some(Value::Array(zones)) = at(body, &["zones"]) else { return None };
    let zones: Vec<&str> = zones.iter().filter_map(text).collect();
    if zones.is_empty() { None } else { Some(format!("zones {}", zones.join(","))) }
}

/// The resource that an extension resource such as a role assignment hangs on.
fn scope(id: &str) -> Option<String> {
    let (scope, _) = id.rsplit_once("/providers/")?;
    let (_, target) = scope.rsplit_once("/providers/")?;
    target.rsplit('/').next().map(|name| format!("on {name}"))
}

/// Lists what waits for Azure.
pub(super) fn unknowns(resource: &Resource) -> Vec<Unknown> {
    let mut found = Vec::new();
    if let Some(late) = &resource.late {
        found.push(Unknown { path: "name".to_owned(), expression: Some(expression(&late.name)) });
    }
    if let Value::Unknown(_) = resource.condition {
        let expression = expression(&resource.condition);
        found.push(Unknown { path: "condition".to_owned(), expression: Some(expression) });
    }
    walk(&resource.body, "", resource, &mut found);
    found
}

/// The depth is bounded by the evaluator.
fn walk(value: &Value, path: &str, resource: &Resource, found: &mut Vec<Unknown>) {
    match value {
        Value::Unknown(_) => {
            let expression = (!is_secret(path, resource)).then(|| expression(value));
            found.push(Unknown { path: path.to_owned(), expression });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{index}]"), resource, found);
            }
        }
        Value::Object(fields) => walk_fields(fields, path, resource, found),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {}
    }
}

fn walk_fields(fields: &IndexMap<String, Value>, path: &str, resource: &Resource, found: &mut Vec<Unknown>) {
    for (name, value) in fields {
        let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        walk(value, &inner, resource, found);
    }
}

fn is_secret(path: &str, resource: &Resource) -> bool {
    let is_open = at(&resource.body, &["properties", "secret"]) == Some(&Value::Bool(false));
    secrets::is_secret(&resource.resource_type, path, is_open)
}

/// The text of an unknown value: the expression that yields it, resource ids shortened.
pub(super) fn expression(value: &Value) -> String {
    match value {
        Value::Unknown(residual) => residual.short(),
        _ => value.to_display_json().to_string(),
    }
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Object(fields) => fields.get(*name),
        _ => None,
    })
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
