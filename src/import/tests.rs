//! Services made by hand, and what their specs say.

use serde_json::{Value as Json, json};

use super::*;

fn account(name: &str, deployments: Json) -> Account {
    Account {
        body: json!({"name": name, "location": "West US 3", "properties": {"customSubDomainName": name}}),
        deployments: deployments.as_array().unwrap().clone(),
    }
}

fn deployment(sku: &str) -> Json {
    json!({"name": "acc/chat", "sku": {"name": sku, "capacity": 10},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-5-mini", "version": "2025-08-07"}}})
}

/// A service that somebody made in the portal.
fn by_hand() -> Found {
    let policy = "<policies><inbound><base/><set-backend-service backend-id=\"one\"/><cors><allowed-origins><origin>*</origin></allowed-origins>\
                  </cors></inbound><backend><base/></backend><outbound><base/></outbound></policies>";
    Found {
        subscription_id: "00000000-0000-0000-0000-000000000001".to_owned(),
        resource_group: "rg".to_owned(),
        service: json!({"name": "contoso-apim", "location": "West Europe", "sku": {"name": "Consumption", "capacity": 0},
            "tags": {"owner": "a: b # c\n"}, "properties": {"publisherName": "Contoso \"AI\"", "publisherEmail": "a@contoso.com"}}),
        apis: vec![
            Entity { name: "chat".to_owned(), policy: Some(policy.to_owned()), body: json!({"properties": {"displayName": "Chat ${env:X}", "path": "chat", "subscriptionRequired": false}}),
                inside: vec![Entity { name: "my-own".to_owned(), ..Entity::default() }], ..Entity::default() },
            Entity { name: "weather".to_owned(), body: json!({"properties": {"displayName": "W", "path": "w"}}), ..Entity::default() },
        ],
        products: vec![Entity { name: "gold".to_owned(), apis: vec!["chat".to_owned(), "weather".to_owned()],
            body: json!({"properties": {"displayName": "Gold", "state": "notPublished", "approvalRequired": true}}),
            policy: Some("<policies><inbound><llm-token-limit tokens-per-minute=\"900\" counter-key=\"x\"/></inbound></policies>".to_owned()), ..Entity::default() }],
        backends: vec![
            json!({"name": "one", "properties": {"url": "https://acc.openai.azure.com/openai"}}),
            json!({"name": "Two_", "properties": {"url": "https://elsewhere.example.com"}}),
        ],
        subscriptions: vec![
            json!({"name": "s1", "properties": {"scope": "/products/gold"}}),
            json!({"name": "all", "properties": {"scope": "/apis"}}),
        ],
        named_values: vec![json!({"name": "secret-thing", "properties": {"displayName": "secret-thing", "secret": true}})],
        accounts: vec![account("acc", json!([deployment("GlobalStandard"), deployment("GlobalBatch")]))],
        others: vec![("certificates".to_owned(), vec!["c1".to_owned()])],
        ..Found::default()
    }
}

#[test]
fn a_service_made_by_hand_gives_a_spec_that_validates_and_a_list_of_what_it_cannot_say() {
    let mut found = by_hand();
    // Its tag has a line break, which Azure refuses; the rest is as it may be.
    found.service["tags"]["owner"] = "a: b # c".into();
    let imported = import(&found);
    assert_eq!(imported.refused, None, "{}", imported.spec);
    let told: Vec<String> =
        imported.findings.iter().map(|one| format!("{}: {}", one.code.id, one.message)).collect();
    for (code, what) in [
        ("import-name-differs", "the service `contoso-apim`"),
        ("import-name-differs", "account `acc`"),
        ("import-filled-in", "made up"),
        ("import-filled-in", "pool `one-pool` is made for backend `one`"),
        ("import-not-in-spec", "tier `Consumption`"),
        ("import-not-in-spec", "backend `Two_`"),
        ("import-not-in-spec", "GlobalBatch"),
        ("import-not-in-spec", "API `weather`"),
        ("import-not-in-spec", "API `chat` is open without a key"),
        ("import-not-in-spec", "operations of API `chat` that a spec does not have: my-own"),
        ("import-not-in-spec", "product `gold` is not published"),
        ("import-not-in-spec", "need an approval"),
        ("import-not-in-spec", "subscriptions that no spec has: all"),
        ("import-not-in-spec", "namedValues that no spec has: secret-thing"),
        ("import-not-in-spec", "certificates that no spec has: c1"),
        ("import-policy-not-ours", "the policy of API `chat`"),
        ("import-policy-not-ours", "the policy of product `gold`"),
    ] {
        assert!(
            told.iter().any(|line| line.starts_with(code) && line.contains(what)),
            "{code} {what}: {told:#?}"
        );
        assert!(imported.spec.contains(what), "the comments have it too: {what}");
    }
    let paths: Vec<&str> = imported.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["apis/chat.xml", "apis/chat.xml.diff", "products/gold.xml", "products/gold.xml.diff"]);
    assert!(
        imported.files["apis/chat.xml.diff"].contains("-    <cors>"),
        "{}",
        imported.files["apis/chat.xml.diff"]
    );
    let (zone, _) = read(&imported.spec);
    let zone = zone.unwrap();
    assert_eq!(
        (zone.apis[0].display_name.as_str(), zone.publisher.name.as_str()),
        ("Chat ${env:X}", "Contoso \"AI\"")
    );
    assert_eq!(zone.products[0].tokens_per_minute, Some(900));
    assert_eq!(zone.products[0].subscriptions, ["s1"]);
    assert_eq!(zone.accounts[0].deployments.len(), 1);
    assert_eq!(import(&found), imported, "the same service gives the same bytes");
}

#[test]
fn what_a_spec_refuses_is_said_and_the_spec_is_written_all_the_same() {
    let imported = import(&by_hand());
    let refused = imported.refused.unwrap().0;
    assert!(refused.iter().any(|found| found.code.id == "azure-name-refused"), "{refused:?}");
    assert!(imported.spec.contains("owner: \"a: b # c\\n\""), "{}", imported.spec);
    assert!(import(&Found::default()).refused.is_some(), "nothing is no spec");
}

#[test]
fn names_become_names_of_files() {
    assert_eq!(file_name("plain-1_x"), "plain-1_x");
    for name in ["../../x", "a b", "é", "a/b", "a\\b", ".."] {
        let file = file_name(name);
        assert!(!file.contains(['/', '\\', '.']) && file.len() > 8, "{file}");
    }
    assert_ne!(file_name("a b"), file_name("a/b"));
    assert!(file_name(&"x/".repeat(500)).len() < 100);
}

#[test]
fn a_v2_tier_keeps_its_network_mode() {
    for (sku, network, mode) in [
        ("StandardV2", "External", "v2-integration"),
        ("PremiumV2", "Internal", "v2-injection"),
        ("BasicV2", "None", "none"),
        ("Premium", "External", "external"),
    ] {
        let mut found = by_hand();
        found.service["tags"] = json!({});
        found.service["sku"] = json!({"name": sku, "capacity": 2});
        found.service["properties"]["virtualNetworkType"] = network.into();
        let imported = import(&found);
        assert_eq!(imported.refused, None, "{}", imported.spec);
        assert!(imported.spec.contains(&format!("apimMode: {mode}")), "{sku}: {}", imported.spec);
        assert!(imported.spec.contains(&format!("name: {sku}")), "{sku}: {}", imported.spec);
    }
}

#[test]
fn a_breaker_keeps_its_share_and_its_reasons() {
    let mut found = by_hand();
    found.service["tags"] = json!({});
    found.backends[0]["properties"]["circuitBreaker"] = json!({"rules": [{"tripDuration": "PT1M", "failureCondition": {
        "percentage": 40, "interval": "PT30S", "statusCodeRanges": [{"min": 429, "max": 429}],
        "errorReasons": ["timeout", "Server errors"]}}]});
    let imported = import(&found);
    assert_eq!(imported.refused, None, "{}", imported.spec);
    let breaker = &read(&imported.spec).0.unwrap().pools[0].breaker;
    assert_eq!(breaker.threshold, model::Threshold::Percentage(40));
    assert_eq!(breaker.error_reasons, ["Timeout"]);
    let told = |one: &crate::diag::Diagnostic| one.message.contains("counts errors called `Server errors`");
    assert!(imported.findings.iter().any(told), "{:?}", imported.findings);
}
