//! `usage`: what the gateway of the sandbox metered, asked with the queries that the spec renders, through the query API.

use std::collections::BTreeMap;
use std::path::Path;

use genai_lz::sandbox::{ArmOptions, Landing, LandingOptions};
use serde_json::{Value as Json, json};

use super::arm::{SUBSCRIPTION, json_of, texts};
use super::azure::Azure;
use super::post;

const SPEC: &str = "tests/suite/render/usage/spec.yaml";

/// A deployed spec, its gateway, and what was counted from the answers.
pub(super) struct Used {
    pub(super) azure: Azure,
    pub(super) landing: Landing,
    pub(super) spec: String,
    /// Prompt and completion tokens of the answers, by subscription.
    pub(super) tokens: BTreeMap<String, (i64, i64)>,
    _folder: tempfile::TempDir,
}

impl Used {
    pub(super) fn deploy(spec: &str, options: ArmOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spec.yaml");
        std::fs::write(&file, spec).unwrap();
        let spec = file.to_str().unwrap().to_owned();
        let azure = Azure::with(options);
        let args = ["deploy", &spec, "--subscription", SUBSCRIPTION, "--yes", "--skip-preflight"];
        let output = azure.with_secret(&args).output().unwrap();
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{out}{err}");
        let Ok(landing) = azure.runtime().block_on(Landing::start(azure.state(), &LandingOptions::default()))
        else {
            panic!("no gateway");
        };
        Self { azure, landing, spec, tokens: BTreeMap::new(), _folder: folder }
    }

    /// Sends a chat; returns the status.
    pub(super) fn chat(&mut self, subscription: &str, prompt: &str) -> u16 {
        let config = &self.landing.config;
        let key = config.subscriptions.iter().find(|it| it.id == subscription).unwrap().primary_key.clone();
        let body = json!({"messages": [{"role": "user", "content": prompt}], "max_tokens": 20}).to_string();
        let path = "/openai/deployments/chat/chat/completions?api-version=2024-10-21";
        let answer = post(&self.landing.server.base_url(), path, &[("api-key", &key)], &body);
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        if let Some(body) = answer.split("\r\n\r\n").nth(1).filter(|_| status == 200) {
            let body: Json = serde_json::from_str(body).unwrap();
            let sums = self.tokens.entry(subscription.to_owned()).or_default();
            sums.0 += body["usage"]["prompt_tokens"].as_i64().unwrap();
            sums.1 += body["usage"]["completion_tokens"].as_i64().unwrap();
        }
        status
    }

    pub(super) fn usage(&self, more: &[&str]) -> (Option<i32>, Json) {
        let args = ["usage", &self.spec, "--subscription", SUBSCRIPTION, "--format", "json"];
        json_of(&mut self.azure.with_secret(&[&args, more].concat()))
    }

    /// The rows by name.
    fn rows(&self, by: &str) -> BTreeMap<String, Json> {
        let (code, found) = self.usage(&["--by", by]);
        assert_eq!(code, Some(0), "{found:#}");
        let rows = found["rows"].as_array().unwrap().iter();
        rows.map(|row| (row[by].as_str().unwrap().to_owned(), row.clone())).collect()
    }

    /// Asks the query API itself.
    fn query(&self, workspace: &str, token: Option<&str>, body: &Json) -> (u16, Json) {
        let url = self.azure.url(&format!("/v1/workspaces/{workspace}/query"));
        self.azure.ask("POST", &url, token, Some(body))
    }

    /// What the query of a deployed rule gives; the rule fires where that is something.
    fn rows_of_rule(&self, prefix: &str) -> Vec<Json> {
        let rules = self.azure.state().of_type("Microsoft.Insights/scheduledQueryRules");
        let rule = rules.iter().find(|rule| rule.id.name().starts_with(prefix)).unwrap();
        let query = rule.text("/properties/criteria/allOf/0/query").unwrap();
        let body = json!({"query": query, "timespan": "P1D"});
        let (status, answer) = self.query(&self.workspace(), Some(self.azure.token()), &body);
        assert_eq!(status, 200, "{answer:#}");
        answer["tables"][0]["rows"].as_array().unwrap().clone()
    }

    fn workspace(&self) -> String {
        let all = self.azure.state().of_type("Microsoft.OperationalInsights/workspaces");
        all[0].text("/properties/customerId").unwrap().to_owned()
    }
}

/// Traffic of two teams: the PTU answers, then pay-as-you-go; one runs into its limit.
fn traffic(used: &mut Used) {
    assert_eq!(used.chat("sales-web", "hello there"), 200);
    assert_eq!(used.chat("lab", "what is a token?"), 200);
    let ptu = used.landing.sim.addresses().keys().find(|host| host.contains("-ptu-")).unwrap().clone();
    assert!(used.landing.sim.set_throttled(&ptu, Some(30)));
    assert_eq!(used.chat("sales-mail", "and now from another one"), 200);
    // 2,000 tokens a minute for each subscription of the product.
    assert_eq!(used.chat("sales-web", &"word ".repeat(9_000)), 429);
}

#[test]
fn usage_is_what_the_gateway_metered_by_the_rendered_queries() {
    let text = std::fs::read_to_string(SPEC).unwrap();
    let text = text.replace("throttling: { percent: 10,", "throttling: { percent: 10, minRequests: 2,");
    let mut used = Used::deploy(&text, ArmOptions::default());
    traffic(&mut used);

    let by_subscription = used.rows("subscription");
    for (subscription, (prompt, completion)) in &used.tokens {
        let row = &by_subscription[subscription];
        assert_eq!(
            (&row["promptTokens"], &row["completionTokens"]),
            (&json!(prompt), &json!(completion)),
            "{row:#}"
        );
        assert_eq!(row["totalTokens"], json!(prompt + completion));
    }
    assert_eq!(by_subscription["sales-web"]["requests"], 2);
    assert_eq!(by_subscription["sales-web"]["throttled"], 1);

    // The PTU is paid by the hour, so only what pay-as-you-go answered costs something.
    let (prompt, completion) = used.tokens["sales-mail"];
    let cost = (prompt as f64 * 0.25 + completion as f64 * 2.0) / 1e6;
    let by_backend = used.rows("backend");
    assert_eq!(by_backend["ptu"]["cost"], 0.0);
    assert!((by_backend["payg"]["cost"].as_f64().unwrap() - cost).abs() < 1e-6, "{by_backend:#?}");
    let by_team = used.rows("team");
    assert_eq!(by_team.keys().collect::<Vec<_>>(), ["research", "sales"]);
    assert!((by_team["sales"]["cost"].as_f64().unwrap() - cost).abs() < 1e-6, "{by_team:#?}");
    assert_eq!(used.rows("model")["gpt-5-mini"]["unpricedTokens"], 0);
    assert_eq!(used.rows("api")["chat"]["requests"], 4);
    assert_eq!(used.rows("product")["sales"]["requests"], 3);

    let (_, found) = used.usage(&["--by", "team", "--since", "PT1H"]);
    assert_eq!(found["prices"], json!({"currency": "EUR", "asOf": "2026-11-30"}), "{found:#}");
    assert_eq!(found["provisioned"], json!({"units": 25, "costPerHour": "23.75"}), "{found:#}");
    let total: i64 = used.tokens.values().map(|(prompt, completion)| prompt + completion).sum();
    assert_eq!(found["total"]["totalTokens"], total, "{found:#}");

    // For people, and for a spreadsheet.
    let args = ["usage", &used.spec, "--subscription", SUBSCRIPTION];
    let (out, err) = texts(&used.azure.with_secret(&args).output().unwrap());
    assert!(out.starts_with("team ") && out.contains("\nsales ") && out.contains("\ntotal "), "{out}");
    assert!(err.contains("25 PTU, 23.75 EUR an hour") && err.contains("this is no bill"), "{err}");
    let csv = [&args[..], &["--by", "subscription", "--csv"]].concat();
    let (out, _) = texts(&used.azure.with_secret(&csv).output().unwrap());
    let head = "subscription,requests,throttled,refused,failed,promptTokens,completionTokens,totalTokens,cost,currency,unpricedTokens\r\n";
    assert!(out.starts_with(head) && out.contains("\r\nsales-web,2,1,0,0,"), "{out}");

    every_rendered_query_runs(&used);
    what_is_deployed_asks_the_same(&used);
    questions_that_are_refused(&used);
    quotas_and_wrong_keys_are_watched(&mut used);
    a_budget_is_watched(&mut used);
}

/// A contract spends its budget call by call: the rule at half of it fires when half is spent, the other when all is.
fn a_budget_is_watched(used: &mut Used) {
    let ptu = used.landing.sim.addresses().keys().find(|host| host.contains("-ptu-")).unwrap().clone();
    assert!(used.landing.sim.set_throttled(&ptu, Some(300)));
    let mut half_alone = 0;
    for call in 1..=60 {
        assert_eq!(used.chat("assistant-primary", "what does this cost?"), 200);
        let (prompt, completion) = used.tokens["assistant-primary"];
        let cost = (prompt as f64 * 0.25 + completion as f64 * 2.0) / 1e6;
        let fires =
            |percent: u32| !used.rows_of_rule(&format!("alert-budget-assistant-{percent}-")).is_empty();
        // Where the sum is the threshold but for rounding, either may be.
        for (percent, threshold) in [(50, 0.000_1), (100, 0.000_2)] {
            if (cost - threshold).abs() > 1e-9 {
                assert_eq!(fires(percent), cost > threshold, "{percent} percent after {call} calls: {cost}");
            }
        }
        half_alone += u32::from(fires(50) && !fires(100));
        if cost > 0.000_21 {
            assert!(half_alone > 0, "spent in one step");
            return;
        }
    }
    panic!("the budget was never spent");
}

/// A quota is used up three times, and one caller in five has no key.
fn quotas_and_wrong_keys_are_watched(used: &mut Used) {
    let refused = (0..12).filter(|_| used.chat("lab", "more") == 403).take(3).count();
    assert_eq!(refused, 3);
    let url = used.landing.server.base_url();
    for _ in 0..5 {
        let answer = post(&url, "/openai/deployments/chat/chat/completions", &[("api-key", "wrong")], "{}");
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
    for (name, expected) in [("quota-exceeded", "lab"), ("auth", "")] {
        let rows = used.rows_of_rule(&format!("alert-{name}-"));
        assert_eq!(rows.len(), 1, "{name}: {rows:#?}");
        assert!(expected.is_empty() || rows[0].as_array().unwrap().contains(&expected.into()), "{rows:#?}");
    }
}

/// The queries of the bundle, each with the rows that it has to have.
fn every_rendered_query_runs(used: &Used) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert!(used.azure.with_secret(&["render", &used.spec, "-o", path]).status().unwrap().success());
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(Path::new(path).join("queries")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|ending| ending == "kql") {
            let query = std::fs::read_to_string(&file).unwrap();
            let body = json!({"query": query, "timespan": "P1D"});
            let (status, answer) = used.query(&used.workspace(), Some(used.azure.token()), &body);
            assert_eq!(status, 200, "{}: {answer:#}", file.display());
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            found.insert(name, answer["tables"][0].clone());
        }
    }
    let rows = |name: &str| found[name]["rows"].as_array().unwrap_or_else(|| panic!("{name}")).len();
    assert_eq!(found.len(), 17, "{:?}", found.keys());
    // One request in four met a limit, none a quota, none failed.
    assert_eq!(rows("alert-throttling"), 1);
    assert_eq!((rows("alert-quota-exceeded"), rows("alert-backend-failures")), (0, 0));
    assert_eq!((rows("alert-budget-assistant-50"), rows("alert-budget-assistant-100")), (0, 0));
    assert_eq!(rows("cost-by-team-and-model"), 2);
    let row = |name: &str, column: &str| {
        let columns = found[name]["columns"].as_array().unwrap();
        let index = columns.iter().position(|it| it["name"] == column).unwrap();
        let rows = found[name]["rows"].as_array().unwrap();
        rows.iter().map(|row| row[index].as_f64().unwrap()).sum::<f64>()
    };
    assert_eq!((row("throttling", "ThrottledByGateway"), row("throttling", "ThrottledByModels")), (1.0, 0.0));
    assert_eq!((row("spillover", "Provisioned"), row("spillover", "PayAsYouGo")), (2.0, 1.0));
}

/// Workbook and rules hold the text of the bundle.
fn what_is_deployed_asks_the_same(used: &Used) {
    let state = used.azure.state();
    let books = state.of_type("Microsoft.Insights/workbooks");
    let content: Json = serde_json::from_str(books[0].text("/properties/serializedData").unwrap()).unwrap();
    let tiles = content["items"].as_array().unwrap().iter().filter(|item| item["type"] == 3);
    assert_eq!(tiles.count(), 11);
    assert!(content["fallbackResourceIds"][0].as_str().unwrap().contains("/workspaces/"), "{content:#}");
    let rules = state.of_type("Microsoft.Insights/scheduledQueryRules");
    let mut windows: Vec<&str> =
        rules.iter().map(|rule| rule.text("/properties/windowSize").unwrap()).collect();
    windows.sort_unstable();
    assert_eq!(windows, ["P1D", "P1D", "P1D", "PT15M", "PT15M", "PT1H"]);
    for rule in &rules {
        assert_eq!(rule.at("/properties/actions/actionGroups").unwrap().as_array().unwrap().len(), 2);
        let query = rule.text("/properties/criteria/allOf/0/query").unwrap();
        let body = json!({"query": query, "timespan": "P1D"});
        assert_eq!(used.query(&used.workspace(), Some(used.azure.token()), &body).0, 200);
    }
    let budgets = state.of_type("Microsoft.Consumption/budgets");
    assert_eq!(budgets[0].at("/properties/amount"), Some(&json!(2500)));
    let notifications = budgets[0].at("/properties/notifications").unwrap().as_object().unwrap();
    assert_eq!(notifications.keys().collect::<Vec<_>>(), ["actual-50", "actual-90", "actual-100"]);
}

fn questions_that_are_refused(used: &Used) {
    let token = Some(used.azure.token());
    let ask = |query: &str, timespan: &str| {
        used.query(&used.workspace(), token, &json!({"query": query, "timespan": timespan}))
    };
    let (status, answer) = ask("AppMetrics | top 3 by Sum", "P1D");
    let why = answer["error"]["innererror"]["message"].as_str().unwrap();
    assert_eq!((status, why), (400, "the operator `top` is not known here (at 13)"));
    assert_eq!(ask("AppMetrics | take 1", "a day").0, 400);
    let count = |answer: &Json| answer["tables"][0]["rows"][0][0].clone();
    let all = "ApiManagementGatewayLogs | summarize n = count()";
    assert_eq!(count(&ask(all, "P1D").1), 4);
    assert_eq!(count(&ask(all, "2020-01-01T00:00:00Z/2020-01-02T00:00:00Z").1), 0);
    let body = json!({"query": all});
    assert_eq!(used.query(&used.workspace(), None, &body).0, 401);
    assert_eq!(used.query("00000000-0000-0000-0000-00000000beef", token, &body).0, 404);
}

#[test]
fn a_metric_says_what_it_is_split_by_and_a_reader_needs_the_right_to_read() {
    let text = std::fs::read_to_string(SPEC).unwrap();
    let metric = "backend: { pool: chat-pool }\n    policies: { usage: { metric: { dimensions: [Subscription ID, API ID, \
                  { name: Deployed, value: deployment }] } } }";
    let text = text
        .replace("    llmLogs: metadata\n", "")
        // A budget wants the log of calls.
        .replace(", budget: { perDay: 0.0002, percents: [50, 100], severity: 3 }", "")
        .replace("backend: { pool: chat-pool }", metric)
        .replace("ptuPerHour: 0.95", "ptuPerHour: 1");
    let mut used = Used::deploy(&text, ArmOptions::default());
    traffic(&mut used);
    let (prompt, completion) = used.tokens["lab"];
    let lab = &used.rows("team")["research"];
    assert_eq!(
        (&lab["promptTokens"], &lab["completionTokens"]),
        (&json!(prompt), &json!(completion)),
        "{lab:#}"
    );
    // Who answered is not known of a metric: it costs what the list says.
    let cost = (prompt as f64 * 0.25 + completion as f64 * 2.0) / 1e6;
    assert!((lab["cost"].as_f64().unwrap() - cost).abs() < 1e-6, "{lab:#}");
    let total: i64 = used.tokens.values().map(|(prompt, completion)| prompt + completion).sum();
    assert_eq!(used.rows("model")["gpt-5-mini"]["totalTokens"], total);
    assert_eq!(used.rows("backend")[""]["totalTokens"], total);

    let denied = ArmOptions {
        not_actions: vec!["Microsoft.OperationalInsights/workspaces/query/read".to_owned()],
        ..ArmOptions::default()
    };
    let used = Used::deploy(&text, denied);
    let (code, found) = used.usage(&[]);
    assert_eq!(code, Some(5), "{found:#}");
    assert!(found["error"]["message"].as_str().unwrap().contains("insufficient access"), "{found:#}");
}

#[test]
fn nothing_deployed_nothing_sent_and_nothing_used_are_told_apart() {
    let azure = Azure::start();
    let args = ["usage", SPEC, "--subscription", SUBSCRIPTION, "--format", "json"];
    let (code, found) = json_of(&mut azure.with_secret(&args));
    assert_eq!(code, Some(4), "{found:#}");
    assert!(found["error"]["message"].as_str().unwrap().starts_with("there is no workspace "), "{found:#}");

    let args = ["usage", "tests/suite/render/basic/spec.yaml", "--format", "json"];
    let (code, found) = json_of(&mut azure.with_secret(&args));
    assert_eq!(code, Some(1), "{found:#}");
    assert!(found["error"]["message"].as_str().unwrap().contains("sends no logs"), "{found:#}");

    let (_, err) = texts(&azure.with_secret(&["usage", SPEC, "--since", "a week"]).output().unwrap());
    assert!(err.contains("not a duration such as P1D"), "{err}");

    let used = Used::deploy(&std::fs::read_to_string(SPEC).unwrap(), ArmOptions::default());
    let (out, _) = texts(
        &used.azure.with_secret(&["usage", &used.spec, "--subscription", SUBSCRIPTION]).output().unwrap(),
    );
    assert_eq!(out, "nothing was used in P1D\n");
}

#[test]
fn calls_are_printed_for_each_product_and_fetch_their_key_themselves() {
    let azure = Azure::start();
    let args = ["deploy", SPEC, "--subscription", SUBSCRIPTION, "--yes", "--skip-preflight"];
    let (out, err) = texts(&azure.with_secret(&args).output().unwrap());
    let fetch = format!("\"api-key: $(genai-lz keys {SPEC} --subscription {SUBSCRIPTION} sales-web)\"");
    for told in
        ["try product sales (subscription sales-web)", "try product research (subscription lab)", &fetch]
    {
        assert!(out.contains(told), "{told}\n{out}{err}");
    }
    for subscription in azure.state().of_type("Microsoft.ApiManagement/service/subscriptions") {
        let key = subscription.secret["primaryKey"].as_str().unwrap();
        assert!(!out.contains(key) && !err.contains(key));
    }
    // The command works as it is printed.
    let keys = ["keys", SPEC, "--subscription", SUBSCRIPTION, "sales-web"];
    let (key, _) = texts(&azure.with_secret(&keys).output().unwrap());
    assert_eq!(key.trim().len(), 32);

    // Through the Application Gateway, whose name nobody knows yet and whose certificate nobody trusts.
    let azure = Azure::start();
    let args = ["deploy", super::QUICKSTART, "--subscription", SUBSCRIPTION, "--yes", "--format", "json"];
    let (code, found) = json_of(&mut azure.with_secret(&args));
    assert_eq!(code, Some(0), "{found:#}");
    let calls = found["gateway"]["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3, "{calls:#?}");
    let curl = calls[0]["curl"].as_str().unwrap();
    assert!(curl.starts_with("curl -i -k --resolve apim.example.com:443:"), "{curl}");
    assert!(curl.contains(" 'https://apim.example.com/openai/deployments/"), "{curl}");
}
