//! What an API's policies need from each other and from the rest of the spec.

use super::{Checks, limits};
use crate::spec::types::{AdaptiveLimit, Api, Dimension, Spec, UsageField};
use crate::spec::{codes, routing};

/// Azure Monitor keeps ten keys of a metric, and five are the service's own (region, id, name and type of the service among
/// them), so five are left, whether API Management fills them in or we do
/// (learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy, 2026-05-27; older pages say ten).
const DIMENSIONS_MAX: usize = 5;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for api in spec.apis.iter() {
        breaker_opens_in_time(spec, api, cx);
        reached_by_a_route(spec, api, cx);
        usage(spec, api, cx);
        if let Some(limit) = &api.policies.adaptive_limit {
            classes(&limit.value, cx);
        }
        limits::check(api, cx);
    }
    for product in spec.products.iter() {
        if let Some(limits) = &product.limits
            && limits.tokens_per_minute.is_none()
            && limits.token_quota.is_none()
            && limits.models.is_empty()
            && limits.requests.is_none()
        {
            let found = cx
                .diagnostic(&codes::MISSING_FIELD, limits.span, "`limits` limits nothing")
                .help("add `tokensPerMinute`, `tokenQuota`, `models` or `requests`, or leave `limits` out");
            cx.push(found);
        }
    }
}

fn breaker_opens_in_time(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let pool = api.pool().and_then(|id| spec.pools.iter().find(|pool| pool.id.value == id.value));
    let Some(pool) = pool else { return };
    let attempts = routing::retries(spec, api) + 1;
    let Some(failures) = pool.breaker.failures() else { return };
    let one_group = pool.members.windows(2).all(|pair| pair[0].priority.0 == pair[1].priority.0);
    if one_group || failures < attempts {
        return;
    }
    let found = cx
        .diagnostic(
            &codes::BREAKER_OUTLASTS_RETRY,
            pool.breaker.count.as_ref().map_or(pool.breaker.span, |count| count.span),
            format!(
                "the breaker opens after {failures} failures, but `{}` makes {attempts} attempts",
                api.id.as_str(),
            ),
        )
        .related(cx.source, api.retry.count.as_ref().map_or(api.id.span, |count| count.span), "the retries")
        .help(format!("set `breaker.count` to {} or less, or raise `retry.count`", attempts - 1));
    cx.push(found);
}

fn reached_by_a_route(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let routes = spec.baseline.app_gateway.as_ref().and_then(|gateway| gateway.routes.as_ref());
    let Some(routes) = routes else { return };
    let path = format!("/{}/", api.path.as_str());
    let reached = routes.iter().any(|route| match route.as_str().strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => false,
    });
    if !reached {
        let found = cx
            .diagnostic(
                &codes::ROUTE_MISSING,
                routes.span,
                format!("no route of the Application Gateway reaches `{}`", api.id.as_str()),
            )
            .related(cx.source, api.path.span, "its path")
            .help(format!("add `{path}*`"));
        cx.push(found);
    }
}

fn usage(spec: &Spec, api: &Api, cx: &mut Checks<'_>) {
    let policies = &api.policies;
    if let Some(metric) = &policies.usage.metric
        && metric.dimensions.len() > DIMENSIONS_MAX
    {
        let found = cx
            .diagnostic(
                &codes::OUT_OF_RANGE,
                metric.dimensions.span,
                format!("{} dimensions; a metric has at most {DIMENSIONS_MAX}", metric.dimensions.len()),
            )
            .help(format!("keep {DIMENSIONS_MAX} of them"));
        cx.push(found);
    }
    if let Some(metric) = &policies.usage.metric {
        let name = |dimension: &Dimension| match dimension {
            Dimension::Known(known) => known.word().to_owned(),
            Dimension::Custom(custom) => custom.name.value.0.clone(),
        };
        for (index, dimension) in metric.dimensions.iter().enumerate() {
            let earlier = &metric.dimensions[..index];
            if earlier.iter().any(|other| name(other).eq_ignore_ascii_case(&name(dimension))) {
                let found = cx
                    .diagnostic(
                        &codes::DUPLICATE_ID,
                        dimension.span,
                        format!("a second dimension `{}`", name(dimension)),
                    )
                    .help("rename or remove one of the two");
                cx.push(found);
            }
        }
    }
    let Some(records) = policies.usage.event_hub.as_ref().filter(|records| records.enabled.value) else {
        return;
    };
    if spec.baseline.event_hub.is_none() {
        let found = cx
            .diagnostic(
                &codes::UNKNOWN_REFERENCE,
                records.span,
                "there is no Event Hub to send usage records to",
            )
            .help("add `baseline.eventHub`");
        cx.push(found);
    }
    let counted = policies.token_limit.is_some() || policies.adaptive_limit.is_some();
    let total = records.fields.iter().find(|field| field.value == UsageField::TotalTokens);
    if let Some(total) = total.filter(|_| !counted) {
        let found = cx
            .diagnostic(&codes::USAGE_NEEDS_LIMIT, total.span, "no limit counts the tokens of `TotalTokens`")
            .help("add `tokenLimit` to the policies of the API, or leave `TotalTokens` out");
        cx.push(found);
    }
}

fn classes(limit: &AdaptiveLimit, cx: &mut Checks<'_>) {
    let defaults: Vec<_> = limit.classes.iter().filter(|class| class.is_default.value).collect();
    match defaults[..] {
        [_] => {}
        [] => {
            let found = cx
                .diagnostic(
                    &codes::MISSING_FIELD,
                    limit.classes.span,
                    "no class takes the requests of no other class",
                )
                .help("set `default: true` on one of the classes");
            cx.push(found);
        }
        [first, second, ..] => {
            let found = cx
                .diagnostic(
                    &codes::DUPLICATE_ID,
                    second.is_default.span,
                    "a second class with `default: true`",
                )
                .related(cx.source, first.is_default.span, "the first")
                .help("keep one of them");
            cx.push(found);
        }
    }
    for (index, class) in limit.classes.iter().enumerate() {
        let (code, span, message, help) = match (&class.when, class.is_default.value) {
            (None, false) => {
                (&codes::MISSING_FIELD, class.span, "`when` is missing", "say which requests the class takes")
            }
            (Some(when), true) => (
                &codes::UNKNOWN_FIELD,
                when.span,
                "the default class has a condition",
                "remove `when` or `default`",
            ),
            _ if limit.classes[..index].iter().any(|other| other.name.value == class.name.value) => (
                &codes::DUPLICATE_ID,
                class.name.span,
                "a second class of this name",
                "rename one of the two",
            ),
            _ => continue,
        };
        let found = cx.diagnostic(code, span, message).help(help);
        cx.push(found);
    }
}
