//! What each surface needs, and what it has no use for: fields that would do nothing are refused, so that nobody relies
//! on them.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Api, Policies, Product, Spec, Surface, Usage};
use crate::text::Span;

/// A template deploys 800 resources at most, counted with those of its loops (learn.microsoft.com/azure/
/// azure-resource-manager/templates/best-practices, 2025-04-28); an API's module has a few besides its operations.
const OPERATIONS_MAX: usize = 700;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for api in spec.apis.iter() {
        match api.surface.value {
            Surface::AzureOpenai => of_models(api, cx),
            Surface::Rest => rest(api, cx),
        }
    }
    for product in spec.products.iter() {
        product_of_tokens(spec, product, cx);
    }
}

fn of_models(api: &At<Api>, cx: &mut Checks<'_>) {
    let backend = &api.backend;
    if backend.pool.is_none() {
        missing(backend.span, "pool", "name the pool of accounts that answers", cx);
    }
    let no_use = [
        ("backend.url", backend.url.as_ref().map(|it| it.span)),
        ("backend.managedIdentity", backend.managed_identity.as_ref().map(|it| it.span)),
        ("operations", api.operations.as_ref().map(|it| it.span)),
    ];
    of_no_use(api, &no_use, "it has a pool, and all operations of its kind", cx);
}

fn rest(api: &At<Api>, cx: &mut Checks<'_>) {
    let backend = &api.backend;
    if backend.url.is_none() {
        missing(backend.span, "url", "say where the service answers", cx);
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
    let no_use =
        [("backend.pool", backend.pool.as_ref().map(|it| it.span)), ("retry", given(api.retry.span, api))];
    of_no_use(api, &no_use, "it goes to one URL, once", cx);
    token_policies(api, "no tokens of models pass it", cx);
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
        token_limit,
        token_quota,
        adaptive_limit,
        usage,
    } = &api.policies.value;
    let Usage { metric, event_hub } = &usage.value;
    let no_use = [
        ("contentSafety", content_safety.as_ref().map(|it| it.span)),
        ("tokenLimit", token_limit.as_ref().map(|it| it.span)),
        ("tokenQuota", token_quota.as_ref().map(|it| it.span)),
        ("adaptiveLimit", adaptive_limit.as_ref().map(|it| it.span)),
        ("usage.metric", metric.as_ref().map(|it| it.span)),
        ("usage.eventHub", event_hub.as_ref().map(|it| it.span)),
    ];
    of_no_use(api, &no_use, why, cx);
}

fn of_no_use(api: &At<Api>, fields: &[(&str, Option<Span>)], why: &str, cx: &mut Checks<'_>) {
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

/// What a product says of models holds for all of its APIs, and would refuse, or count for nothing, what is no call of one.
fn product_of_tokens(spec: &Spec, product: &Product, cx: &mut Checks<'_>) {
    let limits = product.limits.as_ref().map(|limits| ("limits", limits.span));
    let allow = product.allow.as_ref().map(|allow| ("allow", allow.span));
    for id in product.apis.iter() {
        let api = spec.apis.iter().find(|api| api.id.value == id.value);
        let Some(api) = api.filter(|api| api.surface.value != Surface::AzureOpenai) else { continue };
        for (field, span) in [limits, allow].into_iter().flatten() {
            let message = format!(
                "`{field}` of product `{}` is about models, and `{}` is of surface `{}`",
                product.id.as_str(),
                api.id.as_str(),
                api.surface.word(),
            );
            let found = cx
                .diagnostic(&codes::CONFLICT, span, message)
                .related(cx.source, id.span, "held by the product")
                .help(
                    "put it into a product of its own; `policies.requestLimit` of the API limits its calls",
                );
            cx.push(found);
        }
    }
}
