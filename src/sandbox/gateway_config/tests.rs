//! Deployed resources, and the configuration a gateway gets from them.

use serde_json::{Map, json};

use super::*;
use crate::gateway::{Backend, Breaker, PoolMember, StatusRange, Threshold};

const APIM: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim";

/// A state with a service and the given entities: path below the service, properties, secrets.
fn state(entities: &[(&str, Json, Json)]) -> State {
    let state = State::default();
    let put = |id: String, body: Json, secret: &Json| {
        let secret: Map<String, Json> = secret.as_object().cloned().unwrap_or_default();
        state.put(Resource { id: ResourceId::parse(&id).unwrap(), body, secret });
    };
    put(APIM.to_owned(), json!({"location": "westus3", "properties": {}}), &json!({}));
    for (path, properties, secret) in entities {
        put(format!("{APIM}/{path}"), json!({"properties": properties}), secret);
    }
    state
}

/// One without a key, in Base64.
fn certificate() -> String {
    use base64::Engine as _;
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(["a.b".to_owned()]).unwrap().self_signed(&key).unwrap();
    base64::engine::general_purpose::STANDARD.encode(made.der())
}

fn plain(path: &'static str, properties: Json) -> (&'static str, Json, Json) {
    (path, properties, json!({}))
}

#[test]
fn a_service_with_everything_becomes_a_configuration() {
    let rule = json!({"name": "r", "failureCondition": {"count": 1, "interval": "PT10S",
        "statusCodeRanges": [{"min": 429, "max": 429}, {"min": 500, "max": 599}], "errorReasons": ["Timeout"]},
        "tripDuration": "PT1M", "acceptRetryAfter": true});
    let state = state(&[
        plain("namedValues/apim-identity", json!({"displayName": "apim-identity", "value": "id"})),
        ("namedValues/hidden", json!({"displayName": "hidden", "secret": true}), json!({"value": "s3cret"})),
        plain(
            "backends/ptu",
            json!({"url": "https://a.openai.azure.com/openai", "circuitBreaker": {"rules": [rule]}}),
        ),
        plain("backends/payg", json!({"url": "https://b.openai.azure.com/openai", "circuitBreaker": {}})),
        plain(
            "backends/pool",
            json!({"type": "Pool", "pool": {"services": [
            {"id": format!("{APIM}/backends/ptu"), "priority": 1, "weight": 3}, {"id": "/backends/payg"}]}}),
        ),
        (
            "certificates/client",
            json!({"subject": "CN=rcgen self signed cert"}),
            json!({"data": certificate(), "password": ""}),
        ),
        plain("policyFragments/retry", json!({"format": "rawxml", "value": "<fragment/>"})),
        plain(
            "apis/openai",
            json!({"displayName": "OpenAI", "path": "/openai", "subscriptionKeyParameterNames": {"header": "api-key", "query": "api-key"}}),
        ),
        plain("apis/openai/policies/policy", json!({"format": "rawxml", "value": "<policies/>"})),
        plain(
            "apis/openai/operations/chat",
            json!({"displayName": "Chat", "method": "post", "urlTemplate": "/chat"}),
        ),
        plain("products/p", json!({"displayName": "P"})),
        plain("products/p/apis/openai", json!({})),
        (
            "subscriptions/s1",
            json!({"displayName": "S1", "scope": format!("{APIM}/products/p")}),
            json!({"primaryKey": "k1", "secondaryKey": "k2"}),
        ),
        (
            "subscriptions/off",
            json!({"displayName": "Off", "scope": "/apis", "state": "suspended"}),
            json!({"primaryKey": "k3", "secondaryKey": "k4"}),
        ),
        plain("loggers/usage", json!({"loggerType": "azureEventHub"})),
    ]);
    let config = from_resources(&state, APIM).unwrap();
    let breaker = Breaker {
        threshold: Threshold::Count(1),
        interval_ms: 10_000,
        status_ranges: vec![StatusRange { min: 429, max: 429 }, StatusRange { min: 500, max: 599 }],
        error_reasons: vec!["Timeout".to_owned()],
        trip_ms: 60_000,
        accept_retry_after: true,
        failure_status: None,
    };
    let single = |id: &str, url: &str, breaker| Backend::single(id, url, breaker);
    let member = |id: &str, priority, weight| PoolMember { backend: id.to_owned(), priority, weight };
    assert_eq!(
        config.backends,
        [
            single("payg", "https://b.openai.azure.com/openai", None),
            Backend::pool("pool", vec![member("ptu", 1, 3), member("payg", 0, 1)]),
            single("ptu", "https://a.openai.azure.com/openai", Some(breaker)),
        ]
    );
    assert_eq!(config.named_values["hidden"], "s3cret");
    assert_eq!(config.fragments["retry"], "<fragment/>");
    assert_eq!(config.loggers, ["usage"]);
    assert_eq!(config.certificates.held["client"].certificate.dns_names, ["a.b"]);
    let api = &config.apis[0];
    assert_eq!((api.path.as_str(), api.policy.as_deref()), ("openai", Some("<policies/>")));
    assert_eq!((api.subscription_key_header.as_str(), api.subscription_required), ("api-key", true));
    assert_eq!(
        (api.operations[0].method.as_str(), api.operations[0].url_template.as_str()),
        ("POST", "/chat")
    );
    assert_eq!(config.products[0].apis, ["openai"]);
    let states: Vec<_> = config.subscriptions.iter().map(|one| (one.id.as_str(), one.state)).collect();
    assert_eq!(
        states,
        [("off", SubscriptionState::Suspended), ("s1", SubscriptionState::Submitted)],
        "the default is that of the resource type"
    );
    assert_eq!(config.subscriptions[1].scope, SubscriptionScope::Product("p".to_owned()));
    assert_eq!(services(&state), [APIM]);
}

#[test]
fn a_backend_has_a_certificate_and_a_proxy() {
    let proxy = json!({"url": "http://proxy:3128", "username": "me", "password": "word"});
    let ids = json!({"certificateIds": [format!("{APIM}/certificates/client")], "certificate": ["AA"]});
    let state = state(&[
        ("backends/b", json!({"url": "http://x", "credentials": ids}), json!({"proxy": proxy})),
        plain("backends/c", json!({"url": "http://x", "credentials": {"certificate": ["AA"]}})),
    ]);
    let config = from_resources(&state, APIM).unwrap();
    let credentials: Vec<_> = config
        .backends
        .iter()
        .map(|backend| match &backend.kind {
            crate::gateway::BackendKind::Single { credentials, .. } => credentials.clone(),
            crate::gateway::BackendKind::Pool(_) => panic!("no pool"),
        })
        .collect();
    assert_eq!(credentials[0].certificate.as_deref(), Some("certificate-id client"));
    assert_eq!(credentials[1].certificate.as_deref(), Some("thumbprint AA"));
    let proxy = credentials[0].proxy.as_ref().unwrap();
    assert_eq!((proxy.url.as_str(), proxy.password.as_deref()), ("http://proxy:3128", Some("word")));
    assert!(!format!("{credentials:?}").contains("word"));
}

#[test]
fn what_a_gateway_could_not_use_is_named() {
    let bad_rule = |key: &str, value: Json| {
        let mut rule = json!({"failureCondition": {"count": 1, "interval": "PT1S"}, "tripDuration": "PT1M"});
        *rule.pointer_mut(key).unwrap() = value;
        json!({"url": "https://a/", "circuitBreaker": {"rules": [rule]}})
    };
    let pool = |services: Json| json!({"type": "Pool", "pool": {"services": services}});
    for (entity, code, expected) in [
        (plain("backends/b", json!({})), &ENTITY_INVALID, "backends `apim/b`: `url` is missing"),
        (plain("backends/b", json!({"url": "ftp://x"})), &ENTITY_INVALID, "`ftp://x`"),
        (
            plain("certificates/c", json!({"data": "AAEC"})),
            &ENTITY_INVALID,
            "it is neither a certificate nor a PFX file",
        ),
        (plain("certificates/c", json!({})), &ENTITY_INVALID, "neither `data` nor a secret"),
        (
            plain("backends/b", bad_rule("/tripDuration", json!("1m"))),
            &ENTITY_INVALID,
            "`tripDuration` is `1m`",
        ),
        (plain("backends/b", bad_rule("/failureCondition/count", json!(0))), &ENTITY_INVALID, "`count`"),
        (plain("backends/b", pool(json!([]))), &ENTITY_INVALID, "at least one member"),
        (
            plain("backends/b", pool(json!([{"id": "/backends/none"}]))),
            &ENTITY_MISSING,
            "`none` is not deployed",
        ),
        (plain("backends/b", pool(json!([{"id": "/backends/b"}]))), &ENTITY_INVALID, "is a pool itself"),
        (
            plain("apis/a", json!({"displayName": "A", "path": "a", "type": "graphql"})),
            &ENTITY_UNSUPPORTED,
            "`graphql`",
        ),
        (plain("apis/a", json!({"path": "a"})), &ENTITY_INVALID, "`displayName`"),
        (
            plain("policyFragments/f", json!({"value": "<a b=\"&quot;\"/>"})),
            &ENTITY_UNSUPPORTED,
            "format `xml`",
        ),
        (
            plain("subscriptions/s", json!({"displayName": "S", "scope": "/apis", "state": "asleep"})),
            &ENTITY_INVALID,
            "`asleep` is not a state",
        ),
        (
            plain("subscriptions/s", json!({"displayName": "S", "scope": "x"})),
            &ENTITY_INVALID,
            "the scope `x`",
        ),
        (
            plain(
                "namedValues/n",
                json!({"displayName": "n", "keyVault": {"secretIdentifier": "https://v.vault.azure.net/secrets/x"}}),
            ),
            &ENTITY_MISSING,
            "key vault secret",
        ),
    ] {
        let found = from_resources(&state(std::slice::from_ref(&entity)), APIM).unwrap_err();
        assert_eq!(found.0.len(), 1, "{found:?}");
        assert!(found.0[0].code == code && found.0[0].message.contains(expected), "{expected}: {found:?}");
    }
    let missing = from_resources(&State::default(), APIM).unwrap_err();
    assert_eq!(missing.0[0].code, &ENTITY_MISSING);
}

#[test]
fn a_policy_that_the_gateway_would_not_run_is_refused_with_its_place() {
    let policy = |inbound: &str| {
        let value = format!(
            "<policies>\n  <inbound>\n    {inbound}\n  </inbound>\n  <backend><base /></backend>\n  <outbound />\n  <on-error />\n</policies>"
        );
        state(&[
            plain("apis/openai", json!({"displayName": "OpenAI", "path": "openai"})),
            plain("apis/openai/policies/policy", json!({"format": "rawxml", "value": value})),
        ])
    };
    let validate = |state: &State| {
        let id = ResourceId::parse(&format!("{APIM}/apis/openai/policies/policy")).unwrap();
        gateway_validator()(state, &state.get(&id).unwrap())
    };
    assert_eq!(validate(&policy("<base />")), Ok(()));
    for (inbound, code, expected) in [
        ("<set-backend-service backend-id=\"none\" />", "gateway-unknown-backend", "`none`"),
        ("<include-fragment fragment-id=\"none\" />", "policy-unknown-fragment", "`none`"),
        ("<no-such-policy />", "policy-unknown-element", "`no-such-policy`"),
    ] {
        let fault = validate(&policy(inbound)).unwrap_err();
        assert_eq!(
            (fault.status, fault.code.as_str(), fault.details.len()),
            (400, "ValidationError", 1),
            "{fault:?}"
        );
        let detail = &fault.details[0];
        assert!(detail.message.contains("line 3") && detail.message.contains(expected), "{detail:?}");
        assert_eq!(detail.code, code);
    }
}
