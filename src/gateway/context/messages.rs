//! `context.Request`, `context.Response` and their bodies.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use super::maps::MapObject;
use super::url_object;
use crate::csharp::{self, Exception, Object, Value};
use crate::gateway::Headers;
use crate::gateway::handle::upstream_url;
use crate::gateway::live::{Live, LiveBody, LiveResponse};

/// `context.Request`
pub(super) struct RequestObject(pub(super) Arc<Live>);

impl Object for RequestObject {
    fn type_name(&self) -> &str {
        "IRequest"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let state = self.0.state();
        let request = &state.request;
        Ok(match name {
            "Method" => Value::string(&request.method),
            "Url" => {
                // Once it was sent, the URL is that of the backend that was chosen
                // (learn.microsoft.com/answers/questions/916991, 2022-07-07).
                let url = match &state.upstream_base {
                    Some(base) => base.join(&request.path, &request.query),
                    None => upstream_url(&self.0.route, request),
                };
                drop(state);
                url_object(url)
            }
            "OriginalUrl" => url_object(request.original_url.clone()),
            "Headers" => headers_object(&request.headers),
            "Body" => Value::object(BodyObject::OfRequest(Arc::clone(&self.0))),
            "IpAddress" => Value::string(&request.client_ip),
            "MatchedParameters" => Value::object(MapObject::of_texts(
                "IReadOnlyDictionary<string, string>",
                &request.matched_parameters,
            )),
            "Certificate" => {
                drop(state);
                self.0.client_certificate.as_ref().map_or(Value::Null, |certificate| {
                    let trusted = csharp::Environment::trusts(self.0.as_ref(), certificate);
                    Value::certificate(Arc::clone(certificate), None, trusted)
                })
            }
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `context.Response`
pub(super) struct ResponseObject(pub(super) Arc<Live>);

impl Object for ResponseObject {
    fn type_name(&self) -> &str {
        "IResponse"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let state = self.0.state();
        let Some(response) = &state.response else { return Ok(Value::Null) };
        Ok(match name {
            "StatusCode" => Value::Int(response.status.into()),
            "StatusReason" => Value::string(&response.reason),
            "Headers" => headers_object(&response.headers),
            "Body" => Value::object(BodyObject::OfResponse(Arc::clone(&self.0))),
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn headers_object(headers: &Headers) -> Value {
    Value::object(MapObject::of_lists("IReadOnlyDictionary<string, string[]>", &headers.0))
}

/// Parses a body as Newtonsoft does for `As<JObject>()`: a value of another kind is an error.
///
/// Decision: texts that look like dates become dates, as in `JObject.Parse`. The service hands settings of its own to
/// Newtonsoft (a trace of 2020-04-29 shows `MessageBody.AsJObject(…, JsonSerializerSettings settings)`), and no page
/// says that they change its default.
fn json(body: &str, wanted: &str) -> Result<Value, Exception> {
    let json = serde_json::from_str::<serde_json::Value>(body)
        .map_err(|error| Exception::new("JsonReaderException", format!("Error reading {wanted}: {error}")))?;
    if (wanted == "JObject" && !json.is_object()) || (wanted == "JArray" && !json.is_array()) {
        let message =
            format!("Error reading {wanted} from JsonReader. The body holds another kind of value.");
        return Err(Exception::new("JsonReaderException", message));
    }
    Ok(Value::from_json_text(&json))
}

/// An answer that `send-request` keeps in a variable, as an `IResponse`.
#[derive(Clone)]
pub(in crate::gateway) struct KeptResponse(Arc<Kept>);

struct Kept {
    status: u16,
    reason: String,
    headers: Headers,
    body: Mutex<LiveBody>,
}

impl KeptResponse {
    pub(in crate::gateway) fn new(status: u16, reason: String, headers: Headers, body: LiveBody) -> Self {
        Self(Arc::new(Kept { status, reason, headers, body: Mutex::new(body) }))
    }

    pub(in crate::gateway) fn status(&self) -> u16 {
        self.0.status
    }

    pub(in crate::gateway) fn from_value(value: &Value) -> Option<&Self> {
        value.downcast()
    }

    /// A copy of it as an answer; a body that is still arriving is in the copy alone from then on.
    pub(in crate::gateway) fn to_live(&self) -> LiveResponse {
        let mut body = self.0.body.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = match &mut *body {
            LiveBody::Bytes(bytes) => LiveBody::Bytes(bytes.clone()),
            body => std::mem::replace(body, LiveBody::Read),
        };
        LiveResponse {
            reason: self.0.reason.clone(),
            headers: self.0.headers.clone(),
            body: copy,
            ..LiveResponse::empty(self.0.status)
        }
    }
}

impl Object for KeptResponse {
    fn type_name(&self) -> &str {
        "IResponse"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Ok(match name {
            "StatusCode" => Value::Int(self.0.status.into()),
            "StatusReason" => Value::string(&self.0.reason),
            "Headers" => headers_object(&self.0.headers),
            "Body" => Value::object(BodyObject::Kept(self.clone())),
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Body.As<T>(preserveContent)`; reads the body out of the message unless it is asked to leave it.
enum BodyObject {
    OfRequest(Arc<Live>),
    OfResponse(Arc<Live>),
    Kept(KeptResponse),
}

impl BodyObject {
    fn read(&self, preserve: bool) -> Result<Vec<u8>, Exception> {
        let read = match self {
            Self::OfRequest(live) => {
                let request = &mut live.state().request;
                request.body_is_kept |= preserve;
                request.body.read(preserve)
            }
            Self::OfResponse(live) => match &mut live.state().response {
                Some(response) => response.body.read(preserve),
                None => return Ok(Vec::new()),
            },
            Self::Kept(kept) => kept.0.body.lock().unwrap_or_else(PoisonError::into_inner).read(preserve),
        };
        read.map_err(|why| Exception::new("InvalidOperationException", why))
    }
}

impl Object for BodyObject {
    fn type_name(&self) -> &str {
        "IMessageBody"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member(self.type_name(), name))
    }

    fn call(&self, name: &str, type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        let preserve = match args {
            [] => false,
            [Value::Bool(preserve)] => *preserve,
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        };
        // A type may be written with its namespace.
        let wanted = type_args.first().map(|wanted| wanted.rsplit('.').next().unwrap_or(wanted));
        match (name, wanted) {
            ("As", Some("string" | "String")) => {
                Ok(Value::string(String::from_utf8_lossy(&self.read(preserve)?)))
            }
            ("As", Some("byte[]" | "Byte[]")) => Ok(Value::bytes(self.read(preserve)?)),
            ("As", Some(wanted @ ("JObject" | "JToken" | "JArray"))) => {
                json(&String::from_utf8_lossy(&self.read(preserve)?), wanted)
            }
            ("As", Some(wanted @ ("XDocument" | "XElement"))) => {
                Value::from_xml(&String::from_utf8_lossy(&self.read(preserve)?), wanted)
            }
            ("AsFormUrlEncodedContent", None) => {
                Ok(Value::from_form(&String::from_utf8_lossy(&self.read(preserve)?)))
            }
            _ => {
                Err(Exception::missing_member(self.type_name(), &format!("{name}<{}>", type_args.join(", "))))
            }
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
