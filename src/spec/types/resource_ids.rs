//! Ids of Azure resources that are there already, and what stands in rules of a network security group.

use std::net::Ipv4Addr;

use super::Cidr;
use crate::spec::decode::text;

text! {
    /// The id of a virtual network.
    pub struct VirtualNetworkId,
    "the id of a virtual network: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.Network/virtualNetworks/[^/]{2,64}$",
    |text| is_id_of(text, "Microsoft.Network/virtualNetworks", 64)
}

text! {
    /// The id of a private DNS zone.
    pub struct PrivateDnsZoneId,
    "the id of a private DNS zone: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/privateDnsZones/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.Network/privateDnsZones/[^/]{1,253}$",
    |text| is_id_of(text, "Microsoft.Network/privateDnsZones", 253)
}

text! {
    /// The id of a Log Analytics workspace.
    pub struct WorkspaceId,
    "the id of a workspace: `/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.OperationalInsights/workspaces/[^/]{4,63}$",
    |text| is_id_of(text, "Microsoft.OperationalInsights/workspaces", 63)
}

text! {
    /// The id of an account of Azure AI services, to which Azure OpenAI and Foundry belong.
    pub struct CognitiveAccountId,
    "the id of an account: `/subscriptions/…/resourceGroups/…/providers/Microsoft.CognitiveServices/accounts/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.CognitiveServices/accounts/[^/]{2,64}$",
    |text| is_id_of(text, "Microsoft.CognitiveServices/accounts", 64)
}

text! {
    /// The id of a key vault.
    pub struct KeyVaultId,
    "the id of a key vault: `/subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.KeyVault/vaults/[^/]{3,24}$",
    |text| is_id_of(text, "Microsoft.KeyVault/vaults", 24)
}

text! {
    /// The id of an action group.
    pub struct ActionGroupId,
    "the id of an action group: `/subscriptions/…/resourceGroups/…/providers/Microsoft.Insights/actionGroups/NAME`",
    "^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]{1,90}/providers/Microsoft\\.Insights/actionGroups/[^/]{1,260}$",
    |text| is_id_of(text, "Microsoft.Insights/actionGroups", 260)
}

impl VirtualNetworkId {
    /// The subscription, in lower case.
    pub fn subscription(&self) -> String {
        self.0.split('/').nth(2).unwrap_or_default().to_ascii_lowercase()
    }
}

impl PrivateDnsZoneId {
    /// The zone's own name, in lower case.
    pub fn zone(&self) -> String {
        self.0.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
    }
}

text! {
    /// The name of a subnet.
    pub struct SubnetName,
    "the name of a subnet: 1 to 80 letters, digits, `.`, `_` and `-`",
    "^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$",
    |text| is_name(text, 80)
}

text! {
    /// The name of a rule.
    pub struct RuleName,
    "1 to 70 letters, digits, `.`, `_` and `-`, beginning with a letter or digit",
    "^[A-Za-z0-9]([A-Za-z0-9._-]{0,68}[A-Za-z0-9_])?$",
    |text| is_name(text, 70)
}

text! {
    /// An address of a machine.
    pub struct Address,
    "an IPv4 address such as `10.0.0.4`",
    "^([0-9]{1,3}\\.){3}[0-9]{1,3}$",
    |text| text.parse::<Ipv4Addr>().is_ok()
}

text! {
    /// One side of a rule.
    pub struct RuleAddress,
    "an address, an address range, a service tag such as `AzureMonitor`, or `*`",
    "^(\\*|[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+)?|([0-9]{1,3}\\.){3}[0-9]{1,3}(/[0-9]{1,2})?)$",
    |text| text == "*" || text.parse::<Ipv4Addr>().is_ok() || Cidr::is_range(text) || is_service_tag(text)
}

text! {
    /// Ports of a rule.
    pub struct PortRange,
    "a port, a range such as `8000-8080`, or `*`",
    "^(\\*|[0-9]{1,5}(-[0-9]{1,5})?)$",
    is_ports
}

/// The names in an id may hold what Azure's own may: no quotes, no blanks, nothing that a template would read.
fn is_id_of(text: &str, resource_type: &str, name_max: usize) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let ["", subscriptions, subscription, groups, group, providers, namespace, kind, name] = parts[..] else {
        return false;
    };
    let is_guid =
        subscription.len() == 36 && subscription.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let plain = |text: &str, max: usize| {
        (1..=max).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-()".contains(&byte))
    };
    subscriptions.eq_ignore_ascii_case("subscriptions")
        && is_guid
        && groups.eq_ignore_ascii_case("resourceGroups")
        && plain(group, 90)
        && providers.eq_ignore_ascii_case("providers")
        && format!("{namespace}/{kind}").eq_ignore_ascii_case(resource_type)
        && plain(name, name_max)
}

fn is_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// `Storage`, `Storage.WestUS3`.
fn is_service_tag(text: &str) -> bool {
    text.len() <= 80
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.split('.').count() <= 2
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_ports(text: &str) -> bool {
    let port =
        |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    match text.split_once('-') {
        _ if text == "*" => true,
        None => port(text).is_some(),
        Some((from, to)) => matches!((port(from), port(to)), (Some(from), Some(to)) if from <= to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_their_type_and_hold_nothing_that_a_template_reads() {
        let of = "Microsoft.Network/virtualNetworks";
        let base = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub/providers";
        assert!(is_id_of(&format!("{base}/Microsoft.Network/virtualNetworks/vnet-hub"), of, 64));
        assert!(is_id_of(&format!("{base}/microsoft.network/virtualnetworks/vnet_hub.1"), of, 64));
        for wrong in [
            format!("{base}/Microsoft.Network/virtualNetworks/"),
            format!("{base}/Microsoft.Network/virtualNetworks/a/subnets/b"),
            format!("{base}/Microsoft.Network/privateDnsZones/a"),
            format!("{base}/Microsoft.Network/virtualNetworks/it's"),
            format!("{base}/Microsoft.Network/virtualNetworks/${{x}}"),
            "vnet-hub".to_owned(),
        ] {
            assert!(!is_id_of(&wrong, of, 64), "{wrong}");
        }
    }

    #[test]
    fn ports_and_tags() {
        for (text, expected) in [
            ("443", true),
            ("*", true),
            ("1-65535", true),
            ("9-1", false),
            ("65536", false),
            ("+1", false),
            ("", false),
        ] {
            assert_eq!(is_ports(text), expected, "{text}");
        }
        for (text, expected) in
            [("AzureMonitor", true), ("Storage.WestUS3", true), ("a.b.c", false), ("it's", false)]
        {
            assert_eq!(is_service_tag(text), expected, "{text}");
        }
    }
}
