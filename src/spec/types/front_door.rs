//! `baseline.network.frontDoor`: Azure Front Door in front of the Application Gateways.

use super::Fqdn;
use super::app_gateway::WafMode;
use crate::spec::decode::{Int, choice, record};

record! {
    /// Azure Front Door in front of the Application Gateways of all regions, which then let in nothing else. It keeps no answers and
    /// does not compress them, so streams pass as they come.
    pub struct FrontDoor {
        /// The tier.
        "sku" sku: FrontDoorSku = default("Premium");
        /// How a region is chosen among those that are well.
        "method" method: FrontDoorMethod = default("Latency");
        /// The name that callers use. Azure makes its certificate once you have made two records: `_dnsauth.NAME` (TXT) and `NAME`
        /// (CNAME), with what the outputs of the deployment say. Left out, callers use the name that Front Door has from Azure.
        "customDomain" custom_domain: Fqdn = optional;
        /// A domain in which each Application Gateway has a name, `REGION.DOMAIN`, that you make records (A) for and that its certificate is for
        /// too; Front Door then compares the two. Left out, the certificate has to be of a known authority, and for any name.
        "originDomain" origin_domain: Fqdn = optional;
        /// How long Front Door waits for the first byte of an answer, and between two. Long completions that are not streamed take
        /// minutes, and 240 seconds is the most there is.
        "responseTimeoutSeconds" response_timeout_seconds: Int<16, 240> = default(240);
        /// Its web application firewall, which stands before those of the Application Gateways.
        "waf" waf: FrontDoorWaf = default({});
    }
    refused {
        "caching": "answers are for one caller",
        "compression": "it would hold streams back",
        "origins": "they are the Application Gateways of all regions",
        "privateLink": "an Application Gateway is reached at its public address, which lets in Front Door alone"
    }
}

choice! {
    /// A tier of Front Door.
    pub enum FrontDoorSku {
        /// With managed rules of the firewall.
        Premium = "Premium",
        /// Without; a limit of requests is all that its firewall has here.
        Standard = "Standard",
    }
    refused { "Classic": "no more are made, and those there are retire on 31 March 2027" }
}

choice! {
    /// How Front Door chooses a region.
    pub enum FrontDoorMethod {
        /// The one that answers Front Door fastest, from where the caller came in.
        Latency = "Latency",
        /// The first that is well: the landing zone's own, then the others in order.
        Priority = "Priority",
    }
    refused { "Weighted": "regions have no shares" }
}

record! {
    /// The web application firewall of Front Door.
    pub struct FrontDoorWaf {
        /// Whether requests that look like an attack, or are too many, are refused or only logged.
        "mode" mode: WafMode = default("prevention");
        /// How many requests one address may send in a minute. Left out, as many as it likes.
        "requestsPerMinute" requests_per_minute: Int<10, 1000000> = optional;
    }
    refused { "exclusions": "the exclusions that prompts need are built in", "ruleSet": "Premium has Microsoft_DefaultRuleSet 2.1, Standard has none" }
}
