//! Prediction and plan become one: resources are found by their ids, and those whose names only Azure can tell by
//! being the only one of their type in a group.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::{Compared, Diff, DiffKind, Difference, Kind, Predicted, Preview, Side, Warning, WhatIf};
use super::{is_expression, noise};
use crate::catalog::regions::normalize;
use crate::plan::{Change, Group, Resource, Stage, describe, secrets};

/// Nested deployments that ARM looks into, and resource groups (learn.microsoft.com, deploy-what-if, 2026-11).
const NESTED_MAX: usize = 500;
const GROUPS_MAX: usize = 800;

const DEPLOYMENT_TYPE: &str = "Microsoft.Resources/deployments";

/// What is there, by resource group, in lower case: the ids of its resources, None where there is no such group, or
/// why it could not be had.
pub type Standing = BTreeMap<String, Result<Option<BTreeSet<String>>, String>>;

/// Puts ARM's prediction into a stage. `basis`: what the question rests on.
pub fn answered(stage: &mut Stage, what_if: WhatIf, basis: Option<String>) {
    let mut preview = Preview { basis, warnings: what_if.warnings, ..Preview::default() };
    preview.warnings.extend(limits(stage));
    let mut left: IndexMap<String, Predicted> = IndexMap::new();
    for predicted in what_if.changes {
        let is_deployment = type_of(&predicted.id).eq_ignore_ascii_case(DEPLOYMENT_TYPE);
        if !is_deployment {
            left.entry(predicted.id.to_ascii_lowercase()).or_insert(predicted);
        }
    }
    for group in &mut stage.groups {
        of_group(group, &mut left);
        let name = group.name.clone();
        for resource in group.resources.iter_mut().filter(|resource| will_be(resource.change)) {
            let found = left.shift_remove(&resource.id.to_ascii_lowercase());
            let found = found.or_else(|| late(resource, name.as_deref(), &mut left));
            (resource.change, resource.compared) = match found {
                Some(predicted) => {
                    let verdict = judged(&predicted, &resource.resource_type, &resource.api_version);
                    if resource.is_late() && predicted.kind != Kind::Unsupported {
                        resource.take_name(&predicted.id);
                    }
                    verdict
                }
                None => (Change::Unknown, Compared { why: Some(not_named()), ..Compared::default() }),
            };
            if resource.change == Change::Unknown
                && let Some(why) = short_circuit(&resource.path, &preview.warnings)
            {
                resource.compared.why = Some(why);
            }
        }
    }
    for (_, predicted) in left {
        match predicted.kind {
            Kind::Ignore => preview.left_alone.push(predicted.id),
            _ => add(stage, &predicted),
        }
    }
    stage.preview = Some(preview);
}

/// Says of a stage that ARM could not be asked, and of its resources what follows from what is there.
pub fn not_asked(stage: &mut Stage, why: String, standing: &Standing) {
    for group in &mut stage.groups {
        let is_there = match &group.name {
            None => Some(Err("the subscription is not listed")),
            Some(name) => match standing.get(&name.to_ascii_lowercase()) {
                None => Some(Err("its resource group was not listed")),
                Some(Err(why)) => Some(Err(why.as_str())),
                Some(Ok(None)) => None,
                Some(Ok(Some(ids))) => Some(Ok(ids)),
            },
        };
        let Some(is_there) = is_there else { continue };
        if group.change.is_some_and(will_be) {
            let why = match is_there {
                Ok(_) => "it is there, and was not compared",
                Err(why) => why,
            };
            group.change = Some(Change::Unknown);
            group.compared.why = Some(why.to_owned());
        }
        for resource in group.resources.iter_mut().filter(|resource| will_be(resource.change)) {
            let root = describe::root_id(&resource.id).to_ascii_lowercase();
            let is_listed_type = resource.location.is_some() || root.len() < resource.id.len();
            let why = match is_there {
                Ok(ids) if ids.contains(&root) => "it or what it belongs to is there, and was not compared",
                Ok(_) if is_listed_type => continue,
                Ok(_) => "resources without a region are not listed, so it may be there",
                Err(why) => why,
            };
            resource.change = Change::Unknown;
            resource.compared.why = Some(why.to_owned());
        }
    }
    stage.preview = Some(Preview { not_asked: Some(why), ..Preview::default() });
}

fn will_be(change: Change) -> bool {
    matches!(change, Change::Create | Change::Maybe)
}

fn of_group(group: &mut Group, left: &mut IndexMap<String, Predicted>) {
    let Some(name) = group.name.as_ref().filter(|_| group.change.is_some_and(will_be)) else { return };
    let ending = format!("/resourcegroups/{}", name.to_ascii_lowercase());
    let at = left.keys().position(|id| id.ends_with(&ending) && !id.contains("/providers/"));
    let (change, compared) = match at.and_then(|at| left.shift_remove_index(at)) {
        Some((_, predicted)) => judged(&predicted, "Microsoft.Resources/resourceGroups", ""),
        None => (Change::Unknown, Compared { why: Some(not_named()), ..Compared::default() }),
    };
    (group.change, group.compared) = (Some(change), compared);
}

fn not_named() -> String {
    "Azure's prediction does not name it".to_owned()
}

/// The only resource of the type in the group that the plan does not name either.
fn late(
    resource: &Resource,
    group: Option<&str>,
    left: &mut IndexMap<String, Predicted>,
) -> Option<Predicted> {
    if !resource.is_late() {
        return None;
    }
    let is_candidate = |predicted: &Predicted| {
        let in_group = match (describe::group_of(&predicted.id), group) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => true,
            _ => false,
        };
        in_group
            && predicted.kind != Kind::Ignore
            && type_of(&predicted.id).eq_ignore_ascii_case(&resource.resource_type)
    };
    let mut candidates = left.iter().filter(|(_, predicted)| is_candidate(predicted));
    let (key, _) = candidates.next().filter(|_| candidates.next().is_none())?;
    let key = key.clone();
    left.shift_remove(&key)
}

fn judged(predicted: &Predicted, resource_type: &str, api_version: &str) -> (Change, Compared) {
    let unknown = |why: &str| {
        let why = predicted.why.clone().unwrap_or_else(|| why.to_owned());
        (Change::Unknown, Compared { diffs: Vec::new(), why: Some(why) })
    };
    let (change, compared) = match predicted.kind {
        Kind::Create => (Change::Create, Compared::default()),
        Kind::Delete => (Change::Delete, Compared::default()),
        Kind::NoChange => (Change::Unchanged, Compared::default()),
        Kind::Ignore => unknown("Azure counts it among what the deployment does not touch"),
        Kind::Deploy => unknown("Azure does not say whether something of it changes"),
        Kind::Unsupported => unknown("Azure cannot predict it"),
        Kind::Modify => {
            let mut diffs: Vec<Diff> = predicted
                .differences
                .iter()
                .map(|difference| diff(predicted, resource_type, api_version, difference))
                .collect();
            diffs.sort_by_key(|diff| diff.hidden.is_some());
            let is_changed = diffs.iter().any(|diff| diff.hidden.is_none());
            let change = if is_changed { Change::Modify } else { Change::Unchanged };
            (change, Compared { diffs, why: None })
        }
    };
    match (predicted.is_potential, change) {
        (true, Change::Create | Change::Modify | Change::Delete) => {
            let why = "whether it happens is known during the deployment only";
            (Change::Unknown, Compared { why: Some(why.to_owned()), ..compared })
        }
        _ => (change, compared),
    }
}

fn diff(predicted: &Predicted, resource_type: &str, api_version: &str, difference: &Difference) -> Diff {
    let Difference { path, before, after, .. } = difference;
    let side = |value: &Option<serde_json::Value>| match value {
        None => Side::Nothing,
        Some(value) => match secrets::redacted(resource_type, path, predicted.is_open, value) {
            None => Side::Secret,
            Some(value) => match value.as_str() {
                Some(text) if is_expression(&value) => Side::Later(text.to_owned()),
                _ => Side::Value(value),
            },
        },
    };
    Diff {
        path: path.clone(),
        kind: match (before, after) {
            (None, _) => DiffKind::Add,
            (Some(_), None) => DiffKind::Remove,
            (Some(_), Some(_)) => DiffKind::Change,
        },
        before: side(before),
        after: side(after),
        hidden: noise::reason(resource_type, api_version, predicted.is_open, difference),
    }
}

/// Where ARM says that it did not look into a deployment around the resource.
fn short_circuit(path: &[String], warnings: &[Warning]) -> Option<String> {
    let is_around = |name: &String| path.iter().any(|around| around.eq_ignore_ascii_case(name));
    let warning = warnings.iter().find(|warning| warning.deployment.as_ref().is_some_and(is_around))?;
    Some(format!("Azure did not look into the nested deployment around it ({})", warning.code))
}

/// What ARM will not look at, as far as it can be counted here.
fn limits(stage: &Stage) -> Vec<Warning> {
    let nested: BTreeSet<&[String]> = stage.resources().map(|resource| resource.path.as_slice()).collect();
    let n_groups = stage.groups.iter().filter(|group| group.name.is_some()).count();
    let mut warnings = Vec::new();
    let mut warn = |code: &str, message: String| {
        warnings.push(Warning { code: code.to_owned(), message, deployment: None });
    };
    if nested.len() > NESTED_MAX {
        warn(
            "NestedDeploymentExpansionLimitReached",
            format!("the stage has {} nested deployments; Azure looks into {NESTED_MAX}", nested.len()),
        );
    }
    if n_groups > GROUPS_MAX {
        warn(
            "ResourceGroupLimitReached",
            format!("the stage has {n_groups} resource groups; Azure looks into {GROUPS_MAX}"),
        );
    }
    warnings
}

/// A resource that Azure names and the plan does not.
fn add(stage: &mut Stage, predicted: &Predicted) {
    let resource_type = type_of(&predicted.id);
    let api_version = predicted.api_version.clone().unwrap_or_default();
    let (change, compared) = judged(predicted, &resource_type, &api_version);
    let group = describe::group_of(&predicted.id);
    let mut resource = Resource {
        id: predicted.id.clone(),
        resource_type,
        api_version,
        name: String::new(),
        symbolic_name: None,
        path: Vec::new(),
        change,
        sku: None,
        location: predicted.location.as_deref().map(normalize),
        notes: Vec::new(),
        unknowns: Vec::new(),
        compared,
    };
    resource.take_name(&predicted.id);
    crate::plan::build::group_named(group, &mut stage.groups).resources.push(resource);
}

impl Resource {
    /// Whether its name waits for Azure.
    fn is_late(&self) -> bool {
        self.unknowns.iter().any(|unknown| unknown.path == "name")
    }

    fn take_name(&mut self, id: &str) {
        id.clone_into(&mut self.id);
        self.name = name_of(id);
        self.unknowns.retain(|unknown| unknown.path != "name");
    }
}

/// The pairs of type and name behind the last `/providers/` of an id; those of groups and subscriptions have none.
fn pairs(id: &str) -> (Option<&str>, Vec<(&str, &str)>) {
    let lower = id.to_ascii_lowercase();
    let tail = match lower.rfind("/providers/") {
        Some(at) => &id[at + "/providers/".len()..],
        None => return (None, Vec::new()),
    };
    let mut segments = tail.split('/');
    let namespace = segments.next();
    let mut found = Vec::new();
    while let (Some(kind), Some(name)) = (segments.next(), segments.next()) {
        found.push((kind, name));
    }
    (namespace, found)
}

/// `Microsoft.ApiManagement/service/apis`.
fn type_of(id: &str) -> String {
    match pairs(id) {
        (Some(namespace), pairs) => {
            pairs.iter().fold(namespace.to_owned(), |name, (kind, _)| format!("{name}/{kind}"))
        }
        (None, _) if id.to_ascii_lowercase().contains("/resourcegroups/") => {
            "Microsoft.Resources/resourceGroups".to_owned()
        }
        (None, _) => "unknown".to_owned(),
    }
}

/// The full name, segments joined by `/`.
fn name_of(id: &str) -> String {
    let names: Vec<&str> = pairs(id).1.iter().map(|(_, name)| *name).collect();
    if names.is_empty() { id.rsplit('/').next().unwrap_or(id).to_owned() } else { names.join("/") }
}
