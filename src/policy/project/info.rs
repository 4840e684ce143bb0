//! Files that say what a service holds besides policies: the information files of APIOps, and the parameters in the
//! bundle of `genai-lz render`. Only what policies depend on is read; everything else in them is somebody else's.

use std::sync::Arc;

use serde_json::Value as Json;

use super::codes;
use super::layout::{self, Entity, Place, What};
use crate::diag::Diagnostic;
use crate::policy::{ApiFacts, BackendEntity, PoolMember, named_values};
use crate::text::{Source, Span};

/// One file about entities.
#[derive(Clone, Debug)]
pub struct Info {
    pub source: Arc<Source>,
    pub place: Option<Place>,
    pub facts: Vec<Fact>,
    /// Named values that the entities themselves use.
    pub named_values: Vec<String>,
    pub found: Vec<Diagnostic>,
}

/// What a file says of one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// By the name that `{{ }}` uses; the value where it is there and no secret.
    NamedValue {
        name: String,
        value: Option<String>,
    },
    Backend {
        id: String,
        entity: BackendEntity,
    },
    Logger {
        id: String,
    },
    Product {
        id: String,
    },
    Api {
        id: String,
        facts: ApiFacts,
    },
    Operation {
        api: String,
        id: String,
        method: String,
    },
    /// The API belongs to the product.
    Link {
        product: String,
        api: String,
    },
}

/// Whether a file beside the policies says something about them, so that it should be handed to [`read_info`].
pub fn is_relevant(path: &str) -> bool {
    layout::place(path).is_some_and(|place| matches!(place.what, What::Info(_) | What::Bundle))
}

/// Reads one such file. A file that is none says nothing.
pub fn read_info(source: Arc<Source>) -> Info {
    let place = layout::place(source.path());
    let text = source.text().trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    let json = serde_json::from_str(text).unwrap_or_else(|error| {
        found.push(unreadable(&source, &error));
        Json::Null
    });
    let facts = match place.as_ref().map(|place| &place.what) {
        Some(What::Info(entity)) => facts(entity, &json),
        Some(What::Bundle) => bundle(&json),
        Some(What::Policy(_) | What::OutermostPolicy | What::Fragment { .. } | What::Resolver) | None => {
            Vec::new()
        }
    };
    // The bundle holds the policies too, and those are read from their own files.
    let is_bundle = place.as_ref().is_some_and(|place| place.what == What::Bundle);
    let used = if is_bundle { Vec::new() } else { named_values::references(source.text()) };
    let named_values = used.into_iter().map(|(_, name)| name.to_owned()).collect();
    Info { source, place, facts, named_values, found }
}

fn unreadable(source: &Arc<Source>, error: &serde_json::Error) -> Diagnostic {
    let lines = source.text().split_inclusive('\n').take(error.line().saturating_sub(1));
    let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason);
    let message = format!("the file is not JSON, so what it describes stays unknown: {reason}");
    let at = at.min(source.text().len());
    Diagnostic::new(&codes::UNREADABLE_INFO, message).at(source, Span::at(at)).help("correct the JSON")
}

fn facts(entity: &Entity, json: &Json) -> Vec<Fact> {
    let properties = &json["properties"];
    let fact = match entity {
        Entity::NamedValue(id) => {
            let name = properties["displayName"].as_str().unwrap_or(id);
            let is_secret = properties["secret"].as_bool() == Some(true);
            let value = properties["value"].as_str().filter(|_| !is_secret);
            Fact::NamedValue { name: name.to_owned(), value: value.map(str::to_owned) }
        }
        Entity::Backend(id) => Fact::Backend { id: id.clone(), entity: backend(properties) },
        Entity::Logger(id) => Fact::Logger { id: id.clone() },
        Entity::Product(id) => Fact::Product { id: id.clone() },
        Entity::Api(id) => Fact::Api { id: id.clone(), facts: api(properties) },
        Entity::ProductApi { product, api } => link(product, api),
        Entity::ProductApis(product) => {
            let names = list(json).filter_map(|api| api["name"].as_str().or(api.as_str()));
            return names.map(|api| link(product, api)).collect();
        }
    };
    vec![fact]
}

fn link(product: &str, api: &str) -> Fact {
    Fact::Link { product: product.to_owned(), api: api.to_owned() }
}

fn api(properties: &Json) -> ApiFacts {
    let kind = properties["type"].as_str().or(properties["apiType"].as_str());
    ApiFacts {
        subscription_required: properties["subscriptionRequired"].as_bool(),
        is_websocket: properties.is_object().then(|| kind == Some("websocket")),
        method: None,
    }
}

/// A backend as the REST API of API Management describes it (2024-05-01).
fn backend(properties: &Json) -> BackendEntity {
    let members = list(&properties["pool"]["services"]).filter_map(|member| {
        Some(PoolMember {
            backend: member["id"].as_str()?.rsplit('/').next()?.to_owned(),
            priority: number(&member["priority"]),
            weight: number(&member["weight"]),
        })
    });
    let rules = list(&properties["circuitBreaker"]["rules"]).count();
    BackendEntity {
        members: members.collect(),
        has_breaker: properties.is_object().then_some(rules > 0),
        ..BackendEntity::default()
    }
}

/// Reads the parameters of bicep/genai/main.bicep.
fn bundle(json: &Json) -> Vec<Fact> {
    let parameters = &json["parameters"];
    let all = |name: &str| list(&parameters[name]["value"]);
    let name = |item: &Json| item["name"].as_str().unwrap_or_default().to_owned();
    // The module makes this one itself, from the identity of the gateway.
    let mut facts = vec![Fact::NamedValue { name: "apim-identity".to_owned(), value: None }];
    facts.extend(all("namedValues").map(|item| {
        let is_secret = item["secret"].as_bool() != Some(false);
        let value = item["value"].as_str().filter(|_| !is_secret);
        Fact::NamedValue { name: name(item), value: value.map(str::to_owned) }
    }));
    let hub = &parameters["eventHub"]["value"];
    if let (Some(true), Some(id)) = (hub["enabled"].as_bool(), hub["loggerName"].as_str()) {
        facts.push(Fact::Logger { id: id.to_owned() });
    }
    facts.extend(all("backends").map(|item| {
        let has_breaker = item["breaker"].as_object().map(|breaker| !breaker.is_empty());
        Fact::Backend {
            id: name(item),
            entity: BackendEntity { members: Vec::new(), has_breaker, ..BackendEntity::default() },
        }
    }));
    facts.extend(all("pools").map(|item| {
        let members = list(&item["members"]).map(|member| PoolMember {
            backend: member["backend"].as_str().unwrap_or_default().to_owned(),
            priority: number(&member["priority"]),
            weight: number(&member["weight"]),
        });
        let entity = BackendEntity {
            members: members.collect(),
            has_breaker: Some(false),
            ..BackendEntity::default()
        };
        Fact::Backend { id: name(item), entity }
    }));
    for item in all("apis") {
        // bicep/genai/modules/api.bicep wants a subscription for every API.
        let known = ApiFacts { subscription_required: Some(true), is_websocket: Some(false), method: None };
        facts.push(Fact::Api { id: name(item), facts: known });
        facts.extend(list(&item["operations"]).map(|operation| Fact::Operation {
            api: name(item),
            id: name(operation),
            method: operation["method"].as_str().unwrap_or_default().to_owned(),
        }));
    }
    for item in all("products") {
        facts.push(Fact::Product { id: name(item) });
        facts.extend(list(&item["apis"]).filter_map(|api| Some(link(&name(item), api.as_str()?))));
    }
    facts
}

fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// A priority or a weight; 1 where it is not written.
fn number(json: &Json) -> u32 {
    json.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(1)
}
