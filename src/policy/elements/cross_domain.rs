//! Calls from browsers.

use super::terms::{
    COUNT, any_number_of, any_order, at_least_one, at_most_one, boolean, exactly_one, part, policy, sequence,
    text, typed,
};
use super::{AttributeDef, ChildDef, Content, ElementDef, Kind, Repeats};
use crate::policy::compose::Scope::Global;
use crate::policy::typed::Section::{Inbound, Outbound};

pub(super) static CORS: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        boolean("allow-credentials").or_expression().default("false"),
        boolean("terminate-unmatched-request").or_expression().default("true"),
    ],
    content: any_order(&[
        exactly_one(&ALLOWED_ORIGINS),
        at_most_one(&ALLOWED_METHODS),
        at_most_one(&ALLOWED_HEADERS),
        at_most_one(&EXPOSE_HEADERS),
    ]),
    repeats: Repeats::OncePerSection,
    notes: &["The page asks for `allowed-headers`; the schema does not."],
    ..policy("cors", "cors-policy", "2024-07-23")
};

static ALLOWED_ORIGINS: ElementDef = part("allowed-origins", &[], sequence(&[at_least_one(&ORIGIN)]));
static ORIGIN: ElementDef = part("origin", &[], Content::Text);
static ALLOWED_METHODS: ElementDef = part(
    "allowed-methods",
    &[typed("preflight-result-max-age", COUNT).or_expression().default("0")],
    sequence(&[at_least_one(&METHOD)]),
);
static METHOD: ElementDef = part("method", &[], Content::Text);
const HEADERS: &[ChildDef] = &[at_least_one(&HEADER)];
static ALLOWED_HEADERS: ElementDef = part("allowed-headers", &[], sequence(HEADERS));
static EXPOSE_HEADERS: ElementDef = part("expose-headers", &[], sequence(HEADERS));
static HEADER: ElementDef = part("header", &[], Content::Text);

pub(super) static JSONP: ElementDef = ElementDef {
    sections: &[Outbound],
    attributes: &[text("callback-parameter-name").required().or_expression()],
    repeats: Repeats::OncePerSection,
    ..policy("jsonp", "jsonp-policy", "2024-03-18")
};

pub(super) static CROSS_DOMAIN: ElementDef = ElementDef {
    sections: &[Inbound],
    scopes: &[Global],
    content: sequence(&[at_most_one(&CROSS_DOMAIN_POLICY)]),
    notes: &["The content is a policy file of Adobe's format."],
    ..policy("cross-domain", "cross-domain-policy", "2022-11-18")
};

static CROSS_DOMAIN_POLICY: ElementDef = part(
    "cross-domain-policy",
    &[],
    sequence(&[
        at_most_one(&SITE_CONTROL),
        any_number_of(&ALLOW_ACCESS_FROM),
        any_number_of(&ALLOW_HTTP_REQUEST_HEADERS_FROM),
    ]),
);

static SITE_CONTROL: ElementDef = part(
    "site-control",
    &[typed(
        "permitted-cross-domain-policies",
        Kind::OneOf(&["all", "by-content-type", "master-only", "none"]),
    )
    .required()],
    Content::Empty,
);

const SECURE: AttributeDef = typed("secure", Kind::OneOf(&["true", "false"])).default("true");
static ALLOW_ACCESS_FROM: ElementDef =
    part("allow-access-from", &[text("domain").required(), SECURE], Content::Empty);
static ALLOW_HTTP_REQUEST_HEADERS_FROM: ElementDef = part(
    "allow-http-request-headers-from",
    &[text("domain").required(), text("headers").required(), SECURE],
    Content::Empty,
);
