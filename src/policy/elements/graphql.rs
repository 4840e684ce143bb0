//! Resolvers of GraphQL fields: HTTP, SQL and GraphQL sources; Cosmos DB is in `cosmos`.

use super::authentication::{
    AUTHENTICATION_BASIC, AUTHENTICATION_CERTIFICATE, AUTHENTICATION_MANAGED_IDENTITY,
    GET_AUTHORIZATION_CONTEXT,
};
use super::control::INCLUDE_FRAGMENT;
use super::integration::SET_URL;
use super::routing::{FORWARD_REQUEST, SET_BACKEND_SERVICE};
use super::terms::{
    MANAGED, RESOLVER, any_number_of, at_least_one, at_most_one, boolean, exactly_one, part, policy,
    sequence, text, undocumented,
};
use super::transformation::{FIND_AND_REPLACE, JSON_TO_XML, SET_BODY, SET_HEADER, SET_METHOD, XML_TO_JSON};
use super::{Content, ElementDef, SourceOf};
use crate::policy::surroundings::Tier;

pub(super) static HTTP_DATA_SOURCE: ElementDef = ElementDef {
    sections: &[],
    scopes: RESOLVER,
    tiers: MANAGED,
    content: sequence(&[exactly_one(&HTTP_REQUEST), at_most_one(&BACKEND), at_most_one(&HTTP_RESPONSE)]),
    notes: &["The root of a resolver, not of a policy document."],
    ..policy("http-data-source", "http-data-source-policy", "2024-05-02")
};

static HTTP_REQUEST: ElementDef = part(
    "http-request",
    &[],
    sequence(&[
        at_most_one(&GET_AUTHORIZATION_CONTEXT),
        at_most_one(&SET_BACKEND_SERVICE),
        exactly_one(&SET_METHOD),
        exactly_one(&SET_URL),
        any_number_of(&INCLUDE_FRAGMENT),
        any_number_of(&SET_HEADER),
        at_most_one(&SET_BODY),
        at_most_one(&AUTHENTICATION_CERTIFICATE),
    ]),
);

static BACKEND: ElementDef = part("backend", &[], sequence(&[at_most_one(&FORWARD_REQUEST)]));

static HTTP_RESPONSE: ElementDef = part(
    "http-response",
    &[],
    sequence(&[
        at_most_one(&SET_BODY),
        at_most_one(&JSON_TO_XML),
        at_most_one(&XML_TO_JSON),
        at_most_one(&FIND_AND_REPLACE),
        at_most_one(&PUBLISH_EVENT),
        any_number_of(&INCLUDE_FRAGMENT),
    ]),
);

pub(super) static PUBLISH_EVENT: ElementDef = ElementDef {
    sections: &[],
    scopes: RESOLVER,
    tiers: MANAGED,
    content: sequence(&[exactly_one(&TARGETS)]),
    notes: &["Inside the response of a resolver."],
    ..policy("publish-event", "publish-event-policy", "2024-07-23")
};

static TARGETS: ElementDef = part("targets", &[], sequence(&[at_least_one(&GRAPHQL_SUBSCRIPTION)]));
static GRAPHQL_SUBSCRIPTION: ElementDef =
    part("graphql-subscription", &[text("id").required()], Content::Empty);

pub(super) static SQL_DATA_SOURCE: ElementDef = ElementDef {
    sections: &[],
    scopes: RESOLVER,
    tiers: &[Tier::Classic, Tier::V2],
    content: sequence(&[
        exactly_one(&SQL_CONNECTION_INFO),
        any_number_of(&INCLUDE_FRAGMENT),
        exactly_one(&SQL_REQUEST),
        at_most_one(&SQL_RESPONSE),
    ]),
    notes: &["The root of a resolver, not of a policy document."],
    ..policy("sql-data-source", "sql-data-source-policy", "2023-06-07")
};

static SQL_CONNECTION_INFO: ElementDef = part(
    "connection-info",
    &[],
    sequence(&[
        at_most_one(&GET_AUTHORIZATION_CONTEXT),
        exactly_one(&SQL_CONNECTION_STRING),
        any_number_of(&INCLUDE_FRAGMENT),
        at_most_one(&AUTHENTICATION_CERTIFICATE),
    ]),
);
static SQL_CONNECTION_STRING: ElementDef = part(
    "connection-string",
    &[boolean("use-managed-identity").or_expression().default("false"), text("scope"), text("client-id")],
    Content::Text,
);
static SQL_REQUEST: ElementDef = part(
    "request",
    &[boolean("single-result").or_expression().default("false")],
    sequence(&[
        at_most_one(&INCLUDE_FRAGMENT),
        at_most_one(&SET_BODY),
        exactly_one(&SQL_STATEMENT),
        at_most_one(&SQL_PARAMETERS),
    ]),
);
static SQL_STATEMENT: ElementDef = part("sql-statement", &[], Content::Text);
static SQL_PARAMETERS: ElementDef = part("parameters", &[], sequence(&[at_least_one(&SQL_PARAMETER)]));
static SQL_PARAMETER: ElementDef =
    part("parameter", &[text("name").required(), text("sql-type")], Content::Text);
static SQL_RESPONSE: ElementDef = part(
    "response",
    &[],
    sequence(&[at_most_one(&INCLUDE_FRAGMENT), at_most_one(&SET_BODY), at_most_one(&PUBLISH_EVENT)]),
);

/// Undocumented.
pub(super) static GRAPHQL_DATA_SOURCE: ElementDef = ElementDef {
    sections: &[],
    scopes: RESOLVER,
    content: sequence(&[exactly_one(&GRAPHQL_REQUEST), at_most_one(&GRAPHQL_RESPONSE)]),
    ..undocumented("graphql-data-source", SourceOf::Schema)
};

static GRAPHQL_REQUEST: ElementDef = part(
    "request",
    &[],
    sequence(&[
        at_most_one(&AUTHENTICATION_BASIC),
        at_most_one(&AUTHENTICATION_CERTIFICATE),
        at_most_one(&AUTHENTICATION_MANAGED_IDENTITY),
        at_most_one(&GET_AUTHORIZATION_CONTEXT),
        at_most_one(&SET_BACKEND_SERVICE),
        at_most_one(&SET_URL),
        at_most_one(&SET_HEADER),
        any_number_of(&INCLUDE_FRAGMENT),
        exactly_one(&DOCUMENT),
        at_most_one(&OPERATION_NAME),
        at_most_one(&VARIABLES),
    ]),
);
static DOCUMENT: ElementDef = part("document", &[], Content::Text);
static OPERATION_NAME: ElementDef = part("operationName", &[], Content::Text);
static VARIABLES: ElementDef = part("variables", &[], sequence(&[at_least_one(&VARIABLE)]));
static VARIABLE: ElementDef = part("variable", &[text("name").required()], Content::Text);
static GRAPHQL_RESPONSE: ElementDef = part(
    "response",
    &[],
    sequence(&[at_most_one(&SET_BODY), any_number_of(&INCLUDE_FRAGMENT), at_most_one(&PUBLISH_EVENT)]),
);
