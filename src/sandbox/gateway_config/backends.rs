//! Backends: a URL with an optional circuit breaker, or a pool of other backends.

use serde_json::Value as Json;

use super::Reader;
use crate::gateway::{
    Backend, BackendKind, Breaker, Credentials, HttpProxy, ManagedIdentity, Pool, PoolMember, StatusRange,
    Threshold,
};
use crate::sandbox::Resource;
use crate::sandbox::codes::{ENTITY_INVALID, ENTITY_MISSING};
use crate::text::milliseconds;

/// Priority and weight are 0 to 100 (REST reference of backends, 2024-05-01).
const SHARE_MAX: u64 = 100;

pub(super) fn read(reader: &mut Reader<'_>, backend: &Resource) -> Option<Backend> {
    let is_pool = backend.text("/properties/type").unwrap_or("Single").eq_ignore_ascii_case("Pool");
    let kind = if is_pool { pool(reader, backend)? } else { single(reader, backend)? };
    Some(Backend { id: backend.id.name().to_owned(), kind })
}

fn single(reader: &mut Reader<'_>, backend: &Resource) -> Option<BackendKind> {
    let url = reader.text(backend, "url")?;
    if !["http://", "https://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme)) {
        return reader.refuse(&ENTITY_INVALID, backend, format!("`{url}` is not a URL of http or https"));
    }
    let rules = backend.at("/properties/circuitBreaker/rules").and_then(Json::as_array);
    let breaker = match rules.map_or(&[][..], Vec::as_slice) {
        [] => None,
        [rule] => Some(breaker(reader, backend, rule)?),
        _ => {
            return reader.refuse(&ENTITY_INVALID, backend, "a backend has at most one circuit breaker rule");
        }
    };
    Some(BackendKind::Single { url, breaker, credentials: Box::new(credentials(backend)) })
}

/// The resource type has no `managedIdentity` up to 2025-09-01-preview; Learn (backends, 2026-01-15) and templates of
/// Azure-Samples write it, so it is read.
fn credentials(backend: &Resource) -> Credentials {
    let text = |pointer: &str| backend.text(&format!("/properties/credentials/{pointer}")).map(str::to_owned);
    let lists = |pointer: &str| {
        let members = backend.at(&format!("/properties/credentials/{pointer}")).and_then(Json::as_object);
        let values = |value: &Json| match value {
            Json::Array(values) => values.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::String(value) => vec![value.clone()],
            _ => Vec::new(),
        };
        members.into_iter().flatten().map(|(name, value)| (name.clone(), values(value))).collect()
    };
    Credentials {
        headers: lists("header"),
        query: lists("query"),
        authorization: text("authorization/scheme")
            .map(|scheme| (scheme, text("authorization/parameter").unwrap_or_default())),
        managed_identity: text("managedIdentity/resource")
            .map(|resource| ManagedIdentity { resource, client_id: text("managedIdentity/clientId") }),
        certificate: certificate(backend),
        proxy: proxy(backend),
    }
}

/// The first certificate that is named, by the id of its entity or by its thumbprint. Decision: of several, which the
/// page calls a list and explains no further, the first is shown.
fn certificate(backend: &Resource) -> Option<String> {
    let first = |name: &str| {
        let list = backend.at(&format!("/properties/credentials/{name}")).and_then(Json::as_array)?;
        list.first()?.as_str().map(str::to_owned)
    };
    let id =
        first("certificateIds").map(|id| format!("certificate-id {}", id.rsplit('/').next().unwrap_or(&id)));
    id.or_else(|| first("certificate").map(|thumbprint| format!("thumbprint {thumbprint}")))
}

/// The proxy, which is kept as a secret because it may have a password.
fn proxy(backend: &Resource) -> Option<HttpProxy> {
    let kept = backend.secret.get("proxy").or_else(|| backend.at("/properties/proxy"))?;
    let text = |name: &str| kept.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(HttpProxy { url: text("url")?, username: text("username"), password: text("password") })
}

/// A status from 100 to 599 at `pointer`, where there is one.
fn failure_status(value: &Json, pointer: &str) -> Option<u16> {
    value.pointer(pointer).and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok())
}

fn breaker(reader: &mut Reader<'_>, backend: &Resource, rule: &Json) -> Option<Breaker> {
    let mut milliseconds = |pointer: &str| {
        let text = rule.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let read = milliseconds(text).filter(|ms| *ms > 0);
        read.or_else(|| {
            let why = format!("the breaker's `{}` is `{text}`, not a duration such as `PT1M`", last(pointer));
            reader.refuse(&ENTITY_INVALID, backend, why)
        })
    };
    let interval_ms = milliseconds("/failureCondition/interval")?;
    let trip_ms = milliseconds("/tripDuration")?;
    let number = |name: &str| {
        let number = rule.pointer(&format!("/failureCondition/{name}")).and_then(Json::as_u64);
        number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
    };
    let threshold = match (number("count"), number("percentage")) {
        (Some(count), None) => Threshold::Count(count),
        (None, Some(percent)) if percent <= 100 => Threshold::Percentage(percent),
        (count, percent) => {
            let why = match (count, percent) {
                (Some(_), Some(_)) => "the breaker has both `count` and `percentage`",
                (None, Some(_)) => "the breaker's `percentage` is above 100",
                _ => "the breaker's `count` is missing, or is not a positive number",
            };
            return reader.refuse(&ENTITY_INVALID, backend, why);
        }
    };
    let list = |name: &str| rule.pointer(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let ranges: Option<Vec<StatusRange>> =
        list("/failureCondition/statusCodeRanges").iter().map(status_range).collect();
    let Some(status_ranges) = ranges else {
        return reader.refuse(
            &ENTITY_INVALID,
            backend,
            "a status range of the breaker needs `min` and `max` from 200 to 599, in order",
        );
    };
    let reasons = list("/failureCondition/errorReasons").iter().filter_map(Json::as_str).map(str::to_owned);
    Some(Breaker {
        threshold,
        interval_ms,
        status_ranges,
        error_reasons: reasons.collect(),
        trip_ms,
        accept_retry_after: rule.get("acceptRetryAfter").and_then(Json::as_bool).unwrap_or(false),
        failure_status: failure_status(rule, "/failureResponse/statusCode"),
    })
}

fn status_range(range: &Json) -> Option<StatusRange> {
    let status = |name: &str| range.get(name)?.as_u64().filter(|code| (200..=599).contains(code));
    let (min, max) = (u16::try_from(status("min")?).ok()?, u16::try_from(status("max")?).ok()?);
    (min <= max).then_some(StatusRange { min, max })
}

/// A member without priority or weight is in the first group with share one: APIM documents no default, and this
/// gives the round robin it describes for a pool without either.
fn pool(reader: &mut Reader<'_>, backend: &Resource) -> Option<BackendKind> {
    let services =
        backend.at("/properties/pool/services").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    if services.is_empty() {
        return reader.refuse(&ENTITY_INVALID, backend, "a pool needs at least one member");
    }
    let mut members = Vec::with_capacity(services.len());
    for service in services {
        let id = service.get("id").and_then(Json::as_str).unwrap_or_default();
        let name = id.rsplit('/').next().unwrap_or_default();
        let target = backend.id.parent().and_then(|apim| reader.state.get(&apim.child("backends", name)));
        let Some(target) = target else {
            return reader.refuse(&ENTITY_MISSING, backend, format!("its member `{name}` is not deployed"));
        };
        if target.text("/properties/type").unwrap_or_default().eq_ignore_ascii_case("Pool") {
            return reader.refuse(&ENTITY_INVALID, backend, format!("its member `{name}` is a pool itself"));
        }
        let share = |key: &str, default: u64| {
            let value = service.get(key).filter(|value| !value.is_null());
            value.map_or(Some(default), |value| value.as_u64().filter(|share| *share <= SHARE_MAX))
        };
        let (Some(priority), Some(weight)) = (share("priority", 0), share("weight", 1)) else {
            return reader.refuse(
                &ENTITY_INVALID,
                backend,
                format!("priority and weight of `{name}` are 0 to {SHARE_MAX}"),
            );
        };
        let small = |share: u64| u32::try_from(share).unwrap_or(u32::MAX);
        members.push(PoolMember {
            backend: target.id.name().to_owned(),
            priority: small(priority),
            weight: small(weight),
        });
    }
    let pool = backend.at("/properties/pool").unwrap_or(&Json::Null);
    let session = pool.pointer("/sessionAffinity/sessionId");
    if session.is_some_and(|session| !session["source"].is_null() && session["source"] != "cookie") {
        return reader.refuse(&ENTITY_INVALID, backend, "the session of a pool is kept in a `cookie`");
    }
    let session_cookie = session.and_then(|session| session["name"].as_str()).map(str::to_owned);
    let failure_status = failure_status(pool, "/failureResponse/statusCode");
    Some(BackendKind::Pool(Pool { members, failure_status, session_cookie }))
}

fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or(pointer)
}
