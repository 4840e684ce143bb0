//! The network, and what stands in it before the gateway.

use crate::model::{
    AppGateway, Certificate, ExistingNetwork, ExtraRule, ExtraSubnet, FrontDoor, Network, Peering,
    PrivateDns, TrafficManager,
};
use crate::spec::{self, Spec};

pub(super) fn network(network: &spec::Network, extra_subnets: Vec<ExtraSubnet>) -> Network {
    Network {
        address_space: network.address_space.to_string(),
        app_gateway_subnet: network.subnets.app_gateway.to_string(),
        private_endpoints_subnet: network.subnets.private_endpoints.to_string(),
        apim_subnet: network.subnets.apim.to_string(),
        extra_subnets,
        mode: network.apim_mode.mode(),
        deny_internet_out: network.nsg.deny_internet_out.value,
        extra_rules: network.nsg.extra_rules.iter().map(|rule| extra_rule(rule)).collect(),
        existing: network.existing.as_ref().map(|existing| existing_network(existing)),
        private_dns: match &network.private_dns.value {
            spec::PrivateDns::Create => PrivateDns::Create,
            spec::PrivateDns::None => PrivateDns::None,
            spec::PrivateDns::Existing(zones) => {
                PrivateDns::Existing(zones.ids.iter().map(|id| (id.zone(), id.value.0.clone())).collect())
            }
        },
        peerings: network.peering.iter().map(|it| peering(it)).collect(),
        firewall_next_hop: network.firewall.as_ref().map(|firewall| firewall.next_hop.value.0.clone()),
        traffic_manager: network.traffic_manager.as_ref().map(|manager| TrafficManager {
            method: manager.method.word(),
            ttl_seconds: manager.ttl_seconds.0,
        }),
        front_door: network.front_door.as_ref().map(|door| front_door(door)),
    }
}

fn front_door(door: &spec::FrontDoor) -> FrontDoor {
    let name = |name: &Option<spec::At<spec::Fqdn>>| name.as_ref().map(|name| name.value.0.clone());
    FrontDoor {
        sku: door.sku.word(),
        managed_rules: door.sku.value == spec::FrontDoorSku::Premium,
        by_priority: door.method.value == spec::FrontDoorMethod::Priority,
        custom_domain: name(&door.custom_domain),
        origin_domain: name(&door.origin_domain),
        response_timeout_seconds: door.response_timeout_seconds.0,
        waf_prevents: door.waf.mode.value == spec::WafMode::Prevention,
        requests_per_minute: door.waf.requests_per_minute.as_ref().map(|requests| requests.0),
    }
}

fn existing_network(existing: &spec::ExistingNetwork) -> ExistingNetwork {
    let id = |name: &spec::SubnetName| format!("{}/subnets/{}", existing.vnet_id.as_str(), name.as_str());
    let subnets = &existing.subnets;
    ExistingNetwork {
        virtual_network: existing.vnet_id.value.0.clone(),
        app_gateway_subnet: subnets.app_gateway.as_ref().map(|name| id(name)),
        private_endpoints_subnet: id(&subnets.private_endpoints),
        apim_subnet: subnets.apim.as_ref().map(|name| id(name)),
    }
}

/// Names of the table and of the user cannot be the same.
fn extra_rule(rule: &spec::ExtraRule) -> ExtraRule {
    ExtraRule {
        subnet: rule.subnet.word().to_owned(),
        name: format!("user-{}", rule.name.as_str()),
        direction: match rule.direction.value {
            spec::Direction::Inbound => "Inbound",
            spec::Direction::Outbound => "Outbound",
        },
        access: match rule.access.value {
            spec::Access::Allow => "Allow",
            spec::Access::Deny => "Deny",
        },
        protocol: match rule.protocol.value {
            spec::Protocol::Tcp => "Tcp",
            spec::Protocol::Udp => "Udp",
            spec::Protocol::Icmp => "Icmp",
            spec::Protocol::Any => "*",
        },
        priority: rule.priority.0,
        source: rule.source.value.0.clone(),
        destination: rule.destination.value.0.clone(),
        ports: rule.ports.iter().map(|ports| ports.value.0.clone()).collect(),
    }
}

fn peering(peering: &spec::Peering) -> Peering {
    let id = peering.vnet_id.as_str();
    Peering {
        name: format!("to-{}", id.rsplit('/').next().unwrap_or_default()),
        virtual_network: id.to_owned(),
        both_sides: peering.both_sides.value,
        use_gateway: peering.use_gateway.value,
    }
}

pub(super) fn app_gateway(gateway: &spec::AppGateway, spec: &Spec) -> AppGateway {
    let of_all_apis = || spec.apis.iter().map(|api| format!("/{}/*", api.path.as_str())).collect();
    AppGateway {
        fqdn: gateway.fqdn.value.0.clone(),
        certificate: match &gateway.certificate.value {
            spec::Certificate::SelfSigned(it) => {
                Certificate::SelfSigned { validity_months: it.validity_months.0 }
            }
            spec::Certificate::Pfx(it) => Certificate::PfxFile {
                path: it.file.value.0.clone(),
                password_env: it.password_env.as_ref().map(|name| name.value.0.clone()),
            },
            spec::Certificate::KeyVaultSecret(id) => Certificate::KeyVaultSecret { id: id.value.0.clone() },
        },
        waf_prevents: gateway.waf.mode.value == spec::WafMode::Prevention,
        rule_set_type: gateway.waf.rule_set.rule_set_type.word().to_owned(),
        rule_set_version: gateway.waf.rule_set.version.value.0.clone(),
        max_body_kb: gateway.waf.max_body_kb.0,
        min_capacity: gateway.autoscale.min.0,
        max_capacity: gateway.autoscale.max.0,
        backend_timeout_seconds: gateway.backend_timeout_seconds.0,
        routes: gateway
            .routes
            .as_ref()
            .map_or_else(of_all_apis, |routes| routes.iter().map(|route| route.value.0.clone()).collect()),
    }
}
