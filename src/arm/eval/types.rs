//! Declared types: whether a value fits a parameter, an output or a type definition.

use serde_json::{Map, Value as Json};

use super::invalid;
use super::scope::Scope;
use crate::arm::Value;
use crate::arm::codes::PARAMETER_VALUE;
use crate::arm::fault::{Eval, Fault};
use crate::arm::machine::described;
use crate::diag::Diagnostic;

type Declaration = Map<String, Json>;

/// Refuses a value that does not fit. What is unknown fits.
pub(super) fn check(scope: &Scope<'_>, declaration: &Declaration, value: &Value) -> Eval<()> {
    scope.session.meter.deeper(|| {
        if matches!(value, Value::Unknown(_)) {
            return Ok(());
        }
        if *value == Value::Null && is_nullable(scope, declaration)? {
            return Ok(());
        }
        if let Some(definition) = definition(scope, declaration)? {
            check(scope, definition, value)?;
        }
        check_type(declaration, value)?;
        check_range(declaration, value)?;
        check_allowed(declaration, value)?;
        check_parts(scope, declaration, value)
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
    found.map(Some).ok_or_else(|| invalid(format!("the template has no type `{reference}`")))
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
    let shown = if is_secret(declared) { value.type_name().to_owned() } else { described(value) };
    Err(refused(format!("the value must be of type {wanted}, not {shown}")))
}

/// A secret never stands in a message.
fn is_secret(declared: &str) -> bool {
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
    if let Some(least) = bound(least).filter(|least| size < *least) {
        return Err(refused(format!("the value {shown}, less than {least}")));
    }
    if let Some(most) = bound(most).filter(|most| size > *most) {
        return Err(refused(format!("the value {shown}, more than {most}")));
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
    let secret = declaration.get("type").and_then(Json::as_str).is_some_and(is_secret);
    let shown = if secret { "the value".to_owned() } else { described(value) };
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
        _ => return Err(refused(format!("the property `{tag}` is missing"))),
    };
    match mapping.and_then(|mapping| mapping.get(chosen)).and_then(Json::as_object) {
        Some(variant) => check(scope, variant, value),
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
