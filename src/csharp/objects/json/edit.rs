//! What a token does with its neighbours: `Merge`, `Replace`, `Next` and `Previous`, all that is below.

use std::sync::{Arc, Weak};

use indexmap::IndexMap;

use super::{JToken, JsonKind, Node};
use crate::csharp::exception::Exception;
use crate::csharp::objects::lock;
use crate::csharp::value::Value;

impl JToken {
    /// Everything below, with `self` first, in the order of the text; the properties of objects too.
    pub(super) fn below(&self, into: &mut Vec<Value>) {
        into.push(Value::Object(self.me()));
        for child in self.walked() {
            if let Some(token) = child.downcast::<Self>() {
                token.below(into);
            }
        }
    }

    /// `Merge(content)`: objects are merged member by member, arrays are joined, and what is null does not replace
    /// (MergeArrayHandling.Concat and MergeNullValueHandling.Ignore, the defaults of Newtonsoft.Json 13).
    pub(super) fn merge(&self, content: &Value) -> Result<(), Exception> {
        let Some(other) = content.downcast::<Self>() else { return Ok(()) };
        match (self.kind(), other.kind()) {
            (JsonKind::Object, JsonKind::Object) => {
                let copy = other.copy();
                let members = match &*lock(&copy.node) {
                    Node::Object(members) => members.clone(),
                    _ => IndexMap::new(),
                };
                for (name, value) in &members {
                    match self.member(name) {
                        Some(own) if own.kind() == value.kind() && own.kind() != JsonKind::Value => {
                            own.merge(&Value::Object(value.clone()))?;
                        }
                        Some(_) if value.as_scalar().is_some_and(|value| value.is_null()) => {}
                        _ => self.set_member(name, &Value::Object(value.copy()))?,
                    }
                }
                Ok(())
            }
            (JsonKind::Array, JsonKind::Array) => {
                other.values().iter().try_for_each(|item| self.add_content(&Value::Object(item.copy())))
            }
            _ => Ok(()),
        }
    }

    /// `Replace(value)`
    pub(super) fn replace(&self, value: &Value) -> Result<(), Exception> {
        let Some(parent) = self.parent() else {
            return Err(Exception::invalid_operation("The parent is missing."));
        };
        let me = self.me();
        let child = parent.adopt(value)?;
        match &mut *lock(&parent.node) {
            Node::Array(items) => {
                if let Some(slot) = items.iter_mut().find(|item| Arc::ptr_eq(item, &me)) {
                    *slot = child;
                }
            }
            Node::Object(members) => {
                if let Some(slot) = members.values_mut().find(|value| Arc::ptr_eq(value, &me)) {
                    *slot = child;
                }
            }
            Node::Property(_, value) => *value = child,
            Node::Scalar(_) => {}
        }
        *lock(&self.parent) = Weak::new();
        Ok(())
    }

    /// The item of the same array that is `step` places away.
    pub(super) fn brother(&self, step: isize) -> Option<Value> {
        let parent = self.parent()?;
        let me = self.me();
        let items = parent.walked();
        let is_me = |item: &Value| {
            item.downcast::<Self>().is_some_and(|token| match token.kind() {
                JsonKind::Property => Arc::ptr_eq(&token.name_and_value().1, &me),
                _ => Arc::ptr_eq(&token.me(), &me),
            })
        };
        let at = items.iter().position(is_me)?;
        items.get(at.checked_add_signed(step)?).cloned()
    }
}
