//! The values of template expressions: known ones are JSON, unknown ones wait for Azure.

use indexmap::IndexMap;
use serde_json::{Number, Value as Json};

use super::Residual;
use super::limits::text_weight;
use super::residual::{Node, expression};

/// The value of a template expression. Residuals carry no parameters, variables or loop indexes any more: only
/// calls such as `reference('/subscriptions/…', '2024-05-01').gatewayUrl` whose answer Azure alone knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// ARM has no fractional literals; they come in through JSON only.
    Float(f64),
    String(String),
    Array(Vec<Value>),
    Object(IndexMap<String, Value>),
    Unknown(Box<Residual>),
}

impl Value {
    /// The value that a JSON document stands for; no text in it is read as an expression.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => {
                number.as_i64().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::MAX)), Self::Int)
            }
            Json::String(text) => Self::String(text.clone()),
            Json::Array(items) => Self::Array(items.iter().map(Self::from_json).collect()),
            Json::Object(map) => {
                Self::Object(map.iter().map(|(key, value)| (key.clone(), Self::from_json(value))).collect())
            }
        }
    }

    /// A value that is given only when deploying, such as a secret; `what` is how a plan prints it.
    pub fn supplied_later(what: &str) -> Self {
        Node::Supplied(what.to_owned()).into_value()
    }

    /// Returns the value as JSON, or None where something in it is unknown.
    pub fn to_json(&self) -> Option<Json> {
        self.json_with(&|_| None)
    }

    /// Returns the value as JSON for people: what is unknown is the text `(known after deploy: …)`, in which
    /// resource ids are shortened to their last name.
    pub fn to_display_json(&self) -> Json {
        self.json_with(&|residual| Some(Json::String(format!("(known after deploy: {})", residual.short()))))
            .unwrap_or(Json::Null)
    }

    /// Returns the value as JSON in which each unknown part is the expression that yields it, `[reference(…)]`, as
    /// what-if and snapshots write it.
    pub fn to_expression_json(&self) -> Json {
        self.json_with(&|residual| Some(Json::String(format!("[{residual}]")))).unwrap_or(Json::Null)
    }

    /// Returns the value as ARM writes it inside of an expression: `createObject('a', 1)`.
    pub fn to_expression(&self) -> String {
        expression(self)
    }

    fn json_with(&self, unknown: &dyn Fn(&Residual) -> Option<Json>) -> Option<Json> {
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            // Only JSON brings floats in, and JSON has neither NaN nor infinity.
            Self::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
            Self::String(text) => Json::String(text.clone()),
            Self::Array(items) => {
                Json::Array(items.iter().map(|item| item.json_with(unknown)).collect::<Option<_>>()?)
            }
            Self::Object(map) => Json::Object(
                map.iter()
                    .map(|(key, value)| Some((key.clone(), value.json_with(unknown)?)))
                    .collect::<Option<_>>()?,
            ),
            Self::Unknown(residual) => unknown(residual)?,
        })
    }

    /// True where nothing in the value is unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Array(items) => items.iter().all(Self::is_known),
            Self::Object(map) => map.values().all(Self::is_known),
            _ => true,
        }
    }

    /// The resource ids that the unknown parts wait for, in order of appearance, each once.
    pub fn references(&self) -> Vec<String> {
        let mut ids = Vec::new();
        self.collect_references(&mut ids);
        ids
    }

    pub(super) fn collect_references(&self, ids: &mut Vec<String>) {
        match self {
            Self::Unknown(residual) => residual.collect_references(ids),
            Self::Array(items) => items.iter().for_each(|item| item.collect_references(ids)),
            Self::Object(map) => map.values().for_each(|value| value.collect_references(ids)),
            _ => {}
        }
    }

    /// Returns a property of an object. As in ARM, the case of the name does not matter.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let map = self.as_object()?;
        map.get(key)
            .or_else(|| map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value))
    }

    /// Returns the value at a dotted path such as `properties.gatewayUrl`; array indexes are numbers.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, step| match value {
            Self::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })
    }

    /// Returns the text of a string; None for every other value, as below for theirs.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Returns a bool.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Returns an int.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// Returns the elements of an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// Returns the properties of an object, in their order.
    pub fn as_object(&self) -> Option<&IndexMap<String, Self>> {
        if let Self::Object(map) = self { Some(map) } else { None }
    }

    /// The ARM name of the value's type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Unknown(_) => "unknown",
        }
    }

    /// How large the value is; what bounds the work and the recursion of everything that walks values.
    pub(super) fn size(&self) -> Size {
        match self {
            Self::String(text) => Size { weight: 1 + text_weight(text.len()), depth: 0 },
            Self::Array(items) => Size::around(items.iter().map(Self::size)),
            Self::Object(map) => {
                let mut size = Size::around(map.values().map(Self::size));
                size.weight += map.keys().map(|key| text_weight(key.len())).sum::<u64>();
                size
            }
            Self::Unknown(residual) => residual.size(),
            _ => Size { weight: 1, depth: 0 },
        }
    }
}

/// How large a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// What copying it costs, in evaluation steps.
    pub(super) weight: u64,
    /// How many values it nests into each other.
    pub(super) depth: usize,
}

impl Size {
    /// The size of something that holds parts of these sizes.
    pub(super) fn around(parts: impl Iterator<Item = Self>) -> Self {
        let whole = parts.fold(Self::default(), |whole, part| Self {
            weight: whole.weight + part.weight,
            depth: whole.depth.max(part.depth),
        });
        Self { weight: whole.weight + 1, depth: whole.depth + 1 }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_survives_the_round_trip() {
        let json = json!({ "a": [1, 1.5, "x", null, true], "B": { "c": {} } });
        assert_eq!(Value::from_json(&json).to_json(), Some(json));
    }

    #[test]
    fn properties_are_found_in_any_case_and_exactly_first() {
        let value = Value::from_json(&json!({ "Name": 1, "name": 2, "list": [{ "x": 3 }] }));
        assert_eq!(value.get("name"), Some(&Value::Int(2)));
        assert_eq!(value.get("NAME"), Some(&Value::Int(1)));
        assert_eq!(value.at("list.0.X"), Some(&Value::Int(3)));
        assert_eq!(value.at("list.1.x"), None);
    }

    #[test]
    fn a_value_supplied_later_is_unknown_and_prints_as_what_it_is() {
        let value = Value::Array(vec![Value::supplied_later("the certificate"), Value::Int(1)]);
        assert!(!value.is_known());
        assert_eq!(value.to_json(), None);
        assert_eq!(value.to_display_json(), json!(["(known after deploy: the certificate)", 1]));
        assert!(value.references().is_empty());
    }
}
