//! APIs that lead to no pool: their policies, their backends and their part of the parameters of stage `genai`.

use minijinja::{Environment, context};

use super::KEY_HEADER;
use super::api_policy::{Keys, caller_address, cors, entra, ip_filter};
use super::literal::{Literal, list, object};
use super::policies::{KEY_QUERY, Policies, Policy};
use super::templates::fill;
use crate::diag::DiagResult;
use crate::model::{LandingZone, LeadsTo, ServiceApi};
use crate::spec::{Operation, Parameter};

/// What MCP's streamable HTTP uses (modelcontextprotocol.io, "Transports", 2025-06-18).
const MCP_METHODS: [&str; 3] = ["POST", "GET", "DELETE"];

/// Fills the template of the policy of `api`.
///
/// # Errors
/// `template-failed`, which is a bug.
pub(super) fn policy(
    environment: &Environment<'_>,
    zone: &LandingZone,
    api: &ServiceApi,
) -> DiagResult<String> {
    let keys = Keys { api: &api.id, caller: caller_address(zone) };
    let (template, identity_resource) = match &api.leads_to {
        LeadsTo::Rest { identity_resource, .. } => ("rest.xml", identity_resource.as_deref()),
        LeadsTo::Realtime { .. } => ("realtime.xml", None),
        LeadsTo::Mcp { identity_resource, .. } => ("mcp.xml", identity_resource.as_deref()),
        LeadsTo::Tools { .. } => ("mcp.xml", None),
    };
    let values = context! {
        backend => api.backend(),
        identity_resource,
        key_header => KEY_HEADER,
        key_query => KEY_QUERY,
        streaming => api.streaming,
        timeout_seconds => api.timeout_seconds,
        cors => api.cors.as_ref().map(|it| cors(it, &methods(api))),
        ip_filter => api.ip_filter.as_ref().map(ip_filter),
        entra => api.entra.as_ref().map(entra),
        request_limit => api.request_limit.as_ref().map(|limit| context! {
            counter_key => keys.counter("requests", limit.key),
            calls => limit.calls,
            period_seconds => limit.period_seconds,
        }),
    };
    fill(environment, template, values)
}

/// The methods of its operations, each once.
fn methods(api: &ServiceApi) -> Vec<&str> {
    let LeadsTo::Rest { operations, .. } = &api.leads_to else { return MCP_METHODS.to_vec() };
    let mut methods: Vec<&str> = Vec::new();
    for operation in operations {
        if !methods.contains(&operation.method.word()) {
            methods.push(operation.method.word());
        }
    }
    methods
}

/// The backend entities of services at a URL. WebSocket APIs and MCP servers have a service URL of their own.
pub(super) fn backends(zone: &LandingZone) -> impl Iterator<Item = Literal> {
    zone.services.iter().filter_map(|api| {
        let LeadsTo::Rest { url, .. } = &api.leads_to else { return None };
        Some(object([
            ("name", Literal::Text(api.backend())),
            ("url", url.into()),
            // The policy signs in.
            ("identityResource", "".into()),
            ("headers", object([])),
            ("breaker", object([])),
        ]))
    })
}

/// What bicep/genai/main.bicep takes besides the APIs of model accounts.
pub(super) struct Parts {
    /// For modules/rest-api.bicep.
    pub rest_apis: Literal,
    /// For modules/websocket-api.bicep.
    pub websocket_apis: Literal,
    /// For modules/mcp-server.bicep.
    pub mcp_servers: Literal,
}

pub(super) fn parts(zone: &LandingZone, policies: &Policies) -> Parts {
    let (mut rest, mut websockets, mut servers) = (Vec::new(), Vec::new(), Vec::new());
    for (api, policy) in zone.services.iter().zip(&policies.services) {
        let with = |more| Literal::Object(of_every_kind(api, policy).into_iter().chain(more).collect());
        match &api.leads_to {
            LeadsTo::Rest { operations, .. } => {
                rest.push(with(vec![("operations", list(operations, operation))]));
            }
            // The path of the GA protocol, to which callers add `?model=DEPLOYMENT` (learn.microsoft.com/azure/foundry/
            // openai/how-to/realtime-audio-websockets, 2026-05-14).
            LeadsTo::Realtime { account } => {
                let url = format!("wss://{account}.openai.azure.com/openai/v1/realtime");
                websockets.push(with(vec![("serviceUrl", Literal::Text(url))]));
            }
            LeadsTo::Mcp { service_url, endpoint, .. } => servers.push(with(vec![
                ("serviceUrl", service_url.into()),
                ("endpoint", endpoint.into()),
                ("tools", Literal::List(Vec::new())),
            ])),
            LeadsTo::Tools { api: source, operations } => servers.push(with(vec![
                ("serviceUrl", "".into()),
                ("endpoint", "".into()),
                ("tools", list(operations, |operation| tool(source, operation))),
            ])),
        }
    }
    Parts {
        rest_apis: Literal::List(rest),
        websocket_apis: Literal::List(websockets),
        mcp_servers: Literal::List(servers),
    }
}

fn of_every_kind(api: &ServiceApi, policy: &Policy) -> [(&'static str, Literal); 6] {
    [
        ("name", (&api.id).into()),
        ("displayName", (&api.display_name).into()),
        ("path", (&api.path).into()),
        ("subscriptionKeyHeader", KEY_HEADER.into()),
        ("subscriptionKeyQuery", KEY_QUERY.into()),
        ("policy", Literal::File { path: policy.path.clone(), text: policy.text.clone() }),
    ]
}

/// An operation as a tool. What agents read of it is its description, or its name where it has none.
fn tool(api: &str, operation: &Operation) -> Literal {
    let description =
        if operation.description.is_empty() { &operation.display_name } else { &operation.description };
    object([
        ("name", (&operation.name).into()),
        ("description", description.into()),
        ("api", api.into()),
        ("operation", (&operation.name).into()),
    ])
}

fn operation(operation: &Operation) -> Literal {
    let of = |is_in_path: bool| {
        let some = operation.parameters.iter().filter(move |it| it.is_in_path == is_in_path);
        Literal::List(some.map(parameter).collect())
    };
    object([
        ("name", (&operation.name).into()),
        ("displayName", (&operation.display_name).into()),
        ("method", operation.method.word().into()),
        ("urlTemplate", (&operation.path).into()),
        ("templateParameters", of(true)),
        ("description", (&operation.description).into()),
        ("queryParameters", of(false)),
        ("bodies", list(&operation.bodies, |media_type| object([("contentType", media_type.into())]))),
    ])
}

fn parameter(parameter: &Parameter) -> Literal {
    object([
        ("name", (&parameter.name).into()),
        ("type", (&parameter.kind).into()),
        ("required", parameter.is_required.into()),
        ("description", (&parameter.description).into()),
    ])
}
