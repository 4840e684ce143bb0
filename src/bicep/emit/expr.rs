//! Bicep expressions to template expressions.

use serde_json::Value as Json;

use super::super::codes;
use super::super::external::external_call;
use super::super::imports::{NAMESPACE, Sort};
use super::super::parser::Dialect;
use super::super::syntax::{Binary, Expr, ExprKind, Ident, Item, Key, Member, Object, Unary};
use super::arm_expr::{Arm, call, int, text};
use super::bind::calls::is_namespace;
use super::bind::uses::{LocalKind, everything, target};
use super::bind::{Symbol, not_supported};
use super::{Emitter, Env};
use crate::diag::Diagnostic;

impl<'a> Emitter<'_, 'a> {
    /// Converts an expression that stands inside a larger one. What cannot be converted is reported and becomes
    /// an empty text.
    pub(super) fn convert(&self, expr: &'a Expr, env: &Env<'a>) -> Arm {
        let Some(_entered) = self.enter(expr.span) else { return text("") };
        match &expr.kind {
            ExprKind::Null => call("null", []),
            ExprKind::Bool(value) => call(if *value { "true" } else { "false" }, []),
            ExprKind::Int(value) => int(*value),
            ExprKind::Str(value) => text(value.as_str()),
            ExprKind::Interpolated { texts, exprs } => self.interpolated(texts, exprs, env),
            ExprKind::Array(items) => self.array(items, env),
            ExprKind::Object(object) => self.object(object, env),
            ExprKind::Name(name) => self.name(expr, name, env),
            ExprKind::Property { .. } | ExprKind::Nested { .. } | ExprKind::Index { .. } => {
                self.convert_access(expr, env)
            }
            ExprKind::Paren(inner) | ExprKind::NonNull(inner) => self.convert(inner, env),
            ExprKind::Call { name, .. }
                if self.inputs.is_some() && self.user_function(&name.name).is_some() =>
            {
                self.computed(expr)
            }
            ExprKind::Method { base, .. }
                if self.inputs.is_some() && everything(self.model, base, &env.scope).is_some() =>
            {
                self.computed(expr)
            }
            ExprKind::Call { name, arguments } => match self.user_function(&name.name) {
                Some(function) => self.call_user(&function, arguments, env),
                None => self.function(expr, &name.name, arguments, env),
            },
            ExprKind::Method { base, name, arguments } => {
                if let Some(at) = everything(self.model, base, &env.scope) {
                    let target = self.model.member_of(at, &name.name);
                    let function =
                        target.as_ref().and_then(|target| self.imported_name(target, Sort::Function));
                    function.map_or(text(""), |function| self.call_user(function, arguments, env))
                } else if is_namespace(self.model, base, env.local("sys").or(env.local("az")).is_some()) {
                    self.function(expr, &name.name, arguments, env)
                } else {
                    self.method(base, name, arguments, env)
                }
            }
            ExprKind::Unary { operator, operand } => {
                let operand = self.convert(operand, env);
                match operator {
                    Unary::Not => call("not", [operand]),
                    Unary::Minus => call("sub", [Arm::Int(0), operand]),
                    Unary::Plus => operand,
                }
            }
            ExprKind::Binary { operator, left, right } => {
                binary(*operator, self.convert(left, env), self.convert(right, env))
            }
            ExprKind::Ternary { condition, yes, no } => {
                call("if", [self.convert(condition, env), self.convert(yes, env), self.convert(no, env)])
            }
            ExprKind::Lambda { parameters, body } => self.lambda(parameters, body, false, env),
            ExprKind::For { .. } => {
                let message =
                    "`for` can only stand as the value of a resource, module, variable, output or property";
                self.report(&codes::FOR_PLACE, message, expr.span);
                text("")
            }
            ExprKind::Error => text(""),
        }
    }

    /// `of_modules` says that the items are modules.
    fn lambda(&self, parameters: &'a [Ident], body: &'a Expr, of_modules: bool, env: &Env<'a>) -> Arm {
        let mut inner = env.clone();
        let mut arguments = Vec::new();
        for parameter in parameters {
            arguments.push(text(parameter.name.as_str()));
            let value = call("lambdaVariables", [text(parameter.name.as_str())]);
            inner.bind(&parameter.name, LocalKind::Inner, value);
        }
        // An index that comes second is never asked for `outputs`.
        if of_modules {
            inner.modules.extend(parameters.iter().map(|parameter| parameter.name.as_str()));
        }
        arguments.push(self.convert(body, &inner));
        call("lambda", arguments)
    }

    fn name(&self, expr: &'a Expr, name: &str, env: &Env<'a>) -> Arm {
        if let Some(value) = env.local(name) {
            return value.clone();
        }
        match self.model.lookup(name, env.scope.within) {
            // A parameters file is computed when compiling: there are no parameters yet to refer to.
            Some(Symbol::Param(at)) if self.model.dialect == Dialect::Parameters => {
                match self.model.params[at].default {
                    Some(value) => self.convert(value, &Env::default()),
                    None => text(""),
                }
            }
            Some(symbol @ (Symbol::Var(_) | Symbol::Imported(_))) if self.inputs.is_some() => match symbol {
                Symbol::Var(at) if self.is_external(symbol) => {
                    self.convert(self.model.vars[at].value, &Env::default())
                }
                _ => self.computed(expr),
            },
            Some(Symbol::Param(_)) => call("parameters", [text(name)]),
            Some(Symbol::Var(at)) if self.model.vars[at].inline => {
                self.convert(self.model.vars[at].value, &Env::default())
            }
            Some(Symbol::Var(_)) => call("variables", [text(name)]),
            Some(Symbol::Resource(_) | Symbol::Module(_)) => self.convert_access(expr, env),
            Some(Symbol::Imported(at)) => {
                let target = self.model.imported[at].target.as_ref();
                let name = target.and_then(|target| self.imported_name(target, Sort::Variable));
                name.map_or(text(""), |name| call("variables", [text(name)]))
            }
            _ => text(""),
        }
    }

    fn is_external(&self, symbol: Symbol) -> bool {
        self.inputs.is_some_and(|inputs| inputs.externals.is_external(symbol))
    }

    /// The value of an expression without external inputs. One with such inputs in it cannot be put through functions of
    /// the file, which the parameters of a deployment do not have.
    pub(super) fn computed(&self, expr: &'a Expr) -> Arm {
        let mut is_known = true;
        expr.each(&mut |inner| {
            is_known &= external_call(inner).is_none();
            let named = target(self.model, inner, &Default::default());
            is_known &= named.is_none_or(|(symbol, _)| !self.is_external(symbol));
        });
        let value = self.inputs.filter(|_| is_known).and_then(|inputs| (inputs.compute)(expr));
        value.map_or_else(
            || {
                self.push(not_supported("`externalInput` given to a function that is declared"), expr.span);
                text("")
            },
            |value| value_of(&value),
        )
    }

    /// The template's name of a function that this file declares or imports.
    fn user_function(&self, name: &str) -> Option<String> {
        match self.model.globals.get(name)? {
            Symbol::Func(_) => Some(format!("{NAMESPACE}.{name}")),
            Symbol::Imported(at) => self
                .imported_name(self.model.imported[*at].target.as_ref()?, Sort::Function)
                .map(str::to_owned),
            _ => None,
        }
    }

    fn call_user(&self, function: &str, arguments: &'a [Expr], env: &Env<'a>) -> Arm {
        let arguments: Vec<Arm> = arguments.iter().map(|argument| self.convert(argument, env)).collect();
        call(function, arguments)
    }

    /// `'a${b}c'` is `format('a{0}c', b)`.
    fn interpolated(&self, texts: &[String], exprs: &'a [Expr], env: &Env<'a>) -> Arm {
        let mut format = String::new();
        for (at, piece) in texts.iter().enumerate() {
            if at > 0 {
                format.push_str(&format!("{{{}}}", at - 1));
            }
            format.push_str(&piece.replace('{', "{{").replace('}', "}}"));
        }
        let mut arguments = vec![text(format)];
        arguments.extend(exprs.iter().map(|expr| self.convert(expr, env)));
        call("format", arguments)
    }

    /// `[a, ...b]` is `flatten(createArray(createArray(a), b))`.
    pub(super) fn array(&self, items: &'a [Item], env: &Env<'a>) -> Arm {
        let mut chunks: Vec<Arm> = Vec::new();
        let mut chunk: Vec<Arm> = Vec::new();
        for item in items {
            let value = self.convert(&item.value, env);
            if item.spread {
                if !chunk.is_empty() {
                    chunks.push(call("createArray", std::mem::take(&mut chunk)));
                }
                chunks.push(value);
            } else {
                chunk.push(value);
            }
        }
        if !items.iter().any(|item| item.spread) {
            return call("createArray", chunk);
        }
        if !chunk.is_empty() {
            chunks.push(call("createArray", chunk));
        }
        call("flatten", [call("createArray", chunks)])
    }

    /// `{ a: 1, ...b }` is `shallowMerge(createArray(createObject('a', 1), b))`.
    pub(super) fn object(&self, object: &'a Object, env: &Env<'a>) -> Arm {
        let mut chunks: Vec<Arm> = Vec::new();
        let mut chunk: Vec<Arm> = Vec::new();
        let mut spread = false;
        for member in &object.members {
            match member {
                Member::Property(property) => {
                    chunk.push(match &property.key {
                        Key::Text(key) => text(key.as_str()),
                        Key::Interpolated(key) => self.convert(key, env),
                    });
                    chunk.push(self.convert(&property.value, env));
                }
                Member::Spread(value) => {
                    spread = true;
                    if !chunk.is_empty() {
                        chunks.push(call("createObject", std::mem::take(&mut chunk)));
                    }
                    chunks.push(self.convert(value, env));
                }
                Member::Resource(_) => {}
            }
        }
        if !spread {
            return call("createObject", chunk);
        }
        if !chunk.is_empty() {
            chunks.push(call("createObject", chunk));
        }
        call("shallowMerge", [call("createArray", chunks)])
    }

    fn function(&self, expr: &'a Expr, name: &str, arguments: &'a [Expr], env: &Env<'a>) -> Arm {
        if let Some(loaded) = self.loaded.get(expr.span) {
            return match &loaded.variable {
                Some(variable) if self.inputs.is_none() => call("variables", [text(variable.as_str())]),
                _ => value_of(&loaded.value),
            };
        }
        if let Some(key) = self.inputs.and_then(|inputs| inputs.externals.key(expr)) {
            return call("externalInputs", [text(key)]);
        }
        match (name, arguments) {
            ("any", [value]) => self.convert(value, env),
            ("nameof", [value]) => match last_name(value.bare()) {
                Some(name) => text(name),
                None => {
                    self.push(not_supported("`nameof` of this expression"), value.span);
                    text("")
                }
            },
            ("resourceGroup" | "subscription" | "managementGroup", [_, ..]) => {
                // The official compiler writes an empty object, too (baselines/Variables_LF, 2026-08-21).
                let message =
                    format!("`{name}` with arguments is a scope; as a value it becomes an empty object");
                let help = "declare what is to be read with `existing` and that `scope`";
                self.push(Diagnostic::new(&codes::SCOPE_AS_VALUE, message).help(help), expr.span);
                call("createObject", [])
            }
            _ => {
                let of_modules = arguments.first().is_some_and(|first| self.is_modules(first, env));
                let arguments: Vec<Arm> = arguments
                    .iter()
                    .map(|argument| match &argument.bare().kind {
                        ExprKind::Lambda { parameters, body } => {
                            self.lambda(parameters, body, of_modules, env)
                        }
                        _ => self.convert(argument, env),
                    })
                    .collect();
                call(name, arguments)
            }
        }
    }

    /// True where an access on `expr` continues a chain, which keeps `?.` short-circuiting.
    pub(super) fn is_chain(&self, expr: &'a Expr) -> bool {
        match &expr.kind {
            ExprKind::Property { .. } | ExprKind::Index { .. } => true,
            ExprKind::NonNull(inner) => self.is_chain(inner),
            _ => Self::is_any_call(expr).is_some_and(|inner| self.is_chain(inner)),
        }
    }

    /// The declared value behind a name, where the name is a variable that is put in place.
    pub(super) fn inlined(&self, expr: &'a Expr, env: &Env<'a>) -> Option<&'a Expr> {
        match target(self.model, expr, &env.scope)? {
            (Symbol::Var(at), None) if self.model.vars[at].inline => Some(self.model.vars[at].value),
            _ => None,
        }
    }
}

/// `resourceGroup('other')` and its like, which name a place to deploy to.
pub(super) fn is_scope(expr: &Expr) -> bool {
    matches!(
        &expr.bare().kind,
        ExprKind::Call { name, arguments } | ExprKind::Method { name, arguments, .. }
            if !arguments.is_empty() && matches!(name.name.as_str(), "resourceGroup" | "subscription" | "managementGroup")
    )
}

/// A loaded value as an expression.
fn value_of(value: &Json) -> Arm {
    match value {
        Json::Null => call("null", []),
        Json::Bool(value) => call(if *value { "true" } else { "false" }, []),
        Json::Number(number) => match number.as_i64() {
            Some(value) => int(value),
            None => call("json", [text(number.to_string())]),
        },
        Json::String(value) => text(value.as_str()),
        Json::Array(items) => call("createArray", items.iter().map(value_of).collect::<Vec<_>>()),
        Json::Object(members) => {
            let members = members.iter().flat_map(|(key, value)| [text(key.as_str()), value_of(value)]);
            call("createObject", members.collect::<Vec<_>>())
        }
    }
}

fn last_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Property { name, .. } | ExprKind::Nested { name, .. } => Some(&name.name),
        ExprKind::Index { base, index, .. } => index.as_text().or_else(|| last_name(base.bare())),
        _ => None,
    }
}

fn binary(operator: Binary, left: Arm, right: Arm) -> Arm {
    let lower = |arm| call("toLower", [arm]);
    match operator {
        Binary::Coalesce => call("coalesce", [left, right]),
        Binary::Or => call("or", [left, right]),
        Binary::And => call("and", [left, right]),
        Binary::Equals => call("equals", [left, right]),
        Binary::NotEquals => call("not", [call("equals", [left, right])]),
        Binary::EqualsInsensitive => call("equals", [lower(left), lower(right)]),
        Binary::NotEqualsInsensitive => call("not", [call("equals", [lower(left), lower(right)])]),
        Binary::Less => call("less", [left, right]),
        Binary::LessOrEquals => call("lessOrEquals", [left, right]),
        Binary::Greater => call("greater", [left, right]),
        Binary::GreaterOrEquals => call("greaterOrEquals", [left, right]),
        Binary::Add => call("add", [left, right]),
        Binary::Subtract => call("sub", [left, right]),
        Binary::Multiply => call("mul", [left, right]),
        Binary::Divide => call("div", [left, right]),
        Binary::Modulo => call("mod", [left, right]),
    }
}
