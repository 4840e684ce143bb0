//! Run-time values, and what an expression may ask of the outside.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::exception::Exception;
use super::format;
use super::number::{self, Number};
use super::objects::{Bytes, Claims, DateTime, Dictionary, Guid, JToken, Jwt, List, TimeSpan, X509, Xml};
use crate::dotnet::Certificate;

/// A run-time value. Strings are shared; reference types of .NET that the host supplies are [`Object`]s.
#[derive(Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    /// Of a type besides `int`, `long` and `double`.
    Number(Number),
    Char(char),
    String(Arc<str>),
    Object(Arc<dyn Object>),
}

/// A .NET object as an expression sees it: `context`, `context.Request`, a JObject, a list.
pub trait Object: Send + Sync {
    /// The .NET name used in messages, such as `IRequest`.
    fn type_name(&self) -> &str;

    /// Reads a property.
    ///
    /// # Errors
    /// [`Exception`] where there is no such property or reading it throws.
    fn get(&self, name: &str) -> Result<Value, Exception>;

    /// Calls a method. `type_args` are the names between `<` and `>`, as written.
    ///
    /// # Errors
    /// [`Exception`] where there is no such method or it throws.
    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let _ = (type_args, args);
        Err(Exception::missing_member(self.type_name(), name))
    }

    /// Reads `object[key]`.
    ///
    /// # Errors
    /// [`Exception`] where the type has no indexer or the key is not there.
    fn index(&self, key: &Value) -> Result<Value, Exception> {
        let _ = key;
        Err(Exception::missing_member(self.type_name(), "[]"))
    }

    /// What `ToString()`, `+ ""` and interpolation give.
    fn display(&self) -> String {
        self.type_name().to_owned()
    }

    /// Assigns a property.
    ///
    /// # Errors
    /// [`Exception`] where there is no such property or it cannot be assigned.
    fn set(&self, name: &str, value: &Value) -> Result<(), Exception> {
        let _ = value;
        Err(Exception::missing_member(self.type_name(), name))
    }

    /// Assigns `object[key]`.
    ///
    /// # Errors
    /// [`Exception`] where the type has no indexer or it cannot be assigned.
    fn set_index(&self, key: &Value, value: &Value) -> Result<(), Exception> {
        let _ = (key, value);
        Err(Exception::missing_member(self.type_name(), "[]"))
    }

    /// A number that orders and equates values of a .NET struct such as `DateTime`; None for classes, which are
    /// equal only to themselves.
    fn ordinal(&self) -> Option<i128> {
        None
    }

    /// `ToString(format)` and `{value:format}`.
    ///
    /// # Errors
    /// [`Exception`] where the type does not know the format.
    fn format(&self, format: &str) -> Result<String, Exception> {
        let _ = format;
        Ok(self.display())
    }

    /// The elements that `foreach` sees; None where the type cannot be enumerated.
    fn elements(&self) -> Option<Vec<Value>> {
        None
    }

    /// For downcasts of the evaluator's own object types.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// What an expression may ask of the outside; virtual in tests.
pub trait Environment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_unix_ms(&self) -> i64;
    /// A random number, from which `Guid.NewGuid` and `Random` are made.
    fn random_u64(&self) -> u64;

    /// Whether the service trusts who issued a certificate.
    fn trusts(&self, certificate: &Certificate) -> bool {
        let _ = certificate;
        false
    }
}

impl Value {
    /// A .NET string.
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(Arc::from(text.as_ref()))
    }

    /// An object of a .NET type.
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Arc::new(object))
    }

    /// A `JToken` of this JSON, whose texts stay texts.
    pub fn from_json(json: &serde_json::Value) -> Self {
        Self::Object(JToken::from_json(json))
    }

    /// A `JToken` of a JSON text that has been read, as `JObject.Parse` and `Body.As<JObject>()` give it: texts that look
    /// like dates are dates.
    pub fn from_json_text(json: &serde_json::Value) -> Self {
        Self::Object(JToken::from_text(json))
    }

    /// An array of `element`s, such as `string[]`.
    pub fn array(element: &str, items: Vec<Self>) -> Self {
        Self::object(List::array(element, items))
    }

    /// A `byte[]`.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::object(Bytes::new(bytes))
    }

    /// A `Guid`, such as `context.RequestId`.
    ///
    /// # Errors
    /// [`Exception`] where the text is none.
    pub fn guid(text: &str) -> Result<Self, Exception> {
        Guid::parse(text).map(Self::object)
    }

    /// A `DateTime` in UTC, of milliseconds since 1970-01-01T00:00:00Z; what the calendar does not reach is its first or
    /// last moment.
    pub fn date_time(unix_ms: i64) -> Self {
        Self::object(DateTime::from_unix_ms(unix_ms))
    }

    /// A `TimeSpan` of so many milliseconds.
    pub fn time_span(ms: i64) -> Self {
        Self::object(TimeSpan::from_ms(ms))
    }

    /// What `Body.As<XDocument>()` and `Body.As<XElement>()` give.
    ///
    /// # Errors
    /// [`Exception`] where the text is not XML.
    pub fn from_xml(text: &str, type_name: &str) -> Result<Self, Exception> {
        Xml::parse(text, type_name, false)
    }

    /// The `Jwt` that `AsJwt()` reads of a text; null where it is none.
    pub fn from_jwt(text: &str) -> Self {
        Jwt::parse(text).map_or(Self::Null, Self::object)
    }

    /// An `X509Certificate2`, with its key as PKCS #8 where the service holds it; `is_trusted` is what `Verify()` gives.
    pub fn certificate(certificate: Arc<Certificate>, key: Option<Arc<[u8]>>, is_trusted: bool) -> Self {
        Self::object(X509::new(certificate, key, is_trusted))
    }

    /// A dictionary with texts for keys.
    pub fn dictionary<'a>(entries: impl Iterator<Item = (&'a str, Self)>) -> Self {
        Self::object(Dictionary::of_texts(entries))
    }

    /// What `Body.AsFormUrlEncodedContent()` gives: the fields of a form, each with its values.
    pub fn from_form(body: &str) -> Self {
        Self::object(Claims::of_form(body))
    }

    /// The JSON that `JsonConvert.SerializeObject` writes.
    ///
    /// # Errors
    /// [`Exception`] where the value has no JSON form.
    pub fn to_json(&self) -> Result<serde_json::Value, Exception> {
        super::objects::to_json(self)
    }

    /// What C# `ToString()`, `+ ""` and interpolation give; null is empty.
    pub fn display(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Long(value) => value.to_string(),
            Self::Double(value) => format::double(*value),
            Self::Number(value) => value.display(),
            Self::Char(value) => value.to_string(),
            Self::String(value) => value.to_string(),
            Self::Object(object) => object.display(),
        }
    }

    /// The .NET name of the type, such as `Int32`; `null` for null.
    pub fn type_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Null => "null",
            Self::Bool(_) => "Boolean",
            Self::Int(_) => "Int32",
            Self::Long(_) => "Int64",
            Self::Double(_) => "Double",
            Self::Number(value) => value.type_name(),
            Self::Char(_) => "Char",
            Self::String(_) => "String",
            Self::Object(object) => object.type_name(),
        })
    }

    /// Returns a Boolean; None for every other value.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Returns the text of a string; None for every other value.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The bytes of a `byte[]`; None for every other value.
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        self.downcast::<Bytes>().map(Bytes::to_vec)
    }

    /// The value as a whole number, where its type holds nothing else and it fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Char(_) => None,
            value => number::whole(value).and_then(|number| i64::try_from(number).ok()),
        }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The object inside, where it is a `T`.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        if let Self::Object(object) = self { object.as_any().downcast_ref() } else { None }
    }

    /// The characters of a `char[]`.
    pub(super) fn display_chars(&self) -> Vec<char> {
        let items = self.elements().unwrap_or_default();
        items.iter().filter_map(|item| if let Value::Char(c) = item { Some(*c) } else { None }).collect()
    }

    /// What `foreach` walks over: the elements of a collection, the characters of a string.
    pub(super) fn elements(&self) -> Option<Vec<Value>> {
        match self {
            Self::String(text) => Some(text.chars().map(Value::Char).collect()),
            Self::Object(object) => object.elements(),
            _ => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.type_name(), self.display())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value)
    }
}

impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self::Number(Number::Byte(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Long(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(Arc::from(value))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
