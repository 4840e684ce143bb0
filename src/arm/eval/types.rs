//! Declared types: whether a value fits a parameter, an output or a type definition.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::scope::Scope;
use super::{dependencies, invalid};
use crate::arm::Value;
use crate::arm::codes::{CIRCULAR_DEPENDENCY, PARAMETER_VALUE};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::refusal;
use crate::arm::machine::described;
use crate::diag::Diagnostic;

type Declaration = Map<String, Json>;

/// Refuses the value of a parameter that does not fit, in Azure's own words where they are known.
pub(super) fn check_parameter(
    scope: &Scope<'_>,
    name: &str,
    declaration: &Declaration,
    value: &Value,
) -> Eval<()> {
    check_within(scope, declaration, value).map_err(|fault| {
        fault.reword(|reason| {
            refusal(&format!("The provided value for the template parameter '{name}' is not valid. {reason}"))
        })
    })
}

/// Refuses a value that does not fit. What is unknown fits.
pub(super) fn check(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    // What Azure says of arguments and outputs is not known.
    check_within(scope, declaration, value).map_err(Fault::without_wording)
}

fn check_within(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    scope.session.meter.deeper(|| {
        if matches!(value, Value::Unknown(_)) {
            return Ok(());
        }
        if *value == Value::Null && is_nullable(scope, declaration)? {
            return Ok(());
        }
        // The definition behind it may be nullable where this use of it is not.
        if *value == Value::Null && declaration.get("nullable") == Some(&Json::Bool(false)) {
            return Err(refused("the value must not be null".to_owned()));
        }
        if let Some(definition) = definition(scope, declaration)? {
            check_within(scope, definition, value)?;
        }
        check_type(declaration, value)?;
        check_range(declaration, value)?;
        check_allowed(declaration, value)?;
        check_parts(scope, declaration, value)
    })
}

/// Refuses definitions that only name each other. A type may hold itself as a part, but cannot be nothing else.
pub(super) fn check_definitions(scope: &Scope<'_>) -> Eval<()> {
    let Some(definitions) = scope.section("definitions")? else { return Ok(()) };
    let names: Vec<&str> = definitions.keys().map(String::as_str).collect();
    let at: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let named = |definition: &Json| -> Vec<usize> {
        let reference = definition.get("$ref").and_then(Json::as_str);
        let name = reference.and_then(|reference| reference.strip_prefix("#/definitions/"));
        name.and_then(|name| at.get(name)).copied().into_iter().collect()
    };
    let uses: Vec<Vec<usize>> = definitions.values().map(named).collect();
    dependencies::order(&uses).map(|_| ()).map_err(|cycle| {
        let names: Vec<&str> = cycle.iter().map(|at| names[*at]).collect();
        let message = format!("the type is nothing but itself: `{}`", names.join("` -> `"));
        Fault::new(&CIRCULAR_DEPENDENCY, message).within(&scope.place(&format!("definitions.{}", names[0])))
    })
}

/// The primitive type that a declaration comes to, in lower case.
pub(super) fn name(scope: &Scope<'_>, declaration: &Declaration) -> Eval<String> {
    scope.session.meter.deeper(|| match (declaration.get("type"), definition(scope, declaration)?) {
        (Some(Json::String(name)), _) => Ok(name.to_ascii_lowercase()),
        (_, Some(definition)) => name(scope, definition),
        _ => Err(invalid("the declaration has no `type`")),
    })
}

pub(super) fn is_nullable(scope: &Scope<'_>, declaration: &Declaration) -> Eval<bool> {
    scope.session.meter.deeper(|| match (declaration.get("nullable"), definition(scope, declaration)?) {
        (Some(Json::Bool(nullable)), _) => Ok(*nullable),
        (_, Some(definition)) => is_nullable(scope, definition),
        _ => Ok(false),
    })
}

/// What `"$ref": "#/definitions/name"` means.
fn definition<'a>(scope: &Scope<'a>, declaration: &Declaration) -> Eval<Option<&'a Declaration>> {
    let Some(reference) = declaration.get("$ref") else { return Ok(None) };
    let found = reference
        .as_str()
        .and_then(|reference| reference.strip_prefix("#/definitions/"))
        .and_then(|name| scope.template.get("definitions")?.get(name)?.as_object());
    found.map(Some).ok_or_else(|| invalid(format!("the template has no type `{}`", plain(reference))))
}

fn check_type(declaration: &Declaration, value: &Value) -> Eval<()> {
    let Some(declared) = declaration.get("type").and_then(Json::as_str) else { return Ok(()) };
    let wanted = match declared.to_ascii_lowercase().as_str() {
        "string" | "securestring" => "string",
        "int" => "int",
        "bool" => "bool",
        "object" | "secureobject" => "object",
        "array" => "array",
        other => return Err(invalid(format!("there is no type `{other}`"))),
    };
    if value.type_name() == wanted {
        return Ok(());
    }
    let shown = if is_secure(declaration) { value.type_name().to_owned() } else { described(value) };
    let fault = refused(format!("the value must be of type {wanted}, not {shown}"));
    let (Some(wanted), Some(actual)) = (service_name(wanted), service_name(value.type_name())) else {
        return Err(fault);
    };
    Err(fault.service_says(format!(
        "Expected a value of type '{wanted}', but received a value of type '{actual}'. Please see \
         https://aka.ms/arm-create-parameter-file for usage details."
    )))
}

/// What Azure calls a type in its refusals (microsoft/azure-pipelines-tasks#19942, seen 2026-11-30). What it says where a
/// string was expected is not known.
fn service_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" => "Integer",
        "bool" => "Boolean",
        "object" => "Object",
        "array" => "Array",
        "null" => "Null",
        _ => return None,
    })
}

/// True for the types whose values never stand in a message.
pub(super) fn is_secure(declaration: &Declaration) -> bool {
    let declared = declaration.get("type").and_then(Json::as_str).unwrap_or_default();
    declared.to_ascii_lowercase().starts_with("secure")
}

fn check_range(declaration: &Declaration, value: &Value) -> Eval<()> {
    let (size, shown, least, most) = match value {
        Value::Int(value) => (*value, format!("is {value}"), "minValue", "maxValue"),
        Value::String(text) => {
            let length = text.chars().count() as i64;
            (length, format!("has {length} characters"), "minLength", "maxLength")
        }
        Value::Array(items) => {
            let length = items.len() as i64;
            (length, format!("has {length} elements"), "minLength", "maxLength")
        }
        _ => return Ok(()),
    };
    let bound = |key: &str| declaration.get(key).and_then(Json::as_i64);
    // Azure-Samples/contoso-chat#80 and mspnp/serverless-reference-implementation#29, seen 2026-11-30; what it says of
    // numbers is not known.
    let in_words = |fault: Fault, than: &str, bound: i64| match value {
        Value::Int(_) => fault,
        _ => fault.service_says(format!(
            "Length of the value should be {than} than or equal to '{bound}'. Please see \
             https://aka.ms/arm-syntax-parameters for usage details."
        )),
    };
    if let Some(least) = bound(least).filter(|least| size < *least) {
        return Err(in_words(refused(format!("the value {shown}, less than {least}")), "greater", least));
    }
    if let Some(most) = bound(most).filter(|most| size > *most) {
        return Err(in_words(refused(format!("the value {shown}, more than {most}")), "less", most));
    }
    Ok(())
}

/// Text compares without case, as ARM does. Of an array, each element may be one of the allowed values.
fn check_allowed(declaration: &Declaration, value: &Value) -> Eval<()> {
    let Some(allowed) = declaration.get("allowedValues").and_then(Json::as_array) else { return Ok(()) };
    let is_allowed = |value: &Value| {
        allowed.iter().any(|allowed| match (allowed, value) {
            (Json::String(allowed), Value::String(text)) => allowed.eq_ignore_ascii_case(text),
            (allowed, value) => Value::from_json(allowed) == *value,
        })
    };
    let fits = is_allowed(value)
        || value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| !item.is_known() || is_allowed(item)));
    if fits {
        return Ok(());
    }
    let list: Vec<_> = allowed.iter().map(|allowed| format!("`{}`", plain(allowed))).collect();
    let names = allowed.iter().filter_map(Json::as_str);
    let shown = if is_secure(declaration) { "the value".to_owned() } else { described(value) };
    let diagnostic = Diagnostic::new(&PARAMETER_VALUE, format!("{shown} is not one of the allowed values"))
        .did_you_mean(value.as_str().unwrap_or_default(), names)
        .help(format!("use one of {}", list.join(", ")));
    Err(diagnostic.into())
}

fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Checks the properties of an object and the elements of an array.
fn check_parts(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    match value {
        Value::Array(items) => {
            let prefix =
                declaration.get("prefixItems").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            let rest = declaration.get("items").and_then(Json::as_object);
            if items.len() > prefix.len() && declaration.get("items") == Some(&Json::Bool(false)) {
                return Err(refused(format!(
                    "the value has {} elements, more than {}",
                    items.len(),
                    prefix.len()
                )));
            }
            for (index, item) in items.iter().enumerate() {
                if let Some(declared) = prefix.get(index).and_then(Json::as_object).or(rest) {
                    check(scope, declared, item).map_err(|fault| fault.under(&format!("[{index}]")))?;
                }
            }
            Ok(())
        }
        Value::Object(_) => {
            check_properties(scope, declaration, value)?;
            check_variant(scope, declaration, value)
        }
        _ => Ok(()),
    }
}

fn check_properties(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    let declared = declaration.get("properties").and_then(Json::as_object);
    for (name, part) in declared.into_iter().flatten() {
        let Some(part) = part.as_object() else { continue };
        match value.get(name) {
            Some(found) => check(scope, part, found).map_err(|fault| fault.under(&format!(".{name}")))?,
            None if is_nullable(scope, part)? => {}
            None => return Err(refused(format!("the property `{name}` is missing"))),
        }
    }
    let is_declared = |name: &str| {
        declared.is_some_and(|declared| declared.keys().any(|key| key.eq_ignore_ascii_case(name)))
    };
    for (name, part) in value.as_object().into_iter().flatten().filter(|(name, _)| !is_declared(name)) {
        match declaration.get("additionalProperties") {
            Some(Json::Object(rest)) => {
                check(scope, rest, part).map_err(|fault| fault.under(&format!(".{name}")))?;
            }
            Some(Json::Bool(false)) => {
                let names = declared.into_iter().flatten().map(|(name, _)| name.as_str());
                let diagnostic = Diagnostic::new(&PARAMETER_VALUE, format!("there is no property `{name}`"));
                return Err(diagnostic.did_you_mean(name, names).into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// A tagged union: the discriminator's value chooses the type.
fn check_variant(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    let Some(discriminator) = declaration.get("discriminator") else { return Ok(()) };
    let tag = discriminator.get("propertyName").and_then(Json::as_str).unwrap_or_default();
    let mapping = discriminator.get("mapping").and_then(Json::as_object);
    let chosen = match value.get(tag) {
        Some(Value::Unknown(_)) => return Ok(()),
        Some(Value::String(chosen)) => chosen,
        Some(other) => {
            return Err(refused(format!("`{tag}` must be a string, not {}", described(other))));
        }
        None => return Err(refused(format!("the property `{tag}` is missing"))),
    };
    match mapping.and_then(|mapping| mapping.get(chosen)).and_then(Json::as_object) {
        Some(variant) => check_within(scope, variant, value),
        None => {
            let names = mapping.into_iter().flatten().map(|(name, _)| name.as_str());
            let message = format!("`{chosen}` is not one of the values of `{tag}`");
            Err(Diagnostic::new(&PARAMETER_VALUE, message).did_you_mean(chosen, names).into())
        }
    }
}

fn refused(message: String) -> Fault {
    Fault::new(&PARAMETER_VALUE, message)
}
