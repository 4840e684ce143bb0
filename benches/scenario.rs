//! How many requests a second of virtual time costs: users of a GenAI gateway with a pool, a retry, a token limit and a
//! metric, in front of simulated Azure OpenAI. Run with `cargo bench --bench scenario`, a larger number of users with
//! `cargo bench --bench scenario -- 200`.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench asks the clock and prints")]

use std::time::Instant;

use genai_lz::scenario::{self, NoSpecs, Options};
use genai_lz::text::Source;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let users = std::env::args().filter_map(|arg| arg.parse::<u32>().ok()).next().unwrap_or(100);
    for (name, policy) in [("plain", PLAIN), ("GenAI", GENAI)] {
        for (users, duration) in [(users / 10, "1 h"), (users, "1 h"), (users * 10, "20 min")] {
            measure(name, policy, users.max(1), duration);
        }
    }
}

fn measure(name: &str, policy: &str, users: u32, duration: &str) {
    let text =
        FILE.replace("POLICY", policy).replace("USERS", &users.to_string()).replace("DURATION", duration);
    let file = scenario::read(&Source::new("bench.md", text)).expect("the scenario is right");
    let began = Instant::now();
    let report = scenario::run(&file, &file.cases[0], &Options::default(), &NoSpecs)
        .expect("the gateway can be built");
    let took = began.elapsed();
    assert!(report.passed(), "{:#?}", report.checks);
    println!(
        "{name:<6} {users:>5} users for {duration:<7} {:>9} requests in {took:>8.2?}, {:>8.2} µs each",
        report.n_requests,
        took.as_secs_f64() * 1e6 / report.n_requests as f64
    );
}

const PLAIN: &str = "<policies><inbound><base/><set-backend-service backend-id=\"models\"/>\
    <authentication-managed-identity resource=\"https://cognitiveservices.azure.com\"/></inbound></policies>";

const GENAI: &str = "<policies><inbound><base/><set-backend-service backend-id=\"models\"/>\
    <authentication-managed-identity resource=\"https://cognitiveservices.azure.com\"/>\
    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"100000000\" \
    estimate-prompt-tokens=\"false\" remaining-tokens-variable-name=\"left\"/>\
    <llm-emit-token-metric namespace=\"usage\"><dimension name=\"Subscription ID\"/></llm-emit-token-metric></inbound>\
    <backend><retry condition=\"@(context.Response != null &amp;&amp; context.Response.StatusCode == 429)\" count=\"2\" \
    interval=\"1\"><forward-request buffer-request-body=\"true\"/></retry></backend></policies>";

const FILE: &str = r#"
```toml config
[[api]]
id = "azure-openai"
path = "openai"
operations = ["POST /deployments/{deployment-id}/chat/completions"]

[[product]]
id = "team"
apis = ["azure-openai"]

[[backend]]
id = "a"
url = "https://a.openai.azure.com/openai"
breaker = { count = 3, interval = "10 s", statuses = [[429, 429]], trip = "10 s", retry-after = true }

[[backend]]
id = "b"
url = "https://b.openai.azure.com/openai"

[[pool]]
id = "models"
members = [["a", 1, 1], ["b", 1, 1]]
```

```xml policy api
POLICY
```

```toml upstreams
["a.openai.azure.com"]
latency = "200 ms"
per-token = "10 ms"
jitter = 20
deployments = [{ name = "gpt", tokens-per-minute = 1_000_000_000 }]

["b.openai.azure.com"]
latency = "200 ms"
per-token = "10 ms"
jitter = 20
deployments = [{ name = "gpt", tokens-per-minute = 1_000_000_000 }]
```

## load

```toml load
[[request]]
name = "chat"
path = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21"

[[phase]]
users = USERS
for = "DURATION"
think = ["500 ms", "1500 ms"]
```

```expect
answers 2xx is at least 1000
share of a is 50% within 1%
```
"#;
