//! Texts, free ones and those of one form. `text!` declares a newtype from a check and a regular
//! expression; the expression goes into the schema for editors, the check decides.

use serde_json::{Value as Json, json};

use super::{Decode, Decoder, FORM};
use crate::spec::codes;
use crate::spec::yaml::Node;

impl Decode for String {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let text = node.as_text();
        if text.is_none() {
            cx.wrong_type(node, "a text");
        }
        text.map(str::to_owned)
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

/// Reads a text and asks `check` about it, which answers with the form it should have.
pub(crate) fn checked<T>(
    node: &Node,
    cx: &mut Decoder<'_>,
    check: impl Fn(&str) -> Result<T, &'static str>,
) -> Option<T> {
    let text = String::decode(node, cx)?;
    match check(&text) {
        Ok(value) => Some(value),
        Err(form) => {
            let shown = match cx.shown(node) {
                empty if empty.is_empty() => "an empty text".to_owned(),
                shown => format!("`{shown}`"),
            };
            cx.report(&codes::BAD_FORMAT, node.span, format!("{shown} is not {form}"))
                .help
                .push(format!("write {form}"));
            None
        }
    }
}

/// What schemas say of `${env:NAME}`: editors do not know what it stands for, so it passes wherever a scalar does.
pub(crate) const ENVIRONMENT: &str = "\\$\\{env:";

/// The schema of texts of one `form`, told in words.
pub(crate) fn pattern(form: &str, pattern: &str) -> Json {
    json!({ "type": "string", "pattern": format!("{pattern}|{ENVIRONMENT}"), FORM: form })
}

/// Declares a newtype for texts that pass `check`.
macro_rules! text {
    ( $(#[doc = $doc:literal])+ pub struct $name:ident, $form:literal, $pattern:literal, $check:expr ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::yaml::Node,
                cx: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                let check: fn(&str) -> bool = $check;
                $crate::spec::decode::checked(node, cx, |text| {
                    if check(text) { Ok(Self(text.to_owned())) } else { Err($form) }
                })
            }

            fn schema() -> serde_json::Value {
                $crate::spec::decode::pattern($form, $pattern)
            }
        }
    };
}
pub(crate) use text;
