//! `genai-lz status`: how the deployments of a spec stand, from any machine.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::azure::ProvisioningState;
use crate::cli::commands::deploy;
use crate::cli::deployed::{DeployedArgs, failed};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::deploy::{StageStatus, status};
use crate::text::plural;

/// Say how the deployments of a spec stand: state, time, current resource, failure
///
/// Azure Resource Manager is asked once, whoever started the deployment, and nothing is changed. Ends with 4
/// where a stage has failed or was cancelled.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    of: DeployedArgs,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let deployed = args.of.read(ui)?;
    let found: Vec<StageStatus> = deploy::runtime()?.block_on(async {
        let client = args.of.sign_in(&deployed, ui).await?;
        let mut found = Vec::new();
        for stage in &deployed.plan.stages {
            let status = status(&client, &deployed.subscription_id, &stage.name, &stage.deployment_name);
            found.push(status.await.map_err(failed)?);
        }
        Ok::<_, CommandError>(found)
    })?;
    let has_failed = |status: &StageStatus| {
        let state = status.deployment.as_ref().map(|deployment| &deployment.state);
        matches!(state, Some(ProvisioningState::Failed | ProvisioningState::Canceled))
    };
    let exit = if found.iter().any(has_failed) { Exit::Azure } else { Exit::Ok };
    if ui.is_json() {
        ui.document(exit, json!({"stages": found.iter().map(document).collect::<Vec<_>>()}))?;
    } else {
        let mut text = String::new();
        found.iter().for_each(|status| one(&mut text, status));
        ui.data(&text)?;
    }
    Ok(exit)
}

fn one(text: &mut String, status: &StageStatus) {
    let StageStatus { stage, deployment_name, deployment, current, deployed, failed, .. } = status;
    let Some(deployment) = deployment else {
        let _ = writeln!(text, "stage {stage}: not deployed (no deployment {deployment_name})");
        return;
    };
    let _ = writeln!(text, "stage {stage}: {}", deployment.state);
    let mut line = |about: &str, what: &str| {
        let _ = writeln!(text, "  {about:<14} {what}");
    };
    line("deployment", deployment_name);
    if let Some(at) = &deployment.timestamp {
        let took = deployment.duration.as_ref().map(|took| format!(", took {took}")).unwrap_or_default();
        line("last change", &format!("{at}{took}"));
    }
    if let Some(id) = &deployment.correlation_id {
        line("correlation id", id);
    }
    line("done", &plural(deployed.len(), "resource"));
    for resource in current {
        line("running", &format!("{} {}", resource.resource_type, resource.name));
    }
    for failed in failed {
        let resource = &failed.resource;
        line("failed", &format!("{} {}: {}", resource.resource_type, resource.name, failed.cause()));
    }
    if let Some(error) = deployment.error.as_ref().filter(|_| failed.is_empty()) {
        line("failed", &error.deepest().to_string());
    }
}

fn document(status: &StageStatus) -> Json {
    let deployment = status.deployment.as_ref();
    let resource = |resource: &crate::deploy::ResourceRef| json!({"id": resource.id, "type": resource.resource_type, "name": resource.name});
    let failed = status.failed.iter().map(|failed| {
        let mut value = resource(&failed.resource);
        value["code"] = failed.cause().code.clone().into();
        value["message"] = failed.cause().message.clone().into();
        value
    });
    let error = deployment.and_then(|deployment| deployment.error.as_ref()).map(|error| {
        let deepest = error.deepest();
        json!({"code": deepest.code, "message": deepest.message})
    });
    json!({
        "name": status.stage, "deploymentName": status.deployment_name, "deploymentId": status.deployment_id,
        "state": deployment.map(|deployment| deployment.state.to_string()),
        "timestamp": deployment.and_then(|deployment| deployment.timestamp.clone()),
        "duration": deployment.and_then(|deployment| deployment.duration.clone()),
        "correlationId": deployment.and_then(|deployment| deployment.correlation_id.clone()),
        "deployed": status.deployed.len(),
        "running": status.current.iter().map(resource).collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
        "error": error,
    })
}
