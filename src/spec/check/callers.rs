//! Who may call an API: what cannot be meant, and what the gateway could not tell.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{Allow, Api, Cors, IpFilter, Product, Spec};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let of_products = spec.products.iter().filter_map(|product| product.entra.as_ref());
    let of_apis = spec.apis.iter().filter_map(|api| api.policies.entra.as_ref());
    for entra in of_apis.chain(of_products) {
        cx.empty("audiences", &entra.audiences);
    }
    for product in spec.products.iter() {
        if let Some(allow) = &product.allow {
            cx.empty("deployments", &allow.deployments);
            deployments(spec, product, allow, cx);
        }
    }
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

/// A name that no API of the product leads to allows nothing, and is most likely misspelt.
fn deployments(spec: &Spec, product: &Product, allow: &Allow, cx: &mut Checks<'_>) {
    let is_of_product = |api: &Api| product.apis.iter().any(|id| id.value == api.id.value);
    let pools =
        spec.apis.iter().filter(|api| is_of_product(api)).filter_map(|api| Some(api.pool()?.as_str()));
    let pools: Vec<&str> = pools.collect();
    let accounts: Vec<&str> = spec
        .pools
        .iter()
        .filter(|pool| pools.contains(&pool.id.as_str()))
        .flat_map(|pool| pool.members.iter().map(|member| member.backend.as_str()))
        .collect();
    let known: Vec<&str> = spec
        .models
        .iter()
        .filter(|model| accounts.contains(&model.id.as_str()))
        .flat_map(|model| model.deployments.iter().map(|deployment| deployment.name.as_str()))
        .collect();
    for name in allow.deployments.iter().filter(|name| !known.contains(&name.as_str())) {
        let message =
            format!("no API of product `{}` leads to a deployment `{}`", product.id.as_str(), name.as_str(),);
        let found = cx
            .diagnostic(&codes::UNKNOWN_REFERENCE, name.span, message)
            .did_you_mean(name.as_str(), known.iter().copied());
        let found = if found.help.is_empty() { found.help("add it, or correct the name") } else { found };
        cx.push(found);
    }
}
