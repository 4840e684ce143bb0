//! Operations that end later than their request: 202 with a `Location`, which answers 202 until the result is there
//! (azure-resource-manager-rpc, async-api-reference). Here the work is done at once, and the first look still finds it
//! running, so that clients go the way they go with Azure.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use super::http::{Call, Reply};
use super::{ArmFault, Shared};

/// The oldest are forgotten; a client asks within seconds.
const KEPT_MAX: usize = 1_000;
/// How often a result is looked for before it is there.
const LOOKS: u32 = 1;

#[derive(Default)]
pub(super) struct Results(Mutex<VecDeque<Pending>>);

struct Pending {
    id: String,
    looks_left: u32,
    status: u16,
    body: Option<Json>,
}

impl Shared {
    /// The answer to a request whose result comes later.
    pub(super) fn accepted(&self, call: &Call, status: u16, body: Option<Json>) -> Reply {
        let id = uuid::Uuid::new_v4().to_string();
        let location = format!(
            "{}/subscriptions/{}/operationresults/{id}?api-version={}",
            self.base_url, self.options.subscription_id, call.api_version
        );
        let mut results = self.results.0.lock().unwrap_or_else(PoisonError::into_inner);
        if results.len() == KEPT_MAX {
            results.pop_front();
        }
        results.push_back(Pending { id, looks_left: LOOKS, status, body });
        drop(results);
        Reply { headers: self.later(location), ..Reply::empty(202) }
    }

    /// Serves `…/operationresults/{id}`.
    pub(super) fn result(&self, call: &Call, id: &str) -> Result<Reply, ArmFault> {
        let mut results = self.results.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pending) = results.iter_mut().find(|pending| pending.id == id) else {
            return Err(ArmFault::not_found("NotFound", format!("There is no operation '{id}'.")));
        };
        if pending.looks_left > 0 {
            pending.looks_left -= 1;
            let location =
                format!("{}/{}?api-version={}", self.base_url, call.path.join("/"), call.api_version);
            return Ok(Reply { headers: self.later(location), ..Reply::empty(202) });
        }
        Ok(Reply { body: pending.body.clone(), ..Reply::empty(pending.status) })
    }

    fn later(&self, location: String) -> Vec<(&'static str, String)> {
        vec![("location", location), ("retry-after", self.options.retry_after_s.to_string())]
    }
}
