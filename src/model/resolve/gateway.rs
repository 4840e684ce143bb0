//! The gateway's entities: pools, APIs with their policies, products.

use std::collections::BTreeMap;

use super::{callers, content_safety, pii, routing, semantic_cache};
use crate::catalog::tiers::Tier;
use crate::model::{
    AdaptiveClass, AdaptiveLimit, Api, Breaker, Destinations, Dimension, EntraCallers, ModelLimit, Pool,
    PoolMember, Product, RequestLimit, Retry, ServedModel, Threshold, TokenHeaders, TokenLimit, TokenQuota,
    UsageMetric, UsageRecords,
};
use crate::spec::{self, terms};

pub(super) fn pool(pool: &spec::Pool) -> Pool {
    Pool {
        id: pool.id.value.0.clone(),
        members: pool
            .members
            .iter()
            .map(|member| PoolMember {
                account: member.backend.account().to_owned(),
                deployment: member.backend.deployment().map(str::to_owned),
                priority: member.priority.0,
                weight: member.weight.0,
            })
            .collect(),
        breaker: Breaker {
            threshold: threshold(&pool.breaker),
            interval: pool.breaker.interval.iso.clone(),
            trip: pool.breaker.trip.iso.clone(),
            trip_seconds: pool.breaker.trip.seconds,
            statuses: pool.breaker.status_codes.iter().map(|range| range.value).collect(),
            error_reasons: pool.breaker.error_reasons.iter().map(|reason| reason.word()).collect(),
            accept_retry_after: pool.breaker.accept_retry_after.value,
        },
        session_cookie: pool.session_affinity.as_ref().map(|affinity| affinity.cookie.value.0.clone()),
    }
}

fn threshold(breaker: &spec::Breaker) -> Threshold {
    match (&breaker.percentage, breaker.failures()) {
        (Some(percentage), _) => Threshold::Percentage(percentage.0),
        (None, failures) => Threshold::Count(failures.unwrap_or(1)),
    }
}

pub(super) fn api(
    spec: &spec::Spec,
    api: &spec::Api,
    destinations: Destinations,
    models: Vec<ServedModel>,
    tier: &Tier,
) -> Api {
    let policies = &api.policies;
    let records = policies.usage.event_hub.as_ref().filter(|records| records.enabled.value);
    Api {
        id: api.id.value.0.clone(),
        display_name: api
            .display_name
            .as_ref()
            .map_or_else(|| api.id.value.0.clone(), |name| name.value.0.clone()),
        path: api.path.value.0.clone(),
        surface: api.surface.value,
        pool: api.pool().map(|id| id.value.0.clone()),
        destinations,
        models,
        streaming: api.streaming.value,
        timeout_seconds: api.timeout_seconds.0,
        retry: Retry {
            statuses: api.retry.statuses.iter().map(|range| range.value).collect(),
            count: spec::routing::retries(spec, api),
            interval_seconds: api.retry.interval_seconds.0,
            first_fast_retry: api.retry.first_fast_retry.value,
        },
        cors: policies.cors.as_ref().map(|cors| callers::cors(cors)),
        ip_filter: policies.ip_filter.as_ref().map(|filter| callers::ip_filter(filter)),
        entra: policies.entra.as_ref().map(|entra| callers::entra(entra)),
        request_limit: policies.request_limit.as_ref().map(|limit| RequestLimit {
            key: limit.key.value,
            counts_tokens: limit.count.value == spec::Counted::Tokens,
            calls: limit.calls.0,
            period_seconds: limit.period_seconds.0,
        }),
        content_safety: policies.content_safety.as_ref().map(|policy| content_safety::policy(policy)),
        pii: policies.pii.as_ref().map(|pii| pii::policy(pii)),
        semantic_cache: policies.semantic_cache.as_ref().map(|cache| semantic_cache::policy(cache)),
        token_limit: policies.token_limit.as_ref().map(|limit| TokenLimit {
            key: limit.key.value,
            tokens_per_minute: limit.tokens_per_minute.0,
            estimate_prompt_tokens: limit.estimate_prompt_tokens.value,
            headers: token_headers(&limit.headers),
        }),
        token_quota: policies.token_quota.as_ref().map(|quota| {
            (quota.key.value, TokenQuota { tokens: quota.tokens.0, period: quota.period.value })
        }),
        adaptive_limit: policies.adaptive_limit.as_ref().and_then(|limit| adaptive_limit(limit, tier)),
        priority: routing::priority(spec, api),
        account_order: routing::account_order(policies),
        response_owner_days: policies.responses.as_ref().map(|responses| responses.days.0),
        debug_headers: policies.debug_headers.value,
        usage_metric: policies.usage.metric.as_ref().map(|metric| UsageMetric {
            namespace: metric.namespace.value.0.clone(),
            dimensions: metric.dimensions.iter().map(|it| dimension(it)).collect(),
        }),
        usage_records: records.map(|records| UsageRecords {
            fields: records.fields.iter().map(|field| field.value).collect(),
            only_status: records.only_status.0,
        }),
    }
}

/// None without a default class, which the spec's checks refuse.
///
/// D-16: on the v2 tiers a limit that changes from call to call under one counter key counts unpredictably
/// (learn.microsoft.com/azure/api-management/llm-token-limit-policy, 2026-04-01, on its rate limit algorithms). There a
/// class has its base and its share of the whole total, all the time; the total is still kept by its own counter.
fn adaptive_limit(limit: &spec::AdaptiveLimit, tier: &Tier) -> Option<AdaptiveLimit> {
    let total = limit.total.tokens_per_minute.0;
    let class = |class: &spec::AdaptiveClass| {
        let share = class.share_of_remaining.thousandths;
        let fixed = u64::from(class.base.0) + u64::from(total) * u64::from(share) / 1000;
        AdaptiveClass {
            name: class.name.value.0.clone(),
            header: class.when.as_ref().map(|when| when.header.value.0.clone()),
            base: if tier.is_v2 { u32::try_from(fixed).unwrap_or(u32::MAX) } else { class.base.0 },
            share_thousandths: if tier.is_v2 { 0 } else { share },
            headers: token_headers(&class.headers),
        }
    };
    let default_class = limit.classes.iter().find(|class| class.is_default.value)?;
    Some(AdaptiveLimit {
        tokens_per_minute: total,
        classes: limit.classes.iter().filter(|it| !it.is_default.value).map(|it| class(it)).collect(),
        default_class: class(default_class),
        headers: token_headers(&limit.headers),
    })
}

fn token_headers(headers: &spec::TokenHeaders) -> TokenHeaders {
    TokenHeaders {
        remaining: headers.remaining.as_ref().map(|name| name.value.0.clone()),
        consumed: headers.consumed.as_ref().map(|name| name.value.0.clone()),
    }
}

fn dimension(dimension: &spec::Dimension) -> Dimension {
    match dimension {
        spec::Dimension::Known(known) => Dimension { name: known.word().to_owned(), value: None },
        spec::Dimension::Custom(custom) => {
            Dimension { name: custom.name.value.0.clone(), value: Some(custom.value.value) }
        }
    }
}

pub(super) fn product(product: &spec::Product) -> Product {
    let limits = product.limits.as_ref();
    Product {
        id: product.id.value.0.clone(),
        display_name: product
            .display_name
            .as_ref()
            .map_or_else(|| product.id.value.0.clone(), |name| name.value.0.clone()),
        description: product.description.value.0.clone(),
        apis: product.apis.iter().map(|id| id.value.0.clone()).collect(),
        entra: product.entra.as_ref().map(|entra| callers::entra(entra)),
        allowed_deployments: product
            .allow
            .as_ref()
            .map(|allow| allow.deployments.iter().map(|name| name.value.0.clone()).collect()),
        tokens_per_minute: limits.and_then(|limits| limits.tokens_per_minute.as_ref()).map(|limit| limit.0),
        quota: limits
            .and_then(|limits| limits.token_quota.as_ref())
            .map(|quota| TokenQuota { tokens: quota.tokens.0, period: quota.period.value }),
        model_limits: limits.map_or_else(Vec::new, |limits| model_limits(&limits.models)),
        requests_per_minute: limits.and_then(|limits| limits.requests.as_ref()).map(|it| it.per_minute.0),
        content_safety: product.content_safety.as_ref().map(|policy| content_safety::policy(policy)),
        pii: product.pii.as_ref().map(|policy| pii::policy(policy)),
        semantic_cache: product.semantic_cache.as_ref().map(|cache| semantic_cache::policy_of_product(cache)),
        team: None,
        subscriptions: product.subscriptions.iter().map(|id| id.value.0.clone()).collect(),
        deliver_to: Vec::new(),
        rotation_days: None,
    }
}

/// The longest description of a product (REST reference of products, 2024-05-01).
const DESCRIPTION_MAX: usize = 1000;

/// A contract is a product that opens what it names and nothing else.
pub(super) fn contract(spec: &spec::Spec, contract: &spec::Contract) -> Product {
    let terms = terms::of(spec, contract);
    let limits = terms.limits;
    let product = limits.and_then(|limits| limits.product.as_ref());
    let purpose = contract.purpose.as_str();
    let description = match &contract.owner {
        Some(owner) => format!("{purpose} Owner: {}", owner.as_str()),
        None => purpose.to_owned(),
    };
    Product {
        id: contract.id.value.0.clone(),
        display_name: format!("{} / {}", contract.team.as_str(), contract.id.as_str())
            .chars()
            .take(100)
            .collect(),
        description: description.chars().take(DESCRIPTION_MAX).collect(),
        apis: terms::apis(spec, contract).into_iter().map(str::to_owned).collect(),
        entra: terms.jwt.map(|jwt| EntraCallers {
            tenant: jwt.tenant.value.0.clone(),
            audiences: vec![jwt.audience.value.0.clone()],
            applications: jwt.applications.iter().map(|it| it.value.0.clone()).collect(),
            roles: jwt.roles.iter().map(|it| it.value.0.clone()).collect(),
        }),
        allowed_deployments: Some(contract.allow.models.iter().map(|name| name.value.0.clone()).collect()),
        tokens_per_minute: product.and_then(|limits| limits.tokens_per_minute.as_ref()).map(|limit| limit.0),
        quota: product.and_then(|limits| limits.token_quota.as_ref()).map(|quota| quota_of(quota)),
        model_limits: limits.map_or_else(Vec::new, |limits| model_limits(&limits.models)),
        requests_per_minute: limits.and_then(|limits| limits.requests.as_ref()).map(|it| it.per_minute.0),
        content_safety: terms.content_safety.map(|policy| content_safety::policy(policy)),
        pii: terms.pii.map(|policy| pii::policy(policy)),
        semantic_cache: terms.semantic_cache.map(|cache| semantic_cache::policy_of_product(cache)),
        team: Some(contract.team.value.0.clone()),
        subscriptions: contract
            .keys
            .subscriptions
            .iter()
            .map(|name| terms::subscription_id(contract, name.as_str()))
            .collect(),
        deliver_to: contract.keys.deliver_to.iter().map(|to| to.key_vault.value.0.clone()).collect(),
        rotation_days: contract.keys.rotation.as_ref().map(|rotation| rotation.every.days()),
    }
}

fn model_limits(limits: &BTreeMap<String, spec::At<spec::ModelLimits>>) -> Vec<ModelLimit> {
    let limit = |(name, limit): (&String, &spec::At<spec::ModelLimits>)| ModelLimit {
        name: name.to_ascii_lowercase(),
        tokens_per_minute: limit.tokens_per_minute.as_ref().map(|limit| limit.0),
        quota: limit.token_quota.as_ref().map(|quota| quota_of(quota)),
    };
    limits.iter().map(limit).collect()
}

fn quota_of(quota: &spec::ModelQuota) -> TokenQuota {
    TokenQuota { tokens: quota.tokens.0, period: quota.period.value }
}
