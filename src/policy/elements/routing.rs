//! Where a request goes.

use super::terms::{COUNT, boolean, must, policy, should, text, typed};
use super::{ElementDef, Kind, Rule};
use crate::policy::typed::Section::{Backend, Inbound, OnError, Outbound};

pub(super) static FORWARD_REQUEST: ElementDef = ElementDef {
    sections: &[Backend],
    attributes: &[
        typed("timeout", COUNT).or_expression().default("300"),
        typed("timeout-ms", COUNT).or_expression(),
        typed("continue-timeout", COUNT).or_expression(),
        boolean("follow-redirects").or_expression().default("false"),
        boolean("buffer-request-body").literal().default("false"),
        boolean("buffer-response").literal().default("true"),
        boolean("fail-on-error-status-code").literal().default("false"),
        typed("http-version", Kind::OneOf(&["1", "2or1", "2"])).literal().default("1"),
    ],
    demands: &[must(Rule::AtMostOne(&["timeout", "timeout-ms"]))],
    notes: &["`timeout` is seconds; more than 240 may not be honoured."],
    ..policy("forward-request", "forward-request-policy", "2022-11-15")
};

pub(super) static PROXY: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("url").required().or_expression(),
        text("username").or_expression(),
        text("password").or_expression(),
    ],
    ..policy("proxy", "proxy-policy", "2022-11-18")
};

pub(super) static REWRITE_URI: ElementDef = ElementDef {
    sections: &[Inbound],
    attributes: &[
        text("template").required().or_expression(),
        boolean("copy-unmatched-params").perhaps_expression().default("true"),
    ],
    notes: &["The schema says that `copy-unmatched-params` is false by default, the page that it is true."],
    ..policy("rewrite-uri", "rewrite-uri-policy", "2022-12-08")
};

pub(super) static SET_BACKEND_SERVICE: ElementDef = ElementDef {
    sections: &[Inbound, Backend],
    // The toolkit offers it there.
    tolerated: &[Outbound, OnError],
    attributes: &[
        text("base-url").or_expression(),
        text("backend-id").or_expression(),
        boolean("sf-resolve-condition").or_expression(),
        text("sf-service-instance-name").or_expression(),
        text("sf-partition-key").or_expression(),
        text("sf-listener-name").or_expression(),
        typed("sf-replica-type", Kind::OneOf(&["primary", "secondary"])).or_expression(),
        text("dapr-app-id").or_expression(),
        text("dapr-method").or_expression(),
        text("dapr-namespace").or_expression(),
    ],
    demands: &[
        must(Rule::AnyOf(&["base-url", "backend-id"])),
        should(Rule::AtMostOne(&["base-url", "backend-id"])),
        should(Rule::Needs("dapr-app-id", "dapr-method")),
        should(Rule::Needs("dapr-method", "dapr-app-id")),
    ],
    notes: &[
        "`base-url` does not override an inherited `backend-id`. The attributes `dapr-*` need `backend-id=\"dapr\"` and a self-hosted gateway.",
    ],
    ..policy("set-backend-service", "set-backend-service-policy", "2022-12-02")
};
