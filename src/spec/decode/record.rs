//! Mappings with known fields. `record!` declares one as a struct:
//!
//! ```text
//! record! {
//!     /// Who publishes the APIs.
//!     pub struct Publisher {
//!         /// Shown in the developer portal.
//!         "name" name: Text = required;
//!         /// Where notifications go.
//!         "email" email: Email = optional;
//!         /// How many there are.
//!         "count" count: Int<1, 9> = default(1);
//!     }
//!     refused { "logo": "the developer portal is not deployed" }
//!     needs { "count": "the Premium tier" }
//! }
//! ```
//!
//! Every field becomes an `At<T>` (optional ones an `Option<At<T>>`); doc comments become descriptions of the
//! schema; a default is JSON and is read like a value from the file.

use serde_json::Value as Json;

use super::{At, Decode, Decoder};
use crate::spec::codes;
use crate::spec::yaml::{Key, Kind, Node};
use crate::text::Span;

/// The fields of a mapping while they are read.
pub(crate) struct Record<'n> {
    fields: &'n [(Key, Node)],
    span: Span,
    /// Known fields that an unknown one was probably meant to be; they are not reported as missing on top.
    misspelt: Vec<String>,
}

impl<'n> Record<'n> {
    /// Opens a mapping and reports fields that are not `known`, or `refused` for now (with the reason).
    pub(crate) fn open(
        node: &'n Node,
        cx: &mut Decoder<'_>,
        known: &[&str],
        refused: &[(&str, &str)],
    ) -> Option<Self> {
        let Kind::Mapping(fields) = &node.kind else {
            cx.wrong_type(node, "a mapping");
            return None;
        };
        let mut misspelt = Vec::new();
        for (key, _) in fields {
            if known.contains(&key.text.as_str()) {
                continue;
            }
            if let Some((_, reason)) = refused.iter().find(|(name, _)| *name == key.text) {
                cx.report(
                    &codes::NOT_SUPPORTED,
                    key.span,
                    format!("`{}` is not supported yet: {reason}", key.text),
                )
                .help
                .push("leave it out".to_owned());
                continue;
            }
            let near = crate::text::suggest(&key.text, known.iter().copied());
            let help = near.map_or_else(
                || format!("use one of {}", listed(known)),
                |near| format!("did you mean `{near}`?"),
            );
            cx.report(&codes::UNKNOWN_FIELD, key.span, format!("unknown field `{}`", key.text))
                .help
                .push(help);
            misspelt.extend(near.map(str::to_owned));
        }
        Some(Self { fields, span: node.span, misspelt })
    }

    /// A field that is given. A key with nothing behind it counts as not given.
    fn field(&self, key: &str) -> Option<&'n Node> {
        self.fields.iter().find(|(name, value)| name.text == key && !value.is_null()).map(|(_, value)| value)
    }

    pub(crate) fn required<T: Decode>(&self, key: &str, cx: &mut Decoder<'_>) -> Option<At<T>> {
        if let Some(node) = self.field(key) {
            return At::decode(node, cx);
        }
        if !self.misspelt.iter().any(|field| field == key) {
            cx.report(&codes::MISSING_FIELD, self.span, format!("`{key}` is missing"))
                .help
                .push(format!("add `{key}`"));
        }
        None
    }

    /// The outer None means that a problem was reported.
    #[expect(clippy::option_option, reason = "not given and not readable are different answers")]
    pub(crate) fn optional<T: Decode>(&self, key: &str, cx: &mut Decoder<'_>) -> Option<Option<At<T>>> {
        match self.field(key) {
            Some(node) => At::decode(node, cx).map(Some),
            None => Some(None),
        }
    }

    pub(crate) fn default<T: Decode>(
        &self,
        key: &str,
        default: &Json,
        cx: &mut Decoder<'_>,
    ) -> Option<At<T>> {
        match self.field(key) {
            Some(node) => At::decode(node, cx),
            None => At::decode(&Node::from_json(default, self.span), cx),
        }
    }
}

impl Record<'_> {
    /// Which of `keys` is given, where exactly one has to be.
    pub(crate) fn the_one<'k>(&self, keys: &[&'k str], cx: &mut Decoder<'_>) -> Option<&'k str> {
        let given: Vec<&str> = keys.iter().copied().filter(|key| self.field(key).is_some()).collect();
        match given[..] {
            [only] => Some(only),
            [] if !self.misspelt.is_empty() => None,
            [] => {
                cx.report(&codes::MISSING_FIELD, self.span, format!("one of {} is missing", listed(keys)))
                    .help
                    .push(format!("add one of {}", listed(keys)));
                None
            }
            [first, ..] => {
                cx.report(&codes::CONFLICT, self.span, format!("{} exclude each other", listed(&given)))
                    .help
                    .push(format!("keep one of them, such as `{first}`"));
                None
            }
        }
    }
}

/// The words of a list, each in backticks.
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Declares a mapping with known fields; see the head of this file.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])+ $key:literal $field:ident: $type:ty = $mode:ident $(($default:tt))?; )*
        }
        $( refused { $($refused:literal: $reason:literal),* $(,)? } )?
        $( needs { $($needy:literal: $needs:literal),* $(,)? } )?
        $( together $rules:ident )?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $field_doc])+ pub $field: $crate::spec::decode::record!(@type $mode $type), )*
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::yaml::Node,
                cx: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                let record = $crate::spec::decode::Record::open(
                    node,
                    cx,
                    &[$($key),*],
                    &[$($(($refused, $reason)),*)?],
                )?;
                $( let $field = $crate::spec::decode::record!(@read record cx $mode $key $(($default))?); )*
                Some(Self { $( $field: $field?, )* })
            }

            fn schema() -> serde_json::Value {
                let mut properties = serde_json::Map::new();
                $(
                    let mut field = <$type as $crate::spec::decode::Decode>::schema();
                    field["description"] = $crate::spec::decode::joined(&[$($field_doc),+]).into();
                    $( field["default"] = serde_json::json!($default); )?
                    properties.insert($key.to_owned(), field);
                )*
                let needs: &[(&str, &str)] = &[$($(($needy, $needs)),*)?];
                for (key, needs) in needs {
                    properties[*key][$crate::spec::decode::NEEDS] = (*needs).into();
                }
                let refused: &[(&str, &str)] = &[$($(($refused, $reason)),*)?];
                let refused: std::collections::BTreeMap<_, _> = refused.iter().copied().collect();
                let required: Vec<&str> =
                    [$( ($key, stringify!($mode)) ),*].into_iter().filter(|it| it.1 == "required").map(|it| it.0).collect();
                #[allow(unused_mut, reason = "only a record with rules about its fields together changes it")]
                let mut schema = serde_json::json!({
                    "type": "object",
                    "description": $crate::spec::decode::joined(&[$($doc),+]),
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                    ($crate::spec::decode::REFUSED): refused,
                });
                $( schema["allOf"] = $rules(); )?
                schema
            }
        }
    };
    (@type optional $type:ty) => { Option<$crate::spec::decode::At<$type>> };
    (@type $mode:ident $type:ty) => { $crate::spec::decode::At<$type> };
    (@read $record:ident $cx:ident required $key:literal) => { $record.required($key, $cx) };
    (@read $record:ident $cx:ident optional $key:literal) => { $record.optional($key, $cx) };
    (@read $record:ident $cx:ident default $key:literal ($default:tt)) => {
        $record.default($key, &serde_json::json!($default), $cx)
    };
}
pub(crate) use record;
