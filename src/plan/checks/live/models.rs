//! Models, what they draw from quotas, and the capacity that there is for them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Capacity, Live, Quota, blocked, not_told, ok};
use crate::catalog::models;
use crate::catalog::regions::normalize;
use crate::model::{Account, LandingZone, ModelDeployment};
use crate::plan::Plan;
use crate::plan::checks::{Check, Question};

fn path(account: &Account, deployment: &ModelDeployment) -> String {
    format!("{}/{}", account.id, deployment.name)
}

pub(super) fn model(account: &Account, deployment: &ModelDeployment, live: &Live) -> Option<Check> {
    let location = normalize(&account.location);
    let subject = format!("{} in {location}", path(account, deployment));
    let verdict = match live.models.get(&location)? {
        Err(why) => not_told(why),
        Ok(offers) => {
            let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
            let of_model = || offers.iter().filter(|offer| same(&offer.model, &deployment.model));
            let of_version = of_model().filter(|offer| same(&offer.version, &deployment.version));
            let skus: Vec<String> = of_version.map(|offer| offer.sku.clone()).collect();
            let label = format!("{} {}", deployment.model, deployment.version);
            if skus.iter().any(|sku| same(sku, &deployment.sku)) {
                ok(format!("{label} as {} is offered", deployment.sku))
            } else if skus.is_empty() {
                let known: BTreeSet<String> = of_model().map(|offer| offer.version.clone()).collect();
                blocked(
                    format!("{label} is not offered in {location}"),
                    "version",
                    known.into_iter().collect(),
                )
            } else {
                blocked(format!("{label} is not offered as {} in {location}", deployment.sku), "sku", skus)
            }
        }
    };
    Some(Check::live(Question::Model, subject, verdict))
}

/// True where the deployment is there already: what it draws is counted as used.
fn is_there(plan: &Plan, account: &Account, deployment: &ModelDeployment, live: &Live) -> bool {
    let name = format!("{}/{}", account.name, deployment.name);
    let mut planned = plan.resources().filter(|resource| resource.name.eq_ignore_ascii_case(&name));
    planned.any(|resource| live.existing.contains(&resource.id.to_ascii_lowercase()))
}

/// New capacity summed per quota against what is left of it.
pub(super) fn quotas(zone: &LandingZone, plan: &Plan, live: &Live) -> Vec<Check> {
    let mut wanted: BTreeMap<(String, String), f64> = BTreeMap::new();
    for account in &zone.accounts {
        for deployment in &account.deployments {
            let Some(sku) = models::all().sku(&deployment.sku) else { continue };
            let key = (normalize(&account.location), sku.usage_name(&deployment.model));
            let new = if is_there(plan, account, deployment, live) { 0 } else { deployment.capacity };
            *wanted.entry(key).or_default() += f64::from(new);
        }
    }
    let verdict = |((location, usage), wanted): (&(String, String), &f64)| {
        let verdict = match live.usages.get(location)? {
            Err(why) => not_told(why),
            Ok(usages) => match usages.iter().find(|quota| quota.name.eq_ignore_ascii_case(usage)) {
                None => not_told(&format!("the list of quotas of {location} has no {usage}")),
                Some(Quota { used, limit, .. }) if used + wanted > *limit => {
                    let left = (limit - used).max(0.0);
                    let why = format!(
                        "needs {wanted} more, and {left} of {limit} are left: lower `capacity`, take another region, or ask for more quota"
                    );
                    blocked(why, "capacity", Vec::new())
                }
                Some(Quota { used, limit, .. }) => {
                    ok(format!("needs {wanted} more, {} of {limit} are left", limit - used))
                }
            },
        };
        Some(Check::live(Question::Quota, format!("{usage} in {location}"), verdict))
    };
    wanted.iter().filter_map(verdict).collect()
}

/// Quota promises nothing for provisioned deployments: that there is capacity, only Azure knows, and only for now.
pub(super) fn capacity(
    account: &Account,
    deployment: &ModelDeployment,
    plan: &Plan,
    live: &Live,
) -> Option<Check> {
    let sku = models::all().sku(&deployment.sku).filter(|sku| sku.is_provisioned())?;
    let location = normalize(&account.location);
    let subject = format!("{} in {location}", path(account, deployment));
    if is_there(plan, account, deployment, live) {
        return Some(Check::live(Question::Capacity, subject, ok("deployed already")));
    }
    let verdict = match live.capacities.get(&(deployment.model.clone(), deployment.version.clone()))? {
        Err(why) => not_told(why),
        Ok(all) => {
            let mut of_sku: Vec<&Capacity> =
                all.iter().filter(|one| one.sku.eq_ignore_ascii_case(&sku.name)).collect();
            of_sku.sort_by(|one, other| other.available.total_cmp(&one.available));
            let needed = f64::from(deployment.capacity);
            let here = of_sku.iter().find(|one| one.location == location).map_or(0.0, |one| one.available);
            if here >= needed {
                ok(format!("{here} can be deployed now, {needed} are wanted"))
            } else {
                let elsewhere =
                    of_sku.iter().filter(|one| one.available >= needed).map(|one| one.location.clone());
                blocked(
                    format!("{here} can be deployed now, {needed} are wanted"),
                    "location",
                    elsewhere.collect(),
                )
            }
        }
    };
    Some(Check::live(Question::Capacity, subject, verdict))
}
