//! The API Center, resolved.

use super::Resolver;
use crate::model::{ApiCenter, naming};
use crate::spec;

impl Resolver<'_> {
    pub(super) fn api_center(&mut self, center: &spec::At<spec::ApiCenter>) -> ApiCenter {
        if let Some(location) = &center.location {
            self.known_region(&location.value, location.span);
        }
        let of_gateway = self.stem.location.clone();
        ApiCenter {
            name: self.name(self.own.api_center.as_ref(), &naming::API_CENTER, "apic", center.span),
            location: center.location.as_ref().map_or(of_gateway, |location| location.normalized()),
            environment: center.environment.word(),
            lifecycle: center.lifecycle.word(),
        }
    }
}
