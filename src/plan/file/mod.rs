//! A plan that is carried from where it was read to where it is carried out: a JSON file that names by their hashes
//! what it was made of, and what Azure said would come of it. `deploy` makes the same record anew and goes on only where
//! nothing has moved. Parameters are in it as hashes, secrets not at all.

mod moved;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{Group, Plan, Resource, Stage};
use crate::text::sha256;

pub use moved::{Part, moved};
pub use read::{is_plan_file, read};

/// What the file says it is.
const KIND: &str = "genai-lz-plan";
/// A change that an older binary would misread raises it.
const FORMAT_VERSION: u64 = 1;

/// What a plan was made of, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The path of the spec, as it was given.
    pub spec: String,
    pub tool: Tool,
    pub target: Target,
    pub stages: Vec<StageRecord>,
}

impl Record {
    /// Whether something would change, or may.
    pub fn has_changes(&self) -> bool {
        let is_quiet = |fate: &Fate| ["unchanged", "read", "skip"].contains(&fate.change.as_str());
        self.stages.iter().any(|stage| stage.outcome.values().any(|fate| !is_quiet(fate)))
    }
}

/// The binary that made the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    pub version: String,
    /// The hash of the modules inside it.
    pub modules: String,
}

/// Where the plan applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// The Resource Manager that was asked.
    pub endpoint: String,
    pub tenant_id: String,
    pub subscription_id: String,
}

/// One stage by its hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StageRecord {
    pub name: String,
    pub deployment_name: String,
    pub location: String,
    pub template: String,
    /// By name; what an earlier stage gives stands with the value that it has given, or with none.
    pub parameters: BTreeMap<String, String>,
    /// Whether Azure was asked what it would change.
    pub compared: bool,
    /// By id in lower case.
    pub outcome: BTreeMap<String, Fate>,
}

/// What happens to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fate {
    /// The word of the plan's JSON.
    pub change: String,
    /// The hash of what differs; empty where nothing does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub differences: String,
}

/// What a stage is made of, before it is hashed.
#[derive(Clone, Copy, Debug)]
pub struct StageParts<'a> {
    pub name: &'a str,
    pub deployment_name: &'a str,
    pub location: &'a str,
    pub template: &'a Json,
    /// Never a secret: of one, where it comes from. None where only a deployment can tell.
    pub parameters: &'a BTreeMap<String, Option<Json>>,
}

/// Records a plan and what it was made of.
pub fn record(spec: &str, tool: Tool, target: Target, parts: &[StageParts<'_>], plan: &Plan) -> Record {
    let stage = |parts: &StageParts<'_>| {
        let planned = plan.stages.iter().find(|stage| stage.name == parts.name);
        StageRecord {
            name: parts.name.to_owned(),
            deployment_name: parts.deployment_name.to_owned(),
            location: parts.location.to_owned(),
            template: hash(parts.template),
            parameters: parts
                .parameters
                .iter()
                .map(|(name, value)| (name.clone(), value.as_ref().map(hash).unwrap_or_default()))
                .collect(),
            compared: planned
                .and_then(|stage| stage.preview.as_ref())
                .is_some_and(|preview| preview.not_asked.is_none()),
            outcome: planned.map(outcome).unwrap_or_default(),
        }
    };
    Record { spec: spec.to_owned(), tool, target, stages: parts.iter().map(stage).collect() }
}

/// The file: the record, the plan for whoever reads it, and a hash over both.
pub fn write(record: &Record, plan: &Plan) -> String {
    let body = json!({ "record": record, "plan": super::view::json_value(plan) });
    let file = json!({
        "kind": KIND, "formatVersion": FORMAT_VERSION, "digest": hash(&body), "record": body["record"],
        "plan": body["plan"],
    });
    format!("{file:#}\n")
}

fn outcome(stage: &Stage) -> BTreeMap<String, Fate> {
    let mut found = BTreeMap::new();
    for group in &stage.groups {
        if let Group { name: Some(name), change: Some(change), compared, .. } = group {
            let fate = Fate { change: change.name().to_owned(), differences: differences(compared) };
            found.insert(format!("resource group {}", name.to_ascii_lowercase()), fate);
        }
        for Resource { id, change, compared, .. } in &group.resources {
            let fate = Fate { change: change.name().to_owned(), differences: differences(compared) };
            found.insert(id.to_ascii_lowercase(), fate);
        }
    }
    found
}

/// Noise is no part of it: it comes and goes with what Azure fills in.
fn differences(compared: &super::preview::Compared) -> String {
    let told: Vec<Json> = compared
        .changes()
        .map(|diff| {
            json!([diff.path, diff.kind.name(), format!("{:?}", diff.before), format!("{:?}", diff.after)])
        })
        .collect();
    if told.is_empty() { String::new() } else { hash(&Json::Array(told)) }
}

/// The hash of a value, whatever the order of its fields.
fn hash(value: &Json) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    sha256(text.as_bytes())
}

/// The depth is that of what our own compiler and ARM write, or of a file that serde has read (128).
fn canonical(value: &Json, out: &mut String) {
    match value {
        Json::Object(fields) => {
            let sorted: BTreeMap<&String, &Json> = fields.iter().collect();
            out.push('{');
            for (name, value) in sorted {
                out.push_str(&Json::from(name.as_str()).to_string());
                out.push(':');
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Json::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}
