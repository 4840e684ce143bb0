//! Numbers and booleans, with their ranges in the type.

use serde_json::{Value as Json, json};

use super::{Decode, Decoder, ENVIRONMENT};
use crate::spec::codes;
use crate::spec::yaml::Node;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Decode for Int<MIN, MAX> {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Some(value) = node.as_int() else {
            if node.is_digits() {
                return out_of_range(node, cx, MIN, MAX);
            }
            cx.wrong_type(node, "a whole number");
            return None;
        };
        match u32::try_from(value) {
            Ok(value) if (MIN..=MAX).contains(&value) => Some(Self(value)),
            _ => out_of_range(node, cx, MIN, MAX),
        }
    }

    fn schema() -> Json {
        json!({ "type": ["integer", "string"], "minimum": MIN, "maximum": MAX, "pattern": ENVIRONMENT })
    }
}

fn out_of_range<T>(node: &Node, cx: &mut Decoder<'_>, min: u32, max: u32) -> Option<T> {
    let shown = cx.shown(node);
    cx.report(&codes::OUT_OF_RANGE, node.span, format!("`{shown}` is not between {min} and {max}"))
        .help
        .push(format!("use a whole number from {min} to {max}"));
    None
}

/// A number from 0 to 1, in thousandths so that it compares exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction {
    pub thousandths: u32,
}

impl Decode for Fraction {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Some(value) = node.as_number() else {
            cx.wrong_type(node, "a number from 0 to 1");
            return None;
        };
        let thousandths = value * 1000.0;
        if (0.0..=1000.0).contains(&thousandths) && (thousandths - thousandths.round()).abs() < 1e-6 {
            return Some(Self { thousandths: thousandths.round() as u32 });
        }
        let shown = cx.shown(node);
        cx.report(
            &codes::OUT_OF_RANGE,
            node.span,
            format!("`{shown}` is not between 0 and 1 in steps of 0.001"),
        )
        .help
        .push("use a share such as `0.1`".to_owned());
        None
    }

    fn schema() -> Json {
        // Without `multipleOf`: validators compute with binary fractions, and some refuse 0.07 as no multiple of 0.001.
        json!({ "type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": ENVIRONMENT })
    }
}

impl Decode for bool {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let value = node.as_bool();
        if value.is_none() {
            cx.wrong_type(node, "`true` or `false`");
        }
        value
    }

    fn schema() -> Json {
        json!({ "type": ["boolean", "string"], "pattern": ENVIRONMENT })
    }
}

/// A boolean of which only one value is supported yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Only<const VALUE: bool>;

impl<const VALUE: bool> Decode for Only<VALUE> {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let value = bool::decode(node, cx)?;
        if value == VALUE {
            return Some(Self);
        }
        cx.report(&codes::NOT_SUPPORTED, node.span, format!("`{value}` is not supported yet"))
            .help
            .push(format!("use `{VALUE}`, or leave the field out"));
        None
    }

    fn schema() -> Json {
        json!({ "const": VALUE })
    }
}
