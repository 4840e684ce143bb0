//! The operations of a deployment: one per resource, started and ended.

use std::time::Duration;

use super::{Shared, duration, timestamp};
use crate::sandbox::records::OperationRecord;
use crate::sandbox::{ArmFault, ResourceId};

/// Writes down that work on `target` begins; returns the operation's id.
pub(super) fn begin(
    shared: &Shared,
    deployment: &ResourceId,
    kind: &'static str,
    target: Option<&ResourceId>,
) -> String {
    let operation_id = uuid::Uuid::new_v4().simple().to_string().to_ascii_uppercase();
    let record = OperationRecord {
        operation_id: operation_id.clone(),
        kind,
        state: "Running",
        target: target.cloned(),
        error: None,
        began: shared.now(),
        timestamp: timestamp(shared.now()),
        duration: duration(Duration::ZERO),
    };
    shared.state.update_deployment(deployment, |deployment| deployment.operations.push(record));
    operation_id
}

/// Writes down how it ended.
pub(super) fn end(
    shared: &Shared,
    deployment: &ResourceId,
    operation_id: &str,
    result: Result<(), &ArmFault>,
) {
    let now = shared.now();
    shared.state.update_deployment(deployment, |deployment| {
        let mut operations = deployment.operations.iter_mut();
        if let Some(operation) = operations.find(|operation| operation.operation_id == operation_id) {
            operation.state = if result.is_ok() { "Succeeded" } else { "Failed" };
            operation.error = result.err().cloned();
            operation.timestamp = timestamp(now);
            operation.duration = duration((now - operation.began).try_into().unwrap_or_default());
        }
    });
}
