//! Looks at what runs where a spec deploys to, for `drift` to compare. Only reads, and nothing that is secret: no key,
//! no value of a secret named value, no `list*` action.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value as Json, json};

use super::destroy::is_explained;
use crate::arm::{self, Runtime, Value};
use crate::azure::{ArmClient, Error, ErrorKind};
use crate::catalog::azure_types;
use crate::drift::{LISTED_IN, Listed, Running, SINGLE_POLICY_IN, Wanted, is_policy};
use crate::plan::Plan;

/// Requests at the same time. ARM lets a principal read 250 at once and 25 more a second (Learn, "Understand how Azure
/// Resource Manager throttles requests", 2026-11).
const AT_ONCE: usize = 8;
/// A value may wait for a resource whose id waits for another; ours do so twice.
const ROUNDS_MAX: usize = 8;
/// Of a deployment that is asked for its outputs.
const DEPLOYMENTS: &str = "2025-04-01";
const DEPLOYMENT_TYPE: &str = "Microsoft.Resources/deployments";
/// The service gives no such link by its id, only the list (REST reference, `Product Api`, 2026-11).
const LINK_TYPE: &str = "Microsoft.ApiManagement/service/products/apis";

/// Reads everything that the stages deploy, and what stands beside it.
///
/// # Errors
/// Every [`Error`]: a part that cannot be read would look like a part that is the same.
pub async fn look(
    client: &ArmClient,
    subscription_id: &str,
    plan: &Plan,
    stages: &[(&str, &arm::Deployment)],
) -> Result<(Vec<Wanted>, Running), Error> {
    let mut known = Known::default();
    let mut running = Running::default();
    let wanted = settle_all(client, stages, &mut known, &mut running.not_told).await?;
    running.listed = inside(client, &wanted, &mut running.not_told).await?;
    beside(client, subscription_id, plan, &mut running.listed).await?;
    policies(client, &wanted, &mut running.listed).await?;
    running.resources =
        known.found.into_inner().into_iter().filter_map(|(id, body)| Some((id, body?))).collect();
    let links = running.listed.iter().filter(|listed| listed.resource_type.eq_ignore_ascii_case(LINK_TYPE));
    let links: Vec<String> = links.map(|link| link.id.to_ascii_lowercase()).collect();
    running.resources.extend(links.into_iter().map(|id| (id, json!({}))));
    Ok((wanted, running))
}

/// What has been read, and what a value asked for that has not.
#[derive(Default)]
struct Known {
    /// By id in lower case; None where there is none.
    found: RefCell<BTreeMap<String, Option<Json>>>,
    asked: RefCell<BTreeMap<String, (String, String)>>,
    /// API versions of what the spec deploys.
    versions: BTreeMap<String, String>,
}

impl Runtime for Known {
    fn reference(&self, id: &str, api_version: Option<&str>, full: bool) -> Option<Json> {
        let key = id.to_ascii_lowercase();
        match self.found.borrow().get(&key) {
            Some(found) => {
                let found = found.as_ref()?;
                if full { Some(found.clone()) } else { found.get("properties").cloned() }
            }
            None => {
                let version = api_version.map(str::to_owned).or_else(|| self.version_of(id))?;
                self.asked.borrow_mut().insert(key, (id.to_owned(), version));
                None
            }
        }
    }

    /// Keys are nobody's business here.
    fn list(&self, _: &str, _: &str, _: &str, _: Option<&Json>) -> Option<Json> {
        None
    }
}

impl Known {
    fn version_of(&self, id: &str) -> Option<String> {
        if let Some(version) = self.versions.get(&id.to_ascii_lowercase()) {
            return Some(version.clone());
        }
        let (_, after) = id.rsplit_once("/providers/")?;
        let mut parts = after.split('/');
        let types: Vec<&str> = parts.next().into_iter().chain(parts.step_by(2)).collect();
        let resource_type = types.join("/");
        if resource_type.eq_ignore_ascii_case(DEPLOYMENT_TYPE) {
            return Some(DEPLOYMENTS.to_owned());
        }
        azure_types::versions(&resource_type).last().map(|version| (*version).to_owned())
    }

    async fn fetch(&mut self, client: &ArmClient, wanted: Vec<(String, String)>) -> Result<(), Error> {
        let fetches = wanted.into_iter().map(|(id, version)| async move {
            let found = client.find_resource(&id, &version).await?;
            Ok::<_, Error>((id.to_ascii_lowercase(), found))
        });
        let found: Vec<_> = stream::iter(fetches).buffered(AT_ONCE).try_collect().await?;
        self.found.borrow_mut().extend(found);
        Ok(())
    }
}

/// Reads what the stages deploy and what its values need, until nothing more is asked for.
async fn settle_all(
    client: &ArmClient,
    stages: &[(&str, &arm::Deployment)],
    known: &mut Known,
    not_told: &mut Vec<(String, String)>,
) -> Result<Vec<Wanted>, Error> {
    let (mut wanted, mut waiting) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS_MAX {
        (wanted, waiting) = (Vec::new(), Vec::new());
        for (stage, deployment) in stages {
            for (_, resource) in deployment.walk() {
                match settled(stage, resource, known) {
                    Ok(settled) => wanted.extend(settled),
                    Err(why) => waiting.push((format!("{} {}", resource.resource_type, resource.name), why)),
                }
            }
        }
        known.versions = wanted
            .iter()
            .map(|wanted| (wanted.id.to_ascii_lowercase(), wanted.api_version.clone()))
            .collect();
        let mut next = std::mem::take(&mut *known.asked.borrow_mut());
        let is_link = |wanted: &&Wanted| wanted.resource_type.eq_ignore_ascii_case(LINK_TYPE);
        for wanted in wanted.iter().filter(|wanted| !is_link(wanted)) {
            next.entry(wanted.id.to_ascii_lowercase())
                .or_insert_with(|| (wanted.id.clone(), wanted.api_version.clone()));
        }
        next.retain(|id, _| !known.found.borrow().contains_key(id));
        if next.is_empty() {
            break;
        }
        known.fetch(client, next.into_values().collect()).await?;
    }
    not_told.extend(waiting);
    // Modules may name a resource twice, as the network does its subnets.
    let mut seen = BTreeSet::new();
    wanted.retain(|wanted| seen.insert(wanted.id.to_ascii_lowercase()));
    Ok(wanted)
}

/// A resource with what is known of its values. None where it is not deployed; an error says what its condition or its
/// name waits for.
fn settled(stage: &str, resource: &arm::Resource, known: &Known) -> Result<Option<Wanted>, String> {
    let is_deployment = resource.resource_type.eq_ignore_ascii_case(DEPLOYMENT_TYPE);
    if resource.existing || is_deployment {
        return Ok(None);
    }
    let resolved = |value: &Value| value.resolve(known).map_err(|found| found.message);
    if resolved(&resource.condition)? != Value::Bool(true) {
        return Ok(None);
    }
    let (id, name) = match &resource.late {
        None => (resource.id.clone(), resource.name.clone()),
        Some(late) => {
            let text = |value: &Value| {
                let text = resolved(value)?.as_str().map(str::to_owned);
                text.ok_or_else(|| "its name is no text".to_owned())
            };
            (text(&late.id)?, text(&late.name)?)
        }
    };
    let mut open = Vec::new();
    let body = known_part("", &resource.body, known, &mut open);
    Ok(Some(Wanted {
        stage: stage.to_owned(),
        id,
        resource_type: resource.resource_type.clone(),
        name,
        api_version: resource.api_version.clone(),
        body,
        open,
    }))
}

/// The value with null for each part that is not known.
fn known_part(path: &str, value: &Value, known: &Known, open: &mut Vec<(String, String)>) -> Json {
    match value {
        Value::Object(map) => {
            let part = |(name, value): (&String, &Value)| {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                (name.clone(), known_part(&inner, value, known, open))
            };
            Json::Object(map.iter().map(part).collect())
        }
        Value::Array(items) => {
            let part =
                |(index, value): (usize, &Value)| known_part(&format!("{path}[{index}]"), value, known, open);
            Json::Array(items.iter().enumerate().map(part).collect())
        }
        Value::Unknown(residual) => match value.resolve(known).ok().and_then(|value| value.to_json()) {
            Some(json) => json,
            None => {
                open.push((path.to_owned(), residual.short()));
                Json::Null
            }
        },
        scalar => scalar.to_json().unwrap_or_default(),
    }
}

/// What stands inside of the services and accounts of the spec.
async fn inside(
    client: &ArmClient,
    wanted: &[Wanted],
    not_told: &mut Vec<(String, String)>,
) -> Result<Vec<Listed>, Error> {
    let lists = wanted.iter().flat_map(|owner| {
        let kinds = LISTED_IN.iter().find(|(of, _)| of.eq_ignore_ascii_case(&owner.resource_type));
        kinds.into_iter().flat_map(move |(_, kinds)| kinds.iter().map(move |kind| (owner, *kind)))
    });
    let asked: Vec<(&Wanted, &str)> = lists.collect();
    let lists = asked.into_iter().map(|(owner, kind)| async move {
        let items = client.list_inside(&owner.id, kind, &owner.api_version).await;
        (owner, kind, items)
    });
    let answers: Vec<_> = stream::iter(lists).buffered(AT_ONCE).collect().await;
    let mut found = Vec::new();
    for (owner, kind, items) in answers {
        match items {
            Ok(items) => {
                found.extend(items.into_iter().flatten().filter_map(|body| listed(owner, kind, body)));
            }
            // Not every tier has every kind.
            Err(error) if error.kind == ErrorKind::Refused && matches!(error.status, Some(400 | 405)) => {
                not_told.push((format!("{kind} of {}", owner.name), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Ids are made from the name: in some lists the service writes those of the entity itself.
fn listed(owner: &Wanted, kind: &str, body: Json) -> Option<Listed> {
    let name = body.get("name").and_then(Json::as_str)?;
    let name = name.rsplit('/').next().unwrap_or(name);
    Some(Listed {
        id: format!("{}/{kind}/{name}", owner.id),
        resource_type: format!("{}/{kind}", owner.resource_type),
        name: format!("{}/{name}", owner.name),
        body,
    })
}

/// What stands in the resource groups of the spec.
async fn beside(
    client: &ArmClient,
    subscription_id: &str,
    plan: &Plan,
    listed: &mut Vec<Listed>,
) -> Result<(), Error> {
    let own: Vec<_> = plan.resources().collect();
    let groups = plan.stages.iter().flat_map(|stage| &stage.groups);
    let names: BTreeSet<&str> =
        groups.filter(|group| group.change.is_some()).filter_map(|group| group.name.as_deref()).collect();
    for name in names {
        let Some(found) = client.list_group(subscription_id, name).await? else { continue };
        for id in found.into_iter().filter(|id| !is_explained(id, &own)) {
            let (_, after) = id.rsplit_once("/providers/").unwrap_or_default();
            let parts: Vec<&str> = after.split('/').collect();
            let every_second = |from: usize| parts.iter().skip(from).step_by(2).copied().collect::<Vec<_>>();
            let types = [&parts[..1.min(parts.len())], &every_second(1)].concat();
            let (resource_type, name) = (types.join("/"), every_second(2).join("/"));
            listed.push(Listed { id, resource_type, name, body: Json::Null });
        }
    }
    Ok(())
}

/// Policies where the spec has none.
async fn policies(client: &ArmClient, wanted: &[Wanted], listed: &mut Vec<Listed>) -> Result<(), Error> {
    let known: BTreeSet<String> = wanted
        .iter()
        .filter(|wanted| is_policy(&wanted.resource_type))
        .map(|wanted| wanted.id.to_ascii_lowercase())
        .collect();
    let version = wanted
        .iter()
        .find(|wanted| SINGLE_POLICY_IN[0].eq_ignore_ascii_case(&wanted.resource_type))
        .map(|service| service.api_version.clone());
    let Some(version) = &version else { return Ok(()) };
    let of_wanted = wanted.iter().map(|one| (&one.id, &one.resource_type, &one.name));
    let of_listed = listed.iter().map(|one| (&one.id, &one.resource_type, &one.name));
    let owners: BTreeMap<String, (&String, &String, &String)> = of_wanted
        .chain(of_listed)
        .filter(|(_, kind, _)| SINGLE_POLICY_IN.iter().any(|single| single.eq_ignore_ascii_case(kind)))
        .map(|owner| (owner.0.to_ascii_lowercase(), owner))
        .filter(|(id, _)| !known.contains(&format!("{id}/policies/policy")))
        .collect();
    let fetches = owners.into_values().map(|(id, kind, name)| async move {
        let policy = format!("{id}/policies/policy");
        let found = client.find_resource(&policy, version).await?;
        Ok::<_, Error>(found.map(|body| Listed {
            id: policy,
            resource_type: format!("{kind}/policies"),
            name: format!("{name}/policy"),
            body,
        }))
    });
    let found: Vec<Option<Listed>> = stream::iter(fetches).buffered(AT_ONCE).try_collect().await?;
    listed.extend(found.into_iter().flatten());
    Ok(())
}
