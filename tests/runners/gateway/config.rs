//! The short form in which cases write a configuration and what upstreams answer.

use genai_lz::gateway::sim_host::{SimAnswer, SimBody, SimHost};
use genai_lz::gateway::{
    Api, Backend, BackendKind, Breaker, Config, Example, Headers, Operation, PoolMember, Product, SendError,
    StatusRange, Subscription, SubscriptionDates, SubscriptionScope, Tier,
};
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Short {
    #[serde(default)]
    v2: bool,
    #[serde(default)]
    named_values: IndexMap<String, String>,
    #[serde(default)]
    loggers: Vec<String>,
    #[serde(default)]
    api: Vec<ShortApi>,
    #[serde(default)]
    product: Vec<ShortProduct>,
    #[serde(default)]
    backend: Vec<ShortBackend>,
    #[serde(default)]
    pool: Vec<ShortPool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortApi {
    id: String,
    path: String,
    service_url: Option<String>,
    #[serde(default)]
    open: bool,
    /// `POST /deployments/{id}/chat/completions`
    operations: Vec<String>,
    /// By operation: status, media type, body.
    #[serde(default)]
    examples: IndexMap<String, Vec<(u16, String, String)>>,
}

/// A product with one subscription, whose key is `key-<product>`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortProduct {
    id: String,
    apis: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortBackend {
    id: String,
    url: String,
    breaker: Option<ShortBreaker>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortBreaker {
    count: u32,
    interval_s: u64,
    statuses: Vec<[u16; 2]>,
    #[serde(default)]
    reasons: Vec<String>,
    trip_s: u64,
    retry_after: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortPool {
    id: String,
    /// Backend, priority, weight.
    members: Vec<(String, u32, u32)>,
}

pub(super) fn read(text: &str, config: &mut Config) {
    let short: Short = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    "apim-test".clone_into(&mut config.service_name);
    "West US 3".clone_into(&mut config.region);
    config.tier = if short.v2 { Tier::V2 } else { Tier::Classic };
    config.named_values.extend(short.named_values);
    config.loggers.extend(short.loggers);
    config.apis.extend(short.api.into_iter().map(api));
    for product in short.product {
        config.subscriptions.push(Subscription {
            id: format!("{}-subscription", product.id),
            display_name: product.id.clone(),
            primary_key: format!("key-{}", product.id),
            secondary_key: format!("second-key-{}", product.id),
            scope: SubscriptionScope::Product(product.id.clone()),
            dates: SubscriptionDates::default(),
        });
        config.products.push(Product {
            display_name: product.id.clone(),
            id: product.id,
            subscription_required: true,
            apis: product.apis,
            policy: None,
            ..Product::default()
        });
    }
    config.backends.extend(short.backend.into_iter().map(|backend| Backend {
        id: backend.id,
        kind: BackendKind::Single { url: backend.url, breaker: backend.breaker.map(breaker) },
    }));
    config.backends.extend(short.pool.into_iter().map(|pool| {
        let member = |(backend, priority, weight)| PoolMember { backend, priority, weight };
        Backend {
            id: pool.id,
            kind: BackendKind::Pool { members: pool.members.into_iter().map(member).collect() },
        }
    }));
}

fn api(short: ShortApi) -> Api {
    let example = |(status, content_type, body)| Example { status, content_type, body };
    let examples: IndexMap<String, Vec<Example>> = short
        .examples
        .into_iter()
        .map(|(operation, examples)| (operation, examples.into_iter().map(example).collect()))
        .collect();
    let operation = |text: String| {
        let (method, url_template) = text.split_once(' ').unwrap();
        let id = url_template.rsplit('/').next().unwrap().to_owned();
        Operation {
            display_name: id.clone(),
            id,
            method: method.to_owned(),
            url_template: url_template.to_owned(),
            examples: examples.get(text.as_str()).cloned().unwrap_or_default(),
            policy: None,
        }
    };
    Api {
        display_name: short.id.clone(),
        id: short.id,
        path: short.path,
        service_url: short.service_url,
        subscription_required: !short.open,
        subscription_key_header: "api-key".to_owned(),
        subscription_key_query: "subscription-key".to_owned(),
        policy: None,
        operations: short.operations.into_iter().map(operation).collect(),
    }
}

fn breaker(short: ShortBreaker) -> Breaker {
    Breaker {
        count: short.count,
        interval_ms: short.interval_s * 1000,
        status_ranges: short.statuses.into_iter().map(|[min, max]| StatusRange { min, max }).collect(),
        error_reasons: short.reasons,
        trip_ms: short.trip_s * 1000,
        accept_retry_after: short.retry_after,
    }
}

/// `xml policy global`, `xml policy api`, `xml policy product <id>`, `xml policy operation <id>`.
pub(super) fn policy(config: &mut Config, scope: &str, id: Option<&&str>, text: &str) {
    let slot = match (scope, id) {
        ("global", None) => &mut config.global_policy,
        ("api", None) => &mut config.apis[0].policy,
        ("product", Some(id)) => &mut config.products.iter_mut().find(|one| one.id == **id).unwrap().policy,
        ("operation", Some(id)) => {
            &mut config.apis[0].operations.iter_mut().find(|one| one.id == **id).unwrap().policy
        }
        _ => panic!("unknown scope `{scope}`"),
    };
    *slot = Some(text.to_owned());
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortAnswer {
    #[serde(default)]
    status: u16,
    #[serde(default)]
    headers: IndexMap<String, String>,
    #[serde(default)]
    body: String,
    /// Prompt and completion tokens: a completion with that usage.
    usage: Option<[u64; 2]>,
    /// Chunks of an event stream.
    events: Option<Vec<String>>,
    #[serde(default)]
    latency_ms: u64,
    /// A reason such as `BackendConnectionFailure`.
    fails: Option<String>,
}

/// Host names to answers, in order.
pub(super) fn upstreams(text: &str, host: &SimHost) {
    let scripts: IndexMap<String, Vec<ShortAnswer>> =
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    for (name, answers) in scripts {
        host.script(&name, answers.into_iter().map(answer));
    }
}

fn answer(short: ShortAnswer) -> SimAnswer {
    let mut headers = Headers(short.headers.into_iter().collect());
    let body = match (short.usage, short.events) {
        (Some([prompt, completion]), _) => {
            headers.set("Content-Type", "application/json");
            let total = prompt + completion;
            SimBody::Whole(format!(
                "{{\"choices\":[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{completion},\"total_tokens\":{total}}}}}"
            ))
        }
        (None, Some(events)) => {
            headers.set("Content-Type", "text/event-stream");
            SimBody::Chunks(events.into_iter().map(|event| format!("data: {event}\n\n")).collect())
        }
        (None, None) => SimBody::Whole(short.body),
    };
    let failure = short.fails.map(|reason| SendError { message: format!("{reason} of the script"), reason });
    SimAnswer { status: short.status, headers, body, latency_ms: short.latency_ms, failure }
}
