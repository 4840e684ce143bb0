//! The ARM server over plain HTTP, as a client that is not ours sees it.

mod asked;
mod changes;
mod rest;
mod trouble;

use serde_json::{Value as Json, json};

use super::*;
use crate::sandbox::ResourceId;

const S: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";

struct Client {
    server: ArmServer,
    http: reqwest::Client,
}

impl Client {
    async fn start(options: ArmOptions) -> Self {
        // An error means that another test installed it first.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self { server: ArmServer::start(options).await.unwrap(), http: reqwest::Client::new() }
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> (u16, Json) {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{separator}api-version=2025-04-01", self.server.base_url());
        self.send_raw(method, &url, body, self.server.token()).await
    }

    async fn send_raw(&self, method: &str, url: &str, body: &str, token: &str) -> (u16, Json) {
        let request =
            self.http.request(method.parse().unwrap(), url).bearer_auth(token).body(body.to_owned());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Json::Null))
    }

    async fn put(&self, path: &str, body: Json) -> u16 {
        let (status, answer) = self.send("PUT", path, &body.to_string()).await;
        assert!(status < 300, "{path}: {answer}");
        status
    }

    /// Sends a request that must fail; returns status and code.
    async fn refused(&self, method: &str, path: &str, body: Json) -> (u16, String) {
        let (status, answer) = self.send(method, path, &body.to_string()).await;
        (status, answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Sends a request and follows its `Location` to the result; how often it was looked for comes with it.
    async fn later(&self, method: &str, path: &str, body: Json) -> (u16, Json, u32) {
        let url = format!("{}{path}?api-version=2025-04-01", self.server.base_url());
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(self.server.token());
        let mut response = request.body(body.to_string()).send().await.unwrap();
        let mut looks = 0;
        while response.status() == 202 {
            let location = response.headers()["location"].to_str().unwrap().to_owned();
            assert!(response.headers().contains_key("retry-after"));
            looks += 1;
            response = self.http.get(location).bearer_auth(self.server.token()).send().await.unwrap();
        }
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Json::Null), looks)
    }

    /// Polls until a deployment ends.
    async fn wait(&self, path: &str) -> Json {
        for _ in 0..500 {
            let (status, deployment) = self.send("GET", path, "").await;
            assert_eq!(status, 200, "{deployment}");
            let state = deployment["properties"]["provisioningState"].as_str().unwrap_or_default();
            if ["Succeeded", "Failed", "Canceled"].contains(&state) {
                return deployment;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} does not end");
    }
}

#[tokio::test]
async fn a_request_needs_a_token_and_an_api_version() {
    let client = Client::start(ArmOptions::default()).await;
    let url = format!("{}{S}/resourcegroups", client.server.base_url());
    let token = client.server.token();
    for (url, token, status, code) in [
        (format!("{url}?api-version=1"), "wrong", 401, "AuthenticationFailed"),
        (url.clone(), token, 400, "MissingApiVersionParameter"),
        (format!("{url}?api-version="), token, 400, "MissingApiVersionParameter"),
    ] {
        let (found, body) = client.send_raw("GET", &url, "", token).await;
        assert_eq!((found, body["error"]["code"].as_str()), (status, Some(code)), "{url}");
    }
    assert_eq!(client.send("GET", &format!("{S}/resourcegroups"), "").await, (200, json!({"value": []})));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_words_of_arm() {
    let client = Client::start(ArmOptions::default()).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let (rg, none) = (format!("{S}/resourceGroups/rg"), format!("{S}/resourceGroups/none"));
    for (method, path, status, code) in [
        (
            "GET",
            "/subscriptions/00000000-0000-0000-0000-000000000009".to_owned(),
            404,
            "SubscriptionNotFound",
        ),
        ("GET", none.clone(), 404, "ResourceGroupNotFound"),
        ("GET", format!("{rg}/providers/A.B/c/d"), 404, "ResourceNotFound"),
        ("PUT", format!("{none}/providers/A.B/c/d"), 404, "ResourceGroupNotFound"),
        ("PUT", format!("{rg}/providers/A.B/c/d/e/f"), 404, "ParentResourceNotFound"),
        ("PUT", format!("{S}/resourceGroups/other"), 400, "LocationRequired"),
        ("GET", format!("{S}/providers/Microsoft.Resources/deployments/d"), 404, "DeploymentNotFound"),
        ("POST", format!("{rg}/providers/A.B/c/d/listKeys"), 404, "ResourceNotFound"),
        ("GET", "/providers".to_owned(), 404, "ResourceNotFound"),
        ("PUT", format!("{none}/providers/Microsoft.Resources/deployments/d"), 404, "ResourceGroupNotFound"),
        ("PUT", format!("{S}/providers/Microsoft.Resources/deployments/d"), 400, "InvalidRequestContent"),
    ] {
        assert_eq!(
            client.refused(method, &path, json!({})).await,
            (status, code.to_owned()),
            "{method} {path}"
        );
    }
    let moved = client.refused("PUT", &rg, json!({"location": "eastus"})).await;
    assert_eq!(moved, (409, "InvalidResourceGroupLocation".to_owned()));
}

#[tokio::test]
async fn the_body_that_az_sends_is_accepted() {
    let client = Client::start(ArmOptions::default()).await;
    // As recorded from az 2.91: a bare key, and the template's own text with its comments.
    let body = r#"{"location": "westeurope", "properties": {"parameters": {"name": {"value": "rg1"}}, "mode": "Incremental", template: {
        // the group
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {"name": {"type": "string"}},
        "resources": [{"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01",
            "name": "[parameters('name')]", "location": "[deployment().location]"}],
        "outputs": {"o": {"type": "string", "value": "x"}}}}}"#;
    let path = format!("{S}/providers/Microsoft.Resources/deployments/d1");
    let (status, validated) = client.send("POST", &format!("{path}/validate"), body).await;
    assert_eq!((status, &validated["properties"]["provisioningState"]), (200, &json!("Succeeded")));
    assert_eq!(client.send("HEAD", &path, "").await.0, 404);
    assert_eq!(client.send("PUT", &path, body).await.0, 201);
    let deployment = client.wait(&path).await;
    assert_eq!(deployment["properties"]["outputs"], json!({"o": {"type": "String", "value": "x"}}));
    let (_, group) = client.send("GET", &format!("{S}/resourceGroups/rg1"), "").await;
    assert_eq!(group["location"], "westeurope");
    assert_eq!(client.send("HEAD", &path, "").await.0, 204);
    let (_, list) = client.send("GET", &format!("{S}/providers/Microsoft.Resources/deployments/"), "").await;
    assert_eq!(list["value"][0]["name"], "d1");
}

#[tokio::test]
async fn keys_are_made_once_and_shown_only_when_asked_for() {
    let client = Client::start(ArmOptions::default()).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let apim = format!("{S}/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim");
    client.put(&apim, json!({"location": "westeurope", "properties": {}})).await;
    let subscription = format!("{apim}/subscriptions/s1");
    let body = json!({"properties": {"displayName": "S1", "scope": "/apis"}});
    assert_eq!(client.put(&subscription, body.clone()).await, 201);
    let (_, shown) = client.send("GET", &subscription, "").await;
    assert!(!shown.to_string().contains("Key"), "{shown}");
    let (_, keys) = client.send("POST", &format!("{subscription}/listSecrets"), "").await;
    assert_eq!(keys["primaryKey"].as_str().map(str::len), Some(32), "{keys}");
    assert_ne!(keys["primaryKey"], keys["secondaryKey"]);
    assert_eq!(client.put(&subscription, body).await, 200);
    assert_eq!(client.send("POST", &format!("{subscription}/listSecrets"), "").await.1, keys);

    let wrong = json!({"properties": {"displayName": "S2", "scope": "/products/none"}});
    let refused = client.refused("PUT", &format!("{apim}/subscriptions/s2"), wrong).await;
    assert_eq!(refused, (400, "ValidationError".to_owned()));
    let (_, list) = client.send("GET", &format!("{apim}/subscriptions"), "").await;
    assert_eq!(list["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(client.send("DELETE", &apim, "").await.0, 200);
    assert_eq!(client.send("GET", &subscription, "").await.0, 404);
}

#[tokio::test]
async fn a_subscription_is_submitted_unless_it_says_and_a_product_limits_those_of_a_user() {
    let client = Client::start(ArmOptions::default()).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let apim = format!("{S}/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim");
    client.put(&apim, json!({"location": "westeurope", "properties": {}})).await;
    let product = json!({"properties": {"displayName": "P", "subscriptionsLimit": 1}});
    client.put(&format!("{apim}/products/p"), product).await;
    let of = |owner: &str, state: &str| json!({"properties": {"displayName": "S", "scope": "/products/p", "ownerId": owner, "state": state}});
    let path = |name: &str| format!("{apim}/subscriptions/{name}");
    client.put(&path("s1"), json!({"properties": {"displayName": "S", "scope": "/products/p"}})).await;
    let (_, first) = client.send("GET", &path("s1"), "").await;
    assert_eq!(first["properties"]["state"], "submitted");
    client.put(&path("ada-1"), of("/users/ada", "active")).await;
    assert_eq!(
        client.put(&path("ada-1"), of("/users/ada", "suspended")).await,
        200,
        "it does not count against itself"
    );
    let refused = client.refused("PUT", &path("ada-2"), of("/users/Ada", "active")).await;
    assert_eq!(refused, (400, "ValidationError".to_owned()));
    assert_eq!(client.put(&path("bob-1"), of("/users/bob", "active")).await, 201);
    client.put(&path("ada-1"), of("/users/ada", "cancelled")).await;
    assert_eq!(client.put(&path("ada-2"), of("/users/ada", "active")).await, 201);
}

#[tokio::test]
async fn what_a_validator_refuses_is_not_kept() {
    let refuse_bad: Validator = Arc::new(|_, resource| match resource.text("/properties/value") {
        Some("bad") => Err(ArmFault::bad_request("ValidationError", "not good")),
        _ => Ok(()),
    });
    let client = Client::start(ArmOptions { on_put: vec![refuse_bad], ..ArmOptions::default() }).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let path = format!("{S}/resourceGroups/rg/providers/A.B/c/d");
    let put = |value: &str| json!({"properties": {"value": value}});
    assert_eq!(client.refused("PUT", &path, put("bad")).await, (400, "ValidationError".to_owned()));
    assert!(!client.server.state().exists(&ResourceId::parse(&path).unwrap()));
    client.put(&path, put("good")).await;
    assert_eq!(client.refused("PUT", &path, put("bad")).await, (400, "ValidationError".to_owned()));
    assert_eq!(client.send("GET", &path, "").await.1["properties"]["value"], "good");
}

#[tokio::test]
async fn a_policy_is_checked_when_it_is_put() {
    let client = Client::start(ArmOptions::default()).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let apim = format!("{S}/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim");
    client.put(&apim, json!({"location": "westeurope", "sku": {"name": "Developer"}})).await;
    let api = json!({"properties": {"displayName": "OpenAI", "path": "openai"}});
    client.put(&format!("{apim}/apis/openai"), api).await;
    let policy = |inbound: &str| {
        let value =
            format!("<policies><inbound>{inbound}</inbound><backend /><outbound /><on-error /></policies>");
        json!({"properties": {"format": "rawxml", "value": value}})
    };
    let path = format!("{apim}/apis/openai/policies/policy");
    let (status, refused) = client.send("PUT", &path, &policy("<quota calls=\"1\" />").to_string()).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (400, Some("ValidationError")), "{refused}");
    let message = refused["error"]["details"][0]["message"].as_str().unwrap_or_default();
    assert!(
        message.starts_with("api openai, line 1, column 21: ") && message.contains("`quota`"),
        "{refused}"
    );
    assert_eq!(client.send("GET", &path, "").await.0, 404);
    client.put(&path, policy("<base />")).await;
}

#[tokio::test]
async fn model_deployments_of_one_account_come_one_after_the_other() {
    let options = ArmOptions { resource_delay: Duration::from_millis(50), ..ArmOptions::default() };
    let client = Client::start(options).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let model = |name: &str, needs: Json| {
        json!({"type": "Microsoft.CognitiveServices/accounts/deployments", "apiVersion": "2025-06-01", "name": format!("oai/{name}"),
            "sku": {"name": "GlobalStandard", "capacity": 1}, "dependsOn": needs,
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}}})
    };
    let account = json!({"type": "Microsoft.CognitiveServices/accounts", "apiVersion": "2025-06-01", "name": "oai",
        "kind": "OpenAI", "location": "westeurope", "properties": {"customSubDomainName": "oai-x"}});
    let (on_account, on_first) = (
        json!(["oai"]),
        json!(["[resourceId('Microsoft.CognitiveServices/accounts/deployments', 'oai', 'one')]"]),
    );
    for (name, second, expected) in
        [("parallel", on_account.clone(), "Failed"), ("serial", on_first, "Succeeded")]
    {
        let template = json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
            "resources": [account.clone(), model("one", on_account.clone()), model("two", second)],
            "outputs": {"endpoint": {"type": "string", "value": "[reference('oai').endpoint]"}}
        });
        let path = format!("{S}/resourcegroups/rg/providers/Microsoft.Resources/deployments/{name}");
        let body = json!({"properties": {"mode": "Incremental", "template": template}});
        client.put(&path, body).await;
        let deployment = client.wait(&path).await;
        assert_eq!(deployment["properties"]["provisioningState"], expected, "{deployment}");
        if expected == "Failed" {
            assert_eq!(deployment["properties"]["error"]["details"][0]["code"], "RequestConflict");
        } else {
            assert_eq!(
                deployment["properties"]["outputs"]["endpoint"]["value"],
                "https://oai-x.openai.azure.com/"
            );
        }
    }
}
