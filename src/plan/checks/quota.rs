//! Quota: what the deployments of a landing zone draw from together, and where two of them share one.

use indexmap::IndexMap;

use super::{Check, LiveRequest, Question, Verdict};
use crate::catalog::models::{Billing, Sku};
use crate::catalog::regions::normalize;
use crate::catalog::{Catalog, Fact};
use crate::model::{Account, ModelDeployment};

/// The deployments that draw from one quota: that of a usage name in a region of the subscription.
struct Draw<'a> {
    sku: &'static Sku,
    deployments: Vec<(&'a Account, &'a ModelDeployment)>,
}

/// Sums capacities per quota before anything is compared: each deployment alone may fit where all together do not.
pub(super) fn check_quota(accounts: &[Account], catalog: &Catalog) -> Vec<Check> {
    let draws = draws(accounts, catalog);
    let shared = draws.iter().filter_map(|((location, usage), draw)| shared(location, usage, draw, catalog));
    let unverified = draws.iter().map(|((location, usage), draw)| needed(location, usage, draw, catalog));
    shared.chain(unverified).collect()
}

/// Quota by region and usage name, in spec order. Unknown SKUs and regions are left out: their own check tells.
fn draws<'a>(accounts: &'a [Account], catalog: &Catalog) -> IndexMap<(String, String), Draw<'a>> {
    let mut draws = IndexMap::new();
    for account in accounts {
        let location = normalize(&account.location);
        if catalog.regions.find(&location).is_none() {
            continue;
        }
        for deployment in &account.deployments {
            let Some(sku) = catalog.models.sku(&deployment.sku) else { continue };
            let usage = sku.usage_name(&deployment.model);
            let draw = draws
                .entry((location.clone(), usage))
                .or_insert_with(|| Draw { sku, deployments: Vec::new() });
            draw.deployments.push((account, deployment));
        }
    }
    draws
}

fn path((account, deployment): &(&Account, &ModelDeployment)) -> String {
    format!("{}/{}", account.id, deployment.name)
}

/// D-09: two pay-as-you-go accounts of one model in one region share the subscription's quota.
fn shared(location: &str, usage: &str, draw: &Draw<'_>, catalog: &Catalog) -> Option<Check> {
    let (first, _) = draw.deployments[0];
    let has_several_accounts = draw.deployments.iter().any(|(account, _)| account.id != first.id);
    if draw.sku.billing != Billing::PayAsYouGo || !has_several_accounts {
        return None;
    }
    let paths: Vec<String> = draw.deployments.iter().map(path).collect();
    Some(Check {
        question: Question::SharedQuota,
        subject: format!("{} in {location}", paths.join(", ")),
        verdict: Verdict::Warning {
            why: format!(
                "all draw from the subscription's one quota {usage}: more accounts add no throughput"
            ),
            advice: "move one of them to another region, or give it another SKU".to_owned(),
        },
        facts: vec![catalog.models.sku_fact(draw.sku)],
    })
}

fn needed(location: &str, usage: &str, draw: &Draw<'_>, catalog: &Catalog) -> Check {
    let total: u64 = draw.deployments.iter().map(|(_, deployment)| u64::from(deployment.capacity)).sum();
    let terms: Vec<String> =
        draw.deployments.iter().map(|pair| format!("{} {}", path(pair), pair.1.capacity)).collect();
    let mut decided_by = vec![LiveRequest::Usages { location: location.to_owned() }];
    let mut why = format!("needs {total} {} ({})", draw.sku.unit, terms.join(" + "));
    if draw.sku.is_provisioned() {
        why.push_str("; quota alone promises no capacity");
        decided_by.push(LiveRequest::ModelCapacities { location: location.to_owned() });
    }
    let fact: Fact = catalog.models.sku_fact(draw.sku);
    Check {
        question: Question::Quota,
        subject: format!("{usage} in {location}"),
        verdict: Verdict::Unverified { why, decided_by },
        facts: vec![fact],
    }
}
