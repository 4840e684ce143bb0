//! `deploy` more than once: unchanged, beside another run, after a run that was killed or interrupted.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr};
use std::time::Duration;

use serde_json::Value as Json;

use super::arm::{Arm, SUBSCRIPTION, json_of, texts};
use super::{QUICKSTART, signal};

/// One resource of the second stage takes seconds.
const SLOW: &str = r#"{"slow": [{"resource": "payg-2", "delayMs": 4000}]}"#;
/// It takes a minute, so it has to be stopped.
const STUCK: &str = r#"{"slow": [{"resource": "payg-2", "delayMs": 60000}]}"#;

fn deploy(arm: &Arm, spec: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let args = [&["deploy", spec, "--subscription", SUBSCRIPTION, "--yes"], more].concat();
    let output = arm.with_secret(&args).output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

fn deploy_json(arm: &Arm, more: &[&str]) -> (Option<i32>, Json) {
    let args =
        [&["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes", "--format", "json"], more].concat();
    json_of(&mut arm.with_secret(&args))
}

fn ways(document: &Json) -> Vec<&str> {
    let stages = document["stages"].as_array().unwrap();
    stages.iter().map(|stage| stage["way"].as_str().unwrap()).collect()
}

/// A `deploy` that works on the second stage.
struct Deploying {
    child: Child,
    err: BufReader<ChildStderr>,
    seen: String,
}

impl Deploying {
    fn start(arm: &Arm, more: &[&str]) -> Self {
        let args = [&["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"], more].concat();
        let mut child = arm.with_secret(&args).spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        let mut deploying = Self { child, err, seen: String::new() };
        while !deploying.seen.contains("done Microsoft.CognitiveServices") {
            let n_bytes = deploying.err.read_line(&mut deploying.seen).unwrap();
            assert!(n_bytes > 0, "ended before the second stage:\n{}", deploying.seen);
        }
        deploying
    }

    /// Waits for the end; exit code and stderr.
    fn end(mut self) -> (Option<i32>, String) {
        self.err.read_to_string(&mut self.seen).unwrap();
        (self.child.wait().unwrap().code(), self.seen)
    }
}

#[test]
fn a_second_run_leaves_alone_what_has_not_changed() {
    let arm = Arm::start("{}");
    let (code, first) = deploy_json(&arm, &[]);
    assert_eq!((code, ways(&first)), (Some(0), vec!["sent", "sent"]));
    let (code, again) = deploy_json(&arm, &[]);
    assert_eq!((code, ways(&again)), (Some(0), vec!["unchanged", "unchanged"]));
    assert_eq!((&again["resourceGroups"], &again["gateway"]), (&first["resourceGroups"], &first["gateway"]));
    let (code, out, err) = deploy(&arm, QUICKSTART, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("skip stage baseline: unchanged since 20"), "{err}");
    assert!(err.contains("with the certificate that was made for it then"), "{err}");
    assert!(out.contains("resources, unchanged\n"), "{out}");
    let (code, forced) = deploy_json(&arm, &["--force"]);
    assert_eq!((code, ways(&forced)), (Some(0), vec!["sent", "sent"]));

    // What changes in the second stage leaves the first one alone.
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.yaml");
    let text = std::fs::read_to_string(QUICKSTART).unwrap();
    std::fs::write(&changed, text.replace("priority: 2, weight: 2 }", "priority: 2, weight: 3 }")).unwrap();
    let (code, _, err) = deploy(&arm, changed.to_str().unwrap(), &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("skip stage baseline: unchanged"), "{err}");
    assert!(err.contains("stage genai: what it deploys has changed since its last deployment"), "{err}");
}

#[test]
fn a_run_that_was_killed_is_followed_by_the_next_to_its_end() {
    let arm = Arm::start(SLOW);
    let mut killed = Deploying::start(&arm, &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let (code, _, err) = deploy(&arm, QUICKSTART, &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("skip stage baseline: unchanged"), "{err}");
    assert!(err.contains("stage genai: another run deploys the same since 20"), "{err}");
    assert!(err.contains("following it"), "{err}");
}

#[test]
fn an_interrupt_without_a_terminal_leaves_it_running_and_says_how_to_look() {
    let arm = Arm::start(SLOW);
    let interrupted = Deploying::start(&arm, &[]);
    signal(&interrupted.child);
    let (code, err) = interrupted.end();
    assert_eq!(code, Some(130), "{err}");
    for told in ["stage genai is left running in Azure", "genai-lz status", "run the same command again"] {
        assert!(err.contains(told), "`{told}` is missing:\n{err}");
    }
    let (code, followed) = deploy_json(&arm, &[]);
    assert_eq!((code, ways(&followed)), (Some(0), vec!["unchanged", "followed"]));
}

#[test]
fn an_interrupt_cancels_where_that_is_asked_for() {
    let arm = Arm::start(STUCK);
    let interrupted = Deploying::start(&arm, &["--on-interrupt", "cancel"]);
    signal(&interrupted.child);
    let (code, err) = interrupted.end();
    assert_eq!(code, Some(130), "{err}");
    assert!(err.contains("its deployment is Canceled"), "{err}");
}

#[test]
fn not_waiting_begins_the_next_stage_and_ends() {
    let arm = Arm::start(SLOW);
    let (code, first) = deploy_json(&arm, &["--no-wait"]);
    assert_eq!((code, &first["underWay"]["stage"]), (Some(0), &Json::from("baseline")), "{first:#}");
    assert_eq!(first["underWay"]["left"], serde_json::json!(["genai"]));
    let mut out = String::new();
    for _ in 0..100 {
        out = deploy(&arm, QUICKSTART, &["--no-wait"]).1;
        if out.contains("stage genai     is being deployed") {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(out.contains("under way\n") && out.contains("unchanged\n"), "{out}");
    assert!(out.contains("stage genai     is being deployed; see with `genai-lz status`"), "{out}");
    let (code, last) = deploy_json(&arm, &[]);
    assert_eq!((code, ways(&last)), (Some(0), vec!["unchanged", "followed"]));
}

#[test]
fn something_else_under_the_same_name_is_told_with_a_code_and_can_be_cancelled() {
    let arm = Arm::start(STUCK);
    let mut killed = Deploying::start(&arm, &[]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.yaml");
    let text = std::fs::read_to_string(QUICKSTART).unwrap();
    std::fs::write(&changed, text.replace("priority: 2, weight: 2 }", "priority: 2, weight: 3 }")).unwrap();
    let spec = changed.to_str().unwrap();
    let (code, out, err) = deploy(&arm, spec, &["--format", "json"]);
    let document: Json = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["code"]), (Some(4), &Json::from("deployment-under-way")), "{err}");
    let (code, _, err) = deploy(&arm, spec, &[]);
    assert_eq!(code, Some(4), "{err}");
    for told in
        ["is Running, and deploys something else", "--on-busy wait", "genai-lz explain deployment-under-way"]
    {
        assert!(err.contains(told), "`{told}` is missing:\n{err}");
    }
    let interrupted = deploy(&arm, spec, &["--on-busy", "cancel", "--no-wait"]);
    assert_eq!(interrupted.0, Some(0), "{}", interrupted.2);
    assert!(interrupted.2.contains("asked ARM to cancel it"), "{}", interrupted.2);
}
