//! Do the bodies of resources fit what Azure publishes of their types? Seen are literals, objects and arrays that are
//! written out, variables and the declarations of parameters; whatever a function, a reference or `any` gives passes.
//! Findings are warnings, as the official compiler has them, because published types have gaps.

mod object;
mod value;

use std::collections::HashSet;

use super::bind::{Model, Res, diagnostic};
use super::codes;
use crate::catalog::azure_types::{AzureTypes, ResourceType};
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::Span;

/// Checks every resource of a file that is sound otherwise.
pub(super) fn check(model: &Model<'_>, types: &dyn AzureTypes, found: &mut Vec<Diagnostic>) {
    // One table is asked for every resource; where it cannot be read, once is enough to know.
    let mut refused: Vec<String> = Vec::new();
    for resource in model.resources.iter().filter(|resource| !resource.decl.existing) {
        match types.find(&resource.type_name, &resource.api_version) {
            Ok(Some(ty)) => check_resource(model, types, resource, ty, found),
            Ok(None) => found.push(not_checked(model, types, resource)),
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
        followed: HashSet::new(),
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

/// A table that holds a part of Azure says so in a note; one that holds all of it knows that the version is wrong.
fn not_checked(model: &Model<'_>, types: &dyn AzureTypes, resource: &Res<'_>) -> Diagnostic {
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
    /// checked once, however often it is used.
    followed: HashSet<(Followed, *const u8)>,
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
