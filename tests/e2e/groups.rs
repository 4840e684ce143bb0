//! Resource groups that somebody else has made: a landing zone goes into them and out of them, and all else stays.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use genai_lz::model::{self, LandingZone};
use genai_lz::sandbox::{ArmOptions, Resource, ResourceId, put_what_is_there};
use genai_lz::spec;
use genai_lz::text::Source;
use serde_json::{Value as Json, json};

use crate::contracts::flows::Recorded;

const SPEC: &str = "tests/suite/render/placed/spec.yaml";
const NETWORKING: &str = "RG-AI-(Network)";
const GATEWAY: &str = "rg_ai.gateway";

fn zone() -> LandingZone {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(SPEC);
    let source = Source::new("lz.yaml", std::fs::read_to_string(path).unwrap());
    let (spec, _) = spec::parse(&source, &|_| None).unwrap();
    model::resolve(&spec, &Arc::clone(&source)).unwrap().0
}

fn run(sandbox: &Recorded, args: &[&str], code: i32) -> String {
    let args = [&args[..1], &[SPEC], &args[1..]].concat();
    let Output { status, stdout, stderr } = sandbox.command(&args).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{args:?}: {out}{err}");
    out.into_owned() + &err
}

fn document(sandbox: &Recorded, args: &[&str], code: i32) -> Json {
    let text = run(sandbox, &[args, &["--format", "json"]].concat(), code);
    let mut read = serde_json::Deserializer::from_str(&text[text.find('{').unwrap()..]);
    serde::Deserialize::deserialize(&mut read).unwrap()
}

fn id_in(sandbox: &Recorded, group: &str, rest: &str) -> ResourceId {
    let subscription = sandbox.server.subscription_id();
    ResourceId::parse(&format!("/subscriptions/{subscription}/resourceGroups/{group}{rest}")).unwrap()
}

/// What is somebody else's.
fn put(sandbox: &Recorded, id: ResourceId, location: &str) -> ResourceId {
    let body = json!({
        "id": id.to_string(), "name": id.name(), "type": id.resource_type(), "location": location,
        "tags": { "owner": "somebody" }, "properties": { "provisioningState": "Succeeded" },
    });
    sandbox.server.state().put(Resource { id: id.clone(), body, secret: serde_json::Map::new() });
    id
}

fn question<'a>(plan: &'a Json, subject: &str) -> &'a Json {
    let checks = plan["checks"].as_array().unwrap();
    let found = checks.iter().find(|it| it["question"] == "resource group" && it["subject"] == subject);
    found.unwrap_or_else(|| panic!("{checks:#?}"))
}

#[test]
fn a_landing_zone_goes_into_groups_that_are_there_and_out_of_them_again() {
    let sandbox = Recorded::start_with(ArmOptions::default());
    let state = sandbox.server.state();

    // A group that is missing is told before anything is made.
    let plan = document(&sandbox, &["plan", "--online"], 1);
    assert_eq!(question(&plan, GATEWAY)["verdict"], "blocked", "{plan:#}");

    put_what_is_there(&zone(), sandbox.server.subscription_id(), state);
    put(&sandbox, id_in(&sandbox, NETWORKING, ""), "eastus");
    let storage = put(
        &sandbox,
        id_in(&sandbox, GATEWAY, "/providers/Microsoft.Storage/storageAccounts/theirs"),
        "eastus",
    );
    let before: BTreeSet<String> = state.all().iter().map(|one| one.id.to_string()).collect();
    let plan = document(&sandbox, &["plan", "--online"], 0);
    assert_eq!(question(&plan, NETWORKING)["verdict"], "ok", "{plan:#}");

    run(&sandbox, &["deploy", "--yes"], 0);
    let group = state.get(&id_in(&sandbox, NETWORKING, "")).unwrap();
    assert_eq!(
        (&group.body["tags"]["owner"], &group.body["location"]),
        (&json!("somebody"), &json!("eastus"))
    );
    let locks: Vec<String> =
        state.of_type("Microsoft.Authorization/locks").iter().map(|it| it.id.to_string()).collect();
    assert_eq!(locks.len(), 1, "what is not ours is not locked: {locks:?}");
    assert!(locks[0].contains("rg-openai-lzv01-prod"), "{locks:?}");

    // Whoever links a network of their own with a zone keeps it.
    let zones = id_in(
        &sandbox,
        NETWORKING,
        "/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com",
    );
    assert!(state.exists(&zones));
    let link = put(&sandbox, zones.child("virtualNetworkLinks", "theirs"), "global");
    assert!(locks.iter().all(|id| state.remove(&ResourceId::parse(id).unwrap())));

    let shown = document(&sandbox, &["destroy", "--dry-run"], 0);
    let left: Vec<&str> =
        shown["left"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(
        left,
        [
            format!("resource group {GATEWAY}").as_str(),
            zones.to_string().as_str(),
            format!("resource group {NETWORKING}").as_str()
        ]
    );
    let steps = shown["steps"].as_array().unwrap();
    let at =
        |kind: &str| steps.iter().rposition(|step| step["type"] == kind).unwrap_or_else(|| panic!("{kind}"));
    assert!(
        at("Microsoft.Network/privateDnsZones/virtualNetworkLinks") < at("Microsoft.Network/privateDnsZones")
    );
    assert!(at("Microsoft.ApiManagement/service") < at("Microsoft.ManagedIdentity/userAssignedIdentities"));
    assert!(at("Microsoft.Network/virtualNetworks") < at("Microsoft.Network/networkSecurityGroups"));
    run(&sandbox, &["destroy", "--yes"], 0);
    let mut after: BTreeSet<String> = state.all().iter().map(|one| one.id.to_string()).collect();
    for id in [&zones, &link] {
        assert!(after.remove(&id.to_string()), "{after:#?}");
    }
    assert_eq!(after, before);
    assert!(state.exists(&storage));
    let again = document(&sandbox, &["destroy", "--dry-run"], 0);
    assert_eq!(again["steps"], json!([]), "{again:#}");
}
