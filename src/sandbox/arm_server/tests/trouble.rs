//! Trouble on demand: what a script of faults, missing rights, policies and empty buckets answer.

use super::*;

fn group() -> String {
    format!("{S}/resourceGroups/rg")
}

#[tokio::test]
async fn what_a_role_does_not_hold_is_forbidden() {
    let not_actions = vec!["microsoft.authorization/*/Write".to_owned(), "*/delete".to_owned()];
    let client = Client::start(ArmOptions { not_actions, ..ArmOptions::default() }).await;
    client.put(&group(), json!({"location": "westeurope"})).await;
    let role = format!("{}/providers/Microsoft.Authorization/roleAssignments/{}", group(), uuid::Uuid::nil());
    let body = json!({"properties": {"roleDefinitionId": "x", "principalId": uuid::Uuid::nil().to_string()}});
    assert_eq!(client.refused("PUT", &role, body).await, (403, "AuthorizationFailed".to_owned()));
    assert_eq!(client.refused("DELETE", &group(), Json::Null).await, (403, "AuthorizationFailed".to_owned()));
    let (_, permissions) =
        client.send("GET", &format!("{S}/providers/Microsoft.Authorization/permissions"), "").await;
    assert_eq!(permissions["value"][0]["notActions"][1], "*/delete");
}

#[tokio::test]
async fn a_policy_denies_a_type_and_says_so_when_asked_before() {
    let denied = Denial::of_type("Microsoft.Network/publicIPAddresses", "No public IPs");
    let faults = Faults { denied: vec![denied], ..Faults::default() };
    let client = Client::start(ArmOptions { faults, ..ArmOptions::default() }).await;
    client.put(&group(), json!({"location": "westeurope"})).await;
    let path = format!("{}/providers/Microsoft.Network/publicIPAddresses/pip", group());
    let (status, refused) =
        client.send("PUT", &path, r#"{"location": "westeurope", "properties": {}}"#).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (403, Some("RequestDisallowedByPolicy")));
    let info = &refused["error"]["additionalInfo"][0];
    assert_eq!(
        (info["type"].as_str(), info["info"]["policyAssignmentDisplayName"].as_str()),
        (Some("PolicyViolation"), Some("No public IPs"))
    );
    let ask = async |resource_type: &str| {
        let body = json!({"resourceDetails": {"resourceContent": {"type": resource_type}}});
        let path = format!("{S}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions");
        let (_, answer) = client.send("POST", &path, &body.to_string()).await;
        answer["contentEvaluationResult"]["policyEvaluations"].as_array().map(Vec::len)
    };
    assert_eq!(ask("microsoft.network/publicipaddresses").await, Some(1));
    assert_eq!(ask("Microsoft.Network/virtualNetworks").await, Some(0));
}

#[tokio::test]
async fn a_policy_looks_at_fields_and_leaves_open_what_is_pending() {
    let condition = Condition { field: "tags.owner".to_owned(), test: Test::NotEquals(json!("me")) };
    let denied = Denial { condition: Some(condition), ..Denial::of_type("*", "Owner") };
    let faults = Faults { denied: vec![denied], ..Faults::default() };
    let client = Client::start(ArmOptions { faults, ..ArmOptions::default() }).await;
    let ask = async |scope: &str, content: Json, pending: Json| {
        let body = json!({"resourceDetails": {"resourceContent": content}, "pendingFields": pending});
        let path = format!("{scope}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions");
        client.send("POST", &path, &body.to_string()).await
    };
    let content = |owner: &str| json!({"type": "A.B/c", "location": "westeurope", "tags": {"Owner": owner}});
    assert_eq!(ask(&group(), content("me"), json!([])).await.0, 404, "the group is not there");
    let (_, answer) = ask(S, content("ME"), json!([])).await;
    assert_eq!(answer["contentEvaluationResult"]["policyEvaluations"], json!([]));
    let (_, answer) = ask(S, content("you"), json!([])).await;
    let evaluation = &answer["contentEvaluationResult"]["policyEvaluations"][0];
    assert_eq!(evaluation["evaluationDetails"]["evaluatedExpressions"][1]["path"], "tags.owner");
    let pending = json!([{"field": "tags.owner"}]);
    let (_, answer) = ask(S, json!({"type": "A.B/c", "location": "westeurope"}), pending).await;
    assert_eq!(answer["fieldRestrictions"][0]["restrictions"][0]["result"], "Required");
    assert_eq!(answer["contentEvaluationResult"]["policyEvaluations"], json!([]));

    let group = format!("{S}/resourceGroups/rg");
    client.put(&group, json!({"location": "westeurope", "tags": {"owner": "me"}})).await;
    assert_eq!(ask(&group, content("you"), json!([])).await.0, 200);
    let path = format!("{group}/providers/Microsoft.Network/publicIPAddresses/pip");
    let body = |owner: &str| json!({"location": "westeurope", "tags": {"owner": owner}, "properties": {}});
    assert_eq!(
        client.refused("PUT", &path, body("you")).await,
        (403, "RequestDisallowedByPolicy".to_owned())
    );
    client.put(&path, body("me")).await;
}

#[tokio::test]
async fn a_resource_may_be_seen_later_than_it_is_made_and_the_server_may_be_away() {
    let faults = Faults { hidden: vec![("id".to_owned(), 2)], ..Faults::default() };
    let client = Client::start(ArmOptions { faults, ..ArmOptions::default() }).await;
    client.put(&group(), json!({"location": "westeurope"})).await;
    let path = format!("{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id", group());
    client.put(&path, json!({"location": "westeurope"})).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(client.send("GET", &path, "").await.0);
    }
    assert_eq!(seen, [404, 404, 200]);
    client.server.set_faults(Faults { unavailable: 1, ..Faults::default() });
    assert_eq!(client.refused("GET", &path, Json::Null).await, (503, "ServiceUnavailable".to_owned()));
    assert_eq!(client.send("GET", &path, "").await.0, 200);
}

#[tokio::test]
async fn answers_tell_what_is_left_and_an_empty_bucket_refuses() {
    let reads = Bucket { size: 2.0, per_second: 0.01 };
    let limits = Limits { reads, enforced: true, ..Limits::default() };
    let client = Client::start(ArmOptions { limits, ..ArmOptions::default() }).await;
    let url = format!("{}/subscriptions?api-version=2022-12-01", client.server.base_url());
    let mut told = Vec::new();
    for _ in 0..3 {
        let answer = client.http.get(&url).bearer_auth(client.server.token()).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let left = header("x-ms-ratelimit-remaining-subscription-reads");
        told.push((answer.status().as_u16(), left.unwrap(), header("retry-after")));
    }
    let expected = [(200, "1", None), (200, "0", None), (429, "0", Some("100"))];
    assert_eq!(told, expected.map(|(status, left, wait)| (status, left.to_owned(), wait.map(str::to_owned))));
}
