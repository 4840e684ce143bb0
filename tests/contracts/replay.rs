//! What `az` and the Python SDKs have sent, recorded beside the repository, sent again to the sandbox: its answer has the status, the
//! headers of a long operation and the members that made those clients go on, or differs as differences.toml says. The recorded answers are
//! those of a stub that the clients accepted; what Azure answers is in the contracts.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use genai_lz::sandbox::{ArmFault, Exchange, Faults};
use serde_json::{Value as Json, json};

use super::flows::{Answer, Recorded};
use super::known::Known;
use super::{DIFFERENCES, oracle};

const FOLDER: &str = "arm-wire";
const FILES: [&str; 3] = ["az-cli.jsonl", "az-cli-fail.jsonl", "python-sdk.jsonl"];
/// The headers that a client of a long operation follows.
const FOLLOWED: [&str; 2] = ["azure-asyncoperation", "location"];
/// A deployment of the recordings ends within milliseconds here.
const LOOKS_MAX: u32 = 1_000;

#[test]
fn recorded_clients_are_answered_as_they_were() {
    let known = Known::read(DIFFERENCES);
    let Some(replayed) = all() else { return };
    let wrong: Vec<String> = replayed
        .differences
        .iter()
        .filter(|(request, what)| !known.has_replay(request, what))
        .map(|(request, what)| format!("{request}: {what}"))
        .collect();
    assert!(replayed.n_requests > 60, "{} requests were replayed", replayed.n_requests);
    assert!(wrong.is_empty(), "answered otherwise than recorded: {wrong:#?}");
    let unneeded = known.unneeded_replays();
    assert!(unneeded.is_empty(), "lines of differences.toml that nothing needs: {unneeded:#?}");
}

#[derive(Default)]
pub(super) struct Replayed {
    pub(super) said: Vec<Exchange>,
    n_requests: usize,
    /// The request and what is different about its answer.
    differences: Vec<(String, String)>,
}

/// None where the recordings are not beside the repository.
pub(super) fn all() -> Option<Replayed> {
    let files = FILES.map(|name| oracle().join(FOLDER).join(name));
    if !files.iter().all(|file| file.exists()) {
        return None;
    }
    let mut replayed = Replayed::default();
    files.into_iter().for_each(|file| replay(&file, &mut replayed));
    Some(replayed)
}

fn replay(file: &PathBuf, replayed: &mut Replayed) {
    let sandbox = Recorded::start();
    prepare(&sandbox);
    if file.ends_with("az-cli-fail.jsonl") {
        let fault = ArmFault::new(409, "Conflict", "the recording failed, too");
        sandbox.server.set_faults(Faults { failing: vec![("rg1".to_owned(), fault)], ..Faults::default() });
    }
    let lines: Vec<Json> =
        fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // The recording's URLs of long operations, and the sandbox's.
    let mut followed: BTreeMap<String, String> = BTreeMap::new();
    let mut index = 0;
    while index < lines.len() {
        let mut line = &lines[index];
        index += 1;
        let Some(path) = line["path"].as_str() else { continue };
        // The secrets of the recording are blacked out; signing in is tried with the real clients.
        if path.contains("/oauth2/") {
            continue;
        }
        replayed.n_requests += 1;
        let method = line["method"].as_str().unwrap();
        let answer = match followed.get(path) {
            Some(url) => {
                // The stub was asked so many times until it was done.
                while let Some(next) = lines.get(index).filter(|next| next["path"] == path) {
                    line = next;
                    index += 1;
                }
                follow(&sandbox, url)
            }
            None => sandbox.send(method, &format!("{}{path}", sandbox.server.base_url()), wire_body(line)),
        };
        for name in FOLLOWED {
            if let (Some(theirs), Some(ours)) = (recorded_header(line, name), answer.headers.get(name)) {
                let (_, theirs) = theirs.split_once("://").unwrap();
                let theirs = &theirs[theirs.find('/').unwrap()..];
                followed.insert(theirs.to_owned(), ours.to_str().unwrap().to_owned());
            }
        }
        let request = format!("{} {}", method, path.split('?').next().unwrap());
        let differences = compare(line, &answer).into_iter().map(|what| (request.clone(), what));
        replayed.differences.extend(differences);
    }
    replayed.said.extend(sandbox.said());
}

/// What the recordings take for granted.
fn prepare(sandbox: &Recorded) {
    let base = format!("{}/subscriptions/{}", sandbox.server.base_url(), sandbox.server.subscription_id());
    let service = "providers/Microsoft.ApiManagement/service/apim1";
    for (path, version, body) in [
        ("resourceGroups/rgx", "2024-11-01", json!({"location": "westeurope"})),
        ("resourceGroups/rg", "2024-11-01", json!({"location": "westeurope"})),
        (&format!("resourceGroups/rgx/{service}"), "2024-05-01", new_service()),
        (&format!("resourceGroups/rg/{service}"), "2024-05-01", new_service()),
        (
            &format!("resourceGroups/rg/{service}/backends/a"),
            "2024-05-01",
            json!({"properties": {"url": "https://a.example", "protocol": "http"}}),
        ),
        (
            &format!("resourceGroups/rg/{service}/apis/api1"),
            "2024-05-01",
            json!({"properties": {"displayName": "api1", "path": "api1"}}),
        ),
    ] {
        let answer =
            sandbox.send("PUT", &format!("{base}/{path}?api-version={version}"), Some(body.to_string()));
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    }
}

fn new_service() -> Json {
    json!({
        "location": "westeurope", "sku": {"name": "Developer", "capacity": 1},
        "properties": {"publisherEmail": "a@example.com", "publisherName": "a"},
    })
}

/// The body as it went over the wire: az puts the template's text under a key without quotes.
fn wire_body(line: &Json) -> Option<String> {
    let mut body = line.get("body").filter(|body| body.is_object())?.clone();
    let note = body.as_object_mut()?.shift_remove("_note");
    let text = body.to_string();
    Some(if note.is_some() {
        text.replacen("\"template\":", " template: // as az writes it\n", 1)
    } else {
        text
    })
}

/// Asks until it is done.
fn follow(sandbox: &Recorded, url: &str) -> Answer {
    for _ in 0..LOOKS_MAX {
        let answer = sandbox.send("GET", url, None);
        let status = serde_json::from_str::<Json>(&answer.body).unwrap_or_default();
        let status = status["status"].as_str().unwrap_or_default().to_owned();
        if answer.status != 202 && !["Running", "Accepted"].contains(&status.as_str()) {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{url} does not end")
}

fn recorded_header<'a>(line: &'a Json, name: &str) -> Option<&'a str> {
    let headers = line["resp_headers"].as_object()?;
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
}

fn compare(line: &Json, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    if line["status"] != answer.status {
        return vec![format!("{} instead of {}", answer.status, line["status"])];
    }
    for name in [FOLLOWED[0], FOLLOWED[1], "retry-after"] {
        let (theirs, ours) = (recorded_header(line, name).is_some(), answer.headers.contains_key(name));
        if theirs != ours {
            wrong.push(format!("{name} {}", if ours { "is more" } else { "is missing" }));
        }
    }
    let ours = serde_json::from_str(&answer.body).unwrap_or_default();
    members(&line["resp"], &ours, "", &mut wrong);
    wrong
}

/// Members of an answer that are missing or of another kind; what is in lists has to be in their first items.
fn members(theirs: &Json, ours: &Json, at: &str, wrong: &mut Vec<String>) {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) => {
            for (name, value) in theirs {
                match ours.get(name) {
                    Some(found) => members(value, found, &format!("{at}/{name}"), wrong),
                    None => wrong.push(format!("{at}/{name} is missing")),
                }
            }
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            if let (Some(one), Some(other)) = (theirs.first(), ours.first()) {
                members(one, other, &format!("{at}/[]"), wrong);
            } else if !theirs.is_empty() {
                wrong.push(format!("{at} is empty"));
            }
        }
        (Json::Null, _) => {}
        (one, other) if std::mem::discriminant(one) == std::mem::discriminant(other) => {}
        _ => wrong.push(format!("{at} is of another kind")),
    }
}
