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
use entities::View;
pub(super) use entities::jwt;
use maps::{MapObject, Variables};
pub(super) use messages::KeptResponse;
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
            "Product" => route.product.as_ref().map_or(Value::Null, entities::product),
            "Subscription" => route.subscription.as_ref().map_or(Value::Null, entities::subscription),
            "Deployment" => entities::deployment(&live.gateway),
            "LastError" => live.state().last_error.as_ref().map_or(Value::Null, entities::last_error),
            "RequestId" => Value::guid(&live.request_id)?,
            "Timestamp" => Value::date_time(live.started_unix_ms),
            "Elapsed" => Value::time_span(live.host.now_unix_ms() - live.started_unix_ms),
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
fn url_object(url: Url) -> Value {
    let property: fn(&Url, &str) -> Option<Value> = |url, name| {
        Some(match name {
            "Scheme" => Value::string(&url.scheme),
            "Host" => Value::string(url.host()),
            "Port" => Value::Int(url.port().into()),
            "Path" => Value::string(&url.path),
            "QueryString" => Value::string(url.query_string()),
            "Query" => {
                Value::object(MapObject::of_lists("IReadOnlyDictionary<string, string[]>", &url.query))
            }
            _ => return None,
        })
    };
    View::printed("IUrl", url, property, Url::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csharp::{self, Form, Member};
    use crate::gateway::fault::LastError;
    use crate::gateway::sim_host::SimHost;
    use crate::gateway::{
        Api, Config, Gateway, Headers, Host, Operation, Product, Request, Subscription, SubscriptionDates,
        SubscriptionScope,
    };

    /// How an expression comes to a value of each type that the gateway supplies.
    const PATHS: &[(&str, &str)] = &[
        ("IProxyRequestContext", "context"),
        ("IApi", "context.Api"),
        ("IDeployment", "context.Deployment"),
        ("IGateway", "context.Deployment.Gateway"),
        ("ILastError", "context.LastError"),
        ("IOperation", "context.Operation"),
        ("IProduct", "context.Product"),
        ("IRequest", "context.Request"),
        ("IResponse", "context.Response"),
        ("IMessageBody", "context.Request.Body"),
        ("IUrl", "context.Request.Url"),
        ("ISubscription", "context.Subscription"),
        ("IUser", "context.User"),
        ("Headers", "context.Request.Headers"),
        ("Parameters", "context.Request.MatchedParameters"),
        ("IReadOnlyDictionary", "context.Variables"),
    ];

    /// A request of a subscription with everything in place, an error included.
    fn live() -> Arc<Live> {
        let dates = SubscriptionDates { created_unix_ms: Some(0), start_unix_ms: None, end_unix_ms: Some(1) };
        let config = Config {
            apis: vec![Api {
                id: "api".into(),
                path: "v1".into(),
                subscription_required: true,
                subscription_key_header: "api-key".into(),
                operations: vec![Operation {
                    method: "POST".into(),
                    url_template: "/{id}".into(),
                    ..Operation::default()
                }],
                ..Api::default()
            }],
            products: vec![Product {
                id: "gold".into(),
                apis: vec!["api".into()],
                groups: vec!["developers".into()],
                subscriptions_limit: Some(1),
                ..Product::default()
            }],
            subscriptions: vec![Subscription {
                id: "team".into(),
                display_name: "Team".into(),
                primary_key: "k".into(),
                secondary_key: "l".into(),
                scope: SubscriptionScope::Product("gold".into()),
                dates,
            }],
            ..Config::default()
        };
        let (gateway, _) = Gateway::build(config).unwrap();
        let gateway = Arc::new(gateway);
        let request = Request {
            method: "POST".into(),
            url: "http://gateway/v1/7?a=b".into(),
            headers: Headers(vec![("api-key".into(), "k".into()), ("a".into(), "b".into())]),
            body: b"{}".to_vec(),
            client_ip: "127.0.0.1".into(),
        };
        let url = Url::parse(&request.url);
        let mut route = gateway.routes.find(&request.method, &url).unwrap();
        gateway.routes.authorize(&mut route, &request, &url).unwrap();
        let host: Arc<dyn Host> = Arc::new(SimHost::new(1));
        let live = Live::new(&gateway, &host, route, request, url);
        live.state().last_error = Some(LastError::default());
        live
    }

    /// A member as an expression uses it.
    fn uses(path: &str, member: &Member) -> Vec<String> {
        let name = member.name;
        let calls: &[&str] = match name {
            _ if !member.is_method => return vec![format!("@({path}.{name})")],
            "As" => {
                return ["string", "byte[]", "JObject", "JToken", "Newtonsoft.Json.Linq.JObject"]
                    .map(|wanted| format!("@({path}.As<{wanted}>(true))"))
                    .to_vec();
            }
            "TryGetValue" if path == "context.Variables" => {
                return vec![format!("@{{ object found; return {path}.TryGetValue(\"a\", out found); }}")];
            }
            "TryGetValue" => {
                let out = if path.ends_with("Headers") { "string[]" } else { "string" };
                return vec![format!("@{{ {out} found; return {path}.TryGetValue(\"a\", out found); }}")];
            }
            "GetValueOrDefault" => &["(\"a\")", "(\"none\", \"\")"],
            "Trace" => return vec![format!("@{{ {path}.Trace(\"a\"); return 1; }}")],
            "ContainsKey" => &["(\"a\")"],
            "AsFormUrlEncodedContent" => &["(true)"],
            _ => panic!("say how `{path}.{name}` is called"),
        };
        calls.iter().map(|call| format!("@({path}.{name}{call})")).collect()
    }

    #[test]
    fn every_member_of_context_that_validation_accepts_is_evaluated() {
        let live = live();
        let members = csharp::members();
        let supplied = |type_name: &str| PATHS.iter().any(|(known, _)| *known == type_name);
        for member in members.iter().filter(|member| supplied(member.type_name)) {
            let is_interface = member.gives.starts_with('I') && member.gives != "IReadOnlyDictionary";
            assert!(!is_interface || supplied(member.gives), "say how to come to a `{}`", member.gives);
        }
        let mut n_evaluated = 0;
        for (type_name, path) in PATHS {
            for member in members.iter().filter(|member| member.type_name == *type_name) {
                for text in uses(path, member) {
                    let form = if text.starts_with("@{") { Form::Block } else { Form::Expression };
                    let program = csharp::parse(&text[2..text.len() - 1], form).unwrap();
                    assert_eq!(csharp::check(&program), [], "{text}");
                    match csharp::evaluate(&program, context(&live), live.as_ref()) {
                        Ok(_) => {}
                        // Nobody is signed in at a gateway without a developer portal.
                        Err(thrown) if *type_name == "IUser" && thrown.kind == "NullReferenceException" => {}
                        Err(thrown) => panic!("{text}: {}: {}", thrown.kind, thrown.message),
                    }
                    n_evaluated += 1;
                }
            }
        }
        assert!(n_evaluated > 80, "{n_evaluated}");
    }

    #[test]
    fn what_a_body_is_not_read_as_is_refused_or_noted() {
        for (wanted, code) in [
            ("int", "csharp-wrong-type"),
            ("bool", "csharp-wrong-type"),
            ("dynamic", "csharp-not-supported"),
            ("XNode", "csharp-not-supported"),
        ] {
            let program =
                csharp::parse(&format!("context.Request.Body.As<{wanted}>()"), Form::Expression).unwrap();
            let mut found = csharp::check(&program);
            found.extend(csharp::not_run(&program));
            assert_eq!(found.first().map(|problem| problem.code.id), Some(code), "{wanted}");
        }
    }
}
