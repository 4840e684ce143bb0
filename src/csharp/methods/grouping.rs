//! What `OrderBy` and `GroupBy` give: sequences that remember how they were made.

use std::any::Any;
use std::cmp::Ordering;

use indexmap::IndexMap;

use super::linq::{Invoke, each};
use crate::csharp::exception::Exception;
use crate::csharp::objects::{List, key_text};
use crate::csharp::ops;
use crate::csharp::value::{Object, Value};

/// `IOrderedEnumerable`: `ThenBy` sorts on among what is equal.
pub(super) struct Ordered {
    items: Vec<Value>,
    /// The keys of each item, the first one first.
    keys: Vec<Vec<Value>>,
    /// Which of the keys sort downwards.
    descending: Vec<bool>,
}

impl Ordered {
    pub(super) fn by(
        items: &[Value],
        key: &Value,
        descending: bool,
        invoke: Invoke<'_>,
    ) -> Result<Self, Exception> {
        let keys = each(items, key, invoke)?.into_iter().map(|key| vec![key]).collect();
        Self { items: items.to_vec(), keys, descending: vec![descending] }.sorted()
    }

    pub(super) fn then(&self, key: &Value, descending: bool, invoke: Invoke<'_>) -> Result<Self, Exception> {
        let more = each(&self.items, key, invoke)?;
        let keys = self.keys.iter().zip(more).map(|(keys, key)| keys.iter().cloned().chain([key]).collect());
        let flags = self.descending.iter().copied().chain([descending]).collect();
        Self { items: self.items.clone(), keys: keys.collect(), descending: flags }.sorted()
    }

    fn sorted(self) -> Result<Self, Exception> {
        let Self { items, keys, descending } = self;
        let mut failed = None;
        let mut compare = |left: &[Value], right: &[Value]| {
            for (index, down) in descending.iter().enumerate() {
                let order = ops::sort_order(&left[index], &right[index]).unwrap_or_else(|error| {
                    failed = Some(error);
                    Ordering::Equal
                });
                if order.is_ne() {
                    return if *down { order.reverse() } else { order };
                }
            }
            Ordering::Equal
        };
        let mut both: Vec<(Vec<Value>, Value)> = keys.into_iter().zip(items).collect();
        both.sort_by(|(left, _), (right, _)| compare(left, right));
        let (keys, items) = both.into_iter().unzip();
        match failed {
            Some(error) => Err(error),
            None => Ok(Self { items, keys, descending }),
        }
    }
}

impl Object for Ordered {
    fn type_name(&self) -> &str {
        "IOrderedEnumerable"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("IOrderedEnumerable", name))
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.items.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `IGrouping`: a key and the items that have it.
struct Group {
    key: Value,
    items: Vec<Value>,
}

/// `GroupBy(key)`, `GroupBy(key, item)`, `GroupBy(key, item, result)`: groups in the order of their first items.
pub(super) fn group_by(items: &[Value], args: &[Value], invoke: Invoke<'_>) -> Result<Vec<Value>, Exception> {
    let keys = each(items, &args[0], invoke)?;
    let values = match args.get(1) {
        Some(map) => each(items, map, invoke)?,
        None => items.to_vec(),
    };
    let mut groups: IndexMap<String, Group> = IndexMap::new();
    for (key, value) in keys.into_iter().zip(values) {
        let text = if key.is_null() { String::new() } else { key_text(&key)? };
        groups.entry(text).or_insert_with(|| Group { key, items: Vec::new() }).items.push(value);
    }
    let mut made = Vec::new();
    for group in groups.into_values() {
        made.push(match args.get(2) {
            Some(result) => {
                let items = Value::object(List::enumerable(group.items));
                invoke(result, &[group.key, items])?
            }
            None => Value::object(group),
        });
    }
    Ok(made)
}

impl Object for Group {
    fn type_name(&self) -> &str {
        "IGrouping"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Key" => Ok(self.key.clone()),
            _ => Err(Exception::missing_member("IGrouping", name)),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        Some(self.items.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
