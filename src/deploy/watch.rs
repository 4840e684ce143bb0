//! Watches the operations of a running deployment, those of nested deployments included, and tells each change once.

use indexmap::{IndexMap, IndexSet};

use super::{Event, FailedResource, ResourceRef};
use crate::azure::{ArmClient, ArmError, Error, ErrorKind, ProvisioningState, Scope};

/// Deployments inside deployments that are followed. Bicep modules nest three deep in the landing zone.
const DEPTH_MAX: usize = 8;

/// Steps that are not work on a resource of ours (the others are reads and waits around it).
const WORK: [&str; 4] = ["Create", "Delete", "Action", "AzureAsyncOperationWaiting"];

/// What has been seen of one stage's deployment.
pub(super) struct Watch {
    stage: String,
    seen: IndexMap<String, (ResourceRef, Seen)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Running,
    Succeeded,
    Failed(ArmError),
}

impl Watch {
    pub(super) fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), seen: IndexMap::new() }
    }

    /// Reads all operations and sends an event for each change since the last look.
    pub(super) async fn look(
        &mut self,
        client: &ArmClient,
        scope: &Scope,
        deployment: &str,
        events: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), Error> {
        let mut visited = IndexSet::new();
        let mut waiting = vec![(scope.clone(), deployment.to_owned(), 0)];
        while let Some((scope, name, depth)) = waiting.pop() {
            if !visited.insert(scope.deployment_id(&name)?.to_ascii_lowercase()) {
                continue;
            }
            let operations = match client.list_operations(&scope, &name).await {
                // A nested deployment is listed a moment before it can be read.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                operations => operations?,
            };
            for operation in operations {
                let Some(target) = operation.target.filter(|_| WORK.contains(&operation.kind.as_str()))
                else {
                    continue;
                };
                let resource = ResourceRef::new(&target, depth);
                let nested = resource.is_deployment().then(|| Scope::of_deployment(&resource.id)).flatten();
                let is_settled = self.is_settled(&resource.id);
                self.note(resource, &operation.state, operation.error, events);
                if let Some((scope, name)) = nested.filter(|_| depth < DEPTH_MAX && !is_settled) {
                    waiting.push((scope, name, depth + 1));
                }
            }
        }
        Ok(())
    }

    /// True where the end of a resource was told already; there is nothing new inside it.
    fn is_settled(&self, id: &str) -> bool {
        self.seen.get(&id.to_ascii_lowercase()).is_some_and(|(_, seen)| *seen != Seen::Running)
    }

    fn note(
        &mut self,
        resource: ResourceRef,
        state: &ProvisioningState,
        error: Option<ArmError>,
        events: &mut (dyn FnMut(Event) + Send),
    ) {
        let stage = || self.stage.clone();
        let key = resource.id.to_ascii_lowercase();
        if !self.seen.contains_key(&key) {
            events(Event::ResourceStarted { stage: stage(), resource: resource.clone() });
            self.seen.insert(key.clone(), (resource.clone(), Seen::Running));
        }
        let new = match state {
            ProvisioningState::Succeeded => Seen::Succeeded,
            ProvisioningState::Failed => {
                Seen::Failed(error.unwrap_or_else(|| ArmError::new("", "Azure gives no reason")))
            }
            ProvisioningState::Canceled => {
                Seen::Failed(ArmError::new("Canceled", "the deployment was cancelled"))
            }
            _ => Seen::Running,
        };
        let Some((_, seen)) = self.seen.get_mut(&key).filter(|(_, seen)| *seen == Seen::Running) else {
            return;
        };
        match &new {
            Seen::Running => {}
            Seen::Succeeded => events(Event::ResourceSucceeded { stage: self.stage.clone(), resource }),
            Seen::Failed(error) => {
                events(Event::ResourceFailed { stage: self.stage.clone(), resource, error: error.clone() });
            }
        }
        *seen = new;
    }

    /// What is deployed, without the deployments themselves.
    pub(super) fn deployed(&self) -> Vec<ResourceRef> {
        let done = self
            .seen
            .values()
            .filter(|(resource, seen)| *seen == Seen::Succeeded && !resource.is_deployment());
        done.map(|(resource, _)| resource.clone()).collect()
    }

    /// What failed. A failed nested deployment is left out where something inside it failed: that is the cause.
    pub(super) fn failed(&self) -> Vec<FailedResource> {
        let all = self.seen.values().filter_map(|(resource, seen)| match seen {
            Seen::Failed(error) => Some(FailedResource { resource: resource.clone(), error: error.clone() }),
            Seen::Running | Seen::Succeeded => None,
        });
        let (around, inner): (Vec<_>, Vec<_>) = all.partition(|failed| failed.resource.is_deployment());
        if inner.is_empty() { around } else { inner }
    }
}
