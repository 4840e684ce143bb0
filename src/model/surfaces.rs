//! APIs that lead to no pool of model accounts: what is the same for all of their surfaces, and where each leads.

use super::{Cors, EntraCallers, IpFilter, RequestLimit};
use crate::spec::{self, Api, Operation, Surface};

/// An API whose requests are not those of a model account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceApi {
    pub id: String,
    pub display_name: String,
    /// Without slashes at its ends.
    pub path: String,
    pub leads_to: LeadsTo,
    pub streaming: bool,
    pub timeout_seconds: u32,
    pub cors: Option<Cors>,
    pub ip_filter: Option<IpFilter>,
    pub entra: Option<EntraCallers>,
    pub request_limit: Option<RequestLimit>,
}

/// Where an API leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// To a service at a URL.
    Rest {
        /// Of https, without a slash at its end.
        url: String,
        /// What the gateway's token is for; None where it sends none.
        identity_resource: Option<String>,
        operations: Vec<Operation>,
    },
}

impl ServiceApi {
    /// The name of its backend entity. No account and no pool of the spec has a name with a dot.
    pub fn backend(&self) -> String {
        format!("{}.api", self.id)
    }
}

/// The APIs of the spec that are none of model accounts, in its order.
pub(super) fn resolve(spec: &spec::Spec) -> Vec<ServiceApi> {
    spec.apis.iter().filter_map(|api| Some(service_api(api, leads_to(api)?))).collect()
}

/// None for an API of model accounts, and for what the spec's checks refuse.
fn leads_to(api: &Api) -> Option<LeadsTo> {
    let backend = &api.backend;
    match api.surface.value {
        Surface::AzureOpenai => None,
        Surface::Rest => Some(LeadsTo::Rest {
            url: backend.url.as_ref()?.as_str().trim_end_matches('/').to_owned(),
            identity_resource: backend.managed_identity.as_ref().map(|it| it.resource.value.0.clone()),
            operations: api.operations.as_ref()?.0.iter().map(|operation| operation.value.clone()).collect(),
        }),
    }
}

fn service_api(api: &Api, leads_to: LeadsTo) -> ServiceApi {
    use super::resolve::callers;
    let policies = &api.policies;
    ServiceApi {
        id: api.id.value.0.clone(),
        display_name: api
            .display_name
            .as_ref()
            .map_or_else(|| api.id.value.0.clone(), |name| name.value.0.clone()),
        path: api.path.value.0.clone(),
        leads_to,
        streaming: api.streaming.value,
        timeout_seconds: api.timeout_seconds.0,
        cors: policies.cors.as_ref().map(|cors| callers::cors(cors)),
        ip_filter: policies.ip_filter.as_ref().map(|filter| callers::ip_filter(filter)),
        entra: policies.entra.as_ref().map(|entra| callers::entra(entra)),
        request_limit: policies.request_limit.as_ref().map(|limit| RequestLimit {
            key: limit.key.value,
            calls: limit.calls.0,
            period_seconds: limit.period_seconds.0,
        }),
    }
}
