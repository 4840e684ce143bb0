//! `context.Request`, `context.Response` and their bodies.

use std::any::Any;
use std::sync::Arc;

use super::maps::MapObject;
use super::url_object;
use crate::csharp::{Exception, Object, Value};
use crate::gateway::Headers;
use crate::gateway::handle::upstream_url;
use crate::gateway::live::{Live, LiveBody};

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
                let url = upstream_url(&self.0.route, request);
                drop(state);
                url_object(&url)
            }
            "OriginalUrl" => url_object(&request.original_url),
            "Headers" => headers_object(&request.headers),
            "Body" => Value::object(BodyObject { live: Arc::clone(&self.0), of_request: true }),
            "IpAddress" => Value::string(&request.client_ip),
            "MatchedParameters" => Value::object(MapObject::of_texts(
                "IReadOnlyDictionary<string, string>",
                &request.matched_parameters,
            )),
            "Certificate" => Value::Null,
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
            "Body" => Value::object(BodyObject { live: Arc::clone(&self.0), of_request: false }),
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
fn json(body: &str, wanted: &str) -> Result<Value, Exception> {
    let json = serde_json::from_str::<serde_json::Value>(body)
        .map_err(|error| Exception::new("JsonReaderException", format!("Error reading {wanted}: {error}")))?;
    if (wanted == "JObject" && !json.is_object()) || (wanted == "JArray" && !json.is_array()) {
        let message =
            format!("Error reading {wanted} from JsonReader. The body holds another kind of value.");
        return Err(Exception::new("JsonReaderException", message));
    }
    Ok(Value::from_json(&json))
}

/// `Body.As<T>(preserveContent)`; reads the body out of the request unless it is asked to leave it.
struct BodyObject {
    live: Arc<Live>,
    of_request: bool,
}

impl BodyObject {
    fn read(&self, preserve: bool) -> Result<Vec<u8>, Exception> {
        let mut state = self.live.state();
        let body: &mut LiveBody = if self.of_request {
            state.request.body_is_kept |= preserve;
            &mut state.request.body
        } else {
            match &mut state.response {
                Some(response) => &mut response.body,
                None => return Ok(Vec::new()),
            }
        };
        body.read(preserve).map_err(|why| Exception::new("InvalidOperationException", why))
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
