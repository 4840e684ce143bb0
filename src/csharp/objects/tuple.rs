//! Tuples: `(1, "a")` with or without names, and `Tuple.Create`.

use std::any::Any;

use crate::csharp::exception::Exception;
use crate::csharp::limits::MAX_SINGLE;
use crate::csharp::ops;
use crate::csharp::value::{Object, Value};

pub(in crate::csharp) struct Tuple(Vec<(Option<String>, Value)>);

impl Tuple {
    pub(in crate::csharp) fn new(items: Vec<(Option<String>, Value)>) -> Self {
        Self(items)
    }

    pub(in crate::csharp) fn unnamed(items: Vec<Value>) -> Self {
        Self(items.into_iter().map(|item| (None, item)).collect())
    }

    /// Item by item, whatever their names.
    pub(in crate::csharp) fn equals(&self, other: &Self) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len()
            && pairs.into_iter().all(|((_, left), (_, right))| ops::equal(left, right))
    }
}

impl Object for Tuple {
    fn type_name(&self) -> &str {
        "Tuple"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let by_place = name.strip_prefix("Item").and_then(|place| place.parse::<usize>().ok());
        let by_place = by_place.and_then(|place| self.0.get(place.checked_sub(1)?));
        let by_name = || self.0.iter().find(|(own, _)| own.as_deref() == Some(name));
        let found = by_place.or_else(by_name).map(|(_, value)| value.clone());
        found.ok_or_else(|| Exception::missing_member("Tuple", name))
    }

    fn display(&self) -> String {
        let mut out = String::from("(");
        for (index, (_, value)) in self.0.iter().enumerate() {
            // Whoever takes a text that is too large refuses it.
            if out.len() > MAX_SINGLE {
                break;
            }
            out.push_str(if index > 0 { ", " } else { "" });
            out.push_str(&value.display());
        }
        out + ")"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
