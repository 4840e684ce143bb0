//! The resources of a file: nested ones found, types completed, parents resolved.

use indexmap::IndexMap;

use super::super::codes;
use super::super::resource_types::spelled;
use super::super::syntax::{Decorator, ExprKind, Resource};
use super::place::Place;
use super::uses::{Scope, target};
use super::{Model, Parent, Res, Symbol};
use crate::diag::Diagnostic;

impl<'a> Model<'a> {
    /// Adds a resource after everything nested in it and returns its index.
    pub(super) fn add_resource(
        &mut self,
        decl: &'a Resource,
        decorators: &'a [Decorator],
        outer_type: Option<(&str, &str)>,
    ) -> usize {
        let (type_name, api_version) = resource_type(decl, outer_type);
        let mut children = IndexMap::new();
        for nested in decl.body.object.resources() {
            let child = self.add_resource(nested, &nested.decorators, Some((&type_name, &api_version)));
            children.entry(nested.name.name.as_str()).or_insert(child);
        }
        let at = self.resources.len();
        for &child in children.values() {
            self.resources[child].nested_in = Some(at);
            self.resources[child].parent = Some(Parent { resource: at, index: None });
        }
        self.resources.push(Res {
            decl,
            decorators,
            type_name,
            api_version,
            nested_in: None,
            parent: None,
            children,
            place: Place::Current,
            uses: Vec::new(),
            inline: false,
        });
        at
    }

    pub(super) fn bind_resources(&mut self, found: &mut Vec<Diagnostic>) {
        for at in 0..self.resources.len() {
            self.check_type(at, found);
            self.check_nested(at, found);
            self.bind_parent(at, found);
        }
        for at in 0..self.resources.len() {
            self.check_parent_cycle(at, found);
            self.check_name(at, found);
        }
    }

    fn check_type(&self, at: usize, found: &mut Vec<Diagnostic>) {
        let resource = &self.resources[at];
        let span = resource.decl.ty.span;
        if matches!(resource.decl.ty.kind, ExprKind::Interpolated { .. }) {
            let message = "a resource type cannot hold `${…}`";
            return self.report(found, Diagnostic::new(&codes::INTERPOLATED_TYPE, message), span);
        }
        let written = resource.decl.ty.as_text().unwrap_or_default();
        if resource.nested_in.is_some() && written.split('@').next().is_some_and(|ty| ty.contains('/')) {
            let message = format!("the nested resource type `{written}` must be a single segment");
            return self.report(found, Diagnostic::new(&codes::NESTED_TYPE, message), span);
        }
        let segments: Vec<&str> = resource.type_name.split('/').collect();
        let valid = segments.len() >= 2
            && segments.iter().all(|segment| !segment.is_empty())
            && segments[0].contains('.')
            && !resource.api_version.is_empty();
        if !valid {
            let message = format!("`{written}` is no resource type");
            let diagnostic = Diagnostic::new(&codes::RESOURCE_TYPE, message).help(
                "write `<namespace>/<type>@<api version>`, such as `Microsoft.KeyVault/vaults@2024-11-01`",
            );
            self.report(found, diagnostic, span);
        }
    }

    fn check_nested(&self, at: usize, found: &mut Vec<Diagnostic>) {
        let resource = &self.resources[at];
        let mut seen: Vec<&str> = Vec::new();
        for nested in resource.object().resources() {
            if resource.loop_head().is_some() {
                let message = "a resource cannot be nested in one that has `for`";
                let diagnostic = Diagnostic::new(&codes::NESTED_IN_LOOP, message)
                    .help("declare it at the top with `parent: …[index]`");
                self.report(found, diagnostic, nested.name.span);
            }
            if seen.contains(&nested.name.name.as_str()) {
                let message = format!("`{}` is declared more than once", nested.name.name);
                self.report(found, Diagnostic::new(&codes::DUPLICATE_NAME, message), nested.name.span);
            }
            seen.push(&nested.name.name);
        }
    }

    fn bind_parent(&mut self, at: usize, found: &mut Vec<Diagnostic>) {
        let Some(written) = self.resources[at].object().get("parent") else { return };
        let within = self.resources[at].nested_in;
        if within.is_some() {
            let message = "`parent` cannot be set on a nested resource";
            return self.report(found, Diagnostic::new(&codes::PROPERTY_NOT_ALLOWED, message), written.span);
        }
        let Some((Symbol::Resource(resource), index)) = target(self, written, &Scope::top(within)) else {
            let message = "`parent` takes the name of a resource";
            return self.report(found, Diagnostic::new(&codes::PARENT_EXPRESSION, message), written.span);
        };
        let (parent_type, own_type) = (&self.resources[resource].type_name, &self.resources[at].type_name);
        let fits = own_type.len() > parent_type.len()
            && own_type.as_bytes()[..parent_type.len()].eq_ignore_ascii_case(parent_type.as_bytes())
            && own_type.as_bytes()[parent_type.len()] == b'/';
        if !fits {
            let message = format!("`{own_type}` is no child type of `{parent_type}`");
            return self.report(found, Diagnostic::new(&codes::NOT_A_CHILD, message), written.span);
        }
        self.resources[at].parent = Some(Parent { resource, index });
    }

    /// A parent chain that runs in a circle is cut, so that every later walk up ends.
    fn check_parent_cycle(&mut self, at: usize, found: &mut Vec<Diagnostic>) {
        let mut up = self.resources[at].parent;
        for _ in 0..=self.resources.len() {
            match up {
                None => return,
                Some(parent) if parent.resource == at => break,
                Some(parent) => up = self.resources[parent.resource].parent,
            }
        }
        let name = self.resources[at].decl.name.clone();
        let message = format!("`{}` is its own ancestor", name.name);
        self.report(found, Diagnostic::new(&codes::CYCLE, message), name.span);
        self.resources[at].parent = None;
    }

    /// The number of `/` in a plain name must fit the type.
    fn check_name(&self, at: usize, found: &mut Vec<Diagnostic>) {
        let resource = &self.resources[at];
        let Some(name) = resource.object().get("name") else {
            let message = format!("the resource `{}` has no `name`", resource.decl.name.name);
            return self.report(
                found,
                Diagnostic::new(&codes::MISSING_PROPERTY, message),
                resource.decl.name.span,
            );
        };
        let Some(text) = name.as_text() else { return };
        if resource.parent.is_none() && resource.object().get("parent").is_some() {
            // The parent has been refused.
            return;
        }
        let slashes = text.matches('/').count();
        let expected = match resource.parent {
            Some(_) => 0,
            None => resource.type_name.split('/').count().saturating_sub(2),
        };
        if slashes != expected {
            let (code, message) = if resource.parent.is_some() {
                (&codes::SLASH_IN_CHILD_NAME, "the name of a child resource cannot hold `/`".to_owned())
            } else {
                let ty = &resource.type_name;
                (&codes::NAME_SEGMENTS, format!("a name of `{ty}` holds {expected} `/`, this one {slashes}"))
            };
            self.report(found, Diagnostic::new(code, message), name.span);
        }
    }
}

/// The full type and version; a nested resource continues those of the one around it.
fn resource_type(decl: &Resource, outer: Option<(&str, &str)>) -> (String, String) {
    let written = decl.ty.as_text().unwrap_or_default();
    let (name, version) = written.split_once('@').unwrap_or((written, ""));
    let (name, version) = match outer {
        Some((outer_name, outer_version)) => {
            (format!("{outer_name}/{name}"), if version.is_empty() { outer_version } else { version })
        }
        None => (name.to_owned(), version),
    };
    (spelled(&name, version), version.to_owned())
}
