//! Who may call an API, resolved.

use crate::model::{Cors, EntraCallers, IpFilter};
use crate::spec;

pub(in crate::model) fn cors(cors: &spec::Cors) -> Cors {
    Cors {
        origins: cors.origins.iter().map(|origin| origin.value.0.clone()).collect(),
        headers: match &cors.headers {
            Some(names) => names.iter().map(|name| name.value.0.clone()).collect(),
            None => vec!["*".to_owned()],
        },
        expose_headers: cors.expose_headers.iter().map(|name| name.value.0.clone()).collect(),
        allow_credentials: cors.allow_credentials.value,
        max_age_seconds: cors.max_age_seconds.0,
    }
}

pub(in crate::model) fn ip_filter(filter: &spec::IpFilter) -> IpFilter {
    let (allows, ranges) = match filter {
        spec::IpFilter::Allow(ranges) => (true, ranges),
        spec::IpFilter::Forbid(ranges) => (false, ranges),
    };
    IpFilter { allows, ranges: ranges.iter().map(|range| (range.first, range.last)).collect() }
}

pub(in crate::model) fn entra(entra: &spec::EntraCallers) -> EntraCallers {
    EntraCallers {
        tenant: entra.tenant.value.0.clone(),
        audiences: entra.audiences.iter().map(|it| it.value.0.clone()).collect(),
        applications: entra.applications.iter().map(|it| it.value.0.clone()).collect(),
        roles: entra.roles.iter().map(|it| it.value.0.clone()).collect(),
    }
}
