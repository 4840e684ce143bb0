//! The Cosmos DB source of a GraphQL resolver.

use super::control::INCLUDE_FRAGMENT;
use super::graphql::PUBLISH_EVENT;
use super::terms::{
    RESOLVER, any_number_of, any_order, at_most_one, boolean, exactly_one, must, part, policy, sequence,
    text, typed,
};
use super::transformation::SET_BODY;
use super::{AttributeDef, Content, ElementDef, Kind, Rule};
use crate::policy::surroundings::Tier;

pub(super) static COSMOSDB_DATA_SOURCE: ElementDef = ElementDef {
    sections: &[],
    scopes: RESOLVER,
    tiers: &[Tier::Classic, Tier::V2],
    demands: &[must(Rule::OneChildOf(&["query-request", "read-request", "delete-request", "write-request"]))],
    content: sequence(&[
        exactly_one(&CONNECTION_INFO),
        at_most_one(&QUERY_REQUEST),
        at_most_one(&READ_REQUEST),
        at_most_one(&DELETE_REQUEST),
        at_most_one(&WRITE_REQUEST),
        at_most_one(&RESPONSE),
    ]),
    notes: &["The root of a resolver, not of a policy document."],
    ..policy("cosmosdb-data-source", "cosmosdb-data-source-policy", "2024-03-18")
};

static CONNECTION_INFO: ElementDef = part(
    "connection-info",
    &[],
    sequence(&[exactly_one(&CONNECTION_STRING), exactly_one(&DATABASE_NAME), exactly_one(&CONTAINER_NAME)]),
);
static CONNECTION_STRING: ElementDef =
    part("connection-string", &[boolean("use-managed-identity"), text("client-id")], Content::Text);
static DATABASE_NAME: ElementDef = part("database-name", &[], Content::Text);
static CONTAINER_NAME: ElementDef = part("container-name", &[], Content::Text);

static QUERY_REQUEST: ElementDef = part(
    "query-request",
    &[boolean("enable-low-precision-order-by")],
    sequence(&[
        at_most_one(&SQL_STATEMENT),
        at_most_one(&PARAMETERS),
        at_most_one(&PARTITION_KEY),
        at_most_one(&PAGING),
    ]),
);
static SQL_STATEMENT: ElementDef = part("sql-statement", &[], Content::Text);
static PARAMETERS: ElementDef = part("parameters", &[], sequence(&[any_number_of(&PARAMETER)]));
static PARAMETER: ElementDef = part("parameter", &[text("name").required(), text("type")], Content::Text);
static PAGING: ElementDef =
    part("paging", &[], sequence(&[exactly_one(&MAX_ITEM_COUNT), exactly_one(&CONTINUATION_TOKEN)]));
static MAX_ITEM_COUNT: ElementDef = part("max-item-count", &[TEMPLATE], Content::Text);
static CONTINUATION_TOKEN: ElementDef = part("continuation-token", &[TEMPLATE], Content::Text);

/// On the page, not in the schema.
const TEMPLATE: AttributeDef = typed("template", Kind::OneOf(&["liquid"])).newer();

static READ_REQUEST: ElementDef =
    part("read-request", &[], sequence(&[exactly_one(&ID), at_most_one(&PARTITION_KEY)]));
static ID: ElementDef = part("id", &[TEMPLATE], Content::Text);
static PARTITION_KEY: ElementDef = part("partition-key", &[text("data-type"), TEMPLATE], Content::Text);

// The page shows other orders than the schema.
static DELETE_REQUEST: ElementDef = part(
    "delete-request",
    &[text("consistency-level"), text("pre-trigger"), text("post-trigger")],
    any_order(&[exactly_one(&ID), at_most_one(&PARTITION_KEY), at_most_one(&ETAG)]),
);
static ETAG: ElementDef = part("etag", &[text("type"), TEMPLATE], Content::Text);

static WRITE_REQUEST: ElementDef = part(
    "write-request",
    &[
        text("type").default("upsert"),
        text("consistency-level"),
        text("enable-content-response-on-write"),
        text("indexing-directive"),
        text("pre-trigger"),
        text("post-trigger"),
    ],
    any_order(&[
        at_most_one(&ID),
        at_most_one(&PARTITION_KEY),
        at_most_one(&ETAG),
        at_most_one(&SET_BODY),
        any_number_of(&INCLUDE_FRAGMENT),
    ]),
);
static RESPONSE: ElementDef = part(
    "response",
    &[],
    sequence(&[at_most_one(&SET_BODY), at_most_one(&PUBLISH_EVENT), any_number_of(&INCLUDE_FRAGMENT)]),
);
