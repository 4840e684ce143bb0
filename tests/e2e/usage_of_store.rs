//! `usage --from store`: records that the gateway of the sandbox sent to the event hub, asked of the cluster that keeps them.

use std::collections::BTreeMap;

use genai_lz::sandbox::ArmOptions;
use serde_json::{Value as Json, json};

use super::arm::{SUBSCRIPTION, texts};
use super::usage::Used;

const SPEC: &str = "tests/suite/render/stored/spec.yaml";

fn rows(used: &Used, by: &str) -> BTreeMap<String, (i64, i64)> {
    let (code, found) = used.usage(&["--from", "store", "--by", by]);
    assert_eq!(code, Some(0), "{found:#}");
    let whole = |row: &Json, name: &str| row[name].as_i64().unwrap();
    let rows = found["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        (row[by].as_str().unwrap().to_owned(), (whole(row, "requests"), whole(row, "totalTokens")))
    })
    .collect()
}

#[test]
fn the_store_keeps_what_the_gateway_recorded() {
    let mut used = Used::deploy(&std::fs::read_to_string(SPEC).unwrap(), ArmOptions::default());
    let (out, _) = texts(
        &used
            .azure
            .with_secret(&["usage", &used.spec, "--subscription", SUBSCRIPTION, "--from", "store"])
            .output()
            .unwrap(),
    );
    assert_eq!(out, "nothing was recorded in P1D\n");

    assert_eq!(used.chat("sales-web", "hello there"), 200);
    assert_eq!(used.chat("sales-mail", "and now from another one"), 200);
    assert_eq!(used.chat("lab", "what is a token?"), 200);
    let tokens = |subscription: &str| {
        let (prompt, completion) = used.tokens[subscription];
        prompt + completion
    };
    let all: i64 = ["sales-web", "sales-mail", "lab"].into_iter().map(tokens).sum();

    let by_subscription = rows(&used, "subscription");
    for subscription in ["sales-web", "sales-mail", "lab"] {
        assert_eq!(by_subscription[subscription], (1, tokens(subscription)), "{by_subscription:#?}");
    }
    let of_sales = tokens("sales-web") + tokens("sales-mail");
    assert_eq!(rows(&used, "team"), rows(&used, "product"));
    assert_eq!(rows(&used, "team")["sales"], (2, of_sales));
    assert_eq!(rows(&used, "model")["gpt-5-mini"], (3, all));
    assert_eq!(rows(&used, "api")["chat"], (3, all));

    // Every query of the bundle runs at the cluster.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert!(used.azure.with_secret(&["render", &used.spec, "-o", path]).status().unwrap().success());
    let uri =
        used.azure.state().of_type("Microsoft.Kusto/clusters")[0].text("/properties/uri").unwrap().to_owned();
    let ask = |token: Option<&str>, body: &Json| {
        used.azure.ask("POST", &format!("{uri}/v1/rest/query"), token, Some(body))
    };
    let token = Some(used.azure.token());
    let mut queries = Vec::new();
    for file in std::fs::read_dir(folder.path().join("queries")).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if name.starts_with("store-") {
            let query = std::fs::read_to_string(&file).unwrap();
            let (status, answer) = ask(token, &json!({"db": "usage", "csl": query}));
            assert_eq!(status, 200, "{name}: {answer:#}");
            assert!(!answer["Tables"][0]["Rows"].as_array().unwrap().is_empty(), "{name}: {answer:#}");
            queries.push(name);
        }
    }
    queries.sort();
    assert_eq!(
        queries,
        [
            "store-tokens-over-time",
            "store-usage-by-api",
            "store-usage-by-model",
            "store-usage-by-product",
            "store-usage-by-subscription",
            "store-usage-by-team",
        ]
    );
    let asks = |db: &str, csl: &str| ask(token, &json!({"db": db, "csl": csl})).0;
    assert_eq!(asks("usage", "Usage | summarize n = count()"), 200);
    assert_eq!(asks("other", "Usage | summarize n = count()"), 400);
    assert_eq!(asks("usage", "Usage | top 3 by TotalTokens"), 400);
    assert_eq!(ask(None, &json!({"db": "usage", "csl": "Usage"})).0, 401);

    // For people, and for a spreadsheet.
    let args =
        ["usage", &used.spec, "--subscription", SUBSCRIPTION, "--from", "store", "--by", "subscription"];
    let (out, err) = texts(&used.azure.with_secret(&args).output().unwrap());
    assert!(out.starts_with("subscription ") && out.contains("\ntotal "), "{out}");
    assert!(err.contains("an estimate for streams"), "{err}");
    let (out, _) = texts(&used.azure.with_secret(&[&args[..], &["--csv"]].concat()).output().unwrap());
    assert!(out.starts_with("subscription,requests,totalTokens\r\n"), "{out}");
    assert!(out.contains(&format!("\r\nlab,1,{}\r\n", tokens("lab"))), "{out}");

    // What runs is what was deployed, though nobody gives the commands of the table back.
    let drift = ["drift", &used.spec, "--subscription", SUBSCRIPTION, "--format", "json"];
    let output = used.azure.with_secret(&drift).output().unwrap();
    assert!(output.status.success(), "{}", texts(&output).0);
}

#[test]
fn what_a_record_does_not_say_is_refused() {
    let text = std::fs::read_to_string(SPEC).unwrap();
    let refused = |text: &str, by: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spec.yaml");
        std::fs::write(&file, text).unwrap();
        let azure = super::azure::Azure::start();
        let args =
            ["usage", file.to_str().unwrap(), "--subscription", SUBSCRIPTION, "--from", "store", "--by", by];
        let output = azure.with_secret(&args).output().unwrap();
        (output.status.code(), texts(&output).1)
    };
    let (code, err) = refused(&text, "backend");
    assert!(code == Some(1) && err.contains("does not say which backend answered"), "{err}");
    let (code, err) = refused(&text.replace("ApiId, ", ""), "api");
    assert!(code == Some(1) && err.contains("no API records `ApiId`"), "{err}");
    let (code, err) = refused(&text, "team");
    assert!(code == Some(4) && err.contains("there is no cluster "), "{err}");
    let without = text.replace("    store:\n", "    partitions: 2\n");
    let from = without.find("      sku: Standard_E4ads_v5").unwrap();
    let to = without.find("models:\n").unwrap();
    let (code, err) = refused(&format!("{}{}", &without[..from], &without[to..]), "team");
    assert!(code == Some(1) && err.contains("no store keeps"), "{err}");
}
