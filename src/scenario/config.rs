//! The short form in which a scenario writes the entities of a service, and its policies.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::Deserialize;

use super::contract::{self, ShortContract};
use super::values::Ms;
use crate::dotnet::Certificate;
use crate::gateway::{
    Api, ApiKind, Backend, BackendKind, Breaker, Config, Credentials, Example, HeldCertificate, HttpProxy,
    ManagedIdentity, Operation, Pool, PoolMember, PrivateKey, Product, StatusRange, Subscription,
    SubscriptionDates, SubscriptionScope, SubscriptionState, Threshold, Tier,
};

/// `toml config`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Short {
    /// A v2 tier, which counts tokens in a bucket.
    #[serde(default)]
    v2: bool,
    #[serde(default)]
    named_values: IndexMap<String, String>,
    /// Those that no trace shows.
    #[serde(default)]
    secret_named_values: IndexMap<String, String>,
    #[serde(default)]
    loggers: Vec<String>,
    #[serde(default)]
    api: Vec<ShortApi>,
    /// What an operation of the first API says of its messages.
    #[serde(default)]
    contract: IndexMap<String, ShortContract>,
    /// Schemas of the first API, and of the service: JSON by id.
    #[serde(default)]
    schemas: IndexMap<String, String>,
    #[serde(default)]
    service_schemas: IndexMap<String, String>,
    #[serde(default)]
    certificate: Vec<ShortCertificate>,
    /// Certificates that issue others, in Base64.
    #[serde(default)]
    authorities: Vec<String>,
    #[serde(default)]
    product: Vec<ShortProduct>,
    #[serde(default)]
    subscription: Vec<ShortSubscription>,
    #[serde(default)]
    backend: Vec<ShortBackend>,
    #[serde(default)]
    pool: Vec<ShortPool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortApi {
    id: String,
    path: String,
    workspace: Option<String>,
    service_url: Option<String>,
    #[serde(default)]
    open: bool,
    /// `POST /deployments/{id}/chat/completions`; the last segment is the operation's id.
    operations: Vec<String>,
    /// By operation: status, media type, body.
    #[serde(default)]
    examples: IndexMap<String, Vec<(u16, String, String)>>,
}

/// A certificate of the service in Base64, and its key as PKCS #8.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortCertificate {
    id: String,
    der: String,
    key: Option<String>,
}

/// A product with one subscription, whose key is `key-<product>`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortProduct {
    id: String,
    apis: Vec<String>,
    /// Takes no key.
    #[serde(default)]
    open: bool,
    #[serde(default = "yes")]
    published: bool,
    /// Of its subscription.
    state: Option<String>,
}

fn yes() -> bool {
    true
}

/// A subscription of a product or an API, or of all APIs, whose key is `key-<id>`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortSubscription {
    id: String,
    product: Option<String>,
    api: Option<String>,
    state: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortBackend {
    id: String,
    url: String,
    breaker: Option<ShortBreaker>,
    #[serde(default)]
    credentials: ShortCredentials,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortCredentials {
    #[serde(default)]
    headers: IndexMap<String, String>,
    #[serde(default)]
    query: IndexMap<String, String>,
    /// Scheme and parameter.
    authorization: Option<(String, String)>,
    /// The resource that the gateway's identity gets a token for.
    managed_identity: Option<String>,
    /// Such as `certificate-id gateway`.
    certificate: Option<String>,
    /// The URL of a proxy.
    proxy: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortBreaker {
    count: Option<u32>,
    percentage: Option<u32>,
    interval: Option<Ms>,
    interval_s: Option<u64>,
    statuses: Vec<[u16; 2]>,
    #[serde(default)]
    reasons: Vec<String>,
    trip: Option<Ms>,
    trip_s: Option<u64>,
    #[serde(default)]
    retry_after: bool,
    failure_status: Option<u16>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ShortPool {
    id: String,
    /// Backend, priority, weight.
    members: Vec<(String, u32, u32)>,
    failure_status: Option<u16>,
    session_cookie: Option<String>,
}

impl Short {
    /// Adds what it says to `config`.
    ///
    /// # Errors
    /// A sentence about what does not go together.
    pub(super) fn add_to(self, config: &mut Config) -> Result<(), String> {
        "apim-test".clone_into(&mut config.service_name);
        "West US 3".clone_into(&mut config.region);
        config.tier = if self.v2 { Tier::V2 } else { Tier::Classic };
        config.secret_named_values.extend(self.secret_named_values.keys().cloned());
        config.named_values.extend(self.named_values.into_iter().chain(self.secret_named_values));
        config.loggers.extend(self.loggers);
        for short in self.api {
            config.apis.push(api(short)?);
        }
        config.schemas.extend(contract::schemas(self.service_schemas)?);
        for short in self.certificate {
            let key = short.key.map(|key| base64(&key)).transpose()?;
            let held = HeldCertificate {
                certificate: Arc::new(Certificate::read(&base64(&short.der)?)?),
                key: key.map(|key| PrivateKey(key.into())),
            };
            config.certificates.held.insert(short.id, held);
        }
        for authority in self.authorities {
            config.certificates.authorities.push(Certificate::read(&base64(&authority)?)?);
        }
        if !self.schemas.is_empty() || !self.contract.is_empty() {
            let api = config.apis.first_mut().ok_or("schemas and contracts are those of an API")?;
            api.schemas.extend(contract::schemas(self.schemas)?);
            for (id, short) in self.contract {
                let operation = api.operations.iter_mut().find(|one| one.id == id);
                let operation = operation.ok_or_else(|| format!("the first API has no operation `{id}`"))?;
                operation.contract = short.read()?;
            }
        }
        for product in self.product {
            config.subscriptions.push(Subscription {
                display_name: product.id.clone(),
                state: state(product.state.as_deref())?,
                ..subscription(
                    format!("{}-subscription", product.id),
                    &product.id,
                    SubscriptionScope::Product(product.id.clone()),
                )
            });
            config.products.push(Product {
                display_name: product.id.clone(),
                id: product.id,
                subscription_required: !product.open,
                is_published: product.published,
                apis: product.apis,
                policy: None,
                ..Product::default()
            });
        }
        for short in self.subscription {
            let scope = match (short.product, short.api) {
                (Some(product), None) => SubscriptionScope::Product(product),
                (None, Some(api)) => SubscriptionScope::Api(api),
                (None, None) => SubscriptionScope::AllApis,
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "the subscription `{}` is of a product or an API, not both",
                        short.id
                    ));
                }
            };
            let state = state(short.state.as_deref())?;
            let one = subscription(short.id.clone(), &short.id, scope);
            config.subscriptions.push(Subscription { state, ..one });
        }
        for short in self.backend {
            let breaker = short.breaker.map(breaker).transpose()?;
            let credentials = Box::new(credentials(short.credentials));
            let kind = BackendKind::Single { url: short.url, breaker, credentials };
            config.backends.push(Backend { id: short.id, kind });
        }
        config.backends.extend(self.pool.into_iter().map(|pool| {
            let member = |(backend, priority, weight)| PoolMember { backend, priority, weight };
            let kind = BackendKind::Pool(Pool {
                members: pool.members.into_iter().map(member).collect(),
                failure_status: pool.failure_status,
                session_cookie: pool.session_cookie,
            });
            Backend { id: pool.id, kind }
        }));
        Ok(())
    }
}

fn base64(text: &str) -> Result<Vec<u8>, String> {
    let compact: String = text.split_whitespace().collect();
    STANDARD.decode(compact).map_err(|_| "a certificate or a key is not Base64".to_owned())
}

fn subscription(id: String, key: &str, scope: SubscriptionScope) -> Subscription {
    Subscription {
        display_name: id.clone(),
        id,
        primary_key: format!("key-{key}"),
        secondary_key: format!("second-key-{key}"),
        scope,
        state: SubscriptionState::Active,
        dates: SubscriptionDates::default(),
    }
}

fn state(name: Option<&str>) -> Result<SubscriptionState, String> {
    let Some(name) = name else { return Ok(SubscriptionState::Active) };
    SubscriptionState::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = SubscriptionState::NAMES.iter().map(|(name, _)| *name).collect();
        format!("`{name}` is not a state of a subscription: {}", known.join(", "))
    })
}

fn api(short: ShortApi) -> Result<Api, String> {
    let example = |(status, content_type, body)| Example { status, content_type, body };
    let examples: IndexMap<String, Vec<Example>> = short
        .examples
        .into_iter()
        .map(|(operation, examples)| (operation, examples.into_iter().map(example).collect()))
        .collect();
    let operation = |text: String| {
        let (method, url_template) = text
            .split_once(' ')
            .ok_or_else(|| format!("`{text}` is not an operation such as `POST /chat/completions`"))?;
        let id = url_template.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Operation {
            display_name: id.clone(),
            id,
            method: method.to_owned(),
            url_template: url_template.to_owned(),
            examples: examples.get(text.as_str()).cloned().unwrap_or_default(),
            ..Operation::default()
        })
    };
    Ok(Api {
        kind: ApiKind::Http,
        display_name: short.id.clone(),
        id: short.id,
        path: short.path,
        workspace: short.workspace,
        service_url: short.service_url,
        subscription_required: !short.open,
        subscription_key_header: "api-key".to_owned(),
        subscription_key_query: "subscription-key".to_owned(),
        policy: None,
        logs_calls: false,
        schemas: IndexMap::new(),
        operations: short.operations.into_iter().map(operation).collect::<Result<_, String>>()?,
    })
}

fn breaker(short: ShortBreaker) -> Result<Breaker, String> {
    let ms = |name: &str, written: Option<Ms>, seconds: Option<u64>| match (written, seconds) {
        (Some(Ms(ms)), None) => Ok(ms),
        (None, Some(seconds)) => Ok(seconds.saturating_mul(1000)),
        _ => Err(format!("a breaker has one `{name}`, such as `{name} = \"10 s\"`")),
    };
    let threshold = match (short.count, short.percentage) {
        (Some(count), None) => Threshold::Count(count),
        (None, Some(percent)) => Threshold::Percentage(percent),
        _ => return Err("a breaker has one of `count` and `percentage`".to_owned()),
    };
    Ok(Breaker {
        threshold,
        interval_ms: ms("interval", short.interval, short.interval_s)?,
        status_ranges: short.statuses.into_iter().map(|[min, max]| StatusRange { min, max }).collect(),
        error_reasons: short.reasons,
        trip_ms: ms("trip", short.trip, short.trip_s)?,
        accept_retry_after: short.retry_after,
        failure_status: short.failure_status,
    })
}

fn credentials(short: ShortCredentials) -> Credentials {
    let lists =
        |map: IndexMap<String, String>| map.into_iter().map(|(name, value)| (name, vec![value])).collect();
    Credentials {
        headers: lists(short.headers),
        query: lists(short.query),
        authorization: short.authorization,
        managed_identity: short
            .managed_identity
            .map(|resource| ManagedIdentity { resource, client_id: None }),
        certificate: short.certificate,
        proxy: short.proxy.map(|url| HttpProxy { url, username: None, password: None }),
    }
}

/// The host names of backends.
pub(super) fn hosts(config: &Config) -> Vec<String> {
    let of = |backend: &Backend| match &backend.kind {
        BackendKind::Single { url, .. } => Some(host_of(url)),
        BackendKind::Pool(_) => None,
    };
    let services = config.apis.iter().filter_map(|api| api.service_url.as_deref()).map(host_of);
    config.backends.iter().filter_map(of).chain(services).collect()
}

fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default().to_owned()
}

/// Puts a policy in its place. `words` come after `xml policy`: `global`, `workspace ID`, `api [ID]`, `product ID`,
/// `operation [API/]ID`; an API that is not named is the first.
///
/// # Errors
/// What is not there, with the names that are.
pub(super) fn set_policy(config: &mut Config, words: &[&str], text: &str) -> Result<(), Missing> {
    let slot = match *words {
        ["workspace", id] => {
            config.workspaces.insert(id.to_owned(), text.to_owned());
            return Ok(());
        }
        ["global"] => &mut config.global_policy,
        ["api"] => &mut first_api(config)?.policy,
        ["api", id] => &mut named(&mut config.apis, "API", id, |api| &api.id)?.policy,
        ["product", id] => &mut named(&mut config.products, "product", id, |product| &product.id)?.policy,
        ["operation", id] => {
            let (api, id) = match id.split_once('/') {
                Some((api, id)) => (named(&mut config.apis, "API", api, |api| &api.id)?, id),
                None => (first_api(config)?, id),
            };
            &mut named(&mut api.operations, "operation", id, |operation| &operation.id)?.policy
        }
        _ => return Err(Missing { what: "scope", name: words.join(" "), known: Vec::new() }),
    };
    *slot = Some(text.to_owned());
    Ok(())
}

/// Something that is named and not there.
#[derive(Debug)]
pub(super) struct Missing {
    pub what: &'static str,
    pub name: String,
    pub known: Vec<String>,
}

fn first_api(config: &mut Config) -> Result<&mut Api, Missing> {
    config.apis.first_mut().ok_or(Missing { what: "API", name: "(the first)".to_owned(), known: Vec::new() })
}

fn named<'a, T>(
    items: &'a mut [T],
    what: &'static str,
    name: &str,
    id: impl Fn(&T) -> &String,
) -> Result<&'a mut T, Missing> {
    match items.iter().position(|item| id(item) == name) {
        Some(index) => Ok(&mut items[index]),
        None => {
            let known = items.iter().map(|item| id(item).clone()).collect();
            Err(Missing { what, name: name.to_owned(), known })
        }
    }
}
