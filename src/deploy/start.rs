//! Before a stage is sent: what ARM has under its name already. A deployment of the same content that runs is followed, one
//! that succeeded is left alone, another one that runs is not disturbed unless that is asked for.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::fingerprint::FINGERPRINT;
use super::watch::Watch;
use super::{FailureKind, ResourceRef, StageRequest};
use crate::azure::{ArmClient, Deployment, Error, ErrorKind, ProvisioningState, Scope};

/// What to do about a stage.
pub(super) enum Found {
    /// Nothing in the way; why it is not skipped, where that needs a word.
    Free { because: Option<String> },
    /// The same is being deployed.
    Same(Box<Deployment>),
    /// Something else is being deployed under the name.
    Other(Box<Deployment>),
    /// The same was deployed, and what it made is there.
    Done { deployment: Box<Deployment>, deployed: Vec<ResourceRef> },
}

/// Looks at what ARM has of a stage.
pub(super) async fn look(
    client: &ArmClient,
    scope: &Scope,
    stage: &StageRequest,
    fingerprint: &str,
    force: bool,
) -> Result<Found, Error> {
    let free = |because: &str| Ok(Found::Free { because: Some(because.to_owned()) });
    let deployment = match client.get_deployment(scope, &stage.deployment_name).await {
        Ok(deployment) => Box::new(deployment),
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(Found::Free { because: None }),
        Err(error) => return Err(error),
    };
    let is_same = deployment.tags.get(FINGERPRINT).is_some_and(|tag| tag == fingerprint);
    match deployment.state {
        _ if !deployment.state.is_terminal() => {
            Ok(if is_same { Found::Same(deployment) } else { Found::Other(deployment) })
        }
        ProvisioningState::Succeeded if !is_same => {
            free("what it deploys has changed since its last deployment")
        }
        ProvisioningState::Succeeded if force => free("asked for, although nothing has changed"),
        ProvisioningState::Succeeded => {
            if is_due(stage, &deployment, client.clock().now()) {
                return free("the certificate that was made for it is due for renewal");
            }
            match what_stands(client, scope, stage).await {
                Ok(deployed) => Ok(Found::Done { deployment, deployed }),
                Err(why) => Ok(Found::Free { because: Some(why) }),
            }
        }
        _ => free("its last deployment did not succeed"),
    }
}

/// Whether a secret with an end was made too long ago to stay.
fn is_due(stage: &StageRequest, deployment: &Deployment, now: OffsetDateTime) -> bool {
    let Some(renew_after) = stage.renew_after else { return false };
    let made = deployment.timestamp.as_deref().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    made.is_none_or(|made| made + renew_after <= now)
}

/// What the last deployment made, if all of it that stands on its own is still there; otherwise why not.
async fn what_stands(
    client: &ArmClient,
    scope: &Scope,
    stage: &StageRequest,
) -> Result<Vec<ResourceRef>, String> {
    let unseen = |error: Error| format!("what its last deployment made cannot be looked at: {error}");
    let mut watch = Watch::new(&stage.name);
    watch.look(client, scope, &stage.deployment_name, &mut |_| {}).await.map_err(unseen)?;
    let deployed = watch.deployed();
    if deployed.is_empty() {
        return Err("Azure no longer says what its last deployment made".to_owned());
    }
    let mut groups: BTreeMap<(String, String), Option<BTreeSet<String>>> = BTreeMap::new();
    for resource in &deployed {
        let Some(home) = Home::of(&resource.id) else { continue };
        let key = (home.subscription_id.to_ascii_lowercase(), home.group.to_ascii_lowercase());
        if !groups.contains_key(&key) {
            let listed = client.list_group(home.subscription_id, home.group).await.map_err(unseen)?;
            let ids = listed.map(|ids| ids.into_iter().map(|id| id.to_ascii_lowercase()).collect());
            groups.insert(key.clone(), ids);
        }
        let is_there = match groups.get(&key).and_then(Option::as_ref) {
            None => false,
            Some(ids) => !home.is_listed || ids.contains(&resource.id.to_ascii_lowercase()),
        };
        if !is_there {
            return Err(format!("{} {} is gone", resource.resource_type, resource.name));
        }
    }
    Ok(deployed)
}

/// The group that a resource stands in; of a group itself, that one.
struct Home<'a> {
    subscription_id: &'a str,
    group: &'a str,
    /// The list of a group holds what has a place of its own; role assignments and what is inside of others are not.
    is_listed: bool,
}

impl<'a> Home<'a> {
    fn of(id: &'a str) -> Option<Self> {
        let parts: Vec<&str> = id.trim_start_matches('/').split('/').collect();
        let [_, subscription_id, groups, group, rest @ ..] = parts.as_slice() else { return None };
        let is_listed = matches!(rest, [_, namespace, _, _] if !namespace.eq_ignore_ascii_case("Microsoft.Authorization"));
        groups.eq_ignore_ascii_case("resourceGroups").then_some(Self { subscription_id, group, is_listed })
    }
}

/// What is said of a deployment that is in the way.
pub(super) fn busy(deployment: &Deployment) -> FailureKind {
    FailureKind::Busy {
        deployment_name: deployment.name.clone(),
        state: deployment.state.to_string(),
        since: deployment.timestamp.clone(),
        correlation_id: deployment.correlation_id.clone(),
    }
}
