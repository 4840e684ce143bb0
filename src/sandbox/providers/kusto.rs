//! Microsoft.Kusto: a cluster of Azure Data Explorer, as a resource that says where it is asked. What it keeps is what the
//! sandbox's gateway sends to the event hub that a connection reads.

use super::{ArmFault, Draft, Provider, no_action};

pub(super) const TYPES: &[Provider] = &[
    Provider { resource_type: "Microsoft.Kusto/clusters", complete: cluster, action: no_action },
    Provider {
        resource_type: "Microsoft.Kusto/clusters/databases/scripts",
        complete: script,
        action: no_action,
    },
];

/// A server of one's own answers for its clusters itself, below `/kusto`.
fn cluster(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    let is_for_development = draft.text("/sku/tier") == Some("Basic");
    let capacity = draft.resource.at("/sku/capacity").and_then(serde_json::Value::as_u64);
    if is_for_development && capacity.is_some_and(|capacity| capacity != 1) {
        let message = "A cluster of the tier Basic has one instance.";
        return Err(ArmFault::bad_request("ClusterCapacityInvalid", message));
    }
    let location = draft.text("/location").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    let host = format!("{}.{location}.kusto.windows.net", draft.name());
    let uri = match draft.state.address() {
        Some(address) => format!("{address}/kusto/{}", draft.name()),
        None => format!("https://{host}"),
    };
    draft.set("uri", uri);
    draft.set("dataIngestionUri", format!("https://ingest-{host}"));
    draft.set("state", "Running");
    Ok(())
}

/// The commands are taken and not shown (Azure/bicep-types-az, Microsoft.Kusto 2024-04-13: write-only).
fn script(draft: &mut Draft<'_>) -> Result<(), ArmFault> {
    draft.hide("scriptContent");
    Ok(())
}
