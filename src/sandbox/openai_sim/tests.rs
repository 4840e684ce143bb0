//! The simulated Azure OpenAI as a client sees it: answers, streams, refusals, control.

use serde_json::{Value as Json, json};

use super::*;

const PTU: &str = "aoai-ptu.openai.azure.com";
const PAYG: &str = "aoai-payg.openai.azure.com";

async fn start() -> OpenAiSim {
    // An error means that a provider was installed before.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let deployment = |name: &str, model: &str| SimDeployment {
        name: name.to_owned(),
        model: model.to_owned(),
        sku: "Standard".to_owned(),
        capacity: 1,
    };
    let account = |host: &str| SimAccount {
        outside: None,
        host: host.to_owned(),
        deployments: vec![deployment("gpt", "gpt-4o"), deployment("ada", "text-embedding-ada-002")],
    };
    OpenAiSim::start(vec![account(PTU), account(PAYG)]).await.unwrap()
}

struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Asks an account with its key.
async fn ask(sim: &OpenAiSim, host: &str, path: &str, body: &str) -> Reply {
    let key = sim.api_key(host).unwrap().to_owned();
    send(sim, host, reqwest::Method::POST, path, &[("api-key", &key)], body).await
}

async fn send(
    sim: &OpenAiSim,
    host: &str,
    method: reqwest::Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let url = format!("http://{}{path}", sim.address_of(host).unwrap());
    let mut request = reqwest::Client::builder().no_proxy().build().unwrap().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Reply { status, headers, text: answer.text().await.unwrap() }
}

const CHAT: &str = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21";

fn question(more: &Json) -> String {
    let mut body = json!({"messages": [{"role": "user", "content": "12345678"}], "max_tokens": 6});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

#[tokio::test]
async fn a_chat_completion_has_the_shape_and_headers_of_azure() {
    let sim = start().await;
    let reply = ask(&sim, PTU, CHAT, &question(&json!({}))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let body = reply.json();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["model"], "gpt-4o");
    assert_eq!(
        body["choices"][0]["message"],
        json!({"role": "assistant", "content": "The sun may set but our"})
    );
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["usage"], json!({"prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 16}));
    for name in ["x-request-id", "apim-request-id", "x-ms-region"] {
        assert!(!reply.header(name).is_empty(), "{name}");
    }
    assert_eq!(reply.header("x-ratelimit-remaining-tokens"), "984");
    assert_eq!(reply.header("x-ratelimit-remaining-requests"), "5");
    let again = ask(&sim, PTU, CHAT, &question(&json!({}))).await.json();
    assert_eq!(again["choices"], body["choices"], "the same question has the same answer");
}

#[tokio::test]
async fn a_stream_is_role_content_finish_usage_and_end_mark() {
    let sim = start().await;
    let body = question(&json!({"stream": true, "stream_options": {"include_usage": true}}));
    let reply = ask(&sim, PTU, CHAT, &body).await;
    assert_eq!(reply.header("content-type"), "text/event-stream; charset=utf-8");
    let events: Vec<&str> =
        reply.text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
    let (end, chunks) = events.split_last().unwrap();
    assert_eq!(*end, "[DONE]");
    let chunks: Vec<Json> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"])
    );
    let deltas: Vec<&Json> = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]).collect();
    assert_eq!(*deltas[0], json!({"role": "assistant", "content": ""}));
    assert_eq!(*deltas[1], json!({"content": "The sun may set"}));
    assert_eq!(*deltas[2], json!({"content": " but our"}));
    assert_eq!(
        chunks[3]["choices"][0],
        json!({"index": 0, "delta": {}, "logprobs": null, "finish_reason": "length"})
    );
    assert_eq!(chunks[4]["choices"], json!([]));
    assert_eq!(chunks[4]["usage"], json!({"prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 16}));
    assert_eq!(chunks[0].get("usage"), Some(&Json::Null), "asked for, the member is in every chunk");
    assert_eq!(sim.requests(PTU)[0].chunks_sent, 6);

    let plain = ask(&sim, PTU, CHAT, &question(&json!({"stream": true}))).await;
    assert!(!plain.text.contains("usage"), "without include_usage no chunk has usage");
}

#[tokio::test]
async fn throttled_accounts_answer_429_with_the_time_to_wait() {
    let sim = start().await;
    assert!(sim.set_throttled(PTU, Some(7)));
    let reply = ask(&sim, PTU, CHAT, &question(&json!({}))).await;
    assert_eq!(
        (reply.status, reply.header("retry-after"), reply.header("retry-after-ms")),
        (429, "7", "7000")
    );
    let error = &reply.json()["error"];
    assert_eq!(error["code"], "429");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21"),
        "{message}"
    );
    assert!(message.contains("Please retry after 7 seconds."), "{message}");
    assert_eq!(ask(&sim, PAYG, CHAT, &question(&json!({}))).await.status, 200, "the other account goes on");

    sim.set_throttled(PTU, None);
    assert_eq!(ask(&sim, PTU, CHAT, &question(&json!({}))).await.header("retry-after"), "");
    sim.clear(PTU);
    assert_eq!(ask(&sim, PTU, CHAT, &question(&json!({}))).await.status, 200);
    sim.set_failure(PTU, 503);
    assert_eq!(
        ask(&sim, PTU, CHAT, &question(&json!({}))).await.json()["error"]["code"],
        "ServiceUnavailable"
    );
    let statuses: Vec<u16> = sim.requests(PTU).iter().map(|request| request.status).collect();
    assert_eq!((statuses, sim.n_requests(PTU)), (vec![429, 429, 200, 503], 4));
    assert!(!sim.set_failure("nobody.openai.azure.com", 500));
}

#[tokio::test]
async fn limits_hold_where_they_are_switched_on() {
    let sim = start().await;
    sim.set_limits(PTU, true);
    let body = question(&json!({"max_tokens": 990}));
    assert_eq!(ask(&sim, PTU, CHAT, &body).await.status, 200);
    let reply = ask(&sim, PTU, CHAT, &body).await;
    assert_eq!(reply.status, 429);
    assert!(reply.json()["error"]["message"].as_str().unwrap().contains("exceeded token rate limit"));
}

#[tokio::test]
async fn wrong_requests_are_refused_as_azure_refuses_them() {
    let sim = start().await;
    let good = question(&json!({}));
    for (path, body, status, place, expected) in [
        ("/openai/deployments/gpt/chat/completions", good.as_str(), 404, "/error/code", "404"),
        ("/openai/deployments/gpt/chat/completions?api-version=1", &good, 400, "/error/code", "BadRequest"),
        (
            "/openai/deployments/nope/chat/completions?api-version=2024-10-21",
            &good,
            404,
            "/error/code",
            "DeploymentNotFound",
        ),
        (
            "/openai/deployments/ada/chat/completions?api-version=2024-10-21",
            &good,
            400,
            "/error/code",
            "OperationNotSupported",
        ),
        (
            "/openai/deployments/gpt/images?api-version=2024-10-21",
            &good,
            404,
            "/error/message",
            "Resource not found",
        ),
        ("/", &good, 404, "/error/message", "Resource not found"),
        (CHAT, "{", 400, "/error/type", "invalid_request_error"),
        (CHAT, "[]", 400, "/error/type", "invalid_request_error"),
        (CHAT, "{}", 400, "/error/param", "messages"),
        (CHAT, r#"{"messages": []}"#, 400, "/error/param", "messages"),
        (CHAT, r#"{"messages": [{}], "max_tokens": 0}"#, 400, "/error/param", "max_tokens"),
        (CHAT, r#"{"messages": [{}], "max_tokens": 1e9}"#, 400, "/error/param", "max_tokens"),
    ] {
        let reply = ask(&sim, PTU, path, body).await;
        let found = reply.json().pointer(place).and_then(Json::as_str).unwrap_or_default().to_owned();
        assert_eq!((reply.status, found.as_str()), (status, expected), "{path} {body}");
    }
}

#[tokio::test]
async fn callers_have_to_say_who_they_are() {
    let sim = start().await;
    for (headers, expected) in [
        (vec![], "Unauthorized. Access token is missing"),
        (vec![("api-key", "wrong")], "Access denied due to invalid subscription key"),
        (vec![("authorization", "Bearer nonsense")], "Unauthorized. Access token is missing"),
    ] {
        let reply = send(&sim, PTU, reqwest::Method::POST, CHAT, &headers, &question(&json!({}))).await;
        assert_eq!(reply.status, 401);
        assert!(reply.text.contains(expected), "{}", reply.text);
    }
    let credentials: Vec<Credential> = sim.requests(PTU).iter().map(|request| request.credential).collect();
    assert_eq!(credentials, [Credential::None, Credential::ApiKey, Credential::Bearer]);
}

#[tokio::test]
async fn completions_and_embeddings_answer_too() {
    let sim = start().await;
    let path = "/openai/deployments/gpt/completions?api-version=2024-10-21";
    let reply = ask(&sim, PTU, path, r#"{"prompt": "12345", "max_tokens": 2}"#).await.json();
    assert_eq!(reply["choices"][0]["text"], "The sun");
    assert_eq!(reply["usage"]["total_tokens"], 4);
    let streamed = ask(&sim, PTU, path, r#"{"prompt": "1", "max_tokens": 2, "stream": true}"#).await;
    assert!(streamed.text.ends_with("data: [DONE]\n\n"));

    let path = "/openai/deployments/ada/embeddings?api-version=2024-10-21";
    let reply = ask(&sim, PTU, path, r#"{"input": ["a", "b"], "dimensions": 8}"#).await.json();
    let vector = |index: usize| -> Vec<f64> {
        reply["data"][index]["embedding"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect()
    };
    assert_eq!(vector(0).len(), 8);
    assert_ne!(vector(0), vector(1));
    let length: f64 = vector(0).iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-5, "unit length, not {length}");
    let encoded =
        ask(&sim, PTU, path, r#"{"input": "a", "dimensions": 8, "encoding_format": "base64"}"#).await.json();
    assert_eq!(encoded["data"][0]["embedding"].as_str().unwrap().len(), 44);
}

#[tokio::test]
async fn commands_come_by_http_from_another_terminal() {
    let sim = start().await;
    let command = async |path: &str| send(&sim, PTU, reqwest::Method::POST, path, &[], "").await;
    assert_eq!(command("/sandbox/control/throttle?retry_after_s=3").await.json()["retryAfterSeconds"], 3);
    assert_eq!(ask(&sim, PTU, CHAT, &question(&json!({}))).await.header("retry-after"), "3");
    command("/sandbox/control/clear").await;
    assert_eq!(command("/sandbox/control/fail?status=200").await.status, 400);
    assert_eq!(command("/sandbox/control/fail?status=500").await.json()["failure"], 500);
    assert_eq!(command("/sandbox/control/limits?enforce=true").await.json()["limits"], true);
    let report = send(&sim, PTU, reqwest::Method::GET, "/sandbox/control", &[], "").await.json();
    assert_eq!((report["host"].as_str(), report["requests"].as_u64()), (Some(PTU), Some(1)));
    assert_eq!(report["deployments"], json!(["gpt", "ada"]));
}

#[tokio::test]
async fn a_script_meets_requests_one_after_the_other() {
    let sim = start().await;
    let command = async |path: &str, body: &str| {
        let json = [("content-type", "application/json")];
        send(&sim, PTU, reqwest::Method::POST, path, &json, body).await
    };
    let script = json!([
        {"count": 1, "status": 429, "retryAfterMs": 1500},
        {"deployment": "gpt", "first": 2, "count": 1, "does": "contentFilter"},
        {"first": 3, "delayMs": 1},
    ]);
    let path = "/sandbox/control/script";
    assert_eq!(command(path, &script.to_string()).await.json()["scriptLines"], 3);
    let throttled = ask(&sim, PTU, CHAT, &question(&json!({}))).await;
    assert_eq!((throttled.status, throttled.header("retry-after-ms")), (429, "1500"));
    let filtered = ask(&sim, PTU, CHAT, &question(&json!({}))).await;
    assert_eq!((filtered.status, filtered.json()["error"]["code"].as_str()), (400, Some("content_filter")));
    assert_eq!(ask(&sim, PTU, CHAT, &question(&json!({}))).await.status, 200);
    for (wrong, said) in [
        (json!([{}]), "each line has one of"),
        (json!([{"status": 200}]), "400 to 599"),
        (json!([{"does": "reset", "chance": 2}]), "from 0 to 1"),
        (json!([{"does": "nothing"}]), "nothing"),
        (json!([{"satus": 500}]), "satus"),
    ] {
        let refused = command(path, &wrong.to_string()).await;
        assert!(refused.status >= 400 && refused.text.contains(said), "{wrong}: {}", refused.text);
    }
    assert_eq!(command("/sandbox/control/latency?deployment=none", "").await.status, 404);
    assert_eq!(command("/sandbox/control/latency?base_ms=1&per_token_us=10", "").await.status, 200);
    assert_eq!(command("/sandbox/control/clear", "").await.json()["scriptLines"], 0);
}

#[tokio::test]
async fn an_answer_that_is_to_break_off_does() {
    let sim = start().await;
    let command = async |does: &str| {
        let json = [("content-type", "application/json")];
        let script = json!([{"count": 1, "does": does}]).to_string();
        send(&sim, PTU, reqwest::Method::POST, "/sandbox/control/script", &json, &script).await
    };
    let key = sim.api_key(PTU).unwrap().to_owned();
    let url = format!("http://{}{CHAT}", sim.address_of(PTU).unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = async || {
        client.post(&url).header("api-key", &key).body(question(&json!({"stream": true}))).send().await
    };
    assert_eq!(command("reset").await.status, 200);
    assert!(asked().await.is_err(), "no answer at all");
    assert_eq!(command("halfStream").await.status, 200);
    assert!(asked().await.unwrap().text().await.is_err(), "half of an answer");
    assert!(asked().await.unwrap().text().await.unwrap().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn web_pages_give_no_commands() {
    let sim = start().await;
    let origin = [("origin", "https://example.com")];
    let path = "/sandbox/control/fail?status=500";
    assert_eq!(send(&sim, PTU, reqwest::Method::POST, path, &origin, "").await.status, 403);
    assert_eq!(ask(&sim, PTU, CHAT, &question(&json!({}))).await.status, 200);
}

#[test]
fn the_record_is_bounded_and_numbers_stay_true() {
    let mut state = AccountState::new(Vec::new(), Provider::default());
    let request = |n: usize| SimRequest {
        method: "POST".to_owned(),
        path: n.to_string(),
        deployment: String::new(),
        api_version: None,
        credential: Credential::None,
        body: Vec::new(),
        status: 200,
        chunks_sent: 0,
    };
    let numbers: Vec<usize> = (1..=MAX_KEPT_REQUESTS + 2).map(|n| state.keep(request(n))).collect();
    assert_eq!(state.kept.len(), MAX_KEPT_REQUESTS);
    assert_eq!(state.kept_mut(numbers[2]).map(|kept| kept.path.clone()).as_deref(), Some("3"));
    assert_eq!(state.kept_mut(MAX_KEPT_REQUESTS + 2).map(|kept| kept.path.clone()).as_deref(), Some("1002"));
    assert!(state.kept_mut(numbers[1]).is_none(), "the second has been dropped");
}
