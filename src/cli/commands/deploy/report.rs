//! What was deployed and what to try next: the data of `deploy`, on stdout.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value as Json;

use crate::cli::commands::deploy::calls::{self, KeyFrom, PrintedCall};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::deploy::{Outcome, Way};
use crate::diag::Diagnostic;
use crate::diag::render::json;
use crate::model::LandingZone;
use crate::sandbox::Proof;
use crate::spec::Surface;
use crate::text::plural;

/// The summary of a deployment. Field names are a public format.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    target: &'static str,
    correlation_id: String,
    resource_groups: Vec<String>,
    stages: Vec<Stage>,
    /// The stage that is being deployed, where nobody waits for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    under_way: Option<UnderWayView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<Gateway>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proofs: Vec<ProofView>,
    /// The warnings of the spec, its templates and the gateway that was deployed.
    diagnostics: Json,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    name: String,
    deployment_id: String,
    n_resources: usize,
    /// `sent`, `followed`, `unchanged`.
    way: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnderWayView {
    stage: String,
    deployment_id: String,
    way: &'static str,
    /// The stages that wait for it.
    left: Vec<String>,
}

/// Where the gateway answers. Keys are here for the sandbox only: they are made at random for this run and open
/// nothing but a port on this machine.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli::commands) struct Gateway {
    pub(in crate::cli::commands) url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli::commands) subscriptions: Vec<Subscription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli::commands) example: Option<Example>,
    /// A call for each product.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::cli::commands) calls: Vec<PrintedCall>,
    /// `outputs.print` of the spec: which ways to call it are shown to people, `curl` and `sdk`.
    #[serde(skip)]
    pub(in crate::cli::commands) shown: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli::commands) struct Subscription {
    pub(in crate::cli::commands) name: String,
    pub(in crate::cli::commands) key: String,
}

/// One request that works.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli::commands) struct Example {
    pub(in crate::cli::commands) path: String,
    pub(in crate::cli::commands) key_header: String,
    /// The API's path below the gateway's URL; OpenAI SDKs add `/deployments/…` or their own.
    pub(in crate::cli::commands) api_path: String,
    pub(in crate::cli::commands) model_deployment: String,
    pub(in crate::cli::commands) api_version: String,
    /// A body that is answered.
    #[serde(skip)]
    pub(in crate::cli::commands) body: serde_json::Value,
    #[serde(skip)]
    pub(in crate::cli::commands) surface: Surface,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProofView {
    title: String,
    verdict: &'static str,
    seen: String,
}

impl Report {
    /// What Azure has now. Subscription keys stay in API Management.
    pub(super) fn of_azure(
        outcome: &Outcome,
        zone: &LandingZone,
        key: &KeyFrom<'_>,
        warnings: &[Diagnostic],
    ) -> Self {
        let output =
            |name: &str| outcome.stages.iter().rev().find_map(|stage| stage.outputs.get(name)?.as_str());
        let gateway = output("apimGatewayUrl").map(|url| {
            let (door, options) = calls::front_door(zone, url, output("appGatewayPublicIp"));
            Gateway {
                url: url.to_owned(),
                subscriptions: Vec::new(),
                example: None,
                calls: calls::of_products(zone, &door, &options, key),
                shown: zone.printed_examples.clone(),
            }
        });
        Self::new("azure", outcome, gateway, &[], warnings)
    }

    pub(super) fn of_sandbox(
        outcome: &Outcome,
        gateway: Gateway,
        proofs: &[Proof],
        warnings: &[Diagnostic],
    ) -> Self {
        Self::new("sandbox", outcome, Some(gateway), proofs, warnings)
    }

    fn new(
        target: &'static str,
        outcome: &Outcome,
        gateway: Option<Gateway>,
        proofs: &[Proof],
        warnings: &[Diagnostic],
    ) -> Self {
        let resources = outcome.stages.iter().flat_map(|stage| &stage.deployed);
        Self {
            target,
            correlation_id: outcome.correlation_id.clone(),
            resource_groups: resources
                .filter(|resource| {
                    resource.resource_type.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups")
                })
                .map(|resource| resource.name.clone())
                .collect(),
            stages: outcome
                .stages
                .iter()
                .map(|stage| Stage {
                    name: stage.stage.clone(),
                    deployment_id: stage.deployment_id.clone(),
                    way: stage.way.name(),
                    n_resources: stage.deployed.iter().filter(|resource| !resource.is_deployment()).count(),
                })
                .collect(),
            under_way: outcome.under_way.as_ref().map(|under_way| UnderWayView {
                stage: under_way.stage.clone(),
                deployment_id: under_way.deployment_id.clone(),
                way: under_way.way.name(),
                left: under_way.left.clone(),
            }),
            gateway,
            proofs: proofs
                .iter()
                .map(|proof| ProofView {
                    title: proof.title.clone(),
                    verdict: proof.verdict.name(),
                    seen: proof.seen.clone(),
                })
                .collect(),
            diagnostics: json(warnings),
        }
    }

    /// The fields of the JSON document.
    pub(super) fn json(&self) -> Json {
        serde_json::to_value(self).expect("strings, numbers and string keys always serialize")
    }

    pub(super) fn print(&self, ui: &Ui) -> Result<(), CommandError> {
        if ui.is_json() { ui.document(Exit::Ok, self.json()) } else { ui.data(&self.human()) }
    }

    fn human(&self) -> String {
        let mut text = String::from(if self.under_way.is_some() { "\nunder way\n" } else { "\ndeployed\n" });
        for stage in &self.stages {
            let unchanged = if stage.way == Way::Unchanged.name() { ", unchanged" } else { "" };
            let _ = writeln!(
                text,
                "  stage {:9} {}{unchanged}",
                stage.name,
                plural(stage.n_resources, "resource")
            );
        }
        if let Some(UnderWayView { stage, left, .. }) = &self.under_way {
            let _ =
                writeln!(text, "  stage {stage:9} is being deployed; see with `genai-lz status` how it goes");
            for stage in left {
                let _ =
                    writeln!(text, "  stage {stage:9} waits for it: run the same command again after that");
            }
            return text;
        }
        let _ = writeln!(text, "  resource groups: {}", self.resource_groups.join(", "));
        if let Some(gateway) = &self.gateway {
            let _ = writeln!(text, "  gateway: {}", gateway.url);
            match (&gateway.example, gateway.subscriptions.first()) {
                (Some(example), Some(subscription)) => text.push_str(&try_it(gateway, example, subscription)),
                _ => {
                    text.push_str(
                        "  subscription keys stay in API Management: fetch one with `genai-lz keys SPEC ID`\n",
                    );
                    if gateway.shows("curl") {
                        gateway.calls.iter().for_each(|call| text.push_str(&try_call(call)));
                    }
                }
            }
        }
        text
    }
}

/// Lines to copy, in the ways that the spec asks for.
pub(in crate::cli::commands) fn try_it(
    gateway: &Gateway,
    example: &Example,
    subscription: &Subscription,
) -> String {
    let mut text = format!("\ntry it (subscription {})\n", subscription.name);
    // The first product is the one of the lines above.
    let others = gateway.calls.iter().filter(|call| call.subscription != subscription.name);
    for way in &gateway.shown {
        match way.as_str() {
            "curl" => text.push_str(&curl(&gateway.url, example, &subscription.key)),
            "sdk" => text.push_str(&sdk(&gateway.url, example, &subscription.key)),
            _ => {}
        }
    }
    if gateway.shows("curl") {
        others.for_each(|call| text.push_str(&try_call(call)));
    }
    text
}

impl Gateway {
    fn shows(&self, way: &str) -> bool {
        self.shown.iter().any(|shown| shown == way)
    }
}

fn try_call(call: &PrintedCall) -> String {
    format!("\ntry product {} (subscription {})\n  {}\n", call.product, call.subscription, call.curl)
}

fn curl(url: &str, example: &Example, key: &str) -> String {
    let Example { path, key_header, body, .. } = example;
    format!(
        r#"  curl -i '{url}{path}' \
    -H '{key_header}: {key}' -H 'Content-Type: application/json' \
    -d '{body}'
"#
    )
}

/// Lines for the SDK of the API's surface; none where there is no such SDK that takes another address.
fn sdk(url: &str, example: &Example, key: &str) -> String {
    let Example { key_header, api_path, model_deployment: model, api_version, surface, .. } = example;
    // The SDK sends its key in the header `api-key`; any other header has to be named.
    let named_key = if key_header.eq_ignore_ascii_case("api-key") && *surface == Surface::AzureOpenai {
        format!("api_key=\"{key}\"")
    } else {
        format!("api_key=\"-\", default_headers={{\"{key_header}\": \"{key}\"}}")
    };
    let messages = r#"messages=[{"role": "user", "content": "hello"}]"#;
    let call = if example.body.get("input").is_some() {
        format!(r#"client.embeddings.create(model="{model}", input="hello")"#)
    } else {
        format!(r#"client.chat.completions.create(model="{model}", {messages})"#)
    };
    match surface {
        Surface::AzureOpenai => format!(
            r#"
  from openai import AzureOpenAI
  client = AzureOpenAI(base_url="{url}/{api_path}/deployments/{model}", api_version="{api_version}",
                       {named_key})
  {call}
"#
        ),
        Surface::OpenaiV1 => format!(
            r#"
  from openai import OpenAI
  client = OpenAI(base_url="{url}/{api_path}", {named_key})
  {call}
"#
        ),
        Surface::AnthropicMessages => format!(
            r#"
  from anthropic import Anthropic
  client = Anthropic(base_url="{url}/{api_path}", api_key="{key}")
  client.messages.create(model="{model}", max_tokens=50, {messages})
"#
        ),
        Surface::Gemini | Surface::Bedrock | Surface::Rest | Surface::Realtime | Surface::Mcp => {
            String::new()
        }
    }
}
