//! Dapr, which runs beside a self-hosted gateway.

use super::terms::{
    NOT_IN_WORKSPACES, any_number_of, at_most_one, boolean, part, policy, sequence, text, typed,
};
use super::{AttributeDef, Content, ElementDef, Kind};
use crate::policy::surroundings::Tier;
use crate::policy::typed::Section::{Inbound, OnError, Outbound};

/// Seconds.
const TIMEOUT: AttributeDef =
    typed("timeout", Kind::Integer { min: 1, max: 240 }).or_expression().default("5");
/// The schema writes it in lower case, the page as a name.
const TEMPLATE: AttributeDef = typed("template", Kind::OneOf(&["liquid", "Liquid"]));
const CONTENT_TYPE: AttributeDef = typed("content-type", Kind::OneOf(&["application/json"]));

pub(super) static PUBLISH_TO_DAPR: ElementDef = ElementDef {
    sections: &[Inbound],
    // The toolkit offers it there.
    tolerated: &[Outbound, OnError],
    tiers: &[Tier::SelfHosted],
    attributes: &[
        text("pubsub-name").or_expression(),
        text("topic").required().or_expression(),
        TEMPLATE,
        text("response-variable-name").literal(),
        TIMEOUT,
        boolean("ignore-error").literal().default("false"),
        CONTENT_TYPE,
    ],
    content: Content::Markup,
    notes: &["Without `pubsub-name`, `topic` is `pubsub-name/topic-name`."],
    ..policy("publish-to-dapr", "publish-to-dapr-policy", "2022-12-07")
};

pub(super) static INVOKE_DAPR_BINDING: ElementDef = ElementDef {
    sections: &[Inbound, Outbound, OnError],
    scopes: NOT_IN_WORKSPACES,
    tiers: &[Tier::SelfHosted],
    attributes: &[
        text("name").required().or_expression(),
        TEMPLATE,
        text("response-variable-name").literal(),
        text("operation").literal().default("create"),
        TIMEOUT,
        boolean("ignore-error").literal().default("false"),
        CONTENT_TYPE.newer(),
    ],
    content: sequence(&[at_most_one(&METADATA), at_most_one(&DATA)]),
    ..policy("invoke-dapr-binding", "invoke-dapr-binding-policy", "2024-07-23")
};

static METADATA: ElementDef = part("metadata", &[], sequence(&[any_number_of(&ITEM)]));
static ITEM: ElementDef = part("item", &[text("key").required()], Content::Text);
static DATA: ElementDef = part("data", &[], Content::Markup);
