//! What runs beside what a spec deploys: what is missing, what was changed, what stands there besides. Compares by
//! meaning: policies as the parser reads them, of resources the properties that the spec sets. Asking Azure is left to
//! `deploy`, which hands in what it was told.

mod extra;
mod policies;
mod properties;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

pub use extra::{LISTED_IN, SINGLE_POLICY_IN, is_service_made};
pub use policies::is_policy;
pub use properties::{PropertyChange, Value};

use crate::catalog::azure_types;

/// A resource that the spec deploys.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub stage: String,
    pub id: String,
    pub resource_type: String,
    /// The full name, segments joined by `/`.
    pub name: String,
    pub api_version: String,
    /// What is sent, null where the value is not known.
    pub body: Json,
    /// The values that are not known: path and why.
    pub open: Vec<(String, String)>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Running {
    /// By id in lower case; what is not in it is not there.
    pub resources: BTreeMap<String, Json>,
    /// What was found by looking around.
    pub listed: Vec<Listed>,
    /// What could not be looked at, and why.
    pub not_told: Vec<(String, String)>,
}

/// Something that stands where the spec deploys to.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: String,
    pub resource_type: String,
    pub name: String,
    pub body: Json,
}

/// How what runs differs from what the spec renders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drift {
    pub missing: Vec<Wanted>,
    pub changed: Vec<Changed>,
    pub extra: Vec<Listed>,
    /// What comes with the service, and is no drift.
    pub service_made: Vec<Listed>,
    /// What could not be compared: where, and why.
    pub not_compared: Vec<(String, String)>,
    /// How many resources were compared.
    pub n_compared: usize,
}

/// A resource that is otherwise than the spec renders it.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    pub wanted: Wanted,
    pub properties: Vec<PropertyChange>,
    /// A unified diff from the policy that runs to the one that the spec renders, both written in one way.
    pub policy: Option<String>,
}

impl Drift {
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }
}

/// Compares what the spec deploys with what runs.
pub fn compare(wanted: &[Wanted], running: &Running) -> Drift {
    let mut drift = Drift { not_compared: running.not_told.clone(), ..Drift::default() };
    let known: BTreeSet<String> = wanted.iter().map(|wanted| wanted.id.to_ascii_lowercase()).collect();
    for wanted in wanted {
        match running.resources.get(&wanted.id.to_ascii_lowercase()) {
            None => drift.missing.push(wanted.clone()),
            Some(found) => {
                drift.n_compared += 1;
                let open = wanted.open.iter();
                drift
                    .not_compared
                    .extend(open.map(|(path, why)| (format!("{}: {path}", label(wanted)), why.clone())));
                drift.changed.extend(changed(wanted, found));
            }
        }
    }
    for listed in &running.listed {
        if known.contains(&listed.id.to_ascii_lowercase()) || policies::is_without_effect(listed) {
            continue;
        }
        let list = if is_service_made(listed) { &mut drift.service_made } else { &mut drift.extra };
        list.push(listed.clone());
    }
    drift
}

fn changed(wanted: &Wanted, found: &Json) -> Option<Changed> {
    let types = azure_types::find(&wanted.resource_type, &wanted.api_version);
    let mut body = wanted.body.clone();
    let mut policy = None;
    if is_policy(&wanted.resource_type) {
        policy = policies::difference(&wanted.name, &body, found);
        // The format says how the text was sent, and the text was compared as a policy.
        if let Some(properties) = body.get_mut("properties").and_then(Json::as_object_mut) {
            properties.retain(|name, _| name != "value" && name != "format");
        }
    }
    let properties = properties::changes(&wanted.resource_type, types.as_ref(), &body, found);
    let is_same = properties.is_empty() && policy.is_none();
    (!is_same).then(|| Changed { wanted: wanted.clone(), properties, policy })
}

/// `Microsoft.ApiManagement/service/apis apim/chat`.
fn label(wanted: &Wanted) -> String {
    format!("{} {}", wanted.resource_type, wanted.name)
}

#[cfg(test)]
mod tests;
