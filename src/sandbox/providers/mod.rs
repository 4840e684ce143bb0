//! What resource providers add to a resource when it is created: addresses, ids, keys. Only what templates read
//! through `reference()` and `list*()`, or what a GET of the landing zone's resources is expected to show; any other
//! type is stored as it was sent. Values have the shape of Azure's (REST reference of each provider, 2026-11) and
//! addresses from the ranges for documentation.

mod api_management;
mod authorization;
mod cdn;
mod cognitive_services;
mod event_hub;
mod key_vault;
mod kusto;
mod managed_identity;
mod monitor;
mod network;
mod private_dns;
mod redis;
mod service_network;

use serde_json::{Map, Value as Json, json};

pub(in crate::sandbox) use api_management::{regenerated, scope_of_subscription};

use super::{ArmFault, Resource, ResourceId, State};

/// What one resource type needs beyond being stored.
struct Provider {
    resource_type: &'static str,
    /// Checks the request and adds what the server makes.
    complete: fn(&mut Draft<'_>) -> Result<(), ArmFault>,
    /// Answers `list*` and other POST actions; None for an action it does not have.
    action: fn(&Resource, &str) -> Option<Json>,
}

const PROVIDERS: &[&[Provider]] = &[
    api_management::TYPES,
    authorization::TYPES,
    cdn::TYPES,
    cognitive_services::TYPES,
    event_hub::TYPES,
    key_vault::TYPES,
    kusto::TYPES,
    managed_identity::TYPES,
    monitor::TYPES,
    network::TYPES,
    private_dns::TYPES,
    redis::TYPES,
];

/// A resource in the making.
pub(super) struct Draft<'a> {
    pub(super) state: &'a State,
    pub(super) tenant_id: &'a str,
    /// The one it replaces: what the server made then stays.
    pub(super) before: Option<Resource>,
    pub(super) resource: Resource,
    /// Resources that come with it, such as the subnets of a network.
    pub(super) also: Vec<Resource>,
}

impl Draft<'_> {
    fn id(&self) -> &ResourceId {
        &self.resource.id
    }

    fn name(&self) -> &str {
        self.resource.id.name()
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.resource.text(pointer)
    }

    /// Sets a property; the server's value wins.
    fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.resource.body["properties"][name] = value.into();
    }

    /// Sets a property that the request may have given.
    fn default(&mut self, name: &str, value: impl Into<Json>) {
        let slot = &mut self.resource.body["properties"][name];
        if slot.is_null() {
            *slot = value.into();
        }
    }

    /// Takes a property out of sight.
    fn hide(&mut self, name: &str) -> Option<Json> {
        let value = self.resource.body["properties"].as_object_mut()?.shift_remove(name)?;
        self.resource.secret.insert(name.to_owned(), value.clone());
        Some(value)
    }

    /// Keeps the secret of the resource it replaces, or makes a random one.
    fn key(&mut self, name: &str) {
        let kept = self.before.as_ref().and_then(|before| before.secret.get(name)).cloned();
        let key = kept.unwrap_or_else(|| Json::from(random_key()));
        self.resource.secret.entry(name.to_owned()).or_insert(key);
    }

    /// A GUID that is the same whenever this resource is made.
    fn guid(&self, purpose: &str) -> String {
        stable_guid(self.id(), purpose)
    }
}

/// Checks `body` and makes it the resource that the provider would store.
pub(super) fn complete<'a>(
    state: &'a State,
    tenant_id: &'a str,
    id: &ResourceId,
    body: Json,
) -> Result<Draft<'a>, ArmFault> {
    let Json::Object(mut body) = body else {
        return Err(ArmFault::bad_request(
            "InvalidRequestContent",
            "the body of a resource must be an object",
        ));
    };
    let mut whole = Map::new();
    whole.insert("id".to_owned(), Json::from(id.to_string()));
    whole.insert("name".to_owned(), Json::from(id.name()));
    whole.insert("type".to_owned(), Json::from(id.resource_type()));
    for own in ["id", "name", "type", "apiVersion"] {
        body.shift_remove(own);
    }
    whole.extend(body);
    let properties = whole.entry("properties").or_insert_with(|| json!({}));
    if !properties.is_object() {
        return Err(ArmFault::bad_request("InvalidRequestContent", "`properties` must be an object"));
    }
    if has_state(id) {
        properties["provisioningState"] = Json::from("Succeeded");
    }
    // A null is what a template gives for a member that it leaves out.
    whole.retain(|_, value| !value.is_null());
    let resource = Resource { id: id.clone(), body: Json::Object(whole), secret: Map::new() };
    let mut draft = Draft { state, tenant_id, before: state.get(id), resource, also: Vec::new() };
    managed_identity::fill_identity(&mut draft)?;
    if let Some(provider) = find(id) {
        (provider.complete)(&mut draft)?;
    }
    Ok(draft)
}

/// Few of the entities inside of an API Management service have a state (REST reference 2024-05-01, 2026-11).
fn has_state(id: &ResourceId) -> bool {
    let resource_type = id.resource_type();
    match resource_type.strip_prefix("Microsoft.ApiManagement/service/") {
        Some(entity) => ["apis", "namedValues", "policyFragments"].contains(&entity),
        None => true,
    }
}

/// Answers a POST action such as `listKeys`; None where the type has no such action.
pub(super) fn action(resource: &Resource, name: &str) -> Option<Json> {
    (find(&resource.id)?.action)(resource, name)
}

fn find(id: &ResourceId) -> Option<&'static Provider> {
    let resource_type = id.resource_type();
    PROVIDERS
        .iter()
        .copied()
        .flatten()
        .find(|provider| provider.resource_type.eq_ignore_ascii_case(&resource_type))
}

fn no_action(_: &Resource, _: &str) -> Option<Json> {
    None
}

/// 32 hex digits from the system's random numbers, the form of an APIM subscription key.
fn random_key() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn stable_guid(id: &ResourceId, purpose: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, format!("{}#{purpose}", id.key()).as_bytes()).to_string()
}

/// A number from 1 to 254 that is the same whenever this resource is made.
fn stable_octet(id: &ResourceId) -> u8 {
    1 + uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, id.key().as_bytes()).as_bytes()[0] % 254
}
