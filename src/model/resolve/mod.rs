//! From spec to landing zone: names are made, regions normalized, defaults that depend on other parts filled in.

mod api_center;
mod backends;
pub(super) mod callers;
mod content_safety;
mod event_store;
mod gateway;
mod groups;
mod names;
mod network;
mod pii;
mod region;
mod routing;
mod semantic_cache;
mod usage;

use std::sync::Arc;

use self::backends::Backends;
use super::naming::{self, Stem};
use super::{
    Account, Api, Backend, ContentSafetyAccount, EventHub, ExtraSubnet, GatewayPlacement, KeyVault,
    LandingZone, ModelDeployment, Monitoring, Pool, Preflight, Publisher, Service,
};
use crate::catalog::regions;
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::model::{raw, surfaces};
use crate::spec::{self, Region, Spec, codes, terms};
use crate::text::{Source, Span};

/// Resolves a spec; `source` is where it was read from.
///
/// # Errors
/// `azure-name-refused` where a name cannot be made to fit its resource type, `spec-duplicate-id` where two resources would
/// have one name, and what contradicts itself about resource groups.
pub fn resolve(spec: &Spec, source: &Arc<Source>) -> DiagResult<(LandingZone, Vec<Diagnostic>)> {
    let mut cx = Resolver {
        source,
        stem: Stem {
            workload: spec.metadata.name.value.0.clone(),
            environment: spec.metadata.environment.value.0.clone(),
            location: spec.azure.location.normalized(),
            identifier: spec.metadata.identifier.value.0.clone(),
            pattern: spec.metadata.names.pattern.value.0.clone(),
        },
        own: &spec.metadata.names.value,
        taken: Vec::new(),
        found: Vec::new(),
    };
    let zone = cx.landing_zone(spec);
    finish(zone, cx.found)
}

struct Resolver<'a> {
    source: &'a Arc<Source>,
    stem: Stem,
    own: &'a spec::ResourceNames,
    taken: Vec<names::Taken>,
    found: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn landing_zone(&mut self, spec: &Spec) -> LandingZone {
        let baseline = &spec.baseline;
        let tier = baseline.apim.sku.name.tier();
        let mut names = self.names(spec.metadata.name.span);
        let existing_groups = self.groups(spec, &mut names);
        let content_safety = baseline.content_safety.as_ref().map(|account| self.content_safety(account));
        let language = baseline.language.as_ref().map(|account| self.language(account));
        let redis = baseline.redis.as_ref().map(|redis| self.redis(redis));
        let accounts: Vec<Account> =
            spec.models.iter().filter(|model| model.is_made()).map(|model| self.account(model)).collect();
        let pools: Vec<Pool> = spec.pools.iter().map(|pool| gateway::pool(pool)).collect();
        let host = |id: &str| {
            let account = accounts.iter().find(|account| account.id == id)?;
            Some(format!("{}.openai.azure.com", account.name))
        };
        let mut backends = Backends::new(spec, &pools, &host);
        let apis: Vec<Api> = spec
            .apis
            .iter()
            .filter(|api| api.surface.is_of_models())
            .map(|api| {
                let destinations = backends.destinations(api);
                gateway::api(spec, api, destinations, backends::served(spec, api), tier)
            })
            .collect();
        let Backends { backends, backend_pools, .. } = backends;
        self.fitting_backends(spec, &backends);
        let services = surfaces::resolve(spec, &accounts);
        self.known_region(&spec.azure.location.value, spec.azure.location.span);
        for model in spec.models.iter() {
            if let Some(location) = &model.location {
                self.known_region(&location.value, location.span);
            }
        }
        let extra_subnets =
            baseline.network.extra_subnets.iter().map(|subnet| self.extra_subnet(subnet)).collect();
        LandingZone {
            name: self.stem.workload.clone(),
            environment: self.stem.environment.clone(),
            identifier: self.stem.identifier.clone(),
            subscription_id: spec.azure.subscription.as_ref().map(|id| id.value.0.to_ascii_lowercase()),
            tags: spec.metadata.tags.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect(),
            gateway: GatewayPlacement {
                service_name: names.apim.clone(),
                location: self.stem.location.clone(),
                sku: baseline.apim.sku.name.word().to_owned(),
                capacity: baseline.apim.sku.capacity.0,
            },
            names,
            existing_groups,
            zones: self.zones(&baseline.apim.sku.zones.value, &self.stem.location.clone()),
            locked: spec.azure.locks.value == spec::Locks::Delete,
            additional_regions: spec
                .azure
                .additional_regions
                .iter()
                .map(|region| self.additional_region(region, &accounts))
                .collect(),
            network: network::network(&baseline.network, extra_subnets),
            publisher: Publisher {
                name: baseline.apim.publisher.name.value.0.clone(),
                email: baseline.apim.publisher.email.value.0.clone(),
            },
            service: service(&baseline.apim),
            app_gateway: baseline.app_gateway.as_ref().map(|gateway| network::app_gateway(gateway, spec)),
            key_vault: KeyVault {
                purge_protection: baseline.key_vault.purge_protection.value,
                soft_delete_days: baseline.key_vault.soft_delete_days.0,
            },
            monitoring: Monitoring {
                log_retention_days: baseline.monitoring.log_retention_days.0,
                metric_dimensions: baseline.monitoring.metric_dimensions.value,
                diagnostics: baseline.monitoring.diagnostics.value == spec::SentLogs::All,
                llm_logs: baseline.monitoring.llm_logs.word(),
                existing_workspace: baseline
                    .monitoring
                    .existing_workspace_id
                    .as_ref()
                    .map(|id| id.value.0.clone()),
            },
            event_hub: baseline.event_hub.as_ref().map(|hub| EventHub {
                hub: hub.hub.value.0.clone(),
                partitions: hub.partitions.0,
                retention_days: hub.retention_days.0,
                store: hub.store.as_ref().map(|store| self.event_store(store)),
            }),
            content_safety,
            language,
            redis,
            embeddings: semantic_cache::embeddings(spec, &accounts),
            accounts,
            providers: backends::providers(spec),
            pools,
            backends,
            backend_pools,
            keys: backends::keys(spec),
            apis,
            services,
            products: spec
                .products
                .iter()
                .map(|product| gateway::product(product))
                .chain(
                    spec.contracts
                        .iter()
                        .filter(|contract| terms::applies(spec, contract))
                        .map(|contract| gateway::contract(spec, contract)),
                )
                .collect(),
            api_center: spec.catalog.as_ref().map(|catalog| self.api_center(&catalog.api_center)),
            raw: raw::resolve(&spec.raw),
            pricing: spec.pricing.as_ref().map(|pricing| usage::pricing(pricing)),
            dashboards: baseline.monitoring.dashboards.iter().map(|dashboard| dashboard.word()).collect(),
            alerts: baseline
                .monitoring
                .alerts
                .as_ref()
                .map(|alerts| [usage::alerts(alerts), usage::budgets(spec)].concat())
                .unwrap_or_default(),
            notify: baseline
                .monitoring
                .alerts
                .as_ref()
                .map(|alerts| usage::notify(alerts))
                .unwrap_or_default(),
            budget: baseline.monitoring.budget.as_ref().map(|budget| usage::budget(budget)),
            preflight: Preflight {
                required: spec.preflight.require.iter().map(|check| check.word().to_owned()).collect(),
                unverified_fails: spec.preflight.unverified.value == spec::Unverified::Fail,
            },
            printed_examples: spec.outputs.print.iter().map(|example| example.word().to_owned()).collect(),
        }
    }

    /// A long name of a deployment may be too much for the name of its backend.
    fn fitting_backends(&mut self, spec: &Spec, backends: &[Backend]) {
        for backend in backends.iter().filter(|backend| backend.id.len() > naming::BACKEND_MAX) {
            let model = spec.models.iter().find(|model| model.id.as_str() == backend.account);
            let span = model.map_or(spec.models.span, |model| model.id.span);
            let message = format!(
                "a name that Azure refuses: `{}` has {} characters, and a backend may have {}",
                backend.id,
                backend.id.len(),
                naming::BACKEND_MAX
            );
            self.found.push(
                Diagnostic::new(&codes::NAME_REFUSED, message)
                    .at(self.source, span)
                    .help("choose a shorter id or deployment name"),
            );
        }
    }

    fn content_safety(&mut self, account: &spec::At<spec::ContentSafetyAccount>) -> ContentSafetyAccount {
        if let Some(location) = &account.location {
            self.known_region(&location.value, location.span);
        }
        let (own, of_gateway) = (self.own, self.stem.location.clone());
        ContentSafetyAccount {
            name: self.name(own.content_safety.as_ref(), &naming::ACCOUNT, "cs", account.span),
            location: account.location.as_ref().map_or(of_gateway, |location| location.normalized()),
            private_endpoint: self.name(
                own.private_endpoint_content_safety.as_ref(),
                &naming::PRIVATE_ENDPOINT,
                "pe-cs",
                account.span,
            ),
        }
    }

    fn account(&mut self, model: &spec::Model) -> Account {
        let id = model.id.as_str();
        let own = self.own.accounts.get(id);
        Account {
            id: id.to_owned(),
            name: self.name(own, &naming::ACCOUNT, &format!("oai-{id}"), model.id.span),
            // One that is made has a region, which the checks see to.
            location: model.location.as_ref().map_or_else(String::new, |location| location.normalized()),
            deployments: model.deployments.iter().map(|deployment| resolved_deployment(deployment)).collect(),
            private_endpoint: self.name(
                None,
                &naming::PRIVATE_ENDPOINT,
                &format!("pe-oai-{id}"),
                model.id.span,
            ),
        }
    }

    fn extra_subnet(&mut self, subnet: &spec::ExtraSubnet) -> ExtraSubnet {
        let name = subnet.name.as_str();
        ExtraSubnet {
            name: name.to_owned(),
            address_range: subnet.address_range.to_string(),
            delegation: subnet.delegation.as_ref().map(|delegation| delegation.word()),
            nsg: self.name(None, &naming::NSG, &format!("nsg-{name}"), subnet.name.span),
        }
    }

    /// D-22: zones come from what is known of the region, never from a fixed list.
    fn zones(&mut self, wanted: &spec::Zones, location: &str) -> Vec<String> {
        let offered = regions::zones(location);
        let spec::Zones::Listed(zones) = wanted else { return offered };
        let is_known = regions::all().find(location).is_some();
        for zone in zones.iter().filter(|zone| is_known && !offered.iter().any(|it| it == zone.word())) {
            self.found.push(
                Diagnostic::new(
                    &codes::UNKNOWN_VALUE,
                    format!("the region `{location}` has no zone `{}`", zone.word()),
                )
                .at(self.source, zone.span)
                .help("use `auto` for the zones the region has"),
            );
        }
        zones.iter().map(|zone| zone.word().to_owned()).collect()
    }

    /// A misspelt region is refused here, in its place; whether a region offers what is wanted is the region check's
    /// question. One that resembles nothing we know may be newer than the catalogue.
    fn known_region(&mut self, region: &Region, span: Span) {
        let name = region.normalized();
        if regions::all().find(&name).is_some() {
            return;
        }
        if let Some(near) = regions::all().suggest(&name) {
            // What came from the environment is shown as it is written.
            let written = self.source.slice(span).trim_matches(['"', '\'']);
            self.found.push(
                Diagnostic::new(&codes::UNKNOWN_VALUE, format!("there is no region `{written}`"))
                    .at(self.source, span)
                    .help(format!("did you mean `{}`?", near.name)),
            );
        }
    }
}

fn service(apim: &spec::Apim) -> Service {
    // v2 tiers know no older version (learn.microsoft.com/azure/api-management/v2-service-tiers-overview, seen 2026-11).
    let oldest = if apim.sku.name.tier().is_v2 { "2024-05-01" } else { "2021-08-01" };
    Service {
        min_api_version: apim
            .min_api_version
            .as_ref()
            .map_or_else(|| oldest.to_owned(), |version| version.value.0.clone()),
        private_endpoint: apim.private_endpoint.value,
        portal: apim.portal.value,
        release_channel: apim.release_channel.as_ref().map(|channel| channel.word().to_owned()),
    }
}

fn resolved_deployment(deployment: &spec::ModelDeployment) -> ModelDeployment {
    ModelDeployment {
        name: deployment.name.value.0.clone(),
        model: deployment.model_name().to_owned(),
        version: deployment.version.as_ref().map_or_else(String::new, |version| version.value.0.clone()),
        sku: deployment.sku.as_ref().map_or_else(String::new, |sku| sku.word().to_owned()),
        capacity: deployment.capacity.as_ref().map_or(0, |capacity| capacity.0),
        rai_policy: deployment.rai_policy.value.0.clone(),
        spillover: Some(deployment.spillover.value.0.clone()).filter(|name| name != "none"),
    }
}
