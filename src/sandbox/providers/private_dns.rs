//! Microsoft.Network/privateDnsZones: which networks resolve a zone.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[Provider {
    resource_type: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    complete: link,
    action: no_action,
}];

/// A network that resolved two zones of one name could not tell which to ask, so Azure links it with one of them; the other
/// may be in another resource group (learn.microsoft.com/azure/dns/private-dns-virtual-network-links, from memory).
fn link(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let zone_name =
        |id: &crate::sandbox::ResourceId| id.parent().map(|zone| zone.name().to_ascii_lowercase());
    let network = draft.text("/properties/virtualNetwork/id").unwrap_or_default().to_owned();
    let of_this = zone_name(draft.id());
    let other =
        draft.state.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks").into_iter().find(
            |other| {
                other.id.key() != draft.id().key()
                    && zone_name(&other.id) == of_this
                    && other
                        .text("/properties/virtualNetwork/id")
                        .is_some_and(|id| id.eq_ignore_ascii_case(&network))
            },
        );
    if let Some(other) = other {
        let message = format!(
            "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual network with '{}' and '{}' zones.",
            of_this.unwrap_or_default(),
            other.id.parent().map(|zone| zone.to_string()).unwrap_or_default(),
        );
        return Err(ArmFault::bad_request("BadRequest", message));
    }
    draft.set("virtualNetworkLinkState", "Completed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::sandbox::providers::complete;
    use crate::sandbox::{ResourceId, State};

    const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";

    #[track_caller]
    fn linked(state: &State, group: &str, link: &str, network: &str) -> Result<(), String> {
        let zone = "privatelink.vaultcore.azure.net";
        let id = format!(
            "{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Network/privateDnsZones/{zone}/virtualNetworkLinks/{link}"
        );
        let network =
            format!("{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/{network}");
        let body =
            json!({ "properties": { "virtualNetwork": { "id": network }, "registrationEnabled": false } });
        let id = ResourceId::parse(&id).unwrap();
        let draft = complete(state, "tenant", &id, body).map_err(|fault| format!("{fault:?}"))?;
        let resource = draft.resource;
        state.put(resource);
        Ok(())
    }

    #[test]
    fn a_network_resolves_one_zone_of_a_name() {
        let state = State::default();
        assert_eq!(linked(&state, "one", "first", "vnet-1"), Ok(()));
        assert_eq!(linked(&state, "one", "first", "vnet-1"), Ok(()), "the same link again");
        assert_eq!(linked(&state, "two", "first", "vnet-2"), Ok(()), "another network, another zone");
        let refused = linked(&state, "two", "second", "VNET-1").unwrap_err();
        assert!(refused.contains("overlapping namespaces"), "{refused}");
    }
}
