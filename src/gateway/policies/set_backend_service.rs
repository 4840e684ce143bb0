//! `<set-backend-service backend-id="pool"/>` or `base-url="https://…"`: where `forward-request` sends to. Learn,
//! set-backend-service: a base URL does not replace a backend entity that was set before.
//! Not modelled, and refused: Service Fabric and Dapr.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, Target};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "set-backend-service",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(
            element,
            &[
                "sf-partition-key",
                "sf-replica-type",
                "sf-resolve-condition",
                "sf-service-instance-name",
                "sf-listener-name",
                "dapr-app-id",
                "dapr-method",
                "dapr-namespace",
            ],
        );
        compiler.check_backend(element, "backend-id");
        if let Some(id) = compiler.setting(element, "backend-id") {
            return Some(Box::new(SetBackendService::Entity(id)));
        }
        if let Some(url) = compiler.setting(element, "base-url") {
            return Some(Box::new(SetBackendService::BaseUrl(url)));
        }
        // Reported where the policy was read.
        None
    },
};

enum SetBackendService {
    Entity(Setting<String>),
    BaseUrl(Setting<String>),
}

impl Run for SetBackendService {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        match self {
            Self::Entity(id) => {
                let id = id.get(live)?;
                live.note(&id);
                live.state().target = Target::Entity(id);
            }
            Self::BaseUrl(url) => {
                let url = url.get(live)?;
                let before = live.state().target.clone();
                if let Target::Entity(id) = before {
                    live.note(format!("ignored: the backend `{id}` was set before"));
                    return Ok(Flow::Next);
                }
                live.note(&url);
                live.state().target = Target::BaseUrl(url);
            }
        }
        Ok(Flow::Next)
    }
}
