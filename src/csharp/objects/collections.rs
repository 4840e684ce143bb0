//! Arrays, lists, byte arrays, dictionaries.

use std::any::Any;
use std::sync::Mutex;

use indexmap::IndexMap;

use super::{Comparison, lock};
use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum ListKind {
    /// Of a fixed length.
    Array,
    List,
    /// What LINQ gives: it can be walked, not indexed.
    Enumerable,
}

/// `T[]`, `List<T>`, `IEnumerable<T>`.
pub(in crate::csharp) struct List {
    kind: ListKind,
    name: String,
    items: Mutex<Vec<Value>>,
}

impl List {
    pub(in crate::csharp) fn array(element: &str, items: Vec<Value>) -> Self {
        Self { kind: ListKind::Array, name: format!("{element}[]"), items: Mutex::new(items) }
    }

    pub(in crate::csharp) fn growing(items: Vec<Value>) -> Self {
        Self { kind: ListKind::List, name: "List".to_owned(), items: Mutex::new(items) }
    }

    pub(in crate::csharp) fn enumerable(items: Vec<Value>) -> Self {
        Self { kind: ListKind::Enumerable, name: "IEnumerable".to_owned(), items: Mutex::new(items) }
    }

    /// What is in it now.
    pub(in crate::csharp) fn snapshot(&self) -> Vec<Value> {
        lock(&self.items).clone()
    }

    pub(in crate::csharp) fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut lock(&self.items));
    }

    fn at(&self, key: &Value, n_items: usize) -> Result<usize, Exception> {
        let index = key.as_i64().filter(|_| self.kind != ListKind::Enumerable);
        let index =
            index.ok_or_else(|| Exception::missing_overload(&self.name, "[]", std::slice::from_ref(key)))?;
        usize::try_from(index).ok().filter(|index| *index < n_items).ok_or_else(|| match self.kind {
            ListKind::Array => {
                Exception::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
            }
            _ => Exception::out_of_range(
                "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
            ),
        })
    }
}

impl Object for List {
    fn type_name(&self) -> &str {
        &self.name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let length = lock(&self.items).len();
        match (name, self.kind) {
            ("Length", ListKind::Array) | ("Count", ListKind::List) => Ok(count(length)),
            ("LongLength", ListKind::Array) => Ok(Value::Long(length as i64)),
            ("Rank", ListKind::Array) => Ok(Value::Int(1)),
            ("Capacity", ListKind::List) => Ok(count(length)),
            _ => Err(Exception::missing_member(&self.name, name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let mut items = lock(&self.items);
        if let (ListKind::Array, "Clone", []) = (self.kind, name, args) {
            let (kind, name) = (self.kind, self.name.clone());
            return Ok(Value::object(Self { kind, name, items: Mutex::new(items.clone()) }));
        }
        if self.kind != ListKind::List {
            return Err(Exception::missing_overload(&self.name, name, args));
        }
        match (name, args) {
            ("Add", [item]) => items.push(item.clone()),
            ("AddRange", [more]) => {
                // The lock must not be held while the same list is read.
                drop(items);
                let more = more.elements().ok_or_else(|| Exception::argument_null("collection"))?;
                lock(&self.items).extend(more);
            }
            ("Insert", [at, item]) => {
                let index = self.at(at, items.len() + 1)?;
                items.insert(index, item.clone());
            }
            ("Clear", []) => items.clear(),
            ("RemoveAt", [at]) => {
                let index = self.at(at, items.len())?;
                items.remove(index);
            }
            ("Remove", [item]) => {
                let found = items.iter().position(|present| crate::csharp::ops::equal(present, item));
                if let Some(index) = found {
                    items.remove(index);
                }
                return Ok(Value::Bool(found.is_some()));
            }
            ("IndexOf", [item]) => {
                let found = items.iter().position(|present| crate::csharp::ops::equal(present, item));
                return Ok(found.map_or(Value::Int(-1), count));
            }
            ("LastIndexOf", [item]) => {
                let found = items.iter().rposition(|present| crate::csharp::ops::equal(present, item));
                return Ok(found.map_or(Value::Int(-1), count));
            }
            ("GetRange" | "RemoveRange", [from, length]) => {
                let range = from.as_i64().zip(length.as_i64());
                let range = range.and_then(|(from, length)| {
                    let (from, length) = (usize::try_from(from).ok()?, usize::try_from(length).ok()?);
                    Some(from..from.checked_add(length)?)
                });
                let range = range.filter(|range| range.end <= items.len()).ok_or_else(|| {
                    Exception::argument(
                        "Offset and length were out of bounds for the array or count is greater than the number of \
                         elements from index to the end of the source collection.",
                    )
                })?;
                if name == "GetRange" {
                    return Ok(Value::object(Self::growing(items[range].to_vec())));
                }
                items.drain(range);
            }
            ("InsertRange", [at, more]) => {
                let more = more.elements().ok_or_else(|| Exception::argument_null("collection"))?;
                let index = self.at(at, items.len() + 1)?;
                items.splice(index..index, more);
            }
            ("TrimExcess", []) => {}
            ("Reverse", []) => items.reverse(),
            _ => return Err(Exception::missing_overload(&self.name, name, args)),
        }
        Ok(Value::Null)
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let items = lock(&self.items);
        let index = self.at(key, items.len())?;
        Ok(items[index].clone())
    }

    fn set_index(&self, key: &Value, value: &Value) -> Result<(), Exception> {
        let mut items = lock(&self.items);
        let index = self.at(key, items.len())?;
        items[index] = value.clone();
        Ok(())
    }

    fn display(&self) -> String {
        match self.kind {
            ListKind::Array => format!("System.{}", self.name),
            _ => format!("System.Collections.Generic.{}", self.name),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(lock(&self.items).clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `byte[]`.
pub(in crate::csharp) struct Bytes(Mutex<Vec<u8>>);

impl Bytes {
    pub(in crate::csharp) fn new(bytes: Vec<u8>) -> Self {
        Self(Mutex::new(bytes))
    }

    /// What is in it now.
    pub(in crate::csharp) fn to_vec(&self) -> Vec<u8> {
        lock(&self.0).clone()
    }

    pub(in crate::csharp) fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Changes what is in it; the length stays.
    pub(in crate::csharp) fn change(&self, change: impl FnOnce(&mut [u8])) {
        change(&mut lock(&self.0));
    }
}

fn outside_array() -> Exception {
    Exception::new("IndexOutOfRangeException", "Index was outside the bounds of the array.")
}

impl Object for Bytes {
    fn type_name(&self) -> &str {
        "byte[]"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Length" => Ok(count(self.len())),
            "LongLength" => Ok(Value::Long(self.len() as i64)),
            "Rank" => Ok(Value::Int(1)),
            _ => Err(Exception::missing_member("byte[]", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Clone", []) => Ok(Value::bytes(self.to_vec())),
            // `data.Encrypt("Aes", key, iv)`, which is the service's own.
            ("Encrypt" | "Decrypt", [Value::String(algorithm), rest @ ..]) => {
                super::crypto::cipher(name == "Encrypt", algorithm, &self.to_vec(), rest)
            }
            _ => Err(Exception::missing_overload("byte[]", name, args)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let index = key.as_i64().and_then(|index| usize::try_from(index).ok());
        let byte = index.and_then(|index| lock(&self.0).get(index).copied());
        byte.map(Value::from).ok_or_else(outside_array)
    }

    fn set_index(&self, key: &Value, value: &Value) -> Result<(), Exception> {
        let byte = value.as_i64().and_then(|byte| u8::try_from(byte).ok());
        let byte = byte.ok_or_else(|| Exception::invalid_cast(&value.type_name(), "Byte"))?;
        let index = key.as_i64().and_then(|index| usize::try_from(index).ok());
        let mut bytes = lock(&self.0);
        *index.and_then(|index| bytes.get_mut(index)).ok_or_else(outside_array)? = byte;
        Ok(())
    }

    fn display(&self) -> String {
        "System.Byte[]".to_owned()
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(lock(&self.0).iter().map(|byte| Value::from(*byte)).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Dictionary<K, V>`, in the order of insertion, as .NET walks one from which nothing was removed.
#[derive(Default)]
pub(in crate::csharp) struct Dictionary(Mutex<IndexMap<String, (Value, Value)>>, Comparison);

impl Dictionary {
    /// An empty one whose keys compare so.
    pub(in crate::csharp) fn new(comparison: Comparison) -> Self {
        Self(Mutex::default(), comparison)
    }

    /// One with texts for keys; the last of two that are the same stays.
    pub(in crate::csharp) fn of_texts<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Self {
        let entry = |(key, value): (&str, Value)| {
            let key = Value::string(key);
            (format!("{}:{}", key.type_name(), key.display()), (key, value))
        };
        Self(Mutex::new(entries.map(entry).collect()), Comparison::Exact)
    }

    fn insert(&self, key: &Value, value: &Value, replace: bool) -> Result<(), Exception> {
        let text = self.1.key(key)?;
        let mut entries = lock(&self.0);
        if !replace && entries.contains_key(&text) {
            let message = format!("An item with the same key has already been added. Key: {}", key.display());
            return Err(Exception::argument(message));
        }
        entries.insert(text, (key.clone(), value.clone()));
        Ok(())
    }
}

/// What equal keys have in common.
pub(in crate::csharp) fn key_text(key: &Value) -> Result<String, Exception> {
    if key.is_null() {
        return Err(Exception::argument_null("key"));
    }
    Ok(format!("{}:{}", key.type_name(), key.display()))
}

impl Object for Dictionary {
    fn type_name(&self) -> &str {
        "Dictionary"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let entries = lock(&self.0);
        match name {
            "Count" => Ok(count(entries.len())),
            "Keys" => {
                Ok(Value::object(List::enumerable(entries.values().map(|(key, _)| key.clone()).collect())))
            }
            "Values" => Ok(Value::object(List::enumerable(
                entries.values().map(|(_, value)| value.clone()).collect(),
            ))),
            _ => Err(Exception::missing_member("Dictionary", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Add", [key, value]) => self.insert(key, value, false)?,
            ("ContainsKey", [key]) => return Ok(Value::Bool(lock(&self.0).contains_key(&self.1.key(key)?))),
            ("Remove", [key]) => {
                return Ok(Value::Bool(lock(&self.0).shift_remove(&self.1.key(key)?).is_some()));
            }
            ("GetValueOrDefault", [key, rest @ ..]) if rest.len() < 2 => {
                let found = lock(&self.0).get(&self.1.key(key)?).map(|(_, value)| value.clone());
                return Ok(found.or_else(|| rest.first().cloned()).unwrap_or(Value::Null));
            }
            ("ContainsValue", [value]) => {
                let entries = lock(&self.0);
                return Ok(Value::Bool(
                    entries.values().any(|(_, own)| crate::csharp::ops::equal(own, value)),
                ));
            }
            ("Clear", []) => lock(&self.0).clear(),
            _ => return Err(Exception::missing_overload("Dictionary", name, args)),
        }
        Ok(Value::Null)
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let found = lock(&self.0).get(&self.1.key(key)?).map(|(_, value)| value.clone());
        found.ok_or_else(|| {
            let message = format!("The given key '{}' was not present in the dictionary.", key.display());
            Exception::new("KeyNotFoundException", message)
        })
    }

    fn set_index(&self, key: &Value, value: &Value) -> Result<(), Exception> {
        self.insert(key, value, true)
    }

    fn elements(&self) -> Option<Vec<Value>> {
        let entries = lock(&self.0);
        Some(
            entries
                .values()
                .map(|(key, value)| Value::object(KeyValue(key.clone(), value.clone())))
                .collect(),
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `KeyValuePair<K, V>`.
pub(in crate::csharp) struct KeyValue(pub Value, pub Value);

impl Object for KeyValue {
    fn type_name(&self) -> &str {
        "KeyValuePair"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Key" => Ok(self.0.clone()),
            "Value" => Ok(self.1.clone()),
            _ => Err(Exception::missing_member("KeyValuePair", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        Err(Exception::missing_overload("KeyValuePair", name, args))
    }

    fn display(&self) -> String {
        format!("[{}, {}]", self.0.display(), self.1.display())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A length as .NET counts: an `int`. Limits keep collections far below its end.
fn count(length: usize) -> Value {
    Value::Int(i32::try_from(length).unwrap_or(i32::MAX))
}
