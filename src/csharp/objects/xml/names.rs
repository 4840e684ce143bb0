//! `XName` and `XNamespace`: `"local"`, `"{namespace}local"`, `ns + "local"`.

use std::any::Any;

use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::csharp) struct Name {
    pub namespace: String,
    pub local: String,
}

impl Name {
    /// Reads what C# converts to a name.
    pub(in crate::csharp) fn of(value: &Value) -> Result<Self, Exception> {
        if let Some(name) = value.downcast::<Self>() {
            return Ok(name.clone());
        }
        let Some(text) = value.as_str() else { return Err(Exception::argument_null("name")) };
        let (namespace, local) = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((namespace, local)) => (namespace, local),
            None => ("", text),
        };
        let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}');
        let starts = local.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if !starts || !local.chars().all(good) {
            let message = match local.chars().find(|c| !good(*c)) {
                Some(bad) => format!(
                    "The '{bad}' character, hexadecimal value 0x{:02X}, cannot be included in a name.",
                    u32::from(bad)
                ),
                None => format!("The name '{local}' is not one of XML."),
            };
            return Err(Exception::new("XmlException", message));
        }
        Ok(Self { namespace: namespace.to_owned(), local: local.to_owned() })
    }
}

impl Object for Name {
    fn type_name(&self) -> &str {
        "XName"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "LocalName" => Ok(self.local.as_str().into()),
            "NamespaceName" => Ok(self.namespace.as_str().into()),
            "Namespace" => Ok(Value::object(Namespace(self.namespace.clone()))),
            _ => Err(Exception::missing_member("XName", name)),
        }
    }

    fn display(&self) -> String {
        if self.namespace.is_empty() {
            return self.local.clone();
        }
        format!("{{{}}}{}", self.namespace, self.local)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(in crate::csharp) struct Namespace(pub String);

impl Namespace {
    /// `XNamespace.Name`
    pub(in crate::csharp) fn of_property(name: &str) -> Option<Self> {
        Some(Self(match name {
            "None" => String::new(),
            "Xml" => "http://www.w3.org/XML/1998/namespace".to_owned(),
            "Xmlns" => "http://www.w3.org/2000/xmlns/".to_owned(),
            _ => return None,
        }))
    }

    /// `ns + "local"`
    pub(in crate::csharp) fn name(&self, local: &Value) -> Result<Name, Exception> {
        Name::of(local).map(|name| Name { namespace: self.0.clone(), ..name })
    }
}

impl Object for Namespace {
    fn type_name(&self) -> &str {
        "XNamespace"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "NamespaceName" => Ok(self.0.as_str().into()),
            _ => Err(Exception::missing_member("XNamespace", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("GetName", [local]) => self.name(local).map(Value::object),
            _ => Err(Exception::missing_overload("XNamespace", name, args)),
        }
    }

    fn display(&self) -> String {
        self.0.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
