//! The store behind the Event Hub, resolved.

use super::Resolver;
use crate::model::{EventStore, StoreViewer, naming};
use crate::spec::{self, PrincipalKind};

impl Resolver<'_> {
    pub(super) fn event_store(&mut self, store: &spec::At<spec::EventStore>) -> EventStore {
        let is_for_development = store.sku.is_for_development();
        let least = store.sku.least_capacity();
        EventStore {
            cluster: self.name(self.own.event_store.as_ref(), &naming::STORE, "adx", store.span),
            sku: store.sku.word(),
            tier: if is_for_development { "Basic" } else { "Standard" },
            capacity: store.capacity.as_ref().map_or(least, |capacity| capacity.0),
            retention_days: store.retention_days.0,
            hot_days: store.hot_days.0,
            viewers: store.viewers.iter().map(|it| viewer(it)).collect(),
            private_endpoint: self.name(
                self.own.private_endpoint_event_store.as_ref(),
                &naming::PRIVATE_ENDPOINT,
                "pe-adx",
                store.span,
            ),
            zone: spec::store_zone(&self.stem.location),
        }
    }
}

fn viewer(viewer: &spec::StoreViewer) -> StoreViewer {
    let kind = match viewer.kind.value {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::Application => "App",
    };
    StoreViewer { id: viewer.id.value.0.to_ascii_lowercase(), kind }
}
