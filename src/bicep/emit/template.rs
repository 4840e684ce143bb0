//! The template as a whole: its sections in the official order.

use serde_json::{Map, Value as Json, json};

use super::super::load::Loaded;
use super::super::project::Unit;
use super::super::syntax::{Expr, ExprKind, TypeExpr, TypeKind};
use super::arm_expr::{call, text};
use super::bind::place::Level;
use super::bind::uses::LocalKind;
use super::bind::{Model, Output, Param};
use super::resource::{argument, has_decorator};
use super::value::literal;
use super::{Emitter, Env};
use crate::diag::Diagnostic;
use std::sync::Arc;

/// Writes the template of a file that has been bound without errors.
pub(in crate::bicep) fn template(
    model: &Model<'_>,
    modules: &[Option<Arc<Unit>>],
    loaded: &Loaded,
    found: &mut Vec<Diagnostic>,
) -> Json {
    let emitter = Emitter::new(model, modules, loaded);
    let template = emitter.template();
    found.extend(emitter.found.into_inner());
    template
}

/// Writes a template whose only output is the object `{ of: value }`: how a parameters file computes `value`.
pub(in crate::bicep) fn values<'a>(
    model: &Model<'a>,
    loaded: &Loaded,
    value: &'a Expr,
    found: &mut Vec<Diagnostic>,
) -> Json {
    let emitter = Emitter::new(model, &[], loaded);
    let env = Env::default();
    let value = match &value.kind {
        ExprKind::For { head, body } => {
            let inner = emitter.in_loop(head, call("copyIndex", [text("of")]), &env, LocalKind::Inner);
            json!({ "copy": [emitter.copy(Some("of"), &head.array, &env, Some((body, &inner)))] })
        }
        _ => json!({ "of": emitter.json(value, &env) }),
    };
    let template = json!({
        "$schema": schema(Level::ResourceGroup),
        "contentVersion": "1.0.0.0",
        "variables": emitter.variables(),
        "resources": [],
        "outputs": { "value": { "type": "object", "value": value } },
    });
    found.extend(emitter.found.into_inner());
    template
}

impl<'a> Emitter<'_, 'a> {
    fn template(&self) -> Json {
        let mut out = Map::new();
        out.insert("$schema".into(), Json::from(schema(self.model.level)));
        out.insert("contentVersion".into(), Json::from("1.0.0.0"));
        out.insert("metadata".into(), self.metadata());
        if !self.model.params.is_empty() {
            let params = self.model.params.iter().map(|p| (p.name.name.clone(), self.param(p)));
            out.insert("parameters".into(), Json::Object(params.collect()));
        }
        let variables = self.variables();
        if !variables.is_empty() {
            out.insert("variables".into(), Json::Object(variables));
        }
        out.insert("resources".into(), Json::Array(self.resources()));
        if !self.model.outputs.is_empty() {
            let outputs = self.model.outputs.iter().map(|o| (o.name.name.clone(), self.output(o)));
            out.insert("outputs".into(), Json::Object(outputs.collect()));
        }
        Json::Object(out)
    }

    fn metadata(&self) -> Json {
        let generator = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
        let mut out = Map::new();
        out.insert("_generator".into(), generator);
        for (name, value) in &self.model.metadata {
            out.insert(name.name.clone(), self.json(value, &Env::default()));
        }
        Json::Object(out)
    }

    fn param(&self, param: &Param<'a>) -> Json {
        let decorators = &param.decl.decorators;
        let env = Env::default();
        let mut out = Map::new();
        let ty = param.ty.map_or("", |ty| type_name(ty, has_decorator(decorators, "secure")));
        out.insert("type".into(), Json::from(ty));
        if let Some(default) = param.default {
            out.insert("defaultValue".into(), self.json(default, &env));
        }
        if let Some(allowed) = argument(decorators, "allowed") {
            out.insert("allowedValues".into(), self.json(allowed, &env));
        }
        self.type_modifiers(decorators, &mut out);
        Json::Object(out)
    }

    /// `@metadata`, lengths, ranges and `@description` of a parameter or output.
    fn type_modifiers(&self, decorators: &'a [super::super::syntax::Decorator], out: &mut Map<String, Json>) {
        let env = Env::default();
        for (decorator, key) in [
            ("metadata", "metadata"),
            ("minLength", "minLength"),
            ("maxLength", "maxLength"),
            ("minValue", "minValue"),
            ("maxValue", "maxValue"),
        ] {
            if let Some(value) = argument(decorators, decorator) {
                out.insert(key.into(), self.json(value, &env));
            }
        }
        if let Some(description) = argument(decorators, "description") {
            let description = self.json(description, &env);
            match out.get_mut("metadata") {
                Some(Json::Object(metadata)) => {
                    metadata.insert("description".into(), description);
                }
                _ => {
                    out.insert("metadata".into(), json!({ "description": description }));
                }
            }
        }
    }

    fn variables(&self) -> Map<String, Json> {
        let mut out = Map::new();
        let env = Env::default();
        let emitted = || self.model.vars.iter().filter(|var| !var.inline);
        let loops: Vec<Json> = emitted()
            .filter_map(|var| match &var.value.kind {
                ExprKind::For { head, body } => {
                    let name = var.name.name.as_str();
                    let index = call("copyIndex", [text(name)]);
                    let inner = self.in_loop(head, index, &env, LocalKind::Declaration);
                    Some(self.copy(Some(name), &head.array, &env, Some((body, &inner))))
                }
                _ => None,
            })
            .collect();
        if !loops.is_empty() {
            out.insert("copy".into(), Json::Array(loops));
        }
        for (name, value) in self.loaded.variables() {
            out.insert(name.to_owned(), literal(value));
        }
        for var in emitted().filter(|var| !matches!(var.value.kind, ExprKind::For { .. })) {
            out.insert(var.name.name.clone(), self.json(var.value, &env));
        }
        out
    }

    /// Existing resources are read, not deployed, so they are no part of the template.
    fn resources(&self) -> Vec<Json> {
        let resources = &self.model.resources;
        let of = |nested: bool| {
            (0..resources.len())
                .filter(move |&at| {
                    resources[at].nested_in.is_some() == nested && !resources[at].decl.existing
                })
                .map(|at| self.resource(at))
        };
        of(true).chain(of(false)).chain((0..self.model.modules.len()).map(|at| self.module(at))).collect()
    }

    fn output(&self, output: &Output<'a>) -> Json {
        let env = Env::default();
        let mut out = Map::new();
        out.insert("type".into(), Json::from(type_name(output.ty, false)));
        self.type_modifiers(&output.decl.decorators, &mut out);
        match &output.value.kind {
            ExprKind::For { head, body } => {
                let inner = self.in_loop(head, call("copyIndex", []), &env, LocalKind::Declaration);
                out.insert("copy".into(), self.copy(None, &head.array, &env, Some((body, &inner))));
            }
            _ => {
                out.insert("value".into(), self.json(output.value, &env));
            }
        }
        Json::Object(out)
    }
}

fn schema(level: Level) -> &'static str {
    match level {
        Level::Tenant => {
            "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#"
        }
        Level::ManagementGroup => {
            "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#"
        }
        Level::Subscription => {
            "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
        }
        Level::ResourceGroup => {
            "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
        }
    }
}

fn type_name(ty: &TypeExpr, secure: bool) -> &str {
    let name = match &ty.kind {
        TypeKind::Name(name) => name.as_str(),
        TypeKind::Property { name, .. } => name.name.as_str(),
        _ => "",
    };
    match (name, secure) {
        ("string", true) => "securestring",
        ("object", true) => "secureObject",
        _ => name,
    }
}
