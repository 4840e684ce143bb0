//! What can be checked once the modules are known: their parameters and scopes; and the checks of decorators and
//! types.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::codes;
use super::super::project::{Signature, Unit};
use super::super::syntax::{
    Decorator, Expr, ExprKind, Member, Object, Program, Statement, StatementKind, TypeExpr, TypeKind,
};
use super::place::Level;
use super::uses::{Scope, target};
use super::{Model, Symbol, diagnostic, not_supported};
use crate::diag::Diagnostic;

/// Decorators with the declarations they may stand before and the most arguments they take.
const DECORATORS: &[(&str, &[&str], usize)] = &[
    ("allowed", &["param"], 1),
    ("batchSize", &["resource", "module"], 1),
    (
        "description",
        &["param", "var", "resource", "module", "output", "type", "func", "property", "import"],
        1,
    ),
    ("discriminator", &["param", "output", "type", "property"], 1),
    ("export", &["var", "type", "func"], 0),
    ("maxLength", &["param", "output", "type", "property"], 1),
    ("maxValue", &["param", "output", "type", "property"], 1),
    ("metadata", &["param", "output", "type", "property"], 1),
    ("minLength", &["param", "output", "type", "property"], 1),
    ("minValue", &["param", "output", "type", "property"], 1),
    ("onlyIfNotExists", &["resource"], 0),
    ("retryOn", &["resource"], 2),
    ("sealed", &["param", "output", "type", "property"], 0),
    ("secure", &["param", "output", "type", "property"], 0),
];

/// Known to the language, but not compiled here.
const UNSUPPORTED_DECORATORS: [&str; 2] = ["waitUntil", "validate"];

pub(in crate::bicep) fn check(
    model: &Model<'_>,
    program: &Program,
    modules: &[Option<Arc<Unit>>],
    found: &mut Vec<Diagnostic>,
) {
    for statement in &program.statements {
        check_decorators(model, statement, found);
        for ty in statement.types() {
            ty.each(&mut |ty| {
                if let TypeKind::Object(members) | TypeKind::Tuple(members) = &ty.kind {
                    let decorators = members.iter().flat_map(|member| &member.decorators);
                    decorators.for_each(|decorator| check_decorator(model, decorator, "property", found));
                }
            });
        }
    }
    for var in &model.vars {
        check_export(model, var, found);
    }
    for resource in &model.resources {
        check_body(model, resource.object(), resource.nested_in, found);
        if resource.decl.existing {
            check_existing(model, resource.object(), found);
        }
        if resource.nested_in.is_some() {
            for decorator in resource.decorators {
                check_decorator(model, decorator, "resource", found);
            }
        }
    }
    for param in &model.params {
        if let Some(ty) = param.ty {
            check_secure(model, &param.decl.decorators, ty, found);
        }
    }
    for (module, unit) in model.modules.iter().zip(modules) {
        let object = &module.decl.body.object;
        check_body(model, object, None, found);
        for property in object.properties() {
            let known = ["name", "params", "scope", "dependsOn"];
            if let Some(name) = property.text().filter(|name| !known.contains(name)) {
                let message = format!("a module has no property `{name}`");
                let found_here = diagnostic(&codes::PROPERTY_NOT_ALLOWED, message).did_you_mean(name, known);
                model.report(found, found_here, property.key_span);
            }
        }
        if let Some(unit) = unit {
            check_params(model, module.decl, &unit.signature, found);
            check_level(model, module, &unit.signature, found);
        }
    }
}

/// What is exported cannot lead to anything that exists in this file's deployment only.
fn check_export(model: &Model<'_>, var: &super::Var<'_>, found: &mut Vec<Diagnostic>) {
    if !var.decl.decorators.iter().any(|decorator| decorator.name.name == "export") {
        return;
    }
    let mut seen: BTreeSet<Symbol> = BTreeSet::new();
    let mut queue: Vec<Symbol> = var.uses.iter().map(|used| used.symbol).collect();
    while let Some(symbol) = queue.pop() {
        if !seen.insert(symbol) {
            continue;
        }
        if matches!(symbol, Symbol::Param(_) | Symbol::Resource(_) | Symbol::Module(_)) {
            let message =
                format!("`{}` is exported, but depends on `{}`", var.name.name, model.name_of(symbol));
            return model.report(found, diagnostic(&codes::NOT_EXPORTABLE, message), var.name.span);
        }
        queue.extend(model.uses_of(symbol).iter().map(|used| used.symbol));
    }
}

/// The top of a body holds plain properties; `dependsOn` is a list of declarations.
fn check_body(model: &Model<'_>, object: &Object, within: Option<usize>, found: &mut Vec<Diagnostic>) {
    for member in &object.members {
        if let Member::Spread(value) = member {
            let message = "the properties of a resource or module are written out, without `...`";
            model.report(found, diagnostic(&codes::SPREAD_PLACE, message), value.span);
        }
    }
    if let Some(depends_on) = object.get("dependsOn") {
        check_dependencies(model, depends_on, within, found);
    }
}

/// `[a, b]`, the name of a collection, or `condition ? … : …` of these: what either branch names is waited for.
fn check_dependencies(
    model: &Model<'_>,
    depends_on: &Expr,
    within: Option<usize>,
    found: &mut Vec<Diagnostic>,
) {
    let named = target(model, depends_on, &Scope::top(within));
    if named.is_some_and(|(symbol, index)| index.is_none() && model.is_collection(symbol)) {
        return;
    }
    let items = match &depends_on.bare().kind {
        ExprKind::Array(items) => items,
        ExprKind::Ternary { yes, no, .. } => {
            check_dependencies(model, yes, within, found);
            return check_dependencies(model, no, within, found);
        }
        _ => {
            let message = "`dependsOn` must be written out as `[ … ]`";
            return model.report(found, diagnostic(&codes::DEPENDENCY, message), depends_on.span);
        }
    };
    for item in items {
        let symbol = target(model, &item.value, &Scope::top(within)).map(|(symbol, _)| symbol);
        if item.spread || !matches!(symbol, Some(Symbol::Resource(_) | Symbol::Module(_))) {
            let message = "`dependsOn` lists resources and modules by name";
            model.report(found, diagnostic(&codes::DEPENDENCY, message), item.value.span);
        }
    }
}

fn check_existing(model: &Model<'_>, object: &Object, found: &mut Vec<Diagnostic>) {
    for property in object.properties() {
        if !matches!(property.text(), Some("name" | "parent" | "scope" | "dependsOn")) {
            let message = "an existing resource takes `name`, `parent` and `scope` only";
            model.report(found, diagnostic(&codes::PROPERTY_OF_EXISTING, message), property.key_span);
        }
    }
}

fn check_secure(model: &Model<'_>, decorators: &[Decorator], ty: &TypeExpr, found: &mut Vec<Diagnostic>) {
    let Some(secure) = decorators.iter().find(|decorator| decorator.name.name == "secure") else { return };
    if matches!(&ty.kind, TypeKind::Name(name) if matches!(name.as_str(), "int" | "bool" | "array")) {
        let message = "only `string` and `object` can be secure";
        model.report(found, diagnostic(&codes::DECORATOR_TYPE, message), secure.span);
    }
}

fn check_params(
    model: &Model<'_>,
    module: &super::Module,
    signature: &Signature,
    found: &mut Vec<Diagnostic>,
) {
    let empty = Object::default();
    let params = match module.body.object.get("params").map(|params| &params.bare().kind) {
        Some(ExprKind::Object(params)) => params,
        Some(ExprKind::Error) => return,
        Some(_) => {
            let span = module.body.object.get("params").map_or(module.name.span, |params| params.span);
            let message = "`params` must be written out as `{ … }`";
            return model.report(found, diagnostic(&codes::PARAMS_NOT_OBJECT, message), span);
        }
        None => &empty,
    };
    for member in &params.members {
        match member {
            Member::Property(property) => {
                let Some(name) = property.text() else {
                    let message = "the name of a parameter cannot hold `${…}`";
                    model.report(found, diagnostic(&codes::INTERPOLATED_KEY, message), property.key_span);
                    continue;
                };
                // Whether the value fits is looked at in `fit::parameters`.
                if !signature.params.contains_key(name) {
                    let message = format!("the module `{}` has no parameter `{name}`", module.name.name);
                    let here = diagnostic(&codes::PROPERTY_NOT_ALLOWED, message);
                    let known = signature.params.keys().map(String::as_str);
                    let here = model.did_you_mean(here, name, known);
                    model.report(found, here, property.key_span);
                }
            }
            Member::Spread(value) => {
                let message = "the parameters of a module are written out, without `...`";
                model.report(found, diagnostic(&codes::SPREAD_PLACE, message), value.span);
            }
            Member::Resource(_) => {}
        }
    }
    let missing: Vec<&str> = signature
        .params
        .iter()
        .filter(|(name, param)| param.required && params.get(name).is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !missing.is_empty() {
        let message =
            format!("the module `{}` is missing the parameters `{}`", module.name.name, missing.join("`, `"));
        model.report(found, diagnostic(&codes::MISSING_PROPERTY, message), module.name.span);
    }
}

/// Only literals have a type that is plain to see.
fn check_level(
    model: &Model<'_>,
    module: &super::Mod<'_>,
    signature: &Signature,
    found: &mut Vec<Diagnostic>,
) {
    let (Some(expected), Some(actual)) = (signature.level, module.place.level(model.level)) else { return };
    if expected == actual {
        return;
    }
    let name = &module.decl.name.name;
    let message = format!(
        "the module `{name}` is deployed to `{}`, but its file has `targetScope = '{}'`",
        actual.name(),
        expected.name()
    );
    let scope = module.decl.body.object.get("scope");
    let (code, span) = match scope {
        Some(scope) => (&codes::MODULE_SCOPE, scope.span),
        None => (&codes::MODULE_SCOPE, module.decl.name.span),
    };
    let mut here = diagnostic(code, message);
    if scope.is_none() && expected == Level::ResourceGroup {
        here = here.help("add `scope: resourceGroup(…)`");
    }
    model.report(found, here, span);
}

fn check_decorators(model: &Model<'_>, statement: &Statement, found: &mut Vec<Diagnostic>) {
    let kind = match &statement.kind {
        StatementKind::Param { .. } => "param",
        StatementKind::Var { .. } => "var",
        StatementKind::Resource(_) => "resource",
        StatementKind::Module(_) => "module",
        StatementKind::Output { .. } => "output",
        StatementKind::Type { .. } => "type",
        StatementKind::Func { .. } => "func",
        // Public modules describe what they import (avm/ptn/network/virtual-wan, 2026-08-21).
        StatementKind::Import { .. } => "import",
        _ => "",
    };
    let mut seen: Vec<&str> = Vec::new();
    for decorator in &statement.decorators {
        let name = decorator.name.name.as_str();
        if kind.is_empty() {
            let message = "decorators are not allowed here";
            model.report(found, diagnostic(&codes::DECORATOR_NOT_HERE, message), decorator.span);
            continue;
        }
        if seen.contains(&name) {
            let message = format!("the decorator `{name}` is given more than once");
            model.report(found, diagnostic(&codes::DUPLICATE_DECORATOR, message), decorator.span);
        }
        seen.push(name);
        check_decorator(model, decorator, kind, found);
    }
    let is_loop = match &statement.kind {
        StatementKind::Resource(resource) => resource.body.loop_head.is_some(),
        StatementKind::Module(module) => module.body.loop_head.is_some(),
        _ => true,
    };
    if let Some(batch) = statement.decorators.iter().find(|d| d.name.name == "batchSize").filter(|_| !is_loop)
    {
        let message = "`batchSize` is for declarations with `for`";
        model.report(found, diagnostic(&codes::BATCH_WITHOUT_LOOP, message), batch.span);
    }
}

fn check_decorator(model: &Model<'_>, decorator: &Decorator, kind: &str, found: &mut Vec<Diagnostic>) {
    let name = decorator.name.name.as_str();
    if UNSUPPORTED_DECORATORS.contains(&name) {
        return model.report(found, not_supported(&format!("the decorator `{name}`")), decorator.span);
    }
    let Some((_, kinds, arguments)) = DECORATORS.iter().find(|(known, _, _)| *known == name) else {
        let here = diagnostic(&codes::UNKNOWN_NAME, format!("the decorator `{name}` is not known"))
            .did_you_mean(name, DECORATORS.iter().map(|(known, _, _)| *known));
        return model.report(found, here, decorator.name.span);
    };
    if (name, kind) == ("allowed", "property") {
        let message = "`allowed` before a property is left out of the template";
        let here = diagnostic(&codes::DECORATOR_WITHOUT_EFFECT, message)
            .help("write the values as the type: `'a' | 'b'`");
        return model.report(found, here, decorator.span);
    }
    if !kinds.contains(&kind) {
        let message = format!("the decorator `{name}` cannot stand before `{kind}`");
        return model.report(found, diagnostic(decorator_code(kind), message), decorator.span);
    }
    // The second argument of `retryOn` may be missing.
    let fits =
        decorator.arguments.len() == *arguments || (name == "retryOn" && decorator.arguments.len() == 1);
    if !fits {
        let message = format!("`{name}` takes {arguments} arguments, not {}", decorator.arguments.len());
        return model.report(found, diagnostic(&codes::ARGUMENT_COUNT, message), decorator.name.span);
    }
    if let Some(argument) = decorator.arguments.first() {
        check_decorator_argument(model, name, argument, found);
    }
}

/// Arguments of decorators are constants.
fn check_decorator_argument(model: &Model<'_>, name: &str, argument: &Expr, found: &mut Vec<Diagnostic>) {
    let mut constant = true;
    argument.each(&mut |expr| {
        constant &= matches!(
            expr.kind,
            ExprKind::Null
                | ExprKind::Bool(_)
                | ExprKind::Int(_)
                | ExprKind::Str(_)
                | ExprKind::Array(_)
                | ExprKind::Object(_)
                | ExprKind::Paren(_)
        );
    });
    if !constant {
        let message = format!("the argument of `{name}` must be a constant");
        model.report(found, diagnostic(&codes::NOT_CONSTANT, message), argument.span);
        return;
    }
    let expected = match name {
        "description" | "discriminator" => "string",
        "allowed" | "retryOn" => "array",
        "metadata" => "object",
        _ => "int",
    };
    let actual = match &argument.bare().kind {
        ExprKind::Str(_) => "string",
        ExprKind::Array(_) => "array",
        ExprKind::Object(_) => "object",
        ExprKind::Int(_) => "int",
        _ => "something else",
    };
    if expected != actual {
        let message = format!("`{name}` takes `{expected}`, not {actual}");
        return model.report(found, diagnostic(&codes::ARGUMENT_TYPE, message), argument.span);
    }
    match &argument.bare().kind {
        ExprKind::Int(value) if name == "batchSize" && *value < 1 => {
            let message = format!("a batch holds at least 1, not {value}");
            model.report(found, diagnostic(&codes::BATCH_SIZE, message), argument.span);
        }
        ExprKind::Int(value) if name.ends_with("Length") && *value < 0 => {
            let message = "a length is not negative";
            model.report(found, diagnostic(&codes::NEGATIVE_LENGTH, message), argument.span);
        }
        ExprKind::Array(items) if items.is_empty() => {
            let message = "`allowed` needs at least one value";
            model.report(found, diagnostic(&codes::EMPTY_ALLOWED, message), argument.span);
        }
        _ => {}
    }
}

fn decorator_code(kind: &str) -> &'static crate::diag::Code {
    match kind {
        "param" => &codes::NOT_A_PARAM_DECORATOR,
        "var" => &codes::NOT_A_VAR_DECORATOR,
        "resource" => &codes::NOT_A_RESOURCE_DECORATOR,
        "module" => &codes::NOT_A_MODULE_DECORATOR,
        "type" | "func" | "property" | "import" => &codes::DECORATOR_NOT_HERE,
        _ => &codes::NOT_AN_OUTPUT_DECORATOR,
    }
}
