//! Policies that change a message.

use super::terms::{
    EXISTS_ACTION, VALUE, any_number_of, any_order, boolean, part, policy, sequence, text, typed,
};
use super::{Content, ElementDef, Kind, Repeats, SourceOf};
use crate::policy::typed::Section::{Backend, Inbound, OnError, Outbound};

pub(super) static FIND_AND_REPLACE: ElementDef = ElementDef {
    attributes: &[text("from").required().or_expression(), text("to").required().or_expression()],
    ..policy("find-and-replace", "find-and-replace-policy", "2024-03-18")
};

pub(super) static JSON_TO_XML: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    // The toolkit offers it there.
    tolerated: &[Backend],
    attributes: &[
        typed("apply", Kind::OneOf(&["always", "content-type-json"])).required().or_expression(),
        boolean("consider-accept-header").or_expression().default("true"),
        // The page does not allow expressions, the toolkit does.
        boolean("parse-date").perhaps_expression().default("true"),
        text("attribute-block-name").or_expression(),
        text("attribute-prefix"),
        text("namespace-block-name"),
        text("namespace-separator").or_expression().default("_"),
        text("namespace-prefix").or_expression(),
        text("invalid-character-replacement"),
        text("null-values"),
        boolean("trim-values"),
        typed("empty-values", Kind::OneOf(&["preserve", "as-null"])).or_expression(),
    ],
    ..policy("json-to-xml", "json-to-xml-policy", "2024-03-18")
};

pub(super) static REDIRECT_CONTENT_URLS: ElementDef = ElementDef {
    sections: &[Inbound, Outbound],
    repeats: Repeats::OncePerSection,
    ..policy("redirect-content-urls", "redirect-content-urls-policy", "2024-07-23")
};

pub(super) static SET_BODY: ElementDef = ElementDef {
    sections: &[Inbound, Backend, Outbound],
    // Apim-Samples deploys it there, and the toolkit offers it.
    tolerated: &[OnError],
    attributes: &[
        typed("template", Kind::OneOf(&["none", "liquid"])).literal(),
        typed("xsi-nil", Kind::OneOf(&["blank", "null"])).literal().default("blank"),
        boolean("parse-date").literal(),
        boolean("html-decode-expression"),
    ],
    content: Content::Markup,
    ..policy("set-body", "set-body-policy", "2023-01-13")
};

pub(super) static SET_HEADER: ElementDef = ElementDef {
    attributes: &[
        text("name").required().or_expression(),
        typed("exists-action", EXISTS_ACTION).or_expression().default("override"),
    ],
    content: sequence(&[any_number_of(&VALUE)]),
    notes: &[
        "`Connection`, `Content-Length`, `Keep-Alive` and `Transfer-Encoding` cannot be set or removed.",
    ],
    ..policy("set-header", "set-header-policy", "2024-03-18")
};

pub(super) static SET_METHOD: ElementDef = ElementDef {
    sections: &[Inbound, OnError],
    // The toolkit offers it there.
    tolerated: &[Backend, Outbound],
    content: Content::Text,
    ..policy("set-method", "set-method-policy", "2022-11-21")
};

pub(super) static SET_QUERY_PARAMETER: ElementDef = ElementDef {
    sections: &[Inbound, Backend],
    // The toolkit offers it there.
    tolerated: &[Outbound, OnError],
    attributes: &[
        text("name").required().or_expression(),
        typed("exists-action", EXISTS_ACTION).or_expression().default("override"),
    ],
    content: sequence(&[any_number_of(&VALUE)]),
    ..policy("set-query-parameter", "set-query-parameter-policy", "2024-07-23")
};

pub(super) static SET_STATUS: ElementDef = ElementDef {
    attributes: &[
        typed("code", Kind::Integer { min: 100, max: 999 }).asked_for().or_expression(),
        // The page asks for it; deployed samples leave it out.
        text("reason").or_expression(),
    ],
    ..policy("set-status", "set-status-policy", "2022-12-08")
};

pub(super) static XML_TO_JSON: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    // The toolkit offers it there.
    tolerated: &[Backend],
    attributes: &[
        typed("kind", Kind::OneOf(&["javascript-friendly", "direct"])).required().or_expression(),
        typed("apply", Kind::OneOf(&["always", "content-type-xml"])).required().or_expression(),
        boolean("consider-accept-header").or_expression().default("true"),
        boolean("preserve-whitespace-nodes").or_expression(),
        typed("empty-values", Kind::OneOf(&["preserve", "as-null"])).or_expression(),
        boolean("trim-values").or_expression(),
        boolean("always-array-child-elements").or_expression().default("false"),
    ],
    ..policy("xml-to-json", "xml-to-json-policy", "2024-09-06")
};

pub(super) static XSL_TRANSFORM: ElementDef = ElementDef {
    sections: &[Inbound, Outbound],
    // The toolkit offers it there.
    tolerated: &[OnError],
    content: any_order(&[
        any_number_of(&XSL_PARAMETER),
        any_number_of(&XSL_STYLESHEET),
        any_number_of(&XSL_ROOT),
    ]),
    source: SourceOf::Page { page: "xsl-transform-policy", dated: "2023-03-28" },
    ..policy("xsl-transform", "", "")
};

/// The page writes `parameter-name` in its statement and `name` in its sample.
static XSL_PARAMETER: ElementDef =
    part("parameter", &[text("name").or_expression(), text("parameter-name").or_expression()], Content::Text);
static XSL_STYLESHEET: ElementDef = part("xsl:stylesheet", &[], Content::Foreign);
static XSL_ROOT: ElementDef = part("xsl:transform", &[], Content::Foreign);
