//! The same questions, asked of Azure: what a subscription may have today goes before what the documentation says.
//!
//! This file judges; asking is left to `deploy`. An answer that could not be had (no right to ask, no connection)
//! leaves the catalogue's word, or an open question with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::{Alternative, Check, Question, Verdict, check_placement, preflight};
use crate::catalog::regions::normalize;
use crate::catalog::{Catalog, models};
use crate::model::{Account, LandingZone, ModelDeployment};
use crate::plan::{Change, Plan};

/// More values than this do not help to choose.
const ALTERNATIVES_MAX: usize = 6;
/// So many missing actions are named.
const ACTIONS_SHOWN: usize = 6;

/// What Azure said; an error says why it did not.
pub type Answer<T> = Result<T, String>;

/// Everything that was asked. Locations are normalized, ids in lower case.
#[derive(Clone, Debug)]
pub struct Live {
    /// Regions that the subscription may use, with their zones.
    pub locations: Answer<BTreeMap<String, Vec<String>>>,
    /// Tiers of API Management by region; what speaks against one, where something does.
    pub gateway_skus: Answer<Vec<(String, String, Option<String>)>>,
    /// By region.
    pub models: BTreeMap<String, Answer<Vec<Offer>>>,
    /// By region.
    pub usages: BTreeMap<String, Answer<Vec<Quota>>>,
    /// By model and version.
    pub capacities: BTreeMap<(String, String), Answer<Vec<Capacity>>>,
    /// By what the name is for and the name: free, or why not.
    pub names: Vec<(String, Answer<Result<(), String>>)>,
    /// Resource providers and their state.
    pub providers: Vec<(String, Answer<String>)>,
    /// Resource types with the policy assignments that deny them.
    pub policies: Vec<(String, Answer<Vec<String>>)>,
    /// Actions that the deployment needs and the account does not have.
    pub missing_actions: Answer<Vec<String>>,
    /// Resources of the plan that are there already.
    pub existing: BTreeSet<String>,
}

/// A model version that a region offers under one deployment SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub model: String,
    pub version: String,
    pub sku: String,
}

/// A quota of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    pub name: String,
    pub used: f64,
    pub limit: f64,
}

/// What can be deployed right now.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    pub location: String,
    pub sku: String,
    pub available: f64,
}

/// What a deployment does, as actions of Azure's roles.
pub fn needed_actions(plan: &Plan) -> BTreeSet<String> {
    let mut actions: BTreeSet<String> =
        needed_types(plan).iter().map(|name| format!("{name}/write")).collect();
    actions.insert("Microsoft.Resources/deployments/write".to_owned());
    actions.insert("Microsoft.Resources/subscriptions/resourceGroups/write".to_owned());
    actions
}

/// The resource providers that a deployment needs registered; some are there without.
pub fn needed_providers(plan: &Plan) -> BTreeSet<String> {
    let always = ["Microsoft.Resources", "Microsoft.Authorization"];
    let types = needed_types(plan);
    let namespaces = types.iter().filter_map(|name| name.split('/').next());
    namespaces.filter(|name| !always.contains(name)).map(str::to_owned).collect()
}

fn needed_types(plan: &Plan) -> BTreeSet<&str> {
    let will_be = |change: Change| matches!(change, Change::Create | Change::Maybe);
    plan.resources()
        .filter(|resource| will_be(resource.change))
        .map(|resource| resource.resource_type.as_str())
        .collect()
}

/// The checks of a landing zone, with Azure's answers in the place of the catalogue's.
pub fn check_live(zone: &LandingZone, plan: &Plan, catalog: &Catalog, live: &Live) -> Vec<Check> {
    let mut checks = check_placement(&zone.gateway, &zone.accounts, catalog);
    let mut answered = gateway(zone, live);
    for account in &zone.accounts {
        answered.extend(account.deployments.iter().filter_map(|deployment| model(account, deployment, live)));
    }
    answered.extend(quotas(zone, plan, live));
    for check in answered {
        let same = |other: &&mut Check| other.question == check.question && other.subject == check.subject;
        match checks.iter_mut().find(same) {
            Some(old) => old.take(check),
            None => checks.push(check),
        }
    }
    for account in &zone.accounts {
        checks.extend(
            account.deployments.iter().filter_map(|deployment| capacity(account, deployment, plan, live)),
        );
    }
    checks.extend(names(live));
    checks.extend(providers(live));
    checks.extend(policies(live));
    checks.push(permissions(plan, live));
    preflight::weigh(checks, &zone.preflight)
}

impl Check {
    fn live(question: Question, subject: impl Into<String>, verdict: Verdict) -> Self {
        Self { question, subject: subject.into(), verdict, facts: Vec::new() }
    }

    /// Azure's word goes before the catalogue's; that it would not say leaves an open question open, and tells why.
    fn take(&mut self, live: Self) {
        match (&mut self.verdict, live.verdict) {
            (Verdict::Unverified { why, .. }, Verdict::Unverified { why: refused, .. }) => {
                why.push_str("; ");
                why.push_str(&refused);
            }
            (_, Verdict::Unverified { .. }) => {}
            (old, verdict) => {
                // A model that is had today and retires soon still does.
                if !(matches!(verdict, Verdict::Ok { .. }) && matches!(old, Verdict::Warning { .. })) {
                    *old = verdict;
                    self.facts.clear();
                }
            }
        }
    }
}

fn ok(note: impl Into<String>) -> Verdict {
    Verdict::Ok { note: note.into() }
}

fn blocked(why: impl Into<String>, field: &'static str, mut values: Vec<String>) -> Verdict {
    values.truncate(ALTERNATIVES_MAX);
    let alternatives = if values.is_empty() { Vec::new() } else { vec![Alternative { field, values }] };
    Verdict::Blocked { why: why.into(), alternatives }
}

fn not_told(why: &str) -> Verdict {
    Verdict::Unverified { why: format!("Azure did not say: {why}"), decided_by: Vec::new() }
}

fn gateway(zone: &LandingZone, live: &Live) -> Vec<Check> {
    let place = &zone.gateway;
    let subject = format!("gateway {} in {}", place.service_name, place.location);
    let region = match &live.locations {
        Ok(open) if open.contains_key(&place.location) => ok("open to this subscription"),
        Ok(_) => blocked(format!("this subscription cannot use {}", place.location), "location", Vec::new()),
        Err(why) => not_told(why),
    };
    let tier = match &live.gateway_skus {
        Err(why) => not_told(why),
        Ok(skus) => {
            let is_tier = |sku: &&(String, String, Option<String>)| sku.0.eq_ignore_ascii_case(&place.sku);
            let elsewhere = || {
                let free = skus.iter().filter(is_tier).filter(|(.., restricted)| restricted.is_none());
                free.map(|(_, location, _)| location.clone()).collect::<Vec<_>>()
            };
            match skus.iter().filter(is_tier).find(|(_, location, _)| *location == place.location) {
                Some((.., None)) => ok(format!("{} can be created", place.sku)),
                Some((.., Some(reason))) => blocked(
                    format!("{} is restricted in {}: {reason}", place.sku, place.location),
                    "location",
                    elsewhere(),
                ),
                None => blocked(
                    format!("{} is not offered in {}", place.sku, place.location),
                    "location",
                    elsewhere(),
                ),
            }
        }
    };
    vec![
        Check::live(Question::Region, subject.clone(), region),
        Check::live(Question::GatewayTier, subject, tier),
    ]
}

fn path(account: &Account, deployment: &ModelDeployment) -> String {
    format!("{}/{}", account.id, deployment.name)
}

fn model(account: &Account, deployment: &ModelDeployment, live: &Live) -> Option<Check> {
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
fn quotas(zone: &LandingZone, plan: &Plan, live: &Live) -> Vec<Check> {
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
fn capacity(account: &Account, deployment: &ModelDeployment, plan: &Plan, live: &Live) -> Option<Check> {
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

fn names(live: &Live) -> impl Iterator<Item = Check> {
    live.names.iter().map(|(subject, answer)| {
        let verdict = match answer {
            Ok(Ok(())) => ok("free, or ours already"),
            Ok(Err(why)) => blocked(
                format!("{why}; a soft-deleted resource holds its name until it is restored or purged"),
                "metadata.identifier",
                Vec::new(),
            ),
            Err(why) => not_told(why),
        };
        Check::live(Question::Name, subject.clone(), verdict)
    })
}

fn providers(live: &Live) -> impl Iterator<Item = Check> {
    live.providers.iter().filter_map(|(namespace, answer)| {
        let verdict = match answer {
            Ok(state) if state.eq_ignore_ascii_case("Registered") => return None,
            Ok(state) => Verdict::Warning {
                why: format!("it is {state}"),
                advice: format!("az provider register --namespace {namespace} --wait"),
            },
            Err(why) => not_told(why),
        };
        Some(Check::live(Question::Provider, namespace.clone(), verdict))
    })
}

fn policies(live: &Live) -> impl Iterator<Item = Check> {
    live.policies.iter().filter_map(|(resource_type, answer)| {
        let verdict = match answer {
            Ok(denied) if denied.is_empty() => return None,
            Ok(denied) => blocked(
                format!("denied by {}: whoever assigned it can exempt the resource group", denied.join(", ")),
                "spec",
                Vec::new(),
            ),
            Err(why) => not_told(why),
        };
        Some(Check::live(Question::Policy, resource_type.clone(), verdict))
    })
}

fn permissions(plan: &Plan, live: &Live) -> Check {
    let verdict = match &live.missing_actions {
        Ok(missing) if missing.is_empty() => ok(format!("all {} actions", needed_actions(plan).len())),
        Ok(missing) => {
            let shown: Vec<&str> = missing.iter().map(String::as_str).take(ACTIONS_SHOWN).collect();
            let more = missing.len().saturating_sub(shown.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            blocked(
                format!(
                    "not allowed: {}{more}; Owner is, or Contributor beside Role Based Access Control Administrator",
                    shown.join(", ")
                ),
                "role",
                Vec::new(),
            )
        }
        Err(why) => not_told(why),
    };
    Check::live(Question::Permissions, "the account", verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GatewayPlacement;

    fn zone(sku: &str, capacity: u32) -> LandingZone {
        let deployment = ModelDeployment {
            name: "chat".to_owned(),
            model: "gpt-5-mini".to_owned(),
            version: "2025-08-07".to_owned(),
            sku: sku.to_owned(),
            capacity,
            ..ModelDeployment::default()
        };
        let account = |id: &str| Account {
            id: id.to_owned(),
            name: format!("oai-{id}"),
            location: "westus3".to_owned(),
            deployments: vec![deployment.clone()],
            ..Account::default()
        };
        let gateway = GatewayPlacement {
            service_name: "apim".to_owned(),
            location: "westus3".to_owned(),
            sku: "Developer".to_owned(),
            capacity: 1,
        };
        LandingZone { gateway, accounts: vec![account("one"), account("two")], ..LandingZone::default() }
    }

    /// Azure has everything, a hundred units of it.
    fn live(sku: &str) -> Live {
        let text = str::to_owned;
        let usage = models::all().sku(sku).unwrap().usage_name("gpt-5-mini");
        Live {
            locations: Ok(BTreeMap::from([(text("westus3"), Vec::new())])),
            gateway_skus: Ok(vec![(text("Developer"), text("westus3"), None)]),
            models: BTreeMap::from([(
                text("westus3"),
                Ok(vec![Offer { model: text("gpt-5-mini"), version: text("2025-08-07"), sku: text(sku) }]),
            )]),
            usages: BTreeMap::from([(
                text("westus3"),
                Ok(vec![Quota { name: usage, used: 0.0, limit: 100.0 }]),
            )]),
            capacities: BTreeMap::from([(
                (text("gpt-5-mini"), text("2025-08-07")),
                Ok(vec![
                    Capacity { location: text("westus3"), sku: text(sku), available: 100.0 },
                    Capacity { location: text("swedencentral"), sku: text(sku), available: 500.0 },
                ]),
            )]),
            names: vec![(text("apim"), Ok(Ok(())))],
            providers: vec![(text("Microsoft.KeyVault"), Ok(text("Registered")))],
            policies: Vec::new(),
            missing_actions: Ok(Vec::new()),
            existing: BTreeSet::new(),
        }
    }

    fn judged(sku: &str, capacity: u32, change: impl Fn(&mut Live)) -> Vec<Check> {
        let mut live = live(sku);
        change(&mut live);
        let plan = Plan { stages: Vec::new(), checks: Vec::new(), asked: false };
        let mut zone = zone(sku, capacity);
        zone.preflight.required = ["region", "apimSku", "models"].map(str::to_owned).to_vec();
        check_live(&zone, &plan, &Catalog::embedded(), &live)
    }

    /// `question: verdict` of what is not ok, the shared quota of the two accounts left out.
    fn not_ok(checks: &[Check]) -> Vec<String> {
        let open = checks.iter().filter(|check| {
            !matches!(check.verdict, Verdict::Ok { .. }) && check.question != Question::SharedQuota
        });
        open.map(|check| format!("{}: {}", check.question.name(), check.verdict.name())).collect()
    }

    #[test]
    fn azures_answer_goes_before_the_catalogues() {
        type Change = fn(&mut Live);
        let cases: [(u32, Change, &[&str]); 12] = [
            (50, |_| (), &[]),
            (51, |_| (), &["quota: blocked"]),
            // Whoever may not ask for quota is told so, and not that there is none.
            (
                50,
                |live| drop(live.usages.insert("westus3".to_owned(), Err("no".to_owned()))),
                &["quota: unverified"],
            ),
            (50, |live| live.locations = Ok(BTreeMap::new()), &["region: blocked"]),
            (50, |live| live.gateway_skus = Ok(Vec::new()), &["gateway tier: blocked"]),
            (50, |live| live.gateway_skus = Err("no".to_owned()), &["gateway tier: unverified"]),
            // The catalogue knows of this model; that Azure would not say leaves its word.
            (50, |live| drop(live.models.insert("westus3".to_owned(), Err("no".to_owned()))), &[]),
            (
                50,
                |live| drop(live.models.insert("westus3".to_owned(), Ok(Vec::new()))),
                &["model: blocked", "model: blocked"],
            ),
            (50, |live| live.names[0].1 = Ok(Err("taken".to_owned())), &["name: blocked"]),
            (50, |live| live.providers[0].1 = Ok("NotRegistered".to_owned()), &["provider: warning"]),
            (
                50,
                |live| live.policies.push(("A/b".to_owned(), Ok(vec!["deny-it".to_owned()]))),
                &["policy: blocked"],
            ),
            (50, |live| live.missing_actions = Ok(vec!["A/b/write".to_owned()]), &["permissions: blocked"]),
        ];
        for (index, (capacity, change, expected)) in cases.into_iter().enumerate() {
            assert_eq!(not_ok(&judged("GlobalStandard", capacity, change)), expected, "case {index}");
        }
    }

    #[test]
    fn provisioned_capacity_is_asked_for_and_other_regions_are_named() {
        let enough_quota = |live: &mut Live| {
            let usages = live.usages.get_mut("westus3").unwrap().as_mut().unwrap();
            usages.iter_mut().for_each(|quota| quota.limit = 1000.0);
        };
        let checks = judged("GlobalProvisionedManaged", 150, enough_quota);
        assert_eq!(not_ok(&checks), ["capacity: blocked", "capacity: blocked"]);
        let capacity = checks.iter().find(|check| check.question == Question::Capacity).unwrap();
        let Verdict::Blocked { alternatives, .. } = &capacity.verdict else { panic!("{capacity:?}") };
        assert_eq!(alternatives[0].values, ["swedencentral"]);
    }
}
