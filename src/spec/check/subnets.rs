//! Subnets inside the address space of their network and apart from each other.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::Cidr;

/// Reports each of `subnets`, with the name that it has in the spec, that lies outside of `network` or overlaps one before it.
pub(super) fn placed(network: &At<Cidr>, subnets: &[(String, At<Cidr>)], cx: &mut Checks<'_>) {
    for (index, (name, subnet)) in subnets.iter().enumerate() {
        if !network.contains(subnet.value) {
            let message =
                format!("subnet `{name}` ({}) lies outside the network ({})", subnet.value, network.value);
            let found = cx
                .diagnostic(&codes::SUBNET, subnet.span, message)
                .related(cx.source, network.span, "the network")
                .help("choose a range inside the network's address space");
            cx.push(found);
        }
        for (other_name, other) in &subnets[..index] {
            if subnet.overlaps(other.value) {
                let message = format!(
                    "subnet `{name}` ({}) overlaps subnet `{other_name}` ({})",
                    subnet.value, other.value
                );
                let found = cx
                    .diagnostic(&codes::SUBNET, subnet.span, message)
                    .related(cx.source, other.span, format!("`{other_name}`"))
                    .help("choose a range that no other subnet uses");
                cx.push(found);
            }
        }
    }
}
