//! Resources of the template.

use serde_json::{Map, Value as Json, json};

use super::super::syntax::{Decorator, Expr, ExprKind};
use super::arm_expr::{Arm, call, text};
use super::bind::Symbol;
use super::bind::place::{Level, Place};
use super::ids::{Scoped, management_group_id};
use super::{Emitter, Env};

/// Properties that shape the resource instead of being sent with it.
const SHAPING: [&str; 4] = ["name", "scope", "parent", "dependsOn"];

impl<'a> Emitter<'_, 'a> {
    pub(super) fn resource(&self, at: usize) -> Json {
        let resource = &self.model.resources[at];
        let env = self.own(Symbol::Resource(at));
        let mut out = Map::new();
        if let Some(head) = resource.loop_head() {
            let name = self.model.symbolic_name(at);
            let copy = self.copy(Some(&name), &head.array, &Env::top(resource.nested_in), None);
            out.insert("copy".into(), with_batch_size(copy, resource.decorators));
        }
        if let Some(condition) = self.condition_json(at, &env) {
            out.insert("condition".into(), condition);
        }
        if resource.decl.existing {
            out.insert("existing".into(), Json::from(true));
        }
        self.resource_options(resource.decorators, &mut out);
        out.insert("type".into(), Json::from(resource.type_name.as_str()));
        out.insert("apiVersion".into(), Json::from(resource.api_version.as_str()));
        self.resource_scope(at, &env, &mut out);
        out.insert("name".into(), self.full_name(at, &env).to_json());
        self.properties(resource.object(), &env, &mut out, &SHAPING);
        self.depends_on(Symbol::Resource(at), &mut out);
        self.described(resource.decorators, &mut out);
        Json::Object(out)
    }

    /// `@onlyIfNotExists()` and `@retryOn()`.
    fn resource_options(&self, decorators: &'a [Decorator], out: &mut Map<String, Json>) {
        let mut options = Map::new();
        for decorator in decorators {
            if matches!(decorator.name.name.as_str(), "onlyIfNotExists" | "retryOn") {
                let arguments: Vec<Json> =
                    decorator.arguments.iter().map(|argument| self.json(argument, &Env::default())).collect();
                options.insert(decorator.name.name.clone(), Json::Array(arguments));
            }
        }
        if !options.is_empty() {
            out.insert("@options".into(), Json::Object(options));
        }
    }

    /// A nested resource is deployed where all the conditions around it hold.
    fn conditions(&self, at: usize) -> Vec<&'a Expr> {
        let resource = &self.model.resources[at];
        let mut all = resource.nested_in.map_or_else(Vec::new, |outer| self.conditions(outer));
        all.extend(resource.body().condition.as_ref());
        all
    }

    /// The conditions as one expression; none where the resource is always deployed.
    pub(super) fn condition(&self, at: usize, env: &Env<'a>) -> Option<Arm> {
        self.conditions(at)
            .into_iter()
            .map(|condition| self.convert(condition, env))
            .reduce(|all, next| call("and", [all, next]))
    }

    fn condition_json(&self, at: usize, env: &Env<'a>) -> Option<Json> {
        match self.conditions(at).as_slice() {
            [] => None,
            [one] => Some(self.json(one, env)),
            _ => self.condition(at, env).map(|all| all.to_json()),
        }
    }

    fn resource_scope(&self, at: usize, env: &Env<'a>, out: &mut Map<String, Json>) {
        // A child lies where its outermost ancestor does.
        let mut root = at;
        let mut root_env = env.clone();
        while let Some(parent) = self.model.resources[root].parent {
            let index = parent.index.map(|index| self.convert(index, &root_env));
            root = parent.resource;
            root_env = self.instance(Symbol::Resource(root), index);
        }
        let place = self.model.resources[root].place;
        if let (Place::Extension { .. }, Scoped::Extension(id)) = (place, self.scoped(place, &root_env)) {
            out.insert("scope".into(), id.to_json());
        } else {
            self.deployed_to(place, &root_env, out);
        }
    }

    /// `scope`, `subscriptionId` and `resourceGroup` of a module, and of an existing resource.
    pub(super) fn deployed_to(&self, place: Place<'a>, env: &Env<'a>, out: &mut Map<String, Json>) {
        if matches!(place, Place::Current) {
            return;
        }
        match self.scoped(place, env) {
            Scoped::Tenant if self.model.level != Level::Tenant => {
                out.insert("scope".into(), Json::from("/"));
            }
            Scoped::ManagementGroup(Some(name)) => {
                let above = matches!(self.model.level, Level::Tenant | Level::ManagementGroup);
                let id = if above {
                    call("format", [text("Microsoft.Management/managementGroups/{0}"), name])
                } else {
                    management_group_id(name)
                };
                out.insert("scope".into(), id.to_json());
            }
            Scoped::Subscription(Some(id)) => {
                out.insert("subscriptionId".into(), id.to_json());
            }
            Scoped::Subscription(None) if self.model.level == Level::ResourceGroup => {
                let own = call("subscription", []).property("subscriptionId");
                out.insert("subscriptionId".into(), own.to_json());
            }
            Scoped::ResourceGroup { subscription, name } => {
                if let Some(subscription) = subscription {
                    out.insert("subscriptionId".into(), subscription.to_json());
                }
                if let Some(name) = name {
                    out.insert("resourceGroup".into(), name.to_json());
                }
            }
            _ => {}
        }
    }

    /// `@description()` of a resource or module.
    pub(super) fn described(&self, decorators: &'a [Decorator], out: &mut Map<String, Json>) {
        if let Some(description) = self.description(decorators) {
            out.insert("metadata".into(), json!({ "description": description }));
        }
    }
}

/// `mode` and `batchSize` of `@batchSize(n)`, behind the count.
pub(super) fn with_batch_size(mut copy: Json, decorators: &[Decorator]) -> Json {
    let size = argument(decorators, "batchSize").and_then(|size| match size.kind {
        ExprKind::Int(size) => Some(size),
        _ => None,
    });
    if let (Some(size), Json::Object(copy)) = (size, &mut copy) {
        copy.insert("mode".into(), Json::from("serial"));
        copy.insert("batchSize".into(), Json::from(size));
    }
    copy
}

/// The first argument of the decorator with this name.
pub(super) fn argument<'a>(decorators: &'a [Decorator], name: &str) -> Option<&'a Expr> {
    decorators.iter().find(|decorator| decorator.name.name == name)?.arguments.first()
}

pub(super) fn has_decorator(decorators: &[Decorator], name: &str) -> bool {
    decorators.iter().any(|decorator| decorator.name.name == name)
}
