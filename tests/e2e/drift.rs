//! `drift` against `sandbox arm`: an untouched landing zone has none, and each kind of change is told.

use serde_json::{Value as Json, json};

use super::QUICKSTART;
use super::arm::{SUBSCRIPTION, json_of, texts};
use super::azure::Azure as Arm;

const SERVICE: &str = "resourceGroups/rg-apim-lzv01-dev-westus3-abc/providers/Microsoft.ApiManagement/service/apim-lzv01-dev-westus3-abc";
const ACCOUNT: &str =
    "resourceGroups/rg-openai-lzv01-dev-westus3-abc/providers/Microsoft.CognitiveServices/accounts";

fn deployed() -> Arm {
    let arm = Arm::start();
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes", "--force"];
    assert!(arm.with_secret(&args).status().unwrap().success());
    arm
}

fn drift(arm: &Arm) -> (Option<i32>, Json) {
    let args = ["drift", QUICKSTART, "--subscription", SUBSCRIPTION, "--format", "json"];
    json_of(&mut arm.with_secret(&args))
}

fn page(arm: &Arm) -> (Option<i32>, String) {
    let output = arm.with_secret(&["drift", QUICKSTART, "--subscription", SUBSCRIPTION]).output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out + &err)
}

#[test]
fn an_untouched_landing_zone_has_no_drift() {
    let arm = deployed();
    let (code, found) = drift(&arm);
    assert_eq!((code, &found["drifted"]), (Some(0), &Json::from(false)), "{found:#}");
    assert!(found["compared"].as_u64().unwrap() > 60, "{found:#}");
    let (code, text) = page(&arm);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no drift: "), "{text}");
}

#[test]
fn each_kind_of_change_is_told_where_it_is() {
    let arm = deployed();
    let put = |path: &str, body: &Json| {
        let (status, answer) = arm.send("PUT", path, Some(body));
        assert!(status < 300, "{path}: {answer}");
    };
    let get = |path: &str| {
        let (status, body) = arm.send("GET", path, None);
        assert_eq!(status, 200, "{path}: {body}");
        body
    };

    // A policy, in the format that the portal writes.
    let policy = format!("{SERVICE}/apis/azure-openai-api/policies/policy");
    let mut body = get(&format!("{policy}?format=rawxml"));
    let text = body["properties"]["value"].as_str().unwrap();
    let changed =
        text.replacen("<base />", "<base /><set-header name=\"x-by-hand\"><value>1</value></set-header>", 1);
    assert_ne!(changed, text, "{text}");
    body["properties"]["value"] = changed.into();
    put(&policy, &body);
    // A fragment that differs in blanks alone.
    let fragment = format!("{SERVICE}/policyFragments/pool-exhausted");
    let mut body = get(&format!("{fragment}?format=rawxml"));
    let text = body["properties"]["value"].as_str().unwrap().replace('\n', "\r\n  ");
    body["properties"]["value"] = text.into();
    put(&fragment, &body);
    // A backend that goes elsewhere, the publisher of the service, a model deployment.
    let backend = format!("{SERVICE}/backends/payg-1");
    let mut body = get(&backend);
    body["properties"]["url"] = "https://elsewhere.openai.azure.com/openai".into();
    body["properties"]["circuitBreaker"]["rules"][0]["failureCondition"]["count"] = 9.into();
    put(&backend, &body);
    let mut body = get(SERVICE);
    body["properties"]["publisherName"] = "By hand".into();
    put(SERVICE, &body);
    // Gone, and added.
    assert_eq!(
        arm.send("DELETE", &format!("{SERVICE}/apis/azure-openai-api/operations/embeddings"), None).0,
        200
    );
    put(
        &format!("{SERVICE}/namedValues/by-hand"),
        &json!({"properties": {"displayName": "by-hand", "value": "s3cret", "secret": true}}),
    );
    put(
        &format!("{SERVICE}/subscriptions/by-hand"),
        &json!({"properties": {"displayName": "x", "scope": "/apis", "state": "active"}}),
    );
    let global = json!({"properties": {"format": "rawxml", "value": "<policies><inbound><set-variable name=\"a\" value=\"1\"/></inbound><backend><forward-request/></backend><outbound/></policies>"}});
    put(&format!("{SERVICE}/policies/policy"), &global);
    put(
        &format!("{ACCOUNT}/oai-payg-1-lzv01-dev-westus3-abc/deployments/by-hand"),
        &json!({"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}}}),
    );

    let (code, found) = drift(&arm);
    assert_eq!((code, &found["drifted"]), (Some(2), &Json::from(true)), "{found:#}");
    let names = |list: &str| -> Vec<String> {
        let list = found[list].as_array().unwrap();
        list.iter().map(|one| one["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names("missing"), ["embeddings"], "{found:#}");
    assert_eq!(names("changed"), ["apim-lzv01-dev-westus3-abc", "payg-1", "policy"], "{found:#}");
    assert_eq!(names("unknown"), ["by-hand", "by-hand", "by-hand", "policy"], "{found:#}");
    let changed = found["changed"].as_array().unwrap();
    let paths = |at: usize| -> Vec<&str> {
        changed[at]["properties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["path"].as_str().unwrap())
            .collect()
    };
    assert_eq!(paths(0), ["properties.publisherName"]);
    assert_eq!(
        paths(1),
        ["properties.url", "properties.circuitBreaker.rules[payg-1-breaker].failureCondition.count"]
    );
    assert_eq!(changed[1]["properties"][0]["running"], "https://elsewhere.openai.azure.com/openai");
    let diff = changed[2]["policyDiff"].as_str().unwrap();
    let removed: Vec<&str> =
        diff.lines().filter(|line| line.starts_with('-') && !line.starts_with("---")).collect();
    assert_eq!(
        removed,
        ["-    <set-header name=\"x-by-hand\">", "-      <value>1</value>", "-    </set-header>"],
        "{diff}"
    );
    let (_, text) = page(&arm);
    assert!(
        text.contains("drift: 1 missing, 3 changed, 4 not known to the spec") && !text.contains("s3cret"),
        "{text}"
    );

    // What is deployed again is as the spec says; what was added stays, and is still told.
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes", "--force"];
    assert!(arm.with_secret(&args).status().unwrap().success());
    let (code, found) = drift(&arm);
    assert_eq!(code, Some(2));
    assert_eq!(
        (found["changed"].as_array().unwrap().len(), found["missing"].as_array().unwrap().len()),
        (0, 0),
        "{found:#}"
    );
}

#[test]
fn nothing_deployed_is_no_drift_and_no_right_to_read_is_no_answer() {
    let arm = Arm::start();
    let (code, text) = page(&arm);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("nothing of the spec is deployed"), "{text}");
}
