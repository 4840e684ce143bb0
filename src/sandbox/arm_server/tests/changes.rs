//! What-if, and deleting: requests whose result comes later.

use super::*;

fn template(tag: &str) -> Json {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "parameters": {"key": {"type": "securestring"}},
        "resources": [
            {"type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2024-11-30", "name": "id",
             "location": "West Europe", "tags": {"env": tag}},
            {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2025-05-01", "name": "kv", "location": "westeurope",
             "properties": {"tenantId": "[reference('id').tenantId]", "note": "[parameters('key')]"}},
            {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2025-05-01", "name": "no", "location": "westeurope",
             "condition": false, "properties": {}}
        ]
    })
}

fn body(tag: &str, format: &str) -> Json {
    json!({"properties": {
        "mode": "Incremental", "template": template(tag), "parameters": {"key": {"value": "s3cret"}},
        "whatIfSettings": {"resultFormat": format},
    }})
}

/// `name change` of each.
fn told(result: &Json) -> Vec<String> {
    let changes = result["properties"]["changes"].as_array().unwrap();
    let text =
        |change: &Json, name: &str| change[name].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    changes
        .iter()
        .map(|change| format!("{} {}", text(change, "resourceId"), text(change, "changeType")))
        .collect()
}

#[tokio::test]
async fn what_if_tells_what_would_be_created_changed_and_left_alone() {
    let client = Client::start(ArmOptions::default()).await;
    let group = format!("{S}/resourceGroups/rg");
    client.put(&group, json!({"location": "westeurope"})).await;
    let other = format!("{group}/providers/Microsoft.KeyVault/vaults/other");
    client.put(&other, json!({"location": "westeurope", "properties": {}})).await;
    let deployment = format!("{S}/resourcegroups/rg/providers/Microsoft.Resources/deployments/d");
    let what_if = async |tag: &str, format: &str| {
        let (status, result, looks) =
            client.later("POST", &format!("{deployment}/whatIf"), body(tag, format)).await;
        assert_eq!((status, looks, result["status"].as_str()), (200, 2, Some("Succeeded")), "{result}");
        assert!(!result.to_string().contains("s3cret"), "{result}");
        result
    };
    let result = what_if("dev", "FullResourcePayloads").await;
    assert_eq!(told(&result), ["id Create", "kv Create", "other Ignore"]);
    let vault = &result["properties"]["changes"][1]["after"]["properties"];
    assert!(vault["tenantId"].as_str().unwrap().starts_with("[reference("), "{vault}");
    assert_eq!(client.send("GET", &deployment, "").await.0, 404, "nothing was deployed");

    client.put(&deployment, body("dev", "")).await;
    assert_eq!(client.wait(&deployment).await["properties"]["provisioningState"], "Succeeded");
    let result = what_if("prod", "FullResourcePayloads").await;
    // Neither how the location is written nor what comes of a secure parameter is a change.
    assert_eq!(told(&result), ["id Modify", "kv NoChange", "other Ignore"]);
    let delta = &result["properties"]["changes"][0]["delta"];
    assert_eq!(
        delta,
        &json!([{"path": "tags.env", "propertyChangeType": "Modify", "before": "dev", "after": "prod"}])
    );
    assert_eq!(told(&what_if("prod", "ResourceIdOnly").await), ["id Deploy", "kv Deploy", "other Ignore"]);
}

#[tokio::test]
async fn deployments_and_groups_are_deleted_by_and_by() {
    let client = Client::start(ArmOptions::default()).await;
    let group = format!("{S}/resourceGroups/rg");
    client.put(&group, json!({"location": "westeurope"})).await;
    let deployment = format!("{S}/resourcegroups/rg/providers/Microsoft.Resources/deployments/d");
    client.put(&deployment, body("dev", "")).await;
    client.wait(&deployment).await;
    let list = format!("{S}/resourcegroups/rg/providers/Microsoft.Resources/deployments/");
    for (filter, n) in [
        ("", 1),
        ("?$filter=provisioningState%20eq%20'Succeeded'", 1),
        ("?$filter=provisioningState+eq+'Failed'", 0),
    ] {
        let (_, found) = client.send("GET", &format!("{list}{filter}"), "").await;
        assert_eq!(found["value"].as_array().map(Vec::len), Some(n), "{filter}");
    }
    let (status, _, looks) = client.later("DELETE", &deployment, Json::Null).await;
    assert_eq!((status, looks), (204, 2));
    assert_eq!(client.send("GET", &deployment, "").await.0, 404);
    let (status, ..) = client.later("DELETE", &group, Json::Null).await;
    assert_eq!(status, 200);
    assert_eq!(client.send("HEAD", &group, "").await.0, 404);
    assert_eq!(client.refused("DELETE", &group, Json::Null).await.1, "ResourceGroupNotFound");
    let (_, deleted) =
        client.send("GET", &format!("{S}/providers/Microsoft.KeyVault/deletedVaults"), "").await;
    assert_eq!(deleted["value"][0]["name"], "kv", "what was in the group can be restored");
}
