//! Rate limits and quotas of calls; those of tokens are in `llm`.

use super::terms::{
    COUNT, COUNTING, LONG, RATE_WINDOW, any_number_of, boolean, must, part, policy, sequence, text, typed,
};
use super::{AttributeDef, Demand, ElementDef, Kind, Repeats, Rule};
use crate::policy::compose::Scope::{Api, Operation, Product};
use crate::policy::typed::Section::Inbound;

pub(super) static RATE_LIMIT: ElementDef = ElementDef {
    sections: &[Inbound],
    scopes: &[Product, Api, Operation],
    attributes: &[
        typed("calls", COUNT).asked_for().literal(),
        typed("renewal-period", RATE_WINDOW).asked_for().literal(),
        text("retry-after-header-name").literal().default("Retry-After"),
        text("retry-after-variable-name").literal(),
        text("remaining-calls-header-name").literal(),
        text("remaining-calls-variable-name").literal(),
        text("total-calls-header-name").literal(),
    ],
    content: sequence(&[any_number_of(&RATE_LIMIT_API), any_number_of(&RATE_LIMIT_OPERATION)]),
    repeats: Repeats::OncePerDocument,
    notes: &["`renewal-period` is seconds, at most 300. Acts only on requests with a subscription key."],
    ..policy("rate-limit", "rate-limit-policy", "2024-07-23")
};

/// The schema types these like the element itself; the page gives them the first four attributes.
const OF_ONE: &[AttributeDef] = &[
    text("name").literal(),
    text("id").literal(),
    typed("calls", COUNT).asked_for().literal(),
    typed("renewal-period", RATE_WINDOW).asked_for().literal(),
    text("retry-after-header-name").literal(),
    text("retry-after-variable-name").literal(),
    text("remaining-calls-header-name").literal(),
    text("remaining-calls-variable-name").literal(),
    text("total-calls-header-name").literal(),
];
const NAMED: &[Demand] = &[must(Rule::AnyOf(&["name", "id"]))];

static RATE_LIMIT_API: ElementDef =
    ElementDef { demands: NAMED, ..part("api", OF_ONE, sequence(&[any_number_of(&RATE_LIMIT_OPERATION)])) };
static RATE_LIMIT_OPERATION: ElementDef =
    ElementDef { demands: NAMED, ..part("operation", OF_ONE, sequence(&[])) };

pub(super) static RATE_LIMIT_BY_KEY: ElementDef = ElementDef {
    sections: &[Inbound],
    tiers: COUNTING,
    attributes: &[
        typed("calls", COUNT).required().or_expression(),
        typed("renewal-period", RATE_WINDOW).required().or_expression(),
        text("counter-key").required().or_expression(),
        typed("increment-condition", Kind::Condition).or_expression(),
        typed("increment-count", COUNT).or_expression().default("1"),
        boolean("increment-after-response"),
        boolean("flexible-retry-window"),
        text("retry-after-header-name").literal().default("Retry-After"),
        text("retry-after-variable-name").literal(),
        text("remaining-calls-header-name").literal(),
        text("remaining-calls-variable-name").literal(),
        text("total-calls-header-name").literal(),
    ],
    notes: &["`renewal-period` is seconds, at most 300."],
    ..policy("rate-limit-by-key", "rate-limit-by-key-policy", "2024-05-23")
};

const CALLS_OR_BANDWIDTH: Demand = must(Rule::AnyOf(&["calls", "bandwidth"]));

pub(super) static QUOTA: ElementDef = ElementDef {
    sections: &[Inbound],
    scopes: &[Product],
    attributes: &[
        typed("calls", COUNT).literal(),
        typed("bandwidth", LONG).literal(),
        typed("renewal-period", COUNT).asked_for().literal(),
    ],
    demands: &[CALLS_OR_BANDWIDTH],
    content: sequence(&[any_number_of(&QUOTA_API)]),
    repeats: Repeats::OncePerDocument,
    notes: &[
        "`bandwidth` is kilobytes; `renewal-period` is seconds, 0 never renews. Acts only on requests with a subscription key.",
    ],
    ..policy("quota", "quota-policy", "2024-07-23")
};

const QUOTA_OF_ONE: &[AttributeDef] = &[
    text("name").literal(),
    text("id").literal(),
    typed("calls", COUNT).literal(),
    typed("bandwidth", LONG).literal(),
    // The page asks for it in its table and leaves it out in its sample.
    typed("renewal-period", COUNT).literal().newer(),
];
const QUOTA_NAMED: &[Demand] = &[must(Rule::AnyOf(&["name", "id"])), CALLS_OR_BANDWIDTH];

static QUOTA_API: ElementDef = ElementDef {
    demands: QUOTA_NAMED,
    ..part("api", QUOTA_OF_ONE, sequence(&[any_number_of(&QUOTA_OPERATION)]))
};
static QUOTA_OPERATION: ElementDef =
    ElementDef { demands: QUOTA_NAMED, ..part("operation", QUOTA_OF_ONE, sequence(&[])) };

pub(super) static QUOTA_BY_KEY: ElementDef = ElementDef {
    sections: &[Inbound],
    tiers: COUNTING,
    attributes: &[
        typed("calls", COUNT).literal(),
        typed("bandwidth", LONG).literal(),
        // 0, or at least 300 s.
        typed("renewal-period", COUNT).asked_for().perhaps_expression(),
        text("counter-key").required().or_expression(),
        typed("increment-condition", Kind::Condition).or_expression(),
        typed("increment-count", COUNT).or_expression(),
        text("first-period-start").literal().default("0001-01-01T00:00:00Z"),
    ],
    demands: &[CALLS_OR_BANDWIDTH],
    notes: &[
        "`bandwidth` is kilobytes; `renewal-period` is seconds, 0 never renews, otherwise at least 300. The page does not list v2 gateways.",
    ],
    ..policy("quota-by-key", "quota-by-key-policy", "2024-03-18")
};
