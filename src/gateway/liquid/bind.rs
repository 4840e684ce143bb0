//! What a template can name: `body`, as its media type says, and `context` with the properties that the page of
//! set-body lists.

use std::sync::Arc;

use indexmap::IndexMap;

use super::value::{Map, Value};
use super::{Options, Reads};
use crate::csharp;
use crate::gateway::Headers;
use crate::gateway::handle::upstream_url;
use crate::gateway::live::{Live, LiveRequest, LiveResponse};
use crate::gateway::url::Url;
use crate::gateway::xml::{self, Element, local_name};

/// The body of the message.
///
/// # Errors
/// A sentence where it is gone, or not of the type that its header says.
pub(super) fn body(live: &Live, reads: Reads, options: Options) -> Result<Value, String> {
    let mut state = live.state();
    let (bytes, media_type) = match reads {
        Reads::Request => {
            let media_type = state.request.headers.get("Content-Type");
            (state.request.body.read(true)?, media_type)
        }
        Reads::Response => match &mut state.response {
            Some(response) => (response.body.read(true)?, response.headers.get("Content-Type")),
            None => return Ok(Value::Nil),
        },
        Reads::Nothing => return Ok(Value::Nil),
    };
    drop(state);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Nil);
    }
    let text = String::from_utf8_lossy(&bytes);
    let media_type = media_type.unwrap_or_default();
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if name.ends_with("/json") || name.ends_with("+json") {
        let json = serde_json::from_str(&text).map_err(|error| format!("the body is not JSON: {error}"))?;
        return Ok(Value::from_json(&json, options.parses_dates));
    }
    if name.ends_with("/xml") || name.ends_with("+xml") {
        let document = xml::parse(&text).map_err(|problem| format!("the body is not XML: {problem}"))?;
        let root = value_of(&document.root, options);
        return Ok(Value::map([(local_name(&document.root.name).to_owned(), root)]));
    }
    Ok(Value::text(text))
}

/// Elements inside become entries, several of one name a list; any other element is its text.
fn value_of(element: &Element, options: Options) -> Value {
    let is_nil = element.attributes.iter().any(|(name, value)| {
        name.contains(':') && local_name(name) == "nil" && matches!(value.as_str(), "true" | "1")
    });
    if is_nil {
        return if options.nil_is_null { Value::Nil } else { Value::text("") };
    }
    let mut entries: IndexMap<String, Vec<Value>> = IndexMap::new();
    for child in element.elements() {
        entries.entry(local_name(&child.name).to_owned()).or_default().push(value_of(child, options));
    }
    if entries.is_empty() {
        return Value::text_or_date(&element.text(), options.parses_dates);
    }
    Value::map(entries.into_iter().map(|(name, mut values)| {
        let alone = if values.len() == 1 { values.pop() } else { None };
        (name, alone.unwrap_or_else(|| Value::list(values)))
    }))
}

pub(super) fn context(live: &Arc<Live>) -> Value {
    let state = live.state();
    let response = state.response.as_ref().map_or(Value::Nil, response);
    let variables = state.variables.clone();
    let request = request(live, &state.request);
    drop(state);
    let variables = variables.into_iter().map(|(name, value)| (name, from_csharp(&value)));
    record([("Request", request), ("Response", response), ("Variables", Value::map(variables))])
}

fn request(live: &Live, request: &LiveRequest) -> Value {
    let parameters = request.matched_parameters.iter();
    record([
        ("Url", url(&upstream_url(&live.route, request))),
        ("Method", Value::text(&request.method)),
        ("OriginalMethod", Value::text(&request.original_method)),
        ("OriginalUrl", url(&request.original_url)),
        ("IpAddress", Value::text(&request.client_ip)),
        ("MatchedParameters", Value::map(parameters.map(|(name, value)| (name.clone(), Value::text(value))))),
        ("HasBody", Value::Bool(request.body.bytes().is_some_and(|bytes| !bytes.is_empty()))),
        ("ClientCertificates", Value::Nil),
        ("Headers", headers(&request.headers)),
    ])
}

fn response(response: &LiveResponse) -> Value {
    record([("StatusCode", Value::Int(response.status.into())), ("Headers", headers(&response.headers))])
}

fn url(url: &Url) -> Value {
    let mut query: IndexMap<String, String> = IndexMap::new();
    for (name, value) in &url.query {
        let known = query.entry(name.clone()).or_default();
        if !known.is_empty() {
            known.push(',');
        }
        known.push_str(value);
    }
    let printed = url.to_string();
    let entries = [
        ("Scheme", Value::text(&url.scheme)),
        ("Host", Value::text(url.host())),
        ("Port", Value::Int(url.port().into())),
        ("Path", Value::text(&url.path)),
        ("Query", Value::map(query.into_iter().map(|(name, value)| (name, Value::text(value))))),
        ("QueryString", Value::text(url.query_string())),
        ("ToUri", Value::text(&printed)),
        ("ToString", Value::text(&printed)),
    ];
    let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::Map(Arc::new(Map { entries, printed: Some(printed) }))
}

/// Values of one name are joined by commas.
fn headers(headers: &Headers) -> Value {
    let mut joined: IndexMap<String, Value> = IndexMap::new();
    for (name, _) in &headers.0 {
        if !joined.keys().any(|known| known.eq_ignore_ascii_case(name)) {
            joined.insert(name.clone(), Value::text(headers.get(name).unwrap_or_default()));
        }
    }
    Value::map(joined)
}

fn from_csharp(value: &csharp::Value) -> Value {
    match value {
        csharp::Value::Null => Value::Nil,
        csharp::Value::Bool(value) => Value::Bool(*value),
        csharp::Value::Int(value) => Value::Int(i64::from(*value)),
        csharp::Value::Long(value) => Value::Int(*value),
        csharp::Value::Double(value) => Value::Float(*value),
        csharp::Value::Object(object) if object.type_name().starts_with('J') => value
            .to_json()
            .map_or_else(|_| Value::text(value.display()), |json| Value::from_json(&json, false)),
        other => Value::text(other.display()),
    }
}

fn record<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)))
}
