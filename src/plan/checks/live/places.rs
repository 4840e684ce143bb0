//! What is had where: the gateway's region and tier, and the resource groups that are there already.

use super::{Live, blocked, not_told, ok};
use crate::model::LandingZone;
use crate::plan::checks::{Check, Question, Verdict};

/// So many resources are named.
const TAKEN_SHOWN: usize = 3;

pub(super) fn groups(live: &Live) -> impl Iterator<Item = Check> {
    live.groups.iter().map(|(name, answer)| {
        let verdict = match answer {
            Ok(Some(taken)) if taken.is_empty() => ok("it is there, and stays as it is"),
            Ok(Some(taken)) => Verdict::Warning {
                why: format!(
                    "this landing zone was not deployed yet, and {} there already: {}{}",
                    if taken.len() == 1 { "something of its names is" } else { "some things of its names are" },
                    taken[..taken.len().min(TAKEN_SHOWN)].join(", "),
                    if taken.len() > TAKEN_SHOWN { " and more" } else { "" },
                ),
                advice: "a deployment changes it, and `destroy` takes it away; choose other names, and for zones \
                         `privateDns: { existing: [...] }`"
                    .to_owned(),
            },
            Ok(None) => blocked(
                "`azure.resourceGroups.existing` says that it is there, and it is not: make it, or leave its purpose out",
                "azure.resourceGroups.existing",
                Vec::new(),
            ),
            Err(why) => not_told(why),
        };
        Check::live(Question::ResourceGroup, name.clone(), verdict)
    })
}

pub(super) fn gateway(zone: &LandingZone, live: &Live) -> Vec<Check> {
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
