//! `HashSet<T>`, in the order of insertion, and how the keys of sets and dictionaries compare.

use std::any::Any;
use std::sync::Mutex;

use indexmap::IndexMap;

use super::{key_text, lock};
use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};

/// Which texts are one key: `StringComparer.Ordinal` or one that ignores case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::csharp) enum Comparison {
    #[default]
    Exact,
    IgnoresCase,
}

impl Comparison {
    /// Of a `StringComparer`; None for another value.
    pub(in crate::csharp) fn of(value: &Value) -> Option<Self> {
        let comparer = value.type_name() == "StringComparer";
        comparer
            .then(|| if value.display().ends_with("IgnoreCase") { Self::IgnoresCase } else { Self::Exact })
    }

    /// What equal keys have in common.
    pub(in crate::csharp) fn key(self, key: &Value) -> Result<String, Exception> {
        let text = key_text(key)?;
        Ok(if self == Self::IgnoresCase { text.to_lowercase() } else { text })
    }
}

pub(in crate::csharp) struct HashSet {
    items: Mutex<IndexMap<String, Value>>,
    comparison: Comparison,
}

impl HashSet {
    pub(in crate::csharp) fn new(items: Vec<Value>, comparison: Comparison) -> Result<Self, Exception> {
        let set = Self { items: Mutex::default(), comparison };
        for item in items {
            set.add(&item)?;
        }
        Ok(set)
    }

    /// A set may hold null, as .NET's does.
    fn key(&self, item: &Value) -> Result<String, Exception> {
        if item.is_null() { Ok(String::new()) } else { self.comparison.key(item) }
    }

    fn add(&self, item: &Value) -> Result<bool, Exception> {
        let key = self.key(item)?;
        let mut items = lock(&self.items);
        let is_new = !items.contains_key(&key);
        if is_new {
            items.insert(key, item.clone());
        }
        Ok(is_new)
    }

    /// The keys of another collection, as this set compares.
    fn keys_of(&self, other: &Value) -> Result<Vec<String>, Exception> {
        let items = other.elements().ok_or_else(|| Exception::argument_null("other"))?;
        items.iter().map(|item| self.key(item)).collect()
    }
}

impl Object for HashSet {
    fn type_name(&self) -> &str {
        "HashSet"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(lock(&self.items).len()).unwrap_or(i32::MAX))),
            _ => Err(Exception::missing_member("HashSet", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Add", [item]) => Ok(Value::Bool(self.add(item)?)),
            ("Contains", [item]) => Ok(Value::Bool(lock(&self.items).contains_key(&self.key(item)?))),
            ("Remove", [item]) => Ok(Value::Bool(lock(&self.items).shift_remove(&self.key(item)?).is_some())),
            ("Clear", []) => {
                lock(&self.items).clear();
                Ok(Value::Null)
            }
            ("UnionWith", [other]) => {
                for item in other.elements().ok_or_else(|| Exception::argument_null("other"))? {
                    self.add(&item)?;
                }
                Ok(Value::Null)
            }
            ("IntersectWith" | "ExceptWith", [other]) => {
                let others: std::collections::BTreeSet<_> = self.keys_of(other)?.into_iter().collect();
                lock(&self.items).retain(|key, _| others.contains(key) == (name == "IntersectWith"));
                Ok(Value::Null)
            }
            ("Overlaps" | "IsSubsetOf" | "IsSupersetOf" | "SetEquals", [other]) => {
                let others: std::collections::BTreeSet<_> = self.keys_of(other)?.into_iter().collect();
                let items = lock(&self.items);
                let n_shared = items.keys().filter(|key| others.contains(*key)).count();
                Ok(Value::Bool(match name {
                    "Overlaps" => n_shared > 0,
                    "IsSubsetOf" => n_shared == items.len(),
                    "IsSupersetOf" => n_shared == others.len(),
                    _ => n_shared == items.len() && n_shared == others.len(),
                }))
            }
            _ => Err(Exception::missing_overload("HashSet", name, args)),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(lock(&self.items).values().cloned().collect())
    }

    fn display(&self) -> String {
        "System.Collections.Generic.HashSet".to_owned()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
