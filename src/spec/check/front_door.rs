//! Azure Front Door: what it leads to, and whether nothing else can come there.

use super::Checks;
use crate::spec::codes;
use crate::spec::types::{Certificate, FrontDoor, FrontDoorMethod, FrontDoorSku, RuleSetType, Spec, WafMode};
use crate::text::Span;

/// Origins have a priority from 1 to 5 (published type of 2025-06-01).
const PRIORITIES_MAX: usize = 5;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    let Some(door) = &network.front_door else { return };
    if let Some(manager) = &network.traffic_manager {
        let found = cx
            .diagnostic(&codes::CONFLICT, door.span, "one thing stands before all regions")
            .related(cx.source, manager.span, "the other")
            .help("keep `frontDoor`, which sees requests, or `trafficManager`, which answers names");
        cx.push(found);
    }
    let regions = &spec.azure.additional_regions;
    if !regions.is_empty() && !network.apim_mode.mode().is_in_network() {
        refuse(
            door.span,
            "further regions have an Application Gateway only where the gateway stands in a network",
            "set `network.apimMode` to `internal` or `external`, or leave `frontDoor` out: the service itself leads callers to the nearest region",
            cx,
        );
    }
    match &spec.baseline.app_gateway {
        None => refuse(
            door.span,
            "it leads to Application Gateways, and there are none; a gateway that is called itself could not tell who comes around it",
            "add `baseline.appGateway`, or leave `frontDoor` out",
            cx,
        ),
        Some(gateway) => {
            // learn.microsoft.com/azure/frontdoor/end-to-end-tls, excerpts seen 2026-12-01.
            if matches!(gateway.certificate.value, Certificate::SelfSigned(_)) {
                refuse(
                    door.span,
                    "Front Door calls nothing whose certificate is signed by itself",
                    "give `appGateway.certificate` a `keyVaultSecret` or a `pfx` of a known authority",
                    cx,
                );
            }
            // A gateway with older rules let requests without the header pass (stefanivemo.github.io, 2020-08-29); the engine was
            // replaced with 3.2 (learn.microsoft.com/azure/web-application-firewall/ag/waf-engine, read 2026-12-01).
            let rules = &gateway.waf.rule_set;
            if rules.rule_set_type.value == RuleSetType::Owasp && is_before_3_2(rules.version.as_str()) {
                let found = cx
                    .diagnostic(
                        &codes::CONFLICT,
                        rules.version.span,
                        "the firewall of such old rules may let callers go around Front Door",
                    )
                    .related(cx.source, door.span, "Front Door")
                    .help("set `version` to \"3.2\", or use `Microsoft_DefaultRuleSet`");
                cx.push(found);
            }
            if gateway.waf.mode.value == WafMode::Detection {
                let found = cx
                    .diagnostic(
                        &codes::CONFLICT,
                        gateway.waf.mode.span,
                        "a firewall that only logs lets callers go around Front Door",
                    )
                    .related(cx.source, door.span, "Front Door")
                    .help("set `mode` to `prevention`; `frontDoor.waf.mode` may be `detection`");
                cx.push(found);
            }
        }
    }
    own(door, regions.len() + 1, cx);
}

fn own(door: &FrontDoor, n_regions: usize, cx: &mut Checks<'_>) {
    let is_standard = door.sku.value == FrontDoorSku::Standard;
    // A default stands where Front Door does.
    let mode = &door.waf.mode;
    if is_standard && mode.span != door.waf.span && door.waf.requests_per_minute.is_none() {
        refuse(
            mode.span,
            "the firewall of Standard has no managed rules, so there is nothing to refuse or to log",
            "add `requestsPerMinute`, choose `Premium`, or leave `mode` out",
            cx,
        );
    }
    if door.method.value == FrontDoorMethod::Priority && n_regions > PRIORITIES_MAX {
        refuse(
            door.method.span,
            &format!("{n_regions} regions, and Front Door knows {PRIORITIES_MAX} places in a row"),
            "set `method` to `Latency`",
            cx,
        );
    }
}

fn is_before_3_2(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    parts < vec![3, 2]
}

fn refuse(span: Span, message: &str, help: &str, cx: &mut Checks<'_>) {
    let found = cx.diagnostic(&codes::CONFLICT, span, message).help(help);
    cx.push(found);
}
