//! Everything that a set of imports needs, with the names it gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::super::collate::collate;
use super::super::project::Unit;
use super::{
    EXPORTED, Entry, Home, IMPORTED_FROM, NAMESPACE, Origin, Origins, Sort, functions, is_identifier,
    references,
};
use crate::text;

/// One imported declaration; `name` where it was imported by name.
pub(in crate::bicep) struct Wanted<'m> {
    pub(in crate::bicep) unit: &'m Arc<Unit>,
    pub(in crate::bicep) entry: Entry,
    pub(in crate::bicep) name: Option<&'m str>,
}

/// What is imported, renamed; each list sorted by name.
#[derive(Default)]
pub(in crate::bicep) struct Closure {
    pub(in crate::bicep) types: Vec<(String, Json)>,
    pub(in crate::bicep) variables: Vec<(String, Imported)>,
    /// With the namespace, `__bicep.name`.
    pub(in crate::bicep) functions: Vec<(String, Json)>,
    pub(in crate::bicep) origins: Origins,
    entries: BTreeMap<Origin, Entry>,
}

/// The value of an imported variable.
pub(in crate::bicep) enum Imported {
    Value(Json),
    /// `{ name, count, input }`.
    Loop(Json),
}

impl Closure {
    /// The entry in our template of a declaration of another one.
    pub(in crate::bicep) fn entry(&self, unit: &Unit, entry: &Entry) -> Option<&Entry> {
        self.entries.get(&origin(unit, entry))
    }
}

/// Collects what `wanted` needs, for the template of the file `own`.
pub(in crate::bicep) fn close(own: &str, wanted: &[Wanted<'_>]) -> Closure {
    let mut found: BTreeMap<Origin, (&Arc<Unit>, Entry)> = BTreeMap::new();
    let mut queue: Vec<(&Arc<Unit>, Entry)> =
        wanted.iter().map(|wanted| (wanted.unit, wanted.entry.clone())).collect();
    // Every declaration is taken in once.
    while let Some((unit, entry)) = queue.pop() {
        let key = origin(unit, &entry);
        if found.contains_key(&key) {
            continue;
        }
        let Some(declaration) = declaration(unit, &entry) else { continue };
        let declaration = match &declaration {
            Imported::Value(value) | Imported::Loop(value) => value,
        };
        queue.extend(references::of(declaration).into_iter().map(|reference| (unit, reference)));
        found.insert(key, (unit, entry));
    }
    let entries = names(own, wanted, &found);
    let mut closure = Closure::default();
    for (key, (unit, entry)) in &found {
        let Some((_, name)) = entries.get(key) else { continue };
        let Some(declaration) = declaration(unit, entry) else { continue };
        let declaration = match declaration {
            // Of a compiled template only the count is known, so that many numbers stand for the array.
            Imported::Loop(copy) if !is_source(&unit.home) => Imported::Loop(counted(copy)),
            other => other,
        };
        closure.take(own, name, key, entry, declaration, &|sort, reference| {
            let target = origin(unit, &(sort, reference.to_owned()));
            entries.get(&target).map(|(_, name)| name.clone())
        });
        closure.origins.insert((entry.0, name.clone()), key.clone());
    }
    closure.types.sort_by(|left, right| collate(&left.0, &right.0));
    closure.variables.sort_by(|left, right| collate(&left.0, &right.0));
    closure.functions.sort_by(|left, right| collate(&left.0, &right.0));
    closure.entries = entries;
    closure
}

impl Closure {
    fn take(
        &mut self,
        own: &str,
        name: &str,
        origin: &Origin,
        entry: &Entry,
        declaration: Imported,
        rename: &dyn Fn(Sort, &str) -> Option<String>,
    ) {
        let renamed = |value: &Json| references::map(value, &mut |sort, name| rename(sort, name));
        match (entry.0, declaration) {
            (Sort::Variable, Imported::Value(value)) => {
                self.variables.push((name.to_owned(), Imported::Value(renamed(&value))));
            }
            (Sort::Variable, Imported::Loop(copy)) => {
                let copy = with_copy_index(&renamed(&copy), &entry.1, name);
                self.variables.push((name.to_owned(), Imported::Loop(copy)));
            }
            (sort, Imported::Value(value) | Imported::Loop(value)) => {
                let mut value = renamed(&value);
                let short = name.strip_prefix(NAMESPACE).and_then(|rest| rest.strip_prefix('.'));
                let differs = match sort {
                    Sort::Type => !name.ends_with(&origin.name),
                    _ => short.unwrap_or(name).rsplit('.').next() != Some(&origin.name),
                };
                mark(&mut value, own, origin, differs);
                let list = if sort == Sort::Type { &mut self.types } else { &mut self.functions };
                list.push((name.to_owned(), value));
            }
        }
    }
}

/// Says in the metadata where a declaration comes from instead of that its own file exports it.
fn mark(declaration: &mut Json, own: &str, origin: &Origin, differs: bool) {
    let Json::Object(members) = declaration else { return };
    let mut metadata = match members.get("metadata") {
        Some(Json::Object(metadata)) => metadata.clone(),
        _ => Map::new(),
    };
    metadata.shift_remove(EXPORTED);
    let mut from = Map::new();
    from.insert("sourceTemplate".into(), Json::from(source(own, &origin.home)));
    if differs {
        from.insert("originalIdentifier".into(), Json::from(origin.name.as_str()));
    }
    metadata.insert(IMPORTED_FROM.into(), Json::Object(from));
    members.insert("metadata".into(), Json::Object(metadata));
}

/// The file as the template of `own` names it.
fn source(own: &str, home: &Home) -> String {
    match home {
        Home::Registry(reference) => reference.clone(),
        Home::Local(path) => text::relative(text::parent(own), path),
    }
}

fn origin(unit: &Unit, entry: &Entry) -> Origin {
    if let Some(origin) = unit.origins.get(entry) {
        return origin.clone();
    }
    let name = match entry.0 {
        Sort::Type if !is_identifier(&entry.1) => format!("#/definitions/{}", entry.1),
        Sort::Function => match entry.1.strip_prefix(NAMESPACE).and_then(|rest| rest.strip_prefix('.')) {
            Some(name) if is_identifier(name) => name.to_owned(),
            _ => entry.1.clone(),
        },
        _ => entry.1.clone(),
    };
    Origin { home: unit.home.clone(), name }
}

fn declaration(unit: &Unit, (sort, name): &Entry) -> Option<Imported> {
    match sort {
        Sort::Type => Some(Imported::Value(unit.template.get("definitions")?.get(name)?.clone())),
        Sort::Function => functions(&unit.template)
            .find(|(namespace, member, _)| {
                name.strip_prefix(namespace).and_then(|rest| rest.strip_prefix('.')) == Some(member)
            })
            .map(|(_, _, function)| Imported::Value(function.clone())),
        Sort::Variable => {
            let variables = unit.template.get("variables")?;
            if let Some(value) = variables.get(name) {
                return Some(Imported::Value(value.clone()));
            }
            let copies = variables.get("copy")?.as_array()?;
            let copy = copies.iter().find(|copy| copy.get("name").and_then(Json::as_str) == Some(name))?;
            Some(Imported::Loop(copy.clone()))
        }
    }
}

/// The names: those of the imports, and `_<file>.<name>` for everything else, numbered in the order of files.
fn names(
    own: &str,
    wanted: &[Wanted<'_>],
    found: &BTreeMap<Origin, (&Arc<Unit>, Entry)>,
) -> BTreeMap<Origin, Entry> {
    let mut out = BTreeMap::new();
    let full = |sort: Sort, name: &str| {
        if sort == Sort::Function && !name.contains('.') {
            format!("{NAMESPACE}.{name}")
        } else {
            name.to_owned()
        }
    };
    for wanted in wanted {
        if let Some(name) = wanted.name {
            let sort = wanted.entry.0;
            out.insert(origin(wanted.unit, &wanted.entry), (sort, full(sort, name)));
        }
    }
    let mut rest: Vec<(String, &Origin, Sort)> = found
        .iter()
        .filter(|(key, _)| !out.contains_key(*key))
        .map(|(key, (_, entry))| (source(own, &key.home), key, entry.0))
        .collect();
    rest.sort_by(|left, right| {
        collate(&format!("{}_{}", left.0, left.1.name), &format!("{}_{}", right.0, right.1.name))
    });
    let mut next = 1;
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for (file, key, sort) in rest {
        let number = *files.entry(file).or_insert_with(|| {
            next += 1;
            next - 1
        });
        let name = if is_identifier(&key.name) {
            key.name.clone()
        } else {
            next += 1;
            format!("_{}", next - 1)
        };
        out.insert(key.clone(), (sort, format!("_{number}.{name}")));
    }
    out
}

fn is_source(home: &Home) -> bool {
    matches!(home, Home::Local(path) if path.ends_with(".bicep"))
}

/// Writes `count: n` of a loop as the length of the numbers below `n`, as the official compiler does.
fn counted(mut copy: Json) -> Json {
    let count = match copy.get("count") {
        Some(Json::Number(count)) => count.to_string(),
        Some(Json::String(text)) => match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(expression) => expression.to_owned(),
            None => return copy,
        },
        _ => return copy,
    };
    if let Json::Object(members) = &mut copy {
        members.insert("count".into(), Json::from(format!("[length(range(0, {count}))]")));
    }
    copy
}

/// A loop is called by its variable's name, also inside.
fn with_copy_index(copy: &Json, old: &str, new: &str) -> Json {
    let (old, call) = (format!("copyIndex('{old}')"), format!("copyIndex('{new}')"));
    let mut copy = replace_text(copy, &old, &call);
    if let Json::Object(members) = &mut copy {
        *members = members
            .iter()
            .map(|(key, value)| (key.clone(), if key == "name" { json!(new) } else { value.clone() }))
            .collect();
    }
    copy
}

fn replace_text(value: &Json, old: &str, new: &str) -> Json {
    match value {
        Json::String(text) => Json::from(text.replace(old, new)),
        Json::Array(items) => items.iter().map(|item| replace_text(item, old, new)).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), replace_text(value, old, new)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
