//! Deployed Microsoft.ApiManagement/service/* resources become a [`Config`]. Nothing is taken from the spec
//! or from rendered files: the gateway in the sandbox runs what was deployed. What policies mean is left to
//! `gateway`; the simulated upstreams behind backend URLs to `net_host`.

mod backends;
mod certificates;
mod check;
mod contract;
mod examples;
mod kinds;

use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) use certificates::read as read_certificate;
pub use check::gateway_validator;
pub(super) use kinds::operation_of;

use super::codes::{ENTITY_INVALID, ENTITY_MISSING, ENTITY_UNSUPPORTED};
use super::{Resource, ResourceId, State, providers};
use crate::diag::{Code, DiagResult, Diagnostic, finish};
use crate::gateway::{
    Api, Config, Operation, Product, Subscription, SubscriptionDates, SubscriptionScope, SubscriptionState,
    Tier,
};
use examples::examples;

/// Makes the configuration of the service `apim_id`. Entities are sorted by name, so that the order in which a
/// deployment happened to create them does not show.
///
/// # Errors
/// Every entity that a gateway could not use, by name.
pub fn from_resources(state: &State, apim_id: &str) -> DiagResult<Config> {
    let service = ResourceId::parse(apim_id).and_then(|id| state.get(&id));
    let Some(service) = service.filter(|service| service.id.is_type("Microsoft.ApiManagement/service"))
    else {
        return Err(Diagnostic::new(
            &ENTITY_MISSING,
            format!("no API Management service `{apim_id}` is deployed"),
        )
        .into());
    };
    let mut reader = Reader { state, found: Vec::new() };
    let config = Config {
        service_name: service.id.name().to_owned(),
        region: service.text("/location").unwrap_or_default().to_owned(),
        tier: tier(service.text("/sku/name").unwrap_or_default()),
        global_policy: reader.policy(&service.id),
        // Workspaces are not deployed to the sandbox.
        workspaces: indexmap::IndexMap::new(),
        apis: reader.each(&service.id, "apis", Reader::api),
        products: reader.each(&service.id, "products", Reader::product),
        subscriptions: reader.each(&service.id, "subscriptions", Reader::subscription),
        backends: reader.each(&service.id, "backends", backends::read),
        named_values: reader.each(&service.id, "namedValues", Reader::named_value).into_iter().collect(),
        secret_named_values: reader
            .each(&service.id, "namedValues", Reader::secret_name)
            .into_iter()
            .collect(),
        fragments: reader.each(&service.id, "policyFragments", Reader::fragment).into_iter().collect(),
        schemas: contract::schemas(state, &service.id),
        certificates: reader.certificates(&service),
        loggers: reader.each(&service.id, "loggers", |_, logger| Some(logger.id.name().to_owned())),
    };
    let (config, _warnings) = finish(config, reader.found)?;
    Ok(config)
}

/// `StandardV2` and its like count tokens in another way than the classic SKUs.
fn tier(sku: &str) -> Tier {
    if sku.to_ascii_lowercase().ends_with("v2") { Tier::V2 } else { Tier::Classic }
}

/// The ids of all deployed services, in the order they were created.
pub fn services(state: &State) -> Vec<String> {
    state.of_type("Microsoft.ApiManagement/service").iter().map(|service| service.id.to_string()).collect()
}

/// Reads entities and gathers what is wrong with them.
struct Reader<'a> {
    state: &'a State,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Reads all children of a kind; those that are wrong are left out and reported.
    fn each<T>(
        &mut self,
        parent: &ResourceId,
        kind: &str,
        read: impl Fn(&mut Self, &Resource) -> Option<T>,
    ) -> Vec<T> {
        let mut children = self.state.children(parent, kind);
        children.sort_by_key(|child| child.id.key());
        children.iter().filter_map(|child| read(self, child)).collect()
    }

    fn api(&mut self, api: &Resource) -> Option<Api> {
        let kind = api.text("/properties/type").or_else(|| api.text("/properties/apiType")).unwrap_or("http");
        let (kind, own_operations) = kinds::read(self, api, kind)?;
        if api.text("/properties/format").is_some() {
            return self.refuse(
                &ENTITY_UNSUPPORTED,
                api,
                "APIs imported from a document are not run by the sandbox",
            );
        }
        if api.id.name().contains(";rev=") {
            return self.refuse(&ENTITY_UNSUPPORTED, api, "revisions of an API are not run by the sandbox");
        }
        let key_name = |which: &str, default: &str| {
            api.text(&format!("/properties/subscriptionKeyParameterNames/{which}"))
                .unwrap_or(default)
                .to_owned()
        };
        Some(Api {
            id: api.id.name().to_owned(),
            display_name: self.text(api, "displayName")?,
            workspace: None,
            kind,
            path: self.text(api, "path")?.trim_matches('/').to_owned(),
            service_url: api.text("/properties/serviceUrl").filter(|url| !url.is_empty()).map(str::to_owned),
            subscription_required: flag(api, "subscriptionRequired", true),
            subscription_key_header: key_name("header", "Ocp-Apim-Subscription-Key"),
            subscription_key_query: key_name("query", "subscription-key"),
            policy: self.policy(&api.id),
            logs_calls: self.state.children(&api.id, "diagnostics").iter().any(|diagnostic| {
                let logs = diagnostic.text("/properties/largeLanguageModel/logs").unwrap_or_default();
                diagnostic.id.name().eq_ignore_ascii_case("azuremonitor")
                    && logs.eq_ignore_ascii_case("enabled")
            }),
            schemas: contract::schemas(self.state, &api.id),
            operations: match own_operations {
                Some(operations) => operations,
                None => self.each(&api.id, "operations", Self::operation),
            },
        })
    }

    fn operation(&mut self, operation: &Resource) -> Option<Operation> {
        Some(Operation {
            id: operation.id.name().to_owned(),
            display_name: self.text(operation, "displayName")?,
            method: self.text(operation, "method")?.to_ascii_uppercase(),
            url_template: self.text(operation, "urlTemplate")?,
            contract: contract::read(operation),
            examples: examples(operation),
            policy: self.policy(&operation.id),
        })
    }

    fn product(&mut self, product: &Resource) -> Option<Product> {
        Some(Product {
            id: product.id.name().to_owned(),
            display_name: self.text(product, "displayName")?,
            subscription_required: flag(product, "subscriptionRequired", true),
            approval_required: flag(product, "approvalRequired", false),
            is_published: product
                .text("/properties/state")
                .is_some_and(|state| state.eq_ignore_ascii_case("published")),
            subscriptions_limit: product
                .at("/properties/subscriptionsLimit")
                .and_then(Json::as_i64)
                .and_then(|limit| i32::try_from(limit).ok()),
            groups: self.each(&product.id, "groups", |_, group| Some(group.id.name().to_owned())),
            apis: self.each(&product.id, "apis", |_, link| Some(link.id.name().to_owned())),
            policy: self.policy(&product.id),
        })
    }

    fn subscription(&mut self, subscription: &Resource) -> Option<Subscription> {
        let state = subscription.text("/properties/state").unwrap_or("submitted");
        let Some(state) = SubscriptionState::from_name(state) else {
            return self.refuse(&ENTITY_INVALID, subscription, format!("`{state}` is not a state"));
        };
        let scope = self.text(subscription, "scope")?;
        let scope = match providers::scope_of_subscription(&scope) {
            Some(("products", Some(product))) => SubscriptionScope::Product(product.to_owned()),
            Some((_, Some(api))) => SubscriptionScope::Api(api.to_owned()),
            Some((_, None)) => SubscriptionScope::AllApis,
            None => {
                return self.refuse(
                    &ENTITY_INVALID,
                    subscription,
                    format!("the scope `{scope}` is none of a product, an API or all APIs"),
                );
            }
        };
        let key = |name: &str| subscription.secret.get(name).and_then(Json::as_str).map(str::to_owned);
        let (Some(primary_key), Some(secondary_key)) = (key("primaryKey"), key("secondaryKey")) else {
            return self.refuse(&ENTITY_INVALID, subscription, "it has no keys");
        };
        Some(Subscription {
            id: subscription.id.name().to_owned(),
            display_name: self.text(subscription, "displayName")?,
            primary_key,
            secondary_key,
            scope,
            state,
            dates: SubscriptionDates {
                created_unix_ms: self.date(subscription, "createdDate")?,
                start_unix_ms: self.date(subscription, "startDate")?,
                end_unix_ms: self.date(subscription, "expirationDate")?,
            },
        })
    }

    /// A policy names it by `displayName`, not by its id (APIM, "Named values", 2026-11).
    fn named_value(&mut self, named_value: &Resource) -> Option<(String, String)> {
        let name = self.text(named_value, "displayName")?;
        let stored = named_value.secret.get("value").and_then(Json::as_str);
        if let Some(value) = stored.or_else(|| named_value.text("/properties/value")) {
            return Some((name, value.to_owned()));
        }
        let secret_id = named_value.text("/properties/keyVault/secretIdentifier").unwrap_or_default();
        match self.vault_secret(secret_id) {
            Some(value) => Some((name, value)),
            None => self.refuse(
                &ENTITY_MISSING,
                named_value,
                format!("the key vault secret `{secret_id}` is not deployed"),
            ),
        }
    }

    /// The name of a named value that is secret. Those from a key vault always are (APIM, "Named values", 2026-11).
    fn secret_name(&mut self, named_value: &Resource) -> Option<String> {
        let is_secret =
            flag(named_value, "secret", false) || named_value.at("/properties/keyVault").is_some();
        named_value.text("/properties/displayName").filter(|_| is_secret).map(str::to_owned)
    }

    /// The value of `https://{vault}.vault.azure.net/secrets/{name}[/{version}]`.
    fn vault_secret(&self, secret_id: &str) -> Option<String> {
        let (vault, path) = secret_id.strip_prefix("https://")?.split_once('.')?;
        let name = path.split_once("/secrets/")?.1.split('/').next()?;
        let secrets = self.state.of_type("Microsoft.KeyVault/vaults/secrets");
        let full_name = format!("{vault}/{name}");
        let secret = secrets.iter().find(|secret| secret.id.full_name().eq_ignore_ascii_case(&full_name))?;
        Some(secret.secret.get("value")?.as_str()?.to_owned())
    }

    fn fragment(&mut self, fragment: &Resource) -> Option<(String, String)> {
        Some((fragment.id.name().to_owned(), self.policy_text(fragment)?))
    }

    /// The policy of a service, API, operation or product.
    fn policy(&mut self, owner: &ResourceId) -> Option<String> {
        let policy = self.state.get(&owner.child("policies", "policy"))?;
        self.policy_text(&policy)
    }

    /// Texts of format `xml` have their expressions escaped; without an escape both formats are the same.
    fn policy_text(&mut self, policy: &Resource) -> Option<String> {
        let value = self.text(policy, "value")?;
        let format = policy.text("/properties/format").unwrap_or("xml").to_ascii_lowercase();
        if format == "rawxml" || (format == "xml" && !value.contains('&')) {
            return Some(value);
        }
        self.refuse(
            &ENTITY_UNSUPPORTED,
            policy,
            format!("policies of format `{format}` are not read by the sandbox; use `rawxml`"),
        )
    }

    /// A property that must be there and be text.
    fn text(&mut self, entity: &Resource, name: &str) -> Option<String> {
        match entity.text(&format!("/properties/{name}")) {
            Some(text) => Some(text.to_owned()),
            None => self.refuse(&ENTITY_INVALID, entity, format!("`{name}` is missing, or is not text")),
        }
    }

    /// A date that may be left out; the outer None is a refusal.
    #[expect(clippy::option_option, reason = "left out is not refused")]
    fn date(&mut self, entity: &Resource, name: &str) -> Option<Option<i64>> {
        let Some(text) = entity.text(&format!("/properties/{name}")) else { return Some(None) };
        match OffsetDateTime::parse(text, &Rfc3339) {
            Ok(date) => Some(Some(date.unix_timestamp() * 1000 + i64::from(date.millisecond()))),
            Err(_) => self.refuse(
                &ENTITY_INVALID,
                entity,
                format!("`{name}` is not a date such as `2026-01-31T00:00:00Z`"),
            ),
        }
    }

    fn refuse<T>(&mut self, code: &'static Code, entity: &Resource, why: impl AsRef<str>) -> Option<T> {
        let types = entity.id.resource_type();
        let kind = types.trim_start_matches("Microsoft.ApiManagement/service/");
        let message = format!("{kind} `{}`: {}", entity.id.full_name(), why.as_ref());
        self.found.push(Diagnostic::new(code, message));
        None
    }
}

fn flag(entity: &Resource, name: &str, default: bool) -> bool {
    entity.at(&format!("/properties/{name}")).and_then(Json::as_bool).unwrap_or(default)
}

#[cfg(test)]
mod tests;
