//! Policies for large language models. `azure-openai-*` and `llm-*` are two names for one type in the schema.

use super::logging::DIMENSION;
use super::terms::{
    COUNT, COUNTING, LONG, MANAGED, NOT_IN_WORKSPACES, any_number_of, any_order, at_least_one, at_most_one,
    boolean, must, part, policy, sequence, should, text, typed, up_to,
};
use super::{AttributeDef, Content, Demand, ElementDef, Kind, Repeats, Rule};
use crate::policy::compose::Scope::{Api, Global, Product, Workspace};
use crate::policy::typed::Section::{Inbound, Outbound};

pub(super) static LLM_TOKEN_LIMIT: ElementDef = ElementDef {
    sections: &[Inbound],
    tiers: COUNTING,
    attributes: TOKEN_LIMIT,
    demands: TOKEN_LIMIT_DEMANDS,
    notes: TOKEN_LIMIT_NOTES,
    ..policy("llm-token-limit", "llm-token-limit-policy", "2024-10-09")
};

pub(super) static AZURE_OPENAI_TOKEN_LIMIT: ElementDef =
    ElementDef { name: "azure-openai-token-limit", ..LLM_TOKEN_LIMIT };

const TOKEN_LIMIT: &[AttributeDef] = &[
    text("counter-key").required().or_expression(),
    // The schema allows an expression and deployed samples use one; a field report says that it is refused.
    typed("tokens-per-minute", COUNT).perhaps_expression(),
    // The page does not allow an expression; the schema does, and the service was seen to ask for a `long`.
    typed("token-quota", LONG).or_expression(),
    typed(
        "token-quota-period",
        Kind::OneOf(&["Indefinite", "Hourly", "Daily", "Weekly", "Monthly", "Yearly"]),
    )
    .default("Indefinite"),
    boolean("estimate-prompt-tokens").required(),
    typed("prompt-type", Kind::OneOf(&["auto", "chat-completion", "completion", "embeddings"]))
        .default("auto"),
    text("retry-after-header-name").literal().default("Retry-After"),
    text("retry-after-variable-name").literal(),
    text("remaining-tokens-header-name").literal(),
    text("remaining-tokens-variable-name").literal(),
    text("remaining-quota-tokens-header-name").literal(),
    text("remaining-quota-tokens-variable-name").literal(),
    text("tokens-consumed-header-name").literal(),
    text("tokens-consumed-variable-name").literal(),
    boolean("ignore-prompt").default("false"),
];

const TOKEN_LIMIT_DEMANDS: &[Demand] = &[
    must(Rule::AnyOf(&["tokens-per-minute", "token-quota"])),
    // The schema has a default period, the page asks for one.
    should(Rule::Needs("token-quota", "token-quota-period")),
    must(Rule::ApiOnly(&["remaining-tokens-header-name", "remaining-quota-tokens-header-name"])),
];

const TOKEN_LIMIT_NOTES: &[&str] = &[
    "An expression in `token-quota` has to be a `long`.",
    "The attributes `remaining-*-header-name` are refused at global and product scope, in fragments and for WebSocket APIs.",
    "Refused in the Consumption tier.",
];

pub(super) static LLM_EMIT_TOKEN_METRIC: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("namespace").literal().default("API Management"),
        text("name"),
        typed("value-type", Kind::OneOf(&["all", "total-tokens", "prompt-tokens", "completion-tokens"]))
            .default("all"),
        boolean("ignore-prompt").default("false"),
        // Documented for the older name alone.
        typed("value", Kind::Number).or_expression().default("1").newer(),
    ],
    demands: &[should(Rule::AnyChild), must(Rule::Dimensions)],
    content: sequence(&[up_to(10, &DIMENSION)]),
    notes: &["At most 5 custom dimensions (page of 2026-05); the schema and older pages allow 10."],
    ..policy("llm-emit-token-metric", "llm-emit-token-metric-policy", "2026-05-27")
};

pub(super) static AZURE_OPENAI_EMIT_TOKEN_METRIC: ElementDef =
    ElementDef { name: "azure-openai-emit-token-metric", ..LLM_EMIT_TOKEN_METRIC };

pub(super) static LLM_CONTENT_SAFETY: ElementDef = ElementDef {
    // Answers are checked in outbound since the page of 2026-03-23.
    sections: &[Inbound, Outbound],
    // The page of 2025-02 lists operations too, later ones do not.
    scopes: &[Global, Workspace, Product, Api],
    attributes: &[
        text("backend-id").required().or_expression(),
        boolean("shield-prompt").or_expression().default("false"),
        boolean("enforce-on-completions").or_expression().default("false").newer(),
        typed("window-size", COUNT).or_expression().newer(),
        typed("window-overlap-size", COUNT).or_expression().newer(),
    ],
    content: any_order(&[at_most_one(&CATEGORIES), at_most_one(&BLOCKLISTS)]),
    notes: &["A prompt is checked in windows of 10 000 characters."],
    ..policy("llm-content-safety", "llm-content-safety-policy", "2026-03-23")
};

static CATEGORIES: ElementDef = part(
    "categories",
    &[typed("output-type", Kind::OneOf(&["FourSeverityLevels", "EightSeverityLevels"]))
        .or_expression()
        .default("FourSeverityLevels")],
    sequence(&[at_least_one(&CATEGORY)]),
);

static CATEGORY: ElementDef = part(
    "category",
    &[
        typed("name", Kind::OneOf(&["Hate", "SelfHarm", "Sexual", "Violence"])).required().or_expression(),
        typed("threshold", Kind::Integer { min: 0, max: 7 }).required().or_expression(),
    ],
    Content::Empty,
);

static BLOCKLISTS: ElementDef = part("blocklists", &[], sequence(&[at_least_one(&BLOCKLIST_ID)]));
static BLOCKLIST_ID: ElementDef = part("id", &[], Content::Text);

pub(super) static LLM_SEMANTIC_CACHE_LOOKUP: ElementDef = ElementDef {
    sections: &[Inbound],
    scopes: NOT_IN_WORKSPACES,
    tiers: MANAGED,
    attributes: &[
        typed("score-threshold", Kind::Number).required().perhaps_expression(),
        text("embeddings-backend-id").required().or_expression(),
        // The page asks for it; the schema takes `system-assigned` where it is not written.
        typed("embeddings-backend-auth", Kind::OneOf(&["system-assigned", "header"]))
            .default("system-assigned"),
        boolean("ignore-system-messages").or_expression().default("false"),
        text("cache-id"),
        typed("max-message-count", COUNT).or_expression(),
    ],
    content: any_order(&[any_number_of(&VARY_BY)]),
    repeats: Repeats::OncePerSection,
    notes: &["`score-threshold` is from 0 to 1; lower is stricter."],
    ..policy("llm-semantic-cache-lookup", "llm-semantic-cache-lookup-policy", "2024-12-13")
};

static VARY_BY: ElementDef = part("vary-by", &[], Content::Text);

pub(super) static AZURE_OPENAI_SEMANTIC_CACHE_LOOKUP: ElementDef =
    ElementDef { name: "azure-openai-semantic-cache-lookup", ..LLM_SEMANTIC_CACHE_LOOKUP };

pub(super) static LLM_SEMANTIC_CACHE_STORE: ElementDef = ElementDef {
    sections: &[Outbound],
    scopes: NOT_IN_WORKSPACES,
    tiers: MANAGED,
    attributes: &[
        typed("duration", COUNT).required().or_expression(),
        boolean("cache-response").or_expression().newer(),
    ],
    repeats: Repeats::OncePerSection,
    notes: &["`duration` is seconds."],
    ..policy("llm-semantic-cache-store", "llm-semantic-cache-store-policy", "2024-12-13")
};

pub(super) static AZURE_OPENAI_SEMANTIC_CACHE_STORE: ElementDef =
    ElementDef { name: "azure-openai-semantic-cache-store", ..LLM_SEMANTIC_CACHE_STORE };
