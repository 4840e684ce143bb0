//! The rendered policies at work: a bundle becomes a gateway's configuration, as a deployment would make it, and
//! requests are sent through it to scripted upstreams.

use std::sync::Arc;

use genai_lz::diag::render::{Style, human};
use genai_lz::gateway::sim_host::{Record, SimAnswer, SimBody, SimHost};
use genai_lz::gateway::{
    Api, Backend, Body, Breaker, Config, Gateway, Headers, Operation, PoolMember, Product, Request, Response,
    StatusRange, Subscription, SubscriptionDates, SubscriptionScope, Threshold,
};
use genai_lz::render::{Bundle, Parameter};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use crate::runners::support;

const PTU: &str = "oai-ptu-1-lzv01-dev-westus3-abc.openai.azure.com";
const PAYG_1: &str = "oai-payg-1-lzv01-dev-westus3-abc.openai.azure.com";
const PAYG_2: &str = "oai-payg-2-lzv01-dev-westus3-abc.openai.azure.com";

pub(super) fn cases() -> Vec<Trial> {
    let quickstart: [(&str, Case); 8] = [
        ("the_ptu_answers_first", ptu_first),
        ("a_throttled_ptu_spills_over_in_the_same_request", spills_over),
        ("an_exhausted_pool_answers_429_with_the_lowest_retry_after", exhausted),
        ("an_exhausted_pool_asks_nobody_until_a_breaker_closes", rests),
        ("past_the_token_limit_callers_see_429", token_limit),
        ("tenants_have_limits_of_their_own", tenants),
        ("a_bad_request_is_not_tried_again", bad_request),
        ("streams_pass_through_and_are_recorded", streams),
    ];
    let adaptive: [(&str, Case); 1] =
        [("the_favoured_class_goes_on_when_the_others_are_stopped", adaptive_limit)];
    let trial = |spec: &'static str, (name, case): (&str, Case)| {
        Trial::test(format!("render::gateway::{name}"), move || case(&Setup::new(spec)?))
    };
    quickstart
        .into_iter()
        .map(|case| trial("examples/quickstart.yaml", case))
        .chain(adaptive.into_iter().map(|case| trial("tests/suite/render/adaptive/spec.yaml", case)))
        .collect()
}

type Case = fn(&Setup) -> Result<(), Failed>;

struct Setup {
    gateway: Arc<Gateway>,
    host: Arc<SimHost>,
}

impl Setup {
    fn new(spec: &str) -> Result<Self, Failed> {
        let bytes = std::fs::read(support::root().join(spec))?;
        let bundle =
            super::bundle(&bytes).map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
        let (gateway, mut warnings) = Gateway::build(config(&bundle)?)
            .map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
        // The sources do not agree about expressions in `tokens-per-minute`, which the adaptive limit is made of.
        warnings.retain(|warning| warning.code.id != "policy-expression-not-allowed");
        if !warnings.is_empty() {
            return Err(human(&warnings, Style::Plain).into());
        }
        Ok(Self { gateway: Arc::new(gateway), host: Arc::new(SimHost::new(1)) })
    }

    fn ask(&self, key: &str, body: &Json) -> Response {
        self.send("openai/deployments/aoai", &[("api-key", key)], body)
    }

    fn send(&self, path: &str, headers: &[(&str, &str)], body: &Json) -> Response {
        let mut all = Headers::default();
        all.set("Content-Type", "application/json");
        headers.iter().for_each(|(name, value)| all.set(name, *value));
        let request = Request {
            method: "POST".to_owned(),
            url: format!("https://apim.example.com/{path}/chat/completions?api-version=2024-10-21"),
            headers: all,
            body: body.to_string().into_bytes(),
            client_ip: "10.0.0.1".to_owned(),
        };
        let host = Arc::clone(&self.host);
        self.gateway.handle(request, host).response
    }

    /// The host names that were asked since the last time, and what else left the gateway.
    fn asked(&self) -> (Vec<String>, Record) {
        let record = self.host.take_record();
        let hosts = record.requests.iter().map(|request| {
            request.url.trim_start_matches("https://").split('/').next().unwrap_or_default().to_owned()
        });
        (hosts.collect(), record)
    }
}

fn prompt() -> Json {
    json!({ "messages": [{ "role": "user", "content": "hello" }] })
}

fn answer(tokens: u32) -> SimAnswer {
    let usage = json!({ "prompt_tokens": 5, "completion_tokens": tokens - 5, "total_tokens": tokens });
    SimAnswer::new(200, json!({ "choices": [], "usage": usage }).to_string())
        .header("Content-Type", "application/json")
}

fn busy(retry_after_s: u32) -> SimAnswer {
    SimAnswer::new(429, "{}").header("Retry-After", &retry_after_s.to_string())
}

fn text(response: Response) -> String {
    match response.body {
        Body::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Body::Stream(mut stream) => {
            let mut out = Vec::new();
            while let Some(Ok(chunk)) = stream.next_chunk() {
                out.extend(chunk);
            }
            String::from_utf8_lossy(&out).into_owned()
        }
    }
}

#[track_caller]
fn same<T: PartialEq + std::fmt::Debug>(what: &str, actual: T, expected: T) -> Result<(), Failed> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, found {actual:?}").into())
}

fn ptu_first(setup: &Setup) -> Result<(), Failed> {
    setup.host.script(PTU, [answer(50)]);
    let response = setup.ask("aoai-product-subscription", &prompt());
    same("status", response.status, 200)?;
    same("tokens left", response.headers.get("x-apim-max-remaining-tokens"), Some("450".to_owned()))?;
    text(response);
    let (hosts, record) = setup.asked();
    same("upstreams", hosts, vec![PTU.to_owned()])?;
    let sent = &record.requests[0];
    same("api-key sent on", sent.headers.contains("api-key"), false)?;
    same(
        "authorization",
        sent.headers
            .get("Authorization")
            .map(|value| value.starts_with("Bearer token-for-https://cognitiveservices")),
        Some(true),
    )?;
    same("query", sent.url.split('?').nth(1), Some("api-version=2024-10-21"))?;
    same(
        "metrics",
        record.metrics.iter().map(|metric| &*metric.namespace).collect::<Vec<_>>(),
        vec!["aoai.token.usage"; 3],
    )?;
    let (logger, message) = record.events.first().ok_or("no usage record")?;
    same("logger", logger.as_str(), "usage-eventhub")?;
    let usage: Json = serde_json::from_str(message)?;
    same("tokens recorded", usage["TotalTokens"].clone(), json!(50))?;
    same("subscription recorded", usage["SubscriptionId"].clone(), json!("aoai-product-subscription"))
}

fn spills_over(setup: &Setup) -> Result<(), Failed> {
    setup.host.script(PTU, [busy(10)]);
    setup.host.script(PAYG_1, [answer(50)]);
    setup.host.script(PAYG_2, [answer(50)]);
    let response = setup.ask("aoai-product-subscription", &prompt());
    same("status", response.status, 200)?;
    let (hosts, _) = setup.asked();
    same("first asked", hosts[0].as_str(), PTU)?;
    same("then asked", hosts.len(), 2)?;
    same("answered by", hosts[1] == PAYG_1 || hosts[1] == PAYG_2, true)?;
    // While the breaker is open, nobody asks the PTU; when it closes, the PTU comes first again.
    setup.ask("aoai-product-subscription", &prompt());
    same("asks the PTU", setup.asked().0.contains(&PTU.to_owned()), false)?;
    setup.host.advance_ms(11_000);
    setup.host.script(PTU, [answer(50)]);
    setup.ask("aoai-product-subscription", &prompt());
    same("asked", setup.asked().0, vec![PTU.to_owned()])
}

fn exhausted(setup: &Setup) -> Result<(), Failed> {
    for (host, seconds) in [(PTU, 40), (PAYG_1, 25), (PAYG_2, 30)] {
        setup.host.script(host, [busy(seconds)]);
    }
    let response = setup.ask("aoai-product-subscription", &prompt());
    same("status", response.status, 429)?;
    same("retry after", response.headers.get("Retry-After"), Some("25".to_owned()))?;
    let body: Json = serde_json::from_str(&text(response))?;
    same("code", body["statusCode"].clone(), json!(429))?;
    same(
        "message",
        body["message"].clone(),
        json!("All model deployments are busy. Try again in 25 seconds."),
    )?;
    same("upstreams", setup.asked().0.len(), 3)
}

fn rests(setup: &Setup) -> Result<(), Failed> {
    exhausted(setup)?;
    let response = setup.ask("aoai-product-subscription", &prompt());
    same("status", response.status, 429)?;
    let seconds: u32 = response.headers.get("Retry-After").ok_or("no Retry-After")?.parse()?;
    same("waits no longer than the first breaker", (1..=60).contains(&seconds), true)?;
    same("upstreams", setup.asked().0.len(), 0)
}

fn token_limit(setup: &Setup) -> Result<(), Failed> {
    setup.host.script(PTU, [answer(300)]);
    for expected in [200, 200, 429] {
        let response = setup.ask("aoai-product-subscription", &prompt());
        same("status", response.status, expected)?;
        if expected == 429 {
            same("retry after", response.headers.contains("Retry-After"), true)?;
            let body: Json = serde_json::from_str(&text(response))?;
            same(
                "message",
                body["message"].as_str().map(|message| message.starts_with("Token limit is exceeded.")),
                Some(true),
            )?;
        }
    }
    Ok(())
}

fn tenants(setup: &Setup) -> Result<(), Failed> {
    setup.host.script(PTU, [answer(120)]);
    for (key, expected) in [
        ("tenant2", 200),
        ("tenant2", 429),
        ("tenant1", 200),
        ("tenant1", 200),
        ("tenant1", 200),
        ("tenant1", 429),
        ("nobody", 401),
    ] {
        same(key, setup.ask(key, &prompt()).status, expected)?;
    }
    Ok(())
}

fn bad_request(setup: &Setup) -> Result<(), Failed> {
    setup.host.script(PTU, [SimAnswer::new(400, "{\"error\":{}}")]);
    let response = setup.ask("aoai-product-subscription", &prompt());
    same("status", response.status, 400)?;
    let (hosts, record) = setup.asked();
    same("upstreams", hosts.len(), 1)?;
    same("usage records", record.events.len(), 0)
}

fn streams(setup: &Setup) -> Result<(), Failed> {
    let events = ["data: {\"choices\":[]}\n\n", "data: [DONE]\n\n"].map(str::to_owned).to_vec();
    let mut answer = SimAnswer::new(200, "").header("Content-Type", "text/event-stream");
    answer.body = SimBody::stream(events.clone());
    setup.host.script(PTU, [answer]);
    let mut body = prompt();
    body["stream"] = json!(true);
    let response = setup.ask("aoai-product-subscription", &body);
    same("status", response.status, 200)?;
    same("streams", matches!(response.body, Body::Stream(_)), true)?;
    same("text", text(response), events.concat())?;
    same("usage records", setup.asked().1.events.len(), 1)
}

/// The classes share 100,000 tokens a minute: `low` may use 1,000 and a tenth of what is left, `high` 30,000 and a
/// quarter.
fn adaptive_limit(setup: &Setup) -> Result<(), Failed> {
    setup.host.script("oai-ptu-platform-prod-swedencentral-p01.openai.azure.com", [answer(12_000)]);
    let low = [("api-key", "one")];
    let high = [("api-key", "one"), ("x-higher-limit", "yes")];
    for (who, headers, expected) in [
        ("low", &low[..], 200),
        ("low has used its share", &low[..], 429),
        ("high goes on", &high[..], 200),
        ("high goes on", &high[..], 200),
        ("high goes on", &high[..], 200),
        ("high goes on", &high[..], 200),
        ("high has used its share", &high[..], 429),
    ] {
        same(who, setup.send("team/chat/deployments/chat", headers, &prompt()).status, expected)?;
    }
    Ok(())
}

// ---- what a deployment of stage `genai` would make of the parameters ----

fn config(bundle: &Bundle) -> Result<Config, Failed> {
    let stage = bundle.stages.iter().find(|stage| stage.name == "genai").ok_or("no stage genai")?;
    let list = |name: &str| match stage.parameters.get(name) {
        Some(Parameter::Value(Json::Array(items))) => items.clone(),
        _ => Vec::new(),
    };
    let singles = list("backends").into_iter().map(|backend| {
        let breaker = Some(&backend["breaker"]).filter(|it| it["name"].is_string()).map(breaker);
        Backend::single(string(&backend["name"]), string(&backend["url"]), breaker)
    });
    let pools = list("pools").into_iter().map(|pool| {
        let members = items(&pool["members"]).map(|member| PoolMember {
            backend: string(&member["backend"]),
            priority: number(&member["priority"]),
            weight: number(&member["weight"]),
        });
        Backend::pool(string(&pool["name"]), members.collect())
    });
    Ok(Config {
        service_name: "apim".to_owned(),
        region: "West US 3".to_owned(),
        apis: list("apis").iter().map(api).collect(),
        products: list("products").iter().map(product).collect(),
        // The key of a subscription is its name here.
        subscriptions: list("subscriptions")
            .iter()
            .map(|it| Subscription {
                id: string(&it["name"]),
                display_name: string(&it["displayName"]),
                primary_key: string(&it["name"]),
                secondary_key: format!("{}-2", string(&it["name"])),
                scope: SubscriptionScope::Product(string(&it["product"])),
                dates: SubscriptionDates::default(),
            })
            .collect(),
        backends: singles.chain(pools).collect(),
        named_values: [("apim-identity".to_owned(), "client-id".to_owned())].into_iter().collect(),
        fragments: list("fragments").iter().map(|it| (string(&it["name"]), string(&it["value"]))).collect(),
        loggers: vec!["usage-eventhub".to_owned()],
        ..Config::default()
    })
}

fn api(api: &Json) -> Api {
    Api {
        id: string(&api["name"]),
        display_name: string(&api["displayName"]),
        path: string(&api["path"]),
        subscription_required: true,
        subscription_key_header: string(&api["subscriptionKeyHeader"]),
        subscription_key_query: string(&api["subscriptionKeyQuery"]),
        policy: Some(string(&api["policy"])),
        operations: items(&api["operations"])
            .map(|operation| Operation {
                id: string(&operation["name"]),
                display_name: string(&operation["displayName"]),
                method: string(&operation["method"]),
                url_template: string(&operation["urlTemplate"]),
                ..Operation::default()
            })
            .collect(),
        ..Api::default()
    }
}

fn product(product: &Json) -> Product {
    Product {
        id: string(&product["name"]),
        display_name: string(&product["displayName"]),
        subscription_required: true,
        apis: items(&product["apis"]).map(string).collect(),
        policy: Some(string(&product["policy"])).filter(|policy| !policy.is_empty()),
        ..Product::default()
    }
}

fn breaker(breaker: &Json) -> Breaker {
    let ms = |iso: &Json| match iso.as_str() {
        Some("PT10S") => 10_000,
        Some("PT30S") => 30_000,
        Some("PT1M") => 60_000,
        other => panic!("no spec here has a duration {other:?}"),
    };
    Breaker {
        threshold: Threshold::Count(number(&breaker["count"])),
        interval_ms: ms(&breaker["interval"]),
        trip_ms: ms(&breaker["trip"]),
        accept_retry_after: breaker["acceptRetryAfter"] == json!(true),
        status_ranges: items(&breaker["statusCodeRanges"])
            .map(|range| StatusRange { min: number(&range["min"]), max: number(&range["max"]) })
            .collect(),
        error_reasons: Vec::new(),
        failure_status: None,
    }
}

fn items(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

fn string(json: &Json) -> String {
    json.as_str().expect("a text of the contract").to_owned()
}

fn number<T: TryFrom<u64>>(json: &Json) -> T {
    let number = json.as_u64().expect("a number of the contract");
    T::try_from(number).ok().expect("a number in range")
}
