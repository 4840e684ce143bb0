//! Mode Complete, patches, tags, entity tags, and the protection of vaults.

use super::*;

const GROUP: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";

async fn with_group() -> Client {
    let client = Client::start(ArmOptions::default()).await;
    client.put(GROUP, json!({"location": "westeurope"})).await;
    client
}

fn template(resources: &Json) -> Json {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": resources,
    })
}

fn identity(name: &str) -> Json {
    json!({"type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2024-11-30", "name": name,
        "location": "westeurope"})
}

#[tokio::test]
async fn a_complete_deployment_takes_away_what_its_template_does_not_name() {
    let client = with_group().await;
    let path =
        |name: &str| format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}");
    for name in ["old", "kept"] {
        client.put(&path(name), json!({"location": "westeurope"})).await;
    }
    let deployment = format!("{GROUP}/providers/Microsoft.Resources/deployments/d");
    let body = json!({"properties": {"mode": "Complete", "template": template(&json!([identity("kept"), identity("new")]))}});
    let (_, told, _) = client.later("POST", &format!("{deployment}/whatIf"), body.clone()).await;
    let changes = told["properties"]["changes"].as_array().unwrap();
    let deleted: Vec<_> = changes.iter().filter(|change| change["changeType"] == "Delete").collect();
    assert_eq!(deleted.len(), 1, "{told}");
    assert!(deleted[0]["resourceId"].as_str().unwrap().ends_with("/old"), "{told}");

    client.put(&deployment, body.clone()).await;
    let ended = client.wait(&deployment).await;
    assert_eq!(
        (&ended["properties"]["provisioningState"], &ended["properties"]["mode"]),
        (&json!("Succeeded"), &json!("Complete"))
    );
    for (name, status) in [("old", 404), ("kept", 200), ("new", 200)] {
        assert_eq!(client.send("GET", &path(name), "").await.0, status, "{name}");
    }
    let at_subscription = format!("{S}/providers/Microsoft.Resources/deployments/d");
    let mut body = body;
    body["location"] = json!("westeurope");
    let refused = client.refused("PUT", &at_subscription, body).await;
    assert_eq!(refused, (400, "InvalidDeploymentMode".to_owned()));
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let client = with_group().await;
    let apim = format!("{GROUP}/providers/Microsoft.ApiManagement/service/apim");
    let patch = json!({"tags": {"a": "2", "b": null}, "properties": {"publisherName": "new"}});
    assert_eq!(client.refused("PATCH", &apim, patch.clone()).await, (404, "ResourceNotFound".to_owned()));
    let body = json!({"location": "westeurope", "tags": {"a": "1", "b": "1"},
        "properties": {"publisherName": "old", "publisherEmail": "a@example.com"}});
    client.put(&apim, body).await;
    let (status, patched) = client.send("PATCH", &apim, &patch.to_string()).await;
    assert_eq!(status, 200, "{patched}");
    assert_eq!(patched["tags"], json!({"a": "2"}));
    assert_eq!(
        (&patched["properties"]["publisherName"], &patched["properties"]["publisherEmail"]),
        (&json!("new"), &json!("a@example.com"))
    );
}

#[tokio::test]
async fn tags_are_a_resource_of_their_own() {
    let client = with_group().await;
    let tags = format!("{GROUP}/providers/Microsoft.Resources/tags/default");
    for (method, body, expected) in [
        ("GET", json!(null), json!({})),
        ("PUT", json!({"properties": {"tags": {"a": "1", "b": "1"}}}), json!({"a": "1", "b": "1"})),
        (
            "PATCH",
            json!({"operation": "Merge", "properties": {"tags": {"b": "2"}}}),
            json!({"a": "1", "b": "2"}),
        ),
        (
            "PATCH",
            json!({"operation": "Delete", "properties": {"tags": {"b": "1"}}}),
            json!({"a": "1", "b": "2"}),
        ),
        ("PATCH", json!({"operation": "Delete", "properties": {"tags": {"b": "2"}}}), json!({"a": "1"})),
        ("PATCH", json!({"operation": "Replace", "properties": {"tags": {"c": "1"}}}), json!({"c": "1"})),
    ] {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = client.send(method, &tags, &body).await;
        assert_eq!((status, &answer["properties"]["tags"]), (200, &expected), "{method} {body}: {answer}");
    }
    assert_eq!(client.send("GET", GROUP, "").await.1["tags"], json!({"c": "1"}));
    assert_eq!(client.send("DELETE", &tags, "").await.0, 200);
    let wrong = json!({"operation": "Invent", "properties": {"tags": {}}});
    assert_eq!(client.refused("PATCH", &tags, wrong).await, (400, "InvalidTagsPatchOperation".to_owned()));
}

#[tokio::test]
async fn an_entity_that_has_changed_meanwhile_is_not_overwritten() {
    let client = with_group().await;
    let apim = format!("{GROUP}/providers/Microsoft.ApiManagement/service/apim");
    client.put(&apim, json!({"location": "westeurope", "properties": {}})).await;
    let url = format!("{}{apim}/products/p?api-version=2024-05-01", client.server.base_url());
    let send = async |method: &str, tag: Option<&str>, title: &str| {
        let body = json!({"properties": {"displayName": title}}).to_string();
        let mut request =
            client.http.request(method.parse().unwrap(), &url).bearer_auth(client.server.token());
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        let answer = request.body(if method == "PUT" { body } else { String::new() }).send().await.unwrap();
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        (answer.status().as_u16(), tag)
    };
    assert_eq!(send("PUT", None, "one").await.0, 201);
    let (_, first) = send("GET", None, "").await;
    assert_eq!(send("PUT", first.as_deref(), "two").await.0, 200);
    assert_eq!(send("PUT", first.as_deref(), "three").await.0, 412, "it is another one by now");
    assert_eq!(send("DELETE", first.as_deref(), "").await.0, 412);
    assert_eq!(send("DELETE", Some("*"), "").await.0, 200);
}

#[tokio::test]
async fn a_vaults_protection_is_not_taken_away_again() {
    let client = with_group().await;
    let vault = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv");
    let body = |protected: bool| json!({"location": "westeurope", "properties": {"enablePurgeProtection": protected}});
    client.put(&vault, body(true)).await;
    assert_eq!(client.refused("PUT", &vault, body(false)).await, (400, "BadRequest".to_owned()));
}
