//! What is deployed in the sandbox: resources by id, deployments with their operations. Shared by the ARM server and
//! whoever looks at the result; every access is short and copies what it needs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::ResourceId;
use super::records::DeploymentRecord;
use super::telemetry::Telemetry;
use crate::openai::Provider;

/// One resource as GET shows it, and what GET does not show.
#[derive(Clone, PartialEq)]
pub struct Resource {
    pub id: ResourceId,
    /// `id`, `name`, `type`, `location`, `properties` …
    pub body: Json,
    /// Keys and values that only `list*` actions give.
    pub secret: Map<String, Json>,
}

impl Resource {
    /// The value at a JSON pointer of the body, such as `/properties/url`.
    pub fn at(&self, pointer: &str) -> Option<&Json> {
        self.body.pointer(pointer)
    }

    /// Returns the text at a JSON pointer of the body.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resource").field("body", &self.body).finish_non_exhaustive()
    }
}

/// An account that is not deployed and yet called: it is there already, or another provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideAccount {
    pub host: String,
    pub provider: Provider,
    /// Name and model of what it serves.
    pub deployments: Vec<(String, String)>,
}

/// The sandbox's resources. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct State(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// By lower-case id, in the order they were first created.
    resources: IndexMap<String, Resource>,
    /// Accounts that answer and are no resource here.
    outside: Vec<OutsideAccount>,
    deployments: IndexMap<String, DeploymentRecord>,
    /// What the gateway that was deployed has metered.
    telemetry: Telemetry,
    /// Where the server that holds it is asked.
    address: Option<String>,
}

impl State {
    /// Returns the resource of that id.
    pub fn get(&self, id: &ResourceId) -> Option<Resource> {
        self.lock().resources.get(&id.key()).cloned()
    }

    /// What gateways that were started from here have metered; shared, not a copy.
    pub fn telemetry(&self) -> Telemetry {
        self.lock().telemetry.clone()
    }

    /// Where the server is asked that these resources are of, `http://127.0.0.1:{port}`; None without one.
    pub(super) fn address(&self) -> Option<String> {
        self.lock().address.clone()
    }

    pub(super) fn set_address(&self, base_url: &str) {
        self.lock().address = Some(base_url.to_owned());
    }

    /// True where there is a resource of that id.
    pub fn exists(&self, id: &ResourceId) -> bool {
        self.lock().resources.contains_key(&id.key())
    }

    /// Stores a resource; one of the same id is replaced and returned.
    pub fn put(&self, resource: Resource) -> Option<Resource> {
        self.lock().resources.insert(resource.id.key(), resource)
    }

    /// Removes a resource and everything below it. True where there was something.
    pub fn remove(&self, id: &ResourceId) -> bool {
        let (key, below) = (id.key(), format!("{}/", id.key()));
        let mut inner = self.lock();
        let before = inner.resources.len();
        inner.resources.retain(|other, _| *other != key && !other.starts_with(&below));
        inner.deployments.retain(|other, _| !other.starts_with(&below));
        inner.resources.len() < before
    }

    /// Adds an account that is not deployed, unless one answers at that host.
    pub fn put_outside(&self, account: OutsideAccount) {
        let mut inner = self.lock();
        if !inner.outside.iter().any(|other| other.host == account.host) {
            inner.outside.push(account);
        }
    }

    /// The accounts that are not deployed.
    pub fn outside(&self) -> Vec<OutsideAccount> {
        self.lock().outside.clone()
    }

    /// All resources in the order they were created.
    pub fn all(&self) -> Vec<Resource> {
        self.lock().resources.values().cloned().collect()
    }

    /// All resources of a type, compared without case.
    pub fn of_type(&self, resource_type: &str) -> Vec<Resource> {
        self.lock()
            .resources
            .values()
            .filter(|resource| resource.id.is_type(resource_type))
            .cloned()
            .collect()
    }

    /// The direct children of `parent` of one kind, such as `apis` of a service.
    pub fn children(&self, parent: &ResourceId, kind: &str) -> Vec<Resource> {
        let prefix = format!("{}/{}/", parent.key(), kind.to_ascii_lowercase());
        let inner = self.lock();
        let is_child = |key: &String| key.strip_prefix(&prefix).is_some_and(|name| !name.contains('/'));
        inner
            .resources
            .iter()
            .filter(|(key, _)| is_child(key))
            .map(|(_, resource)| resource.clone())
            .collect()
    }

    pub(super) fn deployment(&self, id: &ResourceId) -> Option<DeploymentRecord> {
        self.lock().deployments.get(&id.key()).cloned()
    }

    /// Deployments directly in a subscription or resource group.
    pub(super) fn deployments_in(&self, scope: &ResourceId) -> Vec<DeploymentRecord> {
        let is_in =
            |record: &&DeploymentRecord| record.id.parent().is_some_and(|parent| parent.key() == scope.key());
        self.lock().deployments.values().filter(is_in).cloned().collect()
    }

    /// Stores a new deployment unless one of that id is still running, which is handed back.
    pub(super) fn start_deployment(&self, record: DeploymentRecord) -> Result<(), Box<DeploymentRecord>> {
        let mut inner = self.lock();
        match inner.deployments.get(&record.id.key()) {
            Some(running) if running.is_active() => Err(Box::new(running.clone())),
            _ => {
                inner.deployments.insert(record.id.key(), record);
                Ok(())
            }
        }
    }

    /// Takes a deployment out of the history.
    pub(super) fn forget_deployment(&self, id: &ResourceId) {
        self.lock().deployments.shift_remove(&id.key());
    }

    /// Changes a deployment in place; nothing happens where it was deleted meanwhile.
    pub(super) fn update_deployment(&self, id: &ResourceId, change: impl FnOnce(&mut DeploymentRecord)) {
        if let Some(record) = self.lock().deployments.get_mut(&id.key()) {
            change(record);
        }
    }

    /// A panic elsewhere leaves whole records behind, as each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
