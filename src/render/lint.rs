//! The rules over what was rendered, with all that the landing zone knows around each policy: the tier, the scope it
//! is attached to, and every entity that it may name.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::Bundle;
use super::policies::{CONTENT_SAFETY, LOGGER};
use crate::diag::Sifted;
use crate::model::{LandingZone, LeadsTo, Pool, Threshold};
use crate::policy::lints::{self, Unit};
use crate::policy::{
    self, ApiFacts, BackendEntity, DEFAULT_GLOBAL_POLICY, Document, Policy, PoolMember, Scope, Surroundings,
    Tier, suppress,
};
use crate::text::Source;

/// The named value that bicep/genai/modules/connections.bicep makes.
const IDENTITY: &str = "apim-identity";

/// Where the policy of the whole service lies, if there is one.
const GLOBAL: &str = "policies/global.xml";

/// What the rules say of the policies in `bundle`, which was rendered from `zone`; by path and place.
pub fn lint(zone: &LandingZone, bundle: &Bundle) -> Sifted {
    let texts: Vec<Text> = bundle
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("policies/"))
        .map(|(path, text)| Text::read(path, text, bundle.sources.get(path)))
        .collect();
    let of_all = of_all(zone, &texts);
    let mut all = Sifted::default();
    for text in &texts {
        let around = around(zone, text, &texts, &of_all);
        let unit = Unit { document: &text.document, policy: &text.policy, around: &around };
        let mut own = lints::check(&unit);
        own.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
        let of_text = suppress::apply(&text.document, own);
        all.found.extend(of_text.found);
        all.allowed.extend(of_text.allowed);
    }
    all
}

/// A rendered policy, read.
struct Text {
    path: String,
    document: Document,
    policy: Arc<Policy>,
}

impl Text {
    /// `own` is the file that the text is, where it is the user's.
    fn read(path: &str, text: &str, own: Option<&Arc<Source>>) -> Self {
        let source = own.map_or_else(|| Source::new(path, text), Arc::clone);
        let (document, policy, _) = policy::load_with_document(&source, None);
        Self { path: path.to_owned(), document, policy: Arc::new(policy) }
    }

    /// The name of the entity that the policy is attached to, where it lies in `folder`.
    fn id_in(&self, folder: &str) -> Option<&str> {
        self.path.strip_prefix("policies/")?.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".xml")
    }
}

/// What is the same around every policy.
fn of_all(zone: &LandingZone, texts: &[Text]) -> Surroundings {
    let fragments =
        texts.iter().filter_map(|text| Some((text.id_in("fragments")?.to_owned(), Arc::clone(&text.policy))));
    let mut loggers = IndexSet::new();
    if zone.event_hub.is_some() {
        loggers.insert(LOGGER.to_owned());
    }
    Surroundings {
        tier: tier(&zone.gateway.sku),
        named_values: Some(IndexMap::from([(IDENTITY.to_owned(), None)])),
        fragments: Some(fragments.collect()),
        backends: Some(backends(zone)),
        loggers: Some(loggers),
        products: Some(zone.products.iter().map(|product| product.id.clone()).collect()),
        ..Surroundings::default()
    }
}

fn around(zone: &LandingZone, text: &Text, texts: &[Text], of_all: &Surroundings) -> Surroundings {
    let mut around = of_all.clone();
    if let Some(api) = text.id_in("apis") {
        around.scope = Some(Scope::Api);
        let is_websocket = zone.services.iter().any(|service| service.id == api && service.is_websocket());
        around.api =
            ApiFacts { subscription_required: Some(true), is_websocket: Some(is_websocket), method: None };
        around.outer = outer(zone, api, texts);
    } else if text.id_in("products").is_some() {
        around.scope = Some(Scope::Product);
        around.outer = vec![(Scope::Global, global(texts))];
    } else if text.path == GLOBAL {
        around.scope = Some(Scope::Global);
    }
    around
}

/// The scopes outside an API. Several products mean several answers, so nothing is said then.
fn outer(zone: &LandingZone, api: &str, texts: &[Text]) -> Vec<(Scope, Arc<Policy>)> {
    let products: Vec<&str> = zone
        .products
        .iter()
        .filter(|product| product.apis.iter().any(|of_product| of_product == api))
        .map(|product| product.id.as_str())
        .collect();
    let product = match products[..] {
        [] => None,
        [only] => texts.iter().find(|text| text.id_in("products") == Some(only)),
        _ => return Vec::new(),
    };
    let product = product.map(|text| (Scope::Product, Arc::clone(&text.policy)));
    std::iter::once((Scope::Global, global(texts))).chain(product).collect()
}

/// The policy of the service: the user's, or that of a new service.
fn global(texts: &[Text]) -> Arc<Policy> {
    if let Some(own) = texts.iter().find(|text| text.path == GLOBAL) {
        return Arc::clone(&own.policy);
    }
    let source = Source::new("the global policy of a new service", DEFAULT_GLOBAL_POLICY);
    Arc::new(policy::load(&source, None).0)
}

/// Accounts, each a backend of its own, and the pools over them.
fn backends(zone: &LandingZone) -> IndexMap<String, BackendEntity> {
    let in_pool =
        |account: &str| zone.pools.iter().any(|pool| pool.members.iter().any(|it| it.account == account));
    let accounts = zone.accounts.iter().map(|account| {
        let entity = BackendEntity { has_breaker: Some(in_pool(&account.id)), ..BackendEntity::default() };
        (account.id.clone(), entity)
    });
    let pool = |pool: &Pool| {
        let members = pool.members.iter().map(|member| PoolMember {
            backend: member.account.clone(),
            priority: member.priority,
            weight: member.weight,
        });
        let opens_late = pool.breaker.threshold != Threshold::Count(1);
        let entity = BackendEntity { members: members.collect(), opens_late, ..BackendEntity::default() };
        (pool.id.clone(), entity)
    };
    let safety = zone.content_safety.iter().map(|_| (CONTENT_SAFETY.to_owned(), BackendEntity::default()));
    let at_urls = zone.services.iter().filter(|api| matches!(api.leads_to, LeadsTo::Rest { .. }));
    let services = at_urls.map(|api| (api.backend(), BackendEntity::default()));
    let embeddings = zone.embeddings.iter().map(|it| (it.backend.clone(), BackendEntity::default()));
    accounts.chain(safety).chain(embeddings).chain(services).chain(zone.pools.iter().map(pool)).collect()
}

fn tier(sku: &str) -> Option<Tier> {
    match sku {
        "Developer" | "Basic" | "Standard" | "Premium" => Some(Tier::Classic),
        "BasicV2" | "StandardV2" | "PremiumV2" => Some(Tier::V2),
        "Consumption" => Some(Tier::Consumption),
        _ => None,
    }
}
