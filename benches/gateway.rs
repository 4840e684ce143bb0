//! What one request costs inside the gateway, without sockets: the quickstart's policies in front of an upstream that
//! answers at once. Run with `cargo bench --bench gateway`; `cargo bench --bench gateway -- 2000` runs so many requests
//! once, for a profiler.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench asks the clock and prints")]

#[path = "rounds/mod.rs"]
mod rounds;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use genai_lz::gateway::{
    Api, Backend, Body, Branch, Breaker, Config, Gateway, Headers, Host, Metric, Operation, Pool, PoolMember,
    Product, Request, SendError, StatusRange, Subscription, SubscriptionDates, SubscriptionScope,
    SubscriptionState, Threshold, Until, UpstreamRequest, UpstreamResponse,
};
use genai_lz::render::render;
use genai_lz::{model, spec};

/// Requests of one round.
const REQUESTS: usize = 1_000;

fn main() {
    let quickstart = Bench { gateway: gateway(quickstart()), host: Arc::new(AtOnce::default()) };
    let bare = Bench { gateway: gateway(bare()), host: Arc::new(AtOnce::default()) };
    if let Some(n) = std::env::args().filter_map(|arg| arg.parse().ok()).next() {
        quickstart.requests(n);
        return;
    }
    for (name, bench) in [("no policies", bare), ("the quickstart's policies", quickstart)] {
        let (median, best) = rounds::rounds(|| bench.requests(REQUESTS));
        let each = |round: std::time::Duration| round.as_secs_f64() * 1e6 / REQUESTS as f64;
        println!("{name:<28} {:>8.2} µs a request (best {:.2})", each(median), each(best));
    }
}

struct Bench {
    gateway: Arc<Gateway>,
    host: Arc<AtOnce>,
}

impl Bench {
    fn requests(&self, n: usize) -> usize {
        let mut n_bytes = 0;
        for _ in 0..n {
            let host: Arc<dyn Host> = self.host.clone();
            let exchange = self.gateway.handle(request(), host);
            assert_eq!(exchange.response.status, 200);
            if let Body::Bytes(bytes) = exchange.response.body {
                n_bytes += bytes.len();
            }
        }
        n_bytes
    }
}

fn gateway(config: Config) -> Arc<Gateway> {
    let (gateway, found) = Gateway::build(config).expect("the gateway can be built");
    assert!(found.is_empty(), "{found:?}");
    Arc::new(gateway)
}

fn request() -> Request {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Request {
        method: "POST".to_owned(),
        url: "http://127.0.0.1:8080/openai/deployments/aoai/chat/completions?api-version=2024-10-21"
            .to_owned(),
        headers: Headers(vec![
            header("Host", "127.0.0.1:8080"),
            header("Content-Type", "application/json"),
            header("api-key", "key"),
            header("Authorization", "Bearer sk-1234"),
            header("Content-Length", &BODY.len().to_string()),
        ]),
        body: BODY.as_bytes().to_vec(),
        client_ip: "127.0.0.1".to_owned(),
        client_certificate: None,
    }
}

const BODY: &str = r#"{"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"Hello, how are you today? Please say hello."}],"max_tokens":20,"temperature":0.7}"#;

const ANSWER: &str = r#"{"id":"chatcmpl-abc123","object":"chat.completion","created":1700000000,"model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there, how may I assist you today?"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}"#;

/// The gateway that the quickstart's spec describes, with limits that this load does not meet.
fn quickstart() -> Config {
    let bytes = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart.yaml"));
    let text = String::from_utf8(bytes.expect("the example is there")).expect("it is text");
    let limit = |text: &str, from: &str| text.replace(from, "tokensPerMinute: 100000000");
    let text = limit(&limit(&text, "tokensPerMinute: 500"), "tokensPerMinute: 300");
    let text = text.replace("tokens: 100000,", "tokens: 4000000000,");
    let source = spec::read("quickstart.yaml", text.as_bytes()).expect("the spec can be read");
    let (spec, _) = spec::parse(&source, &|_| None).expect("the spec is right");
    let (zone, _) = model::resolve(&spec, &source).expect("the spec is right");
    let bundle = render(&zone).expect("the spec can be rendered");
    let policy = |name: &str| bundle.files.get(&format!("policies/{name}.xml")).cloned();
    let fragment =
        |name: &str| (name.to_owned(), policy(&format!("fragments/{name}")).expect("it is rendered"));
    let fragments = ["remember-retry-after", "backend-managed-identity", "pool-exhausted"];
    let mut config = Config {
        fragments: fragments.map(fragment).into(),
        named_values: [("apim-identity".to_owned(), "4711".to_owned())].into(),
        loggers: vec!["usage-eventhub".to_owned()],
        ..bare()
    };
    config.apis[0].policy = policy("apis/azure-openai-api");
    config.products[0].policy = policy("products/multi-tenant-product1");
    config
}

/// The same gateway without policies.
fn bare() -> Config {
    let upstream = |id: &str| {
        let breaker = Breaker {
            threshold: Threshold::Count(1),
            interval_ms: 10_000,
            status_ranges: vec![StatusRange { min: 429, max: 429 }, StatusRange { min: 500, max: 599 }],
            error_reasons: Vec::new(),
            trip_ms: 60_000,
            accept_retry_after: true,
            failure_status: None,
        };
        Backend::single(id, format!("https://{id}.openai.azure.com/openai"), Some(breaker))
    };
    let member = |id: &str, priority, weight| PoolMember { backend: id.to_owned(), priority, weight };
    let members = vec![member("ptu-1", 1, 1), member("payg-1", 2, 2), member("payg-2", 2, 1)];
    let pool = Pool { members, failure_status: Some(429), session_cookie: None };
    let operation = |id: &str| Operation {
        id: id.to_owned(),
        display_name: id.to_owned(),
        method: "POST".to_owned(),
        url_template: format!("/deployments/{{deployment-id}}/{id}"),
        ..Operation::default()
    };
    let operations = ["completions", "embeddings", "chat/completions"].map(operation).into();
    Config {
        service_name: "apim".to_owned(),
        region: "westus3".to_owned(),
        apis: vec![Api {
            id: "azure-openai-api".to_owned(),
            display_name: "Azure OpenAI".to_owned(),
            path: "openai".to_owned(),
            service_url: Some("https://ptu-1.openai.azure.com/openai".to_owned()),
            subscription_required: true,
            subscription_key_header: "api-key".to_owned(),
            operations,
            ..Api::default()
        }],
        products: vec![Product {
            id: "multi-tenant-product1".to_owned(),
            subscription_required: true,
            is_published: true,
            apis: vec!["azure-openai-api".to_owned()],
            ..Product::default()
        }],
        subscriptions: vec![Subscription {
            id: "tenant1".to_owned(),
            display_name: "tenant1".to_owned(),
            primary_key: "key".to_owned(),
            secondary_key: "other key".to_owned(),
            scope: SubscriptionScope::Product("multi-tenant-product1".to_owned()),
            state: SubscriptionState::Active,
            dates: SubscriptionDates::default(),
        }],
        backends: vec![
            upstream("ptu-1"),
            upstream("payg-1"),
            upstream("payg-2"),
            Backend { id: "aoai-lb-pool".to_owned(), kind: genai_lz::gateway::BackendKind::Pool(pool) },
        ],
        ..Config::default()
    }
}

/// A world that costs next to nothing, so that what is measured is the gateway.
struct AtOnce {
    started: Instant,
    random: AtomicU64,
}

impl Default for AtOnce {
    fn default() -> Self {
        Self { started: Instant::now(), random: AtomicU64::new(1) }
    }
}

impl Host for AtOnce {
    fn now_unix_ms(&self) -> i64 {
        1_795_000_000_000 + i64::try_from(self.started.elapsed().as_millis()).unwrap_or_default()
    }

    fn sleep_ms(&self, _: u64) {}

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        assert_eq!(request.body.len(), BODY.len());
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("Content-Type", "application/json"),
            header("Content-Length", &ANSWER.len().to_string()),
            header("x-ratelimit-remaining-tokens", "1000"),
        ];
        let body = Body::Bytes(ANSWER.as_bytes().to_vec());
        Ok(UpstreamResponse { status: 200, reason: "OK".to_owned(), headers: Headers(headers), body })
    }

    fn send_one_way(&self, _: UpstreamRequest) -> Result<(), SendError> {
        Ok(())
    }

    fn run_together(&self, _: Vec<Branch>, _: Until) -> Option<usize> {
        None
    }

    fn managed_identity_token(&self, _: &str, _: Option<&str>) -> Result<String, String> {
        Ok("token".to_owned())
    }

    fn emit_metric(&self, _: Metric) {}

    fn log_event(&self, _: &str, _: &str) {}

    fn random_u64(&self) -> u64 {
        self.random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}
