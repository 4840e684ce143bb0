//! How the deployments of a spec stand at ARM, whoever started them.

use super::watch::Watch;
use super::{FailedResource, ResourceRef};
use crate::azure::{ArmClient, Deployment, Error, ErrorKind, Scope};

/// One stage's deployment as ARM keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageStatus {
    pub stage: String,
    pub deployment_name: String,
    pub deployment_id: String,
    /// None where ARM knows no such deployment.
    pub deployment: Option<Deployment>,
    /// What is being worked on, without the deployments around it.
    pub current: Vec<ResourceRef>,
    pub deployed: Vec<ResourceRef>,
    pub failed: Vec<FailedResource>,
}

/// Looks at one stage once.
///
/// # Errors
/// Every [`Error`] but `NotFound`.
pub async fn status(
    client: &ArmClient,
    subscription_id: &str,
    stage: &str,
    deployment_name: &str,
) -> Result<StageStatus, Error> {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let deployment = match client.get_deployment(&scope, deployment_name).await {
        Ok(deployment) => Some(deployment),
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut watch = Watch::new(stage);
    if deployment.is_some() {
        watch.look(client, &scope, deployment_name, &mut |_| {}).await?;
    }
    Ok(StageStatus {
        stage: stage.to_owned(),
        deployment_name: deployment_name.to_owned(),
        deployment_id: scope.deployment_id(deployment_name)?,
        deployment,
        current: watch.current(),
        deployed: watch.deployed(),
        failed: watch.failed(),
    })
}
