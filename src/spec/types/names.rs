//! `metadata.names`: a pattern for the names of resources, and names of your own for single ones.

use std::collections::BTreeMap;

use crate::spec::decode::{At, record, text};

record! {
    /// How resources are called. Names of resource groups stand in `azure.resourceGroups`. A name of what is not deployed waits until it is.
    pub struct ResourceNames {
        /// What names are made of. A name that is too long for its resource loses the region, then the hyphens of the pattern. Letters and digits
        /// alone are left where a resource takes no others.
        "pattern" pattern: NamePattern = default("{abbreviation}-{name}-{environment}-{region}-{identifier}");
        /// Names of accounts of Azure OpenAI by the id of the model, which are their subdomains too, unique in all of Azure.
        "accounts" accounts: BTreeMap<String, At<ResourceName>> = default({});
        /// The name of the API Management service (`apim`), unique in all of Azure.
        "apim" apim: ResourceName = optional;
        /// That of its identity (`id-apim`).
        "apimIdentity" apim_identity: ResourceName = optional;
        /// That of the Key Vault (`kv`), unique in all of Azure.
        "keyVault" key_vault: ResourceName = optional;
        /// That of the Log Analytics workspace (`log`).
        "logAnalytics" log_analytics: ResourceName = optional;
        /// That of Application Insights (`appi`).
        "appInsights" app_insights: ResourceName = optional;
        /// That of the action group of alerts (`ag`).
        "actionGroup" action_group: ResourceName = optional;
        /// That of the budget (`budget`).
        "budget" budget: ResourceName = optional;
        /// That of the namespace of the Event Hub (`evhns`), unique in all of Azure.
        "eventHubNamespace" event_hub_namespace: ResourceName = optional;
        /// That of the Azure Data Explorer cluster that keeps its records (`adx`), unique in its region.
        "eventStore" event_store: ResourceName = optional;
        /// That of the API Center (`apic`).
        "apiCenter" api_center: ResourceName = optional;
        /// That of the Content Safety account (`cs`), unique in all of Azure.
        "contentSafety" content_safety: ResourceName = optional;
        /// That of the Language account (`lang`), unique in all of Azure.
        "language" language: ResourceName = optional;
        /// That of the Redis (`redis`), unique in all of Azure.
        "redis" redis: ResourceName = optional;
        /// That of the virtual network of the first region (`vnet`).
        "virtualNetwork" virtual_network: ResourceName = optional;
        /// That of the network security group of the Application Gateway in the first region (`nsg-agw`).
        "nsgAppGateway" nsg_app_gateway: ResourceName = optional;
        /// That of the network security group of private endpoints (`nsg-pe`).
        "nsgPrivateEndpoints" nsg_private_endpoints: ResourceName = optional;
        /// That of the network security group of API Management in the first region (`nsg-apim`).
        "nsgApim" nsg_apim: ResourceName = optional;
        /// That of the route table of API Management in the first region (`rt-apim`).
        "routeTable" route_table: ResourceName = optional;
        /// That of the public address of the Application Gateway in the first region (`pip-agw`).
        "publicIpAppGateway" public_ip_app_gateway: ResourceName = optional;
        /// That of the public address of API Management in the first region (`pip-apim`).
        "publicIpApim" public_ip_apim: ResourceName = optional;
        /// That of the Application Gateway of the first region (`agw`).
        "appGateway" app_gateway: ResourceName = optional;
        /// That of its identity (`id-agw`).
        "appGatewayIdentity" app_gateway_identity: ResourceName = optional;
        /// That of the policy of its firewall in the first region (`waf`).
        "wafPolicy" waf_policy: ResourceName = optional;
        /// That of Traffic Manager (`tm`), unique in all of Azure.
        "trafficManager" traffic_manager: ResourceName = optional;
        /// That of Front Door (`afd`).
        "frontDoor" front_door: ResourceName = optional;
        /// That of its endpoint (`fde`), which its host name begins with.
        "frontDoorEndpoint" front_door_endpoint: ResourceName = optional;
        /// That of the policy of its firewall (`wafafd`).
        "frontDoorWaf" front_door_waf: ResourceName = optional;
        /// That of the private endpoint of the Key Vault (`pe-kv`).
        "privateEndpointKeyVault" private_endpoint_key_vault: ResourceName = optional;
        /// That of the private endpoint of the Event Hub (`pe-evhns`).
        "privateEndpointEventHub" private_endpoint_event_hub: ResourceName = optional;
        /// That of the private endpoint of the cluster that keeps its records (`pe-adx`).
        "privateEndpointEventStore" private_endpoint_event_store: ResourceName = optional;
        /// That of the private endpoint of API Management (`pe-apim`).
        "privateEndpointApim" private_endpoint_apim: ResourceName = optional;
        /// That of the private endpoint of the Content Safety account (`pe-cs`).
        "privateEndpointContentSafety" private_endpoint_content_safety: ResourceName = optional;
        /// That of the private endpoint of the Language account (`pe-lang`).
        "privateEndpointLanguage" private_endpoint_language: ResourceName = optional;
        /// That of the private endpoint of the Redis (`pe-redis`).
        "privateEndpointRedis" private_endpoint_redis: ResourceName = optional;
    }
}

// What the type of the resource allows besides is checked when names are made.
text! {
    /// The name of a resource.
    pub struct ResourceName,
    "1 to 260 letters, digits, `.`, `_` and `-`, as the resource allows them",
    "^[A-Za-z0-9._-]{1,260}$",
    |text| (1..=260).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

text! {
    /// What names are made of. `{identifier}` keeps them apart from everybody else's, `{abbreviation}` from each other.
    pub struct NamePattern,
    "a pattern of `{abbreviation}`, `{identifier}` and, as you like, `{name}`, `{environment}` and `{region}`, each once, with letters, digits and hyphens between \
     them",
    "^([A-Za-z0-9-]|\\{(abbreviation|name|environment|region|identifier)\\})+$",
    is_pattern
}

const PARTS: [&str; 5] = ["abbreviation", "identifier", "name", "environment", "region"];
/// The first so many of them have to be there.
const PARTS_NEEDED: usize = 2;
/// Longer than any name; what is made is checked by the rule of its resource.
const PATTERN_MAX: usize = 200;

fn is_pattern(text: &str) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((literal, behind)) = rest.split_once('{') {
        let Some((part, behind)) = behind.split_once('}') else { return false };
        if !is_literal(literal) || !PARTS.contains(&part) || seen.contains(&part) {
            return false;
        }
        seen.push(part);
        rest = behind;
    }
    text.len() <= PATTERN_MAX
        && is_literal(rest)
        && PARTS[..PARTS_NEEDED].iter().all(|part| seen.contains(part))
}

fn is_literal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_what_keeps_names_apart_and_nothing_that_names_cannot_have() {
        for (pattern, expected) in [
            ("{abbreviation}-{name}-{environment}-{region}-{identifier}", true),
            ("contoso-{abbreviation}{identifier}", true),
            ("{abbreviation}-{name}", false),
            ("{name}-{identifier}", false),
            ("{abbreviation}-{identifier}-{identifier}", false),
            ("{abbreviation}-{identifier}-{team}", false),
            ("{abbreviation}_{identifier}", false),
            ("{abbreviation}-{identifier", false),
            ("{abbreviation}-{identifier}}", false),
            ("{abbreviation}-{identifier}-{na{region}me}", false),
            ("", false),
        ] {
            assert_eq!(is_pattern(pattern), expected, "{pattern}");
        }
    }
}
