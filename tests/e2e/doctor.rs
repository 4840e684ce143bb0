//! `doctor` and `deploy` against `sandbox arm`: the way that they take to Azure, over TLS, signed in.

use std::io::Write as _;

use serde_json::Value as Json;

use super::QUICKSTART;
use super::arm::{Arm, SUBSCRIPTION, json_of, texts};

/// `about: verdict` of each check.
fn checks(document: &Json) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap_or_else(|| panic!("{document:#}"));
    let text = |check: &Json, name: &str| check[name].as_str().unwrap().to_owned();
    checks.iter().map(|check| format!("{}: {}", text(check, "about"), text(check, "verdict"))).collect()
}

#[test]
fn doctor_finds_nothing_missing_and_the_deployment_goes_through_tls_and_sign_in() {
    let arm = Arm::start(r#"{"tokenLifetimeS": 4}"#);
    let (code, document) = json_of(&mut arm.with_secret(&["doctor", "--format", "json"]));
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(
        checks(&document),
        ["sign-in: ok", "subscription: ok", "roles: ok", "permissions: ok", "providers: ok"]
    );
    assert_eq!(document["identity"]["appId"], arm.text("clientId"));
    assert_eq!(document["subscription"]["id"], SUBSCRIPTION);
    assert!(!document.to_string().contains(arm.text("clientSecret")));

    // The tokens live for four seconds, the deployment takes longer: it has to renew them.
    let output = arm
        .with_secret(&["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes", "-v"])
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("signing in with the client secret"), "{err}");
    assert!(out.contains("https://apim-lzv01-dev-westus3-abc.azure-api.net"), "{out}");
    assert!(!format!("{out}{err}").contains(arm.text("clientSecret")));
}

#[test]
fn doctor_says_what_is_missing_and_what_to_do() {
    let arm = Arm::start(
        r#"{"notActions": ["Microsoft.Authorization/*/write"], "unregistered": ["Microsoft.ApiManagement"], "subscriptionState": "Disabled"}"#,
    );
    let (code, document) = json_of(&mut arm.with_secret(&[
        "doctor",
        QUICKSTART,
        "--subscription",
        SUBSCRIPTION,
        "--format",
        "json",
    ]));
    assert_eq!(code, Some(5), "{document:#}");
    assert_eq!(
        checks(&document),
        ["sign-in: ok", "subscription: missing", "roles: ok", "permissions: missing", "providers: missing"]
    );
    for told in [
        "Microsoft.Authorization/roleAssignments/write",
        "Role Based Access Control Administrator",
        "az provider register --namespace Microsoft.ApiManagement",
        "Contributor",
    ] {
        assert!(document.to_string().contains(told), "`{told}` is missing: {document:#}");
    }
    let output = arm
        .with_secret(&["doctor", "--subscription", "00000000-0000-0000-0000-0000000000ff"])
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(5), "{out}{err}");
    assert!(out.contains("missing    subscription") && out.contains("SubscriptionNotFound"), "{out}");
}

#[test]
fn doctor_says_how_it_signs_in_and_what_it_passed_over() {
    let arm = Arm::start("{}");
    let output = arm.command(&["doctor", "-v", "--credential", "github"]).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(5), "{err}");
    assert!(err.contains("ACTIONS_ID_TOKEN_REQUEST_URL") && err.contains("id-token: write"), "{err}");

    // Managed identity of App Service: an endpoint on this machine, here one that does not answer.
    let mut command = arm.command(&["doctor", "-v"]);
    let output = command
        .env("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi")
        .env("IDENTITY_HEADER", "x")
        .output()
        .unwrap();
    let (out, err) = texts(&output);
    assert!(err.contains("not the client secret: `AZURE_CLIENT_SECRET` is not set"), "{err}");
    assert!(err.contains("signing in with managed identity: `IDENTITY_ENDPOINT` is set"), "{err}");
    assert!(out.contains("missing    sign-in"), "{out}");

    let output = arm.with_secret(&["doctor", "--cloud", "germany"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("AzureUSGovernment"));

    let mut other = tempfile::NamedTempFile::new().unwrap();
    other.write_all(b"no certificate").unwrap();
    let output = arm.with_secret(&["doctor", "--ca-file", other.path().to_str().unwrap()]).output().unwrap();
    let (_, err) = texts(&output);
    assert!(err.contains("holds no certificate in PEM form"), "{err}");
}

/// `question subject: verdict` of the checks that are not ok.
fn not_ok(document: &Json) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap_or_else(|| panic!("{document:#}"));
    let text = |check: &Json, name: &str| check[name].as_str().unwrap().to_owned();
    let open = checks.iter().filter(|check| check["verdict"] != "ok");
    open.map(|check| {
        format!("{} {}: {}", text(check, "question"), text(check, "subject"), text(check, "verdict"))
    })
    .collect()
}

#[test]
fn an_online_plan_has_azures_answers_in_the_place_of_the_catalogues() {
    let arm = Arm::start("{}");
    let plan = |args: &[&str]| {
        json_of(
            &mut arm.with_secret(
                &[
                    &["plan", QUICKSTART, "--online", "--subscription", SUBSCRIPTION, "--format", "json"],
                    args,
                ]
                .concat(),
            ),
        )
    };
    let (code, document) = plan(&[]);
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(document["asked"], true);
    let open: Vec<String> = not_ok(&document)
        .into_iter()
        .filter(|check| check.ends_with(": blocked") || check.ends_with(": unverified"))
        // Its parameters come from the stage before it, which is not deployed.
        .filter(|check| check != "template stage genai: unverified")
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    for question in ["account", "capacity", "name", "permissions", "quota", "rule set", "template"] {
        let has = document["checks"].as_array().unwrap().iter().any(|check| check["question"] == question);
        assert!(has, "no `{question}` in {document:#}");
    }
    // Once it is deployed its names are its own, and its quota is counted already.
    let deployed =
        arm.with_secret(&["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"]).status().unwrap();
    assert!(deployed.success());
    let (code, document) = plan(&[]);
    assert_eq!(code, Some(0), "{:#?}", not_ok(&document));
}

#[test]
fn an_online_plan_is_blocked_by_what_azure_would_refuse() {
    let arm = Arm::start(
        r#"{"quota": {"OpenAI.GlobalProvisionedManaged": 10}, "notActions": ["Microsoft.Authorization/*/write"],
            "denied": [{"resourceType": "Microsoft.Network/publicIPAddresses", "policy": "No public IPs"}],
            "unregistered": ["Microsoft.EventHub", "Microsoft.KeyVault"]}"#,
    );
    let args = ["plan", QUICKSTART, "--online", "--subscription", SUBSCRIPTION];
    let (code, document) = json_of(&mut arm.with_secret(&[args.as_slice(), &["--format", "json"]].concat()));
    assert_eq!(code, Some(1), "{document:#}");
    let told = not_ok(&document).join("\n");
    for expected in [
        "policy Microsoft.Network/publicIPAddresses pip-agw-lzv01-dev-westus3-abc: blocked",
        "permissions the account: blocked",
        "provider Microsoft.KeyVault: warning",
        "quota OpenAI.GlobalProvisionedManaged in ",
        "capacity ",
    ] {
        assert!(told.contains(expected), "`{expected}` is missing in:\n{told}");
    }
    let output = arm.with_secret(&args).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains("az provider register --namespace Microsoft.KeyVault"), "{out}");
    assert!(err.contains("block the deployment"), "{err}");

    let deploy = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    let output = arm.with_secret(&deploy).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("asking Azure") && err.contains("--skip-preflight"), "{err}");
    let output = arm.with_secret(&[deploy.as_slice(), &["--skip-preflight"]].concat()).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert!(err.contains("RequestDisallowedByPolicy") && err.contains("exemption"), "{err}");

    let output = arm.with_secret(&["plan", QUICKSTART, "--credential", "az"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "offline, the options of Azure are refused");
}
