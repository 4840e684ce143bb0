//! Caching of responses and values; the semantic cache is in `llm`.

use super::terms::{COUNT, any_number_of, any_order, boolean, part, policy, text, typed, undocumented};
use super::{AttributeDef, Content, ElementDef, Kind, Repeats, SourceOf};
use crate::policy::typed::Section::{Inbound, Outbound};

const CACHING_TYPE: AttributeDef =
    typed("caching-type", Kind::OneOf(&["prefer-external", "internal", "external"]))
        .literal()
        .default("prefer-external");

pub(super) static CACHE_LOOKUP: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        boolean("vary-by-developer").required().or_expression(),
        boolean("vary-by-developer-groups").required().or_expression(),
        typed("downstream-caching-type", Kind::OneOf(&["none", "private", "public"]))
            .or_expression()
            .default("none"),
        boolean("must-revalidate").or_expression().default("true"),
        CACHING_TYPE,
        boolean("allow-private-response-caching").or_expression().default("false"),
    ],
    content: any_order(&[any_number_of(&VARY_BY_HEADER), any_number_of(&VARY_BY_QUERY_PARAMETER)]),
    repeats: Repeats::OncePerSection,
    notes: &["GET requests only. Not inside a fragment."],
    ..policy("cache-lookup", "cache-lookup-policy", "2024-07-23")
};

static VARY_BY_HEADER: ElementDef = part("vary-by-header", &[], Content::Text);
static VARY_BY_QUERY_PARAMETER: ElementDef = part("vary-by-query-parameter", &[], Content::Text);

pub(super) static CACHE_STORE: ElementDef = ElementDef {
    sections: &[Outbound],
    attributes: &[
        typed("duration", COUNT).required().or_expression(),
        boolean("cache-response").or_expression(),
        text("caching-mode"),
    ],
    repeats: Repeats::OncePerSection,
    notes: &["`duration` is seconds. Without `cache-response` only answers with 200 are kept."],
    ..policy("cache-store", "cache-store-policy", "2024-03-18")
};

pub(super) static CACHE_LOOKUP_VALUE: ElementDef = ElementDef {
    attributes: &[
        text("key").required().or_expression(),
        text("default-value").or_expression(),
        text("variable-name").required().literal(),
        CACHING_TYPE,
    ],
    ..policy("cache-lookup-value", "cache-lookup-value-policy", "2024-07-23")
};

pub(super) static CACHE_REMOVE_VALUE: ElementDef = ElementDef {
    attributes: &[
        text("key").required().or_expression(),
        CACHING_TYPE,
        boolean("fail-on-cache-removal-error").newer(),
    ],
    ..policy("cache-remove-value", "cache-remove-value-policy", "2024-07-23")
};

pub(super) static CACHE_STORE_VALUE: ElementDef = ElementDef {
    attributes: &[
        typed("duration", COUNT).required().or_expression(),
        text("key").required().or_expression(),
        text("value").required().or_expression(),
        CACHING_TYPE,
    ],
    notes: &["`duration` is seconds. The page allows one per section; deployed samples have more."],
    ..policy("cache-store-value", "cache-store-value-policy", "2024-07-23")
};

/// Looks a value up and makes it with the policies inside where it is not there.
pub(super) static CACHE_VALUE: ElementDef = ElementDef {
    attributes: &[
        text("key").required().or_expression(),
        text("variable-name").required(),
        typed("expires-after", COUNT).or_expression(),
        typed("refresh-after", COUNT).or_expression(),
        text("default-value").or_expression(),
        CACHING_TYPE,
    ],
    content: any_order(&[any_number_of(&MADE_BY)]),
    ..undocumented("cache-value", SourceOf::Toolkit)
};

static MADE_BY: ElementDef = part("value", &[], Content::Policies);
