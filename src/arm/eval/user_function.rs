//! Functions that a template declares itself: `"functions": [{ "namespace": …, "members": { … } }]`.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::env::Env;
use super::scope::Scope;
use super::{dependencies, invalid, types};
use crate::arm::Value;
use crate::arm::codes::{CIRCULAR_DEPENDENCY, UNKNOWN_FUNCTION};
use crate::arm::expr::{Expr, Text, classify, parse};
use crate::arm::fault::{Eval, Fault};
use crate::diag::Diagnostic;
use crate::text::plural;

impl Env<'_> {
    /// Calls a user-defined function: arguments and answer are checked against their declared types.
    pub(super) fn user_function(&self, namespace: &str, name: &str, args: &[Expr]) -> Eval<Value> {
        let called = format!("{namespace}.{name}");
        let Some((declaration, path)) = self.scope.function(namespace, name) else {
            let message = format!("the template declares no function `{called}`");
            let known = self.scope.functions();
            return Err(Diagnostic::new(&UNKNOWN_FUNCTION, message)
                .did_you_mean(&called, known.iter().map(|(name, _, _)| name.as_str()))
                .into());
        };
        let parameters =
            declaration.get("parameters").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        if parameters.len() != args.len() {
            let wanted = plural(parameters.len(), "argument");
            return Err(Fault::failed(format!("`{called}` takes {wanted}, not {}", args.len())));
        }
        let mut arguments = IndexMap::new();
        for (index, (parameter, arg)) in parameters.iter().zip(args).enumerate() {
            let place =
                |fault: Fault| fault.within(&self.scope.place(&format!("{path}.parameters[{index}]")));
            let parameter =
                parameter.as_object().ok_or_else(|| place(invalid("a parameter must be an object")))?;
            let name = parameter
                .get("name")
                .and_then(Json::as_str)
                .ok_or_else(|| place(invalid("a parameter needs a `name`")))?;
            let value = self.expr(arg)?;
            types::check(self.scope, parameter, &value)
                .map_err(|fault| fault.under(&format!(".{called}({name})")))?;
            arguments.insert(name.to_owned(), value);
        }
        let output = declaration.get("output").and_then(Json::as_object);
        let (output, body) = output
            .and_then(|output| Some((output, output.get("value")?)))
            .ok_or_else(|| invalid(format!("the function `{called}` has no output value")))?;
        let place = format!("{path}.output.value");
        let compute = || {
            let value = self.in_function(&arguments).json(body)?;
            types::check(self.scope, output, &value)?;
            Ok(value)
        };
        compute().map_err(|fault: Fault| fault.within(&self.scope.place(&place)))
    }
}

/// Checks the functions of a template before any is called: their expressions can be read, and none calls itself,
/// directly or by way of others. Azure does not allow that, and with all its arguments known the answer would never
/// come.
pub(super) fn check(scope: &Scope<'_>) -> Eval<()> {
    let declared = scope.functions();
    let at = |name: &str| declared.iter().position(|(known, _, _)| known.eq_ignore_ascii_case(name));
    let mut calls = Vec::new();
    for (_, path, declaration) in &declared {
        let mut called = Vec::new();
        if let Some(body) = declaration.get("output").and_then(|output| output.get("value")) {
            let place = format!("{path}.output.value");
            calls_of(body, &mut called).map_err(|fault| fault.within(&scope.place(&place)))?;
        }
        calls.push(called.iter().filter_map(|name| at(name)).collect::<Vec<_>>());
    }
    dependencies::order(&calls).map(|_| ()).map_err(|cycle| {
        let names: Vec<&str> = cycle.iter().map(|index| declared[*index].0.as_str()).collect();
        let message = format!("the function calls itself: `{}`", names.join("` -> `"));
        Fault::new(&CIRCULAR_DEPENDENCY, message).within(&scope.place(&declared[cycle[0]].1))
    })
}

/// The user-defined functions that JSON of a template calls.
fn calls_of(json: &Json, called: &mut Vec<String>) -> Eval<()> {
    let mut text = |text: &str| match classify(text) {
        Text::Literal(_) => Ok(()),
        Text::Expression(text) => {
            called_in(&parse(text).map_err(|found| Fault::from(*found))?, called);
            Ok(())
        }
    };
    match json {
        Json::String(written) => text(written),
        Json::Array(items) => items.iter().try_for_each(|item| calls_of(item, called)),
        Json::Object(map) => map.iter().try_for_each(|(key, value)| {
            calls_of(&Json::String(key.clone()), called)?;
            calls_of(value, called)
        }),
        _ => Ok(()),
    }
}

fn called_in(expr: &Expr, called: &mut Vec<String>) {
    match expr {
        Expr::String(_) | Expr::Int(_) => {}
        Expr::Member { base, key, .. } => {
            called_in(base, called);
            called_in(key, called);
        }
        Expr::Call { namespace, name, args } => {
            called.extend(namespace.iter().map(|namespace| format!("{namespace}.{name}")));
            args.iter().for_each(|arg| called_in(arg, called));
        }
    }
}
