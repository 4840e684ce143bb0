//! Answers that arrive piece by piece, and callers who do not wait for them.

use tokio::sync::{mpsc, oneshot};

use super::*;

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

const REQUEST: &str =
    "POST /openai/deployments/gpt/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

/// An upstream with one connection, which sends what it is told; when that closes, `closed` says so.
struct Upstream {
    address: SocketAddr,
    send: mpsc::UnboundedSender<Vec<u8>>,
    asked: oneshot::Receiver<()>,
    closed: oneshot::Receiver<()>,
}

async fn upstream() -> Upstream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (send, mut to_send) = mpsc::unbounded_channel::<Vec<u8>>();
    let (tell_asked, asked) = oneshot::channel();
    let (tell_closed, closed) = oneshot::channel();
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let (mut reader, mut writer) = connection.into_split();
        let mut request = [0; 4096];
        assert!(reader.read(&mut request).await.unwrap() > 0);
        let _ = tell_asked.send(());
        let writing = tokio::spawn(async move {
            while let Some(bytes) = to_send.recv().await {
                if writer.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        // Reads on: 0 or an error means that the gateway has let go.
        while reader.read(&mut request).await.is_ok_and(|n| n > 0) {}
        let _ = tell_closed.send(());
        drop(writing);
    });
    Upstream { address, send, asked, closed }
}

async fn before(upstream: &Upstream, policy: &str, options: ServerOptions) -> GatewayServer {
    serve(policy, IndexMap::from([(ACCOUNT.to_owned(), upstream.address)]), options).await
}

async fn connect(server: &GatewayServer) -> TcpStream {
    let mut connection = TcpStream::connect(server.address()).await.unwrap();
    connection.write_all(REQUEST.as_bytes()).await.unwrap();
    connection
}

/// Reads until `end` has come. Never waits for long: what does not come is a failure, not a hang.
async fn read_until(connection: &mut TcpStream, end: &str) -> String {
    let mut seen = Vec::new();
    let reading = async {
        while !seen.ends_with(end.as_bytes()) {
            let mut byte = [0];
            connection.read_exact(&mut byte).await.expect("the connection is open");
            seen.push(byte[0]);
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, reading).await;
    assert!(in_time.is_ok(), "`{end}` did not come; seen: {}", String::from_utf8_lossy(&seen));
    String::from_utf8_lossy(&seen).into_owned()
}

/// Far more than a machine that is busy with other things needs.
const PATIENCE: Duration = Duration::from_secs(30);

fn chunk(data: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

#[tokio::test]
async fn an_event_is_out_before_the_next_is_in() {
    let upstream = upstream().await;
    let server = before(&upstream, POLICY, ServerOptions::default()).await;
    let mut caller = connect(&server).await;
    upstream.send.send(HEAD.as_bytes().to_vec()).unwrap();
    let head = read_until(&mut caller, "\r\n\r\n").await;
    assert!(head.contains("Transfer-Encoding: chunked") && !head.contains("Content-Length"), "{head}");
    for n in 0..5 {
        // Nothing is sent before the caller has seen what came before.
        let event = format!("data: {n}\n\n");
        upstream.send.send(chunk(&event)).unwrap();
        read_until(&mut caller, &format!("{event}\r\n")).await;
    }
    upstream.send.send(b"0\r\n\r\n".to_vec()).unwrap();
    assert_eq!(read_until(&mut caller, "0\r\n\r\n").await, "0\r\n\r\n");
}

#[tokio::test]
async fn bytes_pass_as_they_are_wherever_the_upstream_cuts_them() {
    let text = "data: {\"a\":\"\u{e9}\u{1f600}\"}\r\n\r\n: comment\rdata: two\ndata: lines\n\n[DONE]";
    let upstream = upstream().await;
    let server = before(&upstream, POLICY, ServerOptions::default()).await;
    let answer = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/openai/deployments/gpt/chat/completions", server.base_url());
    let answer =
        tokio::spawn(async move { answer.post(url).body("{}").send().await.unwrap().bytes().await.unwrap() });
    upstream.asked.await.unwrap();
    let mut wire = HEAD.as_bytes().to_vec();
    text.as_bytes().iter().for_each(|byte| wire.extend([b"1\r\n".as_slice(), &[*byte], b"\r\n"].concat()));
    wire.extend_from_slice(b"0\r\n\r\n");
    for byte in wire {
        upstream.send.send(vec![byte]).unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(answer.await.unwrap(), text.as_bytes());
}

#[tokio::test]
async fn a_buffered_stream_comes_in_pieces_of_eight_kib() {
    let upstream = upstream().await;
    let policy = POLICY.replace("buffer-response=\"false\"", "buffer-response=\"true\"");
    let server = before(&upstream, &policy, ServerOptions::default()).await;
    let mut caller = connect(&server).await;
    upstream.send.send(HEAD.as_bytes().to_vec()).unwrap();
    read_until(&mut caller, "\r\n\r\n").await;
    let event = format!("data: {}\n\n", "x".repeat(1016));
    for _ in 0..9 {
        upstream.send.send(chunk(&event)).unwrap();
    }
    upstream.send.send(b"0\r\n\r\n".to_vec()).unwrap();
    let body = read_until(&mut caller, "0\r\n\r\n").await;
    let sizes: Vec<usize> = body
        .split("\r\n")
        .filter(|line| !line.is_empty() && line.len() < 6)
        .map(|size| usize::from_str_radix(size, 16).unwrap())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 9 * event.len());
    assert!(sizes[0] >= 8 << 10, "{sizes:?}");
}

#[tokio::test]
async fn a_caller_who_leaves_a_silent_stream_lets_the_upstream_go() {
    let upstream = upstream().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let observer: Observer = Arc::new(move |served: &Served| drop(tell.send(served.clone())));
    let options = ServerOptions { observer: Some(observer), ..ServerOptions::default() };
    let server = before(&upstream, POLICY, options).await;
    let mut caller = connect(&server).await;
    upstream.send.send([HEAD.as_bytes(), &chunk("data: 1\n\n")].concat()).unwrap();
    read_until(&mut caller, "data: 1\n\n\r\n").await;
    drop(caller);
    // No further chunk ever comes, so only the caller's absence can be the reason.
    tokio::time::timeout(PATIENCE, upstream.closed).await.expect("the upstream is let go").unwrap();
    let served = told.recv().await.unwrap();
    assert_eq!((served.end, served.body_bytes, served.status), (End::CallerLeft, 9, 200));
}

#[tokio::test]
async fn a_caller_who_leaves_before_the_answer_lets_the_upstream_go() {
    let upstream = upstream().await;
    let server = before(&upstream, POLICY, ServerOptions::default()).await;
    let caller = connect(&server).await;
    upstream.asked.await.unwrap();
    drop(caller);
    tokio::time::timeout(PATIENCE, upstream.closed).await.expect("the upstream is let go").unwrap();
}

#[tokio::test]
async fn a_server_that_is_gone_waits_for_no_upstream() {
    let upstream = upstream().await;
    let server = before(&upstream, POLICY, ServerOptions::default()).await;
    let _caller = connect(&server).await;
    upstream.asked.await.unwrap();
    drop(server);
    tokio::time::timeout(PATIENCE, upstream.closed).await.expect("the upstream is let go").unwrap();
}

#[tokio::test]
async fn a_stream_that_breaks_off_has_no_clean_end_and_is_told() {
    let upstream = upstream().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let observer: Observer = Arc::new(move |served: &Served| drop(tell.send(served.clone())));
    let options = ServerOptions { observer: Some(observer), ..ServerOptions::default() };
    let server = before(&upstream, POLICY, options).await;
    let mut caller = connect(&server).await;
    upstream.send.send([HEAD.as_bytes(), &chunk("data: 1\n\n"), b"20\r\nda"].concat()).unwrap();
    read_until(&mut caller, "da\r\n").await;
    // Longer than the chunk's size says: what follows can no longer be told apart.
    upstream.send.send([b"x".repeat(0x22), b"\r\n".to_vec()].concat()).unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, caller.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
    assert!(matches!(told.recv().await.unwrap().end, End::BrokeOff(_)));
}

#[tokio::test]
async fn a_caller_who_takes_nothing_is_let_go() {
    let upstream = upstream().await;
    let options = ServerOptions { write_patience: Duration::from_millis(200), ..ServerOptions::default() };
    let server = before(&upstream, POLICY, options).await;
    let caller = connect(&server).await;
    upstream.send.send(HEAD.as_bytes().to_vec()).unwrap();
    let event = chunk(&format!("data: {}\n\n", "x".repeat(60_000)));
    let sending = tokio::spawn(async move {
        while upstream.send.send(event.clone()).is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    tokio::time::timeout(PATIENCE, upstream.closed).await.expect("the upstream is let go").unwrap();
    sending.abort();
    drop(caller);
}

#[tokio::test]
async fn a_server_that_stops_lets_streams_end_and_takes_nobody_new() {
    let upstream = upstream().await;
    let server = before(&upstream, POLICY, ServerOptions::default()).await;
    let address = server.address();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut caller = connect(&server).await;
    upstream.send.send([HEAD.as_bytes(), &chunk("data: 1\n\n")].concat()).unwrap();
    read_until(&mut caller, "data: 1\n\n\r\n").await;
    let stopping = tokio::spawn(server.stop());
    let mut nothing = Vec::new();
    tokio::time::timeout(PATIENCE, idle.read_to_end(&mut nothing)).await.expect("idle callers go").unwrap();
    upstream.send.send([chunk("data: 2\n\n"), b"0\r\n\r\n".to_vec()].concat()).unwrap();
    read_until(&mut caller, "0\r\n\r\n").await;
    drop(caller);
    assert!(stopping.await.unwrap(), "all came to their end");
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn many_streams_hold_no_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let event = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut connection, _)) = listener.accept().await {
                connection.write_all(event.as_bytes()).await.unwrap();
                open.push(connection);
            }
        });
        let upstreams = IndexMap::from([(ACCOUNT.to_owned(), address)]);
        let options = ServerOptions { max_working: 2, ..ServerOptions::default() };
        let server = serve(POLICY, upstreams, options).await;
        // All of them stay in the midst of their stream, many more than there are threads that may block.
        let mut callers = Vec::new();
        for _ in 0..40 {
            let mut caller = connect(&server).await;
            read_until(&mut caller, "data: 1\n\n\r\n").await;
            callers.push(caller);
        }
    });
}
