//! Does Azure have what the landing zone asks for, where it asks for it?
//!
//! The gateway's region and the regions of the models are separate questions: 6 of the 16 regions of the upstream
//! accelerator's list hold no Azure OpenAI model, and its accounts always went to the gateway's region.

use super::{Alternative, Check, LiveRequest, Question, Verdict, preflight, quota};
use crate::catalog::models::{Lifecycle, Model};
use crate::catalog::regions::{Region, normalize};
use crate::catalog::tiers::ZoneSupport;
use crate::catalog::{Catalog, Fact};
use crate::model::{Account, GatewayPlacement, LandingZone, ModelDeployment};

/// More names than this do not help to choose; `genai-lz regions` lists all.
const MAX_ALTERNATIVES: usize = 6;

/// Azure notifies the owners of a deployment 60 days before its model retires (Model lifecycle and support policy,
/// 2026), so that is when it becomes a warning here.
const RETIRES_SOON_DAYS: i64 = 60;

/// Checks the regions, tiers, models and quotas of a landing zone against the catalogue, weighed by its `preflight`.
pub fn check_regions(zone: &LandingZone, catalog: &Catalog) -> Vec<Check> {
    let mut checks = check_placement(&zone.gateway, &zone.accounts, catalog);
    for region in &zone.additional_regions {
        let there = GatewayPlacement {
            location: region.location.clone(),
            capacity: region.capacity,
            ..zone.gateway.clone()
        };
        checks.extend(check_gateway(&there, catalog));
    }
    preflight::weigh(checks, &zone.preflight, false)
}

/// The same for a gateway and accounts that belong to no landing zone yet.
pub fn check_placement(gateway: &GatewayPlacement, accounts: &[Account], catalog: &Catalog) -> Vec<Check> {
    let mut checks = check_gateway(gateway, catalog);
    for account in accounts {
        checks.extend(check_account(account, catalog));
    }
    checks.extend(quota::check_quota(accounts, catalog));
    checks
}

fn check_gateway(gateway: &GatewayPlacement, catalog: &Catalog) -> Vec<Check> {
    let subject = format!("gateway {} in {}", gateway.service_name, gateway.location);
    let Some(region) = catalog.regions.find(&gateway.location) else {
        return vec![unknown_region(subject, &gateway.location, catalog)];
    };
    let check =
        |question, verdict, fact| Check { question, subject: subject.clone(), verdict, facts: vec![fact] };
    vec![
        check(Question::Region, region_verdict(region), catalog.regions.fact(region)),
        check(
            Question::GatewayTier,
            tier_verdict(gateway, region, catalog),
            catalog.regions.apim_fact(region),
        ),
        check(Question::Zones, zones_verdict(gateway, region), catalog.regions.fact(region)),
    ]
}

fn unknown_region(subject: String, location: &str, catalog: &Catalog) -> Check {
    let near = catalog.regions.suggest(location).map(|region| region.name.clone());
    let alternatives = near.into_iter().map(|name| Alternative { field: "location", values: vec![name] });
    Check {
        question: Question::Region,
        subject,
        verdict: Verdict::Blocked {
            why: format!("`{location}` is no public Azure region"),
            alternatives: alternatives.collect(),
        },
        facts: vec![catalog.regions.list_fact()],
    }
}

fn region_verdict(region: &Region) -> Verdict {
    if region.restricted {
        let why = format!("{} is open only to subscriptions that asked for access", region.display_name);
        return Verdict::unverified(why, LiveRequest::Locations);
    }
    Verdict::Ok { note: region.display_name.clone() }
}

/// The documentation lists regions for the v2 tiers only; of the classic tiers Azure alone knows.
fn tier_verdict(gateway: &GatewayPlacement, region: &Region, catalog: &Catalog) -> Verdict {
    let tier = gateway.sku.as_str();
    if !tier.to_ascii_lowercase().ends_with("v2") {
        let why = format!("the documentation has no list of regions for the tier {tier}");
        return Verdict::unverified(why, LiveRequest::ApiManagementSkus);
    }
    let lists = |tiers: &[String]| tiers.iter().any(|listed| listed.eq_ignore_ascii_case(tier));
    let has_tier =
        |other: &Region| lists(other.apim_v2.as_deref().unwrap_or_default()) && !lists(&other.apim_v2_paused);
    let blocked = |why| Verdict::Blocked {
        why,
        alternatives: alternatives("location", nearest(catalog, region, has_tier)),
    };
    if lists(&region.apim_v2_paused) {
        blocked(format!("no new {tier} instance can be created in {} for lack of capacity", region.name))
    } else if has_tier(region) {
        Verdict::Ok { note: format!("{tier} is listed") }
    } else {
        blocked(format!("the tier {tier} is not offered in {}", region.name))
    }
}

fn zones_verdict(gateway: &GatewayPlacement, region: &Region) -> Verdict {
    let is_zonal = gateway.tier().is_some_and(|tier| tier.zones != ZoneSupport::None);
    match (region.zones.is_empty(), is_zonal) {
        (true, true) => Verdict::Warning {
            why: format!(
                "{} has no availability zones, so the gateway cannot outlive a datacenter",
                region.name
            ),
            advice: "set `location` to a region with zones, or accept one datacenter".to_owned(),
        },
        (true, false) => Verdict::Ok { note: "no zones in this region; none are requested".to_owned() },
        (false, true) => Verdict::Ok { note: format!("zones {}", region.zones.join(", ")) },
        (false, false) => Verdict::Ok {
            note: format!(
                "zones {}; the tier {} uses none of them itself",
                region.zones.join(", "),
                gateway.sku
            ),
        },
    }
}

fn check_account(account: &Account, catalog: &Catalog) -> Vec<Check> {
    let subject = format!("models {} in {}", account.id, account.location);
    let Some(region) = catalog.regions.find(&account.location) else {
        return vec![unknown_region(subject, &account.location, catalog)];
    };
    // That a region exists, the answers about its models show; only a closed one is worth a line.
    let closed = region.restricted.then(|| Check {
        question: Question::Region,
        subject,
        verdict: region_verdict(region),
        facts: vec![catalog.regions.fact(region)],
    });
    let models =
        account.deployments.iter().map(|deployment| check_model(account, deployment, region, catalog));
    closed.into_iter().chain(models).collect()
}

fn check_model(account: &Account, deployment: &ModelDeployment, region: &Region, catalog: &Catalog) -> Check {
    let subject = format!("{}/{} in {}", account.id, deployment.name, normalize(&account.location));
    let (verdict, facts) = match catalog.models.find(&deployment.model, &deployment.version) {
        None => (unknown_model(deployment, region, catalog), vec![catalog.models.matrix_fact()]),
        Some(model) if model.is_retired() => {
            (retired(model, deployment, region, catalog), vec![catalog.models.fact(model)])
        }
        Some(model) => availability(model, deployment, region, catalog),
    };
    Check { question: Question::Model, subject, verdict, facts }
}

/// `gpt-5-mini 2025-08-07 as GlobalStandard`
fn label(deployment: &ModelDeployment) -> String {
    format!("{} {} as {}", deployment.model, deployment.version, deployment.sku)
}

/// Models and versions appear every month, so an unknown one is no error.
fn unknown_model(deployment: &ModelDeployment, region: &Region, catalog: &Catalog) -> Verdict {
    let ModelDeployment { model, version, .. } = deployment;
    let versions = catalog.models.current_versions(model);
    let why = if !versions.is_empty() {
        format!("version {version} of {model} is not in the catalogue; it knows {}", versions.join(", "))
    } else if let Some(near) = catalog.models.suggest(model) {
        format!("{model} {version} is not in the catalogue; did you mean {near}?")
    } else {
        format!("{model} {version} is not in the catalogue")
    };
    Verdict::unverified(why, LiveRequest::Models { location: region.name.clone() })
}

/// D-08: the upstream workload still deploys gpt-35-turbo 0613, which nobody can deploy any more.
fn retired(model: &Model, deployment: &ModelDeployment, region: &Region, catalog: &Catalog) -> Verdict {
    let when = model.retires.map_or_else(String::new, |day| format!(" on {day}"));
    let versions = catalog.models.current_versions(&model.name).into_iter().map(str::to_owned).collect();
    Verdict::Blocked {
        why: format!("{} {} retired{when}", model.name, model.version),
        alternatives: [
            alternatives("version", versions),
            alternatives("model", successors(model, &deployment.sku, region, catalog)),
        ]
        .concat(),
    }
}

fn availability(
    model: &Model,
    deployment: &ModelDeployment,
    region: &Region,
    catalog: &Catalog,
) -> (Verdict, Vec<Fact>) {
    let matrix = catalog.models.matrix_fact();
    let models_request = LiveRequest::Models { location: region.name.clone() };
    let Some(sku) = catalog.models.sku(&deployment.sku) else {
        let why = format!("the deployment SKU {} is not in the catalogue", deployment.sku);
        return (Verdict::unverified(why, models_request), vec![matrix]);
    };
    let Some(regions) = model.regions_of(&sku.name) else {
        let why = format!("no source names the regions of {} {}", model.name, model.version);
        return (Verdict::unverified(why, models_request), vec![catalog.models.fact(model)]);
    };
    if regions.contains(&region.name) {
        return (
            lifecycle(model, deployment, catalog, models_request),
            vec![matrix, catalog.models.fact(model)],
        );
    }
    let skus_here = catalog.models.skus().filter(|other| model.is_offered(&other.name, &region.name));
    let why = if catalog.models.skus().all(|sku| catalog.models.offered(&sku.name, &region.name).is_empty()) {
        format!("no Azure OpenAI model is offered in {}", region.name)
    } else {
        format!("{} is not offered in {}", label(deployment), region.name)
    };
    let verdict = Verdict::Blocked {
        why,
        alternatives: [
            alternatives("location", nearest(catalog, region, |other| regions.contains(&other.name))),
            alternatives("sku", skus_here.map(|sku| sku.name.clone()).collect()),
        ]
        .concat(),
    };
    (verdict, vec![matrix])
}

/// A date in the schedule is a plan: between April and July 2026 a third of them moved, in both directions. So a day
/// that has passed since the page was written is for Azure to confirm.
fn lifecycle(
    model: &Model,
    deployment: &ModelDeployment,
    catalog: &Catalog,
    decided_by: LiveRequest,
) -> Verdict {
    let name = format!("{} {}", model.name, model.version);
    let successor =
        model.replacement.as_deref().map_or_else(String::new, |next| format!("; Azure names {next}"));
    let on = model.retires.map_or_else(String::new, |day| format!(" on {day}"));
    let days_left = catalog.today.zip(model.retires).map(|(today, day)| (day - today).whole_days());
    match (model.lifecycle, days_left) {
        (_, Some(..=0)) => {
            Verdict::unverified(format!("{name} was to retire{on}, which is past{successor}"), decided_by)
        }
        (Some(Lifecycle::Deprecated), _) => Verdict::unverified(
            format!("{name} retires{on} and is closed to subscriptions that do not use it yet{successor}"),
            decided_by,
        ),
        (_, Some(days @ ..=RETIRES_SOON_DAYS)) => Verdict::Warning {
            why: format!("{name} retires{on}, in {days} days"),
            advice: format!("plan the move to a later model now{successor}"),
        },
        _ if on.is_empty() => Verdict::Ok { note: label(deployment) },
        _ => Verdict::Ok { note: format!("{}, retires{on}", label(deployment)) },
    }
}

/// The unrestricted regions that satisfy `has_it`, nearest first: the same geography, continent, data zone.
fn nearest(catalog: &Catalog, from: &Region, has_it: impl Fn(&Region) -> bool) -> Vec<String> {
    let mut found: Vec<&Region> =
        catalog.regions.iter().filter(|region| !region.restricted && has_it(region)).collect();
    found.sort_by_key(|other| {
        (
            other.geography != from.geography,
            other.continent != from.continent,
            other.data_zone != from.data_zone,
        )
    });
    found.into_iter().map(|region| region.name.clone()).collect()
}

/// Models for the same kind of calls that everybody may deploy in `region` under `sku`, the latest first.
fn successors(retired: &Model, sku: &str, region: &Region, catalog: &Catalog) -> Vec<String> {
    let mut found: Vec<&Model> = catalog
        .models
        .iter()
        .filter(|model| model.kind == retired.kind && model.lifecycle == Some(Lifecycle::Ga))
        .filter(|model| model.is_offered(sku, &region.name))
        .collect();
    found.sort_by(|left, right| right.version.cmp(&left.version));
    found.dedup_by(|left, right| left.name == right.name);
    found.into_iter().map(|model| model.name.clone()).collect()
}

/// One alternative, or none where there is no value.
fn alternatives(field: &'static str, mut values: Vec<String>) -> Vec<Alternative> {
    values.truncate(MAX_ALTERNATIVES);
    if values.is_empty() { Vec::new() } else { vec![Alternative { field, values }] }
}
