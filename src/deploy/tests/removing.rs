//! What a plan names goes, what it does not name stays.

use super::*;
use crate::arm;
use crate::azure::Purge;
use crate::deploy::destroy::{Left, Step, SurveyError, survey, take};
use crate::plan;

/// The plan of the stage that `template` makes.
fn plan_of(server: &ArmServer) -> plan::Plan {
    let text = |text: &str| arm::Value::from_json(&json!(text));
    let parameters = IndexMap::from([
        ("location".to_owned(), text("westeurope")),
        ("group".to_owned(), text("rg-one")),
        ("pfx".to_owned(), text("")),
    ]);
    let target = arm::Target {
        tenant_id: server.tenant_id().to_owned(),
        scope: arm::TargetScope::Subscription(server.subscription_id().to_owned()),
        location: "westeurope".to_owned(),
        deployment_name: "genai-lz-baseline".to_owned(),
    };
    let (deployment, _) = arm::evaluate(&template(), &parameters, &target).unwrap();
    let stage = plan::StageEvaluation {
        name: "baseline".to_owned(),
        deployment_name: "genai-lz-baseline".to_owned(),
        location: "westeurope".to_owned(),
        deployment: &deployment,
    };
    plan::build(&[stage], Vec::new())
}

fn put(server: &ArmServer, rest: &str) -> ResourceId {
    let text = format!("/subscriptions/{}/resourceGroups/{rest}", server.subscription_id());
    let id = ResourceId::parse(&text).unwrap();
    let body = json!({"id": text, "name": id.name(), "type": id.resource_type(), "location": "westeurope"});
    server.state().put(Resource { id: id.clone(), body, secret: serde_json::Map::new() });
    id
}

async fn destroy(server: &ArmServer) -> destroy::Removal {
    let (client, subscription_id) = (client(server), server.subscription_id());
    let removal = survey(&client, subscription_id, &plan_of(server)).await.unwrap();
    for step in &removal.steps {
        assert!(take(&client, subscription_id, step).await.unwrap(), "{step:?}");
    }
    removal
}

#[tokio::test]
async fn a_group_of_the_plan_goes_as_a_whole_and_another_stays() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    run(&server, &[stage("baseline", &[])]).await.0.unwrap();
    put(&server, "rg-one/providers/Microsoft.Storage/storageAccounts/other");
    let others = put(&server, "rg-other");
    // What stands in the group and is not the plan's keeps the group.
    let removal = destroy(&server).await;
    let names = removal.steps.iter().map(|step| match step {
        Step::Group { name, .. } | Step::Resource { name, .. } => name.as_str(),
        Step::Record { deployment_name, .. } => deployment_name.as_str(),
    });
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["kv", "id-apim", "genai-lz-baseline"],
        "what is below `kv` goes with it"
    );
    let [Left { what, .. }] = removal.left.as_slice() else { panic!("{removal:?}") };
    assert!(what.ends_with("/storageAccounts/other"), "{what}");
    assert!(matches!(removal.restorable.as_slice(), [(vault, false)] if vault.name == "kv"), "{removal:?}");
    let kept: Vec<String> =
        server.state().all().iter().map(|resource| resource.id.name().to_owned()).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");

    server.state().remove(&ResourceId::parse(what).unwrap());
    let removal = destroy(&server).await;
    assert_eq!(removal.steps, [Step::Group { name: "rg-one".to_owned(), n_resources: 0 }]);
    assert!(matches!(removal.restorable.as_slice(), [(_, true)]), "it was deleted before: {removal:?}");
    assert_eq!(server.state().all().len(), 1);
    assert!(server.state().exists(&others));

    // The name is free only after purging.
    let client = client(&server);
    let vault = &removal.restorable[0].0;
    assert_eq!(client.purge(server.subscription_id(), vault).await.unwrap(), Purge::Done);
    assert_eq!(client.purge(server.subscription_id(), vault).await.unwrap(), Purge::Nothing);
    assert_eq!(destroy(&server).await, destroy::Removal::default());
    run(&server, &[stage("baseline", &[])]).await.0.unwrap();
}

#[tokio::test]
async fn what_azure_makes_for_a_resource_of_the_plan_keeps_no_group() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    run(&server, &[stage("baseline", &[])]).await.0.unwrap();
    // A network interface belongs to a private endpoint; here is none, so it is somebody's.
    put(&server, "rg-one/providers/Microsoft.Network/networkInterfaces/kv.nic.0001");
    let removal = survey(&client(&server), server.subscription_id(), &plan_of(&server)).await.unwrap();
    assert_eq!(removal.left.len(), 1, "{removal:?}");

    let mut plan = plan_of(&server);
    let vault = plan.stages[0].groups.iter_mut().flat_map(|group| &mut group.resources);
    for resource in vault.filter(|resource| resource.name == "kv") {
        resource.resource_type = "Microsoft.Network/privateEndpoints".to_owned();
    }
    let removal = survey(&client(&server), server.subscription_id(), &plan).await.unwrap();
    assert!(removal.left.is_empty() && matches!(removal.steps[0], Step::Group { .. }), "{removal:?}");
}

#[tokio::test]
async fn a_running_deployment_is_not_pulled_away_from_under() {
    let faults = Faults { slow: vec![("kv".to_owned(), Duration::from_secs(60))], ..Faults::default() };
    let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
    let scope = Scope::Subscription { subscription_id: server.subscription_id().to_owned() };
    let request = crate::azure::DeploymentRequest {
        tags: IndexMap::new(),
        location: Some("westeurope".to_owned()),
        template: template(),
        parameters: ["location", "group"]
            .map(|name| (name.to_owned(), crate::azure::Argument::Plain(json!("rg-one"))))
            .into_iter()
            .collect(),
    };
    client(&server).put_deployment(&scope, "genai-lz-baseline", &request).await.unwrap();
    let refused = survey(&client(&server), server.subscription_id(), &plan_of(&server)).await;
    assert_eq!(refused, Err(SurveyError::Running("genai-lz-baseline".to_owned())));
}
