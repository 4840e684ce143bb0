//! How API Management shows its entities: policies in the format that is asked for, lists in pages (ApiManagement
//! 2024-05-01, REST reference, `Api Policy - Get` and `Api - List By Service`, 2026-11). The format `xml`, which is the
//! one without a wish, has expressions escaped.

use serde_json::{Value as Json, json};

use super::Shared;
use super::http::{Call, Reply};
use crate::policy;
use crate::sandbox::{ArmFault, Resource, ResourceId};
use crate::text::Source;

/// Decision: the service does not say how long its pages are.
const PAGE_MAX: usize = 50;

/// The body of a resource; the text of a policy in the format that the query names.
pub(super) fn shown(call: &Call, resource: Resource) -> Result<Json, ArmFault> {
    let is_policy = ["policies", "policyFragments"].iter().any(|kind| {
        let own = resource.id.resource_type();
        own.starts_with("Microsoft.ApiManagement/")
            && own.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(kind))
    });
    let mut body = resource.body;
    let Some(value) = body.pointer("/properties/value").and_then(Json::as_str).filter(|_| is_policy) else {
        return Ok(body);
    };
    let format = call.query("format").unwrap_or_else(|| "xml".to_owned());
    let document = policy::parse(&Source::new("policy", value)).0;
    let text = match format.as_str() {
        "rawxml" => policy::to_rawxml(&document),
        "xml" => policy::to_xml(&document),
        other => {
            let message = format!("The format '{other}' is not one of 'xml', 'rawxml'.");
            return Err(ArmFault::bad_request("ValidationError", message));
        }
    };
    body["properties"]["format"] = format.into();
    body["properties"]["value"] = text.into();
    Ok(body)
}

/// The entities of a kind inside of `owner`.
pub(super) fn list(shared: &Shared, call: &Call, owner: &ResourceId, kind: &str) -> Result<Reply, ArmFault> {
    let bodies = shared.state.children(owner, kind).into_iter().map(|resource| resource.body).collect();
    page(shared, call, owner, kind, bodies)
}

/// The page of a list that the query names. Lists of API Management come in pages, with their number.
pub(super) fn page(
    shared: &Shared,
    call: &Call,
    owner: &ResourceId,
    kind: &str,
    bodies: Vec<Json>,
) -> Result<Reply, ArmFault> {
    if !owner.resource_type().starts_with("Microsoft.ApiManagement/") {
        return Ok(Reply::list(bodies));
    }
    let number = |name: &str, default: usize| match call.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| {
            ArmFault::bad_request("ValidationError", format!("'{text}' is not a number for '{name}'."))
        }),
    };
    let (skip, top) = (number("$skip", 0)?, number("$top", PAGE_MAX)?.clamp(1, PAGE_MAX));
    let count = bodies.len();
    let page: Vec<Json> = bodies.into_iter().skip(skip).take(top).collect();
    let after = skip.saturating_add(page.len());
    let mut body = json!({"value": page, "count": count});
    if after < count {
        let (base, version) = (&shared.base_url, &call.api_version);
        body["nextLink"] =
            format!("{base}{owner}/{kind}?api-version={version}&%24top={top}&%24skip={after}").into();
    }
    Ok(Reply::ok(body))
}
