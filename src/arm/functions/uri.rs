//! URIs, put together and taken apart.

use indexmap::IndexMap;

use super::Needs::Everything;
use super::{Function, described, object, text, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("buildUri", 1, Some(1), Everything, build),
    values("parseUri", 1, Some(1), Everything, parse),
    values("uri", 2, Some(2), Everything, uri),
    values("uriComponent", 1, Some(1), Everything, |args| Ok(percent_encoded(text(args, 0)?).into())),
    values("uriComponentToString", 1, Some(1), Everything, |args| {
        Ok(percent_decoded(args, text(args, 0)?)?.into())
    }),
];

/// The components of a URI, as `buildUri` takes and `parseUri` gives them
/// (<https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-string#builduri>, 2025-06-19).
const COMPONENTS: [&str; 5] = ["scheme", "host", "port", "path", "query"];

/// `{ scheme, host, port?, path?, query? }` as a URI; the query brings its `?` along.
fn build(args: &[Value]) -> Eval<Value> {
    let components = object(args, 0)?;
    if let Some(name) =
        components.keys().find(|name| !COMPONENTS.iter().any(|known| known.eq_ignore_ascii_case(name)))
    {
        return Err(Fault::failed(format!("a URI has no component `{name}`")));
    }
    let component = |name: &str| match args[0].get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(other) => Err(Fault::failed(format!("the {name} must be a string, not {}", described(other)))),
    };
    let (scheme, host) = (component("scheme")?, component("host")?);
    if scheme.is_empty() || host.is_empty() {
        return Err(Fault::failed("a URI needs a scheme and a host"));
    }
    let port = match args[0].get("port") {
        None | Some(Value::Null | Value::Int(-1)) => String::new(),
        Some(Value::Int(port)) if u16::try_from(*port).is_ok() => format!(":{port}"),
        Some(other) => return Err(Fault::failed(format!("{} is no port", described(other)))),
    };
    let (path, query) = (component("path")?, component("query")?);
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let mark = if query.is_empty() || query.starts_with('?') { "" } else { "?" };
    Ok(format!("{scheme}://{host}{port}{slash}{path}{mark}{query}").into())
}

/// The components of an absolute URI. A port that the URI does not name is null.
fn parse(args: &[Value]) -> Eval<Value> {
    let bad = || wrong(args, 0, "an absolute URI such as `https://example.org/path?query`");
    let (scheme, rest) = text(args, 0)?.split_once("://").ok_or_else(bad)?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_scheme) {
        return Err(bad());
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.ends_with(']') => {
            (host, Value::Int(i64::from(port.parse::<u16>().map_err(|_| bad())?)))
        }
        _ => (authority, Value::Null),
    };
    if host.is_empty() {
        return Err(bad());
    }
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let values = [scheme.to_lowercase().into(), host.to_lowercase().into(), port, path.into(), query.into()];
    Ok(Value::Object(COMPONENTS.map(str::to_owned).into_iter().zip(values).collect::<IndexMap<_, _>>()))
}

/// Puts a relative URI in the place of what follows the last slash of the base, as documented for `uri`.
fn uri(args: &[Value]) -> Eval<Value> {
    let (base, relative) = (text(args, 0)?, text(args, 1)?);
    let path = base.find("://").map_or(0, |at| at + 3);
    let folder = base[path..].rfind('/').map_or(base, |at| &base[..path + at]);
    Ok(format!("{folder}/{}", relative.trim_start_matches('/')).into())
}

/// All but the unreserved characters of RFC 3986.
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A `%` without two hexadecimal digits stays as it is.
pub(super) fn percent_decoded(args: &[Value], text: &str) -> Eval<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|digits| bytes[at] == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).map_err(|_| wrong(args, 0, "percent-encoded UTF-8"))
}
