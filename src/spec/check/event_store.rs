//! The store behind the Event Hub: machines that its size can have, days that fit each other, records that it can keep,
//! and room for its private endpoint.

use std::collections::BTreeMap;

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{EventHub, EventStore, Spec, UsageEventHub, UsageField};

/// Addresses that the private endpoint of a cluster takes, with the five that Azure keeps of every subnet
/// (learn.microsoft.com/azure/data-explorer/security-network-private-endpoint, read 2026-12-01).
const ADDRESSES: u32 = 13;

/// A cluster holds 10,000 principals and more; these are read by people.
const VIEWERS_MAX: usize = 100;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let Some(hub) = &spec.baseline.event_hub else { return };
    let Some(store) = &hub.store else { return };
    size(store, cx);
    days(store, cx);
    viewers(store, cx);
    room(spec, store, cx);
    records(spec, hub, store, cx);
}

fn size(store: &EventStore, cx: &mut Checks<'_>) {
    let Some(capacity) = &store.capacity else { return };
    let least = store.sku.least_capacity();
    let message = match store.sku.is_for_development() {
        true if capacity.0 > 1 => "a cluster for development has one machine",
        false if capacity.0 < least => "a cluster of this size has two machines and more",
        _ => return,
    };
    let found = cx
        .diagnostic(&codes::OUT_OF_RANGE, capacity.span, message)
        .related(cx.source, store.sku.span, "the size")
        .help(format!("set `capacity` to {least}, or choose another `sku`"));
    cx.push(found);
}

fn days(store: &EventStore, cx: &mut Checks<'_>) {
    if store.hot_days.0 > store.retention_days.0 {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                store.hot_days.span,
                "records would be hot for longer than they are kept",
            )
            .related(cx.source, store.retention_days.span, "how long they are kept")
            .help("set `hotDays` to `retentionDays` or less");
        cx.push(found);
    }
}

fn viewers(store: &EventStore, cx: &mut Checks<'_>) {
    if store.viewers.len() > VIEWERS_MAX {
        let message = format!("{} items in `viewers`; there may be {VIEWERS_MAX}", store.viewers.len());
        let found = cx.diagnostic(&codes::OUT_OF_RANGE, store.viewers.span, message);
        cx.push(found.help("give a group that they are members of"));
    }
    let mut seen = BTreeMap::new();
    for viewer in store.viewers.iter().take(VIEWERS_MAX) {
        let id = &viewer.id.value.0;
        if let Some(first) = seen.insert(id.to_ascii_lowercase(), viewer.id.span) {
            let found = cx
                .diagnostic(&codes::DUPLICATE_ID, viewer.id.span, format!("a second viewer `{id}`"))
                .related(cx.source, first, "the first")
                .help("remove one of the two");
            cx.push(found);
        }
    }
}

/// A network that is there already says its subnets by name, not how large they are.
fn room(spec: &Spec, store: &At<EventStore>, cx: &mut Checks<'_>) {
    let network = &spec.baseline.network;
    if network.existing.is_some() || !network.apim_mode.mode().is_in_network() {
        return;
    }
    let subnet = &network.subnets.private_endpoints;
    let needed = ADDRESSES + other_endpoints(spec);
    if subnet.size() < needed {
        let prefix = 32 - needed.next_power_of_two().ilog2();
        let found = cx
            .diagnostic(
                &codes::SUBNET,
                subnet.span,
                format!("{needed} addresses are needed, most of them for the private endpoint of the store"),
            )
            .related(cx.source, store.span, "the store")
            .help(format!("choose a range with a prefix of /{prefix} or less"));
        cx.push(found);
    }
}

/// The private endpoints beside that of the store, each with an address.
fn other_endpoints(spec: &Spec) -> u32 {
    let baseline = &spec.baseline;
    let own = [
        true, // the vault
        true, // the hub
        baseline.content_safety.is_some(),
        baseline.language.is_some(),
        baseline.redis.is_some(),
        baseline.apim.private_endpoint.value,
    ];
    let accounts = spec.models.iter().filter(|model| model.is_made()).count();
    let all = own.into_iter().filter(|is_there| *is_there).count() + accounts;
    u32::try_from(all).unwrap_or(u32::MAX / 2)
}

/// Reports go by the time of a record, and a store that nothing fills is no store.
fn records(spec: &Spec, hub: &At<EventHub>, store: &At<EventStore>, cx: &mut Checks<'_>) {
    let is_sent = |records: &&At<UsageEventHub>| records.enabled.value;
    let sent: Vec<&At<UsageEventHub>> =
        spec.apis.iter().filter_map(|api| api.policies.usage.event_hub.as_ref()).filter(is_sent).collect();
    if sent.is_empty() {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                store.span,
                "nothing would be kept in this store: no API sends records",
            )
            .related(cx.source, hub.span, "the Event Hub")
            .help("add `policies.usage.eventHub` to an API, or leave `store` out");
        cx.push(found);
    }
    for records in sent {
        if !records.fields.iter().any(|field| field.value == UsageField::EventTime) {
            let found = cx
                .diagnostic(
                    &codes::CONFLICT,
                    records.fields.span,
                    "a record without `EventTime` is in no report of the store",
                )
                .related(cx.source, store.span, "the store")
                .help("add `EventTime` to `fields`");
            cx.push(found);
        }
    }
}
