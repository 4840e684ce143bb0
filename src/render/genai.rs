//! The parameters of stage `genai`, bicep/genai/main.bicep.

use super::Secret;
use super::baseline::{existing_groups, tags};
use super::literal::{Literal, list, object};
use super::operations::{key_header, operations};
use super::policies::{CONTENT_SAFETY, KEY_QUERY, LOGGER, Policies, Policy, fragments};
use super::stage::{Draft, Given};
use super::{api_center, event_store, pii, region_endpoints, semantic_cache, services};
use crate::model::{
    Account, Backend, Breaker, ContentSafetyAccount, KeySource, LandingZone, PrivateDns, SignIn, Threshold,
    ZONE_CONTENT_SAFETY, ZONE_EVENT_HUB, ZONE_OPENAI, ZONE_REDIS,
};
use crate::spec::terms::secret_name;

pub(super) fn draft(zone: &LandingZone, policies: &Policies) -> Draft {
    let services = services::parts(zone, policies);
    let output = |name: &'static str| (name, Given::Output { stage: "baseline", output: name });
    Draft {
        name: "genai",
        parameters: vec![
            ("location", Given::Value((&zone.gateway.location).into())),
            ("tags", Given::Value(tags(zone))),
            ("names", Given::Value(names(zone))),
            ("existingResourceGroups", Given::Value(existing_groups(zone))),
            output("apimIdentityPrincipalId"),
            output("apimIdentityClientId"),
            output("apimSystemPrincipalId"),
            output("virtualNetworkId"),
            output("privateEndpointsSubnetId"),
            output("apimOutboundIpAddresses"),
            ("access", Given::Value(access(zone))),
            ("regions", Given::Value(region_endpoints::of_genai(zone))),
            output("logAnalyticsWorkspaceId"),
            (
                "monitoring",
                Given::Value(object([
                    ("diagnostics", zone.monitoring.diagnostics.into()),
                    ("llmLogs", zone.monitoring.llm_logs.into()),
                ])),
            ),
            ("watch", Given::Value(super::watch::watch(zone))),
            ("locked", Given::Value(zone.locked.into())),
            ("accounts", Given::Value(list(&zone.accounts, account))),
            ("existingAccounts", Given::Value(granted(zone))),
            ("keys", Given::Value(keys(zone))),
            ("keySecrets", key_secrets(zone)),
            ("eventHub", Given::Value(event_hub(zone))),
            ("eventStore", Given::Value(event_store::parameter(zone))),
            ("contentSafety", Given::Value(content_safety(zone))),
            ("languageAccount", Given::Value(pii::account(zone))),
            ("redis", Given::Value(semantic_cache::redis(zone))),
            ("embeddingsAccounts", Given::Value(semantic_cache::embeddings_accounts(zone))),
            // The module adds `apim-identity`; policies need no other.
            ("namedValues", Given::Value(Literal::List(Vec::new()))),
            ("fragments", Given::Value(fragment_list(zone, policies))),
            ("backends", Given::Value(backends(zone))),
            ("pools", Given::Value(pools(zone))),
            ("globalPolicy", Given::Value(policies.raw.global.as_ref().map_or_else(|| "".into(), file))),
            ("apis", Given::Value(apis(zone, policies))),
            ("restApis", Given::Value(services.rest_apis)),
            ("webSocketApis", Given::Value(services.websocket_apis)),
            ("mcpServers", Given::Value(services.mcp_servers)),
            ("products", Given::Value(products(zone, policies))),
            ("subscriptions", Given::Value(subscriptions(zone))),
            ("keyDeliveries", Given::Value(key_deliveries(zone))),
            ("apiCenter", Given::Value(api_center::parameter(zone))),
        ],
    }
}

fn names(zone: &LandingZone) -> Literal {
    let names = &zone.names;
    object([
        ("openaiResourceGroup", (&names.openai_resource_group).into()),
        ("apimResourceGroup", (&names.apim_resource_group).into()),
        ("networkingResourceGroup", (&names.networking_resource_group).into()),
        ("sharedResourceGroup", (&names.shared_resource_group).into()),
        ("keyVault", (&names.key_vault).into()),
        ("apim", (&names.apim).into()),
        ("apimIdentity", (&names.apim_identity).into()),
    ])
}

/// A gateway outside of the network calls from addresses that are its own, where its tier has such.
fn access(zone: &LandingZone) -> Literal {
    let dns = &zone.network.private_dns;
    let own_addresses = zone.gateway.tier().is_some_and(|tier| tier.own_addresses);
    let mode = match zone.network.mode.is_in_network() {
        true => "private",
        false if own_addresses => "addresses",
        false => "internet",
    };
    let linked: Vec<_> =
        super::baseline::region_networks(zone).filter(|network| network.endpoints.is_none()).collect();
    object([
        ("mode", mode.into()),
        ("createZones", (*dns == PrivateDns::Create).into()),
        ("linkedNetworks", list(&linked, |network| (&network.names.virtual_network).into())),
        ("openai", dns.existing(ZONE_OPENAI).into()),
        ("eventHub", dns.existing(ZONE_EVENT_HUB).into()),
        ("contentSafety", dns.existing(ZONE_CONTENT_SAFETY).into()),
        ("redis", dns.existing(ZONE_REDIS).into()),
        ("store", event_store::existing_zones(zone)),
    ])
}

fn account(account: &Account) -> Literal {
    object([
        ("name", (&account.name).into()),
        ("location", (&account.location).into()),
        ("customSubDomain", (&account.name).into()),
        ("privateEndpoint", (&account.private_endpoint).into()),
        (
            "deployments",
            list(&account.deployments, |deployment| {
                object([
                    ("name", (&deployment.name).into()),
                    ("model", (&deployment.model).into()),
                    ("version", (&deployment.version).into()),
                    ("sku", (&deployment.sku).into()),
                    ("capacity", deployment.capacity.into()),
                    ("raiPolicy", (&deployment.rai_policy).into()),
                    ("spillover", deployment.spillover.as_deref().unwrap_or("").into()),
                ])
            }),
        ),
    ])
}

fn event_hub(zone: &LandingZone) -> Literal {
    let hub = zone.event_hub.as_ref();
    let name = |name: &str| if hub.is_some() { name.into() } else { Literal::from("") };
    object([
        ("enabled", hub.is_some().into()),
        ("namespace", name(&zone.names.event_hub_namespace)),
        ("hub", hub.map_or("", |hub| &hub.hub).into()),
        ("partitions", hub.map_or(0, |hub| hub.partitions).into()),
        ("retentionDays", hub.map_or(0, |hub| hub.retention_days).into()),
        ("privateEndpoint", name(&zone.names.private_endpoint_event_hub)),
        ("loggerName", name(LOGGER)),
    ])
}

fn file(policy: &Policy) -> Literal {
    Literal::File { path: policy.path.clone(), text: policy.text.clone() }
}

fn fragment_list(zone: &LandingZone, policies: &Policies) -> Literal {
    let fragments = fragments(zone).zip(&policies.fragments).map(|((name, description, _), policy)| {
        object([("name", (*name).into()), ("description", (*description).into()), ("value", file(policy))])
    });
    let own = policies.raw.fragments.iter().map(|(name, description, policy)| {
        object([("name", name.into()), ("description", description.into()), ("value", file(policy))])
    });
    Literal::List(fragments.chain(own).collect())
}

fn content_safety(zone: &LandingZone) -> Literal {
    let account = zone.content_safety.as_ref();
    let text = |of: fn(&ContentSafetyAccount) -> &str| account.map_or("", of).into();
    object([
        ("enabled", account.is_some().into()),
        ("name", text(|account| &account.name)),
        ("location", text(|account| &account.location)),
        ("customSubDomain", text(|account| &account.name)),
        ("privateEndpoint", text(|account| &account.private_endpoint)),
    ])
}

fn backends(zone: &LandingZone) -> Literal {
    let accounts = zone.backends.iter().map(backend);
    let safety = zone.content_safety.iter().map(|account| {
        object([
            ("name", CONTENT_SAFETY.into()),
            ("url", Literal::Text(format!("https://{}.cognitiveservices.azure.com", account.name))),
            ("identityResource", "https://cognitiveservices.azure.com".into()),
            ("headers", object([])),
            ("breaker", object([])),
        ])
    });
    let embeddings = zone.embeddings.iter().map(semantic_cache::backend);
    Literal::List(accounts.chain(safety).chain(embeddings).chain(services::backends(zone)).collect())
}

fn backend(backend: &Backend) -> Literal {
    let headers = match &backend.sign_in {
        SignIn::Key { header, prefix, named_value } => {
            object([(*header, Literal::List(vec![Literal::Text(format!("{prefix}{{{{{named_value}}}}}"))]))])
        }
        SignIn::Identity | SignIn::Nothing => object([]),
    };
    object([
        ("name", (&backend.id).into()),
        ("url", (&backend.url).into()),
        // The fragment `backend-managed-identity` signs in.
        ("identityResource", "".into()),
        ("headers", headers),
        ("breaker", backend.breaker.as_ref().map_or_else(|| object([]), |it| breaker(it, &backend.id))),
    ])
}

/// Keys of accounts, each a named value: from a secret that is there, or from the landing zone's own vault.
fn keys(zone: &LandingZone) -> Literal {
    list(&zone.keys, |key| {
        let (secret_id, own) = match &key.source {
            KeySource::VaultSecret(id) => (id.as_str(), false),
            KeySource::Environment(_) => ("", true),
        };
        object([("name", (&key.name).into()), ("secretId", secret_id.into()), ("own", own.into())])
    })
}

/// What deploying reads from the environment; without any key there is nothing secret.
fn key_secrets(zone: &LandingZone) -> Given {
    let from_environment = zone.keys.iter().filter_map(|key| match &key.source {
        KeySource::Environment(variable) => Some((key.name.clone(), variable.clone())),
        KeySource::VaultSecret(_) => None,
    });
    let all: Vec<(String, String)> = from_environment.collect();
    if all.is_empty() { Given::Value("{}".into()) } else { Given::Secret(Secret::Keys(all)) }
}

/// Accounts that are there already and whose role is given here, because their ids are known.
fn granted(zone: &LandingZone) -> Literal {
    let granted = zone.providers.iter().filter(|provider| provider.by_identity);
    let all = granted.filter_map(|provider| {
        let parts: Vec<&str> = provider.resource_id.as_deref()?.split('/').collect();
        let ["", _, subscription, _, group, .., name] = parts[..] else { return None };
        Some(object([
            ("name", name.into()),
            ("subscription", subscription.into()),
            ("resourceGroup", group.into()),
        ]))
    });
    Literal::List(all.collect())
}

fn breaker(breaker: &Breaker, account: &str) -> Literal {
    object([
        ("name", Literal::Text(format!("{account}-breaker"))),
        match breaker.threshold {
            Threshold::Count(count) => ("count", count.into()),
            Threshold::Percentage(percentage) => ("percentage", percentage.into()),
        },
        ("interval", (&breaker.interval).into()),
        ("trip", (&breaker.trip).into()),
        ("acceptRetryAfter", breaker.accept_retry_after.into()),
        (
            "statusCodeRanges",
            list(&breaker.statuses, |range| {
                object([("min", u32::from(range.min).into()), ("max", u32::from(range.max).into())])
            }),
        ),
        ("errorReasons", list(&breaker.error_reasons, |reason| (*reason).into())),
    ])
}

fn pools(zone: &LandingZone) -> Literal {
    list(&zone.backend_pools, |pool| {
        object([
            ("name", (&pool.id).into()),
            ("sessionCookie", pool.session_cookie.as_deref().unwrap_or("").into()),
            (
                "members",
                list(&pool.members, |member| {
                    object([
                        ("backend", (&member.backend).into()),
                        ("priority", member.priority.into()),
                        ("weight", member.weight.into()),
                    ])
                }),
            ),
        ])
    })
}

fn apis(zone: &LandingZone, policies: &Policies) -> Literal {
    let apis = zone.apis.iter().zip(&policies.apis).map(|(api, policy)| {
        object([
            ("name", (&api.id).into()),
            ("displayName", (&api.display_name).into()),
            ("path", (&api.path).into()),
            ("subscriptionKeyHeader", key_header(api.surface).into()),
            ("subscriptionKeyQuery", KEY_QUERY.into()),
            ("policy", file(policy)),
            ("operations", operations(api)),
        ])
    });
    Literal::List(apis.collect())
}

fn products(zone: &LandingZone, policies: &Policies) -> Literal {
    let products = zone.products.iter().zip(&policies.products).map(|(product, policy)| {
        object([
            ("name", (&product.id).into()),
            ("displayName", (&product.display_name).into()),
            ("description", (&product.description).into()),
            ("policy", policy.as_ref().map_or_else(|| "".into(), file)),
            ("apis", list(&product.apis, Literal::from)),
        ])
    });
    Literal::List(products.collect())
}

fn subscriptions(zone: &LandingZone) -> Literal {
    let of_all = zone.products.iter().flat_map(|product| {
        product.subscriptions.iter().map(|id| {
            object([("name", id.into()), ("displayName", id.into()), ("product", (&product.id).into())])
        })
    });
    Literal::List(of_all.collect())
}

/// Which keys go into which vaults; their ids were checked by the spec.
fn key_deliveries(zone: &LandingZone) -> Literal {
    let mut all = Vec::new();
    for product in &zone.products {
        for (subscription, vault) in
            product.subscriptions.iter().flat_map(|id| product.deliver_to.iter().map(move |to| (id, to)))
        {
            let parts: Vec<&str> = vault.split('/').collect();
            let ["", _, subscription_id, _, group, .., name] = parts[..] else { continue };
            all.push(object([
                ("subscription", subscription.into()),
                ("secret", Literal::Text(secret_name(subscription))),
                ("vaultSubscription", subscription_id.into()),
                ("vaultResourceGroup", group.into()),
                ("vault", name.into()),
            ]));
        }
    }
    Literal::List(all)
}
