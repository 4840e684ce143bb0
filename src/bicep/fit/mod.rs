//! Do the bodies of resources fit what Azure publishes of their types? Seen are literals, objects and arrays that are
//! written out, variables and the declarations of parameters; whatever a function, a reference or `any` gives passes.
//! Findings are warnings, as the official compiler has them, because published types have gaps.

mod object;
pub(super) mod parameters;
mod seen;
mod value;

use std::collections::{BTreeSet, HashSet};

use super::bind::{Model, Res, diagnostic};
use super::codes;
use crate::catalog::azure_types::{AzureTypes, ResourceType};
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::Span;

/// A resource whose type a partial table does not have.
pub(super) struct Unchecked {
    /// `Type@version`
    name: String,
    /// What would be told of it alone.
    pub(super) note: Diagnostic,
}

/// Checks every resource of a file that is sound otherwise. A table that holds a part of Azure's types does not know all
/// of them, which goes to `unchecked`; one that holds all knows that the version is wrong.
pub(super) fn check(
    model: &Model<'_>,
    types: &dyn AzureTypes,
    found: &mut Vec<Diagnostic>,
    unchecked: &mut Vec<Unchecked>,
) {
    // One table is asked for every resource; where it cannot be read, once is enough to know.
    let mut refused: Vec<String> = Vec::new();
    let mut followed = HashSet::new();
    for resource in model.resources.iter().filter(|resource| !resource.decl.existing) {
        match types.find(&resource.type_name, &resource.api_version) {
            Ok(Some(ty)) => check_resource(model, types, resource, ty, &mut followed, found),
            Ok(None) => {
                let note = unknown_type(model, types, resource);
                if types.is_complete() {
                    found.push(note);
                } else {
                    let name = format!("{}@{}", resource.type_name, resource.api_version);
                    unchecked.push(Unchecked { name, note });
                }
            }
            Err(error) => {
                let message = error.to_string();
                if !refused.contains(&message) {
                    let here = diagnostic(&codes::TYPES_NOT_READ, message.clone());
                    model.report(found, here, resource.decl.ty.span);
                    refused.push(message);
                }
            }
        }
    }
}

fn check_resource(
    model: &Model<'_>,
    types: &dyn AzureTypes,
    resource: &Res<'_>,
    ty: ResourceType<'_>,
    followed: &mut HashSet<(Followed, *const u8)>,
    found: &mut Vec<Diagnostic>,
) {
    if ty.writable.is_empty() {
        let message = format!("`{}` can only be read: declare it with `existing`", ty.name);
        model.report(found, warning(&codes::READ_ONLY_RESOURCE, message), resource.decl.ty.span);
        return;
    }
    let Some(body) = ty.body() else { return };
    let mut walk = Walk {
        model,
        types,
        resource,
        within: Some(resource),
        locals: Vec::new(),
        followed,
        path: Vec::new(),
        depth: 0,
        found,
    };
    walk.locals.extend(resource.loop_head().into_iter().flat_map(|head| {
        [Some(head.item.name.as_str()), head.index.as_ref().map(|index| index.name.as_str())]
            .into_iter()
            .flatten()
    }));
    walk.object(body, resource.object(), resource.decl.name.span, true);
}

/// Types that the note about all that was not checked names.
const UNCHECKED_SHOWN: usize = 6;

/// One note for all resources that could not be checked, at the first of them.
pub(super) fn not_checked(unchecked: &[Unchecked]) -> Option<Diagnostic> {
    let first = unchecked.first()?;
    let names: BTreeSet<&str> = unchecked.iter().map(|unchecked| unchecked.name.as_str()).collect();
    if names.len() == 1 && unchecked.len() == 1 {
        return Some(first.note.clone());
    }
    let shown: Vec<String> = names.iter().take(UNCHECKED_SHOWN).map(|name| format!("`{name}`")).collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message =
        format!("{} resources are not checked: no types for {}{more}", unchecked.len(), shown.join(", "));
    let mut note = diagnostic(&codes::NO_TYPES, message);
    note.severity = Severity::Note;
    note.primary.clone_from(&first.note.primary);
    Some(note.help("a folder of types knows more, such as a checkout of Azure/bicep-types-az"))
}

fn unknown_type(model: &Model<'_>, types: &dyn AzureTypes, resource: &Res<'_>) -> Diagnostic {
    let name = format!("{}@{}", resource.type_name, resource.api_version);
    let message = format!("not checked: no types for `{name}`");
    let mut here = warning(&codes::NO_TYPES, message).at(model.source, resource.decl.ty.span);
    if !types.is_complete() {
        here.severity = Severity::Note;
    }
    let versions = types.versions(&resource.type_name);
    if versions.is_empty() {
        return here;
    }
    // Preview types have a dozen versions and more; the newest are the ones to move to.
    const SHOWN: usize = 6;
    let newest = &versions[versions.len().saturating_sub(SHOWN)..];
    here.help(format!("there are types for the versions `{}`", newest.join("`, `")))
}

/// A finding about types, which refuses nothing.
fn warning(code: &'static Code, message: impl Into<String>) -> Diagnostic {
    let mut here = diagnostic(code, message);
    here.severity = Severity::Warning;
    here
}

/// Expressions and variables within each other that are followed. Deeper values pass unchecked.
const DEPTH_MAX: usize = 384;

/// The check of one resource.
struct Walk<'w, 'a, 't> {
    model: &'w Model<'a>,
    types: &'t dyn AzureTypes,
    resource: &'w Res<'a>,
    /// The resource in whose body we are; none in a variable or a parameter, which stand at the top.
    within: Option<&'w Res<'a>>,
    /// Names of loops around, which are no declarations.
    locals: Vec<&'w str>,
    /// Variables and parameters with the type that they were held against, by its place in the table: each pair is
    /// checked once in a file, however often it is used.
    followed: &'w mut HashSet<(Followed, *const u8)>,
    /// The properties from the resource to here.
    path: Vec<String>,
    depth: usize,
    found: &'w mut Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Followed {
    Var(usize),
    Param(usize),
}

impl Walk<'_, '_, '_> {
    fn report(&mut self, here: Diagnostic, span: Span) {
        let mut here = here.at(self.model.source, span);
        if self.within.is_none() {
            let name = &self.resource.decl.name;
            here =
                here.related(self.model.source, name.span, format!("used by the resource `{}`", name.name));
        }
        self.found.push(here);
    }

    /// `properties.sku.name`, as a reader would write it.
    fn shown_path(&self) -> String {
        self.path.join(".")
    }
}
