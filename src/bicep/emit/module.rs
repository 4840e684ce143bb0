//! Modules: nested deployments whose expressions are evaluated inside.

use serde_json::{Map, Value as Json, json};

use super::super::syntax::{Expr, ExprKind, Property};
use super::arm_expr::{Arm, call, text};
use super::bind::Symbol;
use super::bind::place::Level;
use super::bind::uses::LocalKind;
use super::loops::is_direct_input;
use super::resource::with_batch_size;
use super::{Emitter, Env};

pub(super) const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// The version that the official compiler writes for nested deployments
/// (src/Bicep.Core/Emit/EmitConstants.cs, 2026-08-21).
pub(super) const DEPLOYMENTS_VERSION: &str = "2025-04-01";

/// Characters of a deployment's name, of what `uniqueString()` gives, and of a loop's index
/// (src/Bicep.Core/Intermediate/ExpressionFactory.cs, 2026-08-21).
const NAME_LENGTH: usize = 64;
const UNIQUE_LENGTH: usize = 13;
const INDEX_LENGTH: usize = 3;

const SHAPING: [&str; 4] = ["name", "params", "scope", "dependsOn"];

impl<'a> Emitter<'_, 'a> {
    pub(super) fn module(&self, at: usize) -> Json {
        let module = &self.model.modules[at];
        let body = &module.decl.body;
        let env = self.own(Symbol::Module(at));
        let mut out = Map::new();
        if let Some(head) = &body.loop_head {
            let copy = self.copy(Some(&module.decl.name.name), &head.array, &Env::default(), None);
            out.insert("copy".into(), with_batch_size(copy, module.decorators));
        }
        if let Some(condition) = &body.condition {
            out.insert("condition".into(), self.json(condition, &env));
        }
        out.insert("type".into(), Json::from(DEPLOYMENTS));
        out.insert("apiVersion".into(), Json::from(DEPLOYMENTS_VERSION));
        self.properties(&body.object, &env, &mut out, &SHAPING);
        out.insert("name".into(), self.module_name(at, &env).to_json());
        self.deployed_to(module.place, &env, &mut out);
        self.location(at, &mut out);
        out.insert("properties".into(), self.module_properties(at, &env));
        self.depends_on(Symbol::Module(at), &mut out);
        self.described(module.decorators, &mut out);
        Json::Object(out)
    }

    pub(super) fn module_name(&self, at: usize, env: &Env<'a>) -> Arm {
        match self.model.modules[at].decl.body.object.get("name") {
            Some(name) => self.convert(name, env),
            None => self.generated_name(at, env),
        }
    }

    /// The name of a module that has none: unique within the deployment, and not too long for a name.
    fn generated_name(&self, at: usize, env: &Env<'a>) -> Arm {
        let name = self.model.modules[at].decl.name.name.as_str();
        let unique = call("uniqueString", [text(name), call("deployment", []).property("name")]);
        let mut arguments = Vec::new();
        let mut length = UNIQUE_LENGTH;
        if self.model.is_collection(Symbol::Module(at)) {
            arguments.push(env.index.clone().unwrap_or_else(|| call("copyIndex", [])));
            length += INDEX_LENGTH;
        }
        arguments.push(unique);
        let prefix = &name[..name.len().min(NAME_LENGTH - length - arguments.len())];
        let format =
            if arguments.len() > 1 { format!("{prefix}-{{0}}-{{1}}") } else { format!("{prefix}-{{0}}") };
        arguments.insert(0, text(format));
        call("format", arguments)
    }

    /// A deployment outside of a resource group keeps its record somewhere: next to its parent's.
    fn location(&self, at: usize, out: &mut Map<String, Json>) {
        if self.model.modules[at].place.level(self.model.level) == Some(Level::ResourceGroup) {
            return;
        }
        let function = if self.model.level == Level::ResourceGroup { "resourceGroup" } else { "deployment" };
        out.insert("location".into(), call(function, []).property("location").to_json());
    }

    fn module_properties(&self, at: usize, env: &Env<'a>) -> Json {
        let mut out = Map::new();
        out.insert("expressionEvaluationOptions".into(), json!({ "scope": "inner" }));
        out.insert("mode".into(), Json::from("Incremental"));
        if let Some(ExprKind::Object(params)) = self.params(at).map(|params| &params.kind) {
            let parameters: Map<String, Json> = params
                .properties()
                .filter_map(|property| Some((property.text()?.to_owned(), self.parameter(property, env))))
                .collect();
            out.insert("parameters".into(), Json::Object(parameters));
        }
        let template = self.modules[at].as_ref().map_or(Json::Null, |unit| unit.template.clone());
        out.insert("template".into(), template);
        Json::Object(out)
    }

    fn params(&self, at: usize) -> Option<&'a Expr> {
        self.model.modules[at].decl.body.object.get("params").map(Expr::bare)
    }

    fn parameter(&self, property: &'a Property, env: &Env<'a>) -> Json {
        match &property.value.kind {
            // The loop is called `value`, because that is the property which it makes.
            ExprKind::For { head, body } => {
                let inner = self.in_loop(head, call("copyIndex", [text("value")]), env, LocalKind::Inner);
                let input = self.convert(body, &inner);
                let input = if is_direct_input(body.bare()) { input } else { input.into_call() };
                let mut copy = self.copy(Some("value"), &head.array, env, None);
                if let Json::Object(copy) = &mut copy {
                    copy.insert("input".into(), input.to_json());
                }
                json!({ "copy": [copy] })
            }
            _ => self.parameter_value(&property.value, env),
        }
    }

    /// `{ value: … }`, or a Key Vault reference for `getSecret()`; a ternary chooses between such objects.
    fn parameter_value(&self, value: &'a Expr, env: &Env<'a>) -> Json {
        let (bare, inner) = self.through_name(value, env);
        match &bare.kind {
            ExprKind::Ternary { .. } => self.parameter_expression(bare, &inner).to_json(),
            _ => match self.secret(bare, &inner) {
                Some((vault, name, version)) => {
                    let mut reference =
                        json!({ "keyVault": { "id": vault.to_json() }, "secretName": name.to_json() });
                    if let (Some(version), Json::Object(reference)) = (version, &mut reference) {
                        reference.insert("secretVersion".into(), version.to_json());
                    }
                    json!({ "reference": reference })
                }
                None => json!({ "value": self.json(value, env) }),
            },
        }
    }

    /// What stands behind the names of variables that are written out where they are used, without parentheses.
    fn through_name(&self, value: &'a Expr, env: &Env<'a>) -> (&'a Expr, Env<'a>) {
        let (mut bare, mut env) = (value.bare(), env.clone());
        while let Some(behind) = self.inlined(bare, &env) {
            (bare, env) = (behind.bare(), Env::default());
        }
        (bare, env)
    }

    fn parameter_expression(&self, value: &'a Expr, env: &Env<'a>) -> Arm {
        let Some(_entered) = self.enter(value.span) else { return call("null", []) };
        let (bare, inner) = self.through_name(value, env);
        match &bare.kind {
            ExprKind::Ternary { condition, yes, no } => {
                let condition = self.convert(condition, &inner);
                let [yes, no] = [yes, no].map(|branch| self.parameter_expression(branch, &inner));
                call("if", [condition, yes, no])
            }
            _ => match self.secret(bare, &inner) {
                Some((vault, name, version)) => {
                    let vault = call("createObject", [text("id"), vault]);
                    let mut members = vec![text("keyVault"), vault, text("secretName"), name];
                    if let Some(version) = version {
                        members.extend([text("secretVersion"), version]);
                    }
                    call("createObject", [text("reference"), call("createObject", members)])
                }
                None => call("createObject", [text("value"), self.convert(value, env)]),
            },
        }
    }

    /// `vault.getSecret(name, version?)`: the vault's id, the name, the version.
    fn secret(&self, value: &'a Expr, env: &Env<'a>) -> Option<(Arm, Arm, Option<Arm>)> {
        let ExprKind::Method { base, name, arguments } = &value.kind else { return None };
        if name.name != "getSecret" {
            return None;
        }
        let reference = self.reference(base, env)?;
        let Symbol::Resource(vault) = reference.symbol else { return None };
        let secret = self.convert(arguments.first()?, env);
        let version = arguments.get(1).map(|version| self.convert(version, env));
        Some((self.resource_id(vault, &reference.env), secret, version))
    }
}
