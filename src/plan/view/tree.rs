//! The resources of a group as a tree: children and extensions below the resource that they belong to, which may
//! itself be somebody else's.

use indexmap::IndexMap;

use super::text::cut;
use crate::plan::describe::root_id;
use crate::plan::preview::Compared;
use crate::plan::{Change, Resource};

/// Leaves room for the other columns; only the type of web application firewall policies is longer.
const MAX_KIND: usize = 24;

/// One line of a group, not yet aligned.
pub(super) struct Row<'a> {
    pub(super) change: Change,
    /// `virtualNetworks`; of a child, indented, all that its parent does not have: `apis/operations`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) sku: String,
    pub(super) location: String,
    pub(super) notes: String,
    /// What differs; None for a resource that is only mentioned.
    pub(super) compared: Option<&'a Compared>,
}

/// A top-level resource and everything below it.
#[derive(Default)]
struct Branch<'a> {
    root: Option<&'a Resource>,
    below: Vec<&'a Resource>,
}

/// Lists the resources, roots in order of first mention, each followed by what is below it. A resource that is that
/// nothing happens to (`is_quiet`) is listed where something hangs on it, and once.
pub(super) fn rows<'a>(resources: &'a [Resource], is_quiet: &dyn Fn(Change) -> bool) -> Vec<Row<'a>> {
    let mut branches: IndexMap<String, Branch<'_>> = IndexMap::new();
    for resource in resources {
        let branch = branches.entry(root_id(&resource.id).to_lowercase()).or_default();
        if resource.id.len() > root_id(&resource.id).len() {
            branch.below.extend((!is_quiet(resource.change)).then_some(resource));
        } else if branch.root.is_none_or(|root| root.change == Change::Read) {
            branch.root = Some(resource);
        }
    }
    branches.values().flat_map(|branch| branch_rows(branch, is_quiet)).collect()
}

fn branch_rows<'a>(branch: &Branch<'a>, is_quiet: &dyn Fn(Change) -> bool) -> Vec<Row<'a>> {
    let root = match (branch.root, branch.below.first()) {
        (Some(root), None) if is_quiet(root.change) => return Vec::new(),
        (Some(root), _) => root_row(root),
        (None, Some(child)) => foreign_root(child),
        (None, None) => return Vec::new(),
    };
    let name = root.name.clone();
    let children = branch.below.iter().map(|child| child_row(child, &name));
    std::iter::once(root).chain(children).collect()
}

fn root_row(resource: &Resource) -> Row<'_> {
    Row {
        change: resource.change,
        kind: kind(&resource.resource_type),
        name: short_name(resource),
        sku: resource.sku.clone().unwrap_or_default(),
        location: resource.location.clone().unwrap_or_default(),
        notes: resource.notes.join(", "),
        compared: Some(&resource.compared),
    }
}

/// A parent that the stage only mentions in the ids of its children.
fn foreign_root<'a>(child: &Resource) -> Row<'a> {
    let mut segments = root_id(&child.id).rsplit('/');
    let name = segments.next().unwrap_or_default();
    let last_of_type = segments.next().unwrap_or_default();
    Row {
        change: Change::Read,
        kind: kind(&format!("{}/{last_of_type}", segments.next().unwrap_or_default())),
        name: name.to_owned(),
        sku: String::new(),
        location: String::new(),
        notes: String::new(),
        compared: None,
    }
}

fn child_row<'a>(child: &'a Resource, root_name: &str) -> Row<'a> {
    let is_extension = child.id.matches("/providers/").count() > 1;
    let (kind, name) = if is_extension {
        (after_first_slash(&child.resource_type), short_name(child))
    } else {
        let below_type = after_first_slash(&child.resource_type);
        (after_first_slash(below_type), after_first_slash(&child.name).to_owned())
    };
    let hangs_on_root = format!("on {root_name}");
    let notes: Vec<&str> =
        child.notes.iter().map(String::as_str).filter(|note| *note != hangs_on_root).collect();
    Row {
        change: child.change,
        kind: cut(&format!("  {kind}"), MAX_KIND),
        name,
        sku: child.sku.clone().unwrap_or_default(),
        location: child.location.clone().unwrap_or_default(),
        notes: notes.join(", "),
        compared: Some(&child.compared),
    }
}

/// The type without its provider, which the name mostly tells; `service` would tell nothing.
fn kind(resource_type: &str) -> String {
    let without_provider = after_first_slash(resource_type);
    let shown = match without_provider {
        "service" => resource_type.trim_start_matches("Microsoft."),
        _ => without_provider,
    };
    cut(shown, MAX_KIND)
}

fn after_first_slash(text: &str) -> &str {
    text.split_once('/').map_or(text, |(_, rest)| rest)
}

/// Role assignments are named by GUIDs, which tell a reader nothing beyond their beginning. What stands in for a name
/// that waits for Azure is listed with the values that do.
pub(super) fn short_name(resource: &Resource) -> String {
    let name = &resource.name;
    let is_guid = name.len() == 36 && name.bytes().filter(|byte| *byte == b'-').count() == 4;
    if resource.unknowns.iter().any(|unknown| unknown.path == "name") {
        "(known later)".to_owned()
    } else if is_guid {
        name.chars().take(8).chain(['…']).collect()
    } else {
        name.clone()
    }
}
