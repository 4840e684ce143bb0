//! From spec to landing zone: names are made, regions normalized, defaults that depend on other parts filled in.

use std::sync::Arc;

use super::naming::{self, Rule, Stem};
use super::raw;
use super::{
    Account, AdaptiveClass, AdaptiveLimit, Api, AppGateway, Breaker, Certificate, Dimension, EventHub,
    GatewayPlacement, KeyVault, LandingZone, ModelDeployment, Monitoring, Names, Network, Pool, PoolMember,
    Preflight, Product, Publisher, Retry, TokenLimit, TokenQuota, UsageMetric, UsageRecords,
};
use crate::catalog::regions;
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::spec::{self, Region, Spec, codes};
use crate::text::{Source, Span};

/// Resolves a spec; `source` is where it was read from.
///
/// # Errors
/// `azure-name-refused` where a name cannot be made to fit its resource type.
pub fn resolve(spec: &Spec, source: &Arc<Source>) -> DiagResult<(LandingZone, Vec<Diagnostic>)> {
    let mut cx = Resolver {
        source,
        stem: Stem {
            workload: spec.metadata.name.value.0.clone(),
            environment: spec.metadata.environment.value.0.clone(),
            location: spec.azure.location.normalized(),
            identifier: spec.metadata.identifier.value.0.clone(),
        },
        found: Vec::new(),
    };
    let zone = cx.landing_zone(spec);
    finish(zone, cx.found)
}

struct Resolver<'a> {
    source: &'a Arc<Source>,
    stem: Stem,
    found: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn landing_zone(&mut self, spec: &Spec) -> LandingZone {
        let baseline = &spec.baseline;
        let names = self.names(spec.metadata.name.span);
        let accounts = spec.models.iter().map(|model| self.account(model)).collect();
        self.known_region(&spec.azure.location.value, spec.azure.location.span);
        for model in spec.models.iter() {
            self.known_region(&model.location.value, model.location.span);
        }
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
            zones: self.zones(&baseline.apim.sku.zones.value),
            network: network(&baseline.network),
            publisher: Publisher {
                name: baseline.apim.publisher.name.value.0.clone(),
                email: baseline.apim.publisher.email.value.0.clone(),
            },
            min_api_version: baseline.apim.min_api_version.value.0.clone(),
            app_gateway: baseline.app_gateway.as_ref().map(|gateway| app_gateway(gateway, spec)),
            key_vault: KeyVault {
                purge_protection: baseline.key_vault.purge_protection.value,
                soft_delete_days: baseline.key_vault.soft_delete_days.0,
            },
            monitoring: Monitoring {
                log_retention_days: baseline.monitoring.log_retention_days.0,
                metric_dimensions: baseline.monitoring.metric_dimensions.value,
            },
            event_hub: baseline.event_hub.as_ref().map(|hub| EventHub {
                hub: hub.hub.value.0.clone(),
                partitions: hub.partitions.0,
                retention_days: hub.retention_days.0,
            }),
            accounts,
            pools: spec.pools.iter().map(|pool| resolved_pool(pool)).collect(),
            apis: spec.apis.iter().map(|api| resolved_api(api)).collect(),
            products: spec.products.iter().map(|product| resolved_product(product)).collect(),
            raw: raw::resolve(&spec.raw),
            preflight: Preflight {
                required: spec.preflight.require.iter().map(|check| check.word().to_owned()).collect(),
                unverified_fails: spec.preflight.unverified.value == spec::Unverified::Fail,
            },
            printed_examples: spec.outputs.print.iter().map(|example| example.word().to_owned()).collect(),
        }
    }

    fn names(&mut self, span: Span) -> Names {
        let mut name = |rule: &Rule, prefix: &str| self.name(rule, prefix, span);
        Names {
            networking_resource_group: name(&naming::RESOURCE_GROUP, "rg-networking"),
            shared_resource_group: name(&naming::RESOURCE_GROUP, "rg-shared"),
            apim_resource_group: name(&naming::RESOURCE_GROUP, "rg-apim"),
            openai_resource_group: name(&naming::RESOURCE_GROUP, "rg-openai"),
            virtual_network: name(&naming::VIRTUAL_NETWORK, "vnet"),
            nsg_app_gateway: name(&naming::NSG, "nsg-agw"),
            nsg_private_endpoints: name(&naming::NSG, "nsg-pe"),
            nsg_apim: name(&naming::NSG, "nsg-apim"),
            public_ip_app_gateway: name(&naming::PUBLIC_IP, "pip-agw"),
            public_ip_apim: name(&naming::PUBLIC_IP, "pip-apim"),
            key_vault: name(&naming::KEY_VAULT, "kv"),
            private_endpoint_key_vault: name(&naming::PRIVATE_ENDPOINT, "pe-kv"),
            log_analytics: name(&naming::LOG_ANALYTICS, "log"),
            app_insights: name(&naming::APP_INSIGHTS, "appi"),
            apim: name(&naming::APIM, "apim"),
            apim_identity: name(&naming::IDENTITY, "id-apim"),
            app_gateway: name(&naming::APP_GATEWAY, "agw"),
            app_gateway_identity: name(&naming::IDENTITY, "id-agw"),
            waf_policy: name(&naming::WAF_POLICY, "waf"),
            event_hub_namespace: name(&naming::EVENT_HUB_NAMESPACE, "evhns"),
            private_endpoint_event_hub: name(&naming::PRIVATE_ENDPOINT, "pe-evhns"),
        }
    }

    /// A refused name is reported at `span`, and stays empty.
    fn name(&mut self, rule: &Rule, prefix: &str, span: Span) -> String {
        self.stem.name(rule, prefix).unwrap_or_else(|reason| {
            self.found.push(
                Diagnostic::new(&codes::NAME_REFUSED, format!("a name that Azure refuses: {reason}"))
                    .at(self.source, span)
                    .help("choose a shorter name"),
            );
            String::new()
        })
    }

    fn account(&mut self, model: &spec::Model) -> Account {
        let id = model.id.as_str();
        Account {
            id: id.to_owned(),
            name: self.name(&naming::ACCOUNT, &format!("oai-{id}"), model.id.span),
            location: model.location.normalized(),
            deployments: model.deployments.iter().map(|deployment| resolved_deployment(deployment)).collect(),
            private_endpoint: self.name(&naming::PRIVATE_ENDPOINT, &format!("pe-oai-{id}"), model.id.span),
        }
    }

    /// D-22: zones come from what is known of the region, never from a fixed list.
    fn zones(&mut self, wanted: &spec::Zones) -> Vec<String> {
        let location = self.stem.location.clone();
        let offered = regions::zones(&location);
        let spec::Zones::Listed(zones) = wanted else { return offered };
        let is_known = regions::all().find(&location).is_some();
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

fn network(network: &spec::Network) -> Network {
    Network {
        address_space: network.address_space.to_string(),
        app_gateway_subnet: network.subnets.app_gateway.to_string(),
        private_endpoints_subnet: network.subnets.private_endpoints.to_string(),
        apim_subnet: network.subnets.apim.to_string(),
        is_external: network.apim_mode.value == spec::ApimMode::External,
        deny_internet_out: network.nsg.deny_internet_out.value,
    }
}

fn app_gateway(gateway: &spec::AppGateway, spec: &Spec) -> AppGateway {
    let of_all_apis = || spec.apis.iter().map(|api| format!("/{}/*", api.path.as_str())).collect();
    AppGateway {
        fqdn: gateway.fqdn.value.0.clone(),
        certificate: match &gateway.certificate.value {
            spec::Certificate::SelfSigned(it) => {
                Certificate::SelfSigned { validity_months: it.validity_months.0 }
            }
            spec::Certificate::Pfx(it) => Certificate::PfxFile {
                path: it.file.value.0.clone(),
                password_env: it.password_env.as_ref().map(|name| name.value.0.clone()),
            },
            spec::Certificate::KeyVaultSecret(id) => Certificate::KeyVaultSecret { id: id.value.0.clone() },
        },
        waf_prevents: gateway.waf.mode.value == spec::WafMode::Prevention,
        rule_set_type: gateway.waf.rule_set.rule_set_type.word().to_owned(),
        rule_set_version: gateway.waf.rule_set.version.value.0.clone(),
        max_body_kb: gateway.waf.max_body_kb.0,
        min_capacity: gateway.autoscale.min.0,
        max_capacity: gateway.autoscale.max.0,
        backend_timeout_seconds: gateway.backend_timeout_seconds.0,
        routes: gateway
            .routes
            .as_ref()
            .map_or_else(of_all_apis, |routes| routes.iter().map(|route| route.value.0.clone()).collect()),
    }
}

fn resolved_deployment(deployment: &spec::ModelDeployment) -> ModelDeployment {
    ModelDeployment {
        name: deployment.name.value.0.clone(),
        model: deployment.model.value.0.clone(),
        version: deployment.version.value.0.clone(),
        sku: deployment.sku.word().to_owned(),
        capacity: deployment.capacity.0,
        rai_policy: deployment.rai_policy.value.0.clone(),
        spillover: Some(deployment.spillover.value.0.clone()).filter(|name| name != "none"),
    }
}

fn resolved_pool(pool: &spec::Pool) -> Pool {
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

fn resolved_api(api: &spec::Api) -> Api {
    let policies = &api.policies;
    let records = policies.usage.event_hub.as_ref().filter(|records| records.enabled.value);
    Api {
        id: api.id.value.0.clone(),
        display_name: api
            .display_name
            .as_ref()
            .map_or_else(|| api.id.value.0.clone(), |name| name.value.0.clone()),
        path: api.path.value.0.clone(),
        pool: api.backend.pool.value.0.clone(),
        streaming: api.streaming.value,
        timeout_seconds: api.timeout_seconds.0,
        retry: Retry {
            statuses: api.retry.statuses.iter().map(|range| range.value).collect(),
            count: api.retry.count.0,
            interval_seconds: api.retry.interval_seconds.0,
            first_fast_retry: api.retry.first_fast_retry.value,
        },
        token_limit: policies.token_limit.as_ref().map(|limit| TokenLimit {
            key: limit.key.value,
            tokens_per_minute: limit.tokens_per_minute.0,
            estimate_prompt_tokens: limit.estimate_prompt_tokens.value,
            remaining_header: limit.headers.remaining.as_ref().map(|name| name.value.0.clone()),
            consumed_header: limit.headers.consumed.as_ref().map(|name| name.value.0.clone()),
        }),
        adaptive_limit: policies.adaptive_limit.as_ref().and_then(|limit| adaptive_limit(limit)),
        usage_metric: policies.usage.metric.as_ref().map(|metric| UsageMetric {
            namespace: metric.namespace.value.0.clone(),
            dimensions: metric.dimensions.iter().map(|it| dimension(it)).collect(),
        }),
        usage_records: records.map(|records| UsageRecords {
            fields: records.fields.iter().map(|field| field.value).collect(),
            only_status: records.only_status.0,
        }),
    }
}

/// None without a default class, which the spec's checks refuse.
fn adaptive_limit(limit: &spec::AdaptiveLimit) -> Option<AdaptiveLimit> {
    let class = |class: &spec::AdaptiveClass| AdaptiveClass {
        name: class.name.value.0.clone(),
        header: class.when.as_ref().map(|when| when.header.value.0.clone()),
        base: class.base.0,
        share_thousandths: class.share_of_remaining.thousandths,
    };
    let default_class = limit.classes.iter().find(|class| class.is_default.value)?;
    Some(AdaptiveLimit {
        tokens_per_minute: limit.total.tokens_per_minute.0,
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

fn resolved_product(product: &spec::Product) -> Product {
    let limits = product.limits.as_ref();
    Product {
        id: product.id.value.0.clone(),
        display_name: product
            .display_name
            .as_ref()
            .map_or_else(|| product.id.value.0.clone(), |name| name.value.0.clone()),
        description: product.description.value.0.clone(),
        apis: product.apis.iter().map(|id| id.value.0.clone()).collect(),
        tokens_per_minute: limits.and_then(|limits| limits.tokens_per_minute.as_ref()).map(|limit| limit.0),
        quota: limits
            .and_then(|limits| limits.token_quota.as_ref())
            .map(|quota| TokenQuota { tokens: quota.tokens.0, period: quota.period.value }),
        subscriptions: product.subscriptions.iter().map(|id| id.value.0.clone()).collect(),
    }
}
