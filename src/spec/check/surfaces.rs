//! What each surface needs, and what it has no use for: fields that would do nothing are refused, so that nobody relies
//! on them.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Api, ApiBackend, McpSource, Policies, Spec, Spillover, Surface, Usage};
use crate::text::Span;

/// A template deploys 800 resources at most, counted with those of its loops (learn.microsoft.com/azure/
/// azure-resource-manager/templates/best-practices, 2025-04-28); an API's module has a few besides its operations.
const OPERATIONS_MAX: usize = 700;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for api in spec.apis.iter() {
        match api.surface.value {
            surface if surface.is_of_models() => of_models(api, cx),
            Surface::Rest => rest(api, cx),
            Surface::Realtime => realtime(spec, api, cx),
            Surface::Mcp => mcp(spec, api, cx),
            // All others are of models.
            _ => {}
        }
    }
}

fn of_models(api: &At<Api>, cx: &mut Checks<'_>) {
    let why = "accounts answer it, and it has all operations of its kind";
    of_no_use(api, &[at_a_url(api), from(api), identity(api), operations(api)], why, cx);
}

fn rest(api: &At<Api>, cx: &mut Checks<'_>) {
    if api.backend.is_none() {
        missing(api.span, "backend", "say where the service answers: `backend: { url: … }`", cx);
    }
    match &api.operations {
        None => missing(api.span, "operations", "list them, or name an OpenAPI file", cx),
        Some(operations) => {
            let n = operations.0.len();
            if n == 0 || n > OPERATIONS_MAX {
                let message = format!("{n} operations; an API has 1 to {OPERATIONS_MAX}");
                let help = if n == 0 { "add one" } else { "make two APIs of it" };
                let found = cx.diagnostic(&codes::OUT_OF_RANGE, operations.span, message).help(help);
                cx.push(found);
            }
            super::references::unique(
                "operation",
                operations.0.iter().map(|one| (one.name.as_str(), one.span)),
                cx,
            );
        }
    }
    of_no_use(api, &[not_url(api), routes(api), from(api), retry(api)], "it goes to one URL, once", cx);
    token_policies(api, "no tokens of models pass it", cx);
}

/// The policies that a WebSocket API takes are those of its handshake (learn.microsoft.com/azure/api-management/
/// websocket-api, 2025-06-25: no `cors`, nothing about bodies). The pages of the token policies tell of answers in HTTP; of
/// the messages in a WebSocket they say nothing (llm-token-limit-policy, 2026-04-01).
fn realtime(spec: &Spec, api: &At<Api>, cx: &mut Checks<'_>) {
    if api.backend.is_none() {
        missing(api.span, "backend", "name the account that answers: `backend: { backend: … }`", cx);
    }
    let account = api.account().and_then(|id| spec.models.iter().find(|model| model.id.value == id.value));
    if let (Some(id), Some(account)) = (api.account(), account)
        && !account.deployments.iter().any(|deployment| deployment.model_name().contains("realtime"))
    {
        let message = format!("`{}` has no deployment of a realtime model", id.as_str());
        let found = cx
            .diagnostic(&codes::CONFLICT, id.span, message)
            .related(cx.source, account.deployments.span, "its deployments")
            .help("add one, such as of `gpt-realtime`");
        cx.push(found);
    }
    let no_use = [not_account(api), routes(api), from(api), identity(api), operations(api)];
    of_no_use(api, &no_use, "its one operation is the handshake with an account", cx);
    let no_use = [
        retry(api),
        ("streaming", given(api.streaming.span, api)),
        ("timeoutSeconds", given(api.timeout_seconds.span, api)),
        ("cors", api.policies.cors.as_ref().map(|it| it.span)),
    ];
    of_no_use(api, &no_use, "a handshake is sent once, and answered by a connection", cx);
    token_policies(api, "no policy counts what passes a WebSocket", cx);
}

/// What policies may do to MCP: learn.microsoft.com/azure/api-management/mcp-server-overview, 2026-04-28: a policy that
/// reads the body of an answer holds back its stream.
fn mcp(spec: &Spec, api: &At<Api>, cx: &mut Checks<'_>) {
    match (&api.backend, &api.from) {
        (None, None) => {
            missing(api.span, "backend", "say where the server answers, or `from` which API it is made", cx);
        }
        (Some(_), Some(from)) => {
            let found = cx
                .diagnostic(&codes::CONFLICT, from.span, "an MCP server is at a URL or made of an API")
                .related(cx.source, api.backend.as_ref().map_or(from.span, |it| it.span), "the URL")
                .help("keep one of them");
            cx.push(found);
        }
        (Some(_), None) => {}
        (None, Some(from)) => {
            tools(spec, from, cx);
            of_no_use(api, &[identity(api)], "the API that it is made of signs in", cx);
        }
    }
    let no_use = [
        not_url(api),
        routes(api),
        operations(api),
        retry(api),
        ("streaming", given(api.streaming.span, api)),
        ("timeoutSeconds", given(api.timeout_seconds.span, api)),
    ];
    of_no_use(api, &no_use, "messages and streams are passed on as they are", cx);
    token_policies(api, "reading its messages would hold back its streams", cx);
}

fn tools(spec: &Spec, from: &McpSource, cx: &mut Checks<'_>) {
    let Some(source) = spec.apis.iter().find(|other| other.id.value == from.api.value) else { return };
    if source.surface.value != Surface::Rest {
        let message = format!("`{}` is no API of surface `rest`", source.id.as_str());
        let found = cx
            .diagnostic(&codes::CONFLICT, from.api.span, message)
            .related(cx.source, source.id.span, "the API")
            .help("tools are made of operations of services");
        cx.push(found);
        return;
    }
    let Some(names) = &from.operations else { return };
    cx.empty("operations", names);
    super::references::unique("tool", names.iter().map(|name| (name.as_str(), name.span)), cx);
    let known: Vec<(&str, Span)> = source
        .operations
        .iter()
        .flat_map(|operations| &operations.0)
        .map(|operation| (operation.name.as_str(), operation.span))
        .collect();
    for name in names.iter() {
        super::references::known("operation", name.as_str(), name.span, &known, cx);
    }
}

/// A field by name, and its place where it is given.
type Field = (&'static str, Option<Span>);

fn at_a_url(api: &Api) -> Field {
    backend(api, |backend| !matches!(backend, ApiBackend::Url(_)))
}

fn not_account(api: &Api) -> Field {
    backend(api, |backend| matches!(backend, ApiBackend::Account(_)))
}

fn not_url(api: &Api) -> Field {
    backend(api, |backend| matches!(backend, ApiBackend::Url(_)))
}

/// The backend of another kind than the surface takes.
fn backend(api: &Api, is_right: impl Fn(&ApiBackend) -> bool) -> Field {
    let Some(backend) = api.backend.as_ref().filter(|backend| !is_right(backend)) else {
        return ("backend", None);
    };
    match &backend.value {
        ApiBackend::Pool(it) => ("backend.pool", Some(it.span)),
        ApiBackend::Account(it) => ("backend.backend", Some(it.span)),
        ApiBackend::Url(it) => ("backend.url", Some(it.span)),
    }
}

fn from(api: &Api) -> Field {
    ("from", api.from.as_ref().map(|it| it.span))
}

fn routes(api: &Api) -> Field {
    ("routes", api.routes.as_ref().map(|it| it.span))
}

fn identity(api: &Api) -> Field {
    ("identity", api.identity.as_ref().map(|it| it.span))
}

fn operations(api: &Api) -> Field {
    ("operations", api.operations.as_ref().map(|it| it.span))
}

fn retry(api: &At<Api>) -> Field {
    ("retry", given(api.retry.span, api))
}

/// The place of a field, unless it is the default's: that is the place of the whole API.
fn given(span: Span, api: &At<Api>) -> Option<Span> {
    (span != api.span).then_some(span)
}

/// Refuses what counts tokens or reads prompts, for an API that has none; `why` says so.
fn token_policies(api: &At<Api>, why: &str, cx: &mut Checks<'_>) {
    // Every field is named, so that a new one has to be decided upon here.
    let Policies {
        cors: _,
        ip_filter: _,
        entra: _,
        request_limit: _,
        content_safety,
        pii,
        semantic_cache,
        token_limit,
        token_quota,
        adaptive_limit,
        priority,
        latency_routing,
        spillover,
        responses,
        debug_headers,
        usage,
    } = &api.policies.value;
    let Usage { metric, event_hub } = &usage.value;
    let no_use = [
        ("contentSafety", content_safety.as_ref().map(|it| it.span)),
        ("pii", pii.as_ref().map(|it| it.span)),
        ("semanticCache", semantic_cache.as_ref().map(|it| it.span)),
        ("tokenLimit", token_limit.as_ref().map(|it| it.span)),
        ("tokenQuota", token_quota.as_ref().map(|it| it.span)),
        ("adaptiveLimit", adaptive_limit.as_ref().map(|it| it.span)),
        ("priority", priority.as_ref().map(|it| it.span)),
        ("latencyRouting", latency_routing.as_ref().map(|it| it.span)),
        ("spillover", (spillover.value != Spillover::Pool).then_some(spillover.span)),
        ("responses", responses.as_ref().map(|it| it.span)),
        ("debugHeaders", debug_headers.value.then_some(debug_headers.span)),
        ("usage.metric", metric.as_ref().map(|it| it.span)),
        ("usage.eventHub", event_hub.as_ref().map(|it| it.span)),
    ];
    of_no_use(api, &no_use, why, cx);
}

fn of_no_use(api: &At<Api>, fields: &[Field], why: &str, cx: &mut Checks<'_>) {
    let surface = api.surface.word();
    for (field, span) in fields.iter().filter_map(|(field, span)| Some((field, (*span)?))) {
        let message = format!("`{field}` is not for surface `{surface}`: {why}");
        let found = cx
            .diagnostic(&codes::CONFLICT, span, message)
            .related(cx.source, api.surface.span, "the surface")
            .help("leave it out, or take another surface");
        cx.push(found);
    }
}

fn missing(span: Span, field: &str, help: &str, cx: &mut Checks<'_>) {
    let found = cx.diagnostic(&codes::MISSING_FIELD, span, format!("`{field}` is missing")).help(help);
    cx.push(found);
}
