//! Policy control and flow.

use super::terms::{
    COUNT, POSITIVE, any_number_of, any_order, at_least_one, at_most_one, boolean, must, part, policy,
    sequence, text, typed, undocumented,
};
use super::transformation::{SET_BODY, SET_HEADER, SET_STATUS};
use super::{Content, ElementDef, Kind, Rule, SourceOf, authentication, caching, integration, routing};
use crate::policy::typed::Section::{Backend, Inbound, OnError, Outbound};

pub(super) static BASE: ElementDef = ElementDef {
    source: SourceOf::Schema,
    notes: &["The place where the same section of the enclosing scope runs; not in fragments."],
    ..policy("base", "", "")
};

/// Undocumented; groups policies.
pub(super) static BLOCK: ElementDef =
    ElementDef { content: Content::Policies, ..undocumented("block", SourceOf::Schema) };

pub(super) static CHOOSE: ElementDef = ElementDef {
    content: sequence(&[at_least_one(&WHEN), at_most_one(&OTHERWISE)]),
    ..policy("choose", "choose-policy", "2022-12-08")
};

static WHEN: ElementDef =
    part("when", &[typed("condition", Kind::Condition).required().or_expression()], Content::Policies);

static OTHERWISE: ElementDef = part("otherwise", &[], Content::Policies);

pub(super) static INCLUDE_FRAGMENT: ElementDef = ElementDef {
    attributes: &[text("fragment-id").required().literal()],
    notes: &["Not inside a fragment."],
    ..policy("include-fragment", "include-fragment-policy", "2024-07-23")
};

pub(super) static LIMIT_CONCURRENCY: ElementDef = ElementDef {
    attributes: &[text("key").required().or_expression(), typed("max-count", COUNT).required().literal()],
    content: Content::Policies,
    notes: &["Requests beyond `max-count` are refused with 429 at once."],
    ..policy("limit-concurrency", "limit-concurrency-policy", "2024-07-23")
};

pub(super) static MOCK_RESPONSE: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    attributes: &[
        boolean("enabled"),
        typed("status-code", COUNT).literal().default("200"),
        text("content-type").literal(),
        typed("index", COUNT),
    ],
    ..policy("mock-response", "mock-response-policy", "2022-11-18")
};

pub(super) static RETRY: ElementDef = ElementDef {
    attributes: &[
        typed("condition", Kind::Condition).required().or_expression(),
        typed("count", Kind::Integer { min: 1, max: 50 }).required().or_expression(),
        typed("interval", COUNT).required().or_expression(),
        typed("delta", POSITIVE).or_expression(),
        typed("max-interval", POSITIVE).or_expression(),
        boolean("first-fast-retry").or_expression().default("false"),
    ],
    content: Content::Policies,
    notes: &["Intervals are seconds. `wait` may not stand inside."],
    ..policy("retry", "retry-policy", "2022-12-08")
};

pub(super) static RETURN_RESPONSE: ElementDef = ElementDef {
    attributes: &[text("response-variable-name").literal()],
    content: sequence(&[at_most_one(&SET_STATUS), any_number_of(&SET_HEADER), at_most_one(&SET_BODY)]),
    ..policy("return-response", "return-response-policy", "2022-12-08")
};

pub(super) static SET_VARIABLE: ElementDef = ElementDef {
    // The page forbids expressions in `name` since 2024; the schema does not say, and the toolkit allows them.
    attributes: &[text("name").required().perhaps_expression(), text("value").required().or_expression()],
    notes: &["`value` keeps the type of its expression; a literal is a string."],
    ..policy("set-variable", "set-variable-policy", "2024-07-23")
};

pub(super) static WAIT: ElementDef = ElementDef {
    sections: &[Inbound, Backend, Outbound],
    // The toolkit offers it in on-error.
    tolerated: &[OnError],
    attributes: &[typed("for", Kind::OneOf(&["all", "any"])).required().or_expression()],
    demands: &[must(Rule::AnyChild)],
    content: any_order(&[
        any_number_of(&CHOOSE),
        any_number_of(&routing::FORWARD_REQUEST),
        any_number_of(&integration::SEND_REQUEST),
        any_number_of(&caching::CACHE_LOOKUP_VALUE),
        any_number_of(&caching::CACHE_STORE_VALUE),
        any_number_of(&authentication::AUTHENTICATION_MANAGED_IDENTITY),
        any_number_of(&authentication::AUTHENTICATION_TOKEN),
    ]),
    notes: &[
        "The page lets `for` be left out and lists only `send-request`, `cache-lookup-value` and `choose` inside.",
    ],
    ..policy("wait", "wait-policy", "2024-07-23")
};
