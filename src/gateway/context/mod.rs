//! The `context` that expressions see: read-only views of the request on its way, made anew for each evaluation.
//! Members that policies use are here; others throw, naming the member.

mod entities;
mod maps;
mod messages;

use std::any::Any;
use std::sync::Arc;

use super::live::Live;
use super::url::Url;
use crate::csharp::{Exception, Object, Value};
use entities::Record;
use maps::{MapObject, Variables};
use messages::{RequestObject, ResponseObject};

/// Returns the value of `context` for this request.
pub(super) fn context(live: &Arc<Live>) -> Value {
    Value::Object(Arc::new(Context(Arc::clone(live))))
}

struct Context(Arc<Live>);

impl Object for Context {
    fn type_name(&self) -> &str {
        "IProxyRequestContext"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let live = &self.0;
        let route = &live.route;
        Ok(match name {
            "Request" => Value::object(RequestObject(Arc::clone(live))),
            "Response" if live.state().response.is_none() => Value::Null,
            "Response" => Value::object(ResponseObject(Arc::clone(live))),
            "Variables" => Value::object(Variables(Arc::clone(live))),
            "Api" => entities::api(&route.api),
            "Operation" => entities::operation(&route.operation),
            "Product" => route.product.as_deref().map_or(Value::Null, entities::product),
            "Subscription" => route.subscription.as_deref().map_or(Value::Null, entities::subscription),
            "Deployment" => entities::deployment(&live.gateway),
            "LastError" => live.state().last_error.as_ref().map_or(Value::Null, entities::last_error),
            "RequestId" => entities::guid(&live.request_id, live)?,
            "Timestamp" => entities::timestamp(live)?,
            "Elapsed" => entities::elapsed(live)?,
            "Tracing" => Value::Bool(true),
            "User" => Value::Null,
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        })
    }

    fn call(&self, name: &str, _type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            // `context.Trace("...")` writes to the trace only.
            ("Trace", [message]) => {
                self.0.note(message.display());
                Ok(Value::Null)
            }
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `context.Request.Url` and `OriginalUrl`.
fn url_object(url: &Url) -> Value {
    let query = MapObject::of_lists("IReadOnlyDictionary<string, string[]>", &url.query);
    Record::new("IUrl")
        .with("Scheme", Value::string(&url.scheme))
        .with("Host", Value::string(url.host()))
        .with("Port", Value::Int(url.port().into()))
        .with("Path", Value::string(&url.path))
        .with("QueryString", Value::string(url.query_string()))
        .with("Query", Value::object(query))
        .printed_as(url.to_string())
        .into_value()
}
