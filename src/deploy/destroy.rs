//! What of a plan is there and would go, in which order, and taking it away. Nothing goes that the plan does not name:
//! a resource group that holds anything else, or that was there before, stays, and only what is the plan's goes from it.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::azure::{ArmClient, Error, ErrorKind, NameOf, Restorable, Scope};
use crate::catalog::regions::normalize;
use crate::plan::{Change, Plan, Resource};

/// A landing zone has about a hundred resources, of which forty stand on their own.
const RESOURCES_MAX: usize = 5_000;

/// What would go, what would stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// In the order in which they go.
    pub steps: Vec<Step>,
    /// What is, or will be, restorable; `is_deleted` says that it is already.
    pub restorable: Vec<(Restorable, bool)>,
    pub left: Vec<Left>,
}

/// One thing that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A group with all that is in it.
    Group {
        name: String,
        n_resources: usize,
    },
    Resource {
        id: String,
        resource_type: String,
        name: String,
        api_version: String,
    },
    /// The record of a deployment: of a stage, or of a part of one in a group that stays.
    Record {
        deployment_name: String,
        group: Option<String>,
    },
}

/// What stays, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub what: String,
    pub why: String,
}

/// Why nothing can be removed.
#[derive(Clone, Debug, PartialEq)]
pub enum SurveyError {
    /// A deployment of the plan is under way, by its name.
    Running(String),
    Azure(Error),
}

impl From<Error> for SurveyError {
    fn from(error: Error) -> Self {
        Self::Azure(error)
    }
}

/// Looks at what there is; changes nothing.
///
/// # Errors
/// [`SurveyError`].
pub async fn survey(client: &ArmClient, subscription_id: &str, plan: &Plan) -> Result<Removal, SurveyError> {
    let scope = Scope::Subscription { subscription_id: subscription_id.to_owned() };
    let mut removal = Removal::default();
    let mut records = Vec::new();
    for stage in plan.stages.iter().rev() {
        match client.get_deployment(&scope, &stage.deployment_name).await {
            Ok(found) if found.state.is_terminal() => {
                records.push(Step::Record { deployment_name: stage.deployment_name.clone(), group: None });
            }
            Ok(_) => return Err(SurveyError::Running(stage.deployment_name.clone())),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    let own: Vec<&Resource> =
        plan.resources().filter(|resource| is_made(resource.change)).take(RESOURCES_MAX).collect();
    for (group, is_ours) in groups(plan).into_iter().rev() {
        let inside: Vec<&Resource> = own.iter().copied().filter(|resource| is_in(resource, group)).collect();
        match group.filter(|_| is_ours) {
            Some(name) => whole_group(client, subscription_id, name, &inside, &mut removal).await?,
            None => {
                let n_before = removal.steps.len();
                one_by_one(client, &inside, &mut removal).await?;
                if let Some(name) = group {
                    records_of(client, subscription_id, name, &inside, &mut removal).await?;
                    if removal.steps.len() > n_before {
                        staying(client, subscription_id, name, &inside, &mut removal).await?;
                    }
                }
            }
        }
    }
    removal.steps.extend(records);
    for resource in own {
        let Some(restorable) = restorable(resource) else { continue };
        let is_deleted = client.is_restorable(subscription_id, &restorable).await?;
        let will_be = removal.steps.iter().any(|step| takes(step, resource));
        if is_deleted || will_be {
            removal.restorable.push((restorable, is_deleted));
        }
    }
    Ok(removal)
}

/// Takes one step. False where it was gone already.
///
/// # Errors
/// Every [`Error`].
pub async fn take(client: &ArmClient, subscription_id: &str, step: &Step) -> Result<bool, Error> {
    match step {
        Step::Group { name, .. } => client.delete_group(subscription_id, name).await,
        Step::Resource { id, api_version, .. } => client.delete(id, api_version).await,
        Step::Record { deployment_name, group } => {
            let subscription_id = subscription_id.to_owned();
            let scope = match group.clone() {
                Some(resource_group) => Scope::ResourceGroup { subscription_id, resource_group },
                None => Scope::Subscription { subscription_id },
            };
            client.delete_deployment(&scope, deployment_name).await
        }
    }
}

pub(super) fn is_made(change: Change) -> bool {
    matches!(change, Change::Create | Change::Maybe)
}

/// Every group that a resource of the plan stands in, in order of first mention, and whether the plan makes it. What is
/// deployed later may use what is there before, not the other way round.
fn groups(plan: &Plan) -> Vec<(Option<&str>, bool)> {
    let mut groups: IndexMap<Option<String>, (Option<&str>, bool)> = IndexMap::new();
    for group in plan.stages.iter().flat_map(|stage| &stage.groups) {
        let key = group.name.as_ref().map(|name| name.to_ascii_lowercase());
        let (_, is_ours) = groups.entry(key).or_insert((group.name.as_deref(), false));
        *is_ours |= group.change.is_some_and(is_made);
    }
    groups.into_values().collect()
}

/// The group in an id.
fn group_of(id: &str) -> Option<&str> {
    let mut parts = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("resourceGroups"));
    parts.nth(1)
}

fn is_in(resource: &Resource, group: Option<&str>) -> bool {
    match (group_of(&resource.id), group) {
        (Some(its), Some(group)) => its.eq_ignore_ascii_case(group),
        (None, None) => true,
        _ => false,
    }
}

/// A group that the plan makes goes as a whole where nothing else is in it.
async fn whole_group(
    client: &ArmClient,
    subscription_id: &str,
    name: &str,
    inside: &[&Resource],
    removal: &mut Removal,
) -> Result<(), Error> {
    let Some(found) = client.list_group(subscription_id, name).await? else { return Ok(()) };
    let foreign: Vec<&String> = found.iter().filter(|id| !is_explained(id, inside)).collect();
    if foreign.is_empty() {
        removal.steps.push(Step::Group { name: name.to_owned(), n_resources: found.len() });
        return Ok(());
    }
    one_by_one(client, inside, removal).await?;
    let ids = foreign.into_iter().map(|id| Left {
        what: id.clone(),
        why: "the spec does not deploy it; its resource group stays with it".to_owned(),
    });
    removal.left.extend(ids);
    Ok(())
}

/// The records of what was deployed into a group that the plan does not make.
async fn records_of(
    client: &ArmClient,
    subscription_id: &str,
    name: &str,
    inside: &[&Resource],
    removal: &mut Removal,
) -> Result<(), Error> {
    let scope =
        Scope::ResourceGroup { subscription_id: subscription_id.to_owned(), resource_group: name.to_owned() };
    let deployments: BTreeSet<&String> = inside.iter().flat_map(|resource| &resource.path).collect();
    for deployment_name in deployments.into_iter().take(RESOURCES_MAX) {
        match client.get_deployment(&scope, deployment_name).await {
            Ok(_) => removal.steps.push(Step::Record {
                deployment_name: deployment_name.clone(),
                group: Some(name.to_owned()),
            }),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Says what stays of a group that the plan does not make.
async fn staying(
    client: &ArmClient,
    subscription_id: &str,
    name: &str,
    inside: &[&Resource],
    removal: &mut Removal,
) -> Result<(), Error> {
    let found = client.list_group(subscription_id, name).await?.unwrap_or_default();
    let made_by_azure = |id: &&String| {
        is_explained(id, inside) && id.to_ascii_lowercase().contains("/smartdetectoralertrules/")
    };
    removal.left.push(Left {
        what: format!("resource group {name}"),
        why: "the spec does not make it; what else is in it stays too".to_owned(),
    });
    removal.left.extend(found.iter().filter(made_by_azure).map(|id| Left {
        what: id.clone(),
        why: "Azure made it, and the resource group is not the spec's".to_owned(),
    }));
    Ok(())
}

/// Whether a resource is one of the plan's, below one, or made by Azure for one: the network interface of a private
/// endpoint (`ENDPOINT.nic.GUID`) and the failure rule of Application Insights (`Failure Anomalies - COMPONENT`)
/// (learn.microsoft.com, private-endpoint-overview and proactive-failure-diagnostics, 2026-11).
pub(super) fn is_explained(id: &str, inside: &[&Resource]) -> bool {
    let id = id.to_ascii_lowercase();
    let name = id.rsplit('/').next().unwrap_or_default();
    inside.iter().any(|resource| {
        let (own, its_name) = (resource.id.to_ascii_lowercase(), resource.name.to_ascii_lowercase());
        let is = |kind: &str| resource.resource_type.eq_ignore_ascii_case(kind);
        is_at_or_below(&id, &own)
            || (is("Microsoft.Network/privateEndpoints")
                && id.contains("/microsoft.network/networkinterfaces/")
                && name.starts_with(&format!("{its_name}.nic.")))
            || (is("Microsoft.Insights/components")
                && id.contains("/smartdetectoralertrules/")
                && name == format!("failure anomalies - {its_name}"))
    })
}

/// Both in lower case.
fn is_at_or_below(id: &str, above: &str) -> bool {
    id.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A zone may be used by others than those who made it.
const ZONE: &str = "Microsoft.Network/privateDnsZones";
/// What Azure wants deleted before what it is in: a zone does not go while it is linked to a network, nor an account of Azure
/// OpenAI while models are deployed in it (learn.microsoft.com, private-dns-privatednszone and openai/how-to/create-resource,
/// from memory, 2026-12-01). Where it goes with its parent after all, an earlier step has taken it.
const GO_FIRST: [&str; 2] = [
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.CognitiveServices/accounts/deployments",
];

/// What others stand on, which Azure deletes only once they are gone: a security group is in use while a subnet names it. A
/// template may mention it later than them.
const GO_LAST: [&str; 6] = [
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
];

/// What stands on its own goes in reverse order, but for what others stand on, and takes along what is below it.
async fn one_by_one(client: &ArmClient, inside: &[&Resource], removal: &mut Removal) -> Result<(), Error> {
    let own: BTreeSet<String> = inside.iter().map(|resource| resource.id.to_ascii_lowercase()).collect();
    let is_below = |resource: &Resource| {
        if GO_FIRST.iter().any(|first| resource.resource_type.eq_ignore_ascii_case(first)) {
            return false;
        }
        let id = resource.id.to_ascii_lowercase();
        id.match_indices('/').any(|(at, _)| own.contains(&id[..at]))
    };
    let rank = |resource: &Resource| {
        let at = GO_LAST.iter().position(|last| resource.resource_type.eq_ignore_ascii_case(last));
        at.map_or(0, |at| at + 1)
    };
    let mut ordered: Vec<&Resource> =
        inside.iter().rev().copied().filter(|resource| !is_below(resource)).collect();
    ordered.sort_by_key(|resource| rank(resource));
    for resource in ordered {
        if resource.unknowns.iter().any(|unknown| unknown.path == "name") {
            removal.left.push(Left {
                what: format!("{} {}", resource.resource_type, resource.name),
                why: "its name is known to Azure alone".to_owned(),
            });
            continue;
        }
        let is_there = client.get_resource(&resource.id, &resource.api_version).await;
        if is_there.is_ok() && resource.resource_type.eq_ignore_ascii_case(ZONE) {
            let links = client.list_below(&resource.id, "virtualNetworkLinks", &resource.api_version).await?;
            if links.iter().any(|id| !own.contains(&id.to_ascii_lowercase())) {
                removal.left.push(Left {
                    what: resource.id.clone(),
                    why: "it is linked to networks that are not the spec's".to_owned(),
                });
                continue;
            }
        }
        match is_there {
            Ok(_) => removal.steps.push(Step::Resource {
                id: resource.id.clone(),
                resource_type: resource.resource_type.clone(),
                name: resource.name.clone(),
                api_version: resource.api_version.clone(),
            }),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn takes(step: &Step, resource: &Resource) -> bool {
    match step {
        Step::Group { name, .. } => is_in(resource, Some(name)),
        Step::Resource { id, .. } => id.eq_ignore_ascii_case(&resource.id),
        Step::Record { .. } => false,
    }
}

pub(super) fn restorable(resource: &Resource) -> Option<Restorable> {
    Some(Restorable {
        kind: NameOf::of_type(&resource.resource_type).filter(|kind| kind.stays_restorable())?,
        name: resource.name.clone(),
        location: normalize(resource.location.as_deref()?),
        resource_group: group_of(&resource.id)?.to_owned(),
    })
}
