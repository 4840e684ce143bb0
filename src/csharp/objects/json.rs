//! `JObject`, `JArray`, `JProperty` and `JValue` of Newtonsoft.Json 13, as a tree whose nodes know their parent:
//! adding a node that already has one adds a copy.

mod edit;

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use indexmap::IndexMap;

use super::{EnumValue, List, json_path, lock};
use crate::csharp::convert;
use crate::csharp::exception::Exception;
use crate::csharp::limits::MAX_JSON_DEPTH;
use crate::csharp::value::{Object, Value};

pub(in crate::csharp) struct JToken {
    node: Mutex<Node>,
    parent: Mutex<Weak<JToken>>,
    me: Weak<JToken>,
    /// At least the number of levels below, so that no tree grows deeper than it can be walked.
    height: AtomicU32,
}

pub(super) enum Node {
    /// Null, Bool, Long, Double or String.
    Scalar(Value),
    Array(Vec<Arc<JToken>>),
    Object(IndexMap<String, Arc<JToken>>),
    Property(String, Arc<JToken>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::csharp) enum JsonKind {
    Value,
    Array,
    Object,
    Property,
}

/// The token that `value` is, or the `JValue` that C# converts it to where a token is expected.
pub(in crate::csharp) fn as_token(value: &Value) -> Result<Arc<JToken>, Exception> {
    if let Some(token) = value.downcast::<JToken>() {
        return Ok(token.me());
    }
    match value {
        Value::Int(number) => Ok(JToken::scalar(Value::Long(i64::from(*number)))),
        Value::Char(c) => Ok(JToken::scalar(Value::string(c.to_string()))),
        Value::Object(object) => match object.elements() {
            Some(_) => Ok(JToken::from_json(&value.to_json()?)),
            None => Ok(JToken::scalar(Value::string(object.display()))),
        },
        scalar => Ok(JToken::scalar(scalar.clone())),
    }
}

impl JToken {
    pub(super) fn new(node: Node) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            node: Mutex::new(node),
            parent: Mutex::new(Weak::new()),
            me: me.clone(),
            height: AtomicU32::new(0),
        })
    }

    pub(in crate::csharp) fn scalar(value: Value) -> Arc<Self> {
        Self::new(Node::Scalar(value))
    }

    pub(in crate::csharp) fn empty(kind: JsonKind) -> Arc<Self> {
        match kind {
            JsonKind::Object => Self::new(Node::Object(IndexMap::new())),
            JsonKind::Array => Self::new(Node::Array(Vec::new())),
            JsonKind::Value | JsonKind::Property => Self::scalar(Value::Null),
        }
    }

    pub(in crate::csharp) fn property(name: &str, value: &Value) -> Result<Arc<Self>, Exception> {
        if !matches!(value, Value::Object(_)) {
            let child = as_token(value)?;
            let token = Self::new(Node::Property(name.to_owned(), Arc::clone(&child)));
            token.height.store(1, Ordering::Relaxed);
            *lock(&child.parent) = token.me.clone();
            return Ok(token);
        }
        let token = Self::new(Node::Property(name.to_owned(), Self::scalar(Value::Null)));
        let child = token.adopt(value)?;
        *lock(&token.node) = Node::Property(name.to_owned(), child);
        Ok(token)
    }

    /// JSON that was read is at most as deep as its reader allows.
    pub(in crate::csharp) fn from_json(json: &serde_json::Value) -> Arc<Self> {
        let (node, children) = match json {
            serde_json::Value::Null => (Node::Scalar(Value::Null), Vec::new()),
            serde_json::Value::Bool(value) => (Node::Scalar(Value::Bool(*value)), Vec::new()),
            serde_json::Value::Number(number) => {
                let value = number
                    .as_i64()
                    .map_or_else(|| Value::Double(number.as_f64().unwrap_or(0.0)), Value::Long);
                (Node::Scalar(value), Vec::new())
            }
            serde_json::Value::String(text) => (Node::Scalar(Value::string(text)), Vec::new()),
            serde_json::Value::Array(items) => {
                let items: Vec<_> = items.iter().map(Self::from_json).collect();
                (Node::Array(items.clone()), items)
            }
            serde_json::Value::Object(members) => {
                let members: IndexMap<_, _> =
                    members.iter().map(|(name, value)| (name.clone(), Self::from_json(value))).collect();
                let children = members.values().cloned().collect();
                (Node::Object(members), children)
            }
        };
        let token = Self::new(node);
        let height = children.iter().map(|child| child.height.load(Ordering::Relaxed) + 1).max().unwrap_or(0);
        token.height.store(height, Ordering::Relaxed);
        for child in children {
            *lock(&child.parent) = Arc::downgrade(&token);
        }
        token
    }

    fn me(&self) -> Arc<Self> {
        // INVARIANT: tokens are only made by `new`, inside an Arc that outlives any `&self`.
        self.me.upgrade().unwrap_or_else(|| Self::scalar(Value::Null))
    }

    pub(in crate::csharp) fn kind(&self) -> JsonKind {
        match &*lock(&self.node) {
            Node::Scalar(_) => JsonKind::Value,
            Node::Array(_) => JsonKind::Array,
            Node::Object(_) => JsonKind::Object,
            Node::Property(..) => JsonKind::Property,
        }
    }

    /// The value inside a `JValue`; None for the other kinds.
    pub(in crate::csharp) fn as_scalar(&self) -> Option<Value> {
        if let Node::Scalar(value) = &*lock(&self.node) { Some(value.clone()) } else { None }
    }

    pub(super) fn with_node<T>(&self, read: impl FnOnce(&Node) -> T) -> T {
        read(&lock(&self.node))
    }

    fn parent(&self) -> Option<Arc<Self>> {
        lock(&self.parent).upgrade()
    }

    fn children(&self) -> Vec<Arc<Self>> {
        match &*lock(&self.node) {
            Node::Scalar(_) => Vec::new(),
            Node::Array(items) => items.clone(),
            Node::Object(members) => members.values().cloned().collect(),
            Node::Property(_, value) => vec![Arc::clone(value)],
        }
    }

    /// What walking over the token gives: a JObject gives its properties.
    fn walked(&self) -> Vec<Value> {
        let node = lock(&self.node);
        match &*node {
            Node::Object(members) => {
                members.iter().map(|(name, value)| Value::Object(Self::view(name, value))).collect()
            }
            Node::Scalar(_) => Vec::new(),
            Node::Array(items) => items.iter().map(|item| Value::Object(item.clone())).collect(),
            Node::Property(_, value) => vec![Value::Object(value.clone())],
        }
    }

    /// A property as its object shows it: the value keeps the object as its parent.
    fn view(name: &str, value: &Arc<Self>) -> Arc<Self> {
        Self::new(Node::Property(name.to_owned(), Arc::clone(value)))
    }

    fn copy(&self) -> Arc<Self> {
        let node = match &*lock(&self.node) {
            Node::Scalar(value) => Node::Scalar(value.clone()),
            Node::Array(items) => Node::Array(items.iter().map(|item| item.copy()).collect()),
            Node::Object(members) => {
                Node::Object(members.iter().map(|(name, value)| (name.clone(), value.copy())).collect())
            }
            Node::Property(name, value) => Node::Property(name.clone(), value.copy()),
        };
        let token = Self::new(node);
        token.height.store(self.height.load(Ordering::Relaxed), Ordering::Relaxed);
        for child in token.children() {
            *lock(&child.parent) = Arc::downgrade(&token);
        }
        token
    }

    fn is_or_is_below(&self, other: &Arc<Self>) -> bool {
        let mut here = Some(self.me());
        while let Some(token) = here {
            if Arc::ptr_eq(&token, other) {
                return true;
            }
            here = token.parent();
        }
        false
    }

    /// Makes `value` a child of this token, copying it where it already has a parent or is above.
    fn adopt(&self, value: &Value) -> Result<Arc<Self>, Exception> {
        let mut child = as_token(value)?;
        if child.kind() == JsonKind::Property {
            return Err(Exception::argument("Can not add Newtonsoft.Json.Linq.JProperty here."));
        }
        if child.parent().is_some() || self.is_or_is_below(&child) {
            child = child.copy();
        }
        let mut above = Some(self.me());
        let mut height = child.height.load(Ordering::Relaxed) + 1;
        while let Some(token) = above {
            if height > MAX_JSON_DEPTH {
                return Err(Exception::new("JsonException", "The JSON is nested too deeply."));
            }
            token.height.fetch_max(height, Ordering::Relaxed);
            above = token.parent();
            height += 1;
        }
        *lock(&child.parent) = self.me.clone();
        Ok(child)
    }

    /// `Add(content)` and the arguments of `new JObject(…)`, `new JArray(…)`.
    pub(in crate::csharp) fn add_content(&self, content: &Value) -> Result<(), Exception> {
        let property = content.downcast::<Self>().filter(|token| token.kind() == JsonKind::Property);
        if let Some(property) = property {
            let (name, value) = property.name_and_value();
            // A new property hands its value over, so that the script may still change it; the property of another
            // object does not.
            if value.parent().is_some_and(|parent| Arc::ptr_eq(&parent, &property.me())) {
                *lock(&value.parent) = Weak::new();
            }
            return self.add_member(&name, &Value::Object(value));
        }
        let spread = content.downcast::<List>().and_then(Object::elements);
        if let Some(items) = spread {
            return items.iter().try_for_each(|item| self.add_content(item));
        }
        if self.kind() != JsonKind::Array {
            let message = format!("Can not add {} to {}.", content.type_name(), self.type_name());
            return Err(Exception::argument(message));
        }
        let child = self.adopt(content)?;
        if let Node::Array(items) = &mut *lock(&self.node) {
            items.push(child);
        }
        Ok(())
    }

    fn name_and_value(&self) -> (String, Arc<Self>) {
        match &*lock(&self.node) {
            Node::Property(name, value) => (name.clone(), Arc::clone(value)),
            _ => (String::new(), self.me()),
        }
    }

    fn add_member(&self, name: &str, value: &Value) -> Result<(), Exception> {
        if self.member(name).is_some() {
            return Err(Exception::argument(format!(
                "Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object."
            )));
        }
        self.set_member(name, value)
    }

    fn set_member(&self, name: &str, value: &Value) -> Result<(), Exception> {
        if self.kind() != JsonKind::Object {
            return Err(Exception::invalid_operation(format!("{} has no properties.", self.type_name())));
        }
        let child = self.adopt(value)?;
        if let Node::Object(members) = &mut *lock(&self.node)
            && let Some(replaced) = members.insert(name.to_owned(), child)
        {
            *lock(&replaced.parent) = Weak::new();
        }
        Ok(())
    }

    pub(in crate::csharp) fn member(&self, name: &str) -> Option<Arc<Self>> {
        if let Node::Object(members) = &*lock(&self.node) { members.get(name).cloned() } else { None }
    }

    fn item(&self, index: i64) -> Option<Arc<Self>> {
        let index = usize::try_from(index).ok()?;
        if let Node::Array(items) = &*lock(&self.node) { items.get(index).cloned() } else { None }
    }

    /// Takes the token out of its parent.
    fn remove(&self) -> bool {
        let Some(parent) = self.parent() else { return false };
        let me = self.me();
        match &mut *lock(&parent.node) {
            Node::Array(items) => items.retain(|item| !Arc::ptr_eq(item, &me)),
            Node::Object(members) => members.retain(|_, value| !Arc::ptr_eq(value, &me)),
            Node::Scalar(_) | Node::Property(..) => return false,
        }
        *lock(&self.parent) = Weak::new();
        true
    }

    fn root(&self) -> Arc<Self> {
        let mut root = self.me();
        while let Some(parent) = root.parent() {
            root = parent;
        }
        root
    }

    /// The values below, without the names.
    pub(super) fn values(&self) -> Vec<Arc<Self>> {
        self.children()
    }

    fn path(&self) -> String {
        let Some(parent) = self.parent() else { return String::new() };
        let me = self.me();
        let above = parent.path();
        match &*lock(&parent.node) {
            Node::Array(items) => {
                let index = items.iter().position(|item| Arc::ptr_eq(item, &me)).unwrap_or(0);
                format!("{above}[{index}]")
            }
            Node::Object(members) => {
                let name =
                    members.iter().find(|(_, value)| Arc::ptr_eq(value, &me)).map_or("", |(name, _)| name);
                let dot = if above.is_empty() { "" } else { "." };
                format!("{above}{dot}{name}")
            }
            Node::Scalar(_) | Node::Property(..) => above,
        }
    }

    /// The name in the enumeration `JTokenType`.
    fn json_type(&self) -> &'static str {
        match &*lock(&self.node) {
            Node::Array(_) => "Array",
            Node::Object(_) => "Object",
            Node::Property(..) => "Property",
            Node::Scalar(Value::Null) => "Null",
            Node::Scalar(Value::Bool(_)) => "Boolean",
            Node::Scalar(Value::Long(_)) => "Integer",
            Node::Scalar(Value::Double(_)) => "Float",
            Node::Scalar(_) => "String",
        }
    }

    /// `Value<T>(key)` and `Value<T>()`.
    fn value_as(&self, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let wanted = type_args.first().map_or("JToken", String::as_str);
        match args {
            [] => convert::token_value(&Value::Object(self.me()), wanted),
            [key] => convert::token_value(&self.index(key)?, wanted),
            _ => Err(Exception::missing_overload(self.type_name(), "Value", args)),
        }
    }

    fn call_on_array(&self, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
        let out_of_range = || Exception::out_of_range("Index was out of range. (Parameter 'index')");
        let result = match (name, args) {
            ("RemoveAt", [at]) => match at.as_i64().and_then(|at| self.item(at)) {
                Some(item) => Ok(Value::Bool(item.remove())).map(|_| Value::Null),
                None => Err(out_of_range()),
            },
            ("Insert", [at, item]) => self.adopt(item).and_then(|child| {
                let mut node = lock(&self.node);
                let Node::Array(items) = &mut *node else { return Ok(Value::Null) };
                let at = at.as_i64().and_then(|at| usize::try_from(at).ok()).filter(|at| *at <= items.len());
                items.insert(at.ok_or_else(out_of_range)?, child);
                Ok(Value::Null)
            }),
            ("AddFirst", [item]) => self.adopt(item).map(|child| {
                if let Node::Array(items) = &mut *lock(&self.node) {
                    items.insert(0, child);
                }
                Value::Null
            }),
            ("IndexOf", [item]) => {
                let at = item
                    .downcast::<Self>()
                    .and_then(|item| self.children().iter().position(|own| Arc::ptr_eq(own, &item.me())));
                Ok(Value::Int(at.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1)))
            }
            ("Clear" | "RemoveAll", []) => {
                self.children().iter().for_each(|item| {
                    item.remove();
                });
                Ok(Value::Null)
            }
            ("Remove", [item]) => Ok(Value::Bool(
                item.downcast::<Self>().is_some_and(|item| item.is_or_is_below(&self.me()) && item.remove()),
            )),
            _ => return None,
        };
        Some(result)
    }

    fn call_on_object(&self, name: &str, args: &[Value]) -> Option<Result<Value, Exception>> {
        let key = args.first().and_then(Value::as_str);
        let result = match (name, key, args.len()) {
            ("Add", Some(key), 2) => self.add_member(key, &args[1]).map(|()| Value::Null),
            ("Remove", Some(key), 1) => {
                Ok(Value::Bool(self.member(key).is_some_and(|member| member.remove())))
            }
            ("GetValue", Some(key), 2) if args[1].type_name() == "StringComparison" => {
                let ignores_case = args[1].display().ends_with("IgnoreCase");
                let exact = self.member(key);
                let same = || {
                    let names = self.walked().into_iter();
                    let mut properties =
                        names.filter_map(|one| Some(one.downcast::<Self>()?.name_and_value()));
                    properties
                        .find(|(name, _)| name.to_lowercase() == key.to_lowercase())
                        .map(|(_, value)| value)
                };
                let found = exact.or_else(|| if ignores_case { same() } else { None });
                Ok(found.map_or(Value::Null, |member| Value::Object(member)))
            }
            ("PropertyValues", None, 0) => {
                let values = self.values().into_iter().map(|value| Value::Object(value));
                Ok(Value::object(List::enumerable(values.collect())))
            }
            ("ContainsKey", Some(key), 1) => Ok(Value::Bool(self.member(key).is_some())),
            ("GetValue", Some(key), 1) => {
                Ok(self.member(key).map_or(Value::Null, |member| Value::Object(member)))
            }
            ("Property", Some(key), 1) => {
                Ok(self.member(key).map_or(Value::Null, |member| Value::Object(Self::view(key, &member))))
            }
            ("Properties", None, 0) => Ok(Value::object(List::enumerable(self.walked()))),
            ("RemoveAll", None, 0) => {
                self.children().iter().for_each(|member| {
                    member.remove();
                });
                Ok(Value::Null)
            }
            _ => return None,
        };
        Some(result)
    }
}

impl Object for JToken {
    fn type_name(&self) -> &str {
        match self.kind() {
            JsonKind::Value => "JValue",
            JsonKind::Array => "JArray",
            JsonKind::Object => "JObject",
            JsonKind::Property => "JProperty",
        }
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let optional = |token: Option<Value>| Ok(token.unwrap_or(Value::Null));
        match (name, self.kind()) {
            ("Type", _) => Ok(Value::object(EnumValue::new("JTokenType", self.json_type()))),
            ("Path", _) => Ok(self.path().into()),
            ("HasValues", _) => Ok(Value::Bool(!self.children().is_empty())),
            ("Parent", _) => optional(self.parent().map(|parent| Value::Object(parent))),
            ("Root", _) => Ok(Value::Object(self.root())),
            ("Next", _) => optional(self.brother(1)),
            ("Previous", _) => optional(self.brother(-1)),
            ("First", JsonKind::Array | JsonKind::Object) => optional(self.walked().into_iter().next()),
            ("Last", JsonKind::Array | JsonKind::Object) => optional(self.walked().into_iter().next_back()),
            ("Count", JsonKind::Array | JsonKind::Object) => {
                Ok(Value::Int(i32::try_from(self.children().len()).unwrap_or(i32::MAX)))
            }
            ("Value", JsonKind::Value) => optional(self.as_scalar()),
            ("Value", JsonKind::Property) => Ok(Value::Object(self.name_and_value().1)),
            ("Name", JsonKind::Property) => Ok(self.name_and_value().0.into()),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn set(&self, name: &str, value: &Value) -> Result<(), Exception> {
        match (name, self.kind()) {
            ("Value", JsonKind::Value) => {
                let scalar = as_token(value)?.as_scalar();
                *lock(&self.node) = Node::Scalar(
                    scalar.ok_or_else(|| Exception::argument("Could not determine JSON object type."))?,
                );
                Ok(())
            }
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let kind = self.kind();
        match (name, args) {
            ("Value", _) => return self.value_as(type_args, args),
            ("ToObject", []) => {
                let wanted = type_args.first().map_or("object", String::as_str);
                return convert::token_to_object(&self.me(), wanted);
            }
            ("ToString", [formatting, ..]) if formatting.type_name() == "Formatting" => {
                let indented = formatting.display() == "Indented";
                return Ok(self.to_text(indented).into());
            }
            ("DeepClone", []) => return Ok(Value::Object(self.copy())),
            ("SelectToken", [path, rest @ ..]) if rest.len() < 2 => {
                let mut found = json_path::select(&self.me(), &self.me(), &path.display())?;
                if found.len() > 1 {
                    return Err(Exception::new("JsonException", "Path returned multiple tokens."));
                }
                return match (found.pop(), rest) {
                    (Some(token), _) => Ok(Value::Object(token)),
                    (None, [Value::Bool(true)]) => {
                        let message = format!("Path '{}' leads to no token.", path.display());
                        Err(Exception::new("JsonException", message))
                    }
                    (None, _) => Ok(Value::Null),
                };
            }
            ("SelectTokens", [path, ..]) => {
                let found = json_path::select(&self.me(), &self.me(), &path.display())?;
                let items = found.into_iter().map(|token| Value::Object(token)).collect();
                return Ok(Value::object(List::enumerable(items)));
            }
            ("Merge", [content, ..]) if kind == JsonKind::Object || kind == JsonKind::Array => {
                return self.merge(content).map(|()| Value::Null);
            }
            ("Replace", [value]) => return self.replace(value).map(|()| Value::Null),
            ("Descendants" | "DescendantsAndSelf", []) if kind != JsonKind::Value => {
                let mut all = Vec::new();
                self.below(&mut all);
                if name == "Descendants" {
                    all.remove(0);
                }
                return Ok(Value::object(List::enumerable(all)));
            }
            ("Ancestors" | "AncestorsAndSelf", []) => {
                let mut here = if name == "Ancestors" { self.parent() } else { Some(self.me()) };
                let mut all = Vec::new();
                while let Some(token) = here {
                    here = token.parent();
                    all.push(Value::Object(token));
                }
                return Ok(Value::object(List::enumerable(all)));
            }
            ("Values", []) => {
                let wanted = type_args.first().map_or("JToken", String::as_str);
                let values = self
                    .children()
                    .into_iter()
                    .map(|child| convert::token_value(&Value::Object(child), wanted));
                return Ok(Value::object(List::enumerable(values.collect::<Result<_, _>>()?)));
            }
            ("Children", []) => return Ok(Value::object(List::enumerable(self.walked()))),
            ("Remove", []) => {
                let removed = match kind {
                    JsonKind::Property => self.name_and_value().1.remove(),
                    _ => self.remove(),
                };
                return match removed {
                    true => Ok(Value::Null),
                    false => Err(Exception::invalid_operation("The parent is missing.")),
                };
            }
            _ => {}
        }
        let special = match kind {
            JsonKind::Array => self.call_on_array(name, args),
            JsonKind::Object => self.call_on_object(name, args),
            JsonKind::Value | JsonKind::Property => None,
        };
        match (special, name, args) {
            (Some(result), ..) => result,
            (None, "Add", [content]) => self.add_content(content).map(|()| Value::Null),
            _ => Err(Exception::missing_overload(self.type_name(), name, args)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        match (self.kind(), key) {
            (JsonKind::Object, Value::String(name)) => {
                Ok(self.member(name).map_or(Value::Null, |token| Value::Object(token)))
            }
            (JsonKind::Array, Value::Int(index)) => {
                let found = self.item(i64::from(*index));
                found.map(|token| Value::Object(token)).ok_or_else(|| {
                    Exception::out_of_range(
                        "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
                    )
                })
            }
            (JsonKind::Value | JsonKind::Property, _) => Err(Exception::invalid_operation(format!(
                "Cannot access child value on Newtonsoft.Json.Linq.{}.",
                self.type_name()
            ))),
            (kind, _) => Err(Exception::argument(format!(
                "Accessed {} values with invalid key value: {}. {}",
                self.type_name(),
                super::json_text::quoted(&key.display()),
                if kind == JsonKind::Array {
                    "Int32 array index expected."
                } else {
                    "Object property name expected."
                }
            ))),
        }
    }

    fn set_index(&self, key: &Value, value: &Value) -> Result<(), Exception> {
        match (self.kind(), key) {
            (JsonKind::Object, Value::String(name)) => self.set_member(name, value),
            (JsonKind::Array, Value::Int(at)) => {
                let child = self.adopt(value)?;
                let mut node = lock(&self.node);
                let Node::Array(items) = &mut *node else { return Ok(()) };
                let slot = usize::try_from(*at).ok().and_then(|at| items.get_mut(at));
                let slot = slot
                    .ok_or_else(|| Exception::out_of_range("Index was out of range. (Parameter 'index')"))?;
                *lock(&slot.parent) = Weak::new();
                *slot = child;
                Ok(())
            }
            _ => Err(Exception::invalid_operation(format!(
                "Cannot set child value on Newtonsoft.Json.Linq.{}.",
                self.type_name()
            ))),
        }
    }

    fn display(&self) -> String {
        match self.as_scalar() {
            Some(value) => value.display(),
            None => self.to_text(true),
        }
    }

    fn format(&self, format: &str) -> Result<String, Exception> {
        match self.as_scalar() {
            Some(value) => crate::csharp::format::value(&value, format),
            None => Ok(self.display()),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        (self.kind() != JsonKind::Value).then(|| self.walked())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
