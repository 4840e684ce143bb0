//! Words from a closed list (`choice!`) and mappings that give exactly one of several fields
//! (`one_of!`).

use super::Decoder;
use super::record::listed;
use crate::spec::codes;
use crate::spec::yaml::{Kind, Node};

/// Reads one of the words of `known`; returns its index. Words of `refused` are known to the spec but not to us.
pub(crate) fn word(
    node: &Node,
    cx: &mut Decoder<'_>,
    known: &[&str],
    refused: &[(&str, &str)],
) -> Option<usize> {
    // A word may look like a number, as zones do: `1` is as good as `"1"`.
    let text = match &node.kind {
        Kind::Scalar { text, .. } if !node.is_null() => text.as_str(),
        _ => {
            let of = if known.len() == 1 { "" } else { "one of " };
            cx.wrong_type(node, &format!("{of}{}", listed(known)));
            return None;
        }
    };
    if let Some(index) = known.iter().position(|word| *word == text) {
        return Some(index);
    }
    let shown = cx.shown(node);
    let (code, message) = match refused.iter().find(|(word, _)| *word == text) {
        Some((_, "")) => (&codes::NOT_SUPPORTED, format!("`{shown}` is not supported yet")),
        Some((_, reason)) => (&codes::NOT_SUPPORTED, format!("`{shown}` is not supported: {reason}")),
        None => (&codes::UNKNOWN_VALUE, format!("unknown value `{shown}`")),
    };
    let near = crate::text::suggest(text, known.iter().copied()).filter(|_| code == &codes::UNKNOWN_VALUE);
    let help = match (near, known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, [only]) => format!("use `{only}`"),
        (None, _) => format!("use one of {}", listed(known)),
    };
    cx.report(code, node.span, message).help.push(help);
    None
}

/// Declares an enum of words. `refused` words get a message of their own, with a reason where there is one:
/// `refused { "later", "never": "because" }`.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $( $(#[doc = $word_doc:literal])+ $variant:ident = $word:literal, )+
        }
        $( refused { $($refused:literal $(: $reason:literal)?),* $(,)? } )?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[doc = $word_doc])+ $variant, )+
        }

        impl $name {
            pub const WORDS: &[&str] = &[$($word),+];
            /// In the order of their words.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word of the spec.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::yaml::Node,
                cx: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                $crate::spec::decode::choose(node, cx, $name::WORDS, &[$($(($refused, concat!($($reason)?))),*)?])
                    .map(|index| Self::ALL[index])
            }

            fn schema() -> serde_json::Value {
                let words: Vec<serde_json::Value> = vec![
                    $( serde_json::json!({
                        "const": $word,
                        "description": $crate::spec::decode::joined(&[$($word_doc),+]),
                    }), )+
                    serde_json::json!({
                        "type": "string",
                        "pattern": $crate::spec::decode::ENVIRONMENT,
                        "description": "The value of an environment variable.",
                    }),
                ];
                let refused: &[&str] = &[$($($refused),*)?];
                serde_json::json!({ "oneOf": words, ($crate::spec::decode::REFUSED): refused })
            }
        }
    };
}
pub(crate) use choice;

/// Declares an enum of which the spec gives one variant as the only field of a mapping: `pfx: { file: … }`.
macro_rules! one_of {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $( $(#[doc = $field_doc:literal])+ $key:literal $variant:ident($type:ty), )+
        }
        $( refused { $($refused:literal: $reason:literal),* $(,)? } )?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $( $(#[doc = $field_doc])+ $variant($crate::spec::decode::At<$type>), )+
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::yaml::Node,
                cx: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),+];
                let record = $crate::spec::decode::Record::open(
                    node,
                    cx,
                    KEYS,
                    &[$($(($refused, $reason)),*)?],
                )?;
                match record.the_one(KEYS, cx)? {
                    $( $key => record.required::<$type>($key, cx).map(Self::$variant), )+
                    _ => None,
                }
            }

            fn schema() -> serde_json::Value {
                let ways: Vec<serde_json::Value> = vec![
                    $( {
                        let mut field = <$type as $crate::spec::decode::Decode>::schema();
                        field["description"] = $crate::spec::decode::joined(&[$($field_doc),+]).into();
                        serde_json::json!({
                            "type": "object",
                            "properties": { $key: field },
                            "required": [$key],
                            "additionalProperties": false,
                        })
                    }, )+
                ];
                let refused: &[(&str, &str)] = &[$($(($refused, $reason)),*)?];
                let refused: std::collections::BTreeMap<_, _> = refused.iter().copied().collect();
                serde_json::json!({ "oneOf": ways, ($crate::spec::decode::REFUSED): refused })
            }
        }
    };
}
pub(crate) use one_of;
