//! The parameters of stage `baseline`, bicep/baseline/main.bicep.

use super::Secret;
use super::literal::{Literal, list, object};
use super::stage::{Draft, Given};
use crate::model::{AppGateway, Certificate, LandingZone};

pub(super) fn draft(zone: &LandingZone) -> Draft {
    let certificate = match zone.app_gateway.as_ref().map(|gateway| (&gateway.certificate, &gateway.fqdn)) {
        Some((Certificate::SelfSigned { validity_months }, fqdn)) => {
            Given::Secret(Secret::SelfSignedCertificate {
                fqdn: fqdn.clone(),
                validity_months: *validity_months,
            })
        }
        Some((Certificate::PfxFile { path, password_env }, _)) => {
            Given::Secret(Secret::PfxFile { path: path.clone(), password_env: password_env.clone() })
        }
        // A certificate that is in a vault already, or none at all.
        Some((Certificate::KeyVaultSecret { .. }, _)) | None => Given::Value("".into()),
    };
    Draft {
        name: "baseline",
        parameters: vec![
            ("location", Given::Value((&zone.gateway.location).into())),
            ("tags", Given::Value(tags(zone))),
            ("names", Given::Value(names(zone))),
            ("zones", Given::Value(list(&zone.zones, Literal::from))),
            ("network", Given::Value(network(zone))),
            ("apim", Given::Value(apim(zone))),
            ("appGateway", Given::Value(app_gateway(zone.app_gateway.as_ref()))),
            ("certificatePfx", certificate),
            (
                "keyVault",
                Given::Value(object([
                    ("purgeProtection", zone.key_vault.purge_protection.into()),
                    ("softDeleteDays", zone.key_vault.soft_delete_days.into()),
                ])),
            ),
            (
                "monitoring",
                Given::Value(object([
                    ("logRetentionDays", zone.monitoring.log_retention_days.into()),
                    ("metricDimensions", zone.monitoring.metric_dimensions.into()),
                ])),
            ),
        ],
    }
}

pub(super) fn tags(zone: &LandingZone) -> Literal {
    Literal::Tags(zone.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn names(zone: &LandingZone) -> Literal {
    let names = &zone.names;
    object([
        ("networkingResourceGroup", (&names.networking_resource_group).into()),
        ("sharedResourceGroup", (&names.shared_resource_group).into()),
        ("apimResourceGroup", (&names.apim_resource_group).into()),
        ("virtualNetwork", (&names.virtual_network).into()),
        ("nsgAppGateway", (&names.nsg_app_gateway).into()),
        ("nsgPrivateEndpoints", (&names.nsg_private_endpoints).into()),
        ("nsgApim", (&names.nsg_apim).into()),
        ("publicIpAppGateway", (&names.public_ip_app_gateway).into()),
        ("publicIpApim", (&names.public_ip_apim).into()),
        ("keyVault", (&names.key_vault).into()),
        ("privateEndpointKeyVault", (&names.private_endpoint_key_vault).into()),
        ("logAnalytics", (&names.log_analytics).into()),
        ("appInsights", (&names.app_insights).into()),
        ("apim", (&names.apim).into()),
        ("apimIdentity", (&names.apim_identity).into()),
        ("appGateway", (&names.app_gateway).into()),
        ("appGatewayIdentity", (&names.app_gateway_identity).into()),
        ("wafPolicy", (&names.waf_policy).into()),
    ])
}

fn network(zone: &LandingZone) -> Literal {
    let network = &zone.network;
    object([
        ("addressSpace", (&network.address_space).into()),
        ("appGatewaySubnet", (&network.app_gateway_subnet).into()),
        ("privateEndpointsSubnet", (&network.private_endpoints_subnet).into()),
        ("apimSubnet", (&network.apim_subnet).into()),
        ("apimMode", if network.is_external { "external" } else { "internal" }.into()),
        ("denyInternetOut", network.deny_internet_out.into()),
    ])
}

fn apim(zone: &LandingZone) -> Literal {
    object([
        ("skuName", (&zone.gateway.sku).into()),
        ("capacity", zone.gateway.capacity.into()),
        ("publisherName", (&zone.publisher.name).into()),
        ("publisherEmail", (&zone.publisher.email).into()),
        ("minApiVersion", (&zone.min_api_version).into()),
    ])
}

/// All fields are there even where there is no Application Gateway, so that the module may name them.
fn app_gateway(gateway: Option<&AppGateway>) -> Literal {
    let number = |of: fn(&AppGateway) -> u32| Literal::Int(gateway.map_or(0, of));
    let text = |of: fn(&AppGateway) -> &str| Literal::from(gateway.map_or("", of));
    let mode = |gateway: &AppGateway| if gateway.waf_prevents { "Prevention" } else { "Detection" };
    object([
        ("enabled", gateway.is_some().into()),
        ("fqdn", text(|gateway| &gateway.fqdn)),
        ("wafMode", gateway.map_or("Prevention", mode).into()),
        ("ruleSetType", text(|gateway| &gateway.rule_set_type)),
        ("ruleSetVersion", text(|gateway| &gateway.rule_set_version)),
        ("maxBodyKb", number(|gateway| gateway.max_body_kb)),
        ("minCapacity", number(|gateway| gateway.min_capacity)),
        ("maxCapacity", number(|gateway| gateway.max_capacity)),
        ("backendTimeoutSeconds", number(|gateway| gateway.backend_timeout_seconds)),
        ("routes", list(gateway.map_or(&[][..], |gateway| &gateway.routes), Literal::from)),
        (
            "keyVaultSecretId",
            text(|gateway| match &gateway.certificate {
                Certificate::KeyVaultSecret { id } => id,
                Certificate::SelfSigned { .. } | Certificate::PfxFile { .. } => "",
            }),
        ),
    ])
}
