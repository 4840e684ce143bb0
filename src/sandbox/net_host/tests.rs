//! The way upstream over real sockets.

use serde_json::json;

use super::*;
use crate::gateway::{Body, Headers};
use crate::sandbox::openai_sim::{OpenAiSim, SimAccount, SimDeployment};

const HOST: &str = "aoai-ptu.openai.azure.com";

async fn sim_and_host() -> (OpenAiSim, Arc<NetHost>) {
    let (name, model, sku) = ("gpt".to_owned(), "gpt-4o".to_owned(), "Standard".to_owned());
    let deployments = vec![SimDeployment { name, model, sku, capacity: 10 }];
    let sim = OpenAiSim::start(vec![SimAccount { host: HOST.to_owned(), outside: None, deployments }])
        .await
        .unwrap();
    let host = NetHost::new(sim.addresses());
    (sim, Arc::new(host))
}

fn chat(host: &NetHost, body: &serde_json::Value) -> UpstreamRequest {
    let token = host.managed_identity_token("https://cognitiveservices.azure.com/", None).unwrap();
    let mut headers = Headers::default();
    headers.append("Authorization", format!("Bearer {token}"));
    headers.append("Connection", "close");
    UpstreamRequest {
        method: "POST".to_owned(),
        url: format!("https://{HOST}/openai/deployments/gpt/chat/completions?api-version=2024-10-21"),
        headers,
        body: body.to_string().into_bytes(),
        timeout_ms: 10_000,
        client_certificate: None,
        proxy: None,
    }
}

fn question(stream: bool, max_tokens: u32) -> serde_json::Value {
    json!({"messages": [{"role": "user", "content": "Hello"}], "stream": stream, "max_tokens": max_tokens})
}

/// Runs on a thread that may block, as the gateway does.
async fn blocking<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test]
async fn a_managed_identity_token_opens_the_simulated_account() {
    let (sim, host) = sim_and_host().await;
    let answer = blocking(move || host.send(chat(&host, &question(false, 8)))).await.unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (200, "OK"));
    assert!(answer.headers.contains("x-ratelimit-remaining-tokens"));
    assert!(!answer.headers.contains("content-length"), "the length belongs to the connection");
    let Body::Bytes(body) = answer.body else { panic!("a whole body is not a stream") };
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["usage"]["completion_tokens"], 8);
    assert_eq!(sim.n_requests(HOST), 1);
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let (_sim, host) = sim_and_host().await;
    let answer = blocking(move || {
        let mut request = chat(&host, &question(false, 8));
        let token = host.managed_identity_token("https://vault.azure.net", None).unwrap();
        request.headers.set("Authorization", format!("Bearer {token}"));
        host.send(request)
    });
    assert_eq!(answer.await.unwrap().status, 401);
}

#[tokio::test]
async fn whatever_is_not_in_the_table_does_not_answer() {
    let (_sim, host) = sim_and_host().await;
    for (url, says) in [
        ("https://example.com/", "the host name `example.com` could not be resolved"),
        ("http://127.0.0.1:1/", "the host name `127.0.0.1` could not be resolved"),
        ("not a url", "`not a url` is not a URL"),
    ] {
        let (host, url) = (Arc::clone(&host), url.to_owned());
        let error = blocking(move || {
            let request = UpstreamRequest { url, ..chat(&host, &question(false, 8)) };
            host.send(request).err()
        });
        let error = error.await.expect("nothing but the table is reachable");
        assert_eq!(error.reason, "BackendConnectionFailure");
        assert!(error.message.starts_with(says), "{}", error.message);
    }
}

/// A policy tells by the message what kind of failure it was, and by the reason that it was a timeout.
#[tokio::test]
async fn refused_reset_and_silent_upstreams_are_told_apart() {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refusing = unused.local_addr().unwrap();
    drop(unused);
    let (resetting, silent) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let addresses = IndexMap::from([
        ("refusing".to_owned(), refusing),
        ("resetting".to_owned(), resetting.local_addr().unwrap()),
        ("silent".to_owned(), silent.local_addr().unwrap()),
    ]);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = resetting.accept().await {
            // What is closed with bytes unread is reset.
            let _ = connection.read(&mut [0; 1]).await;
        }
    });
    let host = Arc::new(NetHost::new(addresses));
    for (name, reason, says) in [
        ("refusing", "BackendConnectionFailure", "the connection was refused"),
        ("resetting", "BackendConnectionFailure", "the connection was reset"),
        ("silent", "Timeout", "no answer within 200 ms"),
    ] {
        let other = Arc::clone(&host);
        let error = blocking(move || {
            let request = UpstreamRequest {
                url: format!("http://{name}/"),
                timeout_ms: 200,
                ..chat(&other, &question(false, 8))
            };
            other.send(request).err()
        });
        let error = error.await.expect("nobody answers");
        assert_eq!(error.reason, reason, "{name}: {}", error.message);
        assert!(error.message.starts_with(says), "{name}: {}", error.message);
    }
    drop(silent);
}

/// One after the other they would wait for each other for ever.
#[tokio::test]
async fn branches_run_at_the_same_time() {
    let (_sim, host) = sim_and_host().await;
    let first = blocking(move || {
        let both_are_there = Arc::new(std::sync::Barrier::new(2));
        let (go, gone) = std::sync::mpsc::channel();
        let (one, other) = (Arc::clone(&both_are_there), Arc::clone(&both_are_there));
        let slow: Branch = Box::new(move || {
            one.wait();
            gone.recv().unwrap();
        });
        let fast: Branch = Box::new(move || {
            other.wait();
        });
        let first = host.run_together(vec![slow, fast], Until::FirstEnds);
        // It was not waited for.
        go.send(()).unwrap();
        assert_eq!(host.run_together(Vec::new(), Until::AllEnd), None);
        first
    });
    assert_eq!(first.await, Some(1));
}

#[tokio::test]
async fn a_one_way_request_arrives_and_one_to_nobody_is_told() {
    let (sim, host) = sim_and_host().await;
    let told = blocking(move || {
        host.send_one_way(chat(&host, &question(false, 8))).unwrap();
        let nobody =
            UpstreamRequest { url: "https://example.com/".to_owned(), ..chat(&host, &question(false, 8)) };
        host.send_one_way(nobody)
    });
    assert_eq!(told.await.unwrap_err().reason, "BackendConnectionFailure");
    for _ in 0..MAX_TRIES {
        if sim.n_requests(HOST) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the request has not arrived");
}

/// The proxy sees the whole URL and who asks; one that is no upstream of the sandbox is not reached.
#[tokio::test]
async fn a_proxy_takes_the_request() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstreams = IndexMap::from([("proxy.example".to_owned(), listener.local_addr().unwrap())]);
    let host = Arc::new(NetHost::new(upstreams));
    let proxy = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut caller, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(caller.read_u8().await.unwrap());
        }
        caller.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    });
    let answer = blocking(move || {
        let request = |url: &str| UpstreamRequest {
            method: "GET".to_owned(),
            url: "https://far.example/path?q=1".to_owned(),
            headers: Headers::default(),
            body: Vec::new(),
            timeout_ms: 10_000,
            client_certificate: None,
            proxy: Some(HttpProxy {
                url: url.to_owned(),
                username: Some("u".to_owned()),
                password: Some("p".to_owned()),
            }),
        };
        let elsewhere = host.send(request("http://other.example:8080")).err().unwrap();
        assert_eq!(elsewhere.reason, "BackendConnectionFailure");
        host.send(request("http://proxy.example:8080")).unwrap().status
    });
    assert_eq!(answer.await, 200);
    let head = proxy.await.unwrap();
    assert!(head.starts_with("get http://far.example/path?q=1 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic dtpw"), "{head}");
}

/// A listener that still answers after so many requests will not close.
const MAX_TRIES: usize = 1_000;

#[tokio::test]
async fn an_upstream_that_is_gone_is_a_connection_failure() {
    let (sim, host) = sim_and_host().await;
    drop(sim);
    // The listener closes with its task, which ends a moment after it was aborted.
    let error =
        blocking(move || (0..MAX_TRIES).find_map(|_| host.send(chat(&host, &question(false, 8))).err()));
    assert_eq!(error.await.map(|error| error.reason).as_deref(), Some("BackendConnectionFailure"));
}

#[tokio::test]
async fn a_stream_arrives_in_chunks_and_leaving_it_ends_the_upstream() {
    let (sim, host) = sim_and_host().await;
    let n_first = blocking(move || {
        let answer = host.send(chat(&host, &question(true, 4000))).unwrap();
        let Body::Stream(mut stream) = answer.body else { panic!("events are a stream") };
        let first = stream.next_chunk().unwrap().unwrap();
        assert!(String::from_utf8(first).unwrap().contains("\"role\":\"assistant\""));
        assert!(stream.next_chunk().unwrap().is_ok());
        2
    })
    .await;
    let sent = crate::sandbox::openai_sim::chunks_until_quiet(&sim, HOST).await;
    assert!(sent >= n_first, "at least what was read was sent");
    assert!(sent < 900, "the stream of 1003 chunks broke off, but {sent} were sent");
}

#[tokio::test]
async fn telemetry_is_kept_and_bounded() {
    let (_sim, host) = sim_and_host().await;
    for n in 0..=MAX_EVENTS {
        host.log_event("hub", &n.to_string());
    }
    let events = host.events();
    assert_eq!((events.len(), events[0].message.as_str()), (MAX_EVENTS, "1"));
    let metric = Metric { namespace: "n".into(), name: "m".into(), value: 1.0, dimensions: Arc::default() };
    host.emit_metric(metric.clone());
    assert_eq!(host.metrics(), [metric]);
}
