//! Carrying out a deployment: each resource as soon as what it depends on is there, nested deployments as
//! deployments of their own. A failed resource stops what depends on it; the rest goes on, as in ARM.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use super::evaluate::Ready;
use super::{Shared, duration, evaluate, operations, resources, shape, timestamp};
use crate::arm;
use crate::sandbox::records::DeploymentRecord;
use crate::sandbox::{ArmFault, ResourceId};

/// How often a waiting resource looks whether its deployment was cancelled.
const CANCEL_CHECK: Duration = Duration::from_millis(10);

/// How a deployment ended.
enum End {
    Succeeded { outputs: Json },
    Failed(ArmFault),
    Canceled,
}

/// Runs a recorded deployment and records its end.
pub(super) async fn run_to_end(shared: Arc<Shared>, id: ResourceId, deployment: arm::Deployment) {
    shared.state.update_deployment(&id, |record| record.state = "Running");
    let cancel = shared.state.deployment(&id).map(|record| record.cancel).unwrap_or_default();
    let end = run(Arc::clone(&shared), id.clone(), deployment, cancel).await;
    record_end(&shared, &id, &end);
}

fn record_end(shared: &Shared, id: &ResourceId, end: &End) {
    let now = shared.now();
    shared.state.update_deployment(id, |record| {
        record.timestamp = timestamp(now);
        record.duration = duration((now - record.began).try_into().unwrap_or_default());
        match end {
            End::Succeeded { outputs } => {
                record.outputs = outputs.clone();
                record.state = "Succeeded";
            }
            End::Failed(fault) => {
                record.error = Some(fault.clone());
                record.state = "Failed";
            }
            End::Canceled => record.state = "Canceled",
        }
    });
}

type Running = Pin<Box<dyn Future<Output = End> + Send>>;

/// Boxed because a deployment may hold deployments; how deep is bounded by the evaluator.
fn run(shared: Arc<Shared>, id: ResourceId, deployment: arm::Deployment, cancel: Arc<AtomicBool>) -> Running {
    Box::pin(async move {
        let mut waiting: Vec<arm::Resource> = deployment.resources;
        let own: BTreeSet<String> = waiting.iter().map(|resource| key(&resource.id)).collect();
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut failures: Vec<ArmFault> = Vec::new();
        let mut running: JoinSet<(String, Result<(), ArmFault>)> = JoinSet::new();
        loop {
            if !cancel.load(Ordering::SeqCst) {
                let is_ready = |resource: &arm::Resource| {
                    let mut needed =
                        resource.depends_on.iter().map(|id| key(id)).filter(|id| own.contains(id));
                    needed.all(|id| done.contains(&id))
                };
                let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
                waiting = rest;
                for resource in ready {
                    let (shared, id, cancel) = (Arc::clone(&shared), id.clone(), Arc::clone(&cancel));
                    running.spawn(
                        async move { (key(&resource.id), one(&shared, &id, resource, &cancel).await) },
                    );
                }
            }
            match running.join_next().await {
                None => break,
                Some(Ok((finished, Ok(())))) => drop(done.insert(finished)),
                Some(Ok((_, Err(fault)))) => failures.push(fault),
                Some(Err(broken)) => {
                    let message = format!("The sandbox broke while deploying a resource: {broken}.");
                    failures.push(ArmFault::new(500, "InternalServerError", message));
                }
            }
        }
        if cancel.load(Ordering::SeqCst) && (!waiting.is_empty() || !failures.is_empty()) {
            return End::Canceled;
        }
        if !failures.is_empty() {
            return End::Failed(deployment_failed(&id, failures));
        }
        if let Some(stuck) = waiting.first() {
            let message = format!("Circular dependency detected on resource: '{}'.", stuck.id);
            return End::Failed(ArmFault::bad_request("InvalidTemplate", message));
        }
        match evaluate::outputs(&shared, &deployment.outputs) {
            Ok(outputs) => End::Succeeded { outputs },
            Err(fault) => {
                let operation = operations::begin(&shared, &id, "EvaluateDeploymentOutput", None);
                operations::end(&shared, &id, &operation, Err(&fault));
                End::Failed(deployment_failed(&id, vec![fault]))
            }
        }
    })
}

/// Deploys one resource and writes its operation down. A false condition leaves no trace; an existing resource
/// is only read, by the expressions that refer to it.
async fn one(
    shared: &Arc<Shared>,
    deployment: &ResourceId,
    resource: arm::Resource,
    cancel: &Arc<AtomicBool>,
) -> Result<(), ArmFault> {
    if resource.existing {
        return Ok(());
    }
    let ready = evaluate::ready(shared, &resource);
    if ready.as_ref().is_ok_and(|ready| !ready.is_wanted) {
        return Ok(());
    }
    let id = ready.as_ref().map_or_else(|_| ResourceId::parse(&resource.id), |ready| Some(ready.id.clone()));
    let operation = operations::begin(shared, deployment, "Create", id.as_ref());
    let result = match (ready, resource.nested) {
        (Err(fault), _) => Err(fault),
        (Ok(ready), Some(nested)) => deploy_nested(shared, &ready.id, *nested, cancel).await,
        (Ok(ready), None) => create(shared, ready, cancel).await,
    };
    let result = result.map_err(|fault| match (&fault.target, id) {
        (None, Some(id)) => fault.with_target(id.to_string()),
        _ => fault,
    });
    operations::end(shared, deployment, &operation, result.as_ref().copied());
    result
}

async fn create(shared: &Shared, ready: Ready, cancel: &AtomicBool) -> Result<(), ArmFault> {
    let Ready { id, body, .. } = ready;
    let (delay, failure) = {
        let faults = shared.faults();
        (faults.delay_of(&id).unwrap_or(shared.options.resource_delay), faults.failure_of(&id))
    };
    let _busy = busy_parent(shared, &id)?;
    let until = shared.elapsed() + delay;
    while shared.elapsed() < until {
        // A resource that has started goes on in Azure, too; a slow one would only keep the tests waiting.
        if cancel.load(Ordering::SeqCst) {
            break;
        }
        tokio::time::sleep(CANCEL_CHECK.min(until.saturating_sub(shared.elapsed()))).await;
    }
    match failure {
        Some(fault) => Err(fault),
        None => resources::put(shared, &id, body).map(drop),
    }
}

/// An account changes one model deployment at a time and refuses a second one with 409, which is why templates
/// deploy them in batches of one (seen with Azure OpenAI; the error is `RequestConflict`).
fn busy_parent<'a>(shared: &'a Shared, id: &ResourceId) -> Result<Option<BusyParent<'a>>, ArmFault> {
    let parent = id.parent().filter(|_| id.is_type("Microsoft.CognitiveServices/accounts/deployments"));
    let Some(parent) = parent else { return Ok(None) };
    if shared.busy().insert(parent.key()) {
        return Ok(Some(BusyParent { shared, key: parent.key() }));
    }
    let message = format!(
        "Another operation is being performed on the parent resource '{parent}'. Please try again later."
    );
    Err(ArmFault::new(409, "RequestConflict", message))
}

/// The parent is free again when this is dropped.
struct BusyParent<'a> {
    shared: &'a Shared,
    key: String,
}

impl Drop for BusyParent<'_> {
    fn drop(&mut self) {
        self.shared.busy().remove(&self.key);
    }
}

/// A nested deployment has a record, operations and outputs like any other.
async fn deploy_nested(
    shared: &Arc<Shared>,
    id: &ResourceId,
    nested: arm::Deployment,
    cancel: &Arc<AtomicBool>,
) -> Result<(), ArmFault> {
    if let Some(group) = id.resource_group_id().and_then(|group| ResourceId::parse(&group))
        && !shared.state.exists(&group)
    {
        return Err(resources::group_not_found(&group));
    }
    let record = DeploymentRecord {
        id: id.clone(),
        location: id.resource_group().is_none().then(|| nested.target.location.clone()),
        operation_id: uuid::Uuid::new_v4().to_string(),
        correlation_id: uuid::Uuid::new_v4().to_string(),
        template: Json::Null,
        parameters: json!({}),
        mode: "Incremental",
        shape: shape::of(&Json::Null, &nested),
        tags: Json::Null,
        state: "Running",
        began: shared.now(),
        timestamp: timestamp(shared.now()),
        duration: duration(Duration::ZERO),
        outputs: Json::Null,
        error: None,
        operations: Vec::new(),
        cancel: Arc::clone(cancel),
    };
    shared.state.start_deployment(record).map_err(|_| {
        ArmFault::new(409, "DeploymentActive", format!("The deployment '{}' is still active.", id.name()))
    })?;
    let end = run(Arc::clone(shared), id.clone(), nested, Arc::clone(cancel)).await;
    record_end(shared, id, &end);
    match end {
        End::Succeeded { .. } => Ok(()),
        End::Failed(fault) => Err(fault),
        End::Canceled => Err(ArmFault::new(409, "DeploymentCanceled", "The deployment was cancelled.")),
    }
}

fn deployment_failed(id: &ResourceId, failures: Vec<ArmFault>) -> ArmFault {
    let message = "At least one resource deployment operation failed. Please list deployment operations for details. \
                   Please see https://aka.ms/arm-deployment-operations for usage details.";
    ArmFault::new(409, "DeploymentFailed", message).with_target(id.to_string()).with_details(failures)
}

fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}
