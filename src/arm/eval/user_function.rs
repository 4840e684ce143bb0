//! Functions that a template declares itself: `"functions": [{ "namespace": …, "members": { … } }]`.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::env::Env;
use super::{invalid, types};
use crate::arm::Value;
use crate::arm::codes::{CIRCULAR_DEPENDENCY, UNKNOWN_FUNCTION};
use crate::arm::expr::Expr;
use crate::arm::fault::{Eval, Fault};
use crate::diag::Diagnostic;
use crate::text::plural;

impl Env<'_> {
    /// Calls a user-defined function: arguments and answer are checked against their declared types.
    pub(super) fn user_function(&self, namespace: &str, name: &str, args: &[Expr]) -> Eval<Value> {
        let called = format!("{namespace}.{name}");
        let Some((declaration, path)) = self.scope.function(namespace, name) else {
            let message = format!("the template declares no function `{called}`");
            let names = self.scope.functions();
            return Err(Diagnostic::new(&UNKNOWN_FUNCTION, message)
                .did_you_mean(&called, names.iter().map(String::as_str))
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
        self.calling(&called, || {
            let value = self.in_function(&arguments).json(body)?;
            types::check(self.scope, output, &value)?;
            Ok(value)
        })
        .map_err(|fault| fault.within(&self.scope.place(&place)))
    }

    /// Refuses a function that calls itself, directly or by way of others: with all its arguments known the answer
    /// would never come, and Azure does not allow it.
    fn calling(&self, called: &str, compute: impl FnOnce() -> Eval<Value>) -> Eval<Value> {
        let calling = &self.scope.session.calling;
        let key = format!("{}#{}", self.scope.path, called.to_ascii_lowercase());
        if let Some(start) = calling.borrow().iter().position(|running| *running == key) {
            let running = calling.borrow();
            let names = running[start..].iter().map(|key| key.rsplit('#').next().unwrap_or(key));
            let cycle: Vec<&str> = names.chain([called]).collect();
            let message = format!("the function calls itself: `{}`", cycle.join("` -> `"));
            return Err(Fault::new(&CIRCULAR_DEPENDENCY, message));
        }
        calling.borrow_mut().push(key);
        let answer = compute();
        calling.borrow_mut().pop();
        answer
    }
}
