//! Requests beside the one that is forwarded, and messages.

use super::authentication::{
    AUTHENTICATION_CERTIFICATE, AUTHENTICATION_MANAGED_IDENTITY, AUTHENTICATION_TOKEN,
    AUTHENTICATION_TOKEN_STORE,
};
use super::routing::PROXY;
use super::terms::{
    COUNT, NOT_IN_WORKSPACES, SERVICE, any_number_of, any_order, at_least_one, at_most_one, boolean,
    exactly_one, must, part, policy, sequence, should, text, typed, undocumented,
};
use super::transformation::{SET_BODY, SET_HEADER, SET_METHOD};
use super::{AttributeDef, ChildDef, Content, Demand, ElementDef, Kind, Rule, SourceOf};
use crate::policy::typed::Section::{Inbound, OnError, Outbound};

const MODE: AttributeDef = typed("mode", Kind::OneOf(&["new", "copy"])).or_expression().default("new");
/// The page asks for a URL and a method unless the request is copied; the schema does not.
const WHOLE_REQUEST: Demand =
    should(Rule::ChildrenUnless { attribute: "mode", is: "copy", children: &["set-url", "set-method"] });

const REQUEST: &[ChildDef] = &[
    at_most_one(&SET_URL),
    at_most_one(&SET_METHOD),
    any_number_of(&SET_HEADER),
    at_most_one(&SET_BODY),
    at_most_one(&AUTHENTICATION_CERTIFICATE),
    at_most_one(&AUTHENTICATION_TOKEN),
    at_most_one(&AUTHENTICATION_TOKEN_STORE),
    at_most_one(&AUTHENTICATION_MANAGED_IDENTITY),
    at_most_one(&PROXY),
];

pub(super) static SET_URL: ElementDef = part("set-url", &[], Content::Text);

pub(super) static SEND_REQUEST: ElementDef = ElementDef {
    attributes: &[
        MODE,
        text("response-variable-name").asked_for().literal(),
        typed("timeout", COUNT).or_expression().default("60"),
        typed("timeout-ms", COUNT).or_expression(),
        boolean("ignore-error").literal().default("false"),
        boolean("buffer-response").literal().default("true"),
        boolean("fail-on-error-status-code").literal().default("false"),
    ],
    demands: &[must(Rule::AtMostOne(&["timeout", "timeout-ms"])), WHOLE_REQUEST],
    content: sequence(REQUEST),
    notes: &["`timeout` is seconds."],
    ..policy("send-request", "send-request-policy", "2022-11-18")
};

pub(super) static SEND_ONE_WAY_REQUEST: ElementDef = ElementDef {
    attributes: &[MODE, typed("timeout", COUNT).perhaps_expression().default("60")],
    demands: &[WHOLE_REQUEST],
    content: sequence(REQUEST),
    notes: &["`timeout` is seconds. The schema takes no expression in `timeout`, the page does."],
    ..policy("send-one-way-request", "send-one-way-request-policy", "2023-08-02")
};

pub(super) static SEND_SERVICE_BUS_MESSAGE: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    scopes: NOT_IN_WORKSPACES,
    tiers: SERVICE,
    attributes: &[
        text("queue-name").or_expression(),
        text("topic-name").or_expression(),
        text("namespace").or_expression(),
        text("client-id").or_expression(),
    ],
    demands: &[
        must(Rule::AnyOf(&["queue-name", "topic-name"])),
        should(Rule::AtMostOne(&["queue-name", "topic-name"])),
    ],
    // The page shows both orders.
    content: any_order(&[exactly_one(&PAYLOAD), at_most_one(&MESSAGE_PROPERTIES)]),
    source: SourceOf::Page { page: "send-service-bus-message-policy", dated: "2025-08-26" },
    ..policy("send-service-bus-message", "", "")
};

static PAYLOAD: ElementDef = part("payload", &[], Content::Text);
static MESSAGE_PROPERTIES: ElementDef =
    part("message-properties", &[], sequence(&[at_least_one(&MESSAGE_PROPERTY)]));
static MESSAGE_PROPERTY: ElementDef = part("message-property", &[text("name").required()], Content::Text);

/// Undocumented; the schema gives it a URL and values, the toolkit a request.
pub(super) static INVOKE_REQUEST: ElementDef = ElementDef {
    attributes: &[
        text("url").or_expression(),
        text("method").or_expression().newer(),
        text("backend-id").or_expression().newer(),
        text("response-variable-name").newer(),
    ],
    content: any_order(&[any_number_of(&super::terms::VALUE), any_number_of(&HEADER), at_most_one(&BODY)]),
    ..undocumented("invoke-request", SourceOf::Schema)
};

static HEADER: ElementDef =
    part("header", &[text("name").or_expression(), text("value").or_expression()], Content::Empty);
static BODY: ElementDef = part("body", &[], Content::Markup);
