//! The client, the stages and the ARM server of the sandbox, working against each other over HTTP.

mod again;
mod removing;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::azure::{ArmClient, ClientOptions, Credential, Endpoint, ErrorKind, RetryPolicy, Scope};
use crate::sandbox::{ArmFault, ArmOptions, ArmServer, Faults, Resource, ResourceId};

const QUICK: RetryPolicy = RetryPolicy {
    tries_max: 6,
    delay: Duration::from_millis(2),
    delay_max: Duration::from_millis(10),
    patience: Duration::ZERO,
};

fn client_with(server: &ArmServer, token: &str, options: ClientOptions) -> ArmClient {
    let credential = Credential::Static(SecretString::new(token));
    ArmClient::new(&Endpoint::of(server.base_url()), credential, options).unwrap()
}

fn client(server: &ArmServer) -> ArmClient {
    client_with(server, server.token(), ClientOptions { retry: QUICK, ..ClientOptions::default() })
}

/// A resource group, and a module in it that makes an identity; as the Bicep compiler writes it.
fn template() -> Json {
    let identity = "Microsoft.ManagedIdentity/userAssignedIdentities";
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "location": {"type": "string"},
            "group": {"type": "string"},
            "pfx": {"type": "securestring", "defaultValue": ""}
        },
        "resources": [
            {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-11-01",
             "name": "[parameters('group')]", "location": "[parameters('location')]"},
            {"type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "identity",
             "resourceGroup": "[parameters('group')]",
             "properties": {
                "expressionEvaluationOptions": {"scope": "inner"}, "mode": "Incremental",
                "parameters": {"location": {"value": "[parameters('location')]"}, "pfx": {"value": "[parameters('pfx')]"}},
                "template": {
                    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                    "contentVersion": "1.0.0.0",
                    "parameters": {"location": {"type": "string"}, "pfx": {"type": "securestring"}},
                    "resources": [
                        {"type": identity, "apiVersion": "2024-11-30", "name": "id-apim", "location": "[parameters('location')]"},
                        {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2025-05-01", "name": "kv", "location": "[parameters('location')]",
                         "properties": {"sku": {"family": "A", "name": "standard"}}},
                        {"type": "Microsoft.KeyVault/vaults/secrets", "apiVersion": "2025-05-01", "name": "kv/certificate",
                         "properties": {"value": "[parameters('pfx')]", "contentType": "application/x-pkcs12"},
                         "dependsOn": ["[resourceId('Microsoft.KeyVault/vaults', 'kv')]"]}
                    ],
                    "outputs": {"principalId": {"type": "string", "value":
                        format!("[reference(resourceId('{identity}', 'id-apim'), '2024-11-30').principalId]")}}
                }
             },
             "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', parameters('group'))]"]}
        ],
        "outputs": {"principalId": {"type": "string", "value":
            "[reference(extensionResourceId(format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, parameters('group')), 'Microsoft.Resources/deployments', 'identity'), '2025-04-01').outputs.principalId.value]"}}
    })
}

/// Made anew on each run, and the same all the same.
fn secret(value: &str) -> Secret {
    Secret { value: SecretString::new(value), identity: "a certificate".to_owned() }
}

fn stage(name: &str, extra: &[(&str, ParameterValue)]) -> StageRequest {
    let value = |text: &str| ParameterValue::Value(json!(text));
    let mut parameters = IndexMap::from([
        ("location".to_owned(), value("westeurope")),
        ("group".to_owned(), value("rg-one")),
        ("pfx".to_owned(), ParameterValue::Secret(secret("c2VjcmV0"))),
    ]);
    parameters.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    StageRequest {
        name: name.to_owned(),
        deployment_name: format!("genai-lz-{name}"),
        location: "westeurope".to_owned(),
        template: template(),
        parameters,
        renew_after: None,
    }
}

async fn run(server: &ArmServer, stages: &[StageRequest]) -> (Result<Outcome, Failure>, Vec<Event>) {
    let mut events = Vec::new();
    let subscription_id = server.subscription_id();
    let result = apply(
        &client(server),
        subscription_id,
        stages,
        &Options::default(),
        &mut |event| events.push(event),
        &Control::default(),
    )
    .await;
    (result, events)
}

/// How many deployments of that name were begun.
fn puts(server: &ArmServer, name: &str) -> usize {
    let is_put = |line: &&String| {
        line.starts_with("PUT ")
            && (line.ends_with(&format!("/{name} 201")) || line.ends_with(&format!("/{name} 200")))
    };
    server.journal().iter().filter(is_put).count()
}

#[tokio::test]
async fn a_template_with_a_module_is_deployed_and_every_step_told_once() {
    let options = ArmOptions { resource_delay: Duration::from_millis(30), ..ArmOptions::default() };
    let server = ArmServer::start(options).await.unwrap();
    let (result, events) = run(&server, &[stage("baseline", &[])]).await;
    let outcome = result.unwrap();
    let principal = outcome.output("baseline", "PRINCIPALID").and_then(Json::as_str).unwrap();
    assert!(uuid::Uuid::try_parse(principal).is_ok(), "{principal}");

    let mut started = BTreeSet::new();
    let mut ended = BTreeSet::new();
    for event in &events {
        match event {
            Event::ResourceStarted { resource, .. } => {
                assert!(started.insert(resource.id.clone()), "{event:?}");
            }
            Event::ResourceSucceeded { resource, .. } => {
                assert!(started.contains(&resource.id) && ended.insert(resource.id.clone()), "{event:?}");
            }
            Event::StageStarted { .. } => assert!(started.is_empty()),
            Event::StageSucceeded { n_resources, .. } => assert_eq!(*n_resources, 4),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((started.len(), &started), (5, &ended));
    let place = |wanted: &str, is_start: bool| {
        let is_it = |event: &Event| match event {
            Event::ResourceStarted { resource, .. } => is_start && resource.name == wanted,
            Event::ResourceSucceeded { resource, .. } => !is_start && resource.name == wanted,
            _ => false,
        };
        events.iter().position(is_it).unwrap()
    };
    assert!(place("identity", true) < place("kv", true), "a module begins before what is inside it");
    assert!(place("kv/certificate", false) < place("identity", false), "and ends after it");
    let names = outcome.stages[0].deployed.iter().map(|resource| (resource.name.as_str(), resource.depth));
    let names: BTreeSet<_> = names.collect();
    assert_eq!(names, BTreeSet::from([("rg-one", 0), ("id-apim", 1), ("kv", 1), ("kv/certificate", 1)]));

    let groups = client(&server).list_resource_groups(server.subscription_id()).await.unwrap();
    assert_eq!((groups.len(), groups[0].name.as_str()), (1, "rg-one"));
}

#[tokio::test]
async fn outputs_of_one_stage_feed_the_next_and_a_second_run_changes_nothing() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let output =
        |output: &str| ParameterValue::Output { stage: "baseline".to_owned(), output: output.to_owned() };
    let stages = [stage("baseline", &[]), stage("genai", &[("group", output("principalId"))])];
    let (first, _) = run(&server, &stages).await;
    let principal = first.unwrap().output("baseline", "principalId").unwrap().as_str().unwrap().to_owned();
    let groups = client(&server).list_resource_groups(server.subscription_id()).await.unwrap();
    assert_eq!(groups[1].name, principal);
    let (second, _) = run(&server, &stages).await;
    assert_eq!(second.unwrap().output("baseline", "principalId").unwrap(), &json!(principal));
}

#[tokio::test]
async fn a_missing_output_is_found_before_anything_of_the_stage_is_sent() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let output = ParameterValue::Output { stage: "baseline".to_owned(), output: "nope".to_owned() };
    let (result, _) = run(&server, &[stage("baseline", &[]), stage("genai", &[("group", output)])]).await;
    let failure = result.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "stage `genai` needs output `nope` of stage `baseline` for parameter `group`, and there is none"
    );
    assert_eq!((failure.done.len(), failure.deployment_id.as_str()), (1, ""));
}

#[tokio::test]
async fn a_failed_resource_is_named_with_its_cause_and_what_is_there_now() {
    let soft_deleted = ArmFault::new(409, "Conflict", "outer").with_details(vec![ArmFault::new(
        409,
        "FlagMustBeSetForRestore",
        "a vault of that name is soft-deleted",
    )]);
    let faults = Faults { failing: vec![("kv".to_owned(), soft_deleted)], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let (result, events) = run(&server, &[stage("baseline", &[]), stage("genai", &[])]).await;
    let failure = result.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "stage `baseline` failed: Microsoft.KeyVault/vaults `kv`: \
         FlagMustBeSetForRestore: a vault of that name is soft-deleted"
    );
    assert_eq!(failure.failed.len(), 1, "{:?}", failure.failed);
    let names: BTreeSet<_> = failure.deployed.iter().map(|resource| resource.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["rg-one", "id-apim"]));
    assert!(failure.hints[0].contains("purge"), "{:?}", failure.hints);
    assert!(matches!(&failure.kind, FailureKind::Failed(error) if error.code == "DeploymentFailed"));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::ResourceFailed { resource, .. } if resource.name == "kv"))
    );
    assert!(!events.iter().any(|event| matches!(event, Event::StageSucceeded { .. })));

    server.set_faults(Faults::default());
    let (again, _) = run(&server, &[stage("baseline", &[])]).await;
    assert_eq!(again.unwrap().stages.len(), 1);
}

#[tokio::test]
async fn a_template_that_arm_refuses_is_reported_with_its_error() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let mut wrong = stage("baseline", &[]);
    wrong.parameters.shift_remove("group");
    let (result, events) = run(&server, &[wrong]).await;
    let failure = result.unwrap_err();
    let FailureKind::Refused(error) = &failure.kind else { panic!("{failure:?}") };
    assert_eq!((error.kind, error.status, error.code()), (ErrorKind::Refused, Some(400), "InvalidTemplate"));
    assert!(error.arm.as_ref().unwrap().deepest().message.contains("`group`"), "{error:?}");
    assert!(
        error.request_id.is_some()
            && error.correlation_id.as_deref() == Some(failure.correlation_id.as_str())
    );
    assert_eq!(events, []);
}

#[tokio::test]
async fn cancelling_stops_the_deployment_in_arm_and_says_so() {
    let faults = Faults { slow: vec![("kv".to_owned(), Duration::from_secs(60))], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let (client, cancel) = (client(&server), Control::default());
    let flag = cancel.clone();
    let mut told = Vec::new();
    let mut events = |event: Event| {
        if matches!(&event, Event::ResourceStarted { resource, .. } if resource.name == "kv") {
            flag.ask(Wish::Cancel);
        }
        told.push(event);
    };
    let stages = [stage("baseline", &[])];
    let options = Options::default();
    let run = apply(&client, server.subscription_id(), &stages, &options, &mut events, &cancel);
    let failure = tokio::time::timeout(Duration::from_secs(30), run).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Canceled { state: "Canceled".to_owned() });
    assert!(told.contains(&Event::CancelRequested { stage: "baseline".to_owned() }));
    let scope = Scope::Subscription { subscription_id: server.subscription_id().to_owned() };
    let state = client.get_deployment(&scope, "genai-lz-baseline").await.unwrap().state;
    assert_eq!(state.to_string(), "Canceled");
    let late = client.cancel_deployment(&scope, "genai-lz-baseline").await.unwrap_err();
    assert_eq!(late.code(), "DeploymentCannotBeCancelled");
}

#[tokio::test]
async fn a_running_deployment_of_the_same_name_is_not_disturbed() {
    let faults = Faults { slow: vec![("rg-one".to_owned(), Duration::from_secs(60))], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let (client, scope) =
        (client(&server), Scope::Subscription { subscription_id: server.subscription_id().to_owned() });
    let request = crate::azure::DeploymentRequest {
        location: Some("westeurope".to_owned()),
        tags: IndexMap::new(),
        template: template(),
        parameters: ["location", "group"]
            .map(|name| (name.to_owned(), crate::azure::Argument::Plain(json!("rg-one"))))
            .into_iter()
            .collect(),
    };
    client.validate_deployment(&scope, "genai-lz-baseline", &request).await.unwrap();
    client.put_deployment(&scope, "genai-lz-baseline", &request).await.unwrap();
    let (result, _) = run(&server, &[stage("baseline", &[])]).await;
    let failure = result.unwrap_err();
    assert!(matches!(&failure.kind, FailureKind::Busy { state, .. } if state == "Running"), "{failure:?}");
    assert!(failure.hints[0].contains("--on-busy wait"), "{:?}", failure.hints);
    assert!(failure.hints.iter().any(|hint| hint.contains(codes::UNDER_WAY.id)), "{:?}", failure.hints);
    assert_eq!(puts(&server, "genai-lz-baseline"), 1);
}

#[tokio::test]
async fn a_deployment_that_somebody_else_cancels_has_failed() {
    let faults = Faults { slow: vec![("kv".to_owned(), Duration::from_secs(60))], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let (other, cancel) = (client(&server), tokio::sync::Notify::new());
    let scope = Scope::Subscription { subscription_id: server.subscription_id().to_owned() };
    let mut events = |event: Event| {
        if matches!(&event, Event::ResourceStarted { resource, .. } if resource.name == "kv") {
            cancel.notify_one();
        }
    };
    let (client, stages, never) = (client(&server), [stage("baseline", &[])], Control::default());
    let portal = async {
        cancel.notified().await;
        other.cancel_deployment(&scope, "genai-lz-baseline").await.unwrap();
    };
    let options = Options::default();
    let (result, ()) = tokio::join!(
        apply(&client, server.subscription_id(), &stages, &options, &mut events, &never),
        portal
    );
    let failure = result.unwrap_err();
    assert!(!failure.is_canceled());
    assert_eq!(failure.to_string(), "stage `baseline` was cancelled from outside of this run");
}

#[tokio::test]
async fn throttling_and_broken_connections_are_sat_out() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let notices = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&notices);
    let options = ClientOptions {
        retry: QUICK,
        on_retry: Some(Arc::new(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        })),
        ..ClientOptions::default()
    };
    let client = client_with(&server, server.token(), options);
    server.set_faults(Faults { throttle: 3, throttle_retry_after_s: Some(0), drop: 2, ..Faults::default() });
    let stages = [stage("baseline", &[])];
    apply(&client, server.subscription_id(), &stages, &Options::default(), &mut drop, &Control::default())
        .await
        .unwrap();
    assert_eq!(notices.load(Ordering::SeqCst), 5);

    // Without an end, the tries run out and the error says how many there were.
    server.set_faults(Faults { throttle: u32::MAX, ..Faults::default() });
    let failure = apply(
        &client,
        server.subscription_id(),
        &stages,
        &Options::default(),
        &mut drop,
        &Control::default(),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(&failure.kind, FailureKind::Refused(error) if error.status == Some(429) && error.tries == 6)
    );
}

#[tokio::test]
async fn losing_sight_of_a_running_deployment_is_not_called_its_failure() {
    let faults = Faults { after: 3, throttle: u32::MAX, ..Faults::default() };
    let server = ArmServer::start(ArmOptions {
        faults,
        resource_delay: Duration::from_secs(1),
        ..ArmOptions::default()
    });
    let (result, _) = run(&server.await.unwrap(), &[stage("baseline", &[])]).await;
    let failure = result.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::Lost(_)), "{failure:?}");
    assert!(failure.hints.iter().any(|hint| hint.starts_with("run the same command again")));
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_a_sign_in_problem() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let client = client_with(&server, "another", ClientOptions::default());
    let stages = [stage("baseline", &[])];
    let failure = apply(
        &client,
        server.subscription_id(),
        &stages,
        &Options::default(),
        &mut drop,
        &Control::default(),
    )
    .await
    .unwrap_err();
    assert!(matches!(&failure.kind, FailureKind::Refused(error) if error.kind == ErrorKind::NotSignedIn));
    assert!(failure.hints[0].contains("az login"), "{:?}", failure.hints);
}

#[tokio::test]
async fn a_secret_is_deployed_and_shown_nowhere() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let stages = [stage("baseline", &[])];
    let (result, events) = run(&server, &stages).await;
    let id = format!(
        "/subscriptions/{}/resourceGroups/rg-one/providers/Microsoft.KeyVault/vaults/kv/secrets/certificate",
        server.subscription_id()
    );
    let secret = client(&server).get_resource(&id, "2025-05-01").await.unwrap();
    let stored = server.state().get(&ResourceId::parse(&id).unwrap()).unwrap();
    assert_eq!(stored.secret["value"], "c2VjcmV0");
    let deployment = format!(
        "/subscriptions/{}/providers/Microsoft.Resources/deployments/genai-lz-baseline",
        server.subscription_id()
    );
    let deployment = client(&server).get_resource(&deployment, "2025-04-01").await.unwrap();
    assert_eq!(deployment["properties"]["parameters"]["pfx"], json!({"type": "SecureString"}));
    let shown = format!(
        "{stages:?} {result:?} {events:?} {secret} {deployment} {stored:?} {server:?} {:?}",
        client(&server)
    );
    assert!(!shown.contains("c2VjcmV0") && !shown.contains(server.token()));
}

#[tokio::test]
async fn a_deployment_without_end_is_not_watched_for_ever() {
    let faults = Faults { slow: vec![("kv".to_owned(), Duration::from_secs(60))], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let options = ClientOptions {
        retry: QUICK,
        deployment_timeout: Duration::from_millis(200),
        ..ClientOptions::default()
    };
    let client = client_with(&server, server.token(), options);
    let (stages, never) = ([stage("baseline", &[])], Control::default());
    let failure = apply(&client, server.subscription_id(), &stages, &Options::default(), &mut drop, &never)
        .await
        .unwrap_err();
    assert!(
        matches!(&failure.kind, FailureKind::Lost(error) if error.kind == ErrorKind::TimedOut),
        "{failure}"
    );
    assert!(failure.hints[0].contains("wait until the deployment has ended"), "{:?}", failure.hints);
}
