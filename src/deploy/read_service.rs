//! Reads an API Management service with all that a spec could say of it, for `import`. Only reads, and nothing that is
//! secret: no key, no value of a secret named value.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value as Json;

use crate::azure::{ArmClient, Error, ErrorKind};
use crate::import::{Account, Entity, Found};

/// ApiManagement; what the modules of a landing zone use, too.
const SERVICE: &str = "2024-05-01";
const ACCOUNTS: &str = "2024-10-01";
const NETWORKS: &str = "2024-05-01";
/// Requests at the same time; `look` says why.
const AT_ONCE: usize = 8;

/// Kinds that no spec has. Not every tier has every kind.
const OTHERS: &[&str] = &[
    "certificates",
    "caches",
    "authorizationServers",
    "openidConnectProviders",
    "apiVersionSets",
    "gateways",
    "schemas",
];

/// None where there is no such service.
///
/// # Errors
/// Every [`Error`] but `NotFound`. What is only beside the service, its accounts and its network, may be out of sight:
/// that is noted in [`Found::not_read`].
pub async fn read_service(
    client: &ArmClient,
    subscription_id: &str,
    resource_group: &str,
    name: &str,
) -> Result<Option<Found>, Error> {
    let subscription = format!("/subscriptions/{subscription_id}");
    let id = format!(
        "{subscription}/resourceGroups/{resource_group}/providers/Microsoft.ApiManagement/service/{name}"
    );
    let Some(service) = client.find_resource(&id, SERVICE).await? else { return Ok(None) };
    let list =
        async |kind: &str| Ok::<_, Error>(client.list_inside(&id, kind, SERVICE).await?.unwrap_or_default());
    let mut found = Found {
        subscription_id: subscription_id.to_owned(),
        resource_group: resource_group.to_owned(),
        policy: policy_of(client, &id).await?,
        backends: list("backends").await?,
        subscriptions: list("subscriptions").await?,
        named_values: list("namedValues").await?,
        loggers: list("loggers").await?,
        fragments: entities(client, &id, "policyFragments", list("policyFragments").await?).await?,
        products: entities(client, &id, "products", list("products").await?).await?,
        apis: entities(client, &id, "apis", list("apis").await?).await?,
        service,
        ..Found::default()
    };
    // The subscription for all APIs comes with the service (Learn, "Subscriptions in Azure API Management", 2026-11).
    found.subscriptions.retain(|subscription| name_of(subscription) != "master");
    for kind in OTHERS {
        match client.list_inside(&id, kind, SERVICE).await {
            Ok(items) => {
                let names: Vec<String> =
                    items.iter().flatten().map(|item| name_of(item).to_owned()).collect();
                if !names.is_empty() {
                    found.others.push(((*kind).to_owned(), names));
                }
            }
            Err(error) if error.kind == ErrorKind::Refused && matches!(error.status, Some(400 | 405)) => {}
            Err(error) => return Err(error),
        }
    }
    beside(client, &subscription, &mut found).await?;
    front(client, &subscription, &mut found).await?;
    Ok(Some(found))
}

fn name_of(body: &Json) -> &str {
    let name = body.get("name").and_then(Json::as_str).unwrap_or_default();
    name.rsplit('/').next().unwrap_or(name)
}

async fn policy_of(client: &ArmClient, owner: &str) -> Result<Option<String>, Error> {
    let policy = client.find_resource(&format!("{owner}/policies/policy"), SERVICE).await?;
    Ok(policy.as_ref().and_then(value_of))
}

fn value_of(body: &Json) -> Option<String> {
    body.pointer("/properties/value").and_then(Json::as_str).map(str::to_owned)
}

/// Entities of a kind with their policies and what stands in them.
async fn entities(
    client: &ArmClient,
    service: &str,
    kind: &str,
    bodies: Vec<Json>,
) -> Result<Vec<Entity>, Error> {
    let reads = bodies.into_iter().map(|body| entity(client, service, kind, body));
    stream::iter(reads).buffered(AT_ONCE).try_collect().await
}

async fn entity(client: &ArmClient, service: &str, kind: &str, body: Json) -> Result<Entity, Error> {
    let name = name_of(&body).to_owned();
    let id = format!("{service}/{kind}/{name}");
    let mut entity = Entity { name, body, ..Entity::default() };
    match kind {
        "policyFragments" => {
            let whole = client.find_resource(&id, SERVICE).await?;
            entity.policy = whole.as_ref().and_then(value_of);
        }
        "products" => {
            entity.policy = policy_of(client, &id).await?;
            let links = client.list_inside(&id, "apis", SERVICE).await?.unwrap_or_default();
            entity.apis = links.iter().map(|link| name_of(link).to_owned()).collect();
        }
        _ => {
            entity.policy = policy_of(client, &id).await?;
            for operation in client.list_inside(&id, "operations", SERVICE).await?.unwrap_or_default() {
                let name = name_of(&operation).to_owned();
                let policy = policy_of(client, &format!("{id}/operations/{name}")).await?;
                entity.inside.push(Entity { name, body: operation, policy, ..Entity::default() });
            }
        }
    }
    Ok(entity)
}

/// The accounts that backends lead to, and the network.
async fn beside(client: &ArmClient, subscription: &str, found: &mut Found) -> Result<(), Error> {
    let provider = format!("{subscription}/providers/Microsoft.CognitiveServices");
    let accounts = match client.list_inside(&provider, "accounts", ACCOUNTS).await {
        Ok(accounts) => accounts.unwrap_or_default(),
        Err(error) if error.kind == ErrorKind::Forbidden => {
            found.not_read.push(("the accounts of the subscription".to_owned(), error.to_string()));
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    for body in accounts {
        let custom = body.pointer("/properties/customSubDomainName").and_then(Json::as_str);
        let domain = format!("://{}.", custom.unwrap_or_else(|| name_of(&body))).to_ascii_lowercase();
        let is_used = found.backends.iter().any(|backend| {
            let url = backend.pointer("/properties/url").and_then(Json::as_str).unwrap_or_default();
            url.to_ascii_lowercase().contains(&domain)
        });
        let Some(id) = body.get("id").and_then(Json::as_str).filter(|_| is_used) else { continue };
        match client.list_inside(id, "deployments", ACCOUNTS).await {
            Ok(deployments) => {
                let deployments = deployments.unwrap_or_default();
                found.accounts.push(Account { body, deployments });
            }
            Err(error) if error.kind == ErrorKind::Forbidden => {
                found.not_read.push((format!("account `{}`", name_of(&body)), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    let subnet = found.service.pointer("/properties/virtualNetworkConfiguration/subnetResourceId");
    let network =
        subnet.and_then(Json::as_str).and_then(|id| Some(id.rsplit_once("/subnets/")?.0.to_owned()));
    if let Some(network) = network {
        match network_with_subnets(client, &network).await {
            Ok(body) => found.network = body,
            Err(error) if error.kind == ErrorKind::Forbidden => {
                found.not_read.push(("the network".to_owned(), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn network_with_subnets(client: &ArmClient, id: &str) -> Result<Option<Json>, Error> {
    let Some(mut network) = client.find_resource(id, NETWORKS).await? else { return Ok(None) };
    let subnets = client.list_inside(id, "subnets", NETWORKS).await?.unwrap_or_default();
    network["properties"]["subnets"] = subnets.into();
    Ok(Some(network))
}

/// The Application Gateway that has the host of the service among its backends.
async fn front(client: &ArmClient, subscription: &str, found: &mut Found) -> Result<(), Error> {
    let url = found.service.pointer("/properties/gatewayUrl").and_then(Json::as_str).unwrap_or_default();
    let host = url.split_once("://").map(|(_, host)| host.trim_end_matches('/').to_ascii_lowercase());
    let Some(host) = host else { return Ok(()) };
    let provider = format!("{subscription}/providers/Microsoft.Network");
    let gateways = match client.list_inside(&provider, "applicationGateways", NETWORKS).await {
        Ok(gateways) => gateways.unwrap_or_default(),
        Err(error) if error.kind == ErrorKind::Forbidden => {
            found.not_read.push(("Application Gateways".to_owned(), error.to_string()));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let leads_there = |gateway: &Json| {
        let pools = gateway.pointer("/properties/backendAddressPools").and_then(Json::as_array);
        let addresses = pools
            .into_iter()
            .flatten()
            .filter_map(|pool| pool.pointer("/properties/backendAddresses").and_then(Json::as_array));
        addresses.flatten().any(|address| {
            address.get("fqdn").and_then(Json::as_str).is_some_and(|fqdn| fqdn.eq_ignore_ascii_case(&host))
        })
    };
    found.front = gateways.into_iter().find(leads_there);
    let firewall = found.front.as_ref().and_then(|front| front.pointer("/properties/firewallPolicy/id"));
    let Some(id) = firewall.and_then(Json::as_str).map(str::to_owned) else { return Ok(()) };
    match client.find_resource(&id, NETWORKS).await {
        Ok(body) => found.firewall = body,
        Err(error) if error.kind == ErrorKind::Forbidden => {
            found.not_read.push(("the firewall policy".to_owned(), error.to_string()));
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
