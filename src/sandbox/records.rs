//! What the sandbox's Resource Manager remembers of deployments and their operations, and how it shows them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::{Value as Json, json};
use time::OffsetDateTime;

use super::{ArmFault, ResourceId};

/// A deployment as it is kept, running or not.
#[derive(Clone, Debug)]
pub(super) struct DeploymentRecord {
    pub(super) id: ResourceId,
    /// Only of a deployment at subscription scope.
    pub(super) location: Option<String>,
    /// What the polling URL names.
    pub(super) operation_id: String,
    pub(super) correlation_id: String,
    pub(super) template: Json,
    /// Without secure values.
    pub(super) parameters: Json,
    /// `Incremental`, `Complete`.
    pub(super) mode: &'static str,
    pub(super) shape: Shape,
    pub(super) tags: Json,
    /// `Accepted`, `Running`, `Succeeded`, `Failed`, `Canceled`.
    pub(super) state: &'static str,
    /// When it was sent.
    pub(super) began: OffsetDateTime,
    pub(super) timestamp: String,
    /// How long it had taken when it last changed.
    pub(super) duration: String,
    pub(super) outputs: Json,
    pub(super) error: Option<ArmFault>,
    pub(super) operations: Vec<OperationRecord>,
    /// Set when somebody asks to stop it; shared with the deployments inside it.
    pub(super) cancel: Arc<AtomicBool>,
}

/// What a template comes to, as a deployment tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) template_hash: String,
    /// Namespaces with the types that are deployed.
    pub(super) providers: Json,
    pub(super) dependencies: Json,
}

#[derive(Clone, Debug)]
pub(super) struct OperationRecord {
    pub(super) operation_id: String,
    pub(super) kind: &'static str,
    pub(super) state: &'static str,
    pub(super) target: Option<ResourceId>,
    pub(super) error: Option<ArmFault>,
    pub(super) began: OffsetDateTime,
    pub(super) timestamp: String,
    pub(super) duration: String,
}

impl DeploymentRecord {
    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, "Accepted" | "Running")
    }

    /// The deployment as GET shows it.
    pub(super) fn to_json(&self) -> Json {
        let resources: Vec<Json> = self
            .operations
            .iter()
            .filter(|operation| operation.kind == "Create" && operation.state == "Succeeded")
            .filter_map(|operation| operation.target.as_ref())
            .map(|target| json!({"id": target.to_string()}))
            .collect();
        let mut properties = json!({
            "mode": self.mode,
            "parameters": self.parameters,
            "provisioningState": self.state,
            "timestamp": self.timestamp,
            "duration": self.duration,
            "correlationId": self.correlation_id,
            "templateHash": self.shape.template_hash,
            "providers": self.shape.providers,
            "dependencies": self.shape.dependencies,
            "outputResources": resources,
        });
        if self.state == "Succeeded" {
            properties["outputs"] = self.outputs.clone();
        }
        if let Some(error) = &self.error {
            properties["error"] = error.to_json();
        }
        let mut body = json!({
            "id": self.id.to_string(), "name": self.id.name(), "type": "Microsoft.Resources/deployments",
        });
        if let Some(location) = &self.location {
            body["location"] = Json::from(location.as_str());
        }
        if self.tags.is_object() {
            body["tags"] = self.tags.clone();
        }
        body["properties"] = properties;
        body
    }
}

impl OperationRecord {
    /// The operation as the list shows it.
    pub(super) fn to_json(&self, deployment: &ResourceId) -> Json {
        let mut properties = json!({
            "provisioningOperation": self.kind, "provisioningState": self.state, "timestamp": self.timestamp,
            "duration": self.duration,
        });
        if let Some(target) = &self.target {
            properties["targetResource"] = json!({
                "id": target.to_string(), "resourceType": target.resource_type(), "resourceName": target.full_name(),
            });
        }
        if let Some(error) = &self.error {
            properties["statusCode"] = Json::from(status_name(error.status));
            properties["statusMessage"] = json!({"status": "Failed", "error": error.to_json()});
        } else if self.state == "Succeeded" {
            properties["statusCode"] = Json::from("OK");
        }
        let operation_id = &self.operation_id;
        json!({"id": format!("{deployment}/operations/{operation_id}"), "operationId": operation_id, "properties": properties})
    }
}

/// ARM names the status of an operation instead of numbering it.
fn status_name(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        429 => "TooManyRequests",
        _ => "InternalServerError",
    }
}
