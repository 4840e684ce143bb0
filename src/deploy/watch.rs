//! Watches the operations of a running deployment, those of nested deployments included, and tells each change once.

use std::pin::Pin;

use indexmap::IndexMap;
use time::OffsetDateTime;

use super::{Event, FailedResource, ResourceRef};
use crate::azure::{ArmClient, ArmError, Error, ErrorKind, ProvisioningState, Scope};

/// Deployments inside deployments that are followed. Bicep modules nest three deep in the landing zone.
const DEPTH_MAX: usize = 8;

/// The steps that make a resource. The others (`Read`, `Action`, waiting) go around it and are told only where they
/// fail.
const WORK: [&str; 2] = ["Create", "Delete"];

type Visit<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// A deployment that is looked into.
struct Place {
    scope: Scope,
    deployment: String,
    depth: usize,
    /// Its id, where it is inside of another one.
    id: Option<String>,
}

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
        let place = Place { scope: scope.clone(), deployment: deployment.to_owned(), depth: 0, id: None };
        self.visit(client, place, events).await
    }

    /// A nested deployment is told to have begun before what is inside it, and to have ended after it.
    fn visit<'a>(
        &'a mut self,
        client: &'a ArmClient,
        place: Place,
        events: &'a mut (dyn FnMut(Event) + Send),
    ) -> Visit<'a> {
        Box::pin(async move {
            let Place { scope, deployment, depth, id: parent } = place;
            let operations = match client.list_operations(&scope, &deployment).await {
                // A nested deployment is listed a moment before it can be read.
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(()),
                operations => operations?,
            };
            for operation in operations {
                let has_failed = operation.state == ProvisioningState::Failed;
                let is_work = has_failed || WORK.contains(&operation.kind.as_str());
                let began = operation.timestamp;
                let Some(target) = operation.target.filter(|_| is_work) else { continue };
                let resource = ResourceRef::new(&target, depth, parent.as_deref());
                if self.is_settled(&resource.id) {
                    continue;
                }
                self.note_start(&resource, began, events);
                let nested = resource.is_deployment().then(|| Scope::of_deployment(&resource.id)).flatten();
                if let Some((scope, name)) = nested.filter(|_| depth < DEPTH_MAX) {
                    let id = Some(resource.id.clone());
                    let place = Place { scope, deployment: name, depth: depth + 1, id };
                    self.visit(client, place, events).await?;
                }
                self.note_end(resource, &operation.state, operation.error, events);
            }
            Ok(())
        })
    }

    /// True where the end of a resource was told already; there is nothing new inside it.
    fn is_settled(&self, id: &str) -> bool {
        self.seen.get(&id.to_ascii_lowercase()).is_some_and(|(_, seen)| *seen != Seen::Running)
    }

    fn note_start(
        &mut self,
        resource: &ResourceRef,
        began: Option<OffsetDateTime>,
        events: &mut (dyn FnMut(Event) + Send),
    ) {
        let key = resource.id.to_ascii_lowercase();
        if !self.seen.contains_key(&key) {
            events(Event::ResourceStarted { stage: self.stage.clone(), resource: resource.clone(), began });
            self.seen.insert(key, (resource.clone(), Seen::Running));
        }
    }

    fn note_end(
        &mut self,
        resource: ResourceRef,
        state: &ProvisioningState,
        error: Option<ArmError>,
        events: &mut (dyn FnMut(Event) + Send),
    ) {
        let (key, stage) = (resource.id.to_ascii_lowercase(), self.stage.clone());
        let seen = match state {
            ProvisioningState::Succeeded => Seen::Succeeded,
            ProvisioningState::Failed => {
                Seen::Failed(error.unwrap_or_else(|| ArmError::new("", "Azure gives no reason")))
            }
            ProvisioningState::Canceled => {
                Seen::Failed(ArmError::new("Canceled", "the deployment was cancelled"))
            }
            _ => return,
        };
        events(match &seen {
            Seen::Failed(error) => {
                Event::ResourceFailed { stage, resource: resource.clone(), error: error.clone() }
            }
            _ => Event::ResourceSucceeded { stage, resource: resource.clone() },
        });
        self.seen.insert(key, (resource, seen));
    }

    /// What is deployed, without the deployments themselves.
    pub(super) fn deployed(&self) -> Vec<ResourceRef> {
        let done = self
            .seen
            .values()
            .filter(|(resource, seen)| *seen == Seen::Succeeded && !resource.is_deployment());
        done.map(|(resource, _)| resource.clone()).collect()
    }

    /// What has begun and not ended, without the deployments themselves.
    pub(super) fn current(&self) -> Vec<ResourceRef> {
        let running =
            self.seen.values().filter(|(resource, seen)| *seen == Seen::Running && !resource.is_deployment());
        running.map(|(resource, _)| resource.clone()).collect()
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
