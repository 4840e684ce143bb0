//! Reads of a context variable as another type than it was set as.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::csharp::{self, VariableAccess};
use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Value, ValueKind};

use super::{Lint, Read, State, Unit, Write, flow};

pub(super) static CODE: Code = Code::warning(
    "variable-type-mismatch",
    "a context variable is read as another type than it is set as",
    "Looks for casts and `GetValueOrDefault<T>` of a variable that every `set-variable` gives another type. A literal \
     `value` is a string, also where it looks like a number; an expression keeps its type.",
)
.why(
    "A cast to the wrong type throws `InvalidCastException`, and the page on policy expressions says that \
     `GetValueOrDefault<T>` throws too. Types are not converted: `\"5\"` is no `int`.",
)
.example(
    "<set-variable name=\"limit\" value=\"5\" />\n\
     <set-variable name=\"next\" value=\"@(context.Variables.GetValueOrDefault&lt;int&gt;(\"limit\", 0) + 1)\" />",
    "<set-variable name=\"limit\" value=\"@(5)\" />\n\
     <set-variable name=\"next\" value=\"@(context.Variables.GetValueOrDefault&lt;int&gt;(\"limit\", 0) + 1)\" />",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Types of which no value is one of another. Numbers are unboxed as the very type they are.
const APART: &[&str] = &[
    "string",
    "bool",
    "int",
    "long",
    "double",
    "decimal",
    "DateTime",
    "Guid",
    "JObject",
    "JArray",
    "IResponse",
    "Jwt",
];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let flow = flow(unit);
    let mut by_name: IndexMap<&str, (&Write<'_>, Vec<Option<String>>)> = IndexMap::new();
    for write in &flow.writes {
        by_name.entry(write.name).or_insert((write, Vec::new())).1.push(given(write));
    }
    let mut told = BTreeSet::new();
    for read in flow.reads.iter().filter(|read| read.is_own && is_reached(read)) {
        let (Some(name), Some(wanted)) = (read.used.name.as_deref(), wanted(&read.used.how)) else {
            continue;
        };
        let Some((first, given)) = by_name.get(name) else { continue };
        let differs = |given: &Option<String>| given.as_ref().is_some_and(|given| *given != wanted);
        let (true, Some(Some(given))) = (given.iter().all(differs), given.first()) else { continue };
        // One `set-variable` is wrong, however often it is read.
        if !told.insert((name, wanted.clone())) {
            continue;
        }
        let message = format!("`{name}` is set as `{given}` and read as `{wanted}`: this throws");
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&read.element.source, read.span)
            .related(&first.element.source, first.span, format!("set as `{given}` here"))
            .help(advice(first, &wanted));
        // The element that lost its type may be one that is not seen.
        found.push(diagnostic.confidence(if flow.sees_all { Confidence::High } else { Confidence::Medium }));
    }
}

/// Whether one of the writes has run before, as far as that shows. Where none has, the value comes from elsewhere.
fn is_reached(read: &Read<'_>) -> bool {
    match read.state {
        State::Set(_) | State::Perhaps(_) | State::PerhapsNull(_) => true,
        State::Tested => !read.after_unknown,
        State::Unset => false,
    }
}

/// The type that a read asks for, where it is one that excludes others.
fn wanted(how: &VariableAccess) -> Option<String> {
    let ty = match how {
        VariableAccess::Index { cast } => cast.as_deref()?,
        VariableAccess::GetValueOrDefault { ty, .. } => ty.as_deref()?,
        _ => return None,
    };
    apart(ty)
}

fn apart(ty: &str) -> Option<String> {
    let short = match ty.rsplit('.').next()?.trim_end_matches('?') {
        "String" => "string",
        "Boolean" => "bool",
        "Int32" => "int",
        "Int64" => "long",
        "Double" => "double",
        other => other,
    };
    APART.contains(&short).then(|| short.to_owned())
}

/// The type that a write gives, where it is known.
fn given(write: &Write<'_>) -> Option<String> {
    match write.element.name.as_str() {
        "set-variable" => type_of(write.element.value("value")?),
        "send-request" => Some("IResponse".to_owned()),
        "authentication-managed-identity" => Some("string".to_owned()),
        _ => None,
    }
}

fn type_of(value: &Value) -> Option<String> {
    match &value.kind {
        // A named value may hold a whole expression.
        ValueKind::Literal(text) if text.contains("{{") => None,
        ValueKind::Literal(_) => Some("string".to_owned()),
        ValueKind::Expression(expression) => apart(&csharp::type_of(&expression.program)?),
    }
}

fn advice(write: &Write<'_>, wanted: &str) -> String {
    match write.element.literal("value") {
        Some(text) if wanted != "string" => format!("set it by an expression, such as `@({})`", text.trim()),
        _ => "read it as the type it has, and convert that".to_owned(),
    }
}
