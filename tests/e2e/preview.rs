//! What would change, asked of `sandbox arm`: `plan --online` before the first deployment, after it, and when the spec or
//! what stands has moved.

use serde_json::Value as Json;

use super::QUICKSTART;
use super::arm::{Arm, SUBSCRIPTION, json_of, texts};

fn plan(arm: &Arm, spec: &str, more: &[&str]) -> (Option<i32>, Json) {
    let args = ["plan", spec, "--online", "--subscription", SUBSCRIPTION, "--format", "json"];
    json_of(&mut arm.with_secret(&[args.as_slice(), &["--detailed-exitcode"], more].concat()))
}

fn page(arm: &Arm, spec: &str, more: &[&str]) -> String {
    let args = ["plan", spec, "--online", "--subscription", SUBSCRIPTION];
    let output = arm.with_secret(&[args.as_slice(), more].concat()).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    out
}

fn deploy(arm: &Arm) {
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    let output = arm.with_secret(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", texts(&output).1);
}

/// `create`, `modify`, `delete`, `unchanged`, `unknown`.
fn summary(document: &Json) -> [u64; 5] {
    ["create", "modify", "delete", "unchanged", "unknown"]
        .map(|name| document["summary"][name].as_u64().unwrap_or_else(|| panic!("{document:#}")))
}

/// `type name: path before -> after` of what changes.
fn changes(document: &Json) -> Vec<String> {
    let stages = document["stages"].as_array().unwrap().iter();
    let groups = stages.flat_map(|stage| stage["groups"].as_array().unwrap());
    let resources = groups.flat_map(|group| group["resources"].as_array().unwrap());
    let told = |resource: &Json| -> Vec<String> {
        let changes = resource["changes"].as_array().cloned().unwrap_or_default();
        let told = |change: &Json| {
            let side = |name: &str| change[name]["value"].to_string();
            let (path, before, after) = (change["path"].as_str().unwrap(), side("before"), side("after"));
            format!("{}: {path} {before} -> {after}", resource["name"].as_str().unwrap())
        };
        changes.iter().map(told).collect()
    };
    resources.flat_map(told).collect()
}

/// The quickstart with a text replaced.
fn changed(arm: &Arm, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(QUICKSTART).unwrap();
    assert!(text.contains(from), "`{from}` is not in the quickstart");
    arm.write("changed.yaml", &text.replace(from, to))
}

#[test]
fn a_plan_tells_what_is_new_what_stays_and_what_changes() {
    let arm = Arm::start("{}");
    let (code, first) = plan(&arm, QUICKSTART, &[]);
    assert_eq!(code, Some(2), "{first:#}");
    let [create, modify, delete, unchanged, unknown] = summary(&first);
    assert!(create > 80, "{}", first["summary"]);
    assert_eq!([modify, delete, unchanged, unknown], [0; 4], "nothing is there: {}", first["summary"]);
    let why = first["stages"][1]["preview"]["notAsked"].as_str().unwrap();
    assert!(why.contains("of stage baseline, and it is not deployed"), "{why}");

    deploy(&arm);
    let (code, second) = plan(&arm, QUICKSTART, &[]);
    assert_eq!((code, changes(&second)), (Some(0), Vec::new()), "{}", second["summary"]);
    let [create, modify, delete, unchanged, unknown] = summary(&second);
    assert_eq!([create, modify, delete, unknown], [0; 4], "{}", page(&arm, QUICKSTART, &[]));
    assert!(unchanged > 80, "{}", second["summary"]);
    let basis = second["stages"][1]["preview"]["basis"].as_str().unwrap();
    assert!(basis.contains("what stage baseline gave"), "{basis}");
    assert!(page(&arm, QUICKSTART, &[]).contains("What is deployed is what the spec says."));

    let spec = changed(&arm, "capacity: 50", "capacity: 60");
    let (code, third) = plan(&arm, &spec, &[]);
    assert_eq!(code, Some(2), "{}", third["summary"]);
    let told = changes(&third);
    assert!(!told.is_empty() && told.iter().all(|one| one.ends_with("sku.capacity 50 -> 60")), "{told:#?}");
    let text = page(&arm, &spec, &[]);
    assert!(text.contains("~ sku.capacity: 50 -> 60"), "{text}");
    assert!(!text.contains("there is nothing to do"), "{text}");
}

#[test]
fn what_azure_does_not_look_into_is_not_called_unchanged() {
    let arm = Arm::start(r#"{"shortCircuit": ["networking"]}"#);
    let names = nested(&plan(&arm, QUICKSTART, &[]).1);
    let name = names.first().unwrap();
    let arm = Arm::start(&serde_json::json!({"shortCircuit": [name]}).to_string());
    deploy(&arm);
    let (code, document) = plan(&arm, QUICKSTART, &[]);
    assert_eq!(code, Some(2), "{}", document["summary"]);
    let [create, modify, delete, _, unknown] = summary(&document);
    assert_eq!([create, modify, delete], [0; 3]);
    assert!(unknown > 0, "{}", document["summary"]);
    let text = page(&arm, QUICKSTART, &[]);
    assert!(text.contains("! NestedDeploymentShortCircuited of "), "{text}");
    assert!(text.contains("did not look into the nested deployment around it"), "{text}");
}

/// The names of nested deployments, outermost first.
fn nested(document: &Json) -> Vec<String> {
    let resources = document["stages"][0]["groups"].as_array().unwrap().iter();
    let resources = resources.flat_map(|group| group["resources"].as_array().unwrap());
    resources.filter_map(|resource| resource["path"][0].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_preview_that_is_not_allowed_blocks_nothing_and_says_which_right_is_missing() {
    let arm = Arm::start(r#"{"notActions": ["Microsoft.Resources/deployments/whatIf/action"]}"#);
    let (code, document) = plan(&arm, QUICKSTART, &[]);
    assert_eq!(code, Some(2), "{:#}", document["checks"]);
    let checks = document["checks"].as_array().unwrap();
    let template = checks.iter().find(|check| check["question"] == "template").unwrap();
    assert_eq!(template["verdict"], "unverified");
    assert!(template["text"].as_str().unwrap().contains("whatIf/action"), "{template:#}");
    assert!(document["stages"][0]["preview"]["notAsked"].is_string());
}
