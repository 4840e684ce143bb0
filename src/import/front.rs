//! The Application Gateway in front of a service, and its firewall.

use serde_json::{Map, Value as Json, json};

use super::codes::{FILLED_IN, NOT_IN_SPEC};
use super::draft::Draft;
use super::found::{Found, text};
use crate::spec::RuleSetType;

/// `baseline.appGateway`, where one leads to the service.
pub(super) fn app_gateway(found: &Found, draft: &mut Draft) {
    let Some(gateway) = &found.front else {
        let why = "no Application Gateway in the subscription leads to the service; add `baseline.appGateway` to have one";
        draft.tell(&FILLED_IN, why);
        return;
    };
    let first = |pointer: &str| gateway.pointer(pointer).filter(|value| !value.is_null());
    let mut made = Map::new();
    let listener = first("/properties/httpListeners/0/properties");
    let names = ["/hostName", "/hostNames/0"]
        .map(|at| listener.map(|listener| text(listener, at)).unwrap_or_default());
    let fqdn = names.into_iter().find(|name| !name.is_empty()).unwrap_or("gateway.example.com");
    if names.iter().all(|name| name.is_empty()) {
        draft.tell(
            &FILLED_IN,
            "the listener of the Application Gateway has no host name; `appGateway.fqdn` is made up",
        );
    }
    made.insert("fqdn".to_owned(), fqdn.into());
    certificate(gateway, draft, &mut made);
    let scale = |key: &str| first(&format!("/properties/autoscaleConfiguration/{key}")).cloned();
    if let (Some(min), Some(max)) = (scale("minCapacity"), scale("maxCapacity")) {
        made.insert("autoscale".to_owned(), json!({"min": min, "max": max}));
    } else {
        draft.tell(&NOT_IN_SPEC, "the Application Gateway does not scale by itself; with the spec it does");
    }
    let timeout = first("/properties/backendHttpSettingsCollection/0/properties/requestTimeout");
    made.extend(timeout.map(|seconds| ("backendTimeoutSeconds".to_owned(), seconds.clone())));
    made.extend(found.firewall.as_ref().map(|firewall| ("waf".to_owned(), waf(firewall))));
    if found.firewall.is_none() {
        draft.tell(
            &FILLED_IN,
            "no firewall policy of the Application Gateway was read; the spec has its defaults",
        );
    }
    let paths = first("/properties/urlPathMaps/0/properties/pathRules/0/properties/paths");
    made.extend(paths.map(|paths| ("routes".to_owned(), paths.clone())));
    draft.baseline.insert("appGateway".to_owned(), Json::Object(made));
}

/// A certificate of another vault stays where it is; one of a vault that the spec makes is made anew.
fn certificate(gateway: &Json, draft: &mut Draft, made: &mut Map<String, Json>) {
    let id = text(gateway, "/properties/sslCertificates/0/properties/keyVaultSecretId");
    let part = |key: &str| draft.metadata.get(key).and_then(Json::as_str).unwrap_or_default();
    let own = format!("https://kv-{}-{}", part("name"), part("environment"));
    if id.is_empty() || id.to_ascii_lowercase().starts_with(&own) {
        draft.tell(
            &FILLED_IN,
            "the certificate of the Application Gateway is self-signed in the spec; say where yours is",
        );
        return;
    }
    // `https://VAULT/secrets/NAME[/VERSION]`
    let unversioned: Vec<&str> = id.split('/').take(5).collect();
    made.insert("certificate".to_owned(), json!({"keyVaultSecret": unversioned.join("/")}));
}

fn waf(firewall: &Json) -> Json {
    let mode = text(firewall, "/properties/policySettings/mode");
    let mut made =
        json!({"mode": if mode.eq_ignore_ascii_case("Detection") { "detection" } else { "prevention" }});
    let set = firewall.pointer("/properties/managedRules/managedRuleSets/0").unwrap_or(&Json::Null);
    let kind = text(set, "/ruleSetType");
    if RuleSetType::WORDS.contains(&kind) {
        made["ruleSet"] = json!({"type": kind, "version": text(set, "/ruleSetVersion")});
    }
    let size = firewall.pointer("/properties/policySettings/maxRequestBodySizeInKb").and_then(Json::as_u64);
    if let Some(size) = size {
        made["maxBodyKb"] = size.clamp(8, 2000).into();
    }
    made
}
