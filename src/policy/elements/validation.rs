//! Validation of requests and responses against the schema of their API.

use super::terms::{
    ACTION, COUNT, any_number_of, at_least_one, at_most_one, boolean, part, policy, sequence, text, typed,
};
use super::{AttributeDef, ChildDef, Content, ElementDef, Kind, Repeats};
use crate::policy::compose::Scope::{Api, Global, Product, Workspace};
use crate::policy::typed::Section::{Inbound, OnError, Outbound};

const ERRORS: AttributeDef = text("errors-variable-name").literal();

pub(super) static VALIDATE_CONTENT: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    attributes: &[
        typed("unspecified-content-type-action", ACTION).required().or_expression(),
        typed("max-size", COUNT).required().or_expression(),
        typed("size-exceeded-action", ACTION).required().or_expression(),
        ERRORS,
    ],
    content: sequence(&[at_most_one(&CONTENT_TYPE_MAP), any_number_of(&CONTENT)]),
    notes: &["`max-size` is bytes, at most 102,400 unless support raises it."],
    ..policy("validate-content", "validate-content-policy", "2022-12-05")
};

static CONTENT_TYPE_MAP: ElementDef = part(
    "content-type-map",
    &[text("any-content-type-value"), text("missing-content-type-value")],
    sequence(&[any_number_of(&TYPE)]),
);

static TYPE: ElementDef = part(
    "type",
    &[text("from"), typed("when", Kind::Condition).or_expression(), text("to").required()],
    Content::Empty,
);

static CONTENT: ElementDef = part(
    "content",
    &[
        typed("validate-as", Kind::OneOf(&["json", "xml", "soap"])).required(),
        text("type"),
        typed("action", ACTION).required().or_expression(),
        text("schema-id"),
        text("schema-ref"),
        boolean("allow-additional-properties"),
        boolean("case-insensitive-property-names"),
    ],
    Content::Empty,
);

pub(super) static VALIDATE_PARAMETERS: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        typed("specified-parameter-action", ACTION).required().or_expression(),
        typed("unspecified-parameter-action", ACTION).required().or_expression(),
        ERRORS,
    ],
    content: sequence(&[at_most_one(&HEADERS), at_most_one(&QUERY), at_most_one(&PATH)]),
    repeats: Repeats::OncePerSection,
    ..policy("validate-parameters", "validate-parameters-policy", "2022-12-05")
};

const OF_PARAMETERS: &[AttributeDef] = &[
    typed("specified-parameter-action", ACTION).required().or_expression(),
    typed("unspecified-parameter-action", ACTION).required().or_expression(),
];
const PARAMETERS: &[ChildDef] = &[any_number_of(&PARAMETER)];

static HEADERS: ElementDef = part("headers", OF_PARAMETERS, sequence(PARAMETERS));
static QUERY: ElementDef = part("query", OF_PARAMETERS, sequence(PARAMETERS));
static PATH: ElementDef = part(
    "path",
    &[typed("specified-parameter-action", ACTION).required().or_expression()],
    sequence(PARAMETERS),
);
static PARAMETER: ElementDef = part("parameter", NAME_AND_ACTION, Content::Empty);

const NAME_AND_ACTION: &[AttributeDef] =
    &[text("name").required(), typed("action", ACTION).required().or_expression()];

pub(super) static VALIDATE_HEADERS: ElementDef = ElementDef {
    sections: &[Outbound, OnError],
    attributes: &[
        typed("specified-header-action", ACTION).required().or_expression(),
        typed("unspecified-header-action", ACTION).required().or_expression(),
        ERRORS,
    ],
    content: sequence(&[any_number_of(&HEADER)]),
    repeats: Repeats::OncePerSection,
    ..policy("validate-headers", "validate-headers-policy", "2024-03-18")
};

static HEADER: ElementDef = part("header", NAME_AND_ACTION, Content::Empty);

pub(super) static VALIDATE_STATUS_CODE: ElementDef = ElementDef {
    sections: &[Outbound, OnError],
    attributes: &[typed("unspecified-status-code-action", ACTION).required().or_expression(), ERRORS],
    content: sequence(&[any_number_of(&STATUS_CODE)]),
    ..policy("validate-status-code", "validate-status-code-policy", "2022-12-05")
};

static STATUS_CODE: ElementDef = part(
    "status-code",
    &[typed("code", COUNT).required(), typed("action", ACTION).required().or_expression()],
    Content::Empty,
);

pub(super) static VALIDATE_GRAPHQL_REQUEST: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("error-variable-name").literal(),
        typed("max-depth", COUNT).default("6"),
        typed("max-size", COUNT).asked_for(),
        typed("max-total-depth", COUNT),
        typed("max-complexity", COUNT),
    ],
    content: sequence(&[at_most_one(&AUTHORIZE)]),
    notes: &["`max-size` is bytes, at most 102,400 unless support raises it."],
    ..policy("validate-graphql-request", "validate-graphql-request-policy", "2022-12-02")
};

static AUTHORIZE: ElementDef =
    part("authorize", &[], sequence(&[ChildDef { max: 100, ..at_least_one(&RULE) }]));

static RULE: ElementDef = part(
    "rule",
    &[
        text("path").required(),
        // `ignore` is on the page and not in the schema.
        typed("action", Kind::OneOf(&["allow", "reject", "remove", "ignore"]))
            .or_expression()
            .default("allow"),
    ],
    Content::Empty,
);

pub(super) static VALIDATE_ODATA_REQUEST: ElementDef = ElementDef {
    sections: &[Inbound],
    scopes: &[Global, Workspace, Product, Api],
    attributes: &[
        text("error-variable-name").literal(),
        text("default-odata-version").literal().default("4.0"),
        text("min-odata-version").literal(),
        text("max-odata-version").literal(),
        typed("max-size", COUNT).literal(),
    ],
    repeats: Repeats::OncePerSection,
    notes: &["`max-size` is bytes."],
    ..policy("validate-odata-request", "validate-odata-request-policy", "2024-07-23")
};
