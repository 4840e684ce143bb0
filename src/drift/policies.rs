//! Policies compared as what they say.

use serde_json::Value as Json;

use super::Listed;
use crate::policy::{DEFAULT_GLOBAL_POLICY, canonical_text};
use crate::text::diff;

/// What a product, an API or an operation has that does nothing of its own: the default of a new one (Learn, "Policies
/// in Azure API Management", 2026-11).
const ONLY_BASE: &str = "<policies><inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>\
                         <on-error><base/></on-error></policies>";

/// Whether `properties.value` of that type is a policy.
pub fn is_policy(resource_type: &str) -> bool {
    let lower = resource_type.to_ascii_lowercase();
    lower.starts_with("microsoft.apimanagement/service/")
        && (lower.ends_with("/policies") || lower.ends_with("/policyfragments"))
}

/// The diff from the policy that runs to the wanted one; None where both mean the same.
pub(super) fn difference(name: &str, wanted: &Json, found: &Json) -> Option<String> {
    let (wanted, found) = (canonical_text(text(wanted)), canonical_text(text(found)));
    let diff = diff(name, &found, &wanted);
    (!diff.is_empty()).then_some(diff)
}

/// A policy that does what holds without it.
pub(super) fn is_without_effect(listed: &Listed) -> bool {
    if !listed.resource_type.to_ascii_lowercase().ends_with("/policies") {
        return false;
    }
    let found = canonical_text(text(&listed.body));
    [ONLY_BASE, DEFAULT_GLOBAL_POLICY].iter().any(|plain| canonical_text(plain) == found)
}

fn text(body: &Json) -> &str {
    body.pointer("/properties/value").and_then(Json::as_str).unwrap_or_default()
}
