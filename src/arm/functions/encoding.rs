//! Base64 and data URIs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Needs::Everything;
use super::uri::percent_decoded;
use super::{Function, text, values, wrong};
use crate::arm::Value;
use crate::arm::fault::{Eval, Fault};

pub(super) const FUNCTIONS: &[Function] = &[
    values("base64", 1, Some(1), Everything, |args| Ok(STANDARD.encode(text(args, 0)?).into())),
    values("base64ToJson", 1, Some(1), Everything, base64_to_json),
    values("base64ToString", 1, Some(1), Everything, |args| Ok(decoded(args, text(args, 0)?)?.into())),
    values("dataUri", 1, Some(1), Everything, data_uri),
    values("dataUriToString", 1, Some(1), Everything, data_uri_to_string),
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
