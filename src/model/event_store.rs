//! The store behind the Event Hub, resolved.

/// An Azure Data Explorer cluster that keeps usage records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventStore {
    /// The cluster's name, which is the first part of its host.
    pub cluster: String,
    /// `Standard_E2ads_v5` …
    pub sku: &'static str,
    /// `Basic` for development, else `Standard`.
    pub tier: &'static str,
    pub capacity: u32,
    pub retention_days: u32,
    /// How long of that records stand on the machines' own disks.
    pub hot_days: u32,
    pub viewers: Vec<StoreViewer>,
    /// The name of its private endpoint.
    pub private_endpoint: String,
    /// The private DNS zone of its own names, which depends on its region.
    pub zone: String,
}

/// Somebody who may ask the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreViewer {
    /// In lower case.
    pub id: String,
    /// `User`, `Group` or `App`, as the service says it.
    pub kind: &'static str,
}
