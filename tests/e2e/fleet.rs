//! Many landing zones in one run, against a Resource Manager that holds its limits.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::time::Duration;

use genai_lz::sandbox::{ArmFault, ArmOptions, Bucket, Faults, Limits};
use serde_json::Value as Json;

use super::{QUICKSTART, genai_lz, signal};
use crate::contracts::flows::Recorded;

const FLEET: usize = 12;

/// Writes specs that differ in their identifier, and so in all their names.
fn write_specs(folder: &Path, n_specs: usize) -> Vec<String> {
    let quickstart = std::fs::read_to_string(QUICKSTART).unwrap();
    let path = |index: usize| folder.join(format!("zone-{index:03}.yaml")).to_str().unwrap().to_owned();
    let paths: Vec<String> = (0..n_specs).map(path).collect();
    for (index, path) in paths.iter().enumerate() {
        let spec = quickstart.replace("identifier: abc", &format!("identifier: z{index:03}"));
        std::fs::write(path, spec).unwrap();
    }
    paths
}

fn args<'a>(verb: &'a str, specs: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    std::iter::once(verb).chain(specs.iter().map(String::as_str)).chain(more.iter().copied()).collect()
}

fn results(document: &Json) -> Vec<&str> {
    let zones = document["landingZones"].as_array().unwrap();
    zones.iter().map(|zone| zone["result"].as_str().unwrap()).collect()
}

/// How often each deployment of a stage was taken.
fn taken(sandbox: &Recorded) -> BTreeMap<String, usize> {
    let mut taken = BTreeMap::new();
    for exchange in sandbox.said() {
        let name = exchange.path.rsplit_once("/deployments/genai-lz-").map(|(_, name)| name.to_owned());
        if let Some(name) = name.filter(|_| exchange.method == "PUT" && exchange.status < 300) {
            *taken.entry(name).or_default() += 1;
        }
    }
    taken
}

fn n_gateways(sandbox: &Recorded) -> usize {
    sandbox.server.state().of_type("Microsoft.ApiManagement/service").len()
}

#[test]
fn a_fleet_is_deployed_within_the_limits_and_a_broken_spec_stops_no_other() {
    // Smaller buckets than Azure's, so that a small fleet meets them; the client learns of them from the answers.
    let limits = Limits {
        reads: Bucket { size: 40.0, per_second: 25.0 },
        writes: Bucket { size: 10.0, per_second: 10.0 },
        enforced: true,
        ..Limits::default()
    };
    let sandbox = Recorded::start_with(ArmOptions { limits, ..ArmOptions::default() });
    let failing =
        ("oai-payg-2-lzv01-dev-westus3-z003".to_owned(), ArmFault::new(409, "SkuNotAvailable", "not here"));
    let faults = Faults { failing: vec![failing.clone()], throttle: 10, after: 30, ..Faults::default() };
    sandbox.server.set_faults(faults);
    let folder = tempfile::tempdir().unwrap();
    let mut specs = write_specs(folder.path(), FLEET);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("broken.yaml"), "nonsense: true\n").unwrap();
    std::fs::copy(&specs[1], path("double.yaml")).unwrap();
    specs.extend([path("broken.yaml"), path("missing.yaml"), path("double.yaml")]);
    let more = ["--yes", "--skip-preflight", "--format", "json"];

    let output = sandbox.command(&args("deploy", &specs, &more)).output().unwrap();
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut expected = vec!["deployed"; FLEET];
    (expected[1], expected[3]) = ("failed", "failed");
    expected.extend(["failed"; 3]);
    assert_eq!(results(&document), expected, "{document:#}");
    assert_eq!(output.status.code(), Some(4), "Azure's failure weighs more than a broken spec");
    let zones = &document["landingZones"];
    assert!(zones[1]["error"]["message"].as_str().unwrap().contains("under the same name"), "{zones:#}");
    assert_eq!(zones[3]["failed"][0]["error"]["code"], "SkuNotAvailable", "{zones:#}");
    assert!(zones[FLEET]["diagnostics"].is_array(), "{zones:#}");
    assert_eq!(n_gateways(&sandbox), FLEET - 1, "all but the double have got so far");
    let once = taken(&sandbox);
    assert_eq!(once.len(), 2 * (FLEET - 1));
    assert!(once.values().all(|n_taken| *n_taken == 1), "{once:?}");

    // The failure is gone, and so are the double and the broken spec: the rest is left alone.
    sandbox.server.set_faults(Faults::default());
    specs.truncate(FLEET);
    let output = sandbox.command(&args("deploy", &specs, &more)).output().unwrap();
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut expected = vec!["unchanged"; FLEET];
    (expected[1], expected[3]) = ("deployed", "deployed");
    assert_eq!((output.status.code(), results(&document)), (Some(0), expected), "{document:#}");
    let ways: Vec<_> =
        document["landingZones"][3]["stages"].as_array().unwrap().iter().map(|stage| &stage["way"]).collect();
    assert_eq!(ways, ["unchanged", "sent"]);
    assert_eq!(n_gateways(&sandbox), FLEET);
}

#[test]
fn an_interrupt_begins_nothing_more_and_the_same_command_goes_on() {
    let sandbox = Recorded::start_with(ArmOptions::default());
    let delay = Duration::from_secs(3);
    sandbox.server.set_faults(Faults { slow: vec![("payg-2".to_owned(), delay)], ..Faults::default() });
    let folder = tempfile::tempdir().unwrap();
    let specs = write_specs(folder.path(), 3);
    let args = args("deploy", &specs, &["--yes", "--skip-preflight", "--jobs", "1"]);
    let mut child = sandbox.command(&args).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    while !seen.contains("stage genai") {
        assert!(err.read_line(&mut seen).unwrap() > 0, "ended before the second stage:\n{seen}");
    }
    signal(&child);
    err.read_to_string(&mut seen).unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{seen}{out}");
    assert!(seen.contains("nothing more is begun"), "{seen}");
    assert!(out.contains("3 landing zones: 1 stopped, 2 notStarted"), "{out}");

    let output = sandbox.command(&args).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{err}{out}");
    // What was left running may have ended by the time it is looked at.
    let ended = ["3 deployed", "2 deployed, 1 unchanged"];
    assert!(ended.iter().any(|ended| out.contains(&format!("3 landing zones: {ended}"))), "{out}");
    let once = taken(&sandbox);
    assert!(once.len() == 6 && once.values().all(|n_taken| *n_taken == 1), "{once:?}");
}

#[test]
fn many_specs_are_planned_with_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut specs = write_specs(folder.path(), 2);
    let run = |specs: &[String], more: &[&str]| {
        let output = genai_lz(&args("plan", specs, more)).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, out, err) = run(&specs, &[]);
    assert_eq!((code, out.as_str()), (Some(0), "\n2 plans: 222 to create\n"), "{err}");
    assert!(err.contains("zone-000.yaml: lzv01, 111 to create"), "{err}");
    assert_eq!(run(&specs, &["--detailed-exitcode"]).0, Some(2));
    specs.push("missing.yaml".to_owned());
    let (code, out, _) = run(&specs, &["--format", "json"]);
    let document: Json = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["plans"][2]["exitCode"]), (Some(1), &Json::from(1)));
    assert!(document["plans"][0]["stages"].is_array(), "{}", document["plans"][0]);
    let (code, _, err) = run(&specs, &["--online"]);
    assert_eq!(code, Some(2), "{err}");
}
