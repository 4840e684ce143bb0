//! The policies of a landing zone: API and product documents from templates, fragments as they are. Each is read
//! back by our own parser before it goes anywhere.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::{Environment, Value, context};

use super::codes;
use super::escape::csharp_string;
use super::templates::{environment, fill};
use crate::diag::{DiagResult, Diagnostic, Diagnostics};
use crate::model::{AdaptiveClass, AdaptiveLimit, Api, Dimension, LandingZone, Product, UsageRecords};
use crate::policy;
use crate::spec::{DimensionValue, LimitKey, StatusRange, UsageField};
use crate::text::Source;

/// The Event Hub logger that usage records go to.
pub(super) const LOGGER: &str = "usage-eventhub";

/// A fragment: its name in APIM, what it is for, its text.
pub(super) const FRAGMENTS: &[(&str, &str, &str)] = &[
    (
        "backend-managed-identity",
        "Signs in to Azure OpenAI with the identity of the gateway",
        include_str!("../../policies/fragments/backend-managed-identity.xml"),
    ),
    (
        "remember-retry-after",
        "Remembers the shortest Retry-After of the accounts of a pool",
        include_str!("../../policies/fragments/remember-retry-after.xml"),
    ),
    (
        "pool-exhausted",
        "Answers 429 with Retry-After when no account of a pool can answer",
        include_str!("../../policies/fragments/pool-exhausted.xml"),
    ),
];

/// One policy: where it goes in the bundle, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub path: String,
    pub text: String,
}

/// All policies of a landing zone, in the order of its APIs and products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policies {
    pub fragments: Vec<Policy>,
    pub apis: Vec<Policy>,
    /// None for a product without limits.
    pub products: Vec<Option<Policy>>,
}

impl Policies {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.fragments.iter().chain(&self.apis).chain(self.products.iter().flatten())
    }
}

/// Renders all policies and reads them back.
///
/// # Errors
/// `template-failed` and `rendered-policy-refused`, which are bugs.
pub(super) fn policies(zone: &LandingZone) -> DiagResult<Policies> {
    let environment = environment()?;
    let mut rendered = Policies { fragments: Vec::new(), apis: Vec::new(), products: Vec::new() };
    for (name, _, text) in FRAGMENTS {
        let path = format!("policies/fragments/{name}.xml");
        rendered.fragments.push(Policy { path, text: (*text).to_owned() });
    }
    for api in &zone.apis {
        let path = format!("policies/apis/{}.xml", api.id);
        rendered.apis.push(Policy { path, text: api_policy(&environment, zone, api)? });
    }
    for product in &zone.products {
        let path = format!("policies/products/{}.xml", product.id);
        let text = product_policy(&environment, product)?;
        rendered.products.push(text.map(|text| Policy { path, text }));
    }
    read_back(&rendered)?;
    Ok(rendered)
}

/// Reads every policy as the gateway will, and puts the fragments of the APIs in their places.
fn read_back(rendered: &Policies) -> DiagResult<()> {
    let mut found = Vec::new();
    let mut load = |Policy { path, text }: &Policy| {
        let (policy, problems) = policy::load(&Source::new(path.as_str(), text.as_str()), None);
        found.extend(problems);
        Arc::new(policy)
    };
    let fragments: IndexMap<String, Arc<policy::Policy>> = FRAGMENTS
        .iter()
        .zip(&rendered.fragments)
        .map(|((name, ..), it)| ((*name).to_owned(), load(it)))
        .collect();
    let apis: Vec<_> = rendered.apis.iter().map(&mut load).collect();
    rendered.products.iter().flatten().for_each(|product| drop(load(product)));
    for api in apis {
        let (_, problems) = policy::compose(&[(policy::Scope::Api, api)], &fragments);
        found.extend(problems);
    }
    // A warning is about what the sources do not agree on, such as an expression in `tokens-per-minute`.
    found.retain(Diagnostic::is_error);
    if found.is_empty() {
        return Ok(());
    }
    let refused = found.into_iter().map(|problem| {
        let message = format!("a rendered policy is refused: {}", problem.message);
        let refused = Diagnostic { primary: problem.primary, ..Diagnostic::new(&codes::REFUSED, message) };
        refused.help("report this as a bug in genai-lz")
    });
    Err(Diagnostics(refused.collect()))
}

fn api_policy(environment: &Environment<'_>, zone: &LandingZone, api: &Api) -> DiagResult<String> {
    let trip_seconds =
        zone.pools.iter().find(|pool| pool.id == api.pool).map_or(60, |pool| pool.breaker.trip_seconds);
    let values = context! {
        pool => api.pool.as_str(),
        trip_seconds,
        streaming => api.streaming,
        timeout_seconds => api.timeout_seconds,
        retry => context! {
            condition => any_status(&api.retry.statuses),
            count => api.retry.count,
            interval_seconds => api.retry.interval_seconds,
            first_fast_retry => api.retry.first_fast_retry,
        },
        token_limit => api.token_limit.as_ref().map(|limit| context! {
            counter_key => counter_key(api, limit.key),
            tokens_per_minute => limit.tokens_per_minute,
            estimate_prompt_tokens => limit.estimate_prompt_tokens,
            remaining_header => limit.remaining_header.as_deref(),
            consumed_header => limit.consumed_header.as_deref(),
        }),
        adaptive_limit => api.adaptive_limit.as_ref().map(|limit| adaptive(api, limit)),
        usage_metric => api.usage_metric.as_ref().map(|metric| context! {
            namespace => metric.namespace.as_str(),
            dimensions => metric.dimensions.iter().map(dimension).collect::<Vec<_>>(),
        }),
        usage_records => api.usage_records.as_ref().map(usage_records),
    };
    fill(environment, "api.xml", values)
}

fn product_policy(environment: &Environment<'_>, product: &Product) -> DiagResult<Option<String>> {
    if product.tokens_per_minute.is_none() && product.quota.is_none() {
        return Ok(None);
    }
    let values = context! {
        counter_key => format!(
            "@({} + context.Subscription.Id)",
            csharp_string(&format!("product:{}:", product.id)),
        ),
        tokens_per_minute => product.tokens_per_minute,
        quota => product.quota.as_ref().map(|quota| context! {
            tokens => quota.tokens,
            period => quota.period.word(),
        }),
    };
    fill(environment, "product.xml", values).map(Some)
}

/// One counter per key value and gateway, over all policies that use the key: so each key begins with what it is for.
fn counter_key(api: &Api, key: LimitKey) -> String {
    let prefix = csharp_string(&format!("api:{}:", api.id));
    match key {
        LimitKey::Subscription => format!("@({prefix} + context.Subscription.Id)"),
        LimitKey::ClientIp => format!("@({prefix} + context.Request.IpAddress)"),
        LimitKey::Api => format!("@({prefix})"),
    }
}

fn adaptive(api: &Api, limit: &AdaptiveLimit) -> Value {
    let class = |class: &AdaptiveClass| {
        context! {
            key => format!("adaptive:{}:class:{}", api.id, class.name),
            header => class.header.as_deref(),
            base => class.base,
            // Without a share the limit is the same for every call, which v2 tiers need (D-16).
            share => (class.share_thousandths > 0).then(|| share(class.share_thousandths)),
        }
    };
    context! {
        total_key => format!("adaptive:{}:total", api.id),
        tokens_per_minute => limit.tokens_per_minute,
        classes => limit.classes.iter().map(class).collect::<Vec<_>>(),
        default_class => class(&limit.default_class),
    }
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

fn dimension(dimension: &Dimension) -> Value {
    let value = dimension.value.map(|value| match value {
        DimensionValue::ClientIp => "@(context.Request.IpAddress)",
        DimensionValue::ProductName => "@(context.Product != null ? context.Product.Name : \"none\")",
        DimensionValue::SubscriptionName => "@(context.Subscription.Name)",
        DimensionValue::OperationName => "@(context.Operation.Name)",
        DimensionValue::Deployment => {
            "@(context.Request.MatchedParameters.GetValueOrDefault(\"deployment-id\", \"none\"))"
        }
    });
    context! { name => dimension.name.as_str(), value }
}

fn usage_records(records: &UsageRecords) -> Value {
    let field = |field: &UsageField| {
        let value = match field {
            UsageField::EventTime => "DateTime.UtcNow.ToString(\"yyyy-MM-ddTHH:mm:ss.fffZ\")",
            UsageField::ServiceName => "context.Deployment.ServiceName",
            UsageField::GatewayId => "context.Deployment.GatewayId",
            UsageField::RequestId => "context.RequestId.ToString()",
            UsageField::RequestIp => "context.Request.IpAddress",
            UsageField::OperationName => "context.Operation.Name",
            UsageField::SubscriptionId => "context.Subscription.Id",
            UsageField::ProductId => "context.Product != null ? context.Product.Id : \"none\"",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_our_own_parser_refuses_is_not_handed_on() {
        let policy = |text: &str| Policy { path: "policies/p.xml".to_owned(), text: text.to_owned() };
        let rendered = |api: &str| Policies {
            fragments: Vec::new(),
            apis: vec![policy(api)],
            products: vec![None, Some(policy("<policies><inbound /></policies>"))],
        };
        assert_eq!(read_back(&rendered("<policies><inbound /></policies>")), Ok(()));
        for broken in ["<policies><inbound>", "<policies><inbound><forward-requst /></inbound></policies>"] {
            let refused = read_back(&rendered(broken)).unwrap_err();
            assert!(refused.0.iter().all(|found| found.code.id == "rendered-policy-refused"), "{refused:?}");
        }
    }
}
