//! Who the gateway is to a backend, and who may call it; the token validators are in `tokens`.

use super::terms::{
    MANAGED, NOT_IN_WORKSPACES, SERVICE, STATUS_CODE, VALUE, any_number_of, any_order, boolean, must, part,
    policy, sequence, should, text, typed, undocumented,
};
use super::{Content, ElementDef, Kind, Rule, SourceOf};
use crate::policy::typed::Section::{Backend, Inbound, Outbound};

pub(super) static AUTHENTICATION_BASIC: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[text("username").required().or_expression(), text("password").required().or_expression()],
    ..policy("authentication-basic", "authentication-basic-policy", "2022-12-01")
};

pub(super) static AUTHENTICATION_CERTIFICATE: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("thumbprint").or_expression(),
        text("certificate-id").or_expression(),
        text("body").or_expression(),
        text("password").or_expression(),
    ],
    demands: &[should(Rule::AtMostOne(&["thumbprint", "certificate-id"]))],
    notes: &["`body` is a byte array."],
    ..policy("authentication-certificate", "authentication-certificate-policy", "2022-12-01")
};

pub(super) static AUTHENTICATION_MANAGED_IDENTITY: ElementDef = ElementDef {
    sections: &[Inbound],
    // AI-Gateway deploys it in outbound, and the toolkit offers it there.
    tolerated: &[Outbound],
    scopes: NOT_IN_WORKSPACES,
    tiers: SERVICE,
    attributes: &[
        text("resource").asked_for().or_expression(),
        // The page does not allow expressions, the toolkit does.
        text("client-id").perhaps_expression(),
        text("output-token-variable-name").literal(),
        boolean("ignore-error").default("false"),
    ],
    notes: &["Sets `Authorization`, unless `output-token-variable-name` is given."],
    ..policy("authentication-managed-identity", "authentication-managed-identity-policy", "2024-07-23")
};

pub(super) static AUTHENTICATION_TOKEN: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        typed("token-type", Kind::OneOf(&["managed-service-identity", "token-service"]))
            .default("managed-service-identity"),
        text("token-service-url"),
        text("resource-url"),
        boolean("ignore-error"),
    ],
    ..undocumented("authentication-token", SourceOf::Schema)
};

pub(super) static AUTHENTICATION_TOKEN_STORE: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("token-id"),
        text("client-id"),
        text("output-token-variable-name"),
        boolean("ignore-error"),
    ],
    ..undocumented("authentication-token-store", SourceOf::Schema)
};

pub(super) static CHECK_HEADER: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("name").required().or_expression(),
        typed("failed-check-httpcode", STATUS_CODE).required().or_expression(),
        text("failed-check-error-message").asked_for().or_expression(),
        boolean("ignore-case").asked_for().or_expression(),
    ],
    content: sequence(&[any_number_of(&VALUE)]),
    ..policy("check-header", "check-header-policy", "2022-12-08")
};

pub(super) static GET_AUTHORIZATION_CONTEXT: ElementDef = ElementDef {
    sections: &[Inbound],
    // The toolkit offers it there.
    tolerated: &[Backend, Outbound],
    scopes: NOT_IN_WORKSPACES,
    tiers: MANAGED,
    attributes: &[
        text("provider-id").required().or_expression(),
        text("authorization-id").required().or_expression(),
        text("identity-type").or_expression().default("managed"),
        text("identity").or_expression(),
        text("context-variable-name").required().or_expression(),
        boolean("ignore-error").or_expression().default("false"),
    ],
    notes: &["`identity-type` is `managed` or `jwt`."],
    ..policy("get-authorization-context", "get-authorization-context-policy", "2024-07-23")
};

pub(super) static IP_FILTER: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[typed("action", Kind::OneOf(&["allow", "forbid"]))
        .asked_for()
        .or_expression()
        .default("allow")],
    demands: &[must(Rule::AnyChild)],
    content: any_order(&[any_number_of(&ADDRESS), any_number_of(&ADDRESS_RANGE)]),
    ..policy("ip-filter", "ip-filter-policy", "2022-12-08")
};

static ADDRESS: ElementDef = part("address", &[], Content::Text);

static ADDRESS_RANGE: ElementDef = part(
    "address-range",
    &[text("from").required().or_expression(), text("to").required().or_expression()],
    Content::Empty,
);
