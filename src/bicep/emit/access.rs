//! Properties, indexes and functions of things: plain values, resources (`id`, `name`, `reference(…)`) and modules
//! (`outputs`).

use super::super::codes;
use super::super::functions;
use super::super::imports::Sort;
use super::super::syntax::{Expr, ExprKind, Ident};
use super::arm_expr::{Arm, call, text};
use super::bind::uses::{everything, target};
use super::bind::{Symbol, not_supported};
use super::expr::is_scope;
use super::module::DEPLOYMENTS_VERSION;
use super::{Emitter, Env};
use crate::diag::Diagnostic;

/// Calls that answer null instead of failing; a further access becomes one more argument.
const SAFE: [&str; 2] = ["tryGet", "tryIndexFromEnd"];

/// A resource or module that an expression stands for, with the names of its body at that index.
pub(super) struct Reference<'a> {
    pub(super) symbol: Symbol,
    pub(super) env: Env<'a>,
    /// Declared with `for`, and no index was given.
    pub(super) whole_collection: bool,
}

impl<'a> Emitter<'_, 'a> {
    /// The resource or module behind `expr`, also through variables that are put in place.
    pub(super) fn reference(&self, expr: &'a Expr, env: &Env<'a>) -> Option<Reference<'a>> {
        let (symbol, index) = target(self.model, expr, &env.scope)?;
        match symbol {
            Symbol::Resource(_) | Symbol::Module(_) => {
                let whole_collection = index.is_none() && self.model.is_collection(symbol);
                let index = index.map(|index| self.convert(index, env));
                Some(Reference { symbol, env: self.instance(symbol, index), whole_collection })
            }
            Symbol::Var(at) if self.model.vars[at].inline && index.is_none() => {
                let _entered = self.enter(expr.span)?;
                self.reference(self.model.vars[at].value, &Env::default())
            }
            _ => None,
        }
    }

    /// Converts a property, an index, or a bare mention of a resource or module.
    pub(super) fn convert_access(&self, expr: &'a Expr, env: &Env<'a>) -> Arm {
        if let Some(variable) = self.loaded.get(expr.span).and_then(|loaded| loaded.variable.as_deref()) {
            return call("variables", [text(variable)]);
        }
        if let Some(reference) = self.reference(expr, env) {
            return self.whole(expr, &reference);
        }
        match &expr.kind {
            ExprKind::Property { base, name, safe } => self.property(base, &name.name, *safe, expr, env),
            ExprKind::Index { base, index, safe, from_end } => match index.as_text() {
                Some(name) if !from_end => self.property(base, name, *safe, expr, env),
                _ => {
                    let accessor = self.convert(index, env);
                    self.access(base, accessor, *safe, *from_end, env)
                }
            },
            _ => text(""),
        }
    }

    /// The whole resource, as `reference(…, 'full')`, or a whole collection.
    fn whole(&self, expr: &'a Expr, reference: &Reference<'a>) -> Arm {
        match (reference.symbol, reference.whole_collection) {
            (Symbol::Resource(at), true) if self.symbolic => {
                call("references", [text(self.model.symbolic_name(at)), text("full")])
            }
            (Symbol::Module(at), true) if self.symbolic => {
                call("references", [text(self.model.modules[at].decl.name.name.as_str())])
            }
            (_, true) => {
                self.is_single(reference, expr);
                text("")
            }
            (Symbol::Resource(at), false) => self.reference_call(at, &reference.env, true),
            (Symbol::Module(at), false) => self.module_reference(at, &reference.env),
            _ => text(""),
        }
    }

    /// A property of a whole collection has no meaning.
    fn is_single(&self, reference: &Reference<'a>, expr: &Expr) -> bool {
        if reference.whole_collection {
            let name = self.model.name_of(reference.symbol);
            let message = format!("`{name}` is a collection; it cannot be used as a whole here");
            let diagnostic =
                Diagnostic::new(&codes::WHOLE_COLLECTION, message).help(format!("write `{name}[index]`"));
            self.push(diagnostic, expr.span);
        }
        !reference.whole_collection
    }

    fn property(&self, base: &'a Expr, name: &str, safe: bool, expr: &'a Expr, env: &Env<'a>) -> Arm {
        if let Some(reference) = self.reference(base, env) {
            if !self.is_single(&reference, expr) {
                return text("");
            }
            return match reference.symbol {
                Symbol::Resource(at) => self.resource_property(at, &reference.env, name, safe),
                Symbol::Module(at) => self.module_property(at, &reference.env, name, safe, expr),
                _ => text(""),
            };
        }
        if let Some(at) = everything(self.model, base, &env.scope) {
            if self.inputs.is_some() {
                return self.computed(expr);
            }
            let target = self.model.member_of(at, name);
            let name = target.as_ref().and_then(|target| self.imported_name(target, Sort::Variable));
            return name.map_or(text(""), |name| call("variables", [text(name)]));
        }
        if let Some((module, outputs)) = self.module_outputs(base, name, env) {
            return self.module_output(module, outputs, name, safe, expr);
        }
        let value = self.access(base, text(name), safe, false, env);
        match &base.bare().kind {
            // An output of a module that a loop or lambda goes through.
            ExprKind::Property { base: module, name: outputs, .. }
                if outputs.name == "outputs"
                    && matches!(&module.bare().kind, ExprKind::Name(name) if env.modules.contains(&name.as_str())) =>
            {
                if safe {
                    call("tryGet", [value, text("value")])
                } else if value.is_bare_call_of(&SAFE) {
                    push_argument(value, text("value"))
                } else {
                    value.property("value")
                }
            }
            _ => value,
        }
    }

    fn access(&self, base: &'a Expr, accessor: Arm, safe: bool, from_end: bool, env: &Env<'a>) -> Arm {
        if is_scope(base) {
            // Azure would have to be asked: `resourceGroup('other').location` is refused by the official compiler, too.
            self.push(not_supported("a property of a scope"), base.span);
            return text("");
        }
        let converted = self.convert(base, env);
        if safe {
            return call(if from_end { "tryIndexFromEnd" } else { "tryGet" }, [converted, accessor]);
        }
        if self.is_chain(base) && converted.is_bare_call_of(&SAFE) {
            let extra = if from_end {
                let yes = call("true", []);
                call("createObject", [text("value"), accessor, text("fromEnd"), yes])
            } else {
                accessor
            };
            return push_argument(converted, extra);
        }
        if from_end { call("indexFromEnd", [converted, accessor]) } else { converted.access(accessor) }
    }

    fn resource_property(&self, at: usize, env: &Env<'a>, name: &str, safe: bool) -> Arm {
        let resource = &self.model.resources[at];
        // A resource that may not be deployed has no properties; `.?` then answers null.
        let guard = |value: Arm| match self.condition(at, env).filter(|_| safe) {
            Some(condition) => call("if", [condition, value, call("null", [])]),
            None => value,
        };
        match name {
            "id" => guard(self.resource_id(at, env)),
            "name" => guard(match resource.object().get("name") {
                Some(name) => self.convert(name, env),
                None => text(""),
            }),
            "type" => text(resource.type_name.as_str()),
            "apiVersion" => text(resource.api_version.as_str()),
            "properties" if !safe => self.reference_call(at, env, false),
            _ if safe => call("tryGet", [guard(self.reference_call(at, env, true)), text(name)]),
            _ => self.reference_call(at, env, true).property(name),
        }
    }

    /// `reference(id, version)`, or with `'full'` where more than `properties` is wanted.
    pub(super) fn reference_call(&self, at: usize, env: &Env<'a>, full: bool) -> Arm {
        let version = text(self.model.resources[at].api_version.as_str());
        let target = self.resource_target(at, env);
        match (full, self.symbolic) {
            (true, _) => call("reference", [target, version, text("full")]),
            (false, true) => call("reference", [target]),
            (false, false) => call("reference", [target, version]),
        }
    }

    /// What functions of the template take to mean a resource.
    fn resource_target(&self, at: usize, env: &Env<'a>) -> Arm {
        if self.symbolic {
            let index = env.index.as_ref().filter(|_| self.model.is_collection(Symbol::Resource(at)));
            return Self::by_name(&self.model.symbolic_name(at), index);
        }
        self.resource_id(at, env)
    }

    fn module_target(&self, at: usize, env: &Env<'a>) -> Arm {
        if self.symbolic {
            let index = env.index.as_ref().filter(|_| self.model.is_collection(Symbol::Module(at)));
            return Self::by_name(&self.model.modules[at].decl.name.name, index);
        }
        self.module_id(at, env)
    }

    pub(super) fn module_reference(&self, at: usize, env: &Env<'a>) -> Arm {
        let target = self.module_target(at, env);
        if self.symbolic {
            call("reference", [target])
        } else {
            call("reference", [target, text(DEPLOYMENTS_VERSION)])
        }
    }

    /// The outputs of a module that has secure ones: `reference()` would leave those out.
    fn secure_outputs(&self, at: usize, env: &Env<'a>) -> Arm {
        call("listOutputsWithSecureValues", [self.module_target(at, env), text(DEPLOYMENTS_VERSION)])
    }

    fn is_secure(&self, module: usize, output: &str) -> bool {
        let outputs = self.modules[module].as_ref().map(|unit| &unit.signature.outputs);
        outputs.and_then(|outputs| outputs.get(output)).is_some_and(|output| output.secure)
    }

    fn module_property(&self, at: usize, env: &Env<'a>, name: &str, safe: bool, expr: &'a Expr) -> Arm {
        let guard = |value: Arm| match self.model.modules[at].decl.body.condition.as_ref().filter(|_| safe) {
            Some(condition) => call("if", [self.convert(condition, env), value, call("null", [])]),
            None => value,
        };
        match name {
            "name" => guard(self.module_name(at, env)),
            "outputs"
                if self.modules[at]
                    .as_ref()
                    .is_some_and(|unit| unit.signature.outputs.values().any(|output| output.secure)) =>
            {
                guard(self.secure_outputs(at, env))
            }
            "outputs" if safe => call("tryGet", [guard(self.module_reference(at, env)), text("outputs")]),
            "outputs" => self.module_reference(at, env).property("outputs"),
            _ => {
                let message = format!("a module has no property `{name}`");
                let diagnostic =
                    Diagnostic::new(&codes::NO_PROPERTY_OF, message).help("use `name` or `outputs`");
                self.push(diagnostic, expr.span);
                text("")
            }
        }
    }

    /// `module.outputs` on the way to the output `name`: the module and the converted expression.
    fn module_outputs(&self, base: &'a Expr, name: &str, env: &Env<'a>) -> Option<(usize, Arm)> {
        let ExprKind::Property { base: inner, name: outputs, safe } = &base.bare().kind else { return None };
        if outputs.name != "outputs" {
            return None;
        }
        let reference = self.reference(inner, env)?;
        let Symbol::Module(at) = reference.symbol else { return None };
        if !self.is_single(&reference, base) {
            return Some((at, call("null", [])));
        }
        let guard = |value: Arm| match self.model.modules[at].decl.body.condition.as_ref().filter(|_| *safe) {
            Some(condition) => call("if", [self.convert(condition, &reference.env), value, call("null", [])]),
            None => value,
        };
        let outputs = match (self.is_secure(at, name), *safe) {
            (true, _) => guard(self.secure_outputs(at, &reference.env)),
            (false, true) => {
                call("tryGet", [guard(self.module_reference(at, &reference.env)), text("outputs")])
            }
            (false, false) => self.module_reference(at, &reference.env).property("outputs"),
        };
        Some((at, outputs))
    }

    fn module_output(&self, module: usize, outputs: Arm, name: &str, safe: bool, expr: &'a Expr) -> Arm {
        self.check_output(module, name, expr);
        // The list of secure outputs holds the values themselves.
        let tail = if self.is_secure(module, name) { vec![name] } else { vec![name, "value"] };
        if safe {
            return tail.into_iter().fold(outputs, |all, step| call("tryGet", [all, text(step)]));
        }
        if outputs.is_bare_call_of(&SAFE) {
            return tail.into_iter().fold(outputs, |all, step| push_argument(all, text(step)));
        }
        if outputs.is_bare_call_of(&["if"]) {
            return tail
                .into_iter()
                .fold(call("tryGet", [outputs]), |all, step| push_argument(all, text(step)));
        }
        tail.into_iter().fold(outputs, Arm::property)
    }

    fn check_output(&self, module: usize, name: &str, expr: &'a Expr) {
        let Some(unit) = &self.modules[module] else { return };
        if unit.signature.outputs.contains_key(name) {
            return;
        }
        let module_name = &self.model.modules[module].decl.name.name;
        let message = format!("the module `{module_name}` has no output `{name}`");
        let known: Vec<&str> = unit.signature.outputs.keys().map(String::as_str).collect();
        let diagnostic = if known.is_empty() {
            Diagnostic::new(&codes::NO_PROPERTY, message)
        } else {
            let found = Diagnostic::new(&codes::NO_PROPERTY_OF, message);
            match crate::text::suggest(name, known.iter().copied()) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found.help(format!("use one of `{}`", known.join("`, `"))),
            }
        };
        let span = match &expr.kind {
            ExprKind::Property { name, .. } => name.span,
            _ => expr.span,
        };
        self.push(diagnostic, span);
    }

    /// `resource.listKeys()` is `listKeys(id, version)`.
    pub(super) fn method(&self, base: &'a Expr, name: &Ident, arguments: &'a [Expr], env: &Env<'a>) -> Arm {
        let reference = self.reference(base, env).filter(|reference| self.is_single(reference, base));
        let resource = match &reference {
            Some(Reference { symbol: Symbol::Resource(at), env, .. }) => Some((*at, env)),
            _ => None,
        };
        let Some((at, resource_env)) = resource.filter(|_| functions::is_list(&name.name)) else {
            let message = match (resource, name.name.as_str()) {
                (Some(_), "getSecret") => {
                    "`getSecret` can only be the value of a module's parameter".to_owned()
                }
                (Some(_), other) => format!("a resource has no function `{other}`"),
                (None, other) => format!("`{other}` is called on something that is no resource"),
            };
            let code = if resource.is_some() { &codes::NO_RESOURCE_FUNCTION } else { &codes::NOT_CALLABLE };
            self.report(code, message, name.span);
            return text("");
        };
        let mut converted = vec![self.resource_target(at, resource_env)];
        if arguments.is_empty() {
            converted.push(text(self.model.resources[at].api_version.as_str()));
        }
        converted.extend(arguments.iter().map(|argument| self.convert(argument, env)));
        call(name.name.as_str(), converted)
    }
}

fn push_argument(arm: Arm, argument: Arm) -> Arm {
    match arm {
        Arm::Call { name, mut arguments, properties } => {
            arguments.push(argument);
            Arm::Call { name, arguments, properties }
        }
        other => other,
    }
}
