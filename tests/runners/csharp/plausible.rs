//! A `context` in which every published expression finds something: a request with a JSON body, a response, and
//! variables that are all of one kind, whatever their name.

use std::any::Any;
use std::sync::Arc;

use genai_lz::csharp::{Exception, Object, Value};
use serde_json::json;

/// What the variables are, the headers say and the bodies hold in one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Absent,
    Text,
    Number,
    Guid,
    Date,
    Bool,
    Object,
    Array,
    Response,
    Bearer,
    Base64,
    Xml,
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::Absent,
        Self::Text,
        Self::Number,
        Self::Guid,
        Self::Date,
        Self::Bool,
        Self::Object,
        Self::Array,
        Self::Response,
        Self::Bearer,
        Self::Base64,
        Self::Xml,
    ];

    /// Of a variable.
    fn value(self) -> Value {
        match self {
            Self::Absent => Value::Null,
            Self::Number => Value::Int(3),
            Self::Bool => Value::Bool(true),
            Self::Object => Value::from_json(&body()),
            Self::Array => Value::from_json(&json!([backend(1), backend(2)])),
            Self::Response => named("IResponse", self),
            _ => self.text().into(),
        }
    }

    /// Of a header, a parameter, a body as text.
    fn text(self) -> String {
        match self {
            Self::Number => "3".into(),
            Self::Guid => "00010203-0405-0607-0809-0a0b0c0d0e0f".into(),
            Self::Date => "2026-03-14T15:09:26Z".into(),
            Self::Bool => "true".into(),
            Self::Object | Self::Response => body().to_string(),
            Self::Array => json!([backend(1), backend(2)]).to_string(),
            // {"alg":"none","typ":"JWT"} {"iss":"https://issuer","sub":"me","aud":["a"],"roles":["x"],"appid":"app"}
            Self::Bearer => "Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsInN1YiI6Im1lIiwiYXVkIjpbImEiXSwicm9sZXMiOlsieCJdLCJhcHBpZCI6ImFwcCJ9.".into(),
            Self::Base64 => "Basic bWU6c2VjcmV0".into(),
            Self::Xml => "<a b=\"c\"><d>1</d><d>2</d></a>".into(),
            Self::Absent | Self::Text => "one;two,three".into(),
        }
    }
}

fn body() -> serde_json::Value {
    json!({
        "model": "gpt-4o", "stream": true, "temperature": 0.5, "id": "chatcmpl-1", "active": true, "exp": 1_900_000_000,
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}, "choices": [{"message": {"content": "hi"}}],
        "access_token": "token", "expires_in": 3600, "value": [backend(1)], "backends": [backend(1)], "data": [backend(2)],
    })
}

fn backend(number: u32) -> serde_json::Value {
    json!({
        "url": format!("https://host{number}"), "name": "n", "id": format!("b{number}"), "priority": number, "weight": 1,
        "isThrottling": false, "retryAfter": "2026-03-14T15:09:26Z", "affinity": "", "isDefault": true, "enabled": true,
    })
}

/// The value of the name `context` for the expression `text`: a variable that it casts to a type is of that type.
pub(super) fn context(kind: Kind, text: &str) -> Value {
    let variables = Thing { name: "Variables", kind, casts: casts(text) };
    Value::object(Root { variables: Arc::new(variables), kind })
}

/// The names of variables that a text casts, with the types, as in `(int)context.Variables["a"]`.
fn casts(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, opening) in text.match_indices("context.Variables[\"") {
        let Some(before) = text[..at].trim_end().strip_suffix(')') else { continue };
        let Some((_, ty)) = before.rsplit_once('(') else { continue };
        let name = text[at + opening.len()..].split('"').next().unwrap_or_default();
        found.push((name.to_owned(), ty.trim().to_owned()));
    }
    found
}

fn named(name: &'static str, kind: Kind) -> Value {
    Value::object(Thing { name, kind, casts: Vec::new() })
}

/// `context`
struct Root {
    variables: Arc<Thing>,
    kind: Kind,
}

impl Object for Root {
    fn type_name(&self) -> &str {
        "IProxyRequestContext"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Variables" => Ok(Value::Object(self.variables.clone())),
            name => Thing { name: "IProxyRequestContext", kind: self.kind, casts: Vec::new() }.get(name),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Trace", [_]) => Ok(Value::Null),
            _ => Err(Exception::missing_member("context", name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An object of the service, by the name of its type.
struct Thing {
    name: &'static str,
    kind: Kind,
    casts: Vec<(String, String)>,
}

impl Thing {
    /// The members as docs/reference/functions.md lists them.
    fn member(&self, name: &str) -> Option<Value> {
        let kind = self.kind;
        let absent = kind == Kind::Absent;
        let record = |name| Some(if absent { Value::Null } else { named(name, kind) });
        match (self.name, name) {
            ("IProxyRequestContext", "Request") => Some(named("IRequest", kind)),
            ("IProxyRequestContext", "Response") => record("IResponse"),
            ("IProxyRequestContext", "Api") => Some(named("IApi", kind)),
            ("IProxyRequestContext", "Operation") => Some(named("IOperation", kind)),
            ("IProxyRequestContext", "Deployment") => Some(named("IDeployment", kind)),
            ("IProxyRequestContext", "Product") => record("IProduct"),
            ("IProxyRequestContext", "Subscription") => record("ISubscription"),
            ("IProxyRequestContext", "User") => record("IUser"),
            ("IProxyRequestContext", "LastError") => record("ILastError"),
            ("IProxyRequestContext", "Tracing") => Some(Value::Bool(true)),
            ("IProxyRequestContext", "RequestId") => {
                Some(computed("new Guid(\"00010203-0405-0607-0809-0a0b0c0d0e0f\")"))
            }
            ("IProxyRequestContext", "Timestamp") => Some(computed("DateTime.UtcNow")),
            ("IProxyRequestContext", "Elapsed") => Some(computed("TimeSpan.FromMilliseconds(12)")),
            ("IRequest", "Url" | "OriginalUrl") | ("IApi", "ServiceUrl") => Some(named("IUrl", kind)),
            ("IRequest" | "IResponse", "Headers") | ("IUrl", "Query") => Some(named("Headers", kind)),
            ("IRequest", "MatchedParameters") => Some(named("Parameters", kind)),
            ("IRequest" | "IResponse", "Body") => Some(named("IMessageBody", kind)),
            ("IRequest", "Certificate") => Some(Value::Null),
            ("IRequest", "Method") => Some("POST".into()),
            ("IRequest", "IpAddress") => Some("10.1.2.3".into()),
            ("IResponse", "StatusCode") => Some(Value::Int(if kind == Kind::Number { 429 } else { 200 })),
            ("IUrl", "Port") => Some(Value::Int(443)),
            ("IUrl", "Path") => Some("/openai/deployments/gpt-4o/chat/completions".into()),
            ("IDeployment", "Gateway") => Some(named("IGateway", kind)),
            ("IDeployment", "Certificates") => Some(named("Parameters", kind)),
            ("IProduct" | "IUser", "Groups") => Some(Value::array("IGroup", vec![named("IGroup", kind)])),
            ("IUser", "Identities") => {
                Some(Value::array("IUserIdentity", vec![named("IUserIdentity", kind)]))
            }
            ("IApi", "IsCurrentRevision") => Some(Value::Bool(true)),
            ("IGateway", "IsManaged") | ("IProduct", "SubscriptionRequired" | "ApprovalRequired") => {
                Some(Value::Bool(true))
            }
            ("Variables" | "Headers" | "Parameters", "Count") => Some(Value::Int(1)),
            ("Variables" | "Headers" | "Parameters", "Keys") => {
                Some(Value::array("string", vec!["a".into()]))
            }
            ("Variables", "Values") => Some(Value::array("object", vec![kind.value()])),
            ("Headers" | "Parameters", "Values") => Some(Value::array("object", vec![self.entry()])),
            ("ISubscription", "CreatedDate" | "StartDate" | "EndDate") => Some(computed("DateTime.UtcNow")),
            (
                "IApi" | "IOperation" | "IProduct" | "ISubscription" | "IUser" | "IGroup" | "IDeployment"
                | "IUserIdentity",
                _,
            )
            | ("ILastError" | "IUrl" | "IGateway", _) => Some("text".into()),
            ("IResponse", "StatusReason") => Some("OK".into()),
            _ => None,
        }
    }

    /// What the indexer gives.
    fn entry(&self) -> Value {
        match self.name {
            "Variables" => self.kind.value(),
            "Parameters" => self.kind.text().into(),
            _ => Value::array("string", vec![self.kind.text().into()]),
        }
    }

    /// `GetValueOrDefault<T>` finds a `T`; of a type that the service has not, it throws.
    fn variable(&self, wanted: Option<&str>) -> Result<Value, Exception> {
        let value = self.entry();
        Ok(match wanted.map(|wanted| wanted.trim_end_matches('?')) {
            None | Some("object") => value,
            Some("string") => self.kind.text().into(),
            Some("int" | "Int32") => Value::Int(i32::from(self.kind == Kind::Number)),
            Some("long") => Value::Long(3),
            Some("double") => Value::Double(0.5),
            Some("bool") => Value::Bool(self.kind != Kind::Number),
            Some("JObject") => Kind::Object.value(),
            Some("JArray") => Kind::Array.value(),
            Some("IResponse") => Kind::Response.value(),
            Some("Jwt") => computed(&format!("\"{}\".AsJwt()", Kind::Bearer.text())),
            Some("Guid") => computed("Guid.Empty"),
            Some("DateTime") => computed("DateTime.UtcNow"),
            Some("DateTimeOffset") => computed("DateTimeOffset.UtcNow"),
            Some("TimeSpan") => computed("TimeSpan.FromSeconds(3)"),
            Some("JToken") if matches!(self.kind, Kind::Object | Kind::Array) => value,
            Some(wanted) => return Err(Exception::invalid_cast(&value.type_name(), wanted)),
        })
    }

    fn body(&self, wanted: &str) -> Result<Value, Exception> {
        let text = self.kind.text();
        match wanted {
            "string" | "String" => Ok(text.into()),
            "byte[]" | "Byte[]" => Ok(Value::bytes(text.into_bytes())),
            "JObject" => Ok(Value::from_json(&body())),
            "JToken" if self.kind == Kind::Array => Ok(Kind::Array.value()),
            "JToken" => Ok(Value::from_json(&body())),
            "JArray" => Ok(Kind::Array.value()),
            "XDocument" | "XElement" | "XNode" => {
                Ok(computed(&format!("{wanted}.Parse(\"<a xmlns:x='u' b='c'><d>1</d><x:e/></a>\")")))
            }
            _ => Err(Exception::missing_member(self.name, wanted)),
        }
    }
}

/// A value that only the evaluator can make.
fn computed(text: &str) -> Value {
    let program = genai_lz::csharp::parse(text, genai_lz::csharp::Form::Expression);
    let program = program.unwrap_or_else(|found| panic!("{text}: {found:?}"));
    genai_lz::csharp::evaluate(&program, Value::Null, &super::Fixed).unwrap_or(Value::Null)
}

impl Object for Thing {
    fn type_name(&self) -> &str {
        match self.name {
            "Variables" | "Headers" | "Parameters" => "IReadOnlyDictionary",
            name => name,
        }
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        self.member(name).ok_or_else(|| Exception::missing_member(self.name, name))
    }

    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let absent = self.kind == Kind::Absent;
        match (self.name, name, args) {
            ("Variables" | "Headers" | "Parameters", "ContainsKey", [_]) => Ok(Value::Bool(!absent)),
            ("Variables", "GetValueOrDefault", [_]) if absent => Ok(default_of(type_args)),
            ("Variables" | "Headers" | "Parameters", "GetValueOrDefault", [_]) if absent => Ok(Value::Null),
            ("Variables" | "Headers" | "Parameters", "GetValueOrDefault", [_, default]) if absent => {
                Ok(default.clone())
            }
            ("Headers" | "Parameters", "GetValueOrDefault", [_] | [_, _]) => Ok(self.kind.text().into()),
            ("Variables", "GetValueOrDefault", [_] | [_, _]) => {
                self.variable(type_args.first().map(String::as_str))
            }
            ("IMessageBody", "As", [] | [_]) => self.body(type_args.first().map_or("", String::as_str)),
            ("IMessageBody", "AsFormUrlEncodedContent", _) => {
                Ok(computed("new Dictionary<string, IList<string>>()"))
            }
            _ => Err(Exception::missing_member(self.name, name)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        match self.name {
            "Variables" | "Headers" | "Parameters" if self.kind == Kind::Absent => Err(Exception::new(
                "KeyNotFoundException",
                format!("The given key '{}' was not present in the dictionary.", key.display()),
            )),
            "Variables" | "Headers" | "Parameters" => {
                let cast = self.casts.iter().find(|(name, _)| Some(name.as_str()) == key.as_str());
                Ok(cast.and_then(|(_, ty)| self.variable(Some(ty)).ok()).unwrap_or_else(|| self.entry()))
            }
            _ => Err(Exception::missing_member(self.name, "[]")),
        }
    }

    fn elements(&self) -> Option<Vec<Value>> {
        match self.name {
            "Variables" | "Headers" | "Parameters" => {
                Some(vec![Value::object(Entry("a".into(), self.entry()))])
            }
            _ => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn default_of(type_args: &[String]) -> Value {
    match type_args.first().map(String::as_str) {
        Some("int") => Value::Int(0),
        Some("long") => Value::Long(0),
        Some("bool") => Value::Bool(false),
        _ => Value::Null,
    }
}

/// `KeyValuePair`
struct Entry(Value, Value);

impl Object for Entry {
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

    fn as_any(&self) -> &dyn Any {
        self
    }
}
