//! The tiers of API Management that a landing zone can have, and what each can do.
//!
//! Sources: "Feature-based comparison of the API Management tiers" (learn.microsoft.com/azure/api-management/
//! api-management-features, seen 2026-11-30) for networks, zones, regions and static addresses; for the number of units
//! "Upgrade and scale" (upgrade-and-scale, 2018-08-18: Basic 2, Standard 4), "Network resource requirements for API
//! Management injection" (virtual-network-injection-resources, 2025-04-17: Premium 31), "v2 tiers"
//! (v2-service-tiers-overview, 2023-10-02: Basic v2 and Standard v2 10) and "Inject … Premium v2" (inject-vnet-v2,
//! 2025-10-08: Premium v2 30).

/// One tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// As ARM spells it.
    pub name: &'static str,
    pub is_v2: bool,
    pub units_max: u32,
    /// How it can stand towards a virtual network.
    pub modes: &'static [NetworkMode],
    /// Whether callers can be let in by a private endpoint.
    pub private_endpoint: bool,
    pub zones: ZoneSupport,
    /// Whether one service can have gateways in several regions.
    pub regions: bool,
    /// Whether calls to backends come from addresses that are the service's own and stay.
    pub own_addresses: bool,
}

/// How a gateway stands towards a virtual network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// Outside. It calls and is called over the internet.
    None,
    /// Classic tiers: in the network, and called from within only.
    #[default]
    Internal,
    /// Classic tiers: in the network, and called from the internet too.
    External,
    /// v2 tiers: called from the internet, and calls through the network.
    Integration,
    /// Premium v2: in the network, and called from within only.
    Injection,
}

/// What a tier does about availability zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneSupport {
    None,
    /// The zones may be listed.
    Listed,
    /// All or none of them; Azure chooses.
    AllOrNone,
}

const OUTSIDE: &[NetworkMode] = &[NetworkMode::None];
const CLASSIC_NETWORK: &[NetworkMode] = &[NetworkMode::Internal, NetworkMode::External, NetworkMode::None];

pub const ALL: &[Tier] = &[
    classic("Developer", 1, CLASSIC_NETWORK),
    classic("Basic", 2, OUTSIDE),
    classic("Standard", 4, OUTSIDE),
    Tier { zones: ZoneSupport::Listed, regions: true, ..classic("Premium", 31, CLASSIC_NETWORK) },
    Tier { private_endpoint: false, ..v2("BasicV2", 10, OUTSIDE) },
    v2("StandardV2", 10, &[NetworkMode::Integration, NetworkMode::None]),
    Tier {
        zones: ZoneSupport::AllOrNone,
        ..v2("PremiumV2", 30, &[NetworkMode::Injection, NetworkMode::Integration, NetworkMode::None])
    },
];

const fn classic(name: &'static str, units_max: u32, modes: &'static [NetworkMode]) -> Tier {
    Tier {
        name,
        is_v2: false,
        units_max,
        modes,
        private_endpoint: true,
        zones: ZoneSupport::None,
        regions: false,
        own_addresses: true,
    }
}

const fn v2(name: &'static str, units_max: u32, modes: &'static [NetworkMode]) -> Tier {
    Tier { is_v2: true, own_addresses: false, ..classic(name, units_max, modes) }
}

/// The tier of this name, in any case.
pub fn find(name: &str) -> Option<&'static Tier> {
    ALL.iter().find(|tier| tier.name.eq_ignore_ascii_case(name))
}

impl Tier {
    /// How many addresses the subnet of the service has to have: five are Azure's, each unit has two and Developer's
    /// only one, and the load balancer of a service that is called from within has one. v2 tiers want 32 at least
    /// (virtual-network-injection-resources, 2025-04-17; inject-vnet-v2, 2025-10-08; integrate-vnet-outbound, 2025-03-20).
    pub fn addresses_needed(&self, units: u32, mode: NetworkMode) -> u32 {
        let balancer = u32::from(mode.is_called_from_within());
        let per_unit = if self.name == "Developer" { 1 } else { 2 };
        let needed = 5 + units * per_unit + balancer;
        if self.is_v2 { needed.max(32) } else { needed }
    }
}

impl NetworkMode {
    /// The word of the spec.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Internal => "internal",
            Self::External => "external",
            Self::Integration => "v2-integration",
            Self::Injection => "v2-injection",
        }
    }

    /// Whether the gateway has no public endpoint for callers.
    pub fn is_called_from_within(self) -> bool {
        matches!(self, Self::Internal | Self::Injection)
    }

    /// Whether the service calls its backends through the network.
    pub fn is_in_network(self) -> bool {
        self != Self::None
    }

    /// The service that a subnet has to be delegated to (inject-vnet-v2, 2025-10-08; integrate-vnet-outbound, 2025-03-20).
    /// A classic tier takes no delegated subnet (virtual-network-injection-resources, 2025-04-17).
    pub fn delegation(self) -> Option<&'static str> {
        match self {
            Self::Integration => Some("Microsoft.Web/serverFarms"),
            Self::Injection => Some("Microsoft.Web/hostingEnvironments"),
            Self::None | Self::Internal | Self::External => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_hold_as_many_units_as_the_tables_of_the_documentation_say() {
        // Prefix, tier, mode and the "total max units" of the row.
        for (prefix, tier, mode, units) in [
            (29, "Premium", NetworkMode::Internal, 1),
            (28, "Premium", NetworkMode::Internal, 5),
            (27, "Premium", NetworkMode::Internal, 13),
            (26, "Premium", NetworkMode::Internal, 29),
            (27, "PremiumV2", NetworkMode::Injection, 13),
            (26, "PremiumV2", NetworkMode::Injection, 29),
        ] {
            let tier = find(tier).unwrap();
            let size = 1 << (32 - prefix);
            assert!(tier.addresses_needed(units, mode) <= size, "{prefix} {tier:?}");
            assert!(tier.addresses_needed(units + 1, mode) > size, "{prefix} {tier:?}");
        }
        let standard = find("standardv2").unwrap();
        assert_eq!(standard.addresses_needed(1, NetworkMode::Integration), 32);
    }
}
