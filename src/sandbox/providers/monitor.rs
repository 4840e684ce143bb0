//! Microsoft.OperationalInsights and Microsoft.Insights: the workspace, and Application Insights over it.

use serde_json::Value as Json;

use super::{ArmFault, Draft, Provider, no_action};
use crate::sandbox::Resource;

pub(super) const TYPES: &[Provider] = &[
    Provider {
        resource_type: "Microsoft.OperationalInsights/workspaces",
        complete: workspace,
        action: workspace_keys,
    },
    Provider { resource_type: "Microsoft.Insights/components", complete: component, action: no_action },
];

fn workspace(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.set("customerId", draft.guid("customer"));
    draft.key("primarySharedKey");
    draft.key("secondarySharedKey");
    Ok(())
}

fn workspace_keys(workspace: &Resource, action: &str) -> Option<Json> {
    let is_known = ["listKeys", "sharedKeys"].iter().any(|known| action.eq_ignore_ascii_case(known));
    is_known.then(|| Json::Object(workspace.secret.clone()))
}

/// The connection string is a property that GET shows, in Azure as here.
fn component(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let key = draft.guid("instrumentation");
    let location = draft.text("/location").unwrap_or("global").to_owned();
    let connection = format!(
        "InstrumentationKey={key};IngestionEndpoint=https://{location}.in.applicationinsights.azure.com/;\
         ApplicationId={}",
        draft.guid("application")
    );
    draft.set("AppId", draft.guid("application"));
    draft.set("InstrumentationKey", key);
    draft.set("ConnectionString", connection);
    draft.default("Application_Type", "web");
    Ok(())
}
