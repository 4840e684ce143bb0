//! Where the requests of an API go: one pool, one account, or whatever has the model that a caller names.

use std::collections::BTreeMap;

use super::Checks;
use crate::catalog::tiers::Tier;
use crate::spec::codes;
use crate::spec::routing::{self, ServedBy};
use crate::spec::types::{Alias, Api, ApiBackend, RoutedNames, Routes, Spec, Surface};

/// More targets than anyone would wait for, one after the other.
const TARGETS_MAX: usize = 10;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for alias in spec.aliases.iter() {
        targets(spec, alias, cx);
    }
    let tier = spec.baseline.apim.sku.name.tier();
    for api in spec.apis.iter() {
        backend(spec, api, cx);
    }
    for api in spec.apis.iter().filter(|api| api.surface.is_of_models()) {
        one_way(api, cx);
        names(spec, api, cx);
        token_policies(api, tier, cx);
    }
}

fn targets(spec: &Spec, alias: &Alias, cx: &mut Checks<'_>) {
    cx.empty("targets", &alias.targets);
    if alias.targets.len() > TARGETS_MAX {
        let message = format!(
            "alias `{}` has {} targets; it may have {TARGETS_MAX}",
            alias.name.as_str(),
            alias.targets.len()
        );
        let found =
            cx.diagnostic(&codes::OUT_OF_RANGE, alias.targets.span, message).help("keep those that matter");
        cx.push(found);
    }
    for target in alias.targets.iter() {
        match routing::target(spec, target.to.as_str()) {
            Some(ServedBy::Pool(pool)) if routing::names_of_pool(spec, pool).len() > 1 => {
                let message = format!(
                    "pool `{}` answers to {} names, so an alias cannot say which is meant",
                    pool.id.as_str(),
                    routing::names_of_pool(spec, pool).len()
                );
                let found = cx
                    .diagnostic(&codes::NAMES_COLLIDE, target.to.span, message)
                    .related(cx.source, pool.members.span, "its members")
                    .help("make a pool of one deployment each: `backend: ACCOUNT/DEPLOYMENT`");
                cx.push(found);
            }
            Some(_) => {}
            None => {
                let known: Vec<String> = spec
                    .pools
                    .iter()
                    .map(|pool| pool.id.as_str().to_owned())
                    .chain(spec.models.iter().flat_map(|model| {
                        model.callable().map(|it| format!("{}/{}", model.id.as_str(), it.name.as_str()))
                    }))
                    .collect();
                let message = format!("there is no pool and no deployment `{}`", target.to.as_str());
                let found = cx
                    .diagnostic(&codes::UNKNOWN_REFERENCE, target.to.span, message)
                    .did_you_mean(target.to.as_str(), known.iter().map(String::as_str));
                let found =
                    if found.help.is_empty() { found.help("add it, or correct the name") } else { found };
                cx.push(found);
            }
        }
    }
}

fn one_way(api: &Api, cx: &mut Checks<'_>) {
    match (&api.backend, &api.routes) {
        (None, None) => {
            let message = format!("one of `backend`, `routes` of `{}` is missing", api.id.as_str());
            let found = cx
                .diagnostic(&codes::MISSING_FIELD, api.id.span, message)
                .help("add `backend: { pool: ID }`");
            cx.push(found);
        }
        (Some(backend), Some(routes)) => {
            let found = cx
                .diagnostic(&codes::CONFLICT, routes.span, "`backend` and `routes` exclude each other")
                .related(cx.source, backend.span, "the backend")
                .help("keep one of them");
            cx.push(found);
        }
        _ => {}
    }
    let Some(routes) = &api.routes else { return };
    let (surface, word) = (api.surface.value, api.surface.word());
    let problem = match (&routes.value, surface) {
        (_, Surface::Gemini | Surface::Bedrock) => Some((
            format!("on `{word}` one account answers for all models"),
            "write `backend: { backend: ACCOUNT }`",
        )),
        (Routes::ByDeployment(_), surface) if surface.has_model_in_body() => {
            Some((format!("`{word}` has the model in the body"), "write `byModel`"))
        }
        (Routes::ByModel(_), Surface::AzureOpenai) => Some((
            format!("`{word}` has the deployment in the path"),
            "write `byDeployment`, or use `openai-v1`",
        )),
        _ => None,
    };
    if let Some((message, help)) = problem {
        let found = cx
            .diagnostic(&codes::CONFLICT, routes.span, message)
            .related(cx.source, api.surface.span, "the surface")
            .help(help);
        cx.push(found);
    }
}

/// The pool or the account is there, and answers on the surface.
fn backend(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let surface = api.surface.value;
    let (span, unserved) = match api.backend.as_ref().map(|backend| &backend.value) {
        None | Some(ApiBackend::Url(_)) => return,
        Some(ApiBackend::Pool(id)) => {
            let known: Vec<_> = spec.pools.iter().map(|pool| (pool.id.as_str(), pool.id.span)).collect();
            super::references::known("pool", id.as_str(), id.span, &known, cx);
            let pool = spec.pools.iter().find(|pool| pool.id.value == id.value);
            let member = pool.and_then(|pool| {
                routing::members(spec, pool)
                    .map(|(_, model)| model)
                    .find(|model| !surface.is_served_by(model.kind.value))
            });
            (id.span, member)
        }
        Some(ApiBackend::Account(id)) => {
            let known: Vec<_> = spec.models.iter().map(|model| (model.id.as_str(), model.id.span)).collect();
            super::references::known("model", id.as_str(), id.span, &known, cx);
            let model = spec.models.iter().find(|model| model.id.value == id.value).map(|model| &model.value);
            (id.span, model.filter(|model| !surface.is_served_by(model.kind.value)))
        }
    };
    if let Some(model) = unserved {
        let message = format!(
            "`{}` of kind `{}` does not answer on `{}`",
            model.id.as_str(),
            model.kind.word(),
            surface.word()
        );
        let found = cx
            .diagnostic(&codes::SURFACE, span, message)
            .related(cx.source, api.surface.span, "the surface")
            .help("choose a surface of its kind, such as `openai-v1`, which all kinds have");
        cx.push(found);
    }
}

/// Names that lead to two things, and listed ones that lead nowhere.
fn names(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let Some(routes) = &api.routes else { return };
    let all = routing::names(spec, api.surface.value);
    let wanted = routes.names();
    let mut by_name: BTreeMap<String, Vec<ServedBy<'_>>> = BTreeMap::new();
    for served in &all {
        by_name.entry(served.name.to_ascii_lowercase()).or_default().push(served.by);
    }
    let is_wanted = |name: &str| match &wanted.value {
        RoutedNames::Auto => true,
        RoutedNames::Listed(names) => names.iter().any(|it| it.as_str().eq_ignore_ascii_case(name)),
    };
    for (name, by) in by_name.iter().filter(|(name, by)| by.len() > 1 && is_wanted(name)) {
        let leads: Vec<String> = by.iter().map(|it| told(*it)).collect();
        let message = format!("`{name}` leads to {}", leads.join(" and to "));
        let found = cx
            .diagnostic(&codes::NAMES_COLLIDE, routes.span, message)
            .help("put them into one pool, rename one, or list the names that the API takes");
        cx.push(found);
    }
    if let RoutedNames::Listed(names) = &wanted.value {
        for name in names.iter().filter(|name| !by_name.contains_key(&name.as_str().to_ascii_lowercase())) {
            let message = format!("nothing on `{}` answers to `{}`", api.surface.word(), name.as_str());
            let found = cx
                .diagnostic(&codes::UNKNOWN_REFERENCE, name.span, message)
                .did_you_mean(name.as_str(), all.iter().map(|served| served.name));
            let found = if found.help.is_empty() {
                found.help("add a deployment or an alias of that name")
            } else {
                found
            };
            cx.push(found);
        }
    } else if all.is_empty() && !spec.models.is_empty() {
        let message = format!("nothing answers on `{}`", api.surface.word());
        let found =
            cx.diagnostic(&codes::SURFACE, routes.span, message).help("add an account of a kind that does");
        cx.push(found);
    }
}

fn told(by: ServedBy<'_>) -> String {
    match by {
        ServedBy::Pool(pool) => format!("pool `{}`", pool.id.as_str()),
        ServedBy::Deployment(model, _) => format!("account `{}`", model.id.as_str()),
        ServedBy::Alias(alias) => format!("the alias `{}`", alias.name.as_str()),
    }
}

/// Which bodies the token policies read: OpenAI's everywhere, Anthropic's on v2 tiers, others nowhere
/// (learn.microsoft.com/azure/api-management/llm-token-limit-policy, 2026-04-01). A classic tier takes the policy and counts
/// nothing, so it is refused here.
fn token_policies(api: &Api, tier: &Tier, cx: &mut Checks<'_>) {
    let surface = api.surface.value;
    let reason = match surface {
        Surface::AzureOpenai | Surface::OpenaiV1 => return,
        Surface::AnthropicMessages if tier.is_v2 => return,
        Surface::AnthropicMessages => {
            format!("the tier {} does not read the tokens of `{}`", tier.name, surface.word())
        }
        // What surfaces of services have no use for is told where they are checked.
        Surface::Rest | Surface::Realtime | Surface::Mcp => return,
        Surface::Gemini | Surface::Bedrock => {
            format!("the tokens of `{}` are not read by any tier", surface.word())
        }
    };
    let policies = &api.policies;
    let given = [
        ("tokenLimit", policies.token_limit.as_ref().map(|it| it.span)),
        ("tokenQuota", policies.token_quota.as_ref().map(|it| it.span)),
        ("adaptiveLimit", policies.adaptive_limit.as_ref().map(|it| it.span)),
        ("usage.metric", policies.usage.metric.as_ref().map(|it| it.span)),
    ];
    for (field, span) in given.into_iter().filter_map(|(field, span)| Some((field, span?))) {
        let found = cx
            .diagnostic(&codes::SURFACE, span, format!("`{field}` would count nothing: {reason}"))
            .related(cx.source, api.surface.span, "the surface")
            .help("use `requestLimit`, or the provider's address for OpenAI's shape on `openai-v1`");
        cx.push(found);
    }
}
