//! The gateway over real sockets: streams, limits, an occupied port.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::gateway::{Api, Backend, Config, Operation};
use crate::sandbox::openai_sim::{OpenAiSim, SimAccount, SimDeployment};

const ACCOUNT: &str = "aoai.openai.azure.com";

/// Answers from the account, with the managed identity, streams unbuffered.
const POLICY: &str = r#"<policies>
  <inbound>
    <set-header name="api-key" exists-action="delete" />
    <authentication-managed-identity resource="https://cognitiveservices.azure.com" />
    <set-backend-service backend-id="aoai" />
  </inbound>
  <backend><forward-request buffer-response="false" /></backend>
  <outbound><set-header name="x-seen" exists-action="override"><value>@(context.Request.OriginalUrl.Host)</value></set-header></outbound>
  <on-error />
</policies>"#;

fn gateway(policy: &str) -> Arc<Gateway> {
    let operation = |id: &str, method: &str, url_template: &str| Operation {
        id: id.to_owned(),
        method: method.to_owned(),
        url_template: url_template.to_owned(),
        ..Operation::default()
    };
    let api = Api {
        id: "openai".to_owned(),
        path: "openai".to_owned(),
        policy: Some(policy.to_owned()),
        operations: vec![operation("chat", "POST", "/deployments/{deployment-id}/chat/completions")],
        ..Api::default()
    };
    let url = format!("https://{ACCOUNT}/openai");
    let backend = Backend::single("aoai", url, None);
    let config = Config { apis: vec![api], backends: vec![backend], ..Config::default() };
    match Gateway::build(config) {
        Ok((gateway, _warnings)) => Arc::new(gateway),
        Err(refused) => panic!("{refused:?}"),
    }
}

struct World {
    sim: OpenAiSim,
    server: GatewayServer,
    client: reqwest::Client,
}

async fn start() -> World {
    let (name, model, sku) = ("gpt".to_owned(), "gpt-4o".to_owned(), "Standard".to_owned());
    let deployments = vec![SimDeployment { name, model, sku, capacity: 10 }];
    let sim = OpenAiSim::start(vec![SimAccount { host: ACCOUNT.to_owned(), deployments }]).await.unwrap();
    let host = Arc::new(NetHost::new(sim.addresses()).unwrap());
    let server = GatewayServer::start(gateway(POLICY), host, 0).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    World { sim, server, client }
}

impl World {
    async fn chat(&self, body: &Json) -> reqwest::Response {
        let path = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21";
        let url = format!("{}{path}", self.server.base_url());
        self.client.post(url).header("api-key", "of the caller").body(body.to_string()).send().await.unwrap()
    }
}

fn question(stream: bool, max_tokens: u32) -> Json {
    json!({"messages": [{"role": "user", "content": "Hello"}], "stream": stream, "max_tokens": max_tokens})
}

#[tokio::test]
async fn a_request_goes_through_policies_to_the_account_and_back() {
    let world = start().await;
    let answer = world.chat(&question(false, 8)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-seen"], "127.0.0.1");
    assert_eq!(answer.json::<Json>().await.unwrap()["usage"]["completion_tokens"], 8);
    let trace = world.server.last_trace().unwrap();
    assert_eq!(trace.attempts().map(|attempt| attempt.status).collect::<Vec<_>>(), [Some(200)]);
    assert_eq!(world.sim.n_requests(ACCOUNT), 1);
}

#[tokio::test]
async fn a_stream_passes_through_in_several_chunks() {
    let world = start().await;
    let mut answer = world.chat(&question(true, 400)).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    let first = answer.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"data: "));
    let sent_by_then = world.sim.requests(ACCOUNT)[0].chunks_sent;
    assert!(
        sent_by_then < 103,
        "the first chunk is here while the upstream still sends, but {sent_by_then} were sent"
    );
    let (mut n_chunks, mut text) = (1, first.to_vec());
    while let Some(chunk) = answer.chunk().await.unwrap() {
        n_chunks += 1;
        text.extend_from_slice(&chunk);
    }
    assert!(n_chunks > 3, "came in {n_chunks} chunks");
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.matches("data: ").count(), 103);
    assert!(text.ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_caller_who_leaves_ends_the_upstream() {
    let world = start().await;
    let mut answer = world.chat(&question(true, 8000)).await;
    answer.chunk().await.unwrap().unwrap();
    drop(answer);
    let sent = crate::sandbox::openai_sim::chunks_until_quiet(&world.sim, ACCOUNT).await;
    assert!(sent < 2003, "the stream broke off, but {sent} chunks were sent");
}

#[tokio::test]
async fn what_the_upstream_refuses_reaches_the_caller() {
    let world = start().await;
    world.sim.set_throttled(ACCOUNT, Some(9));
    let answer = world.chat(&question(false, 8)).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "9"));
}

#[tokio::test]
async fn an_unknown_path_and_a_large_body_are_refused_in_the_form_of_apim() {
    let world = start().await;
    let unknown = world.client.get(format!("{}/nothing", world.server.base_url())).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert_eq!(
        unknown.json::<Json>().await.unwrap(),
        json!({"statusCode": 404, "message": "Resource not found"})
    );
    let large = world.client.post(world.server.base_url()).body(vec![b' '; MAX_BODY + 1]).send().await;
    // The server may close the connection while the client still writes.
    if let Ok(answer) = large {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(world.sim.n_requests(ACCOUNT), 0);
}

#[tokio::test]
async fn an_occupied_port_is_named() {
    let world = start().await;
    let host = Arc::new(NetHost::new(IndexMap::new()).unwrap());
    let port = world.server.address().port();
    let error = GatewayServer::start(gateway(POLICY), host, port).await.err();
    assert!(matches!(error, Some(Error::PortInUse { port: named, .. }) if named == port), "{error:?}");
}

#[tokio::test]
async fn a_replaced_gateway_serves_from_the_next_request_on() {
    let world = start().await;
    let fixed = "<policies><inbound><return-response><set-status code=\"418\" reason=\"Teapot\" /></return-response>\
        </inbound><backend /><outbound /><on-error /></policies>";
    world.server.replace(gateway(fixed));
    assert_eq!(world.chat(&question(false, 8)).await.status(), 418);
}

#[tokio::test]
async fn a_stopped_server_frees_its_port() {
    let world = start().await;
    let address = world.server.address();
    world.server.stop().await;
    assert!(TcpListener::bind(address).await.is_ok());
}

/// Sends bytes as they are and reads until the server closes.
async fn raw(server: &GatewayServer, request: &str) -> String {
    let mut connection = TcpStream::connect(server.address()).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_malformed_request_is_refused_and_goes_no_further() {
    let world = start().await;
    let chat = "POST /openai/deployments/gpt/chat/completions?api-version=2024-10-21 HTTP/1.1\r\nConnection: close\r\n";
    for (name, request, status) in [
        ("two hosts", format!("{chat}Host: a\r\nHost: b\r\n\r\n"), "400"),
        (
            "a host that is a path",
            "GET /x HTTP/1.1\r\nConnection: close\r\nHost: a/openai?\r\n\r\n".to_owned(),
            "400",
        ),
        ("a host with a user", format!("{chat}Host: u@a\r\n\r\n"), "400"),
        (
            "a chunk without a length",
            format!("{chat}Host: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n"),
            "400",
        ),
        ("two lengths", format!("{chat}Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "400"),
        ("no HTTP", "\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), "400"),
        ("a field that is too long", format!("{chat}Host: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)), "431"),
    ] {
        let answer = raw(&world.server, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
    }
    assert_eq!(world.sim.n_requests(ACCOUNT), 0);
    assert_eq!(world.chat(&question(false, 8)).await.status(), 200, "and it goes on serving");
}

#[tokio::test]
async fn the_path_that_is_matched_is_the_path_that_is_sent() {
    let world = start().await;
    for path in [
        "/x/../openai/deployments/gpt/chat/completions",
        "/openai/deployments/%2e%2e/deployments/gpt/chat/completions",
    ] {
        let body = question(false, 8).to_string();
        let request = format!(
            "POST {path}?api-version=2024-10-21 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(&world.server, &request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
    for asked in world.sim.requests(ACCOUNT) {
        assert_eq!(asked.path, "/openai/deployments/gpt/chat/completions");
    }
    let traversal = "/openai/deployments/../../sandbox/control/clear/chat/completions";
    let answer =
        raw(&world.server, &format!("POST {traversal} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
            .await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

/// A gateway whose only upstream answers every connection with these bytes and closes it.
async fn before_upstream(answer: &'static str) -> GatewayServer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    let upstreams = IndexMap::from([(ACCOUNT.to_owned(), address)]);
    GatewayServer::start(gateway(POLICY), Arc::new(NetHost::new(upstreams).unwrap()), 0).await.unwrap()
}

#[tokio::test]
async fn an_upstream_that_misbehaves_is_an_error_and_never_half_an_answer() {
    let body = question(false, 8).to_string();
    let request = format!(
        "POST /openai/deployments/gpt/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for (name, upstream) in [
        ("closes at once", ""),
        ("speaks no HTTP", "garbage\r\n\r\n"),
        ("cuts its headers", "HTTP/1.1 200 OK\r\nContent-Le"),
        ("cuts its body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        ("cuts a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nhalf"),
    ] {
        let server = before_upstream(upstream).await;
        for _ in 0..2 {
            let answer = raw(&server, &request).await;
            assert!(answer.starts_with("HTTP/1.1 500 "), "{name}: {answer}");
            assert!(
                answer.contains("\"message\": \"Internal server error\", \"activityId\": \""),
                "{name}: {answer}"
            );
        }
        let trace = server.last_trace().unwrap();
        assert_eq!(trace.attempts().map(|attempt| attempt.status).collect::<Vec<_>>(), [None], "{name}");
    }
    // Of a stream the head is out already: the caller must see that it broke off, not a clean end.
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n20\r\nda";
    let server = before_upstream(cut).await;
    let answer = raw(&server, &request).await;
    assert!(answer.contains("data: 1") && !answer.ends_with("0\r\n\r\n"), "{answer}");
}

/// A body without end.
struct Endless;

impl BodyStream for Endless {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        Some(Ok(b"data: more\n\n".to_vec()))
    }
}

#[tokio::test]
async fn callers_who_do_not_read_hold_up_nobody() {
    // More than the runtime has threads that may block.
    let unread: Vec<HttpBody> = (0..600).map(|_| streamed(Box::new(Endless))).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let other = tokio::time::timeout(Duration::from_secs(20), tokio::task::spawn_blocking(|| "served"));
    assert_eq!(other.await.expect("a thread is free").unwrap(), "served");
    drop(unread);
}
