//! Microsoft.Cache: Azure Managed Redis, as a resource with keys. What is cached the sandbox's gateway keeps itself.

use serde_json::{Value as Json, json};

use super::{ArmFault, Draft, Provider, no_action};
use crate::sandbox::Resource;

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.Cache/redisEnterprise", complete: cluster, action: no_action },
    Provider {
        resource_type: "Microsoft.Cache/redisEnterprise/databases",
        complete: database,
        action: database_keys,
    },
];

fn cluster(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let location = draft.text("/location").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    draft.set("hostName", format!("{}.{location}.redis.azure.net", draft.name()));
    draft.set("resourceState", "Running");
    Ok(())
}

/// Search wants one endpoint and nothing evicted (learn.microsoft.com/azure/redis/redis-modules, read 2026-12-01). Keys are off
/// unless they are asked for (Azure/azure-rest-api-specs, Microsoft.Cache 2025-07-01, `DatabaseCreateProperties`).
fn database(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let modules = draft.resource.at("/properties/modules").and_then(Json::as_array);
    let searches = modules.is_some_and(|all| all.iter().any(|one| one["name"] == "RediSearch"));
    let is = |pointer: &str, wanted: &str| draft.text(pointer) == Some(wanted);
    if searches
        && !(is("/properties/clusteringPolicy", "EnterpriseCluster")
            && is("/properties/evictionPolicy", "NoEviction"))
    {
        let message = "The RediSearch module needs the clustering policy EnterpriseCluster and the eviction policy NoEviction.";
        return Err(ArmFault::bad_request("InvalidRequestBody", message));
    }
    draft.default("accessKeysAuthentication", "Disabled");
    draft.default("port", 10_000);
    draft.set("resourceState", "Running");
    draft.key("primaryKey");
    draft.key("secondaryKey");
    Ok(())
}

fn database_keys(database: &Resource, action: &str) -> Option<Json> {
    let may = database.at("/properties/accessKeysAuthentication") == Some(&json!("Enabled"));
    (may && action.eq_ignore_ascii_case("listKeys")).then(|| Json::Object(database.secret.clone()))
}
