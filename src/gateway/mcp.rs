//! The gateway as an MCP server whose tools are operations of its own APIs: JSON-RPC over streamable HTTP
//! (modelcontextprotocol.io, "Transports", "Lifecycle" and "Tools", 2025-06-18; tools alone, as
//! learn.microsoft.com/azure/api-management/export-rest-mcp-server has it, 2026-04-28). A server that is there already is
//! passed through instead, and needs nothing of this.
//!
//! Decisions, where the pages are silent:
//! - The policies of the MCP server run for every message. A call of a tool runs those of the operation's API besides, for
//!   the same caller; it needs no key of its own there.
//! - A tool takes the parameters of its operation by name, and what the operation's body is as `body`.
//! - An answer from 400 on is an error of the tool, which the agent reads, not one of the protocol.
//! - A session begins with `initialize`. A message without a session is answered too; one with an unknown session is 404.
//! - Nothing is sent on the gateway's own account, so `GET` is answered 405.

use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexSet;
use serde_json::{Value as Json, json};

use super::api_schema::Contract;
use super::live::{Live, LiveBody, LiveResponse, drain};
use super::route::Route;
use super::trace::Attempt;
use super::url::{self, Url};
use super::{ApiKind, Body, Gateway, Headers, Operation, Request, Tool};

/// Versions that this server speaks, newest first; a client that asks for another is offered the newest.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

const SESSION: &str = "Mcp-Session-Id";
/// Sessions that are remembered; the oldest is forgotten.
const SESSIONS_MAX: usize = 10_000;

const PARSE_ERROR: i32 = -32_700;
const INVALID_REQUEST: i32 = -32_600;
const METHOD_NOT_FOUND: i32 = -32_601;
const INVALID_PARAMS: i32 = -32_602;

/// The sessions of all MCP servers of a gateway.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<IndexSet<String>>);

/// An error of JSON-RPC.
struct Refusal {
    code: i32,
    message: String,
}

/// Answers a message to the server whose tools are `tools`.
pub(super) fn answer(live: &Arc<Live>, tools: &[Tool]) -> LiveResponse {
    let (method, session, accepts, body) = {
        let state = live.state();
        let request = &state.request;
        let body = request.body.bytes().map(<[u8]>::to_vec).unwrap_or_default();
        let accepts = request.headers.get("Accept").unwrap_or_else(|| "*/*".to_owned());
        (request.method.to_ascii_uppercase(), request.headers.get(SESSION), accepts, body)
    };
    let sessions = &live.gateway.mcp_sessions;
    if session.as_ref().is_some_and(|id| !sessions.knows(id)) {
        return plain(404, "The session is not known; begin another with `initialize`.");
    }
    match method.as_str() {
        "POST" => {}
        "DELETE" if session.is_some_and(|id| sessions.end(&id)) => return LiveResponse::empty(204),
        _ => {
            let mut refused = plain(405, "Messages are sent with POST; nothing is sent besides.");
            refused.headers.set("Allow", "POST, DELETE");
            return refused;
        }
    }
    let Some(framing) = Framing::of(&accepts) else {
        return plain(406, "An answer is application/json or text/event-stream.");
    };
    let message: Json = match serde_json::from_slice(&body) {
        Ok(message) => message,
        Err(_) => return framing.refused(400, &Json::Null, PARSE_ERROR, "The message is no JSON."),
    };
    let (Some(asked), true) = (message["method"].as_str(), message["jsonrpc"] == "2.0") else {
        // Answers to requests of a server, of which this one sends none, are taken like notifications.
        if message["jsonrpc"] == "2.0" && (message.get("result").is_some() || message.get("error").is_some())
        {
            return LiveResponse::empty(202);
        }
        return framing.refused(
            400,
            &Json::Null,
            INVALID_REQUEST,
            "The message is no request of JSON-RPC 2.0.",
        );
    };
    let Some(id) = message.get("id") else { return LiveResponse::empty(202) };
    let params = &message["params"];
    let result = match asked {
        "initialize" => {
            let mut response = framing.result(id, &initialized(live, params));
            response.headers.set(SESSION, sessions.begin(live));
            return response;
        }
        "ping" => Ok(json!({})),
        "tools/list" => {
            Ok(json!({ "tools": tools.iter().filter_map(|tool| shown(live, tool)).collect::<Vec<_>>() }))
        }
        "tools/call" => call(live, tools, params),
        _ => Err(Refusal { code: METHOD_NOT_FOUND, message: format!("There is no method `{asked}`.") }),
    };
    match result {
        Ok(result) => framing.result(id, &result),
        Err(Refusal { code, message }) => framing.refused(200, id, code, &message),
    }
}

fn initialized(live: &Live, params: &Json) -> Json {
    let asked = params["protocolVersion"].as_str().unwrap_or_default();
    let version = VERSIONS.iter().find(|version| **version == asked).unwrap_or(&VERSIONS[0]);
    json!({
        "protocolVersion": version,
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": live.route.api.display_name, "version": "1.0.0" },
    })
}

/// A tool as clients see it; None where its operation is gone.
fn shown(live: &Live, tool: &Tool) -> Option<Json> {
    let operation = live.gateway.routes.operation(&tool.api, &tool.operation)?;
    Some(json!({
        "name": tool.name,
        "description": tool.description,
        "inputSchema": input_schema(&operation.contract),
    }))
}

fn input_schema(contract: &Contract) -> Json {
    let (mut properties, mut required) = (serde_json::Map::new(), Vec::new());
    for parameter in contract.path.iter().chain(&contract.query) {
        let kind = if parameter.kind.is_empty() { "string" } else { &parameter.kind };
        let mut schema = json!({ "type": kind });
        if !parameter.values.is_empty() {
            schema["enum"] = json!(parameter.values);
        }
        properties.insert(parameter.name.clone(), schema);
        if parameter.required {
            required.push(parameter.name.clone());
        }
    }
    if !contract.bodies.is_empty() {
        properties.insert("body".to_owned(), json!({ "type": "object" }));
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Calls the operation behind a tool.
fn call(live: &Arc<Live>, tools: &[Tool], params: &Json) -> Result<Json, Refusal> {
    let invalid = |message: String| Refusal { code: INVALID_PARAMS, message };
    let name = params["name"].as_str().unwrap_or_default();
    let tool = tools.iter().find(|tool| tool.name == name);
    let found = tool.and_then(|tool| live.gateway.routes.operation(&tool.api, &tool.operation));
    let Some((tool, operation)) = tool.zip(found) else {
        return Err(invalid(format!("There is no tool `{name}`.")));
    };
    let (path, body) = filled_in(&operation, &params["arguments"]).map_err(invalid)?;
    let request = request(live, tool, &operation, &path, body);
    let url = Url::parse(&request.url);
    let route = live.gateway.routes.find(&request.method, &url);
    let Some(route) = route.filter(|route| route.api.id == tool.api && route.operation.id == tool.operation)
    else {
        return Err(invalid(format!("The arguments lead to another operation than that of `{name}`.")));
    };
    let exchange = live.gateway.handle_for(live, route, request, url);
    for attempt in exchange.trace.shown().into_iter().filter_map(|step| step.attempt) {
        let crate::gateway::ShownAttempt { backend, url, status, duration_ms } = attempt;
        live.attempted(Attempt { backend, url, status, duration_ms });
    }
    let status = exchange.response.status;
    live.note(format!("tool `{name}` of API `{}`: {status}", tool.api));
    let bytes = match exchange.response.body {
        Body::Bytes(bytes) => bytes,
        Body::Stream(stream) => drain(stream).map_err(|why| Refusal { code: -32_603, message: why })?,
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(json!({ "content": [{ "type": "text", "text": text }], "isError": status >= 400 }))
}

/// The path with its query, and the body, that the arguments of a tool come to.
fn filled_in(operation: &Operation, arguments: &Json) -> Result<(String, Option<Vec<u8>>), String> {
    let none = serde_json::Map::new();
    let given = match arguments {
        Json::Null => &none,
        Json::Object(given) => given,
        _ => return Err("`arguments` is no object.".to_owned()),
    };
    let contract = &operation.contract;
    let takes_body = !contract.bodies.is_empty();
    let known = |name: &str| {
        contract.path.iter().chain(&contract.query).any(|it| it.name == name)
            || (takes_body && name == "body")
    };
    if let Some(name) = given.keys().find(|name| !known(name)) {
        return Err(format!("There is no argument `{name}`."));
    }
    let text = |value: &Json| match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(_) | Json::Bool(_) => Ok(value.to_string()),
        _ => Err("An argument of the path or the query is a text, a number or a boolean.".to_owned()),
    };
    let mut path = operation.url_template.split('?').next().unwrap_or_default().to_owned();
    for parameter in &contract.path {
        let value = given.get(&parameter.name).map(text).transpose()?.unwrap_or_default();
        if value.is_empty() || value == "." || value == ".." {
            return Err(format!("The argument `{}` is missing.", parameter.name));
        }
        let segment = url::encode(&value).replace('/', "%2F");
        path = path.replace(&format!("{{{}}}", parameter.name), &segment);
    }
    let mut query = Vec::new();
    for parameter in &contract.query {
        match given.get(&parameter.name) {
            Some(value) => query.push((parameter.name.clone(), text(value)?)),
            None if parameter.required => {
                return Err(format!("The argument `{}` is missing.", parameter.name));
            }
            None => {}
        }
    }
    let body = given.get("body").map(|body| body.to_string().into_bytes());
    Ok((Url { path, query, ..Url::default() }.to_string(), body))
}

/// The request to the operation, as the caller of the tool would have sent it.
fn request(live: &Live, tool: &Tool, operation: &Operation, path: &str, body: Option<Vec<u8>>) -> Request {
    let state = live.state();
    let Url { scheme, authority, .. } = &state.request.original_url;
    let below = live.gateway.routes.path_of(&tool.api).unwrap_or_default();
    let mut headers = Headers::default();
    if body.is_some() {
        headers.set("Content-Type", "application/json");
    }
    if let Some(token) = state.request.headers.get("Authorization") {
        headers.set("Authorization", token);
    }
    Request {
        method: operation.method.clone(),
        url: format!("{scheme}://{authority}/{below}{path}"),
        headers,
        body: body.unwrap_or_default(),
        client_ip: state.request.client_ip.clone(),
        client_certificate: live.client_certificate.clone(),
    }
}

impl Gateway {
    /// Whether messages to an API are answered by the gateway itself, and with which tools.
    pub(super) fn tools_of(route: &Route) -> Option<&[Tool]> {
        match &route.api.kind {
            ApiKind::McpTools(tools) => Some(tools),
            ApiKind::Http | ApiKind::WebSocket | ApiKind::McpServer => None,
        }
    }
}

impl Sessions {
    fn begin(&self, live: &Live) -> String {
        let id = format!("{:016x}{:016x}", live.host.random_u64(), live.host.random_u64());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == SESSIONS_MAX {
            all.shift_remove_index(0);
        }
        all.insert(id.clone());
        id
    }

    fn knows(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    fn end(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).shift_remove(id)
    }
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Json,
    /// One event.
    Events,
}

impl Framing {
    /// JSON wherever the client takes it; None where it takes neither.
    fn of(accepts: &str) -> Option<Self> {
        let accepts = accepts.to_ascii_lowercase();
        let takes = |kind: &str| accepts.split(',').any(|one| one.trim().split(';').next() == Some(kind));
        if takes("application/json") || takes("*/*") || takes("application/*") {
            return Some(Self::Json);
        }
        takes("text/event-stream").then_some(Self::Events)
    }

    fn result(self, id: &Json, result: &Json) -> LiveResponse {
        self.response(200, &json!({ "jsonrpc": "2.0", "id": id, "result": result }))
    }

    fn refused(self, status: u16, id: &Json, code: i32, message: &str) -> LiveResponse {
        let error = json!({ "code": code, "message": message });
        self.response(status, &json!({ "jsonrpc": "2.0", "id": id, "error": error }))
    }

    fn response(self, status: u16, message: &Json) -> LiveResponse {
        let (kind, text) = match self {
            Self::Json => ("application/json", message.to_string()),
            Self::Events => ("text/event-stream", format!("event: message\ndata: {message}\n\n")),
        };
        let mut response = LiveResponse::empty(status);
        response.headers.set("Content-Type", kind);
        response.body = LiveBody::Bytes(text.into_bytes());
        response
    }
}

fn plain(status: u16, message: &str) -> LiveResponse {
    let mut response = LiveResponse::empty(status);
    response.headers.set("Content-Type", "text/plain");
    response.body = LiveBody::Bytes(message.as_bytes().to_vec());
    response
}

#[cfg(test)]
mod tests {
    use super::super::Parameter;
    use super::*;

    fn parameter(name: &str, required: bool) -> Parameter {
        Parameter { name: name.to_owned(), required, ..Parameter::default() }
    }

    #[test]
    fn arguments_stay_in_the_place_they_are_for() {
        let contract = Contract {
            path: vec![parameter("id", true)],
            query: vec![parameter("top", false), parameter("q", true)],
            ..Contract::default()
        };
        let operation =
            Operation { url_template: "/orders/{id}:read".into(), contract, ..Operation::default() };
        let filled = |arguments: Json| filled_in(&operation, &arguments).map(|(path, _)| path);
        assert_eq!(filled(json!({"id": 7, "q": "a&b=c"})).unwrap(), "/orders/7:read?q=a%26b%3Dc");
        assert_eq!(filled(json!({"id": "../x?y", "q": true})).unwrap(), "/orders/..%2Fx%3Fy:read?q=true");
        for refused in
            [json!({"q": 1}), json!({"id": "", "q": 1}), json!({"id": "..", "q": 1}), json!({"id": 1})]
        {
            assert!(filled(refused.clone()).is_err(), "{refused}");
        }
        for refused in [json!({"id": 1, "q": [1]}), json!({"id": 1, "q": 1, "other": 1}), json!([1])] {
            assert!(filled(refused.clone()).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_answer_is_json_where_the_client_takes_it() {
        assert_eq!(Framing::of("application/json, text/event-stream"), Some(Framing::Json));
        assert_eq!(Framing::of("text/event-stream;q=1"), Some(Framing::Events));
        assert_eq!(Framing::of("text/html"), None);
    }
}
