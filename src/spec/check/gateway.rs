//! What the tier of the gateway allows: units, zones, network mode, private endpoint, versions, limits.

use super::Checks;
use crate::catalog::tiers::{NetworkMode, Tier, ZoneSupport};
use crate::spec::codes;
use crate::spec::types::{ApimSkuName, LlmLogs, ReleaseChannel, SentLogs, Spec, Zones};

/// The version that bicep/genai sends its requests with.
const OWN_VERSION: &str = "2024-05-01";

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let tier = spec.baseline.apim.sku.name.tier();
    mode(spec, tier, cx);
    units(spec, tier, cx);
    zones(spec, tier, cx);
    versions(spec, tier, cx);
    event_hub(spec, cx);
    llm_logs(spec, cx);
    if tier.is_v2 {
        changing_limits(spec, tier, cx);
    }
}

fn mode(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let (network, apim) = (&spec.baseline.network, &spec.baseline.apim);
    let mode = network.apim_mode.mode();
    if !tier.modes.contains(&mode) {
        let modes: Vec<String> = tier.modes.iter().map(|mode| format!("`{}`", mode.word())).collect();
        // A mode that was not given stands where the network does, which is nothing to point at.
        let found = cx
            .diagnostic(
                &codes::TIER,
                apim.sku.name.span,
                format!("the tier {} has no network mode `{}`", tier.name, mode.word()),
            )
            .help(format!("set `network.apimMode` to {}, or choose another tier", modes.join(" or ")));
        cx.push(found);
        return;
    }
    let refused = match mode {
        _ if !tier.private_endpoint => Some(format!("the tier {} has no private endpoints", tier.name)),
        NetworkMode::Internal | NetworkMode::External | NetworkMode::Injection => {
            Some(format!("a gateway in the network (`{}`) takes no private endpoint", mode.word()))
        }
        NetworkMode::None | NetworkMode::Integration => None,
    };
    if let Some(reason) = refused.filter(|_| apim.private_endpoint.value) {
        let found = cx
            .diagnostic(&codes::TIER, apim.private_endpoint.span, reason)
            .help("leave `privateEndpoint` out, or choose another tier or `network.apimMode`");
        cx.push(found);
    }
    outside(spec, tier, mode, cx);
}

/// Accounts that the gateway reaches from outside of the network can be reached by others too.
fn outside(spec: &Spec, tier: &Tier, mode: NetworkMode, cx: &mut Checks<'_>) {
    if mode == NetworkMode::None && !tier.own_addresses {
        let found = cx
            .diagnostic(
                &codes::MODELS_IN_PUBLIC,
                spec.baseline.network.apim_mode.span,
                format!(
                    "the tier {} has no addresses of its own, so the model accounts answer the internet",
                    tier.name
                ),
            )
            .help("choose `StandardV2` or `PremiumV2` with `v2-integration` to keep them private");
        cx.push(found);
    }
}

fn units(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let capacity = &spec.baseline.apim.sku.capacity;
    if capacity.0 > tier.units_max {
        let (message, help) = match tier.units_max {
            1 => (
                format!("the {} tier has one unit, not {}", tier.name, capacity.0),
                "set `capacity` to 1, or choose a larger tier".to_owned(),
            ),
            most => (
                format!("the {} tier has {most} units at most, not {}", tier.name, capacity.0),
                format!("set `capacity` to {most} or less, or choose a larger tier"),
            ),
        };
        let found = cx.diagnostic(&codes::OUT_OF_RANGE, capacity.span, message).help(help);
        cx.push(found);
    }
}

fn zones(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let sku = &spec.baseline.apim.sku;
    let Zones::Listed(zones) = &sku.zones.value else { return };
    if zones.is_empty() {
        return;
    }
    let (message, help) = match tier.zones {
        ZoneSupport::AllOrNone => (
            format!("the tier {} takes no list of zones; Azure chooses them", tier.name),
            "set `zones` to `auto` or `none`".to_owned(),
        ),
        ZoneSupport::Listed if !(sku.capacity.0 as usize).is_multiple_of(zones.len()) => (
            format!("{} units cannot be spread evenly over {} zones", sku.capacity.0, zones.len()),
            "set `capacity` to a multiple of the number of zones, or `zones` to `auto`".to_owned(),
        ),
        ZoneSupport::None | ZoneSupport::Listed => return,
    };
    let found = cx.diagnostic(&codes::TIER, sku.zones.span, message).help(help);
    cx.push(found);
}

fn versions(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    let apim = &spec.baseline.apim;
    if let Some(version) = apim.min_api_version.as_ref() {
        let problem = if version.as_str() > OWN_VERSION {
            Some(format!(
                "with `{}` the service would refuse what a deployment sends to it",
                version.as_str()
            ))
        } else if tier.is_v2 && version.as_str() < OWN_VERSION {
            Some(format!("v2 tiers know no version before `{OWN_VERSION}`"))
        } else {
            None
        };
        if let Some(message) = problem {
            let found = cx
                .diagnostic(&codes::OUT_OF_RANGE, version.span, message)
                .help(format!("set it to `{OWN_VERSION}`, or leave it out"));
            cx.push(found);
        }
    }
    // learn.microsoft.com/azure/api-management/configure-service-update-settings, 2025-03-18.
    let channel = apim.release_channel.as_ref();
    if let Some(channel) = channel.filter(|channel| {
        apim.sku.name.value == ApimSkuName::Developer && channel.value != ReleaseChannel::Preview
    }) {
        let found = cx
            .diagnostic(&codes::TIER, channel.span, "the Developer tier gets early updates only")
            .help("set `releaseChannel` to `Preview`, or leave it out");
        cx.push(found);
    }
}

fn event_hub(spec: &Spec, cx: &mut Checks<'_>) {
    let in_network = spec.baseline.network.apim_mode.mode().is_in_network();
    let endpoint = spec.baseline.event_hub.as_ref().and_then(|hub| hub.private_endpoint.as_ref());
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.value != in_network) else { return };
    let message = if in_network {
        "the gateway calls through the network, so the hub is private"
    } else {
        "a gateway outside of the network cannot reach a private hub"
    };
    let found = cx
        .diagnostic(&codes::CONFLICT, endpoint.span, message)
        .related(cx.source, spec.baseline.network.apim_mode.span, "the mode")
        .help("leave `privateEndpoint` out");
    cx.push(found);
}

/// What the service logs of models goes where its diagnostic settings say.
fn llm_logs(spec: &Spec, cx: &mut Checks<'_>) {
    let monitoring = &spec.baseline.monitoring;
    if monitoring.llm_logs.value != LlmLogs::None && monitoring.diagnostics.value == SentLogs::None {
        let found = cx
            .diagnostic(&codes::CONFLICT, monitoring.llm_logs.span, "logs of models are sent nowhere")
            .related(cx.source, monitoring.diagnostics.span, "nothing is sent")
            .help("leave `diagnostics` out, or set `llmLogs` to `none`");
        cx.push(found);
    }
}

/// D-16.
fn changing_limits(spec: &Spec, tier: &Tier, cx: &mut Checks<'_>) {
    for limit in spec.apis.iter().filter_map(|api| api.policies.adaptive_limit.as_ref()) {
        let shares = limit.classes.iter().filter(|class| class.share_of_remaining.thousandths > 0);
        for class in shares {
            let found = cx
                .diagnostic(
                    &codes::LIMIT_FIXED,
                    class.share_of_remaining.span,
                    format!(
                        "on {} the class `{}` has its share of the whole total, however much of it is left",
                        tier.name,
                        class.name.as_str(),
                    ),
                )
                .help("leave `shareOfRemaining` out and raise `base`, or choose a classic tier");
            cx.push(found);
        }
    }
}
