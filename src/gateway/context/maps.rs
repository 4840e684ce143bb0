//! Dictionaries that expressions read: headers, query parameters, matched parameters and variables.

use std::any::Any;
use std::sync::Arc;

use indexmap::IndexMap;

use super::entities::key_value;
use crate::csharp::{Exception, Object, Value};
use crate::gateway::live::Live;
use crate::gateway::values::name_argument;

/// A read-only dictionary from text to values; names compare as the lookup says.
pub(super) struct MapObject {
    type_name: &'static str,
    entries: IndexMap<String, Entry>,
    ignores_case: bool,
}

struct Entry {
    /// What the indexer gives.
    value: Value,
    /// What `GetValueOrDefault` gives.
    joined: String,
}

impl MapObject {
    /// Names that may hold several values, such as query parameters: `Query["a"]` is an array,
    /// `Query.GetValueOrDefault("a")` the values joined by commas. Names compare without case.
    pub(super) fn of_lists(type_name: &'static str, pairs: &[(String, String)]) -> Self {
        let mut lists: IndexMap<String, (String, Vec<&str>)> = IndexMap::new();
        for (name, value) in pairs {
            lists.entry(name.to_lowercase()).or_insert_with(|| (name.clone(), Vec::new())).1.push(value);
        }
        let entries = lists
            .into_values()
            .map(|(name, values)| {
                let joined = values.join(",");
                let values = values.into_iter().map(Value::string).collect();
                (name, Entry { value: Value::array("string", values), joined })
            })
            .collect();
        Self { type_name, entries, ignores_case: true }
    }

    pub(super) fn of_texts(type_name: &'static str, pairs: &IndexMap<String, String>) -> Self {
        let entries = pairs
            .iter()
            .map(|(name, value)| (name.clone(), Entry { value: Value::string(value), joined: value.clone() }))
            .collect();
        Self { type_name, entries, ignores_case: false }
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        let same =
            |known: &str| if self.ignores_case { known.eq_ignore_ascii_case(name) } else { known == name };
        self.entries.iter().find(|(known, _)| same(known)).map(|(_, entry)| entry)
    }
}

impl Object for MapObject {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(self.entries.len()).unwrap_or(i32::MAX))),
            "Keys" => Ok(Value::array("string", self.entries.keys().map(Value::string).collect())),
            "Values" => {
                Ok(Value::array("object", self.entries.values().map(|entry| entry.value.clone()).collect()))
            }
            _ => Err(Exception::missing_member(self.type_name, name)),
        }
    }

    fn call(&self, name: &str, _type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("ContainsKey", [_]) => Ok(Value::Bool(self.find(&name_argument(args)?).is_some())),
            ("GetValueOrDefault", [_]) => {
                Ok(self.find(&name_argument(args)?).map_or(Value::Null, |entry| Value::string(&entry.joined)))
            }
            // With a list as the default it gives the list.
            ("GetValueOrDefault", [_, default]) => {
                let is_text = default.is_null() || default.as_str().is_some();
                Ok(match self.find(&name_argument(&args[..1])?) {
                    Some(entry) if is_text => Value::string(&entry.joined),
                    Some(entry) => entry.value.clone(),
                    None => default.clone(),
                })
            }
            _ => Err(Exception::missing_member(self.type_name, name)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let name = name_argument(std::slice::from_ref(key))?;
        self.find(&name).map(|entry| entry.value.clone()).ok_or_else(|| key_not_found(&name))
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.entries.iter().map(|(name, entry)| key_value(name, entry.value.clone())).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `context.Variables`
pub(super) struct Variables(pub(super) Arc<Live>);

impl Object for Variables {
    fn type_name(&self) -> &str {
        "IReadOnlyDictionary<string, object>"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(self.0.state().variables.len()).unwrap_or(i32::MAX))),
            "Keys" => {
                Ok(Value::array("string", self.0.state().variables.keys().map(Value::string).collect()))
            }
            "Values" => Ok(Value::array("object", self.0.state().variables.values().cloned().collect())),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let variable = |args: &[Value]| -> Result<Option<Value>, Exception> {
            Ok(self.0.state().variables.get(&name_argument(args)?).cloned())
        };
        match (name, args) {
            ("ContainsKey", [_]) => Ok(Value::Bool(variable(args)?.is_some())),
            ("GetValueOrDefault", [_]) => match variable(args)? {
                Some(value) => variable_of_type(value, type_args),
                None => Ok(default_of(type_args)),
            },
            ("GetValueOrDefault", [_, default]) => match variable(args)? {
                Some(value) => variable_of_type(value, type_args),
                None => Ok(default.clone()),
            },
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let name = name_argument(std::slice::from_ref(key))?;
        self.0.state().variables.get(&name).cloned().ok_or_else(|| key_not_found(&name))
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.0.state().variables.iter().map(|(name, value)| key_value(name, value.clone())).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Checks a variable against the `T` of `GetValueOrDefault<T>`: another type throws (Learn, policy expressions).
fn variable_of_type(value: Value, type_args: &[String]) -> Result<Value, Exception> {
    let Some(wanted) = type_args.first() else { return Ok(value) };
    let fits = match wanted.as_str() {
        "string" | "String" => matches!(value, Value::String(_) | Value::Null),
        "bool" | "Boolean" => matches!(value, Value::Bool(_)),
        "int" | "Int32" => matches!(value, Value::Int(_)),
        "long" | "Int64" => matches!(value, Value::Long(_)),
        "double" | "Double" => matches!(value, Value::Double(_)),
        _ => true,
    };
    if fits {
        return Ok(value);
    }
    let message = format!("Unable to cast object of type '{}' to type '{wanted}'.", value.type_name());
    Err(Exception::new("InvalidCastException", message))
}

fn default_of(type_args: &[String]) -> Value {
    match type_args.first().map(String::as_str) {
        Some("bool" | "Boolean") => Value::Bool(false),
        Some("int" | "Int32") => Value::Int(0),
        Some("long" | "Int64") => Value::Long(0),
        Some("double" | "Double") => Value::Double(0.0),
        _ => Value::Null,
    }
}

fn key_not_found(name: &str) -> Exception {
    Exception::new(
        "KeyNotFoundException",
        format!("The given key '{name}' was not present in the dictionary."),
    )
}
