//! What `plan --online` and `deploy` find in the way, what the spec makes of it, and what is put right on demand.

use serde_json::Value as Json;

use super::QUICKSTART;
use super::arm::{Arm, SUBSCRIPTION, json_of, texts};

fn run(arm: &Arm, args: &[&str]) -> (Option<i32>, String) {
    let output = arm.with_secret(&[args, &["--subscription", SUBSCRIPTION]].concat()).output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), format!("{out}{err}"))
}

/// The check of a question, as `verdict: text`.
fn check(arm: &Arm, spec: &str, question: &str) -> (Option<i32>, String) {
    let args = ["plan", spec, "--online", "--subscription", SUBSCRIPTION, "--format", "json"];
    let (code, document) = json_of(&mut arm.with_secret(&args));
    let checks = document["checks"].as_array().unwrap_or_else(|| panic!("{document:#}"));
    let found: Vec<&Json> = checks.iter().filter(|check| check["question"] == question).collect();
    let worst = found.iter().find(|check| check["verdict"] != "ok").or(found.first());
    let worst = worst.unwrap_or_else(|| panic!("no `{question}` in {checks:#?}"));
    (code, format!("{}: {}", worst["verdict"].as_str().unwrap(), worst["text"].as_str().unwrap()))
}

#[test]
fn providers_are_registered_and_names_purged_when_asked_to() {
    let arm = Arm::start(r#"{"unregistered": ["Microsoft.EventHub"]}"#);
    let folder = tempfile::tempdir().unwrap();
    let overlay = super::deployed::unprotected(folder.path());
    let args = ["deploy", QUICKSTART, "--yes", "--register-providers", "--overlay", &overlay];
    let (code, told) = run(&arm, &args);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("registering resource providers") && told.contains("  done Microsoft.EventHub"),
        "{told}"
    );

    assert_eq!(run(&arm, &["destroy", QUICKSTART, "--yes"]).0, Some(0));
    let (code, told) = check(&arm, QUICKSTART, "name");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("blocked: ") && told.contains("deploy --purge-deleted"), "{told}");
    assert_eq!(run(&arm, &["deploy", QUICKSTART, "--yes"]).0, Some(1), "nothing is purged unasked");
    let (code, told) = run(&arm, &["deploy", QUICKSTART, "--yes", "--purge-deleted"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("  done API Management service apim-lzv01-dev-westus3-abc in westus3"), "{told}");

    // What is protected is not purged, and the name stays taken.
    assert_eq!(run(&arm, &["destroy", QUICKSTART, "--yes"]).0, Some(0));
    let (code, told) = run(&arm, &["deploy", QUICKSTART, "--yes", "--purge-deleted"]);
    assert_eq!(code, Some(4), "{told}");
    assert!(
        told.contains("is protected from being purged") && told.contains("metadata.identifier"),
        "{told}"
    );
}

#[test]
fn a_running_gateway_says_which_policies_it_knows() {
    let arm = Arm::start(r#"{"unknownPolicies": ["llm-token-limit", "azure-openai-token-limit"]}"#);
    assert_eq!(
        run(&arm, &["deploy", QUICKSTART, "--yes"]).0,
        Some(0),
        "before there is a gateway nobody can say"
    );
    let (code, told) = check(&arm, QUICKSTART, "policies");
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("blocked: the running gateway does not know ") && told.contains("policies/"),
        "{told}"
    );

    // The spec says what blocks.
    let text = std::fs::read_to_string(QUICKSTART).unwrap();
    let spec = arm.write("spec.yaml", &format!("{text}\npreflight: {{ require: [region, quota] }}\n"));
    let (code, told) = check(&arm, &spec, "policies");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("warning: "), "{told}");
}

#[test]
fn the_template_of_a_stage_is_validated_before_it_is_compared_or_deployed() {
    let arm =
        Arm::start(r#"{"denied": [{"resourceType": "Microsoft.KeyVault/vaults", "policy": "No vaults"}]}"#);
    let (code, told) = check(&arm, QUICKSTART, "template");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("blocked: RequestDisallowedByPolicy") && told.contains("No vaults"), "{told}");
    let (code, told) = run(&arm, &["deploy", QUICKSTART, "--yes"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("template of stage baseline"), "{told}");
}

#[test]
fn azure_policy_is_asked_about_properties_before_anything_is_made() {
    let arm = Arm::start("{}");
    let (code, told) = check(&arm, QUICKSTART, "policy");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("ok: denied by no policy"), "{told}");

    // A tag that is missing denies everything with a location; the deployment is stopped before it begins.
    let arm = Arm::start(
        r#"{"denied": [{"resourceType": "*", "policy": "Data class", "where": {"field": "tags.dataClass", "exists": false}}]}"#,
    );
    let (code, told) = check(&arm, QUICKSTART, "policy");
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("blocked: denied by ")
            && told.contains("policyAssignments/data-class ('tags.dataClass' exists false"),
        "{told}"
    );
    let (code, told) = run(&arm, &["deploy", QUICKSTART, "--yes"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("policy of Microsoft.KeyVault/vaults "), "{told}");
    // With the tag the same policy has nothing to say.
    let overlay = arm.write("tags.yaml", "metadata: { tags: { dataClass: internal } }\n");
    let args = ["plan", QUICKSTART, "--online", "--overlay", &overlay];
    let (code, told) = run(&arm, &args);
    assert_eq!(code, Some(0), "{told}");

    // A property that is so or so, and one that only the deployment can tell.
    let arm = Arm::start(
        r#"{"denied": [
            {"resourceType": "Microsoft.KeyVault/vaults", "policy": "Vaults", "where": {"field": "properties.publicNetworkAccess", "notEquals": "Disabled"}},
            {"resourceType": "Microsoft.Authorization/roleAssignments", "policy": "Groups only", "where": {"field": "properties.principalId", "exists": false}}
        ]}"#,
    );
    let (code, told) = check(&arm, QUICKSTART, "policy");
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.starts_with("unverified: decided when it is deployed: ")
            && told.contains("`properties.principalId`"),
        "{told}"
    );
}
