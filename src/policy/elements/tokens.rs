//! Validation of tokens and client certificates.

use super::terms::{
    COUNT, STATUS_CODE, VALUE, any_number_of, any_order, at_least_one, at_most_one, boolean, part, policy,
    sequence, should, text, typed,
};
use super::{ChildDef, Content, ElementDef, Kind, Rule};
use crate::policy::typed::Section::Inbound;

const ONE_TOKEN: Rule = Rule::AtMostOne(&["header-name", "query-parameter-name", "token-value"]);

pub(super) static VALIDATE_JWT: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("header-name").or_expression(),
        text("query-parameter-name").or_expression(),
        text("token-value").or_expression(),
        typed("failed-validation-httpcode", STATUS_CODE).or_expression().default("401"),
        text("failed-validation-error-message").or_expression(),
        boolean("require-expiration-time").or_expression().default("true"),
        text("require-scheme").or_expression(),
        boolean("require-signed-tokens").or_expression().default("true"),
        typed("clock-skew", COUNT).or_expression().default("0"),
        text("output-token-variable-name").literal(),
    ],
    demands: &[
        should(Rule::AnyOf(&["header-name", "query-parameter-name", "token-value"])),
        should(ONE_TOKEN),
    ],
    content: sequence(&[
        any_number_of(&OPENID_CONFIG),
        at_most_one(&ISSUER_SIGNING_TOKENS),
        at_most_one(&ISSUER_SIGNING_KEYS),
        at_most_one(&DECRYPTION_KEYS),
        at_most_one(&AUDIENCES),
        at_most_one(&ISSUERS),
        at_most_one(&REQUIRED_CLAIMS),
    ]),
    notes: &["The order of the children is checked by the service. `clock-skew` is seconds."],
    ..policy("validate-jwt", "validate-jwt-policy", "2024-03-18")
};

static OPENID_CONFIG: ElementDef =
    part("openid-config", &[text("url").required(), text("host")], Content::Empty);
static ISSUER_SIGNING_TOKENS: ElementDef =
    part("issuer-signing-tokens", &[], sequence(&[any_number_of(&TOKEN)]));
static TOKEN: ElementDef = part("token", &[], Content::Text);
static ISSUER_SIGNING_KEYS: ElementDef = part(
    "issuer-signing-keys",
    &[],
    any_order(&[any_number_of(&SIGNING_KEY), any_number_of(&ZUMO_MASTER_KEY)]),
);
static SIGNING_KEY: ElementDef =
    part("key", &[text("id"), text("certificate-id"), text("n"), text("e")], Content::Text);
static ZUMO_MASTER_KEY: ElementDef = part("zumo-master-key", &[text("id")], Content::Text);
static DECRYPTION_KEYS: ElementDef = part("decryption-keys", &[], sequence(&[at_least_one(&DECRYPTION_KEY)]));
static DECRYPTION_KEY: ElementDef = part("key", &[text("id"), text("certificate-id")], Content::Text);
static AUDIENCES: ElementDef = part("audiences", &[], sequence(&[any_number_of(&AUDIENCE)]));
static AUDIENCE: ElementDef = part("audience", &[], Content::Text);
static ISSUERS: ElementDef = part("issuers", &[], sequence(&[any_number_of(&ISSUER)]));
static ISSUER: ElementDef = part("issuer", &[], Content::Text);
static REQUIRED_CLAIMS: ElementDef = part("required-claims", &[], sequence(&[any_number_of(&CLAIM)]));
static CLAIM: ElementDef = part(
    "claim",
    &[
        text("name").asked_for(),
        typed("match", Kind::OneOf(&["all", "any"])).or_expression().default("all"),
        text("separator"),
    ],
    sequence(&[any_number_of(&VALUE)]),
);

pub(super) static VALIDATE_AZURE_AD_TOKEN: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("tenant-id").required().or_expression(),
        text("header-name").or_expression().default("Authorization"),
        text("query-parameter-name").or_expression(),
        text("token-value").or_expression(),
        typed("failed-validation-httpcode", STATUS_CODE).or_expression().default("401"),
        text("failed-validation-error-message").or_expression(),
        text("authentication-endpoint"),
        text("require-scheme"),
        boolean("allow-protected-forwarded-tokens").or_expression(),
        boolean("allow-proof-of-possession-tokens").or_expression(),
        text("output-token-variable-name").literal(),
    ],
    demands: &[should(ONE_TOKEN)],
    content: any_order(&[
        at_most_one(&BACKEND_APPLICATION_IDS),
        at_most_one(&CLIENT_APPLICATION_IDS),
        at_most_one(&AD_AUDIENCES),
        at_most_one(&AD_REQUIRED_CLAIMS),
        at_most_one(&AD_DECRYPTION_KEYS),
    ]),
    ..policy("validate-azure-ad-token", "validate-azure-ad-token-policy", "2022-12-08")
};

const APPLICATION_IDS: &[ChildDef] = &[at_least_one(&APPLICATION_ID)];
static BACKEND_APPLICATION_IDS: ElementDef = part("backend-application-ids", &[], sequence(APPLICATION_IDS));
static CLIENT_APPLICATION_IDS: ElementDef = part("client-application-ids", &[], sequence(APPLICATION_IDS));
static APPLICATION_ID: ElementDef = part("application-id", &[], Content::Text);
static AD_AUDIENCES: ElementDef = part("audiences", &[], sequence(&[at_least_one(&AUDIENCE)]));
static AD_REQUIRED_CLAIMS: ElementDef = part("required-claims", &[], sequence(&[at_least_one(&CLAIM)]));
static AD_DECRYPTION_KEYS: ElementDef =
    part("decryption-keys", &[], sequence(&[at_least_one(&AD_DECRYPTION_KEY)]));
static AD_DECRYPTION_KEY: ElementDef =
    part("key", &[text("id"), text("certificate-id").required()], Content::Empty);

pub(super) static VALIDATE_CLIENT_CERTIFICATE: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        boolean("validate-revocation").literal().default("true"),
        boolean("validate-trust").literal().default("true"),
        boolean("validate-not-before").literal().default("true"),
        boolean("validate-not-after").literal().default("true"),
        boolean("ignore-error").literal().default("false"),
    ],
    content: sequence(&[at_most_one(&IDENTITIES)]),
    ..policy("validate-client-certificate", "validate-client-certificate-policy", "2025-01-30")
};

static IDENTITIES: ElementDef =
    part("identities", &[], sequence(&[ChildDef { element: &IDENTITY, min: 1, max: 10 }]));
static IDENTITY: ElementDef = part(
    "identity",
    &[
        text("thumbprint"),
        text("serial-number"),
        text("common-name"),
        text("subject"),
        text("dns-name"),
        text("issuer-subject"),
        text("issuer-thumbprint"),
        text("issuer-certificate-id"),
    ],
    Content::Text,
);
