//! The program as its user runs it: deploy to the sandbox, call the gateway, stop it.

mod again;
mod arm;
mod azure;
mod baselines;
mod deployed;
mod doctor;
mod drift;
mod fleet;
mod groups;
mod import;
mod keys;
mod preflight;
mod preview;
mod sandbox_up;
mod usage;
mod usage_of_store;
mod verify;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub(crate) const QUICKSTART: &str = "examples/quickstart.yaml";

pub(crate) fn genai_lz(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genai-lz"));
    command
        .args(args)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
        .env("CI", "true")
        .env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn deploys_the_quickstart_to_the_sandbox_and_proves_it() {
    let run = genai_lz(&["deploy", QUICKSTART, "--sandbox"]).output().unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    let out = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "{err}\n{out}");
    for proof in ["answered by the PTU", "answered by a PAYG backend", "429 with Retry-After"] {
        assert!(err.contains(proof), "`{proof}` is missing:\n{err}");
    }
}

#[test]
fn the_traffic_of_the_platform_example_comes_to_what_it_says() {
    let output = genai_lz(&["test", "examples/ai-hub/traffic.md"]).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.contains("8 cases, all passed"), "{stdout}{stderr}");
}

#[test]
fn the_starter_spec_deploys_and_is_proved_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("landing-zone.yaml");
    let spec = spec.to_str().unwrap();
    assert!(genai_lz(&["init", spec]).status().unwrap().success());
    let run = genai_lz(&["deploy", spec, "--sandbox", "--format", "json"]).output().unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{err}");
    let summary: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let proofs = summary["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 3);
    assert!(proofs.iter().all(|proof| proof["verdict"] == "passed"), "{proofs:#?}");
}

#[test]
fn the_printed_request_works_while_it_keeps_serving_and_an_interrupt_ends_it() {
    let mut serving = Serving::start();
    let summary = serving.summary.clone();
    let url = summary["gateway"]["url"].as_str().unwrap().to_owned();
    let key = summary["gateway"]["subscriptions"][0]["key"].as_str().unwrap().to_owned();
    let path = summary["gateway"]["example"]["path"].as_str().unwrap().to_owned();
    let header = summary["gateway"]["example"]["keyHeader"].as_str().unwrap().to_owned();
    let body = r#"{"messages":[{"role":"user","content":"hello"}],"max_tokens":10}"#;

    let answer = post(&url, &path, &[(&header, &key)], body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"usage\""), "{answer}");

    let streamed = post(
        &url,
        &path,
        &[(&header, &key)],
        &body.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\""),
    );
    assert!(streamed.contains("text/event-stream") && streamed.contains("data: [DONE]"), "{streamed}");

    let refused = post(&url, &path, &[(&header, "not-a-key")], body);
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");

    assert_eq!(serving.interrupt(), Some(0));
}

#[test]
fn an_occupied_port_is_said_before_anything_is_deployed() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = genai_lz(&["deploy", QUICKSTART, "--sandbox", "--gateway-port", &port]).output().unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{err}");
    assert!(
        err.contains(&format!("port {port} on 127.0.0.1 is in use")) && err.contains("--gateway-port"),
        "{err}"
    );
    assert!(!err.contains("deploying"), "{err}");
}

#[test]
fn a_failed_deployment_says_what_stands_what_failed_and_what_to_do() {
    let run = genai_lz(&["deploy", QUICKSTART, "--sandbox", "--sandbox-fail", "payg-2"]).output().unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(4), "{err}");
    for told in [
        "stage baseline: complete",
        "failed Microsoft.ApiManagement/service/backends",
        "SkuNotAvailable",
        "= help: ",
    ] {
        assert!(err.contains(told), "`{told}` is missing:\n{err}");
    }
    assert!(!err.contains("proving"), "{err}");
}

#[test]
fn an_interrupt_during_the_deployment_says_what_stands() {
    let mut child =
        genai_lz(&["deploy", QUICKSTART, "--sandbox", "--sandbox-delay-ms", "400"]).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    while !seen.contains("done Microsoft.") {
        assert!(err.read_line(&mut seen).unwrap() > 0, "ended before the first resource:\n{seen}");
    }
    signal(&child);
    err.read_to_string(&mut seen).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{seen}");
    assert!(seen.contains("cancelled"), "{seen}");
}

/// A `deploy --sandbox --keep --format json` that has printed its summary.
struct Serving {
    child: Child,
    summary: serde_json::Value,
}

impl Serving {
    fn start() -> Self {
        let mut child =
            genai_lz(&["deploy", QUICKSTART, "--sandbox", "--keep", "--format", "json"]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        // The summary is one pretty-printed object: it ends with the first line that is a closing brace.
        while !text.ends_with("\n}\n") {
            assert!(out.read_line(&mut text).unwrap() > 0, "no summary: {text}");
        }
        Self { child, summary: serde_json::from_str(&text).unwrap() }
    }

    fn interrupt(&mut self) -> Option<i32> {
        signal(&self.child);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Ctrl-C does.
fn signal(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

fn post(url: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let address = url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
