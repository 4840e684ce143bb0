//! What was read of a service, as Azure gives it.

use serde_json::Value as Json;

/// A service with what stands in it, and the accounts that its backends lead to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub subscription_id: String,
    pub resource_group: String,
    pub service: Json,
    /// The policy of the service.
    pub policy: Option<String>,
    pub apis: Vec<Entity>,
    pub products: Vec<Entity>,
    pub fragments: Vec<Entity>,
    pub backends: Vec<Json>,
    pub subscriptions: Vec<Json>,
    pub named_values: Vec<Json>,
    pub loggers: Vec<Json>,
    /// Kinds that no spec has, with their names.
    pub others: Vec<(String, Vec<String>)>,
    pub accounts: Vec<Account>,
    /// The network of the service, where it is in one that can be read.
    pub network: Option<Json>,
    /// The Application Gateway that leads to the service, and its firewall policy.
    pub front: Option<Json>,
    pub firewall: Option<Json>,
    /// What could not be read, and why.
    pub not_read: Vec<(String, String)>,
}

/// An API, a product, an operation or a fragment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entity {
    pub name: String,
    pub body: Json,
    /// Its policy, or its text where it is a fragment.
    pub policy: Option<String>,
    /// The operations of an API.
    pub inside: Vec<Entity>,
    /// The names of a product's APIs.
    pub apis: Vec<String>,
}

/// An Azure OpenAI account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    pub body: Json,
    pub deployments: Vec<Json>,
}

impl Found {
    /// Every policy text: the folder it is written to, the name, the text.
    pub(super) fn policies(&self) -> Vec<(&'static str, &str, &str)> {
        let mut all = Vec::new();
        all.extend(self.policy.as_deref().map(|text| ("service", "policy", text)));
        for (kind, entities) in
            [("fragments", &self.fragments), ("apis", &self.apis), ("products", &self.products)]
        {
            for entity in entities {
                all.extend(entity.policy.as_deref().map(|text| (kind, entity.name.as_str(), text)));
                let inside = entity.inside.iter();
                all.extend(
                    inside.filter_map(|one| Some(("operations", one.name.as_str(), one.policy.as_deref()?))),
                );
            }
        }
        all
    }
}

/// A text at a JSON pointer; empty where there is none.
pub(super) fn text<'a>(body: &'a Json, pointer: &str) -> &'a str {
    body.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The name of an entity.
pub(super) fn name(body: &Json) -> &str {
    let name = text(body, "/name");
    name.rsplit('/').next().unwrap_or(name)
}
