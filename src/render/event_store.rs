//! The store behind the Event Hub: the parameter of its module, and the commands that make its table.
//!
//! Commands of scripts: learn.microsoft.com/azure/data-explorer/database-script and …/kusto/management, read 2026-12-01. Run
//! again they change nothing, and a column that is new is added.

use std::fmt::Write as _;

use super::literal::{Literal, list, object};
use crate::model::{LandingZone, ZONES_STORAGE};
use crate::spec::UsageField;

/// The database of the cluster.
pub const STORE_DATABASE: &str = "usage";
/// The table that records go to.
pub const STORE_TABLE: &str = "Usage";
/// How a record becomes a row.
const MAPPING: &str = "UsageRecord";
/// Where the commands stand in the bundle.
pub(super) const SCHEMA: &str = "store/schema.kql";

/// The commands that make table, mapping and policies; None where there is no store.
pub(super) fn schema(zone: &LandingZone) -> Option<String> {
    let store = zone.event_hub.as_ref()?.store.as_ref()?;
    let columns: Vec<String> =
        UsageField::WORDS.iter().map(|name| format!("{name}: {}", column_type(name))).collect();
    // The words are ours: letters alone.
    let paths: Vec<String> = UsageField::WORDS
        .iter()
        .map(|name| format!(r#"{{"column":"{name}","Properties":{{"Path":"$.{name}"}}}}"#))
        .collect();
    let mut text = String::new();
    let _ = write!(
        text,
        ".create-merge table {STORE_TABLE} ({})\n\n\
         .create-or-alter table {STORE_TABLE} ingestion json mapping '{MAPPING}' '[{}]'\n\n\
         .alter-merge table {STORE_TABLE} policy retention softdelete = {}d recoverability = enabled\n\n\
         .alter table {STORE_TABLE} policy caching hot = {}d\n",
        columns.join(", "),
        paths.join(","),
        store.retention_days,
        store.hot_days,
    );
    Some(text)
}

fn column_type(field: &str) -> &'static str {
    match field {
        _ if field == UsageField::EventTime.word() => "datetime",
        _ if field == UsageField::TotalTokens.word() => "long",
        _ => "string",
    }
}

/// All fields are there even where there is no store, so that the module may name them.
pub(super) fn parameter(zone: &LandingZone) -> Literal {
    let store = zone.event_hub.as_ref().and_then(|hub| hub.store.as_ref());
    let days = |days: u32| Literal::Text(format!("P{days}D"));
    object([
        ("enabled", store.is_some().into()),
        ("cluster", store.map_or("", |store| &store.cluster).into()),
        ("sku", store.map_or("", |store| store.sku).into()),
        ("tier", store.map_or("", |store| store.tier).into()),
        ("capacity", store.map_or(0, |store| store.capacity).into()),
        ("database", STORE_DATABASE.into()),
        ("table", STORE_TABLE.into()),
        ("mapping", MAPPING.into()),
        ("retention", store.map_or_else(|| "".into(), |store| days(store.retention_days))),
        ("hot", store.map_or_else(|| "".into(), |store| days(store.hot_days))),
        (
            "schema",
            schema(zone).map_or_else(|| "".into(), |text| Literal::File { path: SCHEMA.to_owned(), text }),
        ),
        (
            "viewers",
            list(store.map_or(&[][..], |store| &store.viewers), |viewer| {
                object([("id", (&viewer.id).into()), ("kind", viewer.kind.into())])
            }),
        ),
        ("zone", store.map_or("", |store| &store.zone).into()),
        ("privateEndpoint", store.map_or("", |store| &store.private_endpoint).into()),
    ])
}

/// Ids of the zones that are there already, which a cluster registers in.
pub(super) fn existing_zones(zone: &LandingZone) -> Literal {
    let dns = &zone.network.private_dns;
    let store = zone.event_hub.as_ref().and_then(|hub| hub.store.as_ref());
    let of = |name: &str| if store.is_some() { dns.existing(name).into() } else { Literal::from("") };
    let [(blob, blobs), (queue, queues), (table, tables)] = ZONES_STORAGE;
    object([
        ("cluster", of(store.map_or("", |store| &store.zone))),
        (blob, of(blobs)),
        (queue, of(queues)),
        (table, of(tables)),
    ])
}
