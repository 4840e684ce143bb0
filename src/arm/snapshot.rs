//! What a template would deploy, as a document to keep beside it and to compare with: the shape that `bicep snapshot`
//! writes (Azure/bicep, SnapshotCommandTests, seen 2026-11-22). What only Azure knows stands in it as the expression
//! that is left, `[reference('/subscriptions/…', '2022-09-01').primaryEndpoints.blob]`.

use serde_json::{Map, Value as Json, json};

use super::{Deployment, Resource, Value};
use crate::diag::{Diagnostic, Severity};

/// The document `{ predictedResources, diagnostics, outputs }`. Deployments inside of the deployment are opened: what
/// they deploy stands in their place. Resources that are only read, or left out by their condition, are not there.
pub fn snapshot(deployment: &Deployment, warnings: &[Diagnostic]) -> Json {
    let all = deployment.walk();
    let deployed = all.iter().filter(|(_, resource)| is_predicted(resource));
    let resources: Vec<Json> = deployed.map(|(_, resource)| predicted(resource)).collect();
    let outputs: Map<String, Json> = deployment
        .outputs
        .iter()
        .filter(|(_, output)| !output.is_secure())
        .map(|(name, output)| (name.clone(), whole(&output.value)))
        .collect();
    json!({
        "predictedResources": resources,
        "diagnostics": warnings.iter().map(finding).collect::<Vec<_>>(),
        "outputs": outputs,
    })
}

fn is_predicted(resource: &Resource) -> bool {
    !resource.existing && resource.nested.is_none() && resource.condition != Value::Bool(false)
}

fn predicted(resource: &Resource) -> Json {
    let (id, name) = match &resource.late {
        Some(late) => (in_place(&late.id), in_place(&late.name)),
        None => (literal(&resource.id), literal(&resource.name)),
    };
    let mut shown = Map::new();
    shown.insert("id".to_owned(), id);
    shown.insert("type".to_owned(), literal(&resource.resource_type));
    shown.insert("name".to_owned(), name);
    shown.insert("apiVersion".to_owned(), literal(&resource.api_version));
    if resource.condition != Value::Bool(true) {
        shown.insert("condition".to_owned(), in_place(&resource.condition));
    }
    for (key, value) in resource.body.as_object().into_iter().flatten() {
        shown.insert(key.clone(), in_place(value));
    }
    Json::Object(shown)
}

/// A value with each unknown part as an expression in its place.
fn in_place(value: &Value) -> Json {
    match value {
        Value::Unknown(residual) => Json::String(format!("[{residual}]")),
        Value::String(text) => literal(text),
        Value::Array(items) => Json::Array(items.iter().map(in_place).collect()),
        Value::Object(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), in_place(value))).collect())
        }
        scalar => scalar.to_display_json(),
    }
}

/// A value that is one expression where anything in it is unknown: so outputs are written.
fn whole(value: &Value) -> Json {
    if value.is_known() { in_place(value) } else { Json::String(format!("[{}]", value.to_expression())) }
}

/// A text that is no expression, also where it looks like one.
fn literal(text: &str) -> Json {
    let escape = if text.starts_with('[') && text.ends_with(']') { "[" } else { "" };
    Json::String(format!("{escape}{text}"))
}

/// As the official tool writes them, a line each: the level, the code, the message.
fn finding(found: &Diagnostic) -> Json {
    let level = match found.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Info",
    };
    Json::String(format!("{level} {}: {}", found.code.id, found.message))
}
