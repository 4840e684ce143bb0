//! `baseline.apim`: the API Management service.

use serde_json::{Value as Json, json};

use super::{ArmApiVersion, Email, ShortText};
use crate::catalog::tiers::{self, Tier};
use crate::spec::decode::{At, Decode, Decoder, Int, choice, choose, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// The API Management service.
    pub struct Apim {
        /// Tier and size.
        "sku" sku: ApimSku = default({ "name": "Developer" });
        /// Who publishes the APIs.
        "publisher" publisher: Publisher = required;
        /// The oldest version of the management API that is accepted. Left out, `2021-08-01`, or `2024-05-01` on v2 tiers.
        "minApiVersion" min_api_version: ArmApiVersion = optional;
        /// Whether callers come in by a private endpoint in the network, and the public one is closed. Not for a gateway
        /// that is in the network itself.
        "privateEndpoint" private_endpoint: bool = default(false);
        /// Whether the developer portal is on.
        "portal" portal: bool = default(false);
        /// When the service gets updates: early ones (`Preview`), those of most services (`Default`) or late ones (`Stable`).
        /// Left out, Azure's choice for the tier.
        "releaseChannel" release_channel: ReleaseChannel = optional;
        /// The gateway's TLS settings.
        "tls" tls: Tls = default("hardened");
        /// The kind of identity the gateway calls Azure OpenAI with.
        "identity" identity: ApimIdentity = default("userAssigned");
    }
    refused { "existing": "the service is made" }
}

record! {
    /// Tier and size of the gateway.
    pub struct ApimSku {
        /// The tier.
        "name" name: ApimSkuName = default("Developer");
        /// The number of units: Developer 1, Basic 2 at most, Standard 4, Basic v2 and Standard v2 10, Premium v2 30,
        /// Premium 31.
        "capacity" capacity: Int<1, 31> = default(1);
        /// The availability zones of the gateway, where its tier has them, and of public addresses: `auto` for all the
        /// region has, `none`, or a list, which v2 tiers do not take.
        "zones" zones: Zones = default("auto");
    }
}

choice! {
    /// A tier of API Management.
    pub enum ApimSkuName {
        /// For trying out; no SLA, one unit.
        Developer = "Developer",
        /// For production on a small scale; outside of the network.
        Basic = "Basic",
        /// For production on a middle scale; outside of the network.
        Standard = "Standard",
        /// For production; several units, zones.
        Premium = "Premium",
        /// For trying out with an SLA, up in minutes; outside of the network.
        BasicV2 = "BasicV2",
        /// For production, up in minutes; calls through the network.
        StandardV2 = "StandardV2",
        /// For production, up in minutes; in the network, zones.
        PremiumV2 = "PremiumV2",
    }
    refused {
        "AIGateway": "the tier takes no policies, pools or breakers, which this landing zone is made of",
        "Consumption": "the tier has no token limits and no circuit breakers, which this landing zone is made of",
    }
}

impl ApimSkuName {
    pub fn tier(self) -> &'static Tier {
        tiers::find(self.word()).expect("the catalogue has every tier of the spec, which a test holds")
    }
}

choice! {
    /// When the service gets updates.
    pub enum ReleaseChannel {
        /// Early, with previews.
        Preview = "Preview",
        /// With most services.
        Default = "Default",
        /// Late.
        Stable = "Stable",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_every_tier_of_the_spec_and_no_other() {
        assert!(ApimSkuName::WORDS.iter().all(|word| tiers::find(word).is_some()));
        assert_eq!(ApimSkuName::WORDS.len(), tiers::ALL.len());
    }
}
