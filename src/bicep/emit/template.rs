//! The template as a whole: its sections in the official order.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::super::Options;
use super::super::imports::{self, EXPORTED_VARIABLES, Imported, Origins};
use super::super::load::Loaded;
use super::super::project::Unit;
use super::super::syntax::{Decorator, Expr, ExprKind};
use super::arm_expr::{call, text};
use super::bind::place::Level;
use super::bind::uses::LocalKind;
use super::bind::{Model, Output, Param};
use super::resource::{argument, has_decorator};
use super::value::literal;
use super::{Emitter, Env, Inputs};
use crate::diag::Diagnostic;

/// Writes the template of a file that has been bound without errors.
pub(in crate::bicep) fn template(
    model: &Model<'_>,
    modules: &[Option<Arc<Unit>>],
    loaded: &Loaded,
    options: &Options<'_>,
    found: &mut Vec<Diagnostic>,
) -> (Json, Origins) {
    let emitter = Emitter::new(model, modules, loaded, options);
    let template = emitter.template();
    found.extend(emitter.found.into_inner());
    (template, emitter.closure.origins)
}

/// Writes a value of a parameters file that is known only when all inputs are: an expression in brackets.
pub(in crate::bicep) fn with_inputs<'a>(
    model: &Model<'a>,
    loaded: &Loaded,
    inputs: Inputs<'_, 'a>,
    value: &'a Expr,
    found: &mut Vec<Diagnostic>,
) -> String {
    let mut emitter = Emitter::new(model, &[], loaded, &Options::default());
    emitter.inputs = Some(inputs);
    let expression = emitter.convert(value, &Env::default()).into_call().to_template_text();
    found.extend(emitter.found.into_inner());
    expression
}

/// Writes a reference to a secret of a key vault, `getSecret(subscription, group, vault, secret, version?)`, whose place is
/// known only when all inputs are.
pub(in crate::bicep) fn secret_with_inputs<'a>(
    model: &Model<'a>,
    loaded: &Loaded,
    inputs: Inputs<'_, 'a>,
    arguments: &'a [Expr],
    found: &mut Vec<Diagnostic>,
) -> Json {
    let mut emitter = Emitter::new(model, &[], loaded, &Options::default());
    emitter.inputs = Some(inputs);
    let mut written = arguments.iter().map(|argument| emitter.convert(argument, &Env::default()));
    let mut next = || written.next().unwrap_or_else(|| text(""));
    let [subscription, group, vault] = [next(), next(), next()];
    // The official compiler writes the type in two arguments (baselines_bicepparam/Expressions, 2026-08-21).
    let id = call("resourceId", [subscription, group, text("Microsoft.KeyVault"), text("vaults"), vault]);
    let mut reference = json!({ "keyVault": { "id": id.to_json() }, "secretName": next().to_json() });
    if arguments.len() > 4 {
        reference["secretVersion"] = next().to_json();
    }
    drop(written);
    found.extend(emitter.found.into_inner());
    reference
}

/// Writes a template whose only output is the object `{ of: value }`: how a parameters file computes `value`.
pub(in crate::bicep) fn values<'a>(
    model: &Model<'a>,
    loaded: &Loaded,
    value: &'a Expr,
    found: &mut Vec<Diagnostic>,
) -> Json {
    let emitter = Emitter::new(model, &[], loaded, &Options::default());
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
        "functions": emitter.functions(),
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
        if self.symbolic {
            out.insert("languageVersion".into(), Json::from("2.0"));
        }
        out.insert("contentVersion".into(), Json::from("1.0.0.0"));
        out.insert("metadata".into(), self.metadata());
        let definitions = self.definitions();
        if !definitions.is_empty() {
            out.insert("definitions".into(), Json::Object(definitions));
        }
        let functions = self.functions();
        if !functions.is_empty() {
            out.insert("functions".into(), Json::Array(functions));
        }
        if !self.model.params.is_empty() {
            let params = self.model.params.iter().map(|p| (p.name.name.clone(), self.param(p)));
            out.insert("parameters".into(), Json::Object(params.collect()));
        }
        let variables = self.variables();
        if !variables.is_empty() {
            out.insert("variables".into(), Json::Object(variables));
        }
        out.insert("resources".into(), self.resources());
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
        let exported = self.exported_variables();
        if !exported.is_empty() {
            out.insert(EXPORTED_VARIABLES.into(), Json::Array(exported));
        }
        for (name, value) in &self.model.metadata {
            out.insert(name.name.clone(), self.json(value, &Env::default()));
        }
        Json::Object(out)
    }

    fn definitions(&self) -> Map<String, Json> {
        let declared = self.model.types.iter().map(|ty| {
            let mut schema = self.declared_type(ty.value, &ty.decl.decorators);
            self.type_modifiers(&ty.decl.decorators, &mut schema);
            (ty.name.name.clone(), Json::Object(schema))
        });
        declared.chain(self.closure.types.iter().cloned()).collect()
    }

    fn param(&self, param: &Param<'a>) -> Json {
        let decorators = &param.decl.decorators;
        let env = Env::default();
        let mut out = param.ty.map_or_else(Map::new, |ty| self.declared_type(ty, decorators));
        if let Some(default) = param.default {
            out.insert("defaultValue".into(), self.json(default, &env));
        }
        if let Some(allowed) = argument(decorators, "allowed") {
            out.insert("allowedValues".into(), self.json(allowed, &env));
        }
        self.type_modifiers(decorators, &mut out);
        Json::Object(out)
    }

    /// What decorators say about a type: `@secure`, `@sealed`, `@export`, `@metadata`, lengths, ranges and
    /// `@description`.
    pub(super) fn type_modifiers(&self, decorators: &'a [Decorator], out: &mut Map<String, Json>) {
        let env = Env::default();
        if has_decorator(decorators, "secure") {
            match out.get("type").and_then(Json::as_str) {
                Some("string") => out.insert("type".into(), Json::from("securestring")),
                Some("object") => out.insert("type".into(), Json::from("secureObject")),
                _ => None,
            };
        }
        if has_decorator(decorators, "sealed") {
            out.insert("additionalProperties".into(), Json::from(false));
        }
        if has_decorator(decorators, "export") {
            add_metadata(out, imports::EXPORTED, Json::from(true));
        }
        if let Some(Json::Object(metadata)) =
            argument(decorators, "metadata").map(|value| self.json(value, &env))
        {
            if metadata.is_empty() {
                out.entry("metadata").or_insert_with(|| json!({}));
            }
            metadata.into_iter().for_each(|(key, value)| add_metadata(out, &key, value));
        }
        for (decorator, key) in [
            ("minLength", "minLength"),
            ("maxLength", "maxLength"),
            ("minValue", "minValue"),
            ("maxValue", "maxValue"),
        ] {
            if let Some(value) = argument(decorators, decorator) {
                out.insert(key.into(), self.json(value, &env));
            }
        }
        if let Some(description) = self.description(decorators) {
            add_metadata(out, "description", description);
        }
    }

    fn variables(&self) -> Map<String, Json> {
        let mut out = Map::new();
        let env = Env::default();
        let emitted = || self.model.vars.iter().filter(|var| !var.inline);
        let mut loops: Vec<Json> = emitted()
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
        loops.extend(self.closure.variables.iter().filter_map(|(_, variable)| match variable {
            Imported::Loop(copy) => Some(copy.clone()),
            Imported::Value(_) => None,
        }));
        if !loops.is_empty() {
            out.insert("copy".into(), Json::Array(loops));
        }
        for (name, value) in self.loaded.variables() {
            out.insert(name.to_owned(), literal(value));
        }
        for var in emitted().filter(|var| !matches!(var.value.kind, ExprKind::For { .. })) {
            out.insert(var.name.name.clone(), self.json(var.value, &env));
        }
        for (name, variable) in &self.closure.variables {
            if let Imported::Value(value) = variable {
                out.insert(name.clone(), value.clone());
            }
        }
        out
    }

    /// In a list, existing resources have no place, because they are read, not deployed; by name they have.
    fn resources(&self) -> Json {
        let resources = &self.model.resources;
        let of = |nested: bool| {
            (0..resources.len())
                .filter(move |&at| resources[at].nested_in.is_some() == nested && !self.is_left_out(at))
                .map(|at| (self.model.symbolic_name(at), self.resource(at)))
        };
        let modules = (0..self.model.modules.len())
            .map(|at| (self.model.modules[at].decl.name.name.clone(), self.module(at)));
        let all = of(true).chain(of(false)).chain(modules);
        if self.symbolic { Json::Object(all.collect()) } else { all.map(|(_, resource)| resource).collect() }
    }

    /// An existing resource whose name is known only while deploying cannot be declared.
    fn is_left_out(&self, at: usize) -> bool {
        let resource = &self.model.resources[at];
        resource.decl.existing && (!self.symbolic || resource.inline)
    }

    fn output(&self, output: &Output<'a>) -> Json {
        let env = Env::default();
        let mut out = self.full_type(output.ty, &output.decl.decorators);
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

fn add_metadata(out: &mut Map<String, Json>, key: &str, value: Json) {
    if let Json::Object(metadata) = out.entry("metadata").or_insert_with(|| json!({})) {
        metadata.insert(key.to_owned(), value);
    }
}
