//! WebSockets: the handshake meets the policy, what follows passes as it is, and what is no handshake is refused.

use super::*;
use crate::gateway::{
    ApiKind, Product, Subscription, SubscriptionDates, SubscriptionScope, SubscriptionState,
};
use crate::sandbox::websocket::{Opcode, frame, parse_head};

/// What the landing zone renders for a handshake, in short.
const HANDSHAKE: &str = r#"<policies>
  <inbound>
    <set-header name="api-key" exists-action="delete" />
    <set-query-parameter name="subscription-key" exists-action="delete" />
    <rate-limit-by-key counter-key="@(context.Subscription.Id)" calls="2" renewal-period="60" />
    <authentication-managed-identity resource="https://cognitiveservices.azure.com" />
  </inbound>
  <backend><forward-request /></backend>
  <outbound /><on-error />
</policies>"#;

/// Far more than a machine that is busy with other things needs.
const PATIENCE: Duration = Duration::from_secs(30);

fn voice(url: &str) -> Config {
    let handshake = Operation {
        id: "onHandshake".to_owned(),
        method: "GET".to_owned(),
        url_template: "/".to_owned(),
        policy: Some(HANDSHAKE.to_owned()),
        ..Operation::default()
    };
    let api = Api {
        id: "voice".to_owned(),
        kind: ApiKind::WebSocket,
        path: "voice".to_owned(),
        service_url: Some(url.to_owned()),
        subscription_required: true,
        subscription_key_header: "api-key".to_owned(),
        subscription_key_query: "subscription-key".to_owned(),
        operations: vec![handshake],
        ..Api::default()
    };
    let product = Product {
        id: "all".to_owned(),
        subscription_required: true,
        apis: vec!["voice".to_owned()],
        ..Product::default()
    };
    let subscription = Subscription {
        id: "first".to_owned(),
        display_name: "first".to_owned(),
        primary_key: "the-key".to_owned(),
        secondary_key: "the-other".to_owned(),
        scope: SubscriptionScope::Product("all".to_owned()),
        state: SubscriptionState::Active,
        dates: SubscriptionDates::default(),
    };
    Config {
        apis: vec![api],
        products: vec![product],
        subscriptions: vec![subscription],
        ..Config::default()
    }
}

async fn serve_voice(upstreams: IndexMap<String, SocketAddr>, options: ServerOptions) -> GatewayServer {
    // An error means that a provider was installed before; the plain client wants one.
    let _installed_before = rustls::crypto::ring::default_provider().install_default();
    let url = format!("wss://{ACCOUNT}/openai/v1/realtime");
    let (gateway, _warnings) = Gateway::build(voice(&url)).unwrap();
    GatewayServer::start(Arc::new(gateway), Arc::new(NetHost::new(upstreams)), 0, options).await.unwrap()
}

async fn account() -> OpenAiSim {
    let deployment = |name: &str, model: &str| SimDeployment {
        name: name.to_owned(),
        model: model.to_owned(),
        sku: "GlobalStandard".to_owned(),
        capacity: 10,
    };
    let deployments = vec![deployment("voice", "gpt-realtime"), deployment("gpt", "gpt-4o")];
    OpenAiSim::start(vec![SimAccount { host: ACCOUNT.to_owned(), outside: None, deployments }]).await.unwrap()
}

/// A client of the test's own.
struct Client {
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Sends a handshake and returns the head of the answer.
    async fn ask(server: &GatewayServer, target: &str, more: &str) -> (Self, String) {
        let mut socket = TcpStream::connect(server.address()).await.unwrap();
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: gateway.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Extensions: permessage-deflate\r\n{more}\r\n"
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut client = Self { socket, buffer: Vec::new() };
        let end = loop {
            if let Some(at) = client.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            client.read().await;
        };
        let head = String::from_utf8(client.buffer.drain(..end).collect()).unwrap();
        (client, head)
    }

    async fn read(&mut self) {
        let n =
            tokio::time::timeout(PATIENCE, self.socket.read_buf(&mut self.buffer)).await.unwrap().unwrap();
        assert!(n > 0, "the connection is closed after {:?}", String::from_utf8_lossy(&self.buffer));
    }

    async fn send(&mut self, opcode: Opcode, payload: &[u8]) {
        self.socket.write_all(&frame(opcode, payload, Some([9, 8, 7, 6]))).await.unwrap();
    }

    async fn next(&mut self) -> (Opcode, Vec<u8>) {
        loop {
            if let Some(head) = parse_head(&self.buffer).unwrap() {
                let end = head.head_length + usize::try_from(head.length).unwrap();
                if self.buffer.len() >= end {
                    let payload = self.buffer.drain(..end).skip(head.head_length).collect();
                    return (head.opcode, payload);
                }
            }
            self.read().await;
        }
    }

    async fn event(&mut self) -> Json {
        let (opcode, payload) = self.next().await;
        assert_eq!(opcode, Opcode::Text);
        serde_json::from_slice(&payload).unwrap()
    }

    /// Reads to the end of the connection.
    async fn closed(mut self) -> Vec<u8> {
        let reading = async {
            // A reset is an end too.
            while self.socket.read_buf(&mut self.buffer).await.is_ok_and(|n| n > 0) {}
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the connection is closed");
        self.buffer
    }
}

#[tokio::test]
async fn a_realtime_session_passes_the_gateway_both_ways() {
    let sim = account().await;
    let server = serve_voice(sim.addresses(), ServerOptions::default()).await;
    let (mut client, head) = Client::ask(&server, "/voice?model=voice", "api-key: the-key\r\n").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{head}");
    assert!(!head.to_ascii_lowercase().contains("sec-websocket-extensions"), "{head}");
    assert_eq!(client.event().await["type"], "session.created");
    client.send(Opcode::Ping, b"are you there").await;
    assert_eq!(client.next().await, (Opcode::Pong, b"are you there".to_vec()));
    for event in [
        json!({"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}}),
        json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello there"}]}}),
        json!({"type": "response.create"}),
    ] {
        client.send(Opcode::Text, event.to_string().as_bytes()).await;
    }
    let (mut said, mut usage) = (String::new(), Json::Null);
    while usage.is_null() {
        let event = client.event().await;
        match event["type"].as_str().unwrap() {
            "response.output_text.delta" => said.push_str(event["delta"].as_str().unwrap()),
            "response.done" => usage = event["response"]["usage"].clone(),
            "error" => panic!("{event}"),
            _ => {}
        }
    }
    assert_eq!((said.as_str(), &usage["total_tokens"]), ("You said: Hello there", &json!(7)));
    client.send(Opcode::Close, &1000_u16.to_be_bytes()).await;
    assert_eq!(client.next().await.0, Opcode::Close);
    assert_eq!(client.closed().await, b"");
    let asked = &sim.requests(ACCOUNT)[0];
    let shown = (asked.path.as_str(), asked.deployment.as_str(), asked.credential, asked.status);
    assert_eq!(shown, ("/openai/v1/realtime", "voice", crate::sandbox::openai_sim::Credential::Bearer, 101));
}

#[tokio::test]
async fn what_is_refused_is_an_answer_and_no_connection() {
    let sim = account().await;
    let server = serve_voice(sim.addresses(), ServerOptions::default()).await;
    for (target, key, status) in [
        ("/voice?model=voice", "", "401"),
        ("/voice?model=voice", "api-key: made-up\r\n", "401"),
        ("/voice/below?model=voice", "api-key: the-key\r\n", "404"),
        ("/other", "api-key: the-key\r\n", "404"),
        // The account's own: no such deployment, and a model that is none of realtime.
        ("/voice?model=none", "api-key: the-key\r\n", "404"),
        ("/voice?model=gpt", "api-key: the-key\r\n", "400"),
        ("/voice?model=voice", "api-key: the-key\r\n", "429"),
    ] {
        let (_client, head) = Client::ask(&server, target, key).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{target} {key}: {head}");
    }
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/voice?model=voice", server.base_url());
    let answer = plain.get(url).header("api-key", "the-key").send().await.unwrap();
    assert_eq!(answer.status(), 404, "no handshake, so no operation");
}

#[tokio::test]
async fn frames_that_the_protocol_does_not_have_end_the_connection() {
    let sim = account().await;
    for bytes in [
        frame(Opcode::Text, b"{}", None),
        vec![0xc1, 0x80, 0, 0, 0, 0],
        [&[0x82, 0xff][..], &u64::MAX.to_be_bytes()].concat(),
    ] {
        let server = serve_voice(sim.addresses(), ServerOptions::default()).await;
        let (mut client, head) =
            Client::ask(&server, "/voice?model=voice&subscription-key=the-key", "").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        client.event().await;
        client.socket.write_all(&bytes).await.unwrap();
        assert_eq!(client.closed().await, b"");
    }
}

#[tokio::test]
async fn a_connection_that_is_silent_for_too_long_is_ended() {
    let sim = account().await;
    let options = ServerOptions { websocket_patience: Duration::from_millis(20), ..ServerOptions::default() };
    let server = serve_voice(sim.addresses(), options).await;
    let (mut client, _) = Client::ask(&server, "/voice?model=voice", "api-key: the-key\r\n").await;
    assert_eq!(client.event().await["type"], "session.created");
    assert_eq!(client.closed().await, b"");
}
