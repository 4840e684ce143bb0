//! `loadTextContent`, `loadJsonContent` and `loadFileAsBase64`: the files are read when compiling. A loaded value
//! becomes a variable `$fxv#n` of the template, except a text that is already the value of a variable. In parameters
//! files also `readEnvironmentVariable`, whose answer stands where the call was.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::Value as Json;

use super::codes;
use super::project::Files;
use super::syntax::{Expr, ExprKind, Program, StatementKind};
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span};

/// What the load functions of one file gave, by the place of the call.
#[derive(Default)]
pub(super) struct Loaded {
    calls: BTreeMap<Span, LoadedCall>,
    in_order: Vec<Span>,
}

pub(super) struct LoadedCall {
    pub(super) value: Json,
    /// The generated variable that holds the value; none where the call is a variable's whole value.
    pub(super) variable: Option<String>,
}

impl Loaded {
    pub(super) fn get(&self, span: Span) -> Option<&LoadedCall> {
        self.calls.get(&span)
    }

    /// The generated variables, in the order of the calls.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.in_order
            .iter()
            .filter_map(|span| self.calls.get(span))
            .filter_map(|call| Some((call.variable.as_deref()?, &call.value)))
    }
}

/// Answers for an environment variable.
pub(super) type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// Reads every file that `program` loads. `environment` answers `readEnvironmentVariable` in a parameters file.
pub(super) fn load(
    source: &Arc<Source>,
    program: &Program,
    files: &mut Files<'_>,
    environment: Option<Environment<'_>>,
    found: &mut Vec<Diagnostic>,
) -> Loaded {
    let mut loaded = Loaded::default();
    for statement in &program.statements {
        let whole_value = match &statement.kind {
            StatementKind::Var { value, .. } => Some(value.span),
            _ => None,
        };
        statement.each_expr(&mut |expr| {
            let Some((function, arguments)) = load_call(expr) else { return };
            let value = match (function, environment) {
                ("readEnvironmentVariable", Some(environment)) => {
                    from_environment(arguments, expr.span, environment)
                }
                ("readEnvironmentVariable", None) => return,
                _ => read(source, function, arguments, files),
            };
            match value {
                Ok(value) => {
                    let in_place = match function {
                        "loadJsonContent" => false,
                        "readEnvironmentVariable" => true,
                        _ => whole_value == Some(expr.span),
                    };
                    let count = loaded.variables().count();
                    let variable = (!in_place).then(|| format!("$fxv#{count}"));
                    loaded.in_order.push(expr.span);
                    loaded.calls.insert(expr.span, LoadedCall { value, variable });
                }
                Err((diagnostic, span)) => found.push(diagnostic.at(source, span)),
            }
        });
    }
    loaded
}

pub(super) fn load_call(expr: &Expr) -> Option<(&str, &[Expr])> {
    let (name, arguments) = match &expr.kind {
        ExprKind::Call { name, arguments } => (name, arguments),
        ExprKind::Method { base, name, arguments } if matches!(&base.kind, ExprKind::Name(ns) if ns == "sys") => {
            (name, arguments)
        }
        _ => return None,
    };
    let known = ["loadTextContent", "loadJsonContent", "loadFileAsBase64", "readEnvironmentVariable"];
    known.contains(&name.name.as_str()).then_some((name.name.as_str(), arguments))
}

type Refused = (Box<Diagnostic>, Span);

fn refuse(code: &'static Code, message: impl Into<String>, span: Span) -> Refused {
    (Box::new(Diagnostic::new(code, message)), span)
}

fn from_environment(arguments: &[Expr], span: Span, environment: Environment<'_>) -> Result<Json, Refused> {
    let Some(argument) = arguments.first() else { return Ok(Json::Null) };
    let Some(name) = argument.as_text() else {
        return Err(refuse(&codes::NOT_CONSTANT, "the name must be a plain string", argument.span));
    };
    match (environment(name), arguments.get(1).map(|default| (default, default.as_text()))) {
        (Some(value), _) => Ok(Json::from(value)),
        (None, Some((_, Some(default)))) => Ok(Json::from(default)),
        (None, Some((default, None))) => {
            Err(refuse(&codes::NOT_CONSTANT, "the default must be a plain string", default.span))
        }
        (None, None) => {
            let message = format!("the environment variable `{name}` is not set");
            Err(refuse(&codes::PARAMETER_NOT_COMPUTED, message, span))
        }
    }
}

fn read(
    source: &Arc<Source>,
    function: &str,
    arguments: &[Expr],
    files: &mut Files<'_>,
) -> Result<Json, Refused> {
    let Some(path) = arguments.first() else {
        // The number of arguments is checked with all other calls.
        return Ok(Json::Null);
    };
    let Some(text) = path.as_text() else {
        return Err(refuse(&codes::NOT_CONSTANT, "the path must be a plain string", path.span));
    };
    let full = files.resolve(source.path(), text).map_err(|diagnostic| (diagnostic, path.span))?;
    let encoding = if function == "loadJsonContent" { arguments.get(2) } else { arguments.get(1) };
    if let Some(encoding) = encoding.filter(|encoding| encoding.as_text() != Some("utf-8")) {
        let refused = super::bind::not_supported("an encoding other than `utf-8`");
        return Err((Box::new(refused), encoding.span));
    }
    if function == "loadFileAsBase64" {
        let bytes = files.read(&full).map_err(|diagnostic| (diagnostic, path.span))?;
        return Ok(Json::from(base64::engine::general_purpose::STANDARD.encode(bytes)));
    }
    let content = files.read_text(&full).map_err(|diagnostic| (diagnostic, path.span))?;
    if function == "loadTextContent" {
        return Ok(Json::from(content));
    }
    let document: Json = serde_json::from_str(&content).map_err(|error| {
        let message = format!("`{full}` is no JSON: line {}, column {}", error.line(), error.column());
        refuse(&codes::BAD_JSON, message, path.span)
    })?;
    match arguments.get(1) {
        None => Ok(document),
        Some(query) => select(&document, query),
    }
}

/// The part of the document that a path such as `$.a[0]['b']` names.
fn select(document: &Json, query: &Expr) -> Result<Json, Refused> {
    let Some(text) = query.as_text() else {
        return Err(refuse(&codes::NOT_CONSTANT, "the JSON path must be a plain string", query.span));
    };
    let unsupported =
        || (Box::new(super::bind::not_supported(&format!("the JSON path `{text}`"))), query.span);
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut at = document;
    let mut first = true;
    while !rest.is_empty() {
        let next = if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = inner.split_once(']').ok_or_else(unsupported)?;
            rest = after;
            match step.strip_prefix('\'').and_then(|step| step.strip_suffix('\'')) {
                Some(name) => at.get(name),
                None => at.get(step.parse::<usize>().map_err(|_| unsupported())?),
            }
        } else {
            let inner = match rest.strip_prefix('.') {
                Some(inner) => inner,
                None if first => rest,
                None => return Err(unsupported()),
            };
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            let (step, after) = inner.split_at(end);
            rest = after;
            if step.is_empty() || step.contains(['*', '?', '@']) {
                return Err(unsupported());
            }
            at.get(step)
        };
        first = false;
        at = next.ok_or_else(|| {
            refuse(&codes::NO_JSON_PATH, format!("the file has nothing at `{text}`"), query.span)
        })?;
    }
    Ok(at.clone())
}
