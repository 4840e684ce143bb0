//! Who may call an API: what cannot be meant, and what the gateway could not tell.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Api, Cors, IpFilter, Spec};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for api in spec.apis.iter() {
        if let Some(cors) = &api.policies.cors {
            origins(cors, cx);
        }
        if let Some(filter) = &api.policies.ip_filter {
            addresses(spec, api, filter, cx);
        }
    }
}

fn origins(cors: &Cors, cx: &mut Checks<'_>) {
    cx.empty("origins", &cors.origins);
    let any = cors.origins.iter().find(|origin| origin.as_str() == "*");
    if let Some(any) = any.filter(|_| cors.allow_credentials.value) {
        let message = "any page may call, with the credentials of whoever looks at it";
        let found = cx
            .diagnostic(&codes::CONFLICT, any.span, message)
            .related(cx.source, cors.allow_credentials.span, "with credentials")
            .help("name the origins, or leave `allowCredentials` out");
        cx.push(found);
    }
}

/// `ip-filter` looks at the address that the connection comes from (learn.microsoft.com/azure/api-management/
/// ip-filter-policy, 2022-12-08), which behind an Application Gateway is one of the gateway's subnet.
fn addresses(spec: &Spec, api: &Api, filter: &At<IpFilter>, cx: &mut Checks<'_>) {
    match &filter.value {
        IpFilter::Allow(ranges) => cx.empty("allow", ranges),
        IpFilter::Forbid(ranges) => cx.empty("forbid", ranges),
    }
    if let Some(gateway) = &spec.baseline.app_gateway {
        let message = format!(
            "`{}` sees the addresses of the Application Gateway, not those of its callers",
            api.id.as_str(),
        );
        let found = cx
            .diagnostic(&codes::CONFLICT, filter.span, message)
            .related(cx.source, gateway.span, "the Application Gateway")
            .help("filter addresses in front of it, or leave `appGateway` out");
        cx.push(found);
    }
}
