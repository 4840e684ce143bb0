//! What clients ask before they deploy: who they are, what there is, what is free.

use super::*;

#[tokio::test]
async fn a_cloud_says_where_to_sign_in_to_anybody_and_nothing_else() {
    let client = Client::start(ArmOptions::default()).await;
    let base = client.server.base_url().to_owned();
    let get = |path: &str| {
        let request = client.http.get(format!("{base}{path}"));
        async move { request.send().await.unwrap() }
    };
    let metadata: Json = serde_json::from_slice(
        &get("/metadata/endpoints?api-version=2022-09-01").await.bytes().await.unwrap(),
    )
    .unwrap();
    assert_eq!(metadata["authentication"]["loginEndpoint"], base.as_str());
    let tenant = client.server.tenant_id();
    let discovery =
        get(&format!("/{tenant}/v2.0/.well-known/openid-configuration")).await.bytes().await.unwrap();
    let discovery: Json = serde_json::from_slice(&discovery).unwrap();
    assert_eq!(discovery["token_endpoint"], format!("{base}/{tenant}/oauth2/v2.0/token"));
    let refused = get("/subscriptions?api-version=2022-12-01").await;
    assert_eq!(refused.status(), 401);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(&format!("authorization_uri=\"{base}/{tenant}\"")), "{challenge}");
}

#[tokio::test]
async fn an_expired_token_is_told_from_a_foreign_one() {
    let client = Client::start(ArmOptions { token_lifetime_s: 0, ..ArmOptions::default() }).await;
    let (base, tenant) = (client.server.base_url(), client.server.tenant_id());
    let (id, secret) = client.server.client();
    let form =
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={base}/.default");
    let answer =
        client.http.post(format!("{base}/{tenant}/oauth2/v2.0/token")).body(form).send().await.unwrap();
    let answer: Json = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let url = format!("{base}/subscriptions?api-version=2022-12-01");
    let token = answer["access_token"].as_str().unwrap();
    let (status, refused) = client.send_raw("GET", &url, "", token).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (401, Some("ExpiredAuthenticationToken")));
    let (_, refused) = client.send_raw("GET", &url, "", "foreign").await;
    assert_eq!(refused["error"]["code"], "AuthenticationFailed");
}

#[tokio::test]
async fn a_provider_is_registered_and_only_then_used() {
    let options = ArmOptions { unregistered: vec!["Microsoft.KeyVault".to_owned()], ..ArmOptions::default() };
    let client = Client::start(options).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let vault = format!("{S}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv");
    let body = json!({"location": "westeurope", "properties": {}});
    assert_eq!(
        client.refused("PUT", &vault, body.clone()).await,
        (409, "MissingSubscriptionRegistration".to_owned())
    );
    let provider = format!("{S}/providers/Microsoft.KeyVault");
    let (_, before) = client.send("GET", &provider, "").await;
    assert_eq!(before["registrationState"], "NotRegistered");
    assert_eq!(before["namespace"], "Microsoft.KeyVault");
    let (_, after) = client.send("POST", &format!("{provider}/register"), "").await;
    assert_eq!(after["registrationState"], "Registered");
    client.put(&vault, body).await;
    assert_eq!(client.refused("GET", &format!("{S}/providers/Microsoft.Unheard"), json!({})).await.0, 404);
}

#[tokio::test]
async fn models_quota_and_capacity_follow_from_the_catalogue_and_what_is_deployed() {
    let quota = BTreeMap::from([("OpenAI.GlobalStandard.gpt-4o".to_owned(), 100)]);
    let client = Client::start(ArmOptions { quota, ..ArmOptions::default() }).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    let account = format!("{S}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/oai");
    client.put(&account, json!({"kind": "OpenAI", "location": "West Europe", "properties": {"customSubDomainName": "oai"}})).await;
    let model = |capacity: u32| {
        json!({"sku": {"name": "GlobalStandard", "capacity": capacity},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}}})
    };
    client.put(&format!("{account}/deployments/one"), model(60)).await;
    let refused = client.refused("PUT", &format!("{account}/deployments/two"), model(41)).await;
    assert_eq!(refused, (400, "InsufficientQuota".to_owned()));
    client.put(&format!("{account}/deployments/two"), model(40)).await;

    let cognitive = format!("{S}/providers/Microsoft.CognitiveServices");
    let (_, models) = client.send("GET", &format!("{cognitive}/locations/westeurope/models"), "").await;
    let models = models["value"].as_array().unwrap();
    let gpt_4o = models
        .iter()
        .find(|item| item["model"]["name"] == "gpt-4o" && item["model"]["version"] == "2024-11-20");
    let skus = gpt_4o.unwrap()["model"]["skus"].as_array().unwrap();
    assert!(skus.iter().any(|sku| sku["usageName"] == "OpenAI.GlobalStandard.gpt-4o"), "{skus:?}");
    let (_, usages) = client.send("GET", &format!("{cognitive}/locations/West%20Europe/usages"), "").await;
    let usage = usages["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"]["value"] == "OpenAI.GlobalStandard.gpt-4o");
    let usage = usage.unwrap();
    assert_eq!((usage["currentValue"].as_u64(), usage["limit"].as_u64()), (Some(100), Some(100)));
    let query = "modelFormat=OpenAI&modelName=gpt-4o&modelVersion=2024-11-20";
    let (_, capacities) = client.send("GET", &format!("{cognitive}/modelCapacities?{query}"), "").await;
    let of = |place: &str| {
        let all = capacities["value"].as_array().unwrap();
        let found = all.iter().find(|item| item["location"] == place && item["name"] == "GlobalStandard");
        found.and_then(|item| item["properties"]["availableCapacity"].as_u64())
    };
    assert_eq!((of("westeurope"), of("eastus2")), (Some(0), Some(100)));
}

#[tokio::test]
async fn a_name_is_taken_while_the_resource_is_there_and_while_it_can_be_restored() {
    let client = Client::start(ArmOptions::default()).await;
    client.put(&format!("{S}/resourceGroups/rg"), json!({"location": "westeurope"})).await;
    for (path, name_check, asked, says, collection, code) in [
        (
            "Microsoft.ApiManagement/service/one",
            "Microsoft.ApiManagement/checkNameAvailability",
            json!({"name": "one"}),
            "nameAvailable",
            "Microsoft.ApiManagement/locations/westeurope/deletedservices/one",
            "ServiceAlreadyExistsInSoftDeletedState",
        ),
        (
            "Microsoft.CognitiveServices/accounts/one",
            "Microsoft.CognitiveServices/checkDomainAvailability",
            json!({"subdomainName": "one", "type": "Microsoft.CognitiveServices/accounts"}),
            "isSubdomainAvailable",
            "Microsoft.CognitiveServices/locations/westeurope/resourceGroups/rg/deletedAccounts/one",
            "FlagMustBeSetForRestore",
        ),
    ] {
        let resource = format!("{S}/resourceGroups/rg/providers/{path}");
        let body = json!({"location": "westeurope", "sku": {"name": "Developer"}, "properties": {"customSubDomainName": "one"}});
        let free = async || {
            let (status, answer) =
                client.send("POST", &format!("{S}/providers/{name_check}"), &asked.to_string()).await;
            assert_eq!(status, 200, "{answer}");
            answer[says].as_bool().unwrap()
        };
        assert!(free().await);
        client.put(&resource, body.clone()).await;
        assert!(!free().await);
        assert_eq!(client.send("DELETE", &resource, "").await.0, 200);
        assert!(!free().await, "{path} can still be restored");
        assert_eq!(client.refused("PUT", &resource, body.clone()).await, (409, code.to_owned()));
        let deleted = format!("{S}/providers/{collection}");
        assert_eq!(client.send("GET", &deleted, "").await.0, 200);
        assert_eq!(client.later("DELETE", &deleted, Json::Null).await.0, 200);
        assert_eq!(client.send("GET", &deleted, "").await.0, 404);
        assert!(free().await);

        client.put(&resource, body.clone()).await;
        client.send("DELETE", &resource, "").await;
        let mut restoring = body;
        restoring["properties"]["restore"] = json!(true);
        client.put(&resource, restoring).await;
        assert_eq!(client.send("GET", &deleted, "").await.0, 404, "restored, it is no longer deleted");
    }
}

#[tokio::test]
async fn regions_tiers_and_rule_sets_are_listed() {
    let client = Client::start(ArmOptions::default()).await;
    let list = async |path: &str| {
        let (status, answer) = client.send("GET", &format!("{S}/{path}"), "").await;
        assert_eq!(status, 200, "{answer}");
        answer["value"].as_array().unwrap().clone()
    };
    let locations = list("locations").await;
    let find = |name: &str| locations.iter().find(|place| place["name"] == name);
    assert_eq!(find("westeurope").unwrap()["availabilityZoneMappings"].as_array().unwrap().len(), 3);
    assert!(find("australiacentral2").is_none(), "restricted regions are not listed");
    let tiers = list("providers/Microsoft.ApiManagement/skus").await;
    let has =
        |tier: &str, place: &str| tiers.iter().any(|sku| sku["name"] == tier && sku["locations"][0] == place);
    assert!(has("Developer", "westeurope") && has("StandardV2", "australiacentral"));
    assert!(!has("PremiumV2", "australiacentral"));
    assert!(!list("providers/Microsoft.Network/applicationGatewayAvailableWafRuleSets").await.is_empty());
}
