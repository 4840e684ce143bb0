//! What a deployment tells of its template: the resource types in it, what waits for what, and a hash.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde_json::{Value as Json, json};

use crate::arm;
use crate::sandbox::ResourceId;
use crate::sandbox::records::Shape;

/// Reads it off the evaluated template.
pub(super) fn of(template: &Json, evaluated: &arm::Deployment) -> Shape {
    let own = || evaluated.resources.iter().filter(|resource| !resource.existing);
    let mut namespaces: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for resource in own() {
        let Some((namespace, rest)) = resource.resource_type.split_once('/') else { continue };
        let places = namespaces.entry(namespace).or_default().entry(rest).or_default();
        let place = resource.body.to_json().and_then(|body| Some(body.get("location")?.as_str()?.to_owned()));
        places.extend(place.filter(|place| !places.contains(place)));
    }
    let types = |types: &BTreeMap<&str, Vec<String>>| -> Vec<Json> {
        types.iter().map(|(name, places)| json!({"resourceType": name, "locations": places})).collect()
    };
    let providers =
        namespaces.iter().map(|(name, all)| json!({"namespace": name, "resourceTypes": types(all)}));
    let dependencies = own().filter(|resource| !resource.depends_on.is_empty()).map(|resource| {
        let mut entry = reference(&resource.id);
        entry["dependsOn"] = resource.depends_on.iter().map(|id| reference(id)).collect();
        entry
    });
    Shape {
        template_hash: hash(template),
        providers: providers.collect(),
        dependencies: dependencies.collect(),
    }
}

fn reference(id: &str) -> Json {
    let parsed = ResourceId::parse(id);
    json!({
        "id": id, "resourceType": parsed.as_ref().map(ResourceId::resource_type).unwrap_or_default(),
        "resourceName": parsed.as_ref().map(ResourceId::full_name).unwrap_or_default(),
    })
}

/// A number like ARM's, whose way of counting is not documented: like templates have like numbers, and that is all it is for.
fn hash(template: &Json) -> String {
    let digest = digest(&SHA256, template.to_string().as_bytes());
    let eight = digest.as_ref().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    eight.to_string()
}
