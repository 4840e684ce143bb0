//! Further regions: their networks, private endpoints and names.

use super::Resolver;
use crate::model::naming::{self, Stem};
use crate::model::{Account, AdditionalRegion, RegionEndpoints, RegionNetwork};
use crate::spec;
use crate::text::Span;

impl Resolver<'_> {
    pub(super) fn additional_region(
        &mut self,
        region: &spec::AdditionalRegion,
        accounts: &[Account],
    ) -> AdditionalRegion {
        self.known_region(&region.location.value, region.location.span);
        let location = region.location.normalized();
        AdditionalRegion {
            zones: self.zones(&region.zones.value, &location),
            capacity: region.capacity.0,
            network: region.network.as_ref().map(|network| RegionNetwork {
                address_space: network.address_space.to_string(),
                app_gateway_subnet: network.subnets.app_gateway.map(|subnet| subnet.to_string()),
                apim_subnet: network.subnets.apim.to_string(),
                names: self.region_names(&location, region.location.span),
                endpoints: network.subnets.private_endpoints.map(|subnet| {
                    self.region_endpoints(&location, subnet.to_string(), accounts, subnet.span)
                }),
            }),
            location,
        }
    }

    fn region_endpoints(
        &mut self,
        location: &str,
        subnet: String,
        accounts: &[Account],
        span: Span,
    ) -> RegionEndpoints {
        let stem = Stem { location: location.to_owned(), ..self.stem.clone() };
        let mut name = |prefix: &str| self.made(&stem, &naming::PRIVATE_ENDPOINT, prefix, span);
        RegionEndpoints {
            subnet,
            key_vault: name("pe-kv"),
            accounts: accounts.iter().map(|account| name(&format!("pe-oai-{}", account.id))).collect(),
            event_hub: name("pe-evhns"),
            content_safety: name("pe-cs"),
            language: name("pe-lang"),
            redis: name("pe-redis"),
            resource_group: self.made(&stem, &naming::RESOURCE_GROUP, "rg-endpoints", span),
        }
    }
}
