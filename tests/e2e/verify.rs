//! `verify` against the gateway that a deployment to the sandbox comes to.

use genai_lz::sandbox::{ArmOptions, Landing, LandingOptions};
use serde_json::{Value as Json, json};

use super::QUICKSTART;
use super::arm::{SUBSCRIPTION, json_of, texts};
use super::azure::Azure;

const SERVICE: &str = "resourceGroups/rg-apim-lzv01-dev-westus3-abc/providers/Microsoft.ApiManagement/service/apim-lzv01-dev-westus3-abc";

fn deployed(options: ArmOptions) -> Azure {
    let azure = Azure::with(options);
    let args = ["deploy", QUICKSTART, "--subscription", SUBSCRIPTION, "--yes"];
    assert!(azure.with_secret(&args).status().unwrap().success());
    azure
}

fn landing(azure: &Azure) -> Landing {
    let Ok(landing) = azure.runtime().block_on(Landing::start(azure.state(), &LandingOptions::default()))
    else {
        panic!("no gateway");
    };
    landing
}

fn verify(azure: &Azure, url: &str, more: &[&str]) -> (Option<i32>, Json) {
    let args = ["verify", QUICKSTART, "--subscription", SUBSCRIPTION, "--gateway", url, "--format", "json"];
    json_of(&mut azure.with_secret(&[&args, more].concat()))
}

fn verdicts(found: &Json) -> Vec<&str> {
    found["checks"].as_array().unwrap().iter().map(|check| check["verdict"].as_str().unwrap()).collect()
}

#[test]
fn a_deployed_gateway_is_verified_and_its_limits_only_when_asked() {
    let azure = deployed(ArmOptions::default());
    let gateway = landing(&azure);
    let (code, found) = verify(&azure, &gateway.server.base_url(), &[]);
    assert_eq!(code, Some(0), "{found:#}");
    assert_eq!(
        (&found["passed"], &found["failed"], &found["notAsked"]),
        (&6.into(), &0.into(), &3.into()),
        "{found:#}"
    );
    assert_eq!(found["modelRequestsMax"], 4);

    let gateway = landing(&azure);
    let (code, found) = verify(&azure, &gateway.server.base_url(), &["--spend"]);
    assert_eq!(code, Some(0), "{found:#}");
    assert!(verdicts(&found).iter().all(|verdict| *verdict == "passed"), "{found:#}");

    // People read the same, and never a key.
    let key = gateway.config.subscriptions[0].primary_key.clone();
    let port = gateway.server.base_url().rsplit(':').next().unwrap().to_owned();
    let url = format!("http://localhost:{port}");
    let args = [
        "verify",
        QUICKSTART,
        "--subscription",
        SUBSCRIPTION,
        "--gateway",
        &url,
        "-v",
        "--resolve",
        "localhost:127.0.0.1",
    ];
    let output = azure.with_secret(&args).output().unwrap();
    let (out, err) = texts(&output);
    assert!(err.contains("at most 4 requests to a model, about 1100 tokens"), "{err}");
    assert!(err.contains("answers 401") && out.contains(" not asked\n"), "{out}{err}");
    assert!(!out.contains(&key) && !err.contains(&key), "{out}{err}");
}

#[test]
fn what_the_gateway_does_otherwise_fails_with_what_to_look_at() {
    let azure = deployed(ArmOptions::default());
    let put = |path: &str, body: &Json| {
        assert!(azure.send("PUT", &format!("{SERVICE}/{path}"), Some(body)).0 < 300);
    };
    let (_, mut api) = azure.send("GET", &format!("{SERVICE}/apis/azure-openai-api"), None);
    api["properties"]["subscriptionRequired"] = false.into();
    put("apis/azure-openai-api", &api);
    let (_, mut product) = azure.send("GET", &format!("{SERVICE}/products/aoai-product"), None);
    product["properties"]["state"] = "notPublished".into();
    put("products/aoai-product", &product);
    let buffered = json!({"properties": {"format": "rawxml", "value": "<policies><inbound><base/><return-response><set-status code=\"200\" reason=\"OK\"/>\
        <set-body>mine</set-body></return-response></inbound><backend><base/></backend><outbound><base/></outbound><on-error><base/></on-error></policies>"}});
    put("apis/azure-openai-api/policies/policy", &buffered);
    let gateway = landing(&azure);
    let (code, found) = verify(&azure, &gateway.server.base_url(), &[]);
    assert_eq!(code, Some(1), "{found:#}");
    assert!(
        found["checks"][0]["lookAt"].as_str().unwrap().contains("still require a subscription"),
        "{found:#}"
    );
    assert_eq!(found["failed"], 5, "{found:#}");
}

#[test]
fn a_gateway_that_is_not_reached_and_keys_that_are_not_given_are_told() {
    let azure = deployed(ArmOptions {
        not_actions: vec!["Microsoft.ApiManagement/service/subscriptions/listSecrets/action".to_owned()],
        ..ArmOptions::default()
    });
    let (code, found) = verify(&azure, "http://127.0.0.1:1", &[]);
    assert_eq!((code, &found["passed"], &found["failed"]), (Some(1), &0.into(), &1.into()), "{found:#}");
    assert!(found["checks"][0]["seen"].as_str().unwrap().starts_with("no answer: "), "{found:#}");
    assert_eq!(found["checks"][1]["seen"], "the gateway is not reached");
    assert!(found["checks"][2]["seen"].as_str().unwrap().contains("listSecrets"), "{found:#}");
    for (url, told) in [
        ("http://apim.example.com", "keys are sent without it to this machine only"),
        ("apim.example.com", "is not the URL of a gateway"),
        ("ftp://127.0.0.1", "is not the URL of a gateway"),
        ("https://user:pw@apim.example.com", "is not the URL of a gateway"),
    ] {
        let (code, found) = verify(&azure, url, &[]);
        assert_eq!(code, Some(2), "{found:#}");
        assert!(found["error"]["message"].as_str().unwrap().contains(told), "{found:#}");
    }
}
