//! The parameters of a template: which are given, what the others default to, and whether they fit.

use serde_json::{Map, Value as Json};

use super::env::{A_DEFAULT, Env};
use super::scope::{Scope, entry};
use super::{invalid, types};
use crate::arm::codes::{MISSING_PARAMETER, UNKNOWN_PARAMETER};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::{MAX_PARAMETERS, check_number, listed, refusal};
use crate::arm::{Parameters, Value};
use crate::diag::Diagnostic;

/// Takes the given values over into the scope and checks every parameter. All findings are reported.
///
/// # Errors
/// `Fault::Reported` where something was refused.
pub(super) fn bind(scope: &Scope<'_>, given: &Parameters) -> Eval<()> {
    let empty = Map::new();
    let declared = scope.section("parameters")?.unwrap_or(&empty);
    check_number("parameters", declared.len(), MAX_PARAMETERS, false)
        .map_err(|fault| fault.within(&scope.path))?;
    let mut refused = false;
    for (name, value) in given {
        if let Some((name, _)) = entry(declared, name) {
            scope.given.borrow_mut().insert(name.to_owned(), value.clone());
            continue;
        }
        refused = true;
        let message = format!("the template has no parameter `{name}`");
        let diagnostic = Diagnostic::new(&UNKNOWN_PARAMETER, message)
            .did_you_mean(name, declared.keys().map(String::as_str));
        let diagnostic = match not_declared(name, declared) {
            Some(wording) => diagnostic.azure_says(wording),
            None => diagnostic,
        };
        scope.session.report(Fault::from(diagnostic).within(&scope.path));
    }
    for name in declared.keys() {
        refused |= scope.session.keep(scope.parameter(name)).is_none();
    }
    if refused { Err(Fault::Reported) } else { Ok(()) }
}

/// Azure's words for a parameter that the template does not have (microsoft/MCW-Cloud-native-applications#181, seen
/// 2026-11-22).
fn not_declared(name: &str, declared: &Map<String, Json>) -> Option<String> {
    let known = listed(declared.keys().map(String::as_str))?;
    Some(refusal(&format!(
        "The template parameters '{name}' in the parameters file are not valid; they are not present in the \
         original template and can therefore not be provided at deployment time. The only supported parameters for \
         this template are '{known}'. Please see https://aka.ms/arm-deploy/#parameter-file for usage details."
    )))
}

/// The value of one declared parameter, checked.
pub(super) fn value(scope: &Scope<'_>, name: &str, declaration: &Json) -> Eval<Value> {
    let declaration = declaration.as_object().ok_or_else(|| invalid("a parameter must be an object"))?;
    let given = scope.given.borrow().get(name).cloned();
    let value = match (given, declaration.get("defaultValue")) {
        (Some(value), _) => value,
        (None, Some(default)) => {
            Env::early(scope, A_DEFAULT).json(default).map_err(|fault| fault.under(".defaultValue"))?
        }
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
    types::check_parameter(scope, name, declaration, &value)?;
    Ok(value)
}
