//! Deployments: start, watch, stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value as Json, json};

use super::http::{Call, Reply, no_route};
use super::{Shared, duration, evaluate, execute, resources, shape, timestamp, what_if};
use crate::sandbox::records::DeploymentRecord;
use crate::sandbox::{ArmFault, ResourceId};

/// A deployment's name: letters, digits and `-_.()`, at most 64.
const NAME_MAX: usize = 64;

/// Serves what is behind `…/deployments`: `[name[/action[/id]]]`.
pub(super) fn serve(
    shared: &Arc<Shared>,
    call: &Call,
    scope: &ResourceId,
    rest: &[&str],
) -> Result<Reply, ArmFault> {
    if scope.resource_group().is_some() && !shared.state.exists(scope) {
        return Err(resources::group_not_found(scope));
    }
    let name = rest.first().copied().filter(|name| !name.is_empty());
    let Some(name) = name else {
        let all = shared.state.deployments_in(scope);
        let is_list = call.method == Method::GET;
        let wanted = call.query("$filter").and_then(|filter| state_of(&filter));
        let is_wanted = |record: &&DeploymentRecord| {
            wanted.as_ref().is_none_or(|state| state.eq_ignore_ascii_case(record.state))
        };
        return if is_list {
            Ok(Reply::list(all.iter().filter(is_wanted).map(DeploymentRecord::to_json).collect()))
        } else {
            Err(no_route(call))
        };
    };
    let id = deployment_id(scope, name)?;
    let action = rest.get(1).map(|action| action.to_ascii_lowercase());
    let argument = rest.get(2).copied();
    let find = || shared.state.deployment(&id).ok_or_else(|| not_found(&id));
    match (call.method.as_str(), action.as_deref(), argument) {
        ("PUT", None, _) => start(shared, call, id),
        ("GET", None, _) => {
            if shared.faults().is_hidden(&id) {
                return Err(not_found(&id));
            }
            Ok(Reply::ok(find()?.to_json()))
        }
        ("HEAD", None, _) => Ok(Reply::empty(if shared.state.deployment(&id).is_some() { 204 } else { 404 })),
        ("POST", Some("validate"), None) => {
            resources::allowed(shared, &id, "validate/action")?;
            let accepted = accept(shared, call, &id, Secrets::AsGiven)?;
            preflight(shared, &accepted.evaluated)?;
            let mut record = accepted.record.to_json();
            record["properties"]["provisioningState"] = Json::from("Succeeded");
            Ok(Reply::ok(record))
        }
        ("POST", Some("whatif"), None) => {
            resources::allowed(shared, &id, "whatIf/action")?;
            what_if(shared, call, &id)
        }
        ("DELETE", None, _) => {
            let record = find()?;
            if record.is_active() {
                let message = format!("The deployment '{}' is running and cannot be deleted.", id.name());
                return Err(ArmFault::new(409, "DeploymentActive", message));
            }
            shared.state.forget_deployment(&id);
            Ok(shared.accepted(call, 204, None))
        }
        ("POST", Some("cancel"), None) => cancel(&find()?),
        ("POST", Some("exporttemplate"), None) => Ok(Reply::ok(json!({"template": find()?.template}))),
        ("GET", Some("operations"), None) => {
            let record = find()?;
            Ok(Reply::list(record.operations.iter().map(|operation| operation.to_json(&id)).collect()))
        }
        ("GET", Some("operations"), Some(operation_id)) => {
            let record = find()?;
            let found = record.operations.iter().find(|operation| operation.operation_id == operation_id);
            Ok(Reply::ok(found.ok_or_else(|| not_found(&id))?.to_json(&id)))
        }
        ("GET", Some("operationstatuses"), Some(operation_id)) => {
            let record = find()?;
            if record.operation_id != operation_id || shared.faults().is_hidden(&id) {
                return Err(not_found(&id));
            }
            Ok(status(shared, &record))
        }
        _ => Err(no_route(call)),
    }
}

/// `provisioningState eq 'Failed'`.
fn state_of(filter: &str) -> Option<String> {
    let rest = filter.trim().strip_prefix("provisioningState eq ")?;
    Some(rest.trim().trim_matches('\'').to_owned())
}

/// Compared at once; told by way of `Location`, as ARM does.
fn what_if(shared: &Arc<Shared>, call: &Call, id: &ResourceId) -> Result<Reply, ArmFault> {
    let Accepted { evaluated, record } = accept(shared, call, id, Secrets::Masked)?;
    preflight(shared, &evaluated)?;
    let format = call.body.pointer("/properties/whatIfSettings/resultFormat").and_then(Json::as_str);
    let ids_only = format.is_some_and(|format| format.eq_ignore_ascii_case("ResourceIdOnly"));
    let result = what_if::result(shared, &record, &evaluated, ids_only);
    Ok(shared.accepted(call, 200, Some(result)))
}

/// What ARM and the providers say to the resources before the first is made: policies that deny them, and rights that
/// the principal lacks (validation level `Provider`, the default of validate and what-if).
fn preflight(shared: &Shared, evaluated: &crate::arm::Deployment) -> Result<(), ArmFault> {
    let mut faults = Vec::new();
    for (_, resource) in evaluated.walk() {
        let is_skipped = resource.existing || resource.condition == crate::arm::Value::Bool(false);
        let Some(id) = ResourceId::parse(&resource.id).filter(|_| !is_skipped) else { continue };
        faults.extend(shared.faults().denial_of(&id, &resource.body.to_expression_json()));
        faults.extend(resources::allowed(shared, &id, "write").err());
    }
    if faults.is_empty() {
        return Ok(());
    }
    let message = "The template deployment failed with error: the resources below cannot be deployed. See inner errors.";
    Err(ArmFault::bad_request("InvalidTemplateDeployment", message).with_details(faults))
}

/// Whether the values of secure parameters reach the evaluation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    AsGiven,
    Masked,
}

/// A deployment that may start.
struct Accepted {
    record: DeploymentRecord,
    evaluated: crate::arm::Deployment,
}

fn start(shared: &Arc<Shared>, call: &Call, id: ResourceId) -> Result<Reply, ArmFault> {
    resources::allowed(shared, &id, "write")?;
    let Accepted { record, evaluated } = accept(shared, call, &id, Secrets::AsGiven)?;
    let url = format!(
        "{}{id}/operationStatuses/{}?api-version={}",
        shared.base_url, record.operation_id, call.api_version
    );
    let is_new = shared.state.deployment(&id).is_none();
    let body = record.to_json();
    shared.state.start_deployment(record).map_err(|running| {
        let message = format!(
            "Unable to edit or replace deployment '{}': previous deployment from '{}' is still active.",
            id.name(),
            running.timestamp
        );
        ArmFault::new(409, "DeploymentActive", message)
    })?;
    let task_shared = Arc::clone(shared);
    shared.spawn(async move { execute::run_to_end(task_shared, id, evaluated).await });
    let headers =
        vec![("azure-asyncoperation", url), ("retry-after", shared.options.retry_after_s.to_string())];
    Ok(Reply { status: if is_new { 201 } else { 200 }, headers, body: Some(body) })
}

/// Reads and evaluates the body of a PUT, a validation or a what-if.
fn accept(shared: &Shared, call: &Call, id: &ResourceId, secrets: Secrets) -> Result<Accepted, ArmFault> {
    let invalid = |message: String| ArmFault::bad_request("InvalidRequestContent", message);
    let properties = call.body.get("properties").filter(|properties| properties.is_object());
    let properties = properties.ok_or_else(|| invalid("The request has no `properties`.".to_owned()))?;
    let mode = mode(properties.get("mode").and_then(Json::as_str).unwrap_or_default(), id)?;
    let template = properties.get("template").filter(|template| template.is_object());
    let template = template.ok_or_else(|| {
        invalid("The request has no `template`; a link to one is not followed by the sandbox.".to_owned())
    })?;
    let location = call.body.get("location").and_then(Json::as_str).map(str::to_owned);
    let target_location = match scope_location(shared, id, location.as_deref()) {
        Some(target_location) => target_location,
        None => {
            return Err(ArmFault::bad_request(
                "LocationRequired",
                "The 'location' property must be specified.",
            ));
        }
    };
    if let (Some(old), Some(new)) =
        (shared.state.deployment(id).and_then(|before| before.location), &location)
        && !old.eq_ignore_ascii_case(new)
    {
        let message = format!(
            "Invalid deployment location '{new}'. The deployment '{}' already exists in location '{old}'.",
            id.name()
        );
        return Err(ArmFault::new(409, "InvalidDeploymentLocation", message));
    }
    let mut parameters = given_parameters(properties.get("parameters"))?;
    if secrets == Secrets::Masked {
        parameters = what_if::masked(template, &parameters);
    }
    let evaluated = evaluate::deployment(shared, id, &target_location, template, &parameters)?;
    let record = DeploymentRecord {
        id: id.clone(),
        location: location.filter(|_| id.resource_group().is_none()),
        operation_id: uuid::Uuid::new_v4().to_string(),
        correlation_id: call.correlation_id.clone(),
        template: template.clone(),
        parameters: evaluate::shown_parameters(template, &parameters),
        mode,
        shape: shape::of(template, &evaluated),
        tags: call.body.get("tags").cloned().unwrap_or_default(),
        state: "Accepted",
        began: shared.now(),
        timestamp: timestamp(shared.now()),
        duration: duration(Duration::ZERO),
        outputs: Json::Null,
        error: None,
        operations: Vec::new(),
        cancel: Arc::new(AtomicBool::new(false)),
    };
    Ok(Accepted { record, evaluated })
}

fn mode(given: &str, id: &ResourceId) -> Result<&'static str, ArmFault> {
    let is = |mode: &str| given.eq_ignore_ascii_case(mode);
    let message = match id.resource_group() {
        _ if is("Incremental") => return Ok("Incremental"),
        Some(_) if is("Complete") => return Ok("Complete"),
        None if is("Complete") => {
            "Deployment mode 'Complete' is not supported for deployments at subscription scope.".to_owned()
        }
        _ => format!("The deployment mode '{given}' is neither 'Incremental' nor 'Complete'."),
    };
    Err(ArmFault::bad_request("InvalidDeploymentMode", message))
}

/// The location a template sees: that of the resource group, or the one given at subscription scope.
fn scope_location(shared: &Shared, id: &ResourceId, given: Option<&str>) -> Option<String> {
    let Some(group) = id.resource_group_id() else { return given.map(str::to_owned) };
    let group = shared.state.get(&ResourceId::parse(&group)?)?;
    group.text("/location").map(str::to_owned)
}

/// `{name: {value}}` becomes `{name: value}`.
fn given_parameters(parameters: Option<&Json>) -> Result<Map<String, Json>, ArmFault> {
    let Some(Json::Object(parameters)) = parameters else { return Ok(Map::new()) };
    let value = |(name, given): (&String, &Json)| match given.get("value") {
        Some(value) => Ok((name.clone(), value.clone())),
        None => {
            let message =
                format!("The parameter '{name}' has no `value`; the sandbox reads no key vault references.");
            Err(ArmFault::bad_request("InvalidDeploymentParameterValue", message))
        }
    };
    parameters.iter().map(value).collect()
}

fn cancel(record: &DeploymentRecord) -> Result<Reply, ArmFault> {
    if !record.is_active() {
        let message = format!(
            "The deployment '{}' cannot be cancelled because it is in a terminal provisioning state '{}'.",
            record.id.name(),
            record.state
        );
        return Err(ArmFault::new(409, "DeploymentCannotBeCancelled", message));
    }
    record.cancel.store(true, Ordering::SeqCst);
    Ok(Reply::empty(204))
}

fn status(shared: &Shared, record: &DeploymentRecord) -> Reply {
    let mut body = json!({"status": record.state});
    if let Some(error) = &record.error {
        body["error"] = error.to_json();
    }
    let mut reply = Reply::ok(body);
    if record.is_active() {
        reply.headers.push(("retry-after", shared.options.retry_after_s.to_string()));
    }
    reply
}

fn deployment_id(scope: &ResourceId, name: &str) -> Result<ResourceId, ArmFault> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    let id = ResourceId::parse(&format!("{scope}/providers/Microsoft.Resources/deployments/{name}"));
    id.filter(|_| name.chars().count() <= NAME_MAX && name.chars().all(allowed)).ok_or_else(|| {
        let message = format!("The provided deployment name '{name}' is not valid.");
        ArmFault::bad_request("InvalidDeploymentName", message)
    })
}

fn not_found(id: &ResourceId) -> ArmFault {
    ArmFault::not_found("DeploymentNotFound", format!("Deployment '{}' could not be found.", id.name()))
}
