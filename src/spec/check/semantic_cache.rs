//! What the policy `semanticCache` needs: a Redis, an embeddings deployment that is made here, and answers that can be kept.

use super::Checks;
use crate::catalog::models;
use crate::spec::decode::At;
use crate::spec::types::{Api, SemanticCache, Spec, Surface, embeddings_backend};
use crate::spec::{codes, terms};

/// The longest name of a backend entity (REST reference of backends, 2024-05-01).
const BACKEND_MAX: usize = 80;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for cache in spec.semantic_caches() {
        if spec.baseline.redis.is_none() {
            let found =
                cx.diagnostic(&codes::UNKNOWN_REFERENCE, cache.span, "there is no Redis to keep answers in");
            cx.push(found.help("add `baseline.redis: {}`"));
        }
        embeddings(spec, cache, cx);
    }
    for api in spec.apis.iter() {
        // That others have no use for it is said where surfaces are checked.
        if let Some(cache) = api.policies.semantic_cache.as_ref().filter(|_| api.surface.is_of_models()) {
            answers(&api.value, cache, cx);
        }
    }
    for product in spec.products.iter() {
        if let Some(cache) = &product.semantic_cache {
            let apis: Vec<&str> = product.apis.iter().map(|id| id.as_str()).collect();
            opened(spec, product.id.as_str(), cache, &apis, cx);
        }
    }
    for contract in spec.contracts.iter() {
        if let Some(cache) = terms::of(spec, contract).semantic_cache {
            opened(spec, contract.id.as_str(), cache, &terms::apis(spec, contract), cx);
        }
    }
    let is_used = spec.semantic_caches().next().is_some();
    if let Some(redis) = spec.baseline.redis.as_ref().filter(|_| !is_used) {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                redis.span,
                "nothing would be kept in this Redis: nothing has `semanticCache`",
            )
            .help("add `semanticCache` to the `policies` of an API, to a product or a contract, or leave `redis` out");
        cx.push(found);
    }
}

/// The APIs of a product: their answers can be kept, and none of them asks anything before the product's cache answers. The
/// product's policy runs before that of the API.
fn opened(spec: &Spec, id: &str, cache: &At<SemanticCache>, apis: &[&str], cx: &mut Checks<'_>) {
    for api in spec.apis.iter().filter(|api| apis.contains(&api.id.as_str())) {
        answers(&api.value, cache, cx);
        let policies = &api.policies;
        if let Some(own) = &policies.semantic_cache {
            let found = cx
                .diagnostic(
                    &codes::CONFLICT,
                    cache.span,
                    format!("`{}` has a cache itself, and one answer cannot be kept twice", api.id.as_str()),
                )
                .related(cx.source, own.span, "the cache of the API")
                .help("leave one of the two out");
            cx.push(found);
        }
        let passed_by = [
            ("entra", policies.entra.as_ref().map(|it| it.span)),
            ("contentSafety", policies.content_safety.as_ref().map(|it| it.span)),
            ("pii", policies.pii.as_ref().map(|it| it.span)),
        ];
        for (field, span) in passed_by.into_iter().filter_map(|(field, span)| Some((field, span?))) {
            let message = format!(
                "answers from the cache of `{id}` come before `{field}` of `{}`, which would not be asked",
                api.id.as_str()
            );
            let found = cx
                .diagnostic(&codes::CONFLICT, cache.span, message)
                .related(cx.source, span, "passed by")
                .help(format!("move `{field}` to the product or contract, or `semanticCache` to the API"));
            cx.push(found);
        }
    }
}

/// The gateway signs in with its own identity, the only one that the policy takes, and gets its role where the account is made.
fn embeddings(spec: &Spec, cache: &SemanticCache, cx: &mut Checks<'_>) {
    let named = &cache.embeddings;
    let Some(model) = spec.models.iter().find(|model| model.id.as_str() == named.account()) else {
        let found = cx
            .diagnostic(
                &codes::UNKNOWN_REFERENCE,
                named.span,
                format!("there is no account `{}`", named.account()),
            )
            .did_you_mean(named.account(), spec.models.iter().map(|model| model.id.as_str()));
        cx.push(found);
        return;
    };
    let Some(name) = named.deployment() else {
        let found = cx
            .diagnostic(
                &codes::MISSING_FIELD,
                named.span,
                "the deployment of the embeddings model is not named",
            )
            .help(format!("write `{}/DEPLOYMENT`", named.account()));
        cx.push(found);
        return;
    };
    if !model.is_made() {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                named.span,
                format!(
                    "`{}` is not made here, so the gateway cannot be given the right to ask it",
                    named.account()
                ),
            )
            .related(cx.source, model.id.span, "the account")
            .help("name a deployment of an Azure OpenAI account that is made");
        cx.push(found);
    }
    let Some(deployment) = model.deployments.iter().find(|it| it.name.as_str() == name) else {
        let found = cx
            .diagnostic(
                &codes::UNKNOWN_REFERENCE,
                named.span,
                format!("`{}` has no deployment `{name}`", named.account()),
            )
            .did_you_mean(name, model.deployments.iter().map(|deployment| deployment.name.as_str()));
        cx.push(found);
        return;
    };
    let other = models::all()
        .iter()
        .find(|it| it.name == deployment.model_name())
        .filter(|it| it.kind != "embeddings");
    if let Some(other) = other {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                named.span,
                format!("`{}` is a model for {}, which makes no embeddings", other.name, other.kind),
            )
            .related(cx.source, deployment.span, "the deployment")
            .help("name a deployment of a model such as `text-embedding-3-small`");
        cx.push(found);
    }
    let backend = embeddings_backend(named);
    if backend.len() > BACKEND_MAX {
        let found = cx
            .diagnostic(
                &codes::OUT_OF_RANGE,
                named.span,
                format!("`{backend}` has {} characters, and a backend may have {BACKEND_MAX}", backend.len()),
            )
            .help("choose a shorter name for the deployment");
        cx.push(found);
    }
}

fn answers(api: &Api, cache: &At<SemanticCache>, cx: &mut Checks<'_>) {
    // The policies are for chat completions (learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy,
    // 2026-08-18), which the others do not have.
    if !matches!(api.surface.value, Surface::AzureOpenai | Surface::OpenaiV1) {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                cache.span,
                format!("`{}` has no chat completions", api.surface.word()),
            )
            .related(cx.source, api.surface.span, "the surface")
            .help("leave `semanticCache` out");
        cx.push(found);
    }
    // Response caching is to be off where events are sent (learn.microsoft.com/azure/api-management/how-to-server-sent-events,
    // read 2026-12-01). The pages of the two policies say nothing of streams.
    if api.streaming.value {
        let found = cx
            .diagnostic(&codes::CONFLICT, cache.span, "streams cannot be cached")
            .related(cx.source, api.streaming.span, "`streaming` is true where it is left out")
            .help("set `streaming` to false, or leave `semanticCache` out");
        cx.push(found);
    }
    if let Some(priority) = &api.policies.priority {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                cache.span,
                "answers from the cache come before the class of a request is known, which every answer tells",
            )
            .related(cx.source, priority.span, "the classes")
            .help("leave `semanticCache` or `priority` out");
        cx.push(found);
    }
}
