//! Subnets inside the address space and apart from each other, and sizes that depend on one another.

use super::Checks;
use crate::spec::codes;
use crate::spec::types::{ApimSkuName, Spec};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    let subnets = [
        ("appGateway", network.subnets.app_gateway),
        ("privateEndpoints", network.subnets.private_endpoints),
        ("apim", network.subnets.apim),
    ];
    for (index, (name, subnet)) in subnets.iter().enumerate() {
        if !network.address_space.contains(subnet.value) {
            let found = cx
                .diagnostic(
                    &codes::SUBNET,
                    subnet.span,
                    format!(
                        "subnet `{name}` ({}) lies outside the network ({})",
                        subnet.value, network.address_space.value
                    ),
                )
                .related(cx.source, network.address_space.span, "the network")
                .help("choose a range inside the network's address space");
            cx.push(found);
        }
        for (other_name, other) in &subnets[..index] {
            if subnet.overlaps(other.value) {
                let found = cx
                    .diagnostic(
                        &codes::SUBNET,
                        subnet.span,
                        format!(
                            "subnet `{name}` ({}) overlaps subnet `{other_name}` ({})",
                            subnet.value, other.value
                        ),
                    )
                    .related(cx.source, other.span, format!("`{other_name}`"))
                    .help("choose a range that no other subnet uses");
                cx.push(found);
            }
        }
    }
    let sku = &spec.baseline.apim.sku;
    if sku.name.value == ApimSkuName::Developer && sku.capacity.0 != 1 {
        let found = cx
            .diagnostic(
                &codes::OUT_OF_RANGE,
                sku.capacity.span,
                format!("the Developer tier has one unit, not {}", sku.capacity.0),
            )
            .help("set `capacity` to 1, or `name` to `Premium`");
        cx.push(found);
    }
    if let Some(autoscale) = spec.baseline.app_gateway.as_ref().map(|gateway| &gateway.autoscale)
        && autoscale.min.0 > autoscale.max.0
    {
        let found = cx
            .diagnostic(&codes::OUT_OF_RANGE, autoscale.min.span, "`min` is greater than `max`")
            .related(cx.source, autoscale.max.span, "`max`")
            .help("set `min` to `max` or less");
        cx.push(found);
    }
}
