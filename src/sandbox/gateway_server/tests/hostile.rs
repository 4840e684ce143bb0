//! Callers that break the rules, callers that are slow, and upstreams that misbehave. Whatever they do, the gateway goes
//! on serving the others.

use super::*;

const CHAT: &str =
    "POST /openai/deployments/gpt/chat/completions?api-version=2024-10-21 HTTP/1.1\r\nConnection: close\r\n";

#[tokio::test]
async fn a_malformed_request_is_refused_and_goes_no_further() {
    let world = start().await;
    let chat = CHAT;
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
        ("no host", format!("{chat}\r\n"), "400"),
        (
            "a length beside chunks",
            format!("{chat}Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            "400",
        ),
        (
            "chunks in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            "400",
        ),
        ("a bare line feed", format!("{chat}Host: a\r\nX: b\nContent-Length: 0\r\n\r\n"), "400"),
        (
            "a URL of another host",
            "GET http://b/x HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n".to_owned(),
            "400",
        ),
        ("another protocol", format!("{chat}Host: a\r\nUpgrade: websocket\r\n\r\n"), "501"),
        ("a tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n".to_owned(), "501"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "505"),
        (
            "a path that is too long",
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(20_000)),
            "414",
        ),
        ("no HTTP", "\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), "400"),
        ("a field that is too long", format!("{chat}Host: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)), "431"),
    ] {
        let answer = raw(&world.server, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
    }
    assert_eq!(world.sim.n_requests(ACCOUNT), 0);
    assert_eq!(world.chat(&question(false, 8)).await.status(), 200, "and it goes on serving");
}

/// Patience for impatient tests.
fn short() -> ServerOptions {
    let short = Duration::from_millis(150);
    ServerOptions {
        head_patience: short,
        idle_patience: short,
        body_patience: short,
        write_patience: short,
        ..ServerOptions::default()
    }
}

/// Answers by itself, without an upstream.
const FIXED: &str = "<policies><inbound><return-response><set-status code=\"200\" reason=\"OK\" /></return-response></inbound>\
    <backend /><outbound /><on-error /></policies>";

#[tokio::test]
async fn slow_callers_lose_their_connection_and_nobody_else_does() {
    let server = serve(FIXED, IndexMap::new(), short()).await;
    let silent = raw(&server, "").await;
    assert_eq!(silent, "", "a caller who says nothing gets no answer");
    for (name, start) in [
        ("half a head", "GET /openai HTT"),
        ("half a body", "POST /openai HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12"),
        ("half a chunk", "POST /openai HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12"),
    ] {
        let answer = raw(&server, start).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{name}: {answer}");
    }
    // A request, then silence on a connection that stays open.
    let answer = raw(&server, "GET /openai HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_here() {
    let options = ServerOptions { max_body: 1000, ..ServerOptions::default() };
    let server = serve(FIXED, IndexMap::new(), options).await;
    let promised = format!("{CHAT}Host: a\r\nContent-Length: 1000000000000\r\n\r\n");
    let chunked =
        format!("{CHAT}Host: a\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{}\r\n", "x".repeat(1024));
    let waited_for = format!("{CHAT}Host: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
    for request in [promised, chunked, waited_for] {
        let answer = raw(&server, &request).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }
    let fits =
        raw(&server, &format!("{CHAT}Host: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")).await;
    assert!(fits.starts_with("HTTP/1.1 200 "), "{fits}");
}

#[tokio::test]
async fn a_caller_who_asks_first_is_told_to_go_on() {
    let server = serve(FIXED, IndexMap::new(), ServerOptions::default()).await;
    let mut connection = TcpStream::connect(server.address()).await.unwrap();
    let head = format!("{CHAT}Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    connection.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_order_on_one_connection() {
    let server = serve(FIXED, IndexMap::new(), ServerOptions::default()).await;
    let chat = "POST /openai/deployments/gpt/chat/completions HTTP/1.1\r\nHost: a\r\n";
    let row = format!(
        "{chat}Content-Length: 2\r\n\r\n{{}}\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n\
         HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n{chat}Connection: close\r\n\r\n"
    );
    let answers = raw(&server, &row).await;
    let statuses: Vec<&str> =
        answers.matches("HTTP/1.1 200").chain(answers.matches("HTTP/1.1 404")).collect();
    assert_eq!(statuses.len(), 4, "{answers}");
    assert!(
        answers.starts_with("HTTP/1.1 200") && answers.ends_with("Connection: close\r\n\r\n"),
        "{answers}"
    );
    assert_eq!(answers.matches("Resource not found").count(), 1, "an answer to HEAD has no body: {answers}");
    let old = raw(&server, "GET /nothing HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.1 404") && old.contains("Connection: close"), "{old}");
}

#[tokio::test]
async fn too_many_connections_are_told_so_and_others_follow_when_there_is_room() {
    let options = ServerOptions { max_connections: 2, ..ServerOptions::default() };
    let server = serve(FIXED, IndexMap::new(), options).await;
    let first = TcpStream::connect(server.address()).await.unwrap();
    let second = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("{CHAT}Host: a\r\n\r\n");
    let refused = raw(&server, &request).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("Too many connections"), "{refused}");
    drop((first, second));
    for _ in 0..1_000 {
        if raw(&server, &request).await.starts_with("HTTP/1.1 200 ") {
            return;
        }
    }
    panic!("there is room again, but nobody is let in");
}

/// A policy whose expression is `expression`, in a header of the request (`inbound`) or of the answer.
fn header_from(expression: &str, side: &str) -> String {
    let set = format!(
        "<set-header name=\"x-made\" exists-action=\"override\"><value>@({expression})</value></set-header>"
    );
    let (inbound, outbound) = if side == "inbound" { (set.as_str(), "") } else { ("", set.as_str()) };
    format!(
        "<policies><inbound><set-backend-service backend-id=\"aoai\" />{inbound}</inbound><backend><forward-request /></backend>\
         <outbound>{outbound}</outbound><on-error /></policies>"
    )
}

#[tokio::test]
async fn a_line_break_out_of_an_expression_becomes_no_header() {
    for side in ["inbound", "outbound"] {
        let (address, mut asked) = upstream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        let policy = header_from(r#""a\r\nx-smuggled: b""#, side);
        let server =
            serve(&policy, IndexMap::from([(ACCOUNT.to_owned(), address)]), ServerOptions::default()).await;
        let answer = raw(&server, &format!("{CHAT}Host: a\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 500 "), "{side}: {answer}");
        assert!(!answer.contains("x-smuggled"), "{side}: {answer}");
        assert_eq!(asked.try_recv().is_ok(), side == "outbound", "{side}: whether the upstream was asked");
    }
}

#[tokio::test]
async fn an_expression_without_end_is_a_500_for_that_request_alone() {
    for expression in [
        "new string('x', 2000000000)",
        "string.Join(\",\", Enumerable.Range(0, 2000000000).Select(i => i.ToString()))",
        "((Func<int>)(() => { var i = 0; while (true) { i++; } }))().ToString()",
    ] {
        let server =
            serve(&header_from(expression, "outbound"), IndexMap::new(), ServerOptions::default()).await;
        let answer = raw(&server, &format!("{CHAT}Host: a\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 500 "), "{expression}: {answer}");
        let other = raw(&server, "GET /nothing HTTP/1.0\r\n\r\n").await;
        assert!(other.starts_with("HTTP/1.1 404 "), "it goes on serving: {other}");
    }
}

/// An upstream that answers each request with these bytes and tells what it was asked.
async fn upstream(answer: &'static str) -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = vec![0; 64 << 10];
            let n = connection.read(&mut request).await.unwrap_or_default();
            request.truncate(n);
            let _ = tell.send(request);
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    });
    (address, told)
}

#[tokio::test]
async fn fields_of_the_connection_stay_on_it_both_ways_and_odd_bytes_pass() {
    let (address, mut asked) = upstream(
        "HTTP/1.1 200 Fine\r\nConnection: x-theirs\r\nX-Theirs: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: é\r\n\
         Content-Length: 2\r\n\r\nok",
    )
    .await;
    let policy = header_from("\"1\"", "inbound");
    let server =
        serve(&policy, IndexMap::from([(ACCOUNT.to_owned(), address)]), ServerOptions::default()).await;
    let mut request = b"POST /openai/deployments/gpt/chat/completions HTTP/1.1\r\nHost: a\r\nConnection: close, x-mine, x-made\r\n\
         X-Mine: 1\r\nTE: trailers\r\nContent-Length: 3\r\n\r\n"
        .to_vec();
    request.extend_from_slice(b"\xff\x00\xfe");
    let mut connection = TcpStream::connect(server.address()).await.unwrap();
    connection.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 200 fine\r\n") && answer.contains("x-kept"), "{answer}");
    assert!(!answer.contains("x-theirs") && !answer.contains("keep-alive"), "{answer}");
    let asked = asked.recv().await.unwrap();
    assert!(asked.ends_with(b"\r\n\r\n\xff\x00\xfe"), "the body as it came");
    let asked = String::from_utf8_lossy(&asked).to_ascii_lowercase();
    assert!(!asked.contains("x-mine") && !asked.contains("\r\nte:"), "{asked}");
    assert!(asked.contains("x-made: 1"), "a caller takes away no header that a policy sets: {asked}");
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
    serve(POLICY, IndexMap::from([(ACCOUNT.to_owned(), address)]), ServerOptions::default()).await
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
