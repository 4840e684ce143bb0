//! Properties, indexes and functions of things: plain values, resources (`id`, `name`, `reference(…)`) and modules
//! (`outputs`).

use super::super::codes;
use super::super::syntax::{Expr, ExprKind, Ident};
use super::arm_expr::{Arm, call, text};
use super::bind::uses::target;
use super::bind::{Symbol, not_supported};
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

    /// The whole resource, as `reference(…, 'full')`.
    fn whole(&self, expr: &'a Expr, reference: &Reference<'a>) -> Arm {
        if !self.is_single(reference, expr) {
            return text("");
        }
        match reference.symbol {
            Symbol::Resource(at) => self.reference_call(at, &reference.env, true),
            Symbol::Module(at) => self.module_reference(at, &reference.env),
            Symbol::Param(_) | Symbol::Var(_) => text(""),
        }
    }

    /// Whole collections need the function `references()`, which only symbolic-name templates have.
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
                Symbol::Param(_) | Symbol::Var(_) => text(""),
            };
        }
        if let Some((module, outputs)) = self.module_outputs(base, env) {
            return self.module_output(module, outputs, name, safe, expr);
        }
        self.access(base, text(name), safe, false, env)
    }

    fn access(&self, base: &'a Expr, accessor: Arm, safe: bool, from_end: bool, env: &Env<'a>) -> Arm {
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
        let mut arguments =
            vec![self.resource_id(at, env), text(self.model.resources[at].api_version.as_str())];
        if full {
            arguments.push(text("full"));
        }
        call("reference", arguments)
    }

    pub(super) fn module_reference(&self, at: usize, env: &Env<'a>) -> Arm {
        call("reference", [self.module_id(at, env), text(DEPLOYMENTS_VERSION)])
    }

    fn module_property(&self, at: usize, env: &Env<'a>, name: &str, safe: bool, expr: &'a Expr) -> Arm {
        let guard = |value: Arm| match self.model.modules[at].decl.body.condition.as_ref().filter(|_| safe) {
            Some(condition) => call("if", [self.convert(condition, env), value, call("null", [])]),
            None => value,
        };
        match name {
            "name" => guard(self.module_name(at, env)),
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

    /// `module.outputs`: the module and the converted expression.
    fn module_outputs(&self, base: &'a Expr, env: &Env<'a>) -> Option<(usize, Arm)> {
        let ExprKind::Property { base: inner, name, safe } = &base.bare().kind else { return None };
        if name.name != "outputs" {
            return None;
        }
        let reference = self.reference(inner, env)?;
        let Symbol::Module(at) = reference.symbol else { return None };
        if !self.is_single(&reference, base) {
            return Some((at, call("null", [])));
        }
        Some((at, self.module_property(at, &reference.env, "outputs", *safe, base)))
    }

    fn module_output(&self, module: usize, outputs: Arm, name: &str, safe: bool, expr: &'a Expr) -> Arm {
        self.check_output(module, name, expr);
        if safe {
            return call("tryGet", [call("tryGet", [outputs, text(name)]), text("value")]);
        }
        if outputs.is_bare_call_of(&SAFE) {
            return push_argument(push_argument(outputs, text(name)), text("value"));
        }
        outputs.property(name).property("value")
    }

    fn check_output(&self, module: usize, name: &str, expr: &'a Expr) {
        let Some(unit) = &self.modules[module] else { return };
        match unit.signature.outputs.get(name) {
            Some(output) if output.secure => {
                return self.push(not_supported("a secure output of a module"), expr.span);
            }
            Some(_) => return,
            None => {}
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
        let Some((at, resource_env)) = resource.filter(|_| super::super::functions::is_list(&name.name))
        else {
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
        let mut converted = vec![self.resource_id(at, resource_env)];
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
