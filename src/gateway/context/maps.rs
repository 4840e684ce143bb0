//! Dictionaries that expressions read: headers, query parameters, matched parameters and variables.

use std::any::Any;
use std::sync::Arc;

use indexmap::IndexMap;

use super::entities::key_value;
use crate::csharp::{Exception, Object, Value};
use crate::gateway::live::Live;
use crate::gateway::values::name_argument;

/// A read-only dictionary from text to text. Its pairs are looked through when an expression asks: there are few, and
/// most expressions ask for one.
pub(super) struct MapObject {
    type_name: &'static str,
    /// In order; where names may hold several values a name may be there several times.
    pairs: Vec<(String, String)>,
    holds_lists: bool,
}

impl MapObject {
    /// Names that may hold several values, such as query parameters: `Query["a"]` is an array,
    /// `Query.GetValueOrDefault("a")` the values joined by commas. Names compare without case.
    pub(super) fn of_lists(type_name: &'static str, pairs: &[(String, String)]) -> Self {
        Self { type_name, pairs: pairs.to_vec(), holds_lists: true }
    }

    pub(super) fn of_texts(type_name: &'static str, pairs: &IndexMap<String, String>) -> Self {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { type_name, pairs, holds_lists: false }
    }

    fn is_same(&self, left: &str, right: &str) -> bool {
        if self.holds_lists { left.eq_ignore_ascii_case(right) } else { left == right }
    }

    /// The values of a name, in order.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| self.is_same(known, name)).map(|(_, value)| value.as_str())
    }

    fn contains(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// What `GetValueOrDefault` gives.
    fn joined(&self, name: &str) -> Option<Value> {
        let mut values = self.values(name);
        let first = values.next()?;
        let rest: Vec<&str> = values.collect();
        if rest.is_empty() {
            return Some(Value::string(first));
        }
        Some(Value::from([&[first], rest.as_slice()].concat().join(",")))
    }

    /// What the indexer gives.
    fn item(&self, name: &str) -> Option<Value> {
        let mut values = self.values(name).map(Value::string);
        let first = values.next()?;
        if !self.holds_lists {
            return Some(first);
        }
        Some(Value::array("string", std::iter::once(first).chain(values).collect()))
    }

    /// Each name once, as it was written first, with what the indexer gives.
    fn entries(&self) -> Vec<(&str, Value)> {
        let mut lists: IndexMap<String, (&str, Vec<&str>)> = IndexMap::new();
        for (name, value) in &self.pairs {
            let key = if self.holds_lists { name.to_lowercase() } else { name.clone() };
            lists.entry(key).or_insert_with(|| (name, Vec::new())).1.push(value);
        }
        let entry = |(name, values): (_, Vec<&str>)| {
            let mut values = values.into_iter().map(Value::string);
            let value = match self.holds_lists {
                true => Value::array("string", values.collect()),
                false => values.next().unwrap_or(Value::Null),
            };
            (name, value)
        };
        lists.into_values().map(entry).collect()
    }
}

impl Object for MapObject {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(self.entries().len()).unwrap_or(i32::MAX))),
            "Keys" => {
                let keys = self.entries().into_iter().map(|(name, _)| Value::string(name));
                Ok(Value::array("string", keys.collect()))
            }
            "Values" => {
                Ok(Value::array("object", self.entries().into_iter().map(|(_, value)| value).collect()))
            }
            _ => Err(Exception::missing_member(self.type_name, name)),
        }
    }

    fn call(&self, name: &str, _type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("ContainsKey", [_]) => Ok(Value::Bool(self.contains(&name_argument(args)?))),
            ("GetValueOrDefault", [_]) => Ok(self.joined(&name_argument(args)?).unwrap_or(Value::Null)),
            // With a list as the default it gives the list.
            ("GetValueOrDefault", [_, default]) => {
                let name = name_argument(&args[..1])?;
                let is_text = default.is_null() || default.as_str().is_some();
                let found = if is_text { self.joined(&name) } else { self.item(&name) };
                Ok(found.unwrap_or_else(|| default.clone()))
            }
            _ => Err(Exception::missing_member(self.type_name, name)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let name = name_argument(std::slice::from_ref(key))?;
        self.item(&name).ok_or_else(|| key_not_found(&name))
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.entries().into_iter().map(|(name, value)| key_value(name, value)).collect())
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
