//! The policies of a landing zone: API and product documents from templates, fragments as they are. Each is read
//! back by our own parser before it goes anywhere.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::{Environment, context};

use super::api_policy::{api_policy, content_safety, entra};
use super::codes;
use super::escape::csharp_string;
use super::raw::{self, Raw};
use super::templates::{environment, fill};
use super::{pii, semantic_cache, services};
use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::model::{AccountOrder, Api, Destinations, LandingZone, ModelLimit, Product, TokenQuota};
use crate::policy;
use crate::spec::DimensionValue;
use crate::text::Source;

/// The Event Hub logger that usage records go to.
pub(super) const LOGGER: &str = "usage-eventhub";

/// The backend entity of the Content Safety account. No account of the spec has a name with a dot.
pub(super) const CONTENT_SAFETY: &str = "content.safety";

/// The query parameter that may carry a caller's key.
pub(super) const KEY_QUERY: &str = "subscription-key";

/// A fragment: its name in APIM, what it is for, its text.
type Fragment = (&'static str, &'static str, &'static str);

/// Signs in with the gateway's identity.
pub(super) const BACKEND_MANAGED_IDENTITY: &str = "backend-managed-identity";
/// Leaves the sign-in to the backend entity.
pub(super) const BACKEND_KEY: &str = "backend-key";

const REQUESTED_MODEL: &str = "requested-model";

/// Every fragment that a landing zone may have.
const FRAGMENTS: &[Fragment] = &[
    (
        BACKEND_MANAGED_IDENTITY,
        "Signs in to Azure OpenAI with the identity of the gateway",
        include_str!("../../policies/fragments/backend-managed-identity.xml"),
    ),
    (
        BACKEND_KEY,
        "Keeps what callers sign in with from accounts that take a key",
        include_str!("../../policies/fragments/backend-key.xml"),
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
    (
        REQUESTED_MODEL,
        "Finds out which model a request asks for",
        include_str!("../../policies/fragments/requested-model.xml"),
    ),
];

/// The fragments that a landing zone needs.
pub(super) fn fragments(zone: &LandingZone) -> impl Iterator<Item = &'static Fragment> {
    let signs_in = |by_identity: bool| {
        zone.apis.iter().flat_map(|api| api.destinations.iter()).any(|to| to.by_identity == by_identity)
    };
    let (by_identity, by_key) = (signs_in(true), signs_in(false));
    let by_model =
        zone.apis.iter().any(asks_for_the_model) || zone.products.iter().any(product_asks_for_the_model);
    FRAGMENTS.iter().filter(move |(name, ..)| match *name {
        BACKEND_MANAGED_IDENTITY => by_identity,
        BACKEND_KEY => by_key,
        REQUESTED_MODEL => by_model,
        _ => true,
    })
}

/// Whether the policy of an API asks which model is meant.
pub(super) fn asks_for_the_model(api: &Api) -> bool {
    let by_dimension = api.usage_metric.iter().flat_map(|metric| &metric.dimensions);
    let by_record = api
        .usage_records
        .as_ref()
        .is_some_and(|records| records.fields.contains(&crate::spec::UsageField::RequestedModel));
    by_record
        || matches!(api.destinations, Destinations::ByName(_))
        || api.priority.is_some()
        || api.semantic_cache.as_ref().is_some_and(|cache| cache.by_model)
        || api.account_order.is_some_and(AccountOrder::measures)
        || by_dimension.into_iter().any(|it| it.value == Some(DimensionValue::RequestedModel))
}

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
    /// Of the APIs that lead to no pool.
    pub services: Vec<Policy>,
    /// None for a product without limits.
    pub products: Vec<Option<Policy>>,
    /// The user's own.
    pub raw: Raw,
}

impl Policies {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Policy> {
        let rendered = self.fragments.iter().chain(&self.apis).chain(&self.services);
        let rendered = rendered.chain(self.products.iter().flatten());
        rendered.chain(self.raw.fragments.iter().map(|(.., policy)| policy)).chain(&self.raw.global)
    }
}

/// Renders all policies and reads them back, with what is doubtful in those of the user.
///
/// # Errors
/// `template-failed` and `rendered-policy-refused`, which are bugs; and what is wrong with the user's own policies.
pub(super) fn policies(zone: &LandingZone) -> DiagResult<(Policies, Vec<Diagnostic>)> {
    let environment = environment()?;
    let mut rendered = Policies {
        fragments: Vec::new(),
        apis: Vec::new(),
        services: Vec::new(),
        products: Vec::new(),
        raw: Raw::default(),
    };
    for (name, _, text) in fragments(zone) {
        let path = format!("policies/fragments/{name}.xml");
        rendered.fragments.push(Policy { path, text: (*text).to_owned() });
    }
    for api in &zone.apis {
        let path = format!("policies/apis/{}.xml", api.id);
        rendered.apis.push(Policy { path, text: api_policy(&environment, zone, api)? });
    }
    for api in &zone.services {
        let path = format!("policies/apis/{}.xml", api.id);
        rendered.services.push(Policy { path, text: services::policy(&environment, zone, api)? });
    }
    for product in &zone.products {
        let path = format!("policies/products/{}.xml", product.id);
        let text = product_policy(&environment, zone, product)?;
        rendered.products.push(text.map(|text| Policy { path, text }));
    }
    raw::apply(zone, &mut rendered);
    let shipped: Vec<&str> = fragments(zone).map(|(name, ..)| *name).collect();
    let warnings = read_back(&shipped, &rendered)?;
    Ok((rendered, warnings))
}

/// Reads every policy as the gateway will, and puts the fragments in their places. Returns the warnings about the
/// user's own.
fn read_back(shipped: &[&str], rendered: &Policies) -> DiagResult<Vec<Diagnostic>> {
    let sources = &rendered.raw.sources;
    let mut found = Vec::new();
    let mut load = |Policy { path, text }: &Policy| {
        let made = || Source::new(path.as_str(), text.as_str());
        let (policy, problems) = policy::load(&sources.get(path).map_or_else(made, Arc::clone), None);
        found.extend(problems);
        Arc::new(policy)
    };
    let shipped = shipped.iter().copied().zip(&rendered.fragments);
    let own = rendered.raw.fragments.iter().map(|(name, _, policy)| (name.as_str(), policy));
    let fragments: IndexMap<String, Arc<policy::Policy>> =
        shipped.chain(own).map(|(name, it)| (name.to_owned(), load(it))).collect();
    let scoped = rendered.apis.iter().chain(&rendered.services).map(|api| (policy::Scope::Api, api));
    let scoped = scoped
        .chain(rendered.products.iter().flatten().map(|product| (policy::Scope::Product, product)))
        .chain(rendered.raw.global.iter().map(|global| (policy::Scope::Global, global)));
    let scoped: Vec<_> = scoped.map(|(scope, it)| (scope, load(it))).collect();
    for (scope, policy) in scoped {
        let (_, problems) = policy::compose(&[(scope, policy)], &fragments);
        found.extend(problems);
    }
    let is_own = |problem: &Diagnostic| {
        let source = problem.primary.as_ref().map(|label| &label.source);
        source.is_some_and(|source| sources.values().any(|own| Arc::ptr_eq(own, source)))
    };
    let (own, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(is_own);
    // A warning is about what the sources do not agree on, such as an expression in `tokens-per-minute`.
    found.retain(Diagnostic::is_error);
    if found.is_empty() {
        return finish((), own).map(|((), warnings)| warnings);
    }
    let refused = found.into_iter().map(|problem| {
        let message = format!("a rendered policy is refused: {}", problem.message);
        let refused = Diagnostic { primary: problem.primary, ..Diagnostic::new(&codes::REFUSED, message) };
        refused.help("report this as a bug in genai-lz")
    });
    Err(Diagnostics(own.into_iter().chain(refused).collect()))
}

fn product_policy(
    environment: &Environment<'_>,
    zone: &LandingZone,
    product: &Product,
) -> DiagResult<Option<String>> {
    let is_limited = product.tokens_per_minute.is_some() || product.quota.is_some();
    let is_plain = !is_limited
        && product.entra.is_none()
        && product.allowed_deployments.is_none()
        && product.model_limits.is_empty()
        && product.requests_per_minute.is_none()
        && product.content_safety.is_none()
        && product.pii.is_none()
        && product.semantic_cache.is_none();
    if is_plain {
        return Ok(None);
    }
    let allowed = product.allowed_deployments.as_ref().map(|names| {
        let literals: Vec<String> =
            names.iter().map(|name| csharp_string(&name.to_ascii_lowercase())).collect();
        format!("new string[] {{ {} }}", literals.join(", "))
    });
    let is_about_models = is_limited
        || product_asks_for_the_model(product)
        || product.content_safety.is_some()
        || product.pii.is_some()
        || product.semantic_cache.is_some();
    let has_services = product.apis.iter().any(|id| zone.services.iter().any(|service| service.id == *id));
    let model_apis = (is_about_models && has_services).then(|| {
        let of_models = product.apis.iter().filter(|id| zone.apis.iter().any(|api| api.id == **id));
        let literals: Vec<String> = of_models.map(|id| csharp_string(id)).collect();
        format!("new string[] {{ {} }}", literals.join(", "))
    });
    let key = |what: &str| {
        format!("@({} + context.Subscription.Id)", csharp_string(&format!("{what}:{}:", product.id)))
    };
    let quota = |quota: &TokenQuota| context! { tokens => quota.tokens, period => quota.period.word() };
    let model_limit = |limit: &ModelLimit| {
        context! {
            name => limit.name.as_str(),
            counter_key => format!(
                "@({} + context.Subscription.Id)",
                csharp_string(&format!("product:{}:{}:", product.id, limit.name)),
            ),
            tokens_per_minute => limit.tokens_per_minute,
            quota => limit.quota.as_ref().map(quota),
        }
    };
    let values = context! {
        is_limited,
        entra => product.entra.as_ref().map(entra),
        model_apis,
        asks_for_the_model => product_asks_for_the_model(product),
        allowed,
        pii => zone.language.as_ref().zip(product.pii.as_ref()).map(|(account, it)| pii::values(account, it)),
        content_safety => product.content_safety.as_ref().map(content_safety),
        semantic_cache => product.semantic_cache.as_ref().map(semantic_cache::values),
        requests_per_minute => product.requests_per_minute,
        requests_key => key("product-requests"),
        counter_key => key("product"),
        tokens_per_minute => product.tokens_per_minute,
        quota => product.quota.as_ref().map(quota),
        model_limits => product.model_limits.iter().map(model_limit).collect::<Vec<_>>(),
    };
    fill(environment, "product.xml", values).map(Some)
}

/// Whether the policy of a product asks which model is meant.
fn product_asks_for_the_model(product: &Product) -> bool {
    product.allowed_deployments.is_some()
        || !product.model_limits.is_empty()
        || product.semantic_cache.as_ref().is_some_and(|cache| cache.by_model)
}

/// Whether a fragment of that name is one of those that every landing zone has.
pub fn is_fragment(name: &str) -> bool {
    FRAGMENTS.iter().any(|(own, ..)| *own == name)
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
            services: Vec::new(),
            products: vec![None, Some(policy("<policies><inbound /></policies>"))],
            raw: Raw::default(),
        };
        assert_eq!(read_back(&[], &rendered("<policies><inbound /></policies>")), Ok(Vec::new()));
        for broken in ["<policies><inbound>", "<policies><inbound><forward-requst /></inbound></policies>"] {
            let refused = read_back(&[], &rendered(broken)).unwrap_err();
            assert!(refused.0.iter().all(|found| found.code.id == "rendered-policy-refused"), "{refused:?}");
        }
    }
}
