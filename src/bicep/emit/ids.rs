//! Resource names, ids and scopes. `resourceId()` means something else in each kind of deployment, so an id in
//! another resource group is spelled out by `extensionResourceId()`.

use super::super::syntax::Expr;
use super::arm_expr::{Arm, call, int, text};
use super::bind::Symbol;
use super::bind::place::{Level, Place};
use super::module::DEPLOYMENTS;
use super::{Emitter, Env};

/// A scope with its parts converted.
pub(super) enum Scoped {
    Tenant,
    ManagementGroup(Option<Arm>),
    Subscription(Option<Arm>),
    ResourceGroup {
        subscription: Option<Arm>,
        name: Option<Arm>,
    },
    /// The id of the resource that is extended.
    Extension(Arm),
}

impl<'a> Emitter<'_, 'a> {
    pub(super) fn resource_id(&self, at: usize, env: &Env<'a>) -> Arm {
        let Some(_entered) = self.enter(self.model.resources[at].decl.name.span) else { return text("") };
        let (root, root_env) = self.ancestry(at, env).swap_remove(0);
        let scoped = self.scoped(self.model.resources[root].place, &root_env);
        id_in(scoped, &self.model.resources[at].type_name, self.name_segments(at, env))
    }

    pub(super) fn module_id(&self, at: usize, env: &Env<'a>) -> Arm {
        let scoped = self.scoped(self.model.modules[at].place, env);
        id_in(scoped, DEPLOYMENTS, vec![self.module_name(at, env)])
    }

    /// The resource and its ancestors, outermost first, each with the names of its own body.
    fn ancestry(&self, at: usize, env: &Env<'a>) -> Vec<(usize, Env<'a>)> {
        let mut chain = vec![(at, env.clone())];
        // Parents form no circle: binding has cut those.
        while let Some((last, env)) = chain.last()
            && let Some(parent) = self.model.resources[*last].parent
        {
            let index = parent.index.map(|index| self.convert(index, env));
            let parent_env = self.instance(Symbol::Resource(parent.resource), index);
            chain.push((parent.resource, parent_env));
        }
        chain.reverse();
        chain
    }

    /// One expression per segment of the type below the provider.
    fn name_segments(&self, at: usize, env: &Env<'a>) -> Vec<Arm> {
        let chain = self.ancestry(at, env);
        let segments = self.model.resources[at].type_name.split('/').count().saturating_sub(1);
        // The outermost name may hold several segments, `vault/secret`; each deeper one holds one.
        let in_first = segments.saturating_sub(chain.len() - 1);
        let mut names = Vec::new();
        for (depth, (resource, env)) in chain.iter().enumerate() {
            let name = match self.model.resources[*resource].object().get("name") {
                Some(name) => self.convert(name, env),
                None => text(""),
            };
            if depth == 0 && in_first > 1 {
                for segment in 0..in_first {
                    let index = i64::try_from(segment).unwrap_or_default();
                    names.push(call("split", [name.clone(), text("/")]).access(int(index)));
                }
            } else {
                names.push(name);
            }
        }
        names
    }

    /// The value of the template's `name`.
    pub(super) fn full_name(&self, at: usize, env: &Env<'a>) -> Arm {
        if self.model.resources[at].parent.is_none() {
            return match self.model.resources[at].object().get("name") {
                Some(name) => self.convert(name, env),
                None => text(""),
            };
        }
        let names = self.name_segments(at, env);
        let format: Vec<String> = (0..names.len()).map(|at| format!("{{{at}}}")).collect();
        let mut arguments = vec![text(format.join("/"))];
        arguments.extend(names);
        call("format", arguments)
    }

    /// Converts a scope; `env` holds the names of the declaration that has it.
    pub(super) fn scoped(&self, place: Place<'a>, env: &Env<'a>) -> Scoped {
        let convert = |expr: Option<&'a Expr>| expr.map(|expr| self.convert(expr, env));
        match place {
            Place::Current => match self.model.level {
                Level::Tenant => Scoped::Tenant,
                Level::ManagementGroup => Scoped::ManagementGroup(None),
                Level::Subscription => Scoped::Subscription(None),
                Level::ResourceGroup => Scoped::ResourceGroup { subscription: None, name: None },
            },
            Place::Tenant => Scoped::Tenant,
            Place::ManagementGroup(name) => Scoped::ManagementGroup(convert(name)),
            Place::Subscription(id) => Scoped::Subscription(convert(id)),
            Place::ResourceGroup { subscription, name } => {
                Scoped::ResourceGroup { subscription: convert(subscription), name: convert(name) }
            }
            Place::Declared { resource, index, level } => {
                let index = convert(index);
                let declared_env = self.instance(Symbol::Resource(resource), index);
                let declared = &self.model.resources[resource];
                let name = declared.object().get("name").map(|name| self.convert(name, &declared_env));
                if level == Level::ManagementGroup {
                    return Scoped::ManagementGroup(name);
                }
                let subscription = match declared.place {
                    Place::Subscription(Some(id)) => Some(self.convert(id, &declared_env)),
                    _ => None,
                };
                Scoped::ResourceGroup { subscription, name }
            }
            Place::Extension { resource, index } => {
                let index = convert(index);
                let extended_env = self.instance(Symbol::Resource(resource), index);
                Scoped::Extension(self.resource_id(resource, &extended_env))
            }
        }
    }
}

fn id_in(scoped: Scoped, type_name: &str, names: Vec<Arm>) -> Arm {
    let (function, mut arguments) = match scoped {
        Scoped::Tenant => ("tenantResourceId", vec![]),
        Scoped::ManagementGroup(None) => {
            ("extensionResourceId", vec![call("managementGroup", []).property("id")])
        }
        Scoped::ManagementGroup(Some(name)) => ("extensionResourceId", vec![management_group_id(name)]),
        Scoped::Subscription(id) => ("subscriptionResourceId", id.into_iter().collect()),
        Scoped::ResourceGroup { name: None, .. } => ("resourceId", vec![]),
        Scoped::ResourceGroup { subscription, name: Some(name) } => {
            let subscription =
                subscription.unwrap_or_else(|| call("subscription", []).property("subscriptionId"));
            let group = call("format", [text("/subscriptions/{0}/resourceGroups/{1}"), subscription, name]);
            ("extensionResourceId", vec![group])
        }
        Scoped::Extension(id) => ("extensionResourceId", vec![id]),
    };
    arguments.push(text(type_name));
    arguments.extend(names);
    call(function, arguments)
}

pub(super) fn management_group_id(name: Arm) -> Arm {
    call("tenantResourceId", [text("Microsoft.Management/managementGroups"), name])
}
