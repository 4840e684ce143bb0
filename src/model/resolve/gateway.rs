//! The gateway's entities: pools, APIs with their policies, products.

use super::{callers, content_safety};
use crate::catalog::tiers::Tier;
use crate::model::{
    AdaptiveClass, AdaptiveLimit, Api, Breaker, Dimension, Pool, PoolMember, Product, RequestLimit, Retry,
    TokenLimit, TokenQuota, UsageMetric, UsageRecords,
};
use crate::spec;

pub(super) fn pool(pool: &spec::Pool) -> Pool {
    Pool {
        id: pool.id.value.0.clone(),
        members: pool
            .members
            .iter()
            .map(|member| PoolMember {
                account: member.backend.value.0.clone(),
                priority: member.priority.0,
                weight: member.weight.0,
            })
            .collect(),
        breaker: Breaker {
            count: pool.breaker.count.0,
            interval: pool.breaker.interval.iso.clone(),
            trip: pool.breaker.trip.iso.clone(),
            trip_seconds: pool.breaker.trip.seconds,
            statuses: pool.breaker.status_codes.iter().map(|range| range.value).collect(),
            accept_retry_after: pool.breaker.accept_retry_after.value,
        },
    }
}

/// None for an API that leads to no pool.
pub(super) fn api(api: &spec::Api, tier: &Tier) -> Option<Api> {
    let pool = api.pool()?;
    let policies = &api.policies;
    let records = policies.usage.event_hub.as_ref().filter(|records| records.enabled.value);
    Some(Api {
        id: api.id.value.0.clone(),
        display_name: api
            .display_name
            .as_ref()
            .map_or_else(|| api.id.value.0.clone(), |name| name.value.0.clone()),
        path: api.path.value.0.clone(),
        pool: pool.value.0.clone(),
        streaming: api.streaming.value,
        timeout_seconds: api.timeout_seconds.0,
        retry: Retry {
            statuses: api.retry.statuses.iter().map(|range| range.value).collect(),
            count: api.retry.count.0,
            interval_seconds: api.retry.interval_seconds.0,
            first_fast_retry: api.retry.first_fast_retry.value,
        },
        cors: policies.cors.as_ref().map(|cors| callers::cors(cors)),
        ip_filter: policies.ip_filter.as_ref().map(|filter| callers::ip_filter(filter)),
        entra: policies.entra.as_ref().map(|entra| callers::entra(entra)),
        request_limit: policies.request_limit.as_ref().map(|limit| RequestLimit {
            key: limit.key.value,
            calls: limit.calls.0,
            period_seconds: limit.period_seconds.0,
        }),
        content_safety: policies.content_safety.as_ref().map(|policy| content_safety::policy(policy)),
        token_limit: policies.token_limit.as_ref().map(|limit| TokenLimit {
            key: limit.key.value,
            tokens_per_minute: limit.tokens_per_minute.0,
            estimate_prompt_tokens: limit.estimate_prompt_tokens.value,
            remaining_header: limit.headers.remaining.as_ref().map(|name| name.value.0.clone()),
            consumed_header: limit.headers.consumed.as_ref().map(|name| name.value.0.clone()),
        }),
        token_quota: policies.token_quota.as_ref().map(|quota| {
            (quota.key.value, TokenQuota { tokens: quota.tokens.0, period: quota.period.value })
        }),
        adaptive_limit: policies.adaptive_limit.as_ref().and_then(|limit| adaptive_limit(limit, tier)),
        usage_metric: policies.usage.metric.as_ref().map(|metric| UsageMetric {
            namespace: metric.namespace.value.0.clone(),
            dimensions: metric.dimensions.iter().map(|it| dimension(it)).collect(),
        }),
        usage_records: records.map(|records| UsageRecords {
            fields: records.fields.iter().map(|field| field.value).collect(),
            only_status: records.only_status.0,
        }),
    })
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
        }
    };
    let default_class = limit.classes.iter().find(|class| class.is_default.value)?;
    Some(AdaptiveLimit {
        tokens_per_minute: total,
        classes: limit.classes.iter().filter(|it| !it.is_default.value).map(|it| class(it)).collect(),
        default_class: class(default_class),
    })
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
        subscriptions: product.subscriptions.iter().map(|id| id.value.0.clone()).collect(),
    }
}
