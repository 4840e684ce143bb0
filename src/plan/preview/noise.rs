//! Which differences are none. ARM compares what the template says with what the provider returns, and the two differ
//! without anybody having changed anything (<https://github.com/Azure/arm-template-whatif/issues> has 400 reports of it).
//! What is hidden here keeps its reason; what is not certainly noise stays a change.

use serde_json::Value as Json;

use super::{Difference, is_expression};
use crate::catalog::azure_types::{self, Property, Type};
use crate::catalog::regions::normalize;
use crate::catalog::what_if_defaults::is_filled_in;
use crate::plan::secrets;

/// Why a difference is no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Azure alone sets the property.
    ReadOnly,
    /// Azure fills it in where the template is silent.
    Default,
    /// It is computed during the deployment, mostly to what is there.
    Expression,
    /// Ids and places are compared without case.
    Spelling,
    /// Azure never returns it.
    WriteOnly,
    /// ARM says that it will not be written.
    NoEffect,
}

impl Reason {
    /// The word of the plan's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Default => "default",
            Self::Expression => "expression",
            Self::Spelling => "spelling",
            Self::WriteOnly => "write-only",
            Self::NoEffect => "no-effect",
        }
    }

    /// For people, after a number of differences.
    pub fn counted(self) -> &'static str {
        match self {
            Self::ReadOnly => "that Azure alone sets",
            Self::Default => "that Azure fills in",
            Self::Expression => "computed while deploying",
            Self::Spelling => "of spelling",
            Self::WriteOnly => "that Azure does not give back",
            Self::NoEffect => "that Azure does not write",
        }
    }

    /// For people, after the difference.
    pub fn told(self) -> &'static str {
        match self {
            Self::ReadOnly => "Azure alone sets it",
            Self::Default => "Azure fills it in where the template is silent",
            Self::Expression => "computed while deploying, and not known before",
            Self::Spelling => "the same but for its spelling",
            Self::WriteOnly => "Azure does not give it back, so it cannot be compared",
            Self::NoEffect => "Azure says that it is not written",
        }
    }
}

/// Why the difference is no change; None where it is one.
/// `is_open`: the resource says of its value that it is no secret.
pub(super) fn reason(
    resource_type: &str,
    api_version: &str,
    is_open: bool,
    difference: &Difference,
) -> Option<Reason> {
    let Difference { path, is_without_effect, before, after } = difference;
    if *is_without_effect {
        return Some(Reason::NoEffect);
    }
    // Every provider sets it, not every published type says so.
    if path == "properties.provisioningState" {
        return Some(Reason::ReadOnly);
    }
    let found = property(resource_type, api_version, path);
    if let Lookup::Found { read_only, write_only } = found {
        if read_only {
            return Some(Reason::ReadOnly);
        }
        if write_only && before.is_none() {
            return Some(Reason::WriteOnly);
        }
    }
    let pattern = without_indices(path);
    match (before, after) {
        (Some(before), Some(after)) => {
            if secrets::is_masked(after) || secrets::is_masked(before) {
                return Some(Reason::WriteOnly);
            }
            same(&pattern, before, after)
        }
        (Some(before), None) => {
            // A tag or an element of a list that goes was somebody's; a property may never have been.
            if pattern.starts_with("tags.") || pattern.ends_with("[*]") {
                return None;
            }
            let is_empty = match before {
                Json::Null => true,
                Json::String(text) => text.is_empty(),
                Json::Array(items) => items.is_empty(),
                Json::Object(fields) => fields.is_empty(),
                _ => false,
            };
            if found == Lookup::NotThere {
                return Some(Reason::ReadOnly);
            }
            (is_empty || is_filled_in(resource_type, &pattern, before)).then_some(Reason::Default)
        }
        (None, Some(after)) => {
            if after.is_null() || is_filled_in(resource_type, &pattern, after) {
                return Some(Reason::Default);
            }
            // No GET returns a secret (REST references of named values and vaults, 2026-11), so it looks new each time.
            let is_secret = secrets::is_masked(after) || secrets::is_secret(resource_type, path, is_open);
            is_secret.then_some(Reason::WriteOnly)
        }
        (None, None) => Some(Reason::NoEffect),
    }
}

/// `properties.subnets[*].name`.
fn without_indices(path: &str) -> String {
    let mut out = String::new();
    for (index, part) in path.split('[').enumerate() {
        match part.split_once(']').filter(|_| index > 0) {
            Some((_, rest)) => {
                out.push_str("[*]");
                out.push_str(rest);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// Why two values that differ are the same all the same. Of several reasons the weightiest.
fn same(pattern: &str, before: &Json, after: &Json) -> Option<Reason> {
    match (before, after) {
        (_, after) if is_expression(after) => Some(Reason::Expression),
        (Json::String(before), Json::String(after)) => {
            let is_id = before.starts_with('/') && before.to_ascii_lowercase().contains("/providers/")
                || before.to_ascii_lowercase().starts_with("/subscriptions/");
            let is_place = pattern == "location" || pattern.ends_with(".location");
            let spelled = is_id
                && before.trim_end_matches('/').eq_ignore_ascii_case(after.trim_end_matches('/'))
                || is_place && normalize(before) == normalize(after);
            spelled.then_some(Reason::Spelling)
        }
        // ARM takes whole numbers for the same in either form.
        (Json::Number(before), Json::Number(after)) => {
            (before.as_f64() == after.as_f64()).then_some(Reason::Spelling)
        }
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lookup {
    Found {
        read_only: bool,
        write_only: bool,
    },
    /// The object is known and has no such property: no template can have set it.
    NotThere,
    /// The type is not known, or says nothing at that place.
    Unknown,
}

/// What Azure publishes of the property; what is inside of a read-only one is read-only.
fn property(resource_type: &str, api_version: &str, path: &str) -> Lookup {
    let Some(body) = azure_types::find(resource_type, api_version).and_then(|found| found.body()) else {
        return Lookup::Unknown;
    };
    let mut around = Type::Object(body);
    let mut last: Option<Property<'static>> = None;
    for segment in path.split('.') {
        let (name, n_indices) = match segment.split_once('[') {
            Some((name, _)) => (name, segment.matches('[').count()),
            None => (segment, 0),
        };
        let Type::Object(object) = around else { return Lookup::Unknown };
        let found = object
            .property(name)
            .or_else(|| object.variants().into_iter().find_map(|(_, variant)| variant.property(name)));
        let Some(found) = found else {
            let is_closed = object.additional().is_none() && object.discriminator().is_none();
            return if is_closed { Lookup::NotThere } else { Lookup::Unknown };
        };
        if found.read_only {
            return Lookup::Found { read_only: true, write_only: false };
        }
        around = found.ty.read();
        last = Some(found);
        for _ in 0..n_indices {
            let Type::Array { items, .. } = around else { return Lookup::Unknown };
            around = items.read();
        }
    }
    last.map_or(Lookup::Unknown, |found| Lookup::Found { read_only: false, write_only: found.write_only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_nobody_has_changed_is_hidden_with_its_reason() {
        const SERVICE: (&str, &str) = ("Microsoft.ApiManagement/service", "2024-05-01");
        const VNET: (&str, &str) = ("Microsoft.Network/virtualNetworks", "2025-09-01");
        const UNKNOWN: (&str, &str) = ("Some.Where/things", "2025-01-01");
        let id = "/subscriptions/S/resourceGroups/RG/providers/A.B/c/d";
        for (of, path, before, after, expected) in [
            (SERVICE, "properties.gatewayUrl", Some(json!("https://x")), None, Some(Reason::ReadOnly)),
            (SERVICE, "properties.unheardOf", Some(json!("x")), None, Some(Reason::ReadOnly)),
            (SERVICE, "properties.natGatewayState", Some(json!("Disabled")), Some(json!("Enabled")), None),
            (SERVICE, "properties.natGatewayState", Some(json!("Disabled")), None, Some(Reason::Default)),
            (SERVICE, "properties.publisherEmail", Some(json!("a@b")), Some(json!("c@d")), None),
            (SERVICE, "properties.disableGateway", Some(json!(true)), None, None),
            (SERVICE, "properties.certificates", Some(json!([])), None, Some(Reason::Default)),
            (SERVICE, "tags.owner", Some(json!("")), None, None),
            (
                VNET,
                "properties.subnets[0].properties.purpose",
                Some(json!("x")),
                None,
                Some(Reason::ReadOnly),
            ),
            (VNET, "properties.subnets[1]", Some(json!({"name": "gone"})), None, None),
            (
                VNET,
                "properties.subnets[3].properties.privateLinkServiceNetworkPolicies",
                Some(json!("Enabled")),
                None,
                Some(Reason::Default),
            ),
            (UNKNOWN, "properties.x", Some(json!("x")), None, None),
            (UNKNOWN, "properties.x", Some(json!(1)), Some(json!(1.0)), Some(Reason::Spelling)),
            (UNKNOWN, "location", Some(json!("westus3")), Some(json!("West US 3")), Some(Reason::Spelling)),
            (
                UNKNOWN,
                "properties.id",
                Some(json!(id)),
                Some(json!(id.to_lowercase())),
                Some(Reason::Spelling),
            ),
            (UNKNOWN, "properties.name", Some(json!("Name")), Some(json!("name")), None),
            (
                UNKNOWN,
                "properties.tenantId",
                Some(json!("t")),
                Some(json!("[reference('id').tenantId]")),
                Some(Reason::Expression),
            ),
            (UNKNOWN, "properties.tenantId", None, Some(json!("[reference('id').tenantId]")), None),
            (UNKNOWN, "properties.text", Some(json!("t")), Some(json!("[[not one]")), None),
            (UNKNOWN, "properties.note", Some(json!("x")), Some(json!("*******")), Some(Reason::WriteOnly)),
            (
                ("Microsoft.KeyVault/vaults/secrets", "2026-02-01"),
                "properties.value",
                None,
                Some(json!("*******")),
                Some(Reason::WriteOnly),
            ),
        ] {
            let difference = Difference { path: path.to_owned(), is_without_effect: false, before, after };
            assert_eq!(reason(of.0, of.1, false, &difference), expected, "{difference:?}");
        }
        let without =
            Difference { path: "x".into(), is_without_effect: true, before: None, after: Some(json!(1)) };
        assert_eq!(reason("A/b", "1", false, &without), Some(Reason::NoEffect));
    }
}
