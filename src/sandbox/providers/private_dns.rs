//! Microsoft.Network/privateDnsZones: which networks resolve a zone.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[Provider {
    resource_type: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    complete: link,
    action: no_action,
}];

/// A network that resolved two zones of one name could not tell which to ask, so Azure links it with one of them; the other
/// may be in another resource group or subscription. Azure names both, and so says one name twice
/// (learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/createorupdatevirtualnetworklinkfailed-error, 2024-03-01,
/// read 2026-12-01).
fn link(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let zone_name =
        |id: &crate::sandbox::ResourceId| id.parent().map(|zone| zone.name().to_ascii_lowercase());
    let network = draft.text("/properties/virtualNetwork/id").unwrap_or_default().to_owned();
    let of_this = zone_name(draft.id());
    let links = draft.state.of_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks");
    let is_linked = links.iter().any(|other| {
        other.id.key() != draft.id().key()
            && zone_name(&other.id) == of_this
            && other.text("/properties/virtualNetwork/id").is_some_and(|id| id.eq_ignore_ascii_case(&network))
    });
    if is_linked {
        let zone = of_this.unwrap_or_default();
        let message = format!(
            "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual network with '{zone}' and '{zone}' zones."
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
        let both = "'privatelink.vaultcore.azure.net' and 'privatelink.vaultcore.azure.net' zones.";
        assert!(refused.contains("overlapping namespaces") && refused.contains(both), "{refused}");
    }
}
