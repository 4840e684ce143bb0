//! `baseline.eventHub.store`: where usage records are kept and asked.

use super::PrincipalId;
use crate::spec::decode::{At, Int, choice, record};

record! {
    /// An Azure Data Explorer cluster that keeps the records of the Event Hub in a table.
    pub struct EventStore {
        /// The size of a machine.
        "sku" sku: StoreSku = default("Standard_E2ads_v5");
        /// How many machines. Left out, as few as the size allows: 1 for development, else 2.
        "capacity" capacity: Int<1, 1000> = optional;
        /// How long records are kept.
        "retentionDays" retention_days: Int<1, 3650> = default(365);
        /// How long of that they stand on the machines' own disks, where queries are fast.
        "hotDays" hot_days: Int<1, 3650> = default(31);
        /// Who may ask, besides whoever deploys the cluster.
        "viewers" viewers: Vec<At<StoreViewer>> = default([]);
    }
    refused {
        "existing": "the cluster is made",
        "location": "it stands in the gateway's region, where the Event Hub is",
        "prompts": "prompts are not recorded",
    }
}

// The sizes stand in the published type of Microsoft.Kusto/clusters, 2024-04-13. A development cluster has one machine, the
// others have two and more (learn.microsoft.com/azure/data-explorer/manage-cluster-choose-sku, from memory).
choice! {
    /// A size of a cluster's machines.
    pub enum StoreSku {
        /// One machine of two cores without a service level, for trying it out.
        Dev = "Dev(No SLA)_Standard_E2a_v4",
        /// Two cores.
        E2 = "Standard_E2ads_v5",
        /// Four cores.
        E4 = "Standard_E4ads_v5",
        /// Eight cores.
        E8 = "Standard_E8ads_v5",
        /// Sixteen cores.
        E16 = "Standard_E16ads_v5",
    }
}

impl StoreSku {
    /// Whether it is the one without a service level.
    pub fn is_for_development(self) -> bool {
        self == Self::Dev
    }

    /// As few machines as it can have.
    pub fn least_capacity(self) -> u32 {
        if self.is_for_development() { 1 } else { 2 }
    }
}

record! {
    /// Somebody who may ask the store.
    pub struct StoreViewer {
        /// Object id of a person or group, or client id of an application.
        "id" id: PrincipalId = required;
        /// What it is.
        "kind" kind: PrincipalKind = default("group");
    }
}

choice! {
    /// What a principal is.
    pub enum PrincipalKind {
        /// A person.
        User = "user",
        /// A group.
        Group = "group",
        /// An application or a managed identity.
        Application = "application",
    }
}

/// The private DNS zone of a cluster's own names
/// (learn.microsoft.com/azure/private-link/private-endpoint-dns, 2025-08-04).
pub fn store_zone(region: &str) -> String {
    format!("privatelink.{region}.kusto.windows.net")
}
