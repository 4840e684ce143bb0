//! `loadTextContent` and its kin: the files are read when compiling. A loaded value becomes a variable `$fxv#n` of the
//! template, except a text that is already the value of a variable, and what stands in a function, which cannot use
//! variables. In parameters files also `readEnvironmentVariable`, whose answer stands where the call was, and what
//! another parameters file gives, `base.name`.

mod comments;
mod encoding;
mod json_path;
mod yaml;

pub(super) use comments::blanked;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value as Json, json};

use super::bind::not_supported;
use super::codes;
use super::project::Files;
use super::syntax::{Expr, ExprKind, Program, StatementKind};
use crate::diag::{Code, Diagnostic};
use crate::text::{self, Source, Span};

/// What the load functions of one file gave, by the place of the call.
#[derive(Default)]
pub(super) struct Loaded {
    calls: BTreeMap<Span, LoadedCall>,
    in_order: Vec<Span>,
    variables: usize,
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

    fn add(&mut self, span: Span, value: Json, in_place: bool) {
        let variable = (!in_place).then(|| format!("$fxv#{}", self.variables));
        self.variables += usize::from(!in_place);
        self.in_order.push(span);
        self.calls.insert(span, LoadedCall { value, variable });
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
    base: Option<&Map<String, Json>>,
    found: &mut Vec<Diagnostic>,
) -> Loaded {
    let mut loaded = Loaded::default();
    for statement in &program.statements {
        let in_function = matches!(statement.kind, StatementKind::Func { .. });
        let whole_value = match &statement.kind {
            StatementKind::Var { value, .. } => Some(value.span),
            _ => None,
        };
        statement.each_expr(&mut |expr| {
            if let Some((name, value)) = base.and_then(|base| of_base(expr, base)) {
                match value {
                    Some(value) => loaded.add(expr.span, value.clone(), false),
                    None => {
                        let message = format!("the extended file gives no `{name}`");
                        found.push(Diagnostic::new(&codes::NO_PROPERTY_OF, message).at(source, expr.span));
                    }
                }
            }
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
                        "readEnvironmentVariable" => true,
                        "loadTextContent" | "loadFileAsBase64" => whole_value == Some(expr.span),
                        _ => false,
                    };
                    loaded.add(expr.span, value, in_place || in_function);
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
    let known = [
        "loadTextContent",
        "loadJsonContent",
        "loadYamlContent",
        "loadFileAsBase64",
        "loadDirectoryFileInfo",
        "readEnvironmentVariable",
    ];
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
    let Some(written) = path.as_text() else {
        return Err(refuse(&codes::NOT_CONSTANT, "the path must be a plain string", path.span));
    };
    let full = files.resolve(source.path(), written).map_err(|diagnostic| (diagnostic, path.span))?;
    if function == "loadDirectoryFileInfo" {
        return directory(source, &full, arguments.get(1), files);
    }
    let bytes = files.read(&full).map_err(|diagnostic| (diagnostic, path.span))?;
    if function == "loadFileAsBase64" {
        return Ok(Json::from(base64::engine::general_purpose::STANDARD.encode(bytes)));
    }
    let encoding = arguments.get(if function == "loadTextContent" { 1 } else { 2 });
    let content = match encoding.map(|encoding| (encoding, encoding.as_text())) {
        Some((encoding, None)) => {
            return Err(refuse(&codes::NOT_CONSTANT, "the encoding must be a plain string", encoding.span));
        }
        Some((encoding, Some(name))) => {
            encoding::decode(&bytes, name).map_err(|refused| (refused, encoding.span))?
        }
        None => encoding::decode(&bytes, "utf-8").map_err(|refused| (refused, path.span))?,
    };
    let document: Json = match function {
        "loadTextContent" => return Ok(Json::from(content)),
        "loadYamlContent" => yaml::read(&content).map_err(|why| {
            refuse(&codes::BAD_YAML, format!("`{full}` is no YAML that can be loaded: {why}"), path.span)
        })?,
        _ => serde_json::from_str(&blanked(&content)).map_err(|error| {
            let message = format!("`{full}` is no JSON: line {}, column {}", error.line(), error.column());
            refuse(&codes::BAD_JSON, message, path.span)
        })?,
    };
    match arguments.get(1) {
        None => Ok(document),
        Some(query) => select(&document, query),
    }
}

/// `base.name`, where a parameters file extends another one: the name and its value.
fn of_base<'e>(expr: &'e Expr, base: &'e Map<String, Json>) -> Option<(&'e str, Option<&'e Json>)> {
    let (inner, name) = match &expr.kind {
        ExprKind::Property { base, name, .. } => (base, name.name.as_str()),
        ExprKind::Index { base, index, .. } => (base, index.as_text()?),
        _ => return None,
    };
    matches!(&inner.bare().kind, ExprKind::Name(name) if name == "base").then(|| (name, base.get(name)))
}

/// The files that lie directly in a folder, as the official compiler describes them.
fn directory(
    source: &Arc<Source>,
    folder: &str,
    pattern: Option<&Expr>,
    files: &Files<'_>,
) -> Result<Json, Refused> {
    let pattern = match pattern.map(|pattern| (pattern, pattern.as_text())) {
        None => "*",
        Some((_, Some(pattern))) => pattern,
        Some((pattern, None)) => {
            return Err(refuse(&codes::NOT_CONSTANT, "the pattern must be a plain string", pattern.span));
        }
    };
    let mut names: Vec<String> = files
        .list(folder)
        .into_iter()
        .filter_map(|path| {
            let name = if folder.is_empty() {
                path.as_str()
            } else {
                path.strip_prefix(folder)?.strip_prefix('/')?
            };
            (!name.contains('/') && text::wildcard(pattern, name)).then(|| name.to_owned())
        })
        .collect();
    names.sort_by_key(|name| name.to_lowercase());
    let own = text::parent(source.path());
    let described = names.into_iter().map(|name| {
        let extension = name.rfind('.').map_or("", |at| &name[at..]);
        let path = text::join(folder, &name);
        json!({ "relativePath": text::relative(own, &path), "baseName": name, "extension": extension })
    });
    Ok(described.collect())
}

/// The part of the document that a path such as `$.a[0]['b']` names.
fn select(document: &Json, query: &Expr) -> Result<Json, Refused> {
    let Some(text) = query.as_text() else {
        return Err(refuse(&codes::NOT_CONSTANT, "the JSON path must be a plain string", query.span));
    };
    json_path::select(document, text).map_err(|why| match why {
        json_path::Refused::Nothing => {
            refuse(&codes::NO_JSON_PATH, format!("the file has nothing at `{text}`"), query.span)
        }
        json_path::Refused::Unsupported => {
            (Box::new(not_supported(&format!("the JSON path `{text}`"))), query.span)
        }
    })
}
