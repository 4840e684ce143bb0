//! The policy of an API: what the template needs to know, as texts and C# expressions.

use std::net::Ipv4Addr;

use minijinja::{Environment, Value, context};

use super::escape::csharp_string;
use super::policies::{self, CONTENT_SAFETY, LOGGER};
use super::routes;
use super::templates::fill;
use super::{debug, order, pii, priority, responses, semantic_cache};
use crate::diag::DiagResult;
use crate::model::{
    AdaptiveClass, AdaptiveLimit, Api, ContentSafety, Cors, Destinations, Dimension, EntraCallers, IpFilter,
    LandingZone, TokenHeaders, UsageRecords,
};
use crate::spec::{DimensionValue, LimitKey, StatusRange, UsageField};

/// Fills the template of the policy of `api`.
///
/// # Errors
/// `template-failed`, which is a bug.
pub(super) fn api_policy(environment: &Environment<'_>, zone: &LandingZone, api: &Api) -> DiagResult<String> {
    let one = match &api.destinations {
        Destinations::One(destination) => Some(destination),
        Destinations::ByName(_) => None,
    };
    let caller = caller_address(zone);
    let keys = Keys { api: &api.id, caller };
    let values = context! {
        pool => one.map(|to| to.backend.as_str()),
        sign_in => one.map(|to| routes::sign_in(to.by_identity)),
        routes => routes::routes(api),
        targets => routes::targets(api),
        needs_model => policies::asks_for_the_model(api),
        trip_seconds => routes::trip_seconds(api),
        streaming => api.streaming,
        timeout_seconds => api.timeout_seconds,
        retry => context! {
            condition => any_status(&api.retry.statuses),
            count => routes::attempts(api),
            interval_seconds => api.retry.interval_seconds,
            first_fast_retry => api.retry.first_fast_retry,
        },
        cors => api.cors.as_ref().map(|it| cors(it, &METHODS)),
        ip_filter => api.ip_filter.as_ref().map(ip_filter),
        entra => api.entra.as_ref().map(entra),
        request_limit => api.request_limit.as_ref().map(|limit| context! {
            counter_key => keys.counter("requests", limit.key),
            calls => limit.calls,
            period_seconds => limit.period_seconds,
            counts_tokens => limit.counts_tokens,
        }),
        content_safety => api.content_safety.as_ref().map(content_safety),
        pii => zone.language.as_ref().zip(api.pii.as_ref()).map(|(account, it)| pii::values(account, it)),
        semantic_cache => api.semantic_cache.as_ref().map(semantic_cache::values),
        token_limit => api.token_limit.as_ref().map(|limit| context! {
            counter_key => keys.counter("api", limit.key),
            tokens_per_minute => limit.tokens_per_minute,
            estimate_prompt_tokens => limit.estimate_prompt_tokens,
            headers => token_headers(&limit.headers),
        }),
        token_quota => api.token_quota.as_ref().map(|(key, quota)| context! {
            counter_key => keys.counter("quota", *key),
            tokens => quota.tokens,
            period => quota.period.word(),
        }),
        adaptive_limit => api.adaptive_limit.as_ref().map(|limit| adaptive(api, limit)),
        priority => api.priority.as_ref().map(|it| priority::values(zone, api, it)),
        order => api.account_order.map(|it| order::values(zone, api, it)),
        responses => api.response_owner_days.map(|days| responses::values(api, days)),
        debug => api.debug_headers.then(|| debug::values(zone, api)),
        usage_metric => api.usage_metric.as_ref().map(|metric| context! {
            namespace => metric.namespace.as_str(),
            dimensions => metric.dimensions.iter().map(|it| dimension(it, caller)).collect::<Vec<_>>(),
        }),
        usage_records => api.usage_records.as_ref().map(|records| usage_records(records, caller)),
    };
    fill(environment, "api.xml", values)
}

/// The address of whoever calls. Behind an Application Gateway every request comes from its subnet, and it adds the
/// caller's address and port to `X-Forwarded-For`, at the end (azure.microsoft.com/blog,
/// rewrite-http-headers-with-azure-application-gateway, 2019-04-16, changed 2025-06-20). A gateway that is reached
/// directly too cannot rely on that field, which any caller may write.
pub(super) fn caller_address(zone: &LandingZone) -> &'static str {
    let [direct, forwarded] = CALLER_ADDRESSES;
    if zone.app_gateway.is_some() && zone.is_called_from_within() { forwarded } else { direct }
}

/// Of a caller without and behind an Application Gateway.
pub(super) const CALLER_ADDRESSES: [&str; 2] = [
    "context.Request.IpAddress",
    "context.Request.Headers.GetValueOrDefault(\"X-Forwarded-For\", context.Request.IpAddress).Split(',').Last().Trim().Split(':')[0]",
];

/// What the limits of an API count together.
pub(super) struct Keys<'a> {
    /// Its id.
    pub api: &'a str,
    pub caller: &'static str,
}

impl Keys<'_> {
    /// One counter per key value and gateway, over all policies that use the key: so each key begins with what it is
    /// for.
    pub(super) fn counter(&self, what: &str, key: LimitKey) -> String {
        let prefix = csharp_string(&format!("{what}:{}:", self.api));
        match key {
            LimitKey::Subscription => format!("@({prefix} + context.Subscription.Id)"),
            LimitKey::ClientIp => format!("@({prefix} + {})", self.caller),
            LimitKey::Api => format!("@({prefix})"),
        }
    }
}

/// The methods of the operations of an API of models.
const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];

/// For the part of a template that policies of all surfaces share; `methods` are those of the API's operations.
pub(super) fn cors(cors: &Cors, methods: &[&str]) -> Value {
    context! {
        origins => &cors.origins,
        methods => methods.iter().map(ToString::to_string).collect::<Vec<_>>(),
        headers => &cors.headers,
        expose_headers => &cors.expose_headers,
        allow_credentials => cors.allow_credentials,
        max_age_seconds => cors.max_age_seconds,
    }
}

/// For the part of a template that API and product policies share.
pub(super) fn entra(entra: &EntraCallers) -> Value {
    context! {
        tenant => entra.tenant.as_str(),
        audiences => &entra.audiences,
        applications => &entra.applications,
        roles => &entra.roles,
    }
}

/// For the part of a template that API and product policies share.
pub(super) fn content_safety(policy: &ContentSafety) -> Value {
    let category = |(name, threshold): &(&str, u32)| context! { name => *name, threshold };
    context! {
        backend => CONTENT_SAFETY,
        shield_prompt => policy.shield_prompt,
        completions => policy.completions,
        window_size => policy.window_size,
        window_overlap => policy.window_overlap,
        output_type => if policy.eight_levels { "EightSeverityLevels" } else { "FourSeverityLevels" },
        categories => policy.thresholds.iter().map(category).collect::<Vec<_>>(),
        blocklists => &policy.blocklists,
    }
}

/// For the part of a template that policies of all surfaces share.
pub(super) fn ip_filter(filter: &IpFilter) -> Value {
    let range = |(first, last): &(Ipv4Addr, Ipv4Addr)| {
        context! { first => first.to_string(), last => (first != last).then(|| last.to_string()) }
    };
    context! {
        action => if filter.allows { "allow" } else { "forbid" },
        ranges => filter.ranges.iter().map(range).collect::<Vec<_>>(),
    }
}

fn adaptive(api: &Api, limit: &AdaptiveLimit) -> Value {
    let class = |class: &AdaptiveClass| {
        context! {
            key => format!("adaptive:{}:class:{}", api.id, class.name),
            header => class.header.as_deref(),
            base => class.base,
            // Without a share the limit is the same for every call, which v2 tiers need (D-16).
            headers => token_headers(&class.headers),
            share => (class.share_thousandths > 0).then(|| share(class.share_thousandths)),
        }
    };
    context! {
        total_key => format!("adaptive:{}:total", api.id),
        headers => token_headers(&limit.headers),
        tokens_per_minute => limit.tokens_per_minute,
        classes => limit.classes.iter().map(class).collect::<Vec<_>>(),
        default_class => class(&limit.default_class),
    }
}

fn token_headers(headers: &TokenHeaders) -> Value {
    context! { remaining => headers.remaining.as_deref(), consumed => headers.consumed.as_deref() }
}

/// Thousandths as a C# double.
fn share(thousandths: u32) -> String {
    let digits = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    let trimmed = digits.trim_end_matches('0');
    if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.to_owned() }
}

/// A C# condition that holds for any of the statuses.
fn any_status(statuses: &[StatusRange]) -> String {
    let conditions: Vec<String> = statuses
        .iter()
        .map(|StatusRange { min, max }| {
            if min == max {
                format!("context.Response.StatusCode == {min}")
            } else {
                format!("context.Response.StatusCode >= {min} && context.Response.StatusCode <= {max}")
            }
        })
        .collect();
    if conditions.is_empty() { "false".to_owned() } else { conditions.join(" || ") }
}

fn dimension(dimension: &Dimension, caller: &str) -> Value {
    let value = dimension.value.map(|value| expression_of(value, caller));
    context! { name => dimension.name.as_str(), value }
}

/// The expressions that a dimension's value may have, by what stands before the gateway.
pub fn dimension_expressions(value: DimensionValue) -> [String; 2] {
    CALLER_ADDRESSES.map(|caller| expression_of(value, caller))
}

fn expression_of(value: DimensionValue, caller: &str) -> String {
    match value {
        DimensionValue::ClientIp => format!("@({caller})"),
        DimensionValue::ProductName => {
            "@(context.Product != null ? context.Product.Name : \"none\")".to_owned()
        }
        DimensionValue::SubscriptionName => "@(context.Subscription.Name)".to_owned(),
        DimensionValue::OperationName => "@(context.Operation.Name)".to_owned(),
        DimensionValue::RequestedModel => {
            "@(context.Variables.GetValueOrDefault<string>(\"requested-model\", \"none\"))".to_owned()
        }
        DimensionValue::Deployment => {
            "@(context.Request.MatchedParameters.GetValueOrDefault(\"deployment-id\", \"none\"))".to_owned()
        }
    }
}

fn usage_records(records: &UsageRecords, caller: &str) -> Value {
    let field = |field: &UsageField| {
        let value = match field {
            UsageField::EventTime => "DateTime.UtcNow.ToString(\"yyyy-MM-ddTHH:mm:ss.fffZ\")",
            UsageField::ServiceName => "context.Deployment.ServiceName",
            UsageField::GatewayId => "context.Deployment.GatewayId",
            UsageField::RequestId => "context.RequestId.ToString()",
            UsageField::RequestIp => caller,
            UsageField::OperationName => "context.Operation.Name",
            UsageField::SubscriptionId => "context.Subscription.Id",
            UsageField::ProductId => "context.Product != null ? context.Product.Id : \"none\"",
            UsageField::ApiId => "context.Api.Id",
            UsageField::RequestedModel => {
                "context.Variables.GetValueOrDefault<string>(\"requested-model\", \"none\")"
            }
            UsageField::TotalTokens => "context.Variables.GetValueOrDefault<int>(\"tokens-consumed\", 0)",
        };
        context! { name => field.word(), value }
    };
    context! {
        logger => LOGGER,
        only_status => records.only_status,
        fields => records.fields.iter().map(field).collect::<Vec<_>>(),
    }
}
