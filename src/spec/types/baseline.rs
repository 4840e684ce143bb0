//! `baseline`: the network, the gateway, the Application Gateway before it, and shared services.

use serde_json::{Value as Json, json};

use super::{
    Cidr, ContentSafetyAccount, Email, Fqdn, HubName, KeyVaultSecretId, RoutePattern, RuleSetVersion,
    ShortText, VariableName,
};
use crate::spec::decode::{At, Decode, Decoder, Int, Only, choice, choose, one_of, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// The network, the gateway and what they stand on.
    pub struct Baseline {
        /// The virtual network.
        "network" network: Network = default({});
        /// The API Management service.
        "apim" apim: Apim = required;
        /// The Application Gateway with its web application firewall. Left out, there is none.
        "appGateway" app_gateway: AppGateway = optional;
        /// The Key Vault that holds the certificate.
        "keyVault" key_vault: KeyVault = default({});
        /// Log Analytics and Application Insights.
        "monitoring" monitoring: Monitoring = default({});
        /// The Event Hub that usage records go to. Left out, there is none.
        "eventHub" event_hub: EventHub = optional;
        /// The Content Safety account that policies ask. Left out, there is none.
        "contentSafety" content_safety: ContentSafetyAccount = optional;
    }
    refused {
        "language": "no policy uses it",
        "redis": "no policy uses it",
    }
}

record! {
    /// The virtual network.
    pub struct Network {
        /// The address range of the network.
        "addressSpace" address_space: Cidr = default("10.2.0.0/16");
        /// The address ranges of the subnets.
        "subnets" subnets: Subnets = default({});
        /// Whether the gateway has a public endpoint of its own.
        "apimMode" apim_mode: ApimMode = default("internal");
        /// The rules of the network security groups.
        "nsg" nsg: Nsg = default({});
        /// The private DNS zones.
        "privateDns" private_dns: PrivateDns = default("create");
    }
    refused {
        "existing": "the network is made",
        "firewall": "traffic is filtered by network security groups",
        "peering": "the network stands alone",
        "trafficManager": "the gateway has one region",
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

choice! {
    /// Whether the gateway has a public endpoint of its own.
    pub enum ApimMode {
        /// Only from within the network, and through the Application Gateway.
        Internal = "internal",
        /// Also from the internet.
        External = "external",
    }
    refused { "none", "v2-injection", "v2-integration" }
}

record! {
    /// The rules of the network security groups.
    pub struct Nsg {
        /// The table of rules.
        "profile" profile: NsgProfile = default("apim-docs-2025-06");
        /// Whether all outbound traffic to the internet is denied that the table does not allow.
        "denyInternetOut" deny_internet_out: bool = default(false);
    }
    refused { "extraRules": "the rules come from the table" }
}

choice! {
    /// A table of rules.
    pub enum NsgProfile {
        /// What API Management's network reference asked for in June 2025.
        ApimDocs202506 = "apim-docs-2025-06",
    }
}

choice! {
    /// What is done about private DNS zones.
    pub enum PrivateDns {
        /// They are made and linked to the network.
        Create = "create",
    }
    refused { "existing", "none" }
}

record! {
    /// The API Management service.
    pub struct Apim {
        /// Tier and size.
        "sku" sku: ApimSku = default({ "name": "Developer" });
        /// Who publishes the APIs.
        "publisher" publisher: Publisher = required;
        /// The oldest version of the management API that is accepted.
        "minApiVersion" min_api_version: super::ArmApiVersion = default("2021-08-01");
        /// The gateway's TLS settings.
        "tls" tls: Tls = default("hardened");
        /// The kind of identity the gateway calls Azure OpenAI with.
        "identity" identity: ApimIdentity = default("userAssigned");
    }
    refused {
        "existing": "the service is made",
        "portal": "the developer portal is left as it is",
        "releaseChannel": "the service has the default channel",
    }
}

record! {
    /// Tier and size of the gateway.
    pub struct ApimSku {
        /// The tier.
        "name" name: ApimSkuName = default("Developer");
        /// The number of units; Developer has one.
        "capacity" capacity: Int<1, 12> = default(1);
        /// The availability zones of public addresses: `auto` for all the region has, `none`, or a list.
        "zones" zones: Zones = default("auto");
    }
}

choice! {
    /// A tier of API Management.
    pub enum ApimSkuName {
        /// For trying out; no SLA, one unit.
        Developer = "Developer",
        /// For production; several units, zones.
        Premium = "Premium",
    }
    refused { "AIGateway", "Basic", "BasicV2", "Consumption", "PremiumV2", "Standard", "StandardV2" }
}

/// `auto`, `none` or a list of zones.
#[derive(Clone, Debug, PartialEq)]
pub enum Zones {
    Auto,
    Listed(Vec<At<Zone>>),
}

choice! {
    /// An availability zone.
    pub enum Zone {
        /// The first zone.
        One = "1",
        /// The second zone.
        Two = "2",
        /// The third zone.
        Three = "3",
    }
}

impl Decode for Zones {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::List(_) => Vec::decode(node, cx).map(Self::Listed),
            Kind::Mapping(_) => {
                cx.wrong_type(node, "`auto`, `none` or a list of zones");
                None
            }
            Kind::Scalar { .. } => choose(node, cx, &["auto", "none"], &[])
                .map(|index| if index == 0 { Self::Auto } else { Self::Listed(Vec::new()) }),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [
            { "enum": ["auto", "none"] },
            { "type": "array", "items": { "enum": ["1", "2", "3", 1, 2, 3] } },
        ] })
    }
}

record! {
    /// Who publishes the APIs.
    pub struct Publisher {
        /// The organisation's name.
        "name" name: ShortText = required;
        /// Where API Management sends notifications.
        "email" email: Email = required;
    }
}

choice! {
    /// The gateway's TLS settings.
    pub enum Tls {
        /// TLS 1.2 and later, without weak ciphers.
        Hardened = "hardened",
    }
    refused { "compatible", "default" }
}

choice! {
    /// The kind of identity of the gateway.
    pub enum ApimIdentity {
        /// An identity of its own that outlives the service.
        UserAssigned = "userAssigned",
    }
    refused { "systemAssigned" }
}

record! {
    /// The Application Gateway with its web application firewall.
    pub struct AppGateway {
        /// The name callers use, which the certificate is for.
        "fqdn" fqdn: Fqdn = required;
        /// Where the certificate comes from.
        "certificate" certificate: Certificate = default({ "selfSigned": {} });
        /// The web application firewall.
        "waf" waf: Waf = default({});
        /// The number of instances.
        "autoscale" autoscale: Autoscale = default({});
        /// How long a caller waits for the gateway's answer. Long completions take minutes.
        "backendTimeoutSeconds" backend_timeout_seconds: Int<1, 86400> = default(300);
        /// The paths that are passed on, such as `/openai/*`. Left out, those of all APIs.
        "routes" routes: Vec<At<RoutePattern>> = optional;
    }
    refused { "enabled": "leave `appGateway` out to have none", "probe": "the gateway's status path is probed" }
}

one_of! {
    /// Where the certificate comes from.
    pub enum Certificate {
        /// Made by the deployment, for trying out.
        "selfSigned" SelfSigned(SelfSigned),
        /// A PFX file.
        "pfx" Pfx(Pfx),
        /// The id of a Key Vault secret without its version, so that a renewed certificate is picked up.
        "keyVaultSecret" KeyVaultSecret(KeyVaultSecretId),
    }
}

record! {
    /// A self-signed certificate.
    pub struct SelfSigned {
        /// How long it is valid.
        "validityMonths" validity_months: Int<1, 120> = default(12);
    }
}

record! {
    /// A certificate from a PFX file. Its password is taken from the environment, never from a file.
    pub struct Pfx {
        /// The file's path, from the folder of the spec.
        "file" file: ShortText = required;
        /// The environment variable that holds the password. Left out, the file has none.
        "passwordEnv" password_env: VariableName = optional;
    }
    refused { "password": "name the environment variable that holds it in `passwordEnv`" }
}

record! {
    /// The web application firewall.
    pub struct Waf {
        /// Whether requests that look like an attack are refused or only logged.
        "mode" mode: WafMode = default("prevention");
        /// The managed rules.
        "ruleSet" rule_set: RuleSet = default({});
        /// The largest request body that is inspected and let through. Prompts are long.
        "maxBodyKb" max_body_kb: Int<8, 2000> = default(2000);
    }
    refused { "exclusions": "the exclusions that prompts need are built in" }
}

choice! {
    /// Whether the firewall refuses requests.
    pub enum WafMode {
        /// It refuses them.
        Prevention = "prevention",
        /// It only logs them.
        Detection = "detection",
    }
}

record! {
    /// The managed rules of the firewall.
    pub struct RuleSet {
        /// The family of rules.
        "type" rule_set_type: RuleSetType = default("Microsoft_DefaultRuleSet");
        /// Their version.
        "version" version: RuleSetVersion = default("2.1");
    }
}

choice! {
    /// A family of managed rules.
    pub enum RuleSetType {
        /// Microsoft's own.
        Microsoft = "Microsoft_DefaultRuleSet",
        /// The OWASP core rule set.
        Owasp = "OWASP",
    }
}

record! {
    /// The number of instances.
    pub struct Autoscale {
        /// At least.
        "min" min: Int<0, 100> = default(2);
        /// At most.
        "max" max: Int<2, 125> = default(3);
    }
}

record! {
    /// The Key Vault.
    pub struct KeyVault {
        /// Access by roles rather than access policies.
        "rbac" rbac: Only<true> = default(true);
        /// Whether a deleted vault is kept until its retention ends, whoever asks.
        "purgeProtection" purge_protection: bool = default(true);
        /// How long a deleted vault can be brought back.
        "softDeleteDays" soft_delete_days: Int<7, 90> = default(90);
    }
}

record! {
    /// Log Analytics and Application Insights.
    pub struct Monitoring {
        /// How long logs are kept.
        "logRetentionDays" log_retention_days: Int<30, 730> = default(30);
        /// Whether custom metrics are split by their dimensions.
        "metricDimensions" metric_dimensions: bool = default(true);
    }
    refused {
        "dashboards": "no dashboards are made",
        "diagnostics": "which logs are sent is fixed",
        "existingWorkspaceId": "the workspace is made",
        "llmLogs": "prompts and answers are not logged",
    }
}

record! {
    /// The Event Hub that usage records go to.
    pub struct EventHub {
        /// The hub's name.
        "hub" hub: HubName = default("apim-utilization-reporting");
        /// The number of partitions.
        "partitions" partitions: Int<1, 32> = default(1);
        /// How long records are kept. The Standard tier keeps them for up to a week.
        "retentionDays" retention_days: Int<1, 7> = default(7);
        /// Whether the hub is reached through a private endpoint only.
        "privateEndpoint" private_endpoint: Only<true> = default(true);
    }
}
