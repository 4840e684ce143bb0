//! APIs that lead to no pool of model accounts: what is the same for all of their surfaces, and where each leads.

use super::{Account, Cors, EntraCallers, IpFilter, RequestLimit};
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
    /// To an account, by WebSocket.
    Realtime {
        /// The Azure name of the account.
        account: String,
    },
    /// To an MCP server that is there already.
    Mcp {
        /// Without what is below.
        service_url: String,
        /// The last part of the server's URL, with its slash.
        endpoint: String,
        identity_resource: Option<String>,
    },
    /// To operations of another API, as tools.
    Tools {
        /// The id of the API.
        api: String,
        operations: Vec<Operation>,
    },
}

impl ServiceApi {
    /// Whether callers reach it by WebSocket.
    pub fn is_websocket(&self) -> bool {
        matches!(self.leads_to, LeadsTo::Realtime { .. })
    }

    /// The name of its backend entity. No account and no pool of the spec has a name with a dot.
    pub fn backend(&self) -> String {
        format!("{}.api", self.id)
    }
}

/// The APIs of the spec that are none of model accounts, in its order.
pub(super) fn resolve(spec: &spec::Spec, accounts: &[Account]) -> Vec<ServiceApi> {
    spec.apis.iter().filter_map(|api| Some(service_api(api, leads_to(spec, accounts, api)?))).collect()
}

/// None for an API of model accounts, and for what the spec's checks refuse.
fn leads_to(spec: &spec::Spec, accounts: &[Account], api: &Api) -> Option<LeadsTo> {
    let identity_resource = api.identity.as_ref().map(|it| it.resource.value.0.clone());
    match api.surface.value {
        surface if surface.is_of_models() => None,
        Surface::Rest => Some(LeadsTo::Rest {
            url: api.url()?.as_str().trim_end_matches('/').to_owned(),
            identity_resource,
            operations: operations(api, |_| true),
        }),
        Surface::Realtime => {
            let account =
                accounts.iter().find(|account| api.account().is_some_and(|id| id.as_str() == account.id))?;
            Some(LeadsTo::Realtime { account: account.name.clone() })
        }
        Surface::Mcp => match &api.from {
            None => {
                let (service_url, endpoint) = endpoint(api.url()?.as_str());
                Some(LeadsTo::Mcp { service_url, endpoint, identity_resource })
            }
            Some(from) => {
                let source = spec.apis.iter().find(|other| other.id.value == from.api.value)?;
                let named = from.operations.as_ref();
                let is_tool =
                    |name: &str| named.is_none_or(|names| names.iter().any(|it| it.as_str() == name));
                let api = source.id.value.0.clone();
                Some(LeadsTo::Tools { api, operations: operations(source, is_tool) })
            }
        },
        _ => None,
    }
}

fn operations(api: &Api, is_wanted: impl Fn(&str) -> bool) -> Vec<Operation> {
    let all = api.operations.iter().flat_map(|operations| &operations.0);
    all.filter(|operation| is_wanted(&operation.name)).map(|operation| operation.value.clone()).collect()
}

/// A server's URL in two: the service, and the last segment, which the service has as the URI template of its endpoint
/// (learn.microsoft.com/azure/api-management/manage-mcp-servers-rest-api, 2026-06-23).
fn endpoint(url: &str) -> (String, String) {
    let url = url.trim_end_matches('/');
    let host = url.find("://").map_or(0, |at| at + 3);
    match url[host..].rfind('/') {
        Some(at) => (url[..host + at].to_owned(), url[host + at..].to_owned()),
        None => (url.to_owned(), "/".to_owned()),
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
            counts_tokens: false,
        }),
    }
}
