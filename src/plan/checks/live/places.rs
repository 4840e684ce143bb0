//! What is had where: the gateway's region and tier.

use super::{Live, blocked, not_told, ok};
use crate::model::LandingZone;
use crate::plan::checks::{Check, Question};

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
