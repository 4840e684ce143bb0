//! Logging, traces and metrics.

use super::terms::{
    NOT_IN_WORKSPACES, SERVICE, any_number_of, at_most_one, boolean, must, part, policy, sequence, should,
    text, typed, undocumented, up_to,
};
use super::{Content, ElementDef, Kind, Order, Rule, SourceOf};

/// Names of dimensions that need no value (Learn, custom metrics; 2026-05).
pub const DEFAULT_DIMENSIONS: [&str; 8] = [
    "API ID",
    "Backend ID",
    "Gateway ID",
    "Location",
    "Operation ID",
    "Product ID",
    "Subscription ID",
    "User ID",
];

/// Custom dimensions of one metric (Learn, llm-emit-token-metric and emit-metric; 2026-05).
pub const MAX_CUSTOM_DIMENSIONS: usize = 5;

pub(super) static EMIT_METRIC: ElementDef = ElementDef {
    attributes: &[
        // The page does not allow expressions; deployed samples and the toolkit's tests have them.
        text("name").required().perhaps_expression(),
        text("namespace").perhaps_expression().default("API Management"),
        typed("value", Kind::Number).or_expression().default("1"),
        boolean("default-dimensions"),
    ],
    demands: &[should(Rule::AnyChild), must(Rule::Dimensions)],
    content: sequence(&[up_to(10, &DIMENSION)]),
    notes: &["At most 5 custom dimensions (pages since 2025); the schema and older pages allow 10."],
    ..policy("emit-metric", "emit-metric-policy", "2024-03-18")
};

pub(super) static DIMENSION: ElementDef = part(
    "dimension",
    &[text("name").required().or_expression(), text("value").or_expression()],
    Content::Empty,
);

pub(super) static LOG_TO_EVENTHUB: ElementDef = ElementDef {
    scopes: NOT_IN_WORKSPACES,
    tiers: SERVICE,
    attributes: &[
        // The page does not allow expressions, the toolkit does.
        text("logger-id").required().perhaps_expression(),
        text("partition-key").or_expression(),
        text("partition-id").literal(),
    ],
    demands: &[must(Rule::AtMostOne(&["partition-id", "partition-key"]))],
    content: Content::Text,
    notes: &["A message beyond 200 KB is cut without a word."],
    ..policy("log-to-eventhub", "log-to-eventhub-policy", "2024-07-23")
};

pub(super) static SET_REQUEST_METRIC_DIMENSION_VALUE: ElementDef = ElementDef {
    attributes: &[text("name").required(), text("value").required()],
    ..undocumented("set-request-metric-dimension-value", SourceOf::Schema)
};

pub(super) static TRACE: ElementDef = ElementDef {
    // Its page leaves out on-error; the page about error handling (2020-01-10) lists it, and snippets deploy it there.
    attributes: &[
        // The page asks for a literal; AVM deploys an expression.
        text("source").required().perhaps_expression(),
        typed("severity", Kind::OneOf(&["verbose", "information", "error"])).literal().default("verbose"),
    ],
    content: Content::TextOrChildren(Order::Free, &[at_most_one(&MESSAGE), any_number_of(&METADATA)]),
    ..policy("trace", "trace-policy", "2022-11-21")
};

static MESSAGE: ElementDef = part("message", &[], Content::Text);
static METADATA: ElementDef = part(
    "metadata",
    &[text("name").required().or_expression(), text("value").required().or_expression()],
    Content::Empty,
);
