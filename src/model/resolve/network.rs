//! The network, and what stands in it before the gateway.

use crate::model::{AppGateway, Certificate, Network};
use crate::spec::{self, Spec};

pub(super) fn network(network: &spec::Network) -> Network {
    Network {
        address_space: network.address_space.to_string(),
        app_gateway_subnet: network.subnets.app_gateway.to_string(),
        private_endpoints_subnet: network.subnets.private_endpoints.to_string(),
        apim_subnet: network.subnets.apim.to_string(),
        is_external: network.apim_mode.value == spec::ApimMode::External,
        deny_internet_out: network.nsg.deny_internet_out.value,
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
