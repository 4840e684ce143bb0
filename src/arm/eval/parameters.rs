//! The parameters of a template: which are given, what the others default to, and whether they fit.

use serde_json::{Map, Value as Json};

use super::env::Env;
use super::scope::{Scope, entry};
use super::{invalid, types};
use crate::arm::codes::{LIMIT, MISSING_PARAMETER, UNKNOWN_PARAMETER};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::MAX_PARAMETERS;
use crate::arm::{Parameters, Value};
use crate::diag::Diagnostic;

/// Takes the given values over into the scope and checks every parameter. All findings are reported.
///
/// # Errors
/// `Fault::Reported` where something was refused.
pub(super) fn bind(scope: &Scope<'_>, given: &Parameters) -> Eval<()> {
    let empty = Map::new();
    let declared = scope.section("parameters")?.unwrap_or(&empty);
    if declared.len() > MAX_PARAMETERS {
        let message =
            format!("the template has {} parameters, and Azure takes {MAX_PARAMETERS}", declared.len());
        return Err(Fault::new(&LIMIT, message).within(&scope.path));
    }
    let mut refused = false;
    for (name, value) in given {
        if let Some((name, _)) = entry(declared, name) {
            scope.given.borrow_mut().insert(name.to_owned(), value.clone());
            continue;
        }
        refused = true;
        let diagnostic =
            Diagnostic::new(&UNKNOWN_PARAMETER, format!("the template has no parameter `{name}`"))
                .did_you_mean(name, declared.keys().map(String::as_str));
        scope.session.report(Fault::from(diagnostic).within(&scope.path));
    }
    for name in declared.keys() {
        refused |= scope.session.keep(scope.parameter(name)).is_none();
    }
    if refused { Err(Fault::Reported) } else { Ok(()) }
}

/// The value of one declared parameter, checked.
pub(super) fn value(scope: &Scope<'_>, name: &str, declaration: &Json) -> Eval<Value> {
    let declaration = declaration.as_object().ok_or_else(|| invalid("a parameter must be an object"))?;
    let given = scope.given.borrow().get(name).cloned();
    let value = match (given, declaration.get("defaultValue")) {
        (Some(value), _) => value,
        (None, Some(default)) => Env::early(scope, "a default value")
            .json(default)
            .map_err(|fault| fault.under(".defaultValue"))?,
        (None, None) if types::is_nullable(scope, declaration)? => Value::Null,
        (None, None) => {
            return Err(Diagnostic::new(
                &MISSING_PARAMETER,
                format!("no value is given for the parameter `{name}`"),
            )
            .help(format!("give `{name}` a value"))
            .into());
        }
    };
    if types::is_secure(declaration) {
        scope.session.keep_secret(&value);
    }
    types::check(scope, declaration, &value)?;
    Ok(value)
}
