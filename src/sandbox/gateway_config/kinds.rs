//! APIs that are not HTTP with operations of the user's: WebSocket APIs and MCP servers, whose operations the service makes.

use serde_json::Value as Json;

use super::Reader;
use crate::gateway::{ApiKind, Operation, Tool};
use crate::sandbox::codes::{ENTITY_INVALID, ENTITY_MISSING, ENTITY_UNSUPPORTED};
use crate::sandbox::{Resource, ResourceId};

/// The operation that every WebSocket API has (learn.microsoft.com/azure/api-management/websocket-api, 2025-06-25).
const HANDSHAKE: &str = "onHandshake";
/// Where an MCP server that is made of an API answers
/// (learn.microsoft.com/azure/api-management/mcp-server-overview, 2026-04-28).
const MCP_ENDPOINT: &str = "/mcp";
/// What streamable HTTP uses (modelcontextprotocol.io, "Transports", 2025-06-18).
const MCP_METHODS: [&str; 3] = ["POST", "GET", "DELETE"];

/// What an API of type `kind` speaks, and its operations where they are not resources of their own.
pub(super) fn read(
    reader: &mut Reader<'_>,
    api: &Resource,
    kind: &str,
) -> Option<(ApiKind, Option<Vec<Operation>>)> {
    match kind.to_ascii_lowercase().as_str() {
        "http" => Some((ApiKind::Http, None)),
        "websocket" => Some((ApiKind::WebSocket, Some(vec![handshake(reader, api)?]))),
        "mcp" => mcp(reader, api),
        _ => reader.refuse(
            &ENTITY_UNSUPPORTED,
            api,
            format!("APIs of type `{kind}` are not run by the sandbox"),
        ),
    }
}

fn handshake(reader: &mut Reader<'_>, api: &Resource) -> Option<Operation> {
    let url = reader.text(api, "serviceUrl")?;
    if !["ws://", "wss://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme)) {
        return reader.refuse(&ENTITY_INVALID, api, format!("`{url}` is not a URL of ws or wss"));
    }
    Some(Operation {
        policy: reader.policy(&api.id.child("operations", HANDSHAKE)),
        ..operation(HANDSHAKE, "GET", "/")
    })
}

fn mcp(reader: &mut Reader<'_>, api: &Resource) -> Option<(ApiKind, Option<Vec<Operation>>)> {
    let properties = api.at("/properties/mcpProperties").filter(|it| !it.is_null());
    let Some(properties) = properties else {
        let tools = reader.each(&api.id, "tools", tool);
        return Some((ApiKind::McpTools(tools), Some(endpoint(MCP_ENDPOINT))));
    };
    let transport = properties["transportType"].as_str().unwrap_or("streamable");
    if !transport.eq_ignore_ascii_case("streamable") {
        let why = format!("MCP servers with the transport `{transport}` are not run by the sandbox");
        return reader.refuse(&ENTITY_UNSUPPORTED, api, why);
    }
    let endpoints = properties["endpoints"].as_array().map_or(&[][..], Vec::as_slice);
    match endpoints {
        [one] if one["uriTemplate"].as_str().is_some_and(|it| it.starts_with('/')) => {
            let template = one["uriTemplate"].as_str().unwrap_or_default();
            Some((ApiKind::McpServer, Some(endpoint(template))))
        }
        _ => reader.refuse(
            &ENTITY_INVALID,
            api,
            "a streamable server has one endpoint, whose template begins with `/`",
        ),
    }
}

fn endpoint(template: &str) -> Vec<Operation> {
    MCP_METHODS
        .iter()
        .map(|method| operation(&format!("mcp-{}", method.to_ascii_lowercase()), method, template))
        .collect()
}

fn operation(id: &str, method: &str, template: &str) -> Operation {
    Operation {
        id: id.to_owned(),
        display_name: id.to_owned(),
        method: method.to_owned(),
        url_template: template.to_owned(),
        ..Operation::default()
    }
}

/// A tool, whose operation is named by the end of an id: `/apis/API/operations/OPERATION`.
fn tool(reader: &mut Reader<'_>, tool: &Resource) -> Option<Tool> {
    let id = reader.text(tool, "operationId")?;
    let Some((api, operation)) = operation_of(&id) else {
        return reader.refuse(&ENTITY_INVALID, tool, format!("`{id}` is not the id of an operation"));
    };
    let service = tool.id.parent().and_then(|server| server.parent());
    let target = service.map(|service: ResourceId| service.child("apis", api));
    let is_there =
        target.as_ref().is_some_and(|api| reader.state.exists(&api.child("operations", operation)));
    let is_http = target.and_then(|api| reader.state.get(&api)).is_some_and(|api| {
        api.at("/properties/type").and_then(Json::as_str).unwrap_or("http").eq_ignore_ascii_case("http")
    });
    if !is_there || !is_http {
        let why = format!("its operation `{operation}` of an HTTP API `{api}` is not deployed");
        return reader.refuse(&ENTITY_MISSING, tool, why);
    }
    Some(Tool {
        name: reader.text(tool, "displayName")?,
        description: tool.text("/properties/description").unwrap_or_default().to_owned(),
        api: api.to_owned(),
        operation: operation.to_owned(),
    })
}

/// The names of API and operation at the end of an id.
pub(in crate::sandbox) fn operation_of(id: &str) -> Option<(&str, &str)> {
    let segments: Vec<&str> = id.split('/').collect();
    match segments[..] {
        [.., apis, api, operations, operation]
            if apis.eq_ignore_ascii_case("apis") && operations.eq_ignore_ascii_case("operations") =>
        {
            Some((api, operation))
        }
        _ => None,
    }
}
