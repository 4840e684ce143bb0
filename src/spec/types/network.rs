//! `baseline.network`: the virtual network and how the gateway stands towards it.

use serde_json::{Value as Json, json};

use super::{
    Address, Cidr, FrontDoor, PortRange, PrivateDnsZoneId, RuleAddress, RuleName, SubnetName,
    VirtualNetworkId,
};
use crate::catalog::tiers::NetworkMode;
use crate::spec::decode::{At, Decode, Decoder, Int, choice, choose, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// The virtual network.
    pub struct Network {
        /// The address range of the network.
        "addressSpace" address_space: Cidr = default("10.2.0.0/16");
        /// The address ranges of the subnets.
        "subnets" subnets: Subnets = default({});
        /// How the gateway stands towards the network; which modes there are depends on the tier.
        "apimMode" apim_mode: ApimMode = default("internal");
        /// Further subnets, such as one for agents.
        "extraSubnets" extra_subnets: Vec<At<ExtraSubnet>> = default([]);
        /// The rules of the network security groups.
        "nsg" nsg: Nsg = default({});
        /// The private DNS zones: `create`, `none`, or `existing` with the ids of zones that are linked to the network already.
        "privateDns" private_dns: PrivateDns = default("create");
        /// A network that is there already, in the place of a new one. Its subnets, their rules and routes stay as they are.
        "existing" existing: ExistingNetwork = optional;
        /// Networks that the new one is connected with, such as a hub.
        "peering" peering: Vec<At<Peering>> = default([]);
        /// A firewall that calls of the gateway to the internet go through.
        "firewall" firewall: Firewall = optional;
        /// One name in front of the Application Gateways of all regions. Left out, each has a name of its own.
        "trafficManager" traffic_manager: TrafficManager = optional;
        /// Azure Front Door in front of the Application Gateways of all regions, in the place of Traffic Manager.
        "frontDoor" front_door: FrontDoor = optional;
    }
}

record! {
    /// Traffic Manager. The name that callers use, `appGateway.fqdn`, has to lead to it; that record (CNAME) is yours to make.
    pub struct TrafficManager {
        /// How a region is chosen among those that are well.
        "method" method: TrafficMethod = default("Performance");
        /// How long callers may keep the answer, so how long some go on to a region that is not well.
        "ttlSeconds" ttl_seconds: Int<1, 86400> = default(60);
    }
}

choice! {
    /// How Traffic Manager chooses a region.
    pub enum TrafficMethod {
        /// The one that answers the caller's network fastest.
        Performance = "Performance",
        /// The first that is well: the landing zone's own, then the others in order.
        Priority = "Priority",
    }
    refused { "Geographic": "regions have no areas to answer for", "MultiValue": "it answers with addresses, and these have names", "Subnet": "regions have no ranges of callers", "Weighted": "regions have no shares" }
}

record! {
    /// The virtual network of a further region. It is made, and connected with that of the first region.
    pub struct RegionNetwork {
        /// The address range of the network, apart from those of all other regions.
        "addressSpace" address_space: Cidr = required;
        /// The address ranges of its subnets.
        "subnets" subnets: RegionSubnets = required;
    }
}

record! {
    /// The address ranges of the subnets of a further region.
    pub struct RegionSubnets {
        /// The subnet of the Application Gateway there; needed where there is one.
        "appGateway" app_gateway: Cidr = optional;
        /// The subnet of private endpoints of the region's own, which its gateway goes on calling through where the first region
        /// fails. Left out, it calls through those of the first region.
        "privateEndpoints" private_endpoints: Cidr = optional;
        /// The subnet of API Management.
        "apim" apim: Cidr = required;
    }
}

record! {
    /// The address ranges of the subnets, each inside the network's.
    pub struct Subnets {
        /// The subnet of the Application Gateway.
        "appGateway" app_gateway: Cidr = default("10.2.4.0/24");
        /// The subnet of all private endpoints.
        "privateEndpoints" private_endpoints: Cidr = default("10.2.5.0/24");
        /// The subnet of API Management.
        "apim" apim: Cidr = default("10.2.7.0/24");
    }
}

record! {
    /// A further subnet of the new network, in the first region. It gets a network security group: what stands in the network may come in, from
    /// elsewhere nothing. `denyInternetOut` and `firewall` hold for it too.
    pub struct ExtraSubnet {
        /// Its name.
        "name" name: SubnetName = required;
        /// Its address range, inside the network's.
        "addressRange" address_range: Cidr = required;
        /// The service that it is handed to. Left out, any resource may stand in it.
        "delegation" delegation: Delegation = optional;
    }
    refused { "rules": "what stands in the network may come in, and nothing else" }
}

choice! {
    /// A service that a subnet may be handed to.
    pub enum Delegation {
        /// Container Apps, and agents of Microsoft Foundry that stand in your network.
        ContainerApps = "Microsoft.App/environments",
        /// App Service and Functions.
        AppService = "Microsoft.Web/serverFarms",
        /// Container Instances.
        ContainerInstances = "Microsoft.ContainerInstance/containerGroups",
        /// PostgreSQL.
        Postgres = "Microsoft.DBforPostgreSQL/flexibleServers",
    }
    refused { "Microsoft.ApiManagement/service": "the subnet of API Management is `subnets.apim`" }
}

choice! {
    /// How the gateway stands towards the virtual network.
    pub enum ApimMode {
        /// Developer and Premium: in the network, and called only from within and through the Application Gateway.
        Internal = "internal",
        /// Developer and Premium: in the network, and called from the internet too.
        External = "external",
        /// Standard v2 and Premium v2: called from the internet, calls through the network.
        V2Integration = "v2-integration",
        /// Premium v2: in the network, and called only from within and through the Application Gateway.
        V2Injection = "v2-injection",
        /// All tiers: outside of the network. The model accounts then accept calls from outside of it.
        None = "none",
    }
}

impl ApimMode {
    pub fn mode(self) -> NetworkMode {
        match self {
            Self::Internal => NetworkMode::Internal,
            Self::External => NetworkMode::External,
            Self::V2Integration => NetworkMode::Integration,
            Self::V2Injection => NetworkMode::Injection,
            Self::None => NetworkMode::None,
        }
    }
}

record! {
    /// The rules of the network security groups.
    pub struct Nsg {
        /// The table of rules.
        "profile" profile: NsgProfile = default("apim-docs-2025-06");
        /// Whether all outbound traffic to the internet is denied that the table does not allow.
        "denyInternetOut" deny_internet_out: bool = default(false);
        /// Rules of your own. They come before those of the table.
        "extraRules" extra_rules: Vec<At<ExtraRule>> = default([]);
    }
}

choice! {
    /// A table of rules.
    pub enum NsgProfile {
        /// What API Management's network reference asked for in June 2025.
        ApimDocs202506 = "apim-docs-2025-06",
    }
}

record! {
    /// A rule of a network security group.
    pub struct ExtraRule {
        /// The rule's name.
        "name" name: RuleName = required;
        /// The subnet it is for.
        "subnet" subnet: SubnetRole = default("apim");
        /// Whether it is about what comes in or goes out.
        "direction" direction: Direction = required;
        /// Whether it lets through.
        "access" access: Access = required;
        /// Its place among the rules of its subnet and direction; the lowest decides first.
        "priority" priority: Int<100, 999> = required;
        /// The protocol.
        "protocol" protocol: Protocol = default("tcp");
        /// Where the traffic comes from.
        "source" source: RuleAddress = default("*");
        /// Where it goes.
        "destination" destination: RuleAddress = default("*");
        /// The ports it goes to.
        "ports" ports: Vec<At<PortRange>> = required;
    }
}

choice! {
    /// A subnet of the landing zone.
    pub enum SubnetRole {
        /// That of the Application Gateway.
        AppGateway = "appGateway",
        /// That of all private endpoints.
        PrivateEndpoints = "privateEndpoints",
        /// That of API Management.
        Apim = "apim",
    }
}

choice! {
    /// Which traffic a rule is about.
    pub enum Direction {
        /// What comes in.
        Inbound = "inbound",
        /// What goes out.
        Outbound = "outbound",
    }
}

choice! {
    /// What a rule does.
    pub enum Access {
        /// It lets through.
        Allow = "allow",
        /// It does not.
        Deny = "deny",
    }
}

choice! {
    /// A protocol.
    pub enum Protocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// ICMP.
        Icmp = "icmp",
        /// All of them.
        Any = "any",
    }
}

record! {
    /// A network that is there already.
    pub struct ExistingNetwork {
        /// Its id.
        "vnetId" vnet_id: VirtualNetworkId = required;
        /// The names of its subnets.
        "subnets" subnets: ExistingSubnets = required;
    }
}

record! {
    /// The subnets of a network that is there already, by name.
    pub struct ExistingSubnets {
        /// That of the Application Gateway; needed where there is one.
        "appGateway" app_gateway: SubnetName = optional;
        /// That of all private endpoints.
        "privateEndpoints" private_endpoints: SubnetName = required;
        /// That of API Management, delegated as its mode needs; needed unless `apimMode` is `none`.
        "apim" apim: SubnetName = optional;
    }
}

record! {
    /// A network that the new one is connected with.
    pub struct Peering {
        /// The id of the other network.
        "vnetId" vnet_id: VirtualNetworkId = required;
        /// Whether the connection back is made too, which needs rights at the other network.
        "bothSides" both_sides: bool = default(true);
        /// Whether the VPN or ExpressRoute gateway of the other network is used.
        "useGateway" use_gateway: bool = default(false);
    }
}

record! {
    /// A firewall.
    pub struct Firewall {
        /// Its address in the network or in one that is connected with it.
        "nextHop" next_hop: Address = required;
    }
}

/// `create`, `none`, or a mapping with `existing`.
#[derive(Clone, Debug, PartialEq)]
pub enum PrivateDns {
    /// Zones are made and linked to the network.
    Create,
    /// Names are resolved by somebody else.
    None,
    Existing(ExistingZones),
}

record! {
    /// Private DNS zones that are there already.
    pub struct ExistingZones {
        /// Their ids, in any order; each is known by its name.
        "existing" ids: Vec<At<PrivateDnsZoneId>> = required;
    }
}

impl Decode for PrivateDns {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Mapping(_) => ExistingZones::decode(node, cx).map(Self::Existing),
            Kind::Scalar { text, .. } if text == "existing" => {
                cx.wrong_type(node, "`create`, `none` or a mapping with `existing`");
                None
            }
            Kind::List(_) => {
                cx.wrong_type(node, "`create`, `none` or a mapping with `existing`");
                None
            }
            Kind::Scalar { .. } => choose(node, cx, &["create", "none"], &[])
                .map(|index| if index == 0 { Self::Create } else { Self::None }),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [{ "enum": ["create", "none"] }, ExistingZones::schema()] })
    }
}
