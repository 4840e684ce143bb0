//! What the reader knows about the elements of the policy language: where each may stand, its attributes and its
//! content. In full for those the gateway runs; for the others the name, so that a policy that exists but is not
//! run is told from a slip of the pen.
//!
//! Source: the schemas of the API Management extension for VS Code (microsoft/vscode-apimanagement 2450924) for
//! names, types and required flags; the policy pages on Learn (azure-docs f31ac8723a62) for sections and for where
//! expressions are allowed. Where a deployed sample contradicts a page, the sample wins and a comment says so.

use super::typed::Section::{self, Backend, Inbound, OnError, Outbound};

/// An element of the policy language.
#[derive(Debug)]
pub struct ElementDef {
    pub name: &'static str,
    /// Where it may stand; empty for elements that only occur inside another.
    pub sections: &'static [Section],
    pub attributes: &'static [AttributeDef],
    pub content: Content,
}

/// What may stand between the tags.
#[derive(Debug)]
pub enum Content {
    Empty,
    /// Text or one expression.
    Text,
    /// Text, one expression, or markup that is passed on as it is.
    Markup,
    /// Any policy of the section around it.
    Policies,
    Children(&'static [ChildDef]),
    TextOrChildren(&'static [ChildDef]),
}

/// An element that may stand inside another.
#[derive(Debug)]
pub struct ChildDef {
    pub element: &'static ElementDef,
    pub min: usize,
    pub max: usize,
}

/// An attribute that an element may have.
#[derive(Debug)]
pub struct AttributeDef {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Whether the value may be an expression.
    pub expression: bool,
}

/// What a literal value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bool,
    Integer {
        min: i64,
        max: i64,
    },
    Number,
    OneOf(&'static [&'static str]),
    /// An expression or nothing else, such as `condition`; a Boolean literal passes.
    Condition,
}

/// Returns the element of that name which may stand in a section.
pub fn find(name: &str) -> Option<&'static ElementDef> {
    ALL.iter().copied().find(|element| element.name == name)
}

/// Every name that may stand in a section.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|element| element.name).chain(OTHER_NAMES.iter().copied())
}

const EVERYWHERE: &[Section] = &[Inbound, Backend, Outbound, OnError];
const COUNT: Kind = Kind::Integer { min: 0, max: i32::MAX as i64 };
const LONG: Kind = Kind::Integer { min: 0, max: i64::MAX };
const EXISTS_ACTION: Kind = Kind::OneOf(&["override", "append", "skip", "delete"]);

const fn text(name: &'static str) -> AttributeDef {
    AttributeDef { name, kind: Kind::Text, required: false, expression: false }
}

const fn typed(name: &'static str, kind: Kind) -> AttributeDef {
    AttributeDef { name, kind, required: false, expression: false }
}

impl AttributeDef {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn or_expression(self) -> Self {
        Self { expression: true, ..self }
    }
}

const fn any_number_of(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 0, max: usize::MAX }
}

const fn at_most_one(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 0, max: 1 }
}

/// Elements known in full.
pub const ALL: &[&ElementDef] = &[
    &AUTHENTICATION_MANAGED_IDENTITY,
    &AZURE_OPENAI_EMIT_TOKEN_METRIC,
    &AZURE_OPENAI_TOKEN_LIMIT,
    &BASE,
    &CHOOSE,
    &EMIT_METRIC,
    &FORWARD_REQUEST,
    &INCLUDE_FRAGMENT,
    &LLM_EMIT_TOKEN_METRIC,
    &LLM_TOKEN_LIMIT,
    &LOG_TO_EVENTHUB,
    &QUOTA_BY_KEY,
    &RATE_LIMIT,
    &RATE_LIMIT_BY_KEY,
    &RETRY,
    &RETURN_RESPONSE,
    &REWRITE_URI,
    &SET_BACKEND_SERVICE,
    &SET_BODY,
    &SET_HEADER,
    &SET_METHOD,
    &SET_QUERY_PARAMETER,
    &SET_STATUS,
    &SET_VARIABLE,
    &TRACE,
];

/// Elements of the language of which only the name is known here.
pub const OTHER_NAMES: &[&str] = &[
    "authentication-basic",
    "authentication-certificate",
    "authentication-token",
    "authentication-token-store",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "block",
    "cache-lookup",
    "cache-lookup-value",
    "cache-remove-value",
    "cache-store",
    "cache-store-value",
    "cache-value",
    "check-header",
    "cors",
    "cosmosdb-data-source",
    "cross-domain",
    "find-and-replace",
    "get-authorization-context",
    "graphql-data-source",
    "http-data-source",
    "invoke-dapr-binding",
    "invoke-request",
    "ip-filter",
    "json-to-xml",
    "jsonp",
    "limit-concurrency",
    "llm-content-safety",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "mock-response",
    "proxy",
    "publish-event",
    "publish-to-dapr",
    "quota",
    "redirect-content-urls",
    "send-one-way-request",
    "send-request",
    "send-service-bus-message",
    "set-request-metric-dimension-value",
    "sql-data-source",
    "validate-azure-ad-token",
    "validate-client-certificate",
    "validate-content",
    "validate-graphql-request",
    "validate-headers",
    "validate-jwt",
    "validate-odata-request",
    "validate-parameters",
    "validate-status-code",
    "wait",
    "xml-to-json",
    "xsl-transform",
];

static BASE: ElementDef =
    ElementDef { name: "base", sections: EVERYWHERE, attributes: &[], content: Content::Empty };

static INCLUDE_FRAGMENT: ElementDef = ElementDef {
    name: "include-fragment",
    sections: EVERYWHERE,
    attributes: &[text("fragment-id").required()],
    content: Content::Empty,
};

static AUTHENTICATION_MANAGED_IDENTITY: ElementDef = ElementDef {
    name: "authentication-managed-identity",
    // The page lists inbound only; AI-Gateway deploys it in other sections, so none is refused.
    sections: EVERYWHERE,
    attributes: &[
        text("resource").required().or_expression(),
        text("client-id").or_expression(),
        text("output-token-variable-name").or_expression(),
        typed("ignore-error", Kind::Bool).or_expression(),
    ],
    content: Content::Empty,
};

static LLM_TOKEN_LIMIT: ElementDef = ElementDef {
    name: "llm-token-limit",
    sections: &[Inbound],
    attributes: TOKEN_LIMIT_ATTRIBUTES,
    content: Content::Empty,
};

static AZURE_OPENAI_TOKEN_LIMIT: ElementDef = ElementDef {
    name: "azure-openai-token-limit",
    sections: &[Inbound],
    attributes: TOKEN_LIMIT_ATTRIBUTES,
    content: Content::Empty,
};

const TOKEN_LIMIT_ATTRIBUTES: &[AttributeDef] = &[
    // The schema allows an expression here and the adaptive limit of the landing zone accelerator uses one.
    typed("tokens-per-minute", COUNT).or_expression(),
    typed("token-quota", LONG).or_expression(),
    typed(
        "token-quota-period",
        Kind::OneOf(&["Indefinite", "Hourly", "Daily", "Weekly", "Monthly", "Yearly"]),
    )
    .or_expression(),
    text("counter-key").required().or_expression(),
    typed("estimate-prompt-tokens", Kind::Bool).required(),
    typed("prompt-type", Kind::OneOf(&["auto", "chat-completion", "completion", "embeddings"])),
    text("retry-after-header-name"),
    text("retry-after-variable-name"),
    text("remaining-tokens-header-name"),
    text("remaining-tokens-variable-name"),
    text("remaining-quota-tokens-header-name"),
    text("remaining-quota-tokens-variable-name"),
    text("tokens-consumed-header-name"),
    text("tokens-consumed-variable-name"),
    typed("ignore-prompt", Kind::Bool),
];

static LLM_EMIT_TOKEN_METRIC: ElementDef = ElementDef {
    name: "llm-emit-token-metric",
    sections: &[Inbound],
    attributes: TOKEN_METRIC_ATTRIBUTES,
    content: Content::Children(&[any_number_of(&DIMENSION)]),
};

static AZURE_OPENAI_EMIT_TOKEN_METRIC: ElementDef = ElementDef {
    name: "azure-openai-emit-token-metric",
    sections: &[Inbound],
    attributes: TOKEN_METRIC_ATTRIBUTES,
    content: Content::Children(&[any_number_of(&DIMENSION)]),
};

const TOKEN_METRIC_ATTRIBUTES: &[AttributeDef] = &[
    text("namespace"),
    text("name"),
    typed("value-type", Kind::OneOf(&["all", "total-tokens", "prompt-tokens", "completion-tokens"])),
    typed("ignore-prompt", Kind::Bool),
];

static EMIT_METRIC: ElementDef = ElementDef {
    name: "emit-metric",
    sections: EVERYWHERE,
    attributes: &[
        text("name").required().or_expression(),
        text("namespace").or_expression(),
        typed("value", Kind::Number).or_expression(),
        typed("default-dimensions", Kind::Bool),
    ],
    content: Content::Children(&[any_number_of(&DIMENSION)]),
};

static DIMENSION: ElementDef = ElementDef {
    name: "dimension",
    sections: &[],
    attributes: &[text("name").required().or_expression(), text("value").or_expression()],
    content: Content::Empty,
};

static RATE_LIMIT: ElementDef = ElementDef {
    name: "rate-limit",
    sections: &[Inbound],
    attributes: &[
        typed("calls", COUNT).required(),
        // At most 300 s (Learn, rate-limit).
        typed("renewal-period", Kind::Integer { min: 1, max: 300 }).required(),
        text("retry-after-header-name"),
        text("retry-after-variable-name"),
        text("remaining-calls-header-name"),
        text("remaining-calls-variable-name"),
        text("total-calls-header-name"),
    ],
    content: Content::Empty,
};

static RATE_LIMIT_BY_KEY: ElementDef = ElementDef {
    name: "rate-limit-by-key",
    sections: &[Inbound],
    attributes: &[
        typed("calls", COUNT).required().or_expression(),
        typed("renewal-period", Kind::Integer { min: 1, max: 300 }).required().or_expression(),
        text("counter-key").required().or_expression(),
        typed("increment-condition", Kind::Condition).or_expression(),
        typed("increment-count", COUNT).or_expression(),
        typed("increment-after-response", Kind::Bool),
        text("retry-after-header-name"),
        text("retry-after-variable-name"),
        text("remaining-calls-header-name"),
        text("remaining-calls-variable-name"),
        text("total-calls-header-name"),
    ],
    content: Content::Empty,
};

static QUOTA_BY_KEY: ElementDef = ElementDef {
    name: "quota-by-key",
    sections: &[Inbound],
    attributes: &[
        typed("calls", COUNT),
        typed("bandwidth", LONG),
        // 0 means that the quota never renews; otherwise at least 300 s (Learn, quota-by-key).
        typed("renewal-period", COUNT).required().or_expression(),
        text("counter-key").required().or_expression(),
        typed("increment-condition", Kind::Condition).or_expression(),
        typed("increment-count", COUNT).or_expression(),
        text("first-period-start"),
    ],
    content: Content::Empty,
};

static RETRY: ElementDef = ElementDef {
    name: "retry",
    sections: EVERYWHERE,
    attributes: &[
        typed("condition", Kind::Condition).required().or_expression(),
        // 1 to 50 (Learn, retry).
        typed("count", Kind::Integer { min: 1, max: 50 }).required().or_expression(),
        typed("interval", COUNT).required().or_expression(),
        typed("delta", COUNT).or_expression(),
        typed("max-interval", COUNT).or_expression(),
        typed("first-fast-retry", Kind::Bool).or_expression(),
    ],
    content: Content::Policies,
};

static FORWARD_REQUEST: ElementDef = ElementDef {
    name: "forward-request",
    sections: &[Backend],
    attributes: &[
        typed("timeout", COUNT).or_expression(),
        typed("timeout-ms", COUNT).or_expression(),
        typed("continue-timeout", COUNT).or_expression(),
        typed("follow-redirects", Kind::Bool).or_expression(),
        typed("buffer-request-body", Kind::Bool),
        typed("buffer-response", Kind::Bool),
        typed("fail-on-error-status-code", Kind::Bool),
        text("http-version"),
    ],
    content: Content::Empty,
};

static LOG_TO_EVENTHUB: ElementDef = ElementDef {
    name: "log-to-eventhub",
    sections: EVERYWHERE,
    attributes: &[
        text("logger-id").required().or_expression(),
        text("partition-key").or_expression(),
        text("partition-id").or_expression(),
    ],
    content: Content::Text,
};

static TRACE: ElementDef = ElementDef {
    name: "trace",
    // The page leaves out on-error; deployed samples trace there.
    sections: EVERYWHERE,
    attributes: &[
        text("source").required().or_expression(),
        typed("severity", Kind::OneOf(&["verbose", "information", "error"])),
    ],
    content: Content::TextOrChildren(&[at_most_one(&TRACE_MESSAGE), any_number_of(&TRACE_METADATA)]),
};

static TRACE_MESSAGE: ElementDef =
    ElementDef { name: "message", sections: &[], attributes: &[], content: Content::Text };

static TRACE_METADATA: ElementDef = ElementDef {
    name: "metadata",
    sections: &[],
    attributes: &[text("name").required(), text("value").required().or_expression()],
    content: Content::Empty,
};

static CHOOSE: ElementDef = ElementDef {
    name: "choose",
    sections: EVERYWHERE,
    attributes: &[],
    content: Content::Children(&[
        ChildDef { element: &WHEN, min: 1, max: usize::MAX },
        at_most_one(&OTHERWISE),
    ]),
};

static WHEN: ElementDef = ElementDef {
    name: "when",
    sections: &[],
    attributes: &[typed("condition", Kind::Condition).required().or_expression()],
    content: Content::Policies,
};

static OTHERWISE: ElementDef =
    ElementDef { name: "otherwise", sections: &[], attributes: &[], content: Content::Policies };

static SET_BACKEND_SERVICE: ElementDef = ElementDef {
    name: "set-backend-service",
    sections: &[Inbound, Backend],
    attributes: &[
        text("base-url").or_expression(),
        text("backend-id").or_expression(),
        text("sf-partition-key").or_expression(),
        text("sf-replica-type").or_expression(),
        text("sf-resolve-condition").or_expression(),
        text("sf-service-instance-name").or_expression(),
        text("sf-listener-name").or_expression(),
        text("dapr-app-id").or_expression(),
        text("dapr-method").or_expression(),
        text("dapr-namespace").or_expression(),
    ],
    content: Content::Empty,
};

static REWRITE_URI: ElementDef = ElementDef {
    name: "rewrite-uri",
    sections: &[Inbound],
    attributes: &[
        text("template").required().or_expression(),
        typed("copy-unmatched-params", Kind::Bool).or_expression(),
    ],
    content: Content::Empty,
};

static RETURN_RESPONSE: ElementDef = ElementDef {
    name: "return-response",
    sections: EVERYWHERE,
    attributes: &[text("response-variable-name")],
    content: Content::Children(&[
        at_most_one(&SET_STATUS),
        any_number_of(&SET_HEADER),
        at_most_one(&SET_BODY),
    ]),
};

static SET_STATUS: ElementDef = ElementDef {
    name: "set-status",
    sections: EVERYWHERE,
    attributes: &[
        typed("code", Kind::Integer { min: 100, max: 999 }).required().or_expression(),
        text("reason").or_expression(),
    ],
    content: Content::Empty,
};

static SET_HEADER: ElementDef = ElementDef {
    name: "set-header",
    sections: EVERYWHERE,
    attributes: &[
        text("name").required().or_expression(),
        typed("exists-action", EXISTS_ACTION).or_expression(),
    ],
    content: Content::Children(&[any_number_of(&VALUE)]),
};

static SET_QUERY_PARAMETER: ElementDef = ElementDef {
    name: "set-query-parameter",
    sections: &[Inbound, Backend],
    attributes: &[
        text("name").required().or_expression(),
        typed("exists-action", EXISTS_ACTION).or_expression(),
    ],
    content: Content::Children(&[any_number_of(&VALUE)]),
};

static VALUE: ElementDef =
    ElementDef { name: "value", sections: &[], attributes: &[], content: Content::Text };

static SET_BODY: ElementDef = ElementDef {
    name: "set-body",
    // The page leaves out on-error; Apim-Samples deploys it there.
    sections: EVERYWHERE,
    attributes: &[
        typed("template", Kind::OneOf(&["none", "liquid"])),
        typed("xsi-nil", Kind::OneOf(&["blank", "null"])),
        typed("parse-date", Kind::Bool),
        typed("html-decode-expression", Kind::Bool),
    ],
    content: Content::Markup,
};

static SET_METHOD: ElementDef =
    ElementDef { name: "set-method", sections: EVERYWHERE, attributes: &[], content: Content::Text };

static SET_VARIABLE: ElementDef = ElementDef {
    name: "set-variable",
    sections: EVERYWHERE,
    attributes: &[text("name").required().or_expression(), text("value").required().or_expression()],
    content: Content::Empty,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        let known: Vec<_> = ALL.iter().map(|element| element.name).collect();
        assert!(known.is_sorted(), "{known:?}");
        assert!(OTHER_NAMES.is_sorted());
        assert!(OTHER_NAMES.iter().all(|name| find(name).is_none()));
    }
}
