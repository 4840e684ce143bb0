//! The client against a scripted server: each request gets the next answer of a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::*;

const S: &str = "00000000-0000-0000-0000-000000000001";
const DEPLOYMENT: &str =
    "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Resources/deployments/d";

/// Status, headers, body. `{base}` in a header or body becomes the server's URL.
type Scripted = (u16, Vec<(&'static str, &'static str)>, Json);

struct Server {
    base_url: String,
    /// `METHOD /path` and the headers of each request.
    seen: Arc<Mutex<Vec<(String, axum::http::HeaderMap)>>>,
}

async fn serve(answers: Vec<Scripted>) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let state = (Arc::new(Mutex::new(VecDeque::from(answers))), Arc::clone(&seen), base_url.clone());
    type Shared = (Arc<Mutex<VecDeque<Scripted>>>, Arc<Mutex<Vec<(String, axum::http::HeaderMap)>>>, String);
    let answer = |State((answers, seen, base_url)): State<Shared>, request: Request| async move {
        let line = format!("{} {}", request.method(), request.uri().path());
        seen.lock().unwrap().push((line, request.headers().clone()));
        let (status, headers, body) =
            answers.lock().unwrap().pop_front().unwrap_or((418, Vec::new(), json!("the script is over")));
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value.replace("{base}", &base_url));
        }
        let body = if body.is_null() { String::new() } else { body.to_string().replace("{base}", &base_url) };
        response.body(axum::body::Body::from(body)).unwrap()
    };
    let router = axum::Router::new().fallback(answer).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Server { base_url, seen }
}

impl Server {
    fn client(&self) -> ArmClient {
        let retry = RetryPolicy {
            tries_max: 3,
            delay: Duration::ZERO,
            delay_max: Duration::ZERO,
            patience: Duration::ZERO,
        };
        let options = ClientOptions { retry, poll_interval: Duration::ZERO, ..ClientOptions::default() };
        let credential = Credential::Static(SecretString::new("t0ken"));
        ArmClient::new(&Endpoint::of(&self.base_url), credential, options).unwrap()
    }

    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }
}

fn scope() -> Scope {
    Scope::Subscription { subscription_id: S.to_owned() }
}

fn request() -> DeploymentRequest {
    DeploymentRequest {
        location: None,
        template: json!({}),
        parameters: Default::default(),
        tags: Default::default(),
    }
}

/// Polls to the end; returns the state and the code of the error.
async fn follow(client: &ArmClient, mut poller: Poller) -> Result<(ProvisioningState, String), Error> {
    loop {
        if let Some(end) = poller.poll(client).await? {
            return Ok((end.state, end.error.map(|error| error.code).unwrap_or_default()));
        }
        poller.pause(client, &CancelFlag::default()).await?;
    }
}

#[tokio::test]
async fn operations_are_followed_by_whatever_header_arm_sends() {
    let by_operation = || vec![("Azure-AsyncOperation", "{base}/op"), ("Location", "{base}/other")];
    let by_location = || vec![("Location", "{base}/loc")];
    let none = Vec::new;
    let failed = json!({"error": {"code": "Conflict", "message": "m"}});
    let resource = |state: &str| json!({"properties": {"provisioningState": state}});
    for (name, answers, expected, polled) in [
        (
            "Azure-AsyncOperation wins; its words come in any case, an unknown one is not an end",
            vec![
                (201, by_operation(), resource("Accepted")),
                (200, none(), json!({"status": "Warming"})),
                (200, none(), json!({"status": "SUCCEEDED"})),
            ],
            (ProvisioningState::Succeeded, ""),
            "GET /op",
        ),
        (
            "a failed operation carries its error",
            vec![
                (201, by_operation(), json!({})),
                (200, none(), json!({"status": "Failed", "error": failed["error"]})),
            ],
            (ProvisioningState::Failed, "Conflict"),
            "GET /op",
        ),
        (
            "a status that is not there yet is waited for",
            vec![
                (201, by_operation(), json!({})),
                (404, none(), json!({"error": {"code": "DeploymentNotFound", "message": "m"}})),
                (200, none(), json!({"status": "Canceled"})),
            ],
            (ProvisioningState::Canceled, ""),
            "GET /op",
        ),
        (
            "Location says 202 until it is done",
            vec![
                (202, by_location(), Json::Null),
                (202, none(), Json::Null),
                (200, none(), resource("Succeeded")),
            ],
            (ProvisioningState::Succeeded, ""),
            "GET /loc",
        ),
        (
            "an error behind Location is the end of the operation",
            vec![(202, by_location(), Json::Null), (409, none(), failed.clone())],
            (ProvisioningState::Failed, "Conflict"),
            "GET /loc",
        ),
        (
            "without a header the deployment itself is asked",
            vec![
                (201, none(), resource("Accepted")),
                (200, none(), resource("Running")),
                (200, none(), resource("Succeeded")),
            ],
            (ProvisioningState::Succeeded, ""),
            DEPLOYMENT,
        ),
        (
            "an answer that is already the end is not asked again",
            vec![(200, none(), resource("Succeeded"))],
            (ProvisioningState::Succeeded, ""),
            DEPLOYMENT,
        ),
    ] {
        let n_answers = answers.len();
        let server = serve(answers).await;
        let client = server.client();
        let poller = client.put_deployment(&scope(), "d", &request()).await.unwrap();
        let (state, code) = follow(&client, poller).await.unwrap();
        assert_eq!((state, code.as_str()), expected, "{name}");
        assert_eq!(server.lines().len(), n_answers, "{name}");
        assert!(server.lines().last().unwrap().ends_with(polled), "{name}: {:?}", server.lines());
    }
}

#[tokio::test]
async fn our_token_is_not_sent_to_a_host_that_an_answer_names() {
    for header in ["Azure-AsyncOperation", "Location"] {
        let server = serve(vec![(201, vec![(header, "https://evil.example/op")], json!({}))]).await;
        let error = server.client().put_deployment(&scope(), "d", &request()).await.unwrap_err();
        assert_eq!((error.kind, error.blame), (ErrorKind::BadAnswer, Blame::Network));
        assert!(error.message.contains("https://evil.example"), "{error}");
    }
    let server =
        serve(vec![(200, Vec::new(), json!({"value": [], "nextLink": "http://evil.example/2"}))]).await;
    assert_eq!(server.client().list_resource_groups(S).await.unwrap_err().kind, ErrorKind::BadAnswer);
    let server = serve(vec![(307, vec![("Location", "https://evil.example/op")], Json::Null)]).await;
    assert_eq!(server.client().list_resource_groups(S).await.unwrap_err().kind, ErrorKind::BadAnswer);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn lists_are_read_to_their_last_page() {
    let group = |name: &str| json!({"id": format!("/subscriptions/{S}/resourceGroups/{name}"), "name": name, "location": "x"});
    let server = serve(vec![
        (200, Vec::new(), json!({"value": [group("a")], "nextLink": "{base}/page2"})),
        (200, Vec::new(), json!({"value": [group("b")], "nextLink": ""})),
    ])
    .await;
    let groups = server.client().list_resource_groups(S).await.unwrap();
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(server.lines()[1], "GET /page2");
}

#[tokio::test]
async fn every_request_carries_the_token_and_the_id_of_the_run() {
    let empty = || (200, Vec::new(), json!({"value": []}));
    let server = serve(vec![(401, Vec::new(), Json::Null), empty(), empty()]).await;
    let client = server.client();
    client.list_resource_groups(S).await.unwrap();
    client.list_resource_groups(S).await.unwrap();
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.len(), 3, "a refused token is renewed once");
    let header = |index: usize, name: &str| seen[index].1[name].to_str().unwrap().to_owned();
    for index in 0..3 {
        assert_eq!(header(index, "authorization"), "Bearer t0ken");
        assert_eq!(header(index, "x-ms-correlation-request-id"), client.correlation_id());
    }
    assert_ne!(header(0, "x-ms-client-request-id"), header(1, "x-ms-client-request-id"));
}

#[tokio::test]
async fn what_will_not_get_better_is_not_tried_again() {
    for (status, kind) in [
        (400, ErrorKind::Refused),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Refused),
    ] {
        let server = serve(vec![(status, Vec::new(), json!({"error": {"code": "C", "message": "m"}}))]).await;
        let error = server.client().list_resource_groups(S).await.unwrap_err();
        assert_eq!((error.kind, error.code(), error.tries, server.lines().len()), (kind, "C", 1, 1));
    }
    // What may get better is tried as often as the policy says.
    let server = serve(vec![(503, Vec::new(), Json::Null); 9]).await;
    let error = server.client().list_resource_groups(S).await.unwrap_err();
    assert_eq!((error.blame, error.tries, server.lines().len()), (Blame::Azure, 3, 3));
    let nobody = Endpoint::of("http://127.0.0.1:1");
    let options = ClientOptions {
        retry: RetryPolicy {
            tries_max: 2,
            delay: Duration::ZERO,
            delay_max: Duration::ZERO,
            patience: Duration::ZERO,
        },
        ..Default::default()
    };
    let client = ArmClient::new(&nobody, Credential::Static(SecretString::new("t")), options).unwrap();
    let error = client.list_resource_groups(S).await.unwrap_err();
    assert_eq!((error.kind, error.tries), (ErrorKind::Unreachable, 2));
}

/// A server that answers each connection with these bytes, then with zeros up to `n_zeros`.
async fn serve_raw(head: &'static str, n_zeros: u64) -> (String, Arc<Mutex<u64>>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(Mutex::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(head.as_bytes()).await;
            let zeros = [b' '; 1 << 16];
            while *count.lock().unwrap() < n_zeros && connection.write_all(&zeros).await.is_ok() {
                *count.lock().unwrap() += zeros.len() as u64;
            }
        }
    });
    (base_url, sent)
}

fn client_of(base_url: &str) -> ArmClient {
    let server = Server { base_url: base_url.to_owned(), seen: Arc::default() };
    server.client()
}

#[tokio::test]
async fn an_answer_without_end_is_refused_before_it_fills_the_memory() {
    const TWO_GB: u64 = 2 << 30;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2147483648\r\n\r\n";
    let (base_url, sent) = serve_raw(head, TWO_GB).await;
    let error = client_of(&base_url).list_resource_groups(S).await.unwrap_err();
    assert_eq!((error.kind, error.blame), (ErrorKind::BadAnswer, Blame::Network));
    assert!(error.message.contains("longer than 32 MiB"), "{error}");
    assert_eq!(error.tries, 1, "it would be as long the next time");
    assert!(*sent.lock().unwrap() < 128 << 20, "{} bytes were taken", sent.lock().unwrap());
}

#[tokio::test]
async fn an_answer_that_is_cut_is_asked_for_again_and_then_named() {
    for head in [
        // The length promises more, and the JSON ends early.
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"value\": [",
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"value\": [",
    ] {
        let (base_url, _) = serve_raw(head, 0).await;
        let error = client_of(&base_url).list_resource_groups(S).await.unwrap_err();
        assert_eq!((error.blame, error.tries), (Blame::Network, 3), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_said_with_the_host_and_not_tried_again() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>please log in</html>";
    let (base_url, _) = serve_raw(page, 0).await;
    let error = client_of(&base_url).list_resource_groups(S).await.unwrap_err();
    assert_eq!((error.kind, error.tries), (ErrorKind::BadAnswer, 1));
    assert!(error.message.contains("127.0.0.1") && error.message.contains("not JSON"), "{error}");
}

#[tokio::test]
async fn redirects_are_not_followed_not_even_to_the_same_host() {
    let redirect = || (302, vec![("Location", "{base}/again")], Json::Null);
    let server = serve(vec![redirect(), redirect(), redirect()]).await;
    let error = server.client().list_resource_groups(S).await.unwrap_err();
    assert_eq!((error.kind, server.lines().len()), (ErrorKind::BadAnswer, 1));
}

#[tokio::test]
async fn a_token_that_expires_while_polling_is_renewed_once_and_the_deployment_goes_on() {
    let accepted = || (201, vec![("Azure-AsyncOperation", "{base}/op")], json!({}));
    let expired =
        || (401, Vec::new(), json!({"error": {"code": "ExpiredAuthenticationToken", "message": "m"}}));
    let running = || (200, Vec::new(), json!({"status": "Running"}));
    let server = serve(vec![
        accepted(),
        running(),
        expired(),
        running(),
        (200, Vec::new(), json!({"status": "Succeeded"})),
    ])
    .await;
    let client = server.client();
    let poller = client.put_deployment(&scope(), "d", &request()).await.unwrap();
    assert_eq!(follow(&client, poller).await.unwrap().0, ProvisioningState::Succeeded);
    // A second refusal in a row is final, and is a matter of signing in.
    let server = serve(vec![accepted(), expired(), expired()]).await;
    let client = server.client();
    let poller = client.put_deployment(&scope(), "d", &request()).await.unwrap();
    let error = follow(&client, poller).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code(), server.lines().len()),
        (ErrorKind::NotSignedIn, "ExpiredAuthenticationToken", 3)
    );
}

#[tokio::test]
async fn a_wish_to_wait_for_a_day_is_cut_short_and_told() {
    let throttled = || (429, vec![("Retry-After", "86400")], Json::Null);
    let server = serve(vec![throttled(), (200, Vec::new(), json!({"value": []}))]).await;
    let (told, notices) = tokio::sync::oneshot::channel();
    let told = Mutex::new(Some(told));
    let options = ClientOptions {
        on_retry: Some(Arc::new(move |notice: &RetryNotice| {
            told.lock().unwrap().take().unwrap().send(notice.wait).unwrap();
        })),
        ..ClientOptions::default()
    };
    let credential = Credential::Static(SecretString::new("t0ken"));
    let client = ArmClient::new(&Endpoint::of(&server.base_url), credential, options).unwrap();
    // The wait itself is not sat out here.
    tokio::select! {
        answer = client.list_resource_groups(S) => panic!("it waits first: {answer:?}"),
        wait = notices => assert_eq!(wait.unwrap(), Duration::from_secs(120)),
    }
}
