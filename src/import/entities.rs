//! Pools, APIs, products and subscriptions, as the spec says them.

use serde_json::{Map, Value as Json, json};

use super::codes::{FILLED_IN, NOT_IN_SPEC};
use super::draft::Draft;
use super::found::{Entity, Found, name, text};
use super::{models, policies};
use crate::render::{KEY_HEADER, is_fragment};
use crate::spec::ErrorReason;

/// The pools, with the breaker of their first member: the spec has one for all of them.
pub(super) fn pools(found: &Found, draft: &mut Draft) {
    draft.breakers = found
        .backends
        .iter()
        .filter_map(|backend| Some((name(backend).to_owned(), breaker(backend)?)))
        .collect();
    for backend in &found.backends {
        for reason in reasons(backend).filter(|reason| known_reason(reason).is_none()) {
            let message =
                format!("the breaker of backend `{}` counts errors called `{reason}`", name(backend));
            draft.tell(&NOT_IN_SPEC, message);
        }
    }
    for pool in found.backends.iter().filter(|one| text(one, "/properties/type").eq_ignore_ascii_case("Pool"))
    {
        let id = name(pool);
        let services = pool.pointer("/properties/pool/services").and_then(Json::as_array);
        let members: Vec<Json> = services.into_iter().flatten().map(member).collect();
        let ids: Vec<String> =
            members.iter().filter_map(|one| Some(one["backend"].as_str()?.to_owned())).collect();
        let mut made = with_breaker(id, members, &ids, draft);
        if let Some(cookie) = pool.pointer("/properties/pool/sessionAffinity/sessionId/name") {
            made["sessionAffinity"] = json!({ "cookie": cookie });
        }
        draft.pools.push(made);
    }
}

fn with_breaker(id: &str, members: Vec<Json>, ids: &[String], draft: &mut Draft) -> Json {
    let of =
        |id: &String| draft.breakers.iter().find(|(own, _)| own == id).map(|(_, breaker)| breaker.clone());
    let breakers: Vec<Option<Json>> = ids.iter().map(of).collect();
    let mut pool = json!({"id": id, "members": members});
    match breakers.iter().flatten().next() {
        Some(first) => {
            pool["breaker"] = first.clone();
            if breakers.iter().any(|other| other.as_ref() != Some(first)) {
                draft.tell(
                    &NOT_IN_SPEC,
                    format!("the members of pool `{id}` have different breakers; the spec has the first"),
                );
            }
        }
        None => draft.tell(
            &FILLED_IN,
            format!("no member of pool `{id}` has a breaker; the spec gives them its default"),
        ),
    }
    pool
}

fn member(service: &Json) -> Json {
    let id = text(service, "/id").rsplit('/').next().unwrap_or_default();
    let number = |key: &str, default: u64| service.get(key).and_then(Json::as_u64).unwrap_or(default);
    json!({"backend": id, "priority": number("priority", 1), "weight": number("weight", 1).clamp(1, 100)})
}

/// The reasons that the breaker of a backend counts as failures.
fn reasons(backend: &Json) -> impl Iterator<Item = &str> {
    let list = backend.pointer("/properties/circuitBreaker/rules/0/failureCondition/errorReasons");
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

fn known_reason(reason: &str) -> Option<&'static str> {
    ErrorReason::WORDS.iter().find(|word| word.eq_ignore_ascii_case(reason)).copied()
}

fn breaker(backend: &Json) -> Option<Json> {
    let rule = backend.pointer("/properties/circuitBreaker/rules")?.get(0)?;
    let statuses = rule.pointer("/failureCondition/statusCodeRanges").and_then(Json::as_array);
    let statuses: Vec<Json> = statuses
        .into_iter()
        .flatten()
        .filter_map(|range| {
            let (min, max) = (range.get("min")?.as_u64()?, range.get("max")?.as_u64()?);
            Some(Json::from(if min == max { min.to_string() } else { format!("{min}-{max}") }))
        })
        .collect();
    let number = |name: &str| rule.pointer(&format!("/failureCondition/{name}")).and_then(Json::as_u64);
    let reasons: Vec<&str> = reasons(backend).filter_map(known_reason).collect();
    let mut breaker = json!({
        "interval": text(rule, "/failureCondition/interval"),
        "statusCodes": statuses,
        "trip": text(rule, "/tripDuration"),
        "acceptRetryAfter": rule.get("acceptRetryAfter").and_then(Json::as_bool).unwrap_or(false),
    });
    match number("percentage").filter(|_| number("count").is_none()) {
        Some(percentage) => breaker["percentage"] = percentage.into(),
        None => breaker["count"] = number("count").unwrap_or(1).into(),
    }
    if !reasons.is_empty() {
        breaker["errorReasons"] = reasons.into();
    }
    Some(breaker)
}

/// The APIs that lead to a pool, or to an account of their own.
pub(super) fn apis(found: &Found, draft: &mut Draft) {
    for api in &found.apis {
        let id = &api.name;
        let read = api.policy.as_deref().map(policies::read_api).unwrap_or_default();
        let Some(pool) = read.backend.as_deref().and_then(|backend| pool_of(backend, draft)) else {
            draft.tell(
                &NOT_IN_SPEC,
                format!("API `{id}` leads to no pool and no account of the spec, so it is left out"),
            );
            continue;
        };
        let kind = text(&api.body, "/properties/type");
        if !(kind.is_empty() || kind.eq_ignore_ascii_case("http")) {
            draft.tell(&NOT_IN_SPEC, format!("API `{id}` is of type {kind}, so it is left out"));
            continue;
        }
        let flag = |pointer: &str| api.body.pointer(pointer).and_then(Json::as_bool);
        if flag("/properties/subscriptionRequired") == Some(false) {
            draft.tell(&NOT_IN_SPEC, format!("API `{id}` is open without a key; with the spec it needs one"));
        }
        let header = text(&api.body, "/properties/subscriptionKeyParameterNames/header");
        if header != KEY_HEADER {
            draft.tell(
                &NOT_IN_SPEC,
                format!(
                    "callers of API `{id}` send their key as `{header}`; with the spec as `{KEY_HEADER}`"
                ),
            );
        }
        let mut made = Map::new();
        made.insert("id".to_owned(), id.as_str().into());
        made.insert("displayName".to_owned(), text(&api.body, "/properties/displayName").into());
        made.insert("path".to_owned(), text(&api.body, "/properties/path").trim_matches('/').into());
        made.insert("backend".to_owned(), json!({ "pool": pool }));
        made.extend(read.fields);
        draft.apis.push(Json::Object(made));
        let own: Vec<&str> = api
            .inside
            .iter()
            .filter(|operation| !crate::render::is_operation(&operation.name))
            .map(|operation| operation.name.as_str())
            .collect();
        if !own.is_empty() {
            draft.tell(
                &NOT_IN_SPEC,
                format!("operations of API `{id}` that a spec does not have: {}", own.join(", ")),
            );
        }
    }
}

/// The pool of that name; a pool of one is made for an account that is used without.
fn pool_of(backend: &str, draft: &mut Draft) -> Option<String> {
    if draft.pools.iter().any(|pool| pool["id"] == backend) {
        return Some(backend.to_owned());
    }
    if !draft.models.iter().any(|model| model["id"] == backend) {
        return None;
    }
    let id = format!("{backend}-pool");
    if !draft.pools.iter().any(|pool| pool["id"] == id.as_str()) {
        draft.tell(
            &FILLED_IN,
            format!("pool `{id}` is made for backend `{backend}`, because APIs of a spec have a pool"),
        );
        let members = vec![json!({"backend": backend, "priority": 1, "weight": 1})];
        let pool = with_breaker(&id, members, &[backend.to_owned()], draft);
        draft.pools.push(pool);
    }
    Some(id)
}

/// The products that hold an API of the spec, with their limits and subscriptions.
pub(super) fn products(found: &Found, draft: &mut Draft) {
    for product in &found.products {
        let id = &product.name;
        let known = |api: &&String| draft.apis.iter().any(|own| own["id"] == api.as_str());
        let apis: Vec<&String> = product.apis.iter().filter(known).collect();
        if apis.is_empty() {
            draft.tell(&NOT_IN_SPEC, format!("product `{id}` holds no API of the spec, so it is left out"));
            continue;
        }
        untold(product, draft);
        let mut made = Map::new();
        made.insert("id".to_owned(), id.as_str().into());
        made.insert("displayName".to_owned(), text(&product.body, "/properties/displayName").into());
        let description = text(&product.body, "/properties/description");
        if !description.is_empty() {
            made.insert("description".to_owned(), description.into());
        }
        made.insert("apis".to_owned(), json!(apis));
        made.extend(
            product
                .policy
                .as_deref()
                .and_then(policies::read_limits)
                .map(|limits| ("limits".to_owned(), limits)),
        );
        let of_product = |one: &&Json| {
            let mut parts = text(one, "/properties/scope").trim_end_matches('/').rsplit('/');
            parts.next().is_some_and(|own| own.eq_ignore_ascii_case(id)) && parts.next() == Some("products")
        };
        let subscriptions: Vec<&str> = found.subscriptions.iter().filter(of_product).map(name).collect();
        if !subscriptions.is_empty() {
            made.insert("subscriptions".to_owned(), json!(subscriptions));
        }
        draft.products.push(Json::Object(made));
    }
}

fn untold(product: &Entity, draft: &mut Draft) {
    let id = &product.name;
    let flag = |key: &str| product.body.pointer(&format!("/properties/{key}")).and_then(Json::as_bool);
    if text(&product.body, "/properties/state") == "notPublished" {
        draft.tell(&NOT_IN_SPEC, format!("product `{id}` is not published; with the spec it is"));
    }
    if flag("approvalRequired") == Some(true) {
        draft.tell(
            &NOT_IN_SPEC,
            format!("subscriptions to product `{id}` need an approval; with the spec they do not"),
        );
    }
    if flag("subscriptionRequired") == Some(false) {
        draft.tell(&NOT_IN_SPEC, format!("product `{id}` is open without a key; with the spec it needs one"));
    }
}

/// Everything that no spec has, by name.
pub(super) fn rest(found: &Found, draft: &mut Draft) {
    let in_spec = |id: &str| {
        let all = draft
            .products
            .iter()
            .flat_map(|product| product["subscriptions"].as_array().into_iter().flatten());
        all.into_iter().any(|own| own == id)
    };
    let subscriptions: Vec<String> =
        found.subscriptions.iter().map(|one| name(one).to_owned()).filter(|id| !in_spec(id)).collect();
    let is_ours = |value: &&Json| {
        name(value) == "apim-identity"
            || text(value, "/properties/displayName").starts_with("Logger-Credentials-")
    };
    let values: Vec<String> = found
        .named_values
        .iter()
        .filter(|value| !is_ours(value))
        .map(|value| name(value).to_owned())
        .collect();
    let fragments: Vec<String> = found
        .fragments
        .iter()
        .map(|fragment| fragment.name.clone())
        .filter(|own| !is_fragment(own))
        .collect();
    let loggers: Vec<String> = found
        .loggers
        .iter()
        .filter(|logger| !models::is_event_hub(logger) && name(logger) != "application-insights")
        .map(|logger| name(logger).to_owned())
        .collect();
    let own = [
        ("subscriptions", subscriptions),
        ("namedValues", values),
        ("policyFragments", fragments),
        ("loggers", loggers),
    ];
    let others = found.others.iter().map(|(kind, names)| (kind.as_str(), names.clone()));
    for (kind, names) in own.into_iter().chain(others).filter(|(_, names)| !names.is_empty()) {
        draft.tell(&NOT_IN_SPEC, format!("{kind} that no spec has: {}", names.join(", ")));
    }
    for (what, why) in &found.not_read {
        draft.tell(&NOT_IN_SPEC, format!("{what} could not be read: {why}"));
    }
}
