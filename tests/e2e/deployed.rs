//! What can be asked of a landing zone that is deployed, and how it goes again: `status`, `outputs`, `keys` and
//! `destroy`, against `sandbox arm`.

use serde_json::Value as Json;

use super::QUICKSTART;
use super::arm::{Arm, SUBSCRIPTION, json_of, texts};

/// Runs a command on the quickstart; exit code, stdout, stderr.
fn run(arm: &Arm, verb: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let args = [&[verb, QUICKSTART, "--subscription", SUBSCRIPTION], more].concat();
    let output = arm.with_secret(&args).output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

/// Laid over the spec: a key vault that can be purged.
pub(super) fn unprotected(folder: &std::path::Path) -> String {
    let path = folder.join("unprotected.yaml");
    std::fs::write(&path, "baseline: { keyVault: { purgeProtection: false } }\n").unwrap();
    path.to_str().unwrap().to_owned()
}

fn document(arm: &Arm, verb: &str, more: &[&str]) -> (Option<i32>, Json) {
    let args = [&[verb, QUICKSTART, "--subscription", SUBSCRIPTION, "--format", "json"], more].concat();
    json_of(&mut arm.with_secret(&args))
}

#[test]
fn what_is_deployed_is_asked_of_arm_and_a_key_is_fetched_on_demand() {
    let arm = Arm::start("{}");
    let (code, status) = document(&arm, "status", &[]);
    assert_eq!(code, Some(0), "{status:#}");
    assert!(status["stages"].as_array().unwrap().iter().all(|stage| stage["state"].is_null()), "{status:#}");
    let (code, out, err) = run(&arm, "outputs", &[]);
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(err.contains("nothing of the spec is deployed"), "{err}");
    let (code, out, err) = run(&arm, "keys", &["tenant1"]);
    assert_eq!((code, out.as_str()), (Some(4), ""), "{err}");

    assert_eq!(run(&arm, "deploy", &["--yes"]).0, Some(0));

    let (code, status) = document(&arm, "status", &[]);
    assert_eq!(code, Some(0), "{status:#}");
    let stages = status["stages"].as_array().unwrap();
    let told: Vec<_> = stages.iter().map(|stage| (&stage["name"], &stage["state"])).collect();
    let succeeded = Json::from("Succeeded");
    assert_eq!(told, [(&Json::from("baseline"), &succeeded), (&Json::from("genai"), &succeeded)]);
    assert!(stages[1]["deployed"].as_u64().unwrap() > 20 && stages[1]["timestamp"].is_string(), "{status:#}");

    let url = "https://apim-lzv01-dev-westus3-abc.azure-api.net";
    let (code, out, err) = run(&arm, "outputs", &["apimGatewayURL"]);
    assert_eq!((code, out), (Some(0), format!("{url}\n")), "{err}");
    let (_, outputs) = document(&arm, "outputs", &[]);
    assert_eq!(outputs["stages"][0]["outputs"]["apimGatewayUrl"]["value"], url);
    let (code, _, err) = run(&arm, "outputs", &["apimGatewayUr"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("did you mean `apimGatewayUrl`?"), "{err}");

    let (code, primary, err) = run(&arm, "keys", &["tenant1", "-v"]);
    assert_eq!(code, Some(0), "{err}");
    let (_, secondary, _) = run(&arm, "keys", &["tenant1", "--secondary"]);
    assert!(primary.len() > 20 && primary.lines().count() == 1, "the key alone: {primary}");
    assert_ne!(primary, secondary);
    assert!(!err.contains(primary.trim()), "no key on stderr: {err}");
    let (_, key) = document(&arm, "keys", &["tenant1"]);
    assert_eq!(key["key"], primary.trim());
}

#[test]
fn a_failed_deployment_is_told_with_its_cause() {
    let arm = Arm::start(
        r#"{"failing": [{"resource": "payg-2", "code": "SkuNotAvailable", "message": "not in this region"}]}"#,
    );
    assert_eq!(run(&arm, "deploy", &["--yes"]).0, Some(4));
    let (code, out, err) = run(&arm, "status", &[]);
    assert_eq!(code, Some(4), "{err}");
    for told in
        ["stage baseline: Succeeded", "stage genai: Failed", "payg-2: SkuNotAvailable: not in this region"]
    {
        assert!(out.contains(told), "`{told}` is missing:\n{out}");
    }
}

#[test]
fn a_running_deployment_is_told_with_what_it_works_on() {
    let arm = Arm::start(r#"{"slow": [{"resource": "payg-2", "delayMs": 60000}]}"#);
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    let mut deploying = arm.with_secret(&args).spawn().unwrap();
    let mut out = String::new();
    for _ in 0..200 {
        out = run(&arm, "status", &[]).1;
        if out.contains("  running") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    deploying.kill().unwrap();
    deploying.wait().unwrap();
    assert!(out.contains("stage genai: Running") || out.contains("stage baseline: Running"), "{out}");
    assert!(out.contains("  running        Microsoft."), "{out}");
}

#[test]
fn a_key_needs_the_right_to_list_secrets() {
    let arm =
        Arm::start(r#"{"notActions": ["Microsoft.ApiManagement/service/subscriptions/listSecrets/action"]}"#);
    assert_eq!(run(&arm, "deploy", &["--yes"]).0, Some(0));
    let (code, out, err) = run(&arm, "keys", &["tenant1"]);
    assert_eq!((code, out.as_str()), (Some(5), ""), "{err}");
    assert!(err.contains("listSecrets/action"), "{err}");
}

#[test]
fn what_was_deployed_goes_and_says_what_stays_restorable() {
    let arm = Arm::start("{}");
    let folder = tempfile::tempdir().unwrap();
    let overlay = unprotected(folder.path());
    assert_eq!(run(&arm, "deploy", &["--yes", "--overlay", &overlay]).0, Some(0));
    let (code, _, err) = run(&arm, "destroy", &[]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("wants the name typed") && err.contains("--dry-run"), "{err}");

    let (code, shown) = document(&arm, "destroy", &["--dry-run"]);
    assert_eq!((code, &shown["deleted"]), (Some(0), &Json::from(false)), "{shown:#}");
    let steps: Vec<&str> =
        shown["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    let groups =
        ["openai", "apim", "shared", "networking"].map(|name| format!("rg-{name}-lzv01-dev-westus3-abc"));
    assert_eq!(&steps[..4], &groups.each_ref().map(String::as_str));
    assert_eq!(steps.len(), 6, "and the records of both deployments: {steps:?}");
    assert_eq!(shown["left"], Json::Array(Vec::new()));

    let (code, out, err) = run(&arm, "destroy", &["--yes"]);
    assert_eq!((code, out.as_str()), (Some(0), ""), "{err}");
    for told in [
        "  done resource group rg-networking-lzv01-dev-westus3-abc",
        "stays restorable, with its name taken:",
        "API Management service apim-lzv01-dev-westus3-abc in westus3, kept for 48 hours",
        "genai-lz destroy --purge",
    ] {
        assert!(err.contains(told), "`{told}` is missing:\n{err}");
    }
    let (_, status) = document(&arm, "status", &[]);
    assert!(status["stages"].as_array().unwrap().iter().all(|stage| stage["state"].is_null()), "{status:#}");
    let (code, _, err) = run(&arm, "deploy", &["--yes"]);
    assert_eq!(code, Some(1), "the names are taken: {err}");

    let (code, _, err) = run(&arm, "destroy", &["--yes", "--purge"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("nothing of the spec is there") && err.contains("purged"), "{err}");
    let (code, again) = document(&arm, "destroy", &["--yes", "--purge"]);
    assert_eq!(
        (code, &again["steps"], &again["restorable"]),
        (Some(0), &Json::Array(Vec::new()), &Json::Array(Vec::new()))
    );
    assert_eq!(run(&arm, "deploy", &["--yes"]).0, Some(0));
}

#[test]
fn a_deletion_that_azure_refuses_ends_there_and_says_what_to_do() {
    let arm = Arm::start(r#"{"notActions": ["Microsoft.Resources/subscriptions/resourceGroups/delete"]}"#);
    assert_eq!(run(&arm, "deploy", &["--yes"]).0, Some(0));
    let (code, _, err) = run(&arm, "destroy", &["--yes"]);
    assert_eq!(code, Some(5), "{err}");
    assert!(err.contains("AuthorizationFailed") && err.contains("run the same command again"), "{err}");
    assert_eq!(run(&arm, "outputs", &["apimName"]).0, Some(0), "the records are still there");
}
