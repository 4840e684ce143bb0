//! What a user wrote, all the way: a hostile text stands in every field that takes it, the spec is deployed to the
//! sandbox's Azure Resource Manager over HTTP, and then the deployed resources hold the text, and the gateway that they
//! make sees it as a policy's `context` shows it.

use std::sync::{Arc, OnceLock};

use genai_lz::azure::{ArmClient, ClientOptions, Credential, Endpoint};
use genai_lz::cli::EmbeddedWorld;
use genai_lz::deploy::{self, CancelFlag, ParameterValue, SecretString, StageRequest};
use genai_lz::diag::render::{Style, human};
use genai_lz::gateway::sim_host::SimHost;
use genai_lz::gateway::{Gateway, Headers, Request};
use genai_lz::render::{Bundle, Parameter, Stage, render};
use genai_lz::sandbox::{ArmOptions, ArmServer, State, gateway_config};
use genai_lz::spec::{Inputs, Loaded};
use genai_lz::text::{MemoryWorld, Source};
use genai_lz::{bicep, model, spec};
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

const SPEC: &str = r#"
apiVersion: genai-lz/v1
kind: GatewayLandingZone
metadata: { name: lzv01, environment: dev, identifier: abc, tags: { t: TAG } }
azure: { location: swedencentral }
baseline:
  apim: { publisher: { name: PUBLISHER, email: apim@contoso.com } }
models:
  - id: payg-1
    location: swedencentral
    deployments: [{ name: chat, model: gpt-5-mini, version: "2025-08-07", sku: GlobalStandard, capacity: 50 }]
pools: [{ id: main, members: [{ backend: payg-1, priority: 1 }] }]
apis: [{ id: chat, displayName: API_NAME, path: openai, backend: { pool: main } }]
products:
  - { id: team-a, displayName: PRODUCT_NAME, description: PRODUCT_TEXT, apis: [chat], subscriptions: [app-1] }
raw:
  fragments: [{ id: own, file: own.xml, description: FRAGMENT_TEXT }]
  policies: [{ of: "api:chat", file: api.xml }]
"#;

/// Where a text goes: its place in the spec, the type of the resource, and where in that it has to stand.
const FIELDS: &[(&str, &str, &str)] = &[
    ("TAG", "Microsoft.ApiManagement/service", "/tags/t"),
    ("PUBLISHER", "Microsoft.ApiManagement/service", "/properties/publisherName"),
    ("API_NAME", "Microsoft.ApiManagement/service/apis", "/properties/displayName"),
    ("PRODUCT_NAME", "Microsoft.ApiManagement/service/products", "/properties/displayName"),
    ("PRODUCT_TEXT", "Microsoft.ApiManagement/service/products", "/properties/description"),
    ("FRAGMENT_TEXT", "Microsoft.ApiManagement/service/policyFragments", "/properties/description"),
];

/// Answers with what the gateway sees, in a form that headers can carry.
const POLICY: &str = r#"<policies>
    <inbound>
        <base />
        <return-response>
            <set-header name="x-api" exists-action="override">
                <value>@(Convert.ToBase64String(Encoding.UTF8.GetBytes(context.Api.Name)))</value>
            </set-header>
            <set-header name="x-product" exists-action="override">
                <value>@(Convert.ToBase64String(Encoding.UTF8.GetBytes(context.Product.Name)))</value>
            </set-header>
        </return-response>
    </inbound>
</policies>
"#;

pub(super) fn cases() -> Vec<Trial> {
    let longest =
        [Box::leak("é".repeat(100).into_boxed_str()) as &str, "\u{202e}abc", "%s%n {0} \\u0041 &#65;"];
    let texts = super::HOSTILE.iter().copied().chain(longest);
    let trial = |(index, text): (usize, &'static str)| {
        Trial::test(format!("render::deployed::hostile_text_{index}_is_what_the_gateway_sees"), move || {
            arrives(text)
        })
    };
    texts.enumerate().map(trial).collect()
}

fn arrives(text: &str) -> Result<(), Failed> {
    let mut spec = SPEC.to_owned();
    let mut taken = Vec::new();
    for (field, kind, pointer) in FIELDS {
        let plain = FIELDS.iter().fold(SPEC.to_owned(), |spec, (other, ..)| {
            spec.replace(other, if other == field { "\u{0}" } else { "plain" })
        });
        let value = quoted(text);
        // A place that takes it is tried by itself, so that one that refuses it does not hide the others.
        let is_taken = bundle(&plain.replace('\u{0}', &value)).is_ok();
        spec = spec.replace(field, if is_taken { &value } else { "plain" });
        if is_taken {
            taken.push((*kind, *pointer, *field));
        }
    }
    let bundle = bundle(&spec).map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    let state = deployed(&bundle)?;
    for (kind, pointer, field) in &taken {
        let resources = state.of_type(kind);
        let holds = resources.iter().any(|resource| resource.text(pointer) == Some(text));
        if !holds {
            let found: Vec<_> = resources.iter().map(|resource| resource.text(pointer)).collect();
            return Err(format!("{field}: {text:?} is not what is deployed: {found:?}").into());
        }
    }
    let seen = seen_by_the_gateway(&state)?;
    for (field, seen) in ["API_NAME", "PRODUCT_NAME"].into_iter().zip(seen) {
        let is_taken = taken.iter().any(|(.., taken)| *taken == field);
        let expected = if is_taken { text } else { "plain" };
        if seen != expected {
            return Err(format!("{field}: the gateway sees {seen:?}, not {expected:?}").into());
        }
    }
    Ok(())
}

/// As a value of YAML; `${` is written so that it stays text.
fn quoted(text: &str) -> String {
    Json::from(text.replace("${", "$${")).to_string()
}

fn bundle(text: &str) -> genai_lz::diag::DiagResult<Bundle> {
    let world = MemoryWorld::default().with("own.xml", "<fragment />").with("api.xml", POLICY);
    let inputs = Inputs { env: &|_| None, world: &world, folder: "", overlays: &[], variables: &[] };
    let source = Source::new("spec.yaml", text);
    let Loaded { spec, files, .. } = spec::load(&source, "spec.yaml", &inputs)?;
    let (zone, _) = model::resolve(&spec, files.source())?;
    render(&zone)
}

/// Deploys as `deploy --sandbox` does, and returns what stands there then.
fn deployed(bundle: &Bundle) -> Result<State, Failed> {
    let requests = bundle.stages.iter().map(request).collect::<Result<Vec<_>, Failed>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let arm = ArmServer::start(ArmOptions::default()).await.map_err(|error| error.to_string())?;
        let poll_interval = std::time::Duration::from_millis(1);
        let options = ClientOptions { poll_interval, ..ClientOptions::default() };
        let credential = Credential::Static(SecretString::new(arm.token()));
        let client = ArmClient::new(&Endpoint::of(arm.base_url()), credential, options)
            .map_err(|error| error.to_string())?;
        let subscription = arm.subscription_id().to_owned();
        let (options, control) =
            (deploy::Options::default(), deploy::Control::cancelled_by(&CancelFlag::default()));
        deploy::apply(&client, &subscription, &requests, &options, &mut drop, &control)
            .await
            .map_err(|failure| format!("{failure:?}"))?;
        Ok(arm.state().clone())
    })
}

fn request(stage: &Stage) -> Result<StageRequest, Failed> {
    let parameter = |(name, parameter): (&String, &Parameter)| -> Result<_, Failed> {
        let value = match parameter {
            Parameter::Value(value) => ParameterValue::Value(value.clone()),
            Parameter::Output { stage, output } => {
                ParameterValue::Output { stage: stage.clone(), output: output.clone() }
            }
            Parameter::Secret(_) => {
                return Err(format!("`{name}` is a secret, and this spec has none").into());
            }
        };
        Ok((name.clone(), value))
    };
    Ok(StageRequest {
        name: stage.name.clone(),
        deployment_name: stage.deployment_name.clone(),
        location: stage.location.clone(),
        template: template(stage)?,
        parameters: stage.parameters.iter().map(parameter).collect::<Result<_, _>>()?,
        renew_after: None,
    })
}

/// The compiled template of a stage; both are the same for every text.
fn template(stage: &Stage) -> Result<Json, Failed> {
    static TEMPLATES: [OnceLock<Json>; 2] = [OnceLock::new(), OnceLock::new()];
    let compiled = &TEMPLATES[usize::from(stage.name == "genai")];
    if compiled.get().is_none() {
        let template = bicep::compile(&EmbeddedWorld, &stage.template)
            .map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?
            .template;
        // Whoever comes second has compiled the same.
        let _second = compiled.set(template);
    }
    Ok(compiled.get().cloned().unwrap_or_default())
}

/// The names of the API and of the product, as a policy reads them.
fn seen_by_the_gateway(state: &State) -> Result<[String; 2], Failed> {
    let service = gateway_config::services(state).into_iter().next().ok_or("no service is deployed")?;
    let config = gateway_config::from_resources(state, &service)
        .map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    let key = config.subscriptions.first().ok_or("no subscription is deployed")?.primary_key.clone();
    let (gateway, _) =
        Gateway::build(config).map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    let mut headers = Headers::default();
    headers.set("api-key", &key);
    let request = Request {
        method: "POST".to_owned(),
        url: "https://apim.example.com/openai/deployments/chat/chat/completions?api-version=2024-10-21"
            .to_owned(),
        headers,
        body: b"{}".to_vec(),
        client_ip: "10.0.0.1".to_owned(),
        client_certificate: None,
    };
    let response = Arc::new(gateway).handle(request, Arc::new(SimHost::new(1))).response;
    let header = |name: &str| -> Result<String, Failed> {
        use base64::Engine as _;
        let value =
            response.headers.get(name).ok_or_else(|| format!("{} without `{name}`", response.status))?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(value)?;
        Ok(String::from_utf8(bytes)?)
    };
    Ok([header("x-api")?, header("x-product")?])
}
