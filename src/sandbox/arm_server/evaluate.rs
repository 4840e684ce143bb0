//! Between the server and the template evaluator: templates come in as JSON, diagnostics go out as ARM errors.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::runtime::Stored;
use crate::arm::{self, Output, Target, TargetScope, Value};
use crate::diag::{Diagnostic, Diagnostics};
use crate::sandbox::{ArmFault, ResourceId};

/// Evaluates a template for the deployment `id`.
pub(super) fn deployment(
    shared: &Shared,
    id: &ResourceId,
    location: &str,
    template: &Json,
    parameters: &Map<String, Json>,
) -> Result<arm::Deployment, ArmFault> {
    let target = Target {
        tenant_id: shared.options.tenant_id.clone(),
        scope: match id.resource_group() {
            Some(group) => TargetScope::group(&shared.options.subscription_id, group),
            None => TargetScope::Subscription(shared.options.subscription_id.clone()),
        },
        location: location.to_owned(),
        deployment_name: id.name().to_owned(),
    };
    let parameters = parameters.iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect();
    let (deployment, _warnings) =
        arm::evaluate_with(template, &parameters, &target, &facts()).map_err(|found| refused(&found))?;
    if let Some((_, resource)) = deployment.walk().iter().find(|(_, resource)| resource.options.is_some()) {
        let message = format!("the sandbox does not heed the options (`@options`) of `{}`", resource.name);
        return Err(refused(&Diagnostics(vec![Diagnostic::new(&arm::codes::UNSUPPORTED, message)])));
    }
    Ok(deployment)
}

/// What a template may ask of the moment, and of who deploys: the sandbox lets anyone in, so that is nobody.
fn facts() -> arm::Facts {
    arm::Facts {
        now_unix_s: Some(time::OffsetDateTime::now_utc().unix_timestamp()),
        guid_seed: Some(uuid::Uuid::new_v4().to_string()),
        deployer_object_id: Some(uuid::Uuid::nil().to_string()),
        deployer_name: Some(String::new()),
    }
}

/// The parameters as GET shows them: with their types, secure ones without a value.
pub(super) fn shown_parameters(template: &Json, given: &Map<String, Json>) -> Json {
    let declared = template.get("parameters").and_then(Json::as_object);
    let shown = declared.into_iter().flatten().map(|(name, declaration)| {
        let kind = declaration.get("type").and_then(Json::as_str).unwrap_or_default();
        let value = given.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let mut shown = json!({"type": arm_type(kind)});
        if let Some(value) = value.filter(|_| !is_secure(kind)) {
            shown["value"] = value.clone();
        }
        (name.clone(), shown)
    });
    Json::Object(shown.collect())
}

/// A resource with everything that waited for other resources.
pub(super) struct Ready {
    pub(super) id: ResourceId,
    /// A false condition: the resource is not deployed.
    pub(super) is_wanted: bool,
    pub(super) body: Json,
}

/// Computes what could not be known before the resources it depends on were there.
pub(super) fn ready(shared: &Shared, resource: &arm::Resource) -> Result<Ready, ArmFault> {
    let resolved = resource.resolve(&Stored(&shared.state)).map_err(|found| unresolved(&found))?;
    let id = ResourceId::parse(&resolved.id);
    let id = id.ok_or_else(|| invalid(format!("'{}' is not the id of a resource.", resolved.id)))?;
    let is_wanted = resolved.condition.as_bool();
    let is_wanted = is_wanted
        .ok_or_else(|| invalid(format!("The condition of '{}' is not a boolean.", resolved.name)))?;
    let body = if is_wanted { resolved.body.to_json() } else { Some(Json::Null) };
    let body =
        body.ok_or_else(|| invalid(format!("The body of '{}' cannot be evaluated.", resolved.name)))?;
    Ok(Ready { id, is_wanted, body })
}

/// The outputs as GET shows them.
pub(super) fn outputs(shared: &Shared, outputs: &IndexMap<String, Output>) -> Result<Json, ArmFault> {
    let mut shown = Map::new();
    for (name, output) in outputs {
        let mut entry = json!({"type": arm_type(&output.output_type)});
        if !output.is_secure() {
            entry["value"] = resolve(shared, &output.value).map_err(|fault| {
                let message = format!("Unable to evaluate template outputs: '{name}'.");
                ArmFault::bad_request("DeploymentOutputEvaluationFailed", message).with_details(vec![fault])
            })?;
        }
        shown.insert(name.clone(), entry);
    }
    Ok(Json::Object(shown))
}

fn resolve(shared: &Shared, value: &Value) -> Result<Json, ArmFault> {
    let resolved = value.resolve(&Stored(&shared.state)).map_err(|found| unresolved(&found))?;
    resolved.to_json().ok_or_else(|| invalid("The template language expression cannot be evaluated."))
}

fn unresolved(found: &Diagnostic) -> ArmFault {
    let status = if found.code.id == "ResourceNotFound" { 404 } else { 400 };
    ArmFault::new(status, found.code.id, said(found))
}

fn invalid(message: impl Into<String>) -> ArmFault {
    ArmFault::bad_request("InvalidTemplate", message)
}

/// The refusal of a template, its findings as details.
fn refused(found: &Diagnostics) -> ArmFault {
    let errors = found.0.iter().filter(|finding| finding.is_error());
    let details = errors.map(|finding| ArmFault::bad_request(finding.code.id, said(finding))).collect();
    invalid("Deployment template validation failed.").with_details(details)
}

/// ARM has no field for help.
fn said(finding: &Diagnostic) -> String {
    let help: String = finding.help.iter().map(|help| format!(" ({help})")).collect();
    format!("{}{help}", finding.message)
}

fn is_secure(kind: &str) -> bool {
    kind.to_ascii_lowercase().starts_with("secure")
}

/// ARM answers with capitalized types, whatever the template wrote.
fn arm_type(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "string" => "String",
        "securestring" => "SecureString",
        "int" => "Int",
        "bool" => "Bool",
        "array" => "Array",
        "secureobject" => "SecureObject",
        _ => "Object",
    }
}
