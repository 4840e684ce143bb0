//! Cases over ports, beside the same in virtual time.

use super::*;
use crate::diag::Diagnostics;
use crate::scenario::{self, Landing, Options, Specs};
use crate::text::Source;

struct OverPorts(Ports);

impl Specs for OverPorts {
    fn landing(&self, path: &str, from: &str) -> Result<Landing, Diagnostics> {
        scenario::NoSpecs.landing(path, from)
    }

    fn network(&self) -> Option<&dyn Network> {
        Some(&self.0)
    }
}

const CASES: &str = r#"```toml config
loggers = ["usage"]

[[api]]
id = "aoai"
path = "openai"
operations = ["POST /deployments/{deployment-id}/chat/completions"]

[[product]]
id = "team"
apis = ["aoai"]

[[backend]]
id = "ptu"
url = "https://ptu.example/openai"
breaker = { count = 1, interval = "10 s", statuses = [[429, 429]], trip = "1 min" }

[[backend]]
id = "payg"
url = "https://payg.example/openai"

[[pool]]
id = "models"
members = [["ptu", 1, 1], ["payg", 2, 1]]
```

```xml policy api
<policies>
    <inbound>
        <set-backend-service backend-id="models" />
        <llm-emit-token-metric namespace="usage"><dimension name="Subscription ID" /></llm-emit-token-metric>
        <log-to-eventhub logger-id="usage">one</log-to-eventhub>
    </inbound>
    <backend>
        <retry condition="@(context.Response.StatusCode == 429)" count="1" interval="0" first-fast-retry="true">
            <forward-request buffer-request-body="true" buffer-response="false" />
        </retry>
    </backend>
    <outbound />
    <on-error />
</policies>
```

```toml upstreams
"ptu.example" = [{ status = 429 }]
["payg.example"]
open = true
latency = "50 ms"
per-token = "5 ms"
deployments = [{ name = "gpt", tokens-per-minute = 1_000_000 }]
```

## one-request-and-a-stream

```http request
POST /openai/deployments/gpt/chat/completions?api-version=2024-10-21
api-key: key-team

{"messages":[{"role":"user","content":"Hello"}],"max_tokens":4}
```

```http response
this is not compared
```

```expect
status is 200
attempts is ptu 429, payg 200
json /usage/total_tokens is 12
trace lacks key-team
calls to ptu is 1
tokens is 12
metric Total Tokens where Subscription ID=team-subscription is 12
events usage is 1
latency p50 is between 50 ms and 5 s
```

```http request
POST /openai/deployments/gpt/chat/completions?api-version=2024-10-21
api-key: nobody-s

{}
```

```expect
status is 401
```

## load-and-callers-who-give-up

```toml load
[[request]]
name = "chat"
path = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
max-tokens = 4

[[request]]
name = "hasty"
path = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
max-tokens = 4000
patience = "200 ms"

[[phase]]
name = "steady"
rate = 20
for = "1 s"
requests = ["chat"]

[[phase]]
name = "hasty"
users = 2
for = "500 ms"
think = "100 ms"
requests = ["hasty"]
```

```expect
requests during steady is 20
answers 2xx during steady is 20
share of answers from payg is 100%
given up during hasty is at least 2
answers 2xx during hasty is 0
```

## a-day-is-too-long

```wait
20 h
```

```http request
POST /openai/deployments/gpt/chat/completions
```

```expect
status is 401
```
"#;

#[test]
fn cases_run_over_ports_as_in_virtual_time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let specs = OverPorts(Ports(runtime.handle().clone()));
    let file = scenario::read(&Source::new("s.md", CASES)).unwrap();
    for case in &file.cases[..2] {
        let report = scenario::run(&file, case, &Options::default(), &specs).unwrap();
        let failed: Vec<_> = report.checks.iter().filter(|check| !check.passed).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }
    let first = scenario::run(&file, &file.cases[0], &Options::default(), &specs).unwrap();
    assert!(first.warnings.iter().any(|one| one.code.id == "scenario-not-compared"), "{:?}", first.warnings);
    let refused = scenario::run(&file, &file.cases[2], &Options::default(), &specs).unwrap_err();
    assert_eq!(
        refused.0[0].message,
        "loads and waits take 72000 s up to here, and a case has 60 s in real time"
    );
    // The same passes in virtual time, but for what would be compared there.
    let report = scenario::run(&file, &file.cases[1], &Options::default(), &scenario::NoSpecs).unwrap();
    assert!(report.passed(), "{:#?}", report.checks);
}
