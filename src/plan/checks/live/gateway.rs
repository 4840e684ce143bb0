//! What the gateway is made of: the policies that a running one knows, and the rule sets of its firewall.

use std::collections::BTreeMap;

use super::{Live, blocked, not_told, ok};
use crate::model::LandingZone;
use crate::plan::checks::{Check, Question};

/// So many policies are named.
const POLICIES_SHOWN: usize = 6;

/// The policies of the landing zone against those that the running gateway knows; None where there is none yet.
/// `used`: each with a file that has it.
pub(super) fn policies(zone: &LandingZone, used: &BTreeMap<String, String>, live: &Live) -> Option<Check> {
    let verdict = match live.gateway_policies.as_ref()? {
        Err(why) => not_told(why),
        Ok(known) if known.is_empty() => not_told("the gateway lists no policy at all"),
        Ok(known) => {
            let is_known = |name: &String| known.iter().any(|known| known.eq_ignore_ascii_case(name));
            let unknown: Vec<String> = used
                .iter()
                .filter(|(name, _)| !is_known(name))
                .map(|(name, file)| format!("{name} ({file})"))
                .collect();
            if unknown.is_empty() {
                ok(format!("the gateway knows all {} that are used", used.len()))
            } else {
                let more = unknown.len().saturating_sub(POLICIES_SHOWN);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let shown = unknown[..unknown.len().min(POLICIES_SHOWN)].join(", ");
                blocked(
                    format!(
                        "the running gateway does not know {shown}{more}: its tier or its version lacks them; update \
                         the service, choose another tier, or leave out what needs them"
                    ),
                    "sku",
                    Vec::new(),
                )
            }
        }
    };
    Some(Check::live(Question::GatewayPolicies, format!("gateway {}", zone.gateway.service_name), verdict))
}

/// The rule set of the firewall against those that Application Gateway has; None where there is no firewall.
pub(super) fn rule_set(zone: &LandingZone, live: &Live) -> Option<Check> {
    let app_gateway = zone.app_gateway.as_ref()?;
    let wanted = (&app_gateway.rule_set_type, &app_gateway.rule_set_version);
    let verdict = match live.waf_rule_sets.as_ref()? {
        Err(why) => not_told(why),
        Ok(sets) => {
            let is_type = |set: &&(String, String)| set.0.eq_ignore_ascii_case(wanted.0);
            if sets.iter().filter(is_type).any(|set| set.1 == *wanted.1) {
                ok(format!("{} {} is offered", wanted.0, wanted.1))
            } else {
                let others = sets.iter().filter(is_type).map(|set| set.1.clone()).collect();
                blocked(format!("{} {} is not offered", wanted.0, wanted.1), "version", others)
            }
        }
    };
    Some(Check::live(Question::RuleSet, format!("firewall of {}", app_gateway.fqdn), verdict))
}

/// Whether Azure OpenAI accounts may be had, region by region.
pub(super) fn accounts(live: &Live) -> impl Iterator<Item = Check> {
    live.account_skus.iter().map(|(location, answer)| {
        let verdict = match answer {
            Ok(Ok(())) => ok("OpenAI S0 can be created"),
            Ok(Err(why)) => blocked(
                format!("accounts of Azure OpenAI cannot be created here: {why}"),
                "location",
                Vec::new(),
            ),
            Err(why) => not_told(why),
        };
        Check::live(Question::Account, format!("accounts in {location}"), verdict)
    })
}
