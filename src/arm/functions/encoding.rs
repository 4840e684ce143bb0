//! Base64 and URIs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Needs::Everything;
use super::{Function, text, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("base64", 1, Some(1), Everything, |args| Ok(STANDARD.encode(text(args, 0)?).into())),
    values("base64ToJson", 1, Some(1), Everything, base64_to_json),
    values("base64ToString", 1, Some(1), Everything, |args| Ok(decoded(args, text(args, 0)?)?.into())),
    values("dataUri", 1, Some(1), Everything, data_uri),
    values("dataUriToString", 1, Some(1), Everything, data_uri_to_string),
    values("uri", 2, Some(2), Everything, uri),
    values("uriComponent", 1, Some(1), Everything, |args| Ok(percent_encoded(text(args, 0)?).into())),
    values("uriComponentToString", 1, Some(1), Everything, |args| {
        Ok(percent_decoded(args, text(args, 0)?)?.into())
    }),
];

fn decoded(args: &[Value], base64: &str) -> Eval<String> {
    let bytes = STANDARD.decode(base64).map_err(|_| wrong(args, 0, "base64"))?;
    String::from_utf8(bytes).map_err(|_| wrong(args, 0, "base64 of UTF-8 text"))
}

fn base64_to_json(args: &[Value]) -> Eval<Value> {
    let text = decoded(args, text(args, 0)?)?;
    serde_json::from_str(&text)
        .map(|json| Value::from_json(&json))
        .map_err(|error| Fault::failed(format!("the base64 does not hold JSON: {error}")))
}

fn data_uri(args: &[Value]) -> Eval<Value> {
    let text = super::string::plain_text(&args[0])?;
    Ok(format!("data:text/plain;charset=utf8;base64,{}", STANDARD.encode(text)).into())
}

fn data_uri_to_string(args: &[Value]) -> Eval<Value> {
    let (kind, data) = text(args, 0)?
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .ok_or_else(|| wrong(args, 0, "a data URI"))?;
    let text = if kind.ends_with(";base64") { decoded(args, data)? } else { percent_decoded(args, data)? };
    Ok(text.into())
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
fn percent_decoded(args: &[Value], text: &str) -> Eval<String> {
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
