//! The gateway over real sockets: what passes, what is refused, an occupied port. `hostile` has callers and upstreams
//! that misbehave, `streams` what arrives piece by piece, `websockets` what
//! goes both ways.

mod hostile;
mod streams;
mod websockets;

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

/// Starts a server whose gateway has this policy and these upstreams.
async fn serve(
    policy: &str,
    upstreams: IndexMap<String, SocketAddr>,
    options: ServerOptions,
) -> GatewayServer {
    // An error means that a provider was installed before; the client of the tests wants one.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    GatewayServer::start(gateway(policy), Arc::new(NetHost::new(upstreams)), 0, options).await.unwrap()
}

async fn start() -> World {
    let (name, model, sku) = ("gpt".to_owned(), "gpt-4o".to_owned(), "Standard".to_owned());
    let deployments = vec![SimDeployment { name, model, sku, capacity: 10 }];
    let sim = OpenAiSim::start(vec![SimAccount { host: ACCOUNT.to_owned(), outside: None, deployments }])
        .await
        .unwrap();
    let server = serve(POLICY, sim.addresses(), ServerOptions::default()).await;
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
    let large = vec![b' '; ServerOptions::default().max_body + 1];
    let large = world.client.post(world.server.base_url()).body(large).send().await;
    // The server may close the connection while the client still writes.
    if let Ok(answer) = large {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(world.sim.n_requests(ACCOUNT), 0);
}

#[tokio::test]
async fn an_occupied_port_is_named() {
    let world = start().await;
    let host = Arc::new(NetHost::new(IndexMap::new()));
    let port = world.server.address().port();
    let error = GatewayServer::start(gateway(POLICY), host, port, ServerOptions::default()).await.err();
    assert!(matches!(error, Some(Error::PortInUse { port: named, .. }) if named == port), "{error:?}");
}

#[tokio::test]
async fn a_replaced_gateway_serves_from_the_next_request_on() {
    let world = start().await;
    let fixed = "<policies><inbound><return-response><set-status code=\"418\" reason=\"Teapot\" /></return-response>\
        </inbound><backend /><outbound /><on-error /></policies>";
    world.server.replace(gateway(fixed), Arc::new(NetHost::new(IndexMap::new())));
    let answer = raw(
        &world.server,
        "POST /openai/deployments/gpt/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 418 Teapot\r\n"), "the policy's reason is on the wire: {answer}");
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

/// Puts what is secret where it can.
const LEAKS: &str = r#"<policies>
  <inbound>
    <set-variable name="mine" value="@(context.Request.Headers.GetValueOrDefault("api-key", ""))" />
    <authentication-managed-identity resource="https://cognitiveservices.azure.com" output-token-variable-name="its" />
    <set-header name="x-copy" exists-action="override"><value>@((string)context.Variables["its"])</value></set-header>
    <set-header name="Authorization" exists-action="override"><value>@("Bearer " + (string)context.Variables["its"])</value></set-header>
    <set-query-parameter name="q" exists-action="override"><value>@((string)context.Variables["mine"])</value></set-query-parameter>
    <trace source="me"><message>@("with " + (string)context.Variables["mine"])</message></trace>
    <set-backend-service backend-id="aoai" />
  </inbound>
  <backend><forward-request /></backend>
  <outbound />
  <on-error />
</policies>"#;

#[tokio::test]
async fn a_trace_with_what_each_policy_changed_has_no_secret_in_it() {
    let mut world = start().await;
    let mut host = NetHost::new(world.sim.addresses());
    host.traces_changes = true;
    let options = ServerOptions::default();
    world.server = GatewayServer::start(gateway(LEAKS), Arc::new(host), 0, options).await.unwrap();
    assert_eq!(world.chat(&question(false, 8)).await.status(), 200);
    let shown = format!("{:?}", world.server.last_trace().unwrap().shown());
    assert!(shown.contains("variable mine = (hidden)") && shown.contains("me: with (hidden)"), "{shown}");
    assert!(!shown.contains("of the caller") && !shown.contains("eyJ"), "{shown}");
    let kept = format!("{:?}", world.server.last_trace().unwrap());
    assert!(!kept.contains("variable mine = of"), "{kept}");
}
