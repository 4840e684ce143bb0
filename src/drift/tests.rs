//! What is told as drift, and what is not.

use serde_json::json;

use super::*;

const SERVICE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/apim";

fn wanted(kind: &str, name: &str, properties: Json) -> Wanted {
    Wanted {
        stage: "genai".to_owned(),
        id: format!("{SERVICE}/{kind}/{name}"),
        resource_type: format!("Microsoft.ApiManagement/service/{kind}"),
        name: format!("apim/{name}"),
        api_version: "2024-05-01".to_owned(),
        body: json!({ "properties": properties }),
        open: Vec::new(),
    }
}

fn found(wanted: &Wanted, properties: Json) -> Running {
    let body = json!({"id": wanted.id, "name": "x", "properties": properties});
    Running { resources: [(wanted.id.to_ascii_lowercase(), body)].into(), ..Running::default() }
}

/// The paths that differ.
fn differing(wanted: &Wanted, properties: Json) -> Vec<String> {
    let drift = compare(std::slice::from_ref(wanted), &found(wanted, properties));
    drift.changed.iter().flat_map(|changed| &changed.properties).map(|change| change.path.clone()).collect()
}

#[test]
fn azures_own_way_of_writing_is_no_difference() {
    let backend = wanted(
        "backends",
        "payg-1",
        json!({
            "type": "Single", "url": "https://a.openai.azure.com/openai", "protocol": "http",
            "tls": {"validateCertificateChain": true}, "description": null, "title": "",
            "circuitBreaker": {"rules": [{"name": "b", "tripDuration": "PT1M", "acceptRetryAfter": false,
                "failureCondition": {"count": 3, "errorReasons": []}}]},
        }),
    );
    let same = json!({
        "provisioningState": "Succeeded", "Type": "single", "url": "https://a.openai.azure.com/openai/",
        "protocol": "HTTP", "tls": {"validateCertificateChain": true, "validateCertificateName": true},
        "circuitBreaker": {"rules": [{"name": "b", "tripDuration": "PT60S", "failureCondition": {"count": 3.0}}]},
    });
    assert_eq!(differing(&backend, same), [""; 0]);
}

#[test]
fn each_property_that_was_changed_is_named_with_its_path() {
    let backend = wanted(
        "backends",
        "pool",
        json!({"pool": {"services": [
            {"id": format!("{SERVICE}/backends/one"), "priority": 1, "weight": 100},
            {"id": format!("{SERVICE}/backends/two"), "priority": 2, "weight": 50},
        ]}}),
    );
    let other = json!({"pool": {"services": [
        {"id": format!("{}/backends/two", SERVICE.to_uppercase()), "priority": 2, "weight": 60},
        {"id": format!("{SERVICE}/backends/three"), "priority": 1},
    ]}});
    assert_eq!(
        differing(&backend, other),
        [
            "properties.pool.services[one]",
            "properties.pool.services[two].weight",
            "properties.pool.services[three]",
        ]
    );
    let api =
        wanted("apis", "chat", json!({"path": "openai", "displayName": "Chat", "protocols": ["https"]}));
    assert_eq!(
        differing(&api, json!({"path": "openai", "displayName": "chat", "protocols": ["https", "http"]})),
        ["properties.displayName", "properties.protocols"]
    );
    assert_eq!(differing(&api, json!({"path": "openai", "displayName": "Chat"})), ["properties.protocols"]);
}

#[test]
fn a_value_that_may_be_a_secret_is_not_shown() {
    let value = wanted("x", "y", json!({"connectionString": "a", "nested": [{"password": "hunter2"}]}));
    let drift = compare(
        std::slice::from_ref(&value),
        &found(&value, json!({"connectionString": "b", "nested": [{"password": "other"}, 1]})),
    );
    let (page, document) = (view::human(&drift), view::document(&drift).to_string());
    for secret in ["hunter2", "other", "\"a\"", "\"b\""] {
        assert!(!page.contains(secret) && !document.contains(secret), "{page}{document}");
    }
    assert_eq!(drift.changed[0].properties.len(), 2);
}

#[test]
fn a_policy_differs_where_it_means_something_else() {
    let text = "<policies><inbound><base/><set-variable name=\"a\" value=\"@(1 + 1)\"/></inbound></policies>";
    let policy = wanted("apis/chat/policies", "policy", json!({"format": "rawxml", "value": text}));
    let policy =
        Wanted { resource_type: "Microsoft.ApiManagement/service/apis/policies".to_owned(), ..policy };
    let run = |value: &str| {
        compare(std::slice::from_ref(&policy), &found(&policy, json!({"format": "xml", "value": value})))
    };
    let same = "<policies>\r\n\t<inbound>\r\n\t\t<base />\r\n\t\t<set-variable value=\"@(1+1)\" name=\"a\" />\r\n\t</inbound>\r\n\
                <backend/><outbound/></policies>";
    assert!(run(same).is_none(), "{}", view::human(&run(same)));
    let drift = run(&same.replace("1+1", "1+2"));
    let page = view::human(&drift);
    assert!(page.contains("      -    <set-variable name=\"a\" value=\"@(1 + 2)\" />\n"), "{page}");
    assert!(page.contains("      +    <set-variable name=\"a\" value=\"@(1 + 1)\" />\n"), "{page}");
}

#[test]
fn what_is_missing_what_is_there_besides_and_what_the_service_made_are_told_apart() {
    let api = wanted("apis", "chat", json!({}));
    let listed = |kind: &str, name: &str, body: Json| Listed {
        id: format!("{SERVICE}/{kind}/{name}"),
        resource_type: format!("Microsoft.ApiManagement/service/{kind}"),
        name: format!("apim/{name}"),
        body,
    };
    let policy = |value: &str| json!({"properties": {"value": value}});
    let running = Running {
        listed: vec![
            listed("APIS", "Chat", Json::Null),
            listed("apis", "by-hand", Json::Null),
            listed("apis", "echo-api", Json::Null),
            listed("subscriptions", "master", Json::Null),
            listed(
                "subscriptions",
                "1",
                json!({"properties": {"scope": format!("{SERVICE}/products/starter")}}),
            ),
            listed(
                "subscriptions",
                "2",
                json!({"properties": {"scope": format!("{SERVICE}/products/chat")}}),
            ),
            listed("policies", "policy", policy(crate::policy::DEFAULT_GLOBAL_POLICY)),
            listed(
                "products/policies",
                "policy",
                policy("<policies><inbound><base/><x/></inbound></policies>"),
            ),
        ],
        ..Running::default()
    };
    let drift = compare(&[api], &running);
    let names = |listed: &[Listed]| listed.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(drift.missing.len(), 1);
    assert_eq!(names(&drift.extra), ["apim/by-hand", "apim/2", "apim/policy"]);
    assert_eq!(names(&drift.service_made), ["apim/echo-api", "apim/master", "apim/1"]);
    assert_eq!(view::summary(&drift), "drift: 1 missing, 3 not known to the spec; 0 resources compared");
}

#[test]
fn the_value_of_a_named_value_is_shown_only_where_both_sides_call_it_no_secret() {
    let named = |secret: bool| wanted("namedValues", "n", json!({"value": "one", "secret": secret}));
    let shown = |wanted: &Wanted, other: Json| {
        view::human(&compare(std::slice::from_ref(wanted), &found(wanted, other)))
    };
    let open = shown(&named(false), json!({"value": "two", "secret": false}));
    assert!(open.contains("- \"two\"") && open.contains("+ \"one\""), "{open}");
    for (secret, other) in [(false, json!({"value": "two", "secret": true})), (true, json!({"value": "two"}))]
    {
        let closed = shown(&named(secret), other);
        assert!(!closed.contains("two") && !closed.contains("\"one\""), "{closed}");
    }
}
