//! What `import` brings into a template. An imported declaration is taken from the compiled template of the file
//! that exports it, with everything that it refers to, and renamed: what was imported by name keeps that name, the
//! rest gets one that no file can declare, `_1.name`. So a Bicep file and a compiled one are imported alike.

mod closure;
mod references;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

pub(super) use closure::{Closure, Imported, Wanted, close};

/// Functions that Bicep declares are in this namespace of the template.
pub(super) const NAMESPACE: &str = "__bicep";

/// The mark of what a compiled template exports.
pub(super) const EXPORTED: &str = "__bicep_export!";

/// The list of exported variables in a compiled template's metadata.
pub(super) const EXPORTED_VARIABLES: &str = "__bicep_exported_variables!";

/// The mark of what a compiled template has imported.
pub(super) const IMPORTED_FROM: &str = "__bicep_imported_from!";

/// What can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Type,
    Variable,
    Function,
}

impl Sort {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Variable => "variable",
            Self::Function => "function",
        }
    }
}

/// A declaration's place in a compiled template: the key of a definition or variable; a function's key with its
/// namespace, `__bicep.name`.
pub(super) type Entry = (Sort, String);

/// The file that a declaration was written in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home {
    /// A path in the world.
    Local(String),
    /// The full reference of a module in a registry.
    Registry(String),
}

/// Where a declaration comes from: the same declaration can be reached over several files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) home: Home,
    pub(super) name: String,
}

/// The declarations that a compiled template exports, by the name that an `import` uses.
pub(super) type Exports = IndexMap<String, Entry>;

/// Reads the exports off a compiled template.
pub(super) fn exports(template: &Json) -> Exports {
    let mut out = Exports::new();
    let is_exported =
        |value: &Json| value.pointer("/metadata").and_then(|metadata| metadata.get(EXPORTED)).is_some();
    for (name, definition) in members(template.get("definitions")) {
        if is_exported(definition) {
            out.insert(name.clone(), (Sort::Type, name.clone()));
        }
    }
    let variables = template.pointer("/metadata").and_then(|metadata| metadata.get(EXPORTED_VARIABLES));
    for variable in variables.and_then(Json::as_array).into_iter().flatten() {
        if let Some(name) = variable.get("name").and_then(Json::as_str) {
            out.insert(name.to_owned(), (Sort::Variable, name.to_owned()));
        }
    }
    for (namespace, name, function) in functions(template) {
        if is_exported(function) {
            let entry = format!("{namespace}.{name}");
            let exported = if namespace == NAMESPACE { name.to_owned() } else { entry.clone() };
            out.insert(exported, (Sort::Function, entry));
        }
    }
    out
}

/// The functions of a template: namespace, name and declaration.
pub(super) fn functions(template: &Json) -> impl Iterator<Item = (&str, &str, &Json)> {
    template.get("functions").and_then(Json::as_array).into_iter().flatten().flat_map(|group| {
        let namespace = group.get("namespace").and_then(Json::as_str).unwrap_or_default();
        members(group.get("members")).map(move |(name, function)| (namespace, name.as_str(), function))
    })
}

pub(super) fn members(section: Option<&Json>) -> impl Iterator<Item = (&String, &Json)> {
    section.and_then(Json::as_object).into_iter().flatten()
}

/// The declarations of one template by their entries, and where the imported ones among them come from.
pub(super) type Origins = BTreeMap<Entry, Origin>;

/// How many arguments an exported function takes.
pub(super) fn arity(template: &Json, entry: &str) -> Option<usize> {
    let (_, _, function) = functions(template).find(|(namespace, name, _)| {
        entry.strip_prefix(namespace).and_then(|rest| rest.strip_prefix('.')) == Some(name)
    })?;
    Some(function.get("parameters").and_then(Json::as_array).map_or(0, Vec::len))
}

/// A name as Bicep files can declare it.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
