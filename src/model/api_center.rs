//! The API Center, resolved.

use super::{LandingZone, LeadsTo, ServiceApi};

/// An Azure API Center that lists the APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiCenter {
    pub name: String,
    pub location: String,
    /// `development`, `testing`, `staging` or `production`.
    pub environment: &'static str,
    /// How far along the APIs are.
    pub lifecycle: &'static str,
}

/// An API as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedApi<'a> {
    pub id: &'a str,
    pub display_name: &'a str,
    /// What callers add to the gateway's address, without slashes at its ends.
    pub path: String,
    /// `rest`, `websocket` or `mcp`.
    pub kind: &'static str,
}

impl LandingZone {
    /// All APIs, those of models first.
    pub fn listed_apis(&self) -> Vec<ListedApi<'_>> {
        let of_models = self.apis.iter().map(|api| ListedApi {
            id: &api.id,
            display_name: &api.display_name,
            path: api.path.clone(),
            kind: "rest",
        });
        let of_services = self.services.iter().map(|api| ListedApi {
            id: &api.id,
            display_name: &api.display_name,
            path: path(api),
            kind: kind(api),
        });
        of_models.chain(of_services).collect()
    }
}

/// The published type leaves the list of kinds open; that of MCP servers is on
/// learn.microsoft.com/azure/api-center/register-discover-mcp-server (2025-07-22).
fn kind(api: &ServiceApi) -> &'static str {
    match api.leads_to {
        LeadsTo::Rest { .. } => "rest",
        LeadsTo::Realtime { .. } => "websocket",
        LeadsTo::Mcp { .. } | LeadsTo::Tools { .. } => "mcp",
    }
}

/// An MCP server is called below its path, as bicep/genai/modules/mcp-server.bicep makes it.
fn path(api: &ServiceApi) -> String {
    match &api.leads_to {
        LeadsTo::Rest { .. } | LeadsTo::Realtime { .. } => api.path.clone(),
        LeadsTo::Mcp { endpoint, .. } => format!("{}{endpoint}", api.path),
        LeadsTo::Tools { .. } => format!("{}/mcp", api.path),
    }
}
