//! Where the service stands, and the accounts behind its backends.

use serde_json::{Map, Value as Json, json};

use super::codes::{FILLED_IN, NAME_DIFFERS, NOT_IN_SPEC};
use super::draft::Draft;
use super::found::{Account, Found, name, text};
use crate::catalog::regions::normalize;
use crate::model::naming::{self, Stem};
use crate::spec::{ApimMode, ApimSkuName, DeploymentSku};

/// What stands in for a part of a name that no name tells.
const UNKNOWN_STEM: [&str; 3] = ["import", "dev", "abc"];

/// Metadata, place and baseline.
pub(super) fn place(found: &Found, draft: &mut Draft) {
    let service = &found.service;
    let location = normalize(text(service, "/location"));
    let stem = stem(found, &location, draft);
    draft.metadata.insert("name".to_owned(), stem.workload.as_str().into());
    draft.metadata.insert("environment".to_owned(), stem.environment.as_str().into());
    draft.metadata.insert("identifier".to_owned(), stem.identifier.as_str().into());
    let tags = service.get("tags").and_then(Json::as_object).filter(|tags| !tags.is_empty());
    draft.metadata.extend(tags.map(|tags| ("tags".to_owned(), Json::Object(tags.clone()))));
    draft.azure.insert("subscription".to_owned(), found.subscription_id.as_str().into());
    draft.azure.insert("location".to_owned(), location.into());
    network(found, draft);
    apim(found, draft);
    if let Some(hub) = found.loggers.iter().find(|logger| is_event_hub(logger)) {
        let hub = text(hub, "/properties/credentials/name");
        let named = if hub.is_empty() { json!({}) } else { json!({ "hub": hub }) };
        draft.baseline.insert("eventHub".to_owned(), named);
        draft.tell(&FILLED_IN, "partitions and retention of the event hub are the defaults of a spec");
    }
    draft.tell(&FILLED_IN, "key vault and monitoring are the defaults of a spec; they were not read");
}

pub(super) fn is_event_hub(logger: &Json) -> bool {
    text(logger, "/properties/loggerType").eq_ignore_ascii_case("azureEventHub")
}

/// Reads the parts of the name that the naming scheme made.
fn stem(found: &Found, location: &str, draft: &mut Draft) -> Stem {
    let own = name(&found.service);
    let parts: Vec<&str> = own.split('-').collect();
    let of = |workload: &str, environment: &str, identifier: &str| Stem {
        workload: workload.to_owned(),
        environment: environment.to_owned(),
        location: location.to_owned(),
        identifier: identifier.to_owned(),
        pattern: naming::PATTERN.to_owned(),
    };
    let read = match parts.as_slice() {
        ["apim", workload, environment, _, identifier] | ["apim", workload, environment, identifier] => {
            Some(of(workload, environment, identifier))
        }
        _ => None,
    };
    let makes =
        |stem: &Stem| stem.name(&naming::APIM, "apim").is_ok_and(|made| made.eq_ignore_ascii_case(own));
    if let Some(stem) = read.filter(makes) {
        return stem;
    }
    let word: String =
        own.chars().filter(char::is_ascii_alphanumeric).take(8).collect::<String>().to_ascii_lowercase();
    let fits = word.len() >= 2 && word.starts_with(|c: char| c.is_ascii_lowercase());
    let [import, environment, identifier] = UNKNOWN_STEM;
    let stem = of(if fits { &word } else { import }, environment, identifier);
    let made = stem.name(&naming::APIM, "apim").unwrap_or_default();
    draft.tell(
        &NAME_DIFFERS,
        format!("the service `{own}` does not have a name of the scheme; the spec makes `{made}` beside it"),
    );
    draft.tell(&FILLED_IN, "`metadata.name`, `environment` and `identifier` are made up; choose your own");
    stem
}

fn network(found: &Found, draft: &mut Draft) {
    let service = &found.service;
    let mode = text(service, "/properties/virtualNetworkType");
    let mut network = Map::new();
    let first = |value: &Json, list: &str, single: &str| -> String {
        let of_list = value.pointer(list).and_then(|list| list.get(0)).and_then(Json::as_str);
        of_list.unwrap_or_else(|| text(value, single)).to_owned()
    };
    match &found.network {
        None if mode.is_empty() || mode.eq_ignore_ascii_case("None") => {}
        None => draft.tell(&FILLED_IN, "the network was not read; address ranges are the defaults of a spec"),
        Some(body) => {
            let own = text(service, "/properties/virtualNetworkConfiguration/subnetResourceId");
            network.insert(
                "addressSpace".to_owned(),
                first(body, "/properties/addressSpace/addressPrefixes", "").into(),
            );
            let mut subnets = Map::new();
            for subnet in body.pointer("/properties/subnets").and_then(Json::as_array).into_iter().flatten() {
                let range = first(subnet, "/properties/addressPrefixes", "/properties/addressPrefix");
                let lower = name(subnet).to_ascii_lowercase();
                let key = if own.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(&lower)) {
                    "apim"
                } else if lower.contains("agw") || lower.contains("appgw") || lower.contains("gateway") {
                    "appGateway"
                } else if lower.contains("pe") || lower.contains("endpoint") {
                    "privateEndpoints"
                } else {
                    draft.tell(&NOT_IN_SPEC, format!("subnet `{}` has no place in a spec", name(subnet)));
                    continue;
                };
                subnets.insert(key.to_owned(), range.into());
            }
            if subnets.len() < 3 {
                draft.tell(&FILLED_IN, "a subnet was not found; its address range is the default of a spec");
            }
            network.insert("subnets".to_owned(), Json::Object(subnets));
        }
    }
    let is_v2 = text(service, "/sku/name").to_ascii_lowercase().ends_with("v2");
    let mode = match (mode.to_ascii_lowercase().as_str(), is_v2) {
        ("internal", false) => ApimMode::Internal,
        ("internal", true) => ApimMode::V2Injection,
        ("external", false) => ApimMode::External,
        ("external", true) => ApimMode::V2Integration,
        _ => ApimMode::None,
    };
    network.insert("apimMode".to_owned(), mode.word().into());
    draft.baseline.insert("network".to_owned(), Json::Object(network));
}

fn apim(found: &Found, draft: &mut Draft) {
    let service = &found.service;
    let sku = text(service, "/sku/name");
    let known = ApimSkuName::WORDS.iter().find(|word| word.eq_ignore_ascii_case(sku)).copied();
    if known.is_none() {
        draft.tell(
            &NOT_IN_SPEC,
            format!("tier `{sku}` is none of {}; the spec has Developer", ApimSkuName::WORDS.join(", ")),
        );
    }
    let capacity = service.pointer("/sku/capacity").and_then(Json::as_u64).unwrap_or(1).max(1);
    let mut apim = Map::new();
    let capacity = if known.is_none() { 1 } else { capacity };
    apim.insert("sku".to_owned(), json!({"name": known.unwrap_or("Developer"), "capacity": capacity}));
    let publisher = json!({"name": text(service, "/properties/publisherName"), "email": text(service, "/properties/publisherEmail")});
    apim.insert("publisher".to_owned(), publisher);
    let oldest = text(service, "/properties/apiVersionConstraint/minApiVersion");
    if !oldest.is_empty() {
        apim.insert("minApiVersion".to_owned(), oldest.into());
    }
    if service
        .pointer("/properties/additionalLocations")
        .and_then(Json::as_array)
        .is_some_and(|all| !all.is_empty())
    {
        draft.tell(&NOT_IN_SPEC, "the gateway has further regions; add them to `azure.additionalRegions`");
    }
    draft.baseline.insert("apim".to_owned(), Json::Object(apim));
}

/// The accounts that a backend leads to, each under the id of its backend.
pub(super) fn accounts(found: &Found, draft: &mut Draft) {
    for backend in &found.backends {
        let id = name(backend);
        if text(backend, "/properties/type").eq_ignore_ascii_case("Pool") {
            continue;
        }
        let url = text(backend, "/properties/url");
        let Some(account) = account_of(found, url) else {
            let message = format!(
                "backend `{id}` leads to `{url}`, which is no Azure OpenAI account that could be read"
            );
            draft.tell(&NOT_IN_SPEC, message);
            continue;
        };
        if !is_account_id(id) {
            draft.tell(
                &NOT_IN_SPEC,
                format!("backend `{id}` has a name that the id of a model cannot have; rename it by hand"),
            );
        }
        named(id, account, draft);
        let deployments: Vec<Json> = account
            .deployments
            .iter()
            .filter_map(|deployment| deployment_of(id, deployment, draft))
            .collect();
        let location = normalize(text(&account.body, "/location"));
        draft.models.push(json!({"id": id, "location": location, "deployments": deployments}));
    }
}

/// The account whose host name stands in the URL of a backend.
fn account_of<'a>(found: &'a Found, url: &str) -> Option<&'a Account> {
    let host = url.split_once("://")?.1.split(['/', ':', '?']).next()?.to_ascii_lowercase();
    let (domain, _) = host.split_once('.')?;
    found.accounts.iter().find(|account| {
        let custom = text(&account.body, "/properties/customSubDomainName");
        let own = if custom.is_empty() { name(&account.body) } else { custom };
        own.eq_ignore_ascii_case(domain)
    })
}

/// Tells where the scheme would give the account another name.
fn named(id: &str, account: &Account, draft: &mut Draft) {
    let part = |key: &str| draft.metadata.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let stem = Stem {
        workload: part("name"),
        environment: part("environment"),
        location: draft.azure.get("location").and_then(Json::as_str).unwrap_or_default().to_owned(),
        identifier: part("identifier"),
        pattern: naming::PATTERN.to_owned(),
    };
    let made = stem.name(&naming::ACCOUNT, &format!("oai-{id}")).unwrap_or_default();
    let own = name(&account.body);
    if !made.eq_ignore_ascii_case(own) {
        draft.tell(
            &NAME_DIFFERS,
            format!("account `{own}` does not have a name of the scheme; the spec makes `{made}` beside it"),
        );
    }
}

fn deployment_of(account: &str, deployment: &Json, draft: &mut Draft) -> Option<Json> {
    let own = name(deployment);
    let sku = text(deployment, "/sku/name");
    let format = text(deployment, "/properties/model/format");
    if !DeploymentSku::WORDS.contains(&sku) || !(format.is_empty() || format == "OpenAI") {
        draft.tell(
            &NOT_IN_SPEC,
            format!(
                "model deployment `{own}` of `{account}` is of {format} {sku}, which a spec does not have"
            ),
        );
        return None;
    }
    let mut made = Map::new();
    for (key, value) in [
        ("name", own),
        ("model", text(deployment, "/properties/model/name")),
        ("version", text(deployment, "/properties/model/version")),
        ("sku", sku),
    ] {
        made.insert(key.to_owned(), value.into());
    }
    made.insert(
        "capacity".to_owned(),
        deployment.pointer("/sku/capacity").cloned().unwrap_or_else(|| 1.into()),
    );
    for (key, pointer, default) in [
        ("raiPolicy", "/properties/raiPolicyName", "Microsoft.DefaultV2"),
        ("spillover", "/properties/spilloverDeploymentName", ""),
    ] {
        let value = text(deployment, pointer);
        if !value.is_empty() && value != default {
            made.insert(key.to_owned(), value.into());
        }
    }
    Some(Json::Object(made))
}

/// As the spec's own rule for the id of a model.
fn is_account_id(id: &str) -> bool {
    (1..=20).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
