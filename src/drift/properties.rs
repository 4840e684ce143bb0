//! Properties compared as Azure understands them: ids and enumerations without case, places by their name without
//! blanks, durations by their length, lists of named things by name. Only what the spec sets is looked at; what Azure
//! adds is its own affair.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::catalog::azure_types::{Object, ResourceType, Type, Written};
use crate::catalog::regions::normalize;
use crate::plan::secrets::redacted;
use crate::text::milliseconds;

/// One property that is otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyChange {
    /// `properties.circuitBreaker.rules[payg-1-breaker].tripDuration`.
    pub path: String,
    pub wanted: Value,
    pub found: Value,
}

/// What a difference tells of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Known(Json),
    /// Nothing there.
    None,
    /// It may be a secret.
    Hidden,
}

/// What Azure takes and does not give back as it was sent: type, path, where that is written.
///
/// A logger's credentials come back as references to named values that the service makes, `{{Logger-Credentials--…}}`
/// (REST reference, `Logger - Get`, 2026-11). The destination type of a diagnostic setting comes back as null
/// (github.com/Azure/azure-rest-api-specs/issues/9281, seen 2026-11). The commands of a script of Azure Data Explorer are write-only
/// (Azure/bicep-types-az, Microsoft.Kusto 2024-04-13).
const NOT_GIVEN_BACK: &[(&str, &str)] = &[
    ("Microsoft.ApiManagement/service/loggers", "properties.credentials"),
    ("Microsoft.Insights/diagnosticSettings", "properties.logAnalyticsDestinationType"),
    ("Microsoft.Kusto/clusters/databases/scripts", "properties.scriptContent"),
];

/// The differences of a resource, in the order of the wanted body.
pub(super) fn changes(
    resource_type: &str,
    types: Option<&ResourceType<'_>>,
    wanted: &Json,
    found: &Json,
) -> Vec<PropertyChange> {
    // A value may be shown where both sides say that it is no secret.
    let is_open =
        [wanted, found].iter().all(|body| body.pointer("/properties/secret") == Some(&Json::Bool(false)));
    let mut comparison = Comparison { resource_type, is_open, changes: Vec::new() };
    let shape = types.and_then(ResourceType::body).map(Type::Object).unwrap_or(Type::Any);
    comparison.value("", &shape, wanted, Some(found));
    comparison.changes
}

struct Comparison<'a> {
    resource_type: &'a str,
    is_open: bool,
    changes: Vec<PropertyChange>,
}

impl Comparison<'_> {
    /// Recurses as deep as the wanted body, which a template of ours made.
    fn value(&mut self, path: &str, shape: &Type<'_>, wanted: &Json, found: Option<&Json>) {
        let found = found.filter(|found| !found.is_null());
        if wanted.is_null() || (found.is_none() && says_nothing(wanted)) || self.is_not_given_back(path) {
            return;
        }
        match (wanted, found) {
            (Json::Object(wanted), Some(Json::Object(found))) => {
                for (name, wanted) in wanted {
                    // Azure gives names back as its types write them.
                    let given = found.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
                    let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    let property = property(shape, name);
                    if property.is_write_only && given.is_none() {
                        continue;
                    }
                    self.value(&inner, &property.shape, wanted, given.map(|(_, value)| value));
                }
            }
            (Json::Array(wanted), Some(Json::Array(found))) => self.list(path, shape, wanted, found),
            (wanted, Some(found)) if is_same(path, shape, wanted, found) => {}
            (wanted, found) => self.told(path, shape, Some(wanted), found),
        }
    }

    fn list(&mut self, path: &str, shape: &Type<'_>, wanted: &[Json], found: &[Json]) {
        let items = if let Type::Array { items, .. } = shape { items.read() } else { Type::Any };
        match (by_key(wanted), by_key(found)) {
            (Some(wanted), Some(found)) => {
                for (key, wanted) in &wanted {
                    self.value(
                        &format!("{path}[{}]", wanted.0),
                        &items,
                        wanted.1,
                        found.get(key).map(|found| found.1),
                    );
                }
                for (_, (name, value)) in found.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                    self.told(&format!("{path}[{name}]"), &items, None, Some(value));
                }
            }
            _ if wanted.iter().chain(found).all(is_scalar) => {
                let lacks =
                    |list: &[Json], one: &Json| !list.iter().any(|other| is_same(path, &items, one, other));
                if wanted.len() != found.len()
                    || wanted.iter().any(|one| lacks(found, one))
                    || found.iter().any(|one| lacks(wanted, one))
                {
                    self.told(path, shape, Some(&Json::from(wanted)), Some(&Json::from(found)));
                }
            }
            _ if wanted.len() == found.len() => {
                for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                    self.value(&format!("{path}[{index}]"), &items, wanted, Some(found));
                }
            }
            _ => self.told(path, shape, Some(&Json::from(wanted)), Some(&Json::from(found))),
        }
    }

    fn told(&mut self, path: &str, shape: &Type<'_>, wanted: Option<&Json>, found: Option<&Json>) {
        let is_secret = matches!(shape, Type::String { secret: true, .. });
        let value = |value: Option<&Json>| match value {
            None => Value::None,
            Some(_) if is_secret => Value::Hidden,
            Some(value) => {
                redacted(self.resource_type, path, self.is_open, value).map_or(Value::Hidden, Value::Known)
            }
        };
        let (wanted, found) = (value(wanted), value(found));
        self.changes.push(PropertyChange { path: path.to_owned(), wanted, found });
    }

    fn is_not_given_back(&self, path: &str) -> bool {
        NOT_GIVEN_BACK
            .iter()
            .any(|(own, at)| own.eq_ignore_ascii_case(self.resource_type) && at.eq_ignore_ascii_case(path))
    }
}

/// What is the same as leaving it out.
fn says_nothing(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.iter().all(says_nothing),
        Json::Object(map) => map.values().all(says_nothing),
        Json::Bool(true) | Json::Number(_) => false,
    }
}

fn is_scalar(value: &Json) -> bool {
    !value.is_object() && !value.is_array()
}

/// What the published types say of a property.
struct Known<'t> {
    shape: Type<'t>,
    is_write_only: bool,
}

fn property<'t>(shape: &Type<'t>, name: &str) -> Known<'t> {
    let Type::Object(object) = shape else { return Known { shape: Type::Any, is_write_only: false } };
    let variants = object.variants();
    let found = find(*object, name).or_else(|| variants.iter().find_map(|(_, variant)| find(*variant, name)));
    found.unwrap_or_else(|| Known {
        shape: object.additional().map_or(Type::Any, Written::read),
        is_write_only: false,
    })
}

fn find<'t>(object: Object<'t>, name: &str) -> Option<Known<'t>> {
    let property = object.property(name)?;
    Some(Known { shape: property.ty.read(), is_write_only: property.write_only })
}

/// The elements by name or id, in order of these; None where one has neither, or two have the same. The first of a pair
/// is the name as a path shows it.
fn by_key(list: &[Json]) -> Option<BTreeMap<String, (String, &Json)>> {
    let mut keyed = BTreeMap::new();
    for item in list {
        let key = ["name", "id"].iter().find_map(|key| item.get(*key)?.as_str())?;
        let shown = key.rsplit('/').next().unwrap_or(key).to_owned();
        if keyed.insert(key.to_ascii_lowercase(), (shown, item)).is_some() {
            return None;
        }
    }
    Some(keyed)
}

fn is_same(path: &str, shape: &Type<'_>, wanted: &Json, found: &Json) -> bool {
    match (wanted, found) {
        (Json::String(wanted), Json::String(found)) => is_same_text(path, shape, wanted, found),
        (Json::Number(wanted), Json::Number(found)) => wanted.as_f64() == found.as_f64(),
        // Some bags hold texts only.
        (Json::String(text), other) | (other, Json::String(text)) if is_scalar(other) => {
            text.eq_ignore_ascii_case(&other.to_string())
        }
        (wanted, found) => wanted == found,
    }
}

fn is_same_text(path: &str, shape: &Type<'_>, wanted: &str, found: &str) -> bool {
    if wanted == found {
        return true;
    }
    let last = path.rsplit('.').next().unwrap_or_default();
    let is_id = wanted.starts_with("/subscriptions/") || wanted.contains("/providers/");
    let is_url = wanted.starts_with("https://") || wanted.starts_with("http://");
    let is_enumeration = matches!(shape, Type::Union(_) | Type::Literal(_));
    if last.eq_ignore_ascii_case("location") {
        normalize(wanted) == normalize(found)
    } else if is_id || is_enumeration {
        wanted.trim_end_matches('/').eq_ignore_ascii_case(found.trim_end_matches('/'))
    } else if is_url {
        wanted.trim_end_matches('/') == found.trim_end_matches('/')
    } else if let (Some(wanted), Some(found)) = (milliseconds(wanted), milliseconds(found)) {
        wanted == found
    } else {
        wanted.replace("\r\n", "\n") == found.replace("\r\n", "\n")
    }
}
