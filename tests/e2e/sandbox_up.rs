//! `sandbox up` as its user runs it: two terminals, an editor, Ctrl-C.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout};

use serde_json::Value as Json;

use super::{QUICKSTART, genai_lz, post, signal};

const ASKED: &str = r#"{"messages":[{"role":"user","content":"hello"}],"max_tokens":10}"#;

/// A running `sandbox up` whose gateway is known.
struct Up {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
    url: String,
    key: String,
}

impl Up {
    /// Starts one that writes lines of JSON to stdout, and so everything for people to stderr.
    fn start(args: &[&str]) -> Self {
        let mut child = genai_lz(&[&["sandbox", "up", "--trace=json"], args].concat()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap()).lines();
        let err = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut up = Self { child, out, err, url: String::new(), key: String::new() };
        let line = up.err_with("gateway: ");
        up.url = line.split_once("gateway: ").unwrap().1.to_owned();
        let line = up.err_with("key of ");
        up.key = line.rsplit_once(": ").unwrap().1.to_owned();
        up.err_with("until Ctrl-C");
        up
    }

    /// The next line on stderr that says this.
    fn err_with(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        for line in self.err.by_ref().map_while(Result::ok) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("`{text}` was not said; seen: {seen:#?}")
    }

    fn ask(&self) -> String {
        let path = "/openai/deployments/aoai/chat/completions?api-version=2024-10-21&secret=1";
        post(&self.url, path, &[("api-key", &self.key)], ASKED)
    }

    fn traced(&mut self) -> Json {
        serde_json::from_str(&self.out.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_spec_is_served_as_it_is_edited_and_requests_are_traced() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.yaml");
    let good = std::fs::read_to_string(QUICKSTART).unwrap();
    std::fs::write(&spec, &good).unwrap();
    let mut up = Up::start(&[spec.to_str().unwrap(), "--watch"]);

    let answer = up.ask();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let traced = up.traced();
    assert_eq!((traced["number"].as_u64(), traced["status"].as_u64()), (Some(1), Some(200)));
    assert_eq!(traced["path"], "/openai/deployments/aoai/chat/completions");
    assert!(!traced.to_string().contains("secret"), "queries may hold keys: {traced}");
    let attempts: Vec<&Json> =
        traced["steps"].as_array().unwrap().iter().filter(|step| step["attempt"].is_object()).collect();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0]["attempt"]["backend"], "ptu-1");

    std::fs::write(&spec, good.replace("backend: { pool: aoai-lb-pool }", "backend: { pool: no-such-pool }"))
        .unwrap();
    up.err_with("no-such-pool");
    up.err_with("not served");
    assert!(up.ask().starts_with("HTTP/1.1 200 "), "the gateway goes on with what it had");
    up.traced();

    std::fs::write(&spec, good.replace("path: openai", "path: renamed")).unwrap();
    up.err_with("served as it is now");
    assert!(up.ask().starts_with("HTTP/1.1 404 "), "the old path is gone");
    up.traced();
    let path = "/renamed/v1/responses";
    let body = r#"{"model":"aoai","input":"hello"}"#;
    let answer = post(&up.url, path, &[("api-key", &up.key)], body);
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"output_text\""),
        "the key is the same: {answer}"
    );

    signal(&up.child);
    assert_eq!(up.child.wait().unwrap().code(), Some(0));
}

#[test]
fn several_gateways_answer_at_once_and_a_policy_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.xml");
    let text = "<policies><inbound><return-response><set-status code=\"418\" reason=\"Short and stout\" />\
        </return-response></inbound><backend /><outbound /><on-error /></policies>";
    std::fs::write(&policy, text).unwrap();
    let policy = format!("azure-openai-api={}", policy.display());
    let args = ["sandbox", "up", QUICKSTART, QUICKSTART, "--policy", &policy, "--format", "json"];
    let mut child = genai_lz(&args).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut document = String::new();
    while !document.ends_with("\n}\n") {
        assert!(out.read_line(&mut document).unwrap() > 0, "no document: {document}");
    }
    let document: Json = serde_json::from_str(&document).unwrap();
    let gateways = document["gateways"].as_array().unwrap();
    assert_eq!(gateways.len(), 2);
    assert_ne!(gateways[0]["url"], gateways[1]["url"]);
    for gateway in gateways {
        let key = gateway["subscriptions"][0]["key"].as_str().unwrap();
        let path = gateway["example"]["path"].as_str().unwrap();
        let answer = post(gateway["url"].as_str().unwrap(), path, &[("api-key", key)], ASKED);
        assert!(answer.starts_with("HTTP/1.1 418 Short and stout\r\n"), "{answer}");
        assert_eq!(gateway["upstreams"].as_array().unwrap().len(), 3);
    }
    signal(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_brought_up_is_said_at_once() {
    for (args, code, said) in [
        (vec!["a.yaml", "b.yaml", "--gateway-port", "8080"], 2, "several specs"),
        (vec!["-", "--watch"], 2, "cannot be watched"),
        (vec!["no-such.yaml"], 1, "no-such.yaml"),
        (vec![QUICKSTART, "--policy", "nothing=Cargo.toml"], 2, "there is no API `nothing`"),
        (vec![QUICKSTART, "--upstream", "a.example.com=10.0.0.1:80"], 2, "not an address of this machine"),
    ] {
        let run = genai_lz(&[&["sandbox", "up"], args.as_slice()].concat()).output().unwrap();
        let err = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(code), "{args:?}: {err}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
}

/// The simulated accounts look at the header that their provider looks at, and refuse a token that is made for Azure.
#[test]
fn each_provider_is_signed_in_to_in_its_own_way() {
    let up = Up::start(&["tests/suite/render/providers/spec.yaml"]);
    let chat =
        |model: &str| format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"hello"}}]}}"#);
    let asked = [
        "gpt-5",
        "gpt-4.1",
        "deepseek",
        "gpt-5-nano",
        "claude-sonnet-4-5",
        "gemini-2.5-flash",
        "nova-lite",
        "llama",
        "gpt-advanced",
        "cheap-chat",
    ];
    for model in asked {
        let answer = post(&up.url, "/llm/chat/completions", &[("api-key", &up.key)], &chat(model));
        assert!(answer.starts_with("HTTP/1.1 200 "), "{model}: {answer}");
    }
    let messages =
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}"#;
    let contents = r#"{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}"#;
    let converse = r#"{"messages":[{"role":"user","content":[{"text":"hello"}]}]}"#;
    for (path, header, body) in [
        ("/anthropic/v1/messages", "x-api-key", messages),
        ("/gemini/v1beta/models/gemini-2.5-flash:generateContent", "x-goog-api-key", contents),
        ("/bedrock/model/nova-lite/converse", "api-key", converse),
    ] {
        let answer = post(&up.url, path, &[(header, &up.key)], body);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
}
