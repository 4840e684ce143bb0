//! `reference()` and `list*()` of templates, answered from what is stored.

use serde_json::Value as Json;

use crate::arm;
use crate::sandbox::{ResourceId, State, providers};

/// The state as the evaluator asks it.
pub(super) struct Stored<'a>(pub(super) &'a State);

impl arm::Runtime for Stored<'_> {
    fn reference(&self, id: &str, _api_version: Option<&str>, full: bool) -> Option<Json> {
        let id = ResourceId::parse(id)?;
        let body = if id.is_type("Microsoft.Resources/deployments") {
            self.0.deployment(&id)?.to_json()
        } else {
            self.0.get(&id)?.body
        };
        if full { Some(body) } else { body.get("properties").cloned() }
    }

    fn list(&self, function: &str, id: &str, _api_version: &str, _body: Option<&Json>) -> Option<Json> {
        providers::action(&self.0.get(&ResourceId::parse(id)?)?, function)
    }
}
