//! Where the catalogue differs from the schema on purpose: the difference as the comparison words it, and why.

pub(super) const INTENDED: &[(&str, &str)] = &[
    ("azure-openai-semantic-cache-lookup@ignore-system-messages: text in the schema", BOOLEAN),
    ("azure-openai-semantic-cache-lookup@max-message-count: text in the schema", NUMBER),
    (
        "cosmosdb-data-source/connection-info/connection-string@use-managed-identity: text in the schema",
        BOOLEAN,
    ),
    ("cosmosdb-data-source/delete-request: a sequence in the schema", ORDER),
    ("cosmosdb-data-source/write-request/id: not in the schema", "the page has it, for replacing an item"),
    ("cosmosdb-data-source/write-request: a sequence in the schema", ORDER),
    ("forward-request@http-version: text in the schema", "the page lists three words"),
    ("invoke-dapr-binding@template: words liquid", LIQUID),
    ("invoke-request/body: not in the schema", REQUEST),
    ("invoke-request/header: not in the schema", REQUEST),
    ("invoke-request@url: required in the schema", REQUEST),
    ("llm-content-safety/blocklists/id: 1 to 1 in the schema", "the page shows several blocklists"),
    ("llm-content-safety@shield-prompt: text in the schema", BOOLEAN),
    ("llm-semantic-cache-lookup@ignore-system-messages: text in the schema", BOOLEAN),
    ("llm-semantic-cache-lookup@max-message-count: text in the schema", NUMBER),
    ("publish-to-dapr@template: words liquid", LIQUID),
    ("quota-by-key@increment-condition: text in the schema", BOOLEAN),
    ("quota-by-key@increment-count: text in the schema", NUMBER),
    ("quota-by-key@renewal-period: text in the schema", NUMBER),
    ("rate-limit-by-key@increment-condition: text in the schema", BOOLEAN),
    ("rate-limit-by-key@increment-count: text in the schema", NUMBER),
    ("rewrite-uri@copy-unmatched-params: false by default in the schema", "the page says and shows `true`"),
    (
        "trace/message: 0 to many in the schema",
        "the page shows one; a choice that repeats allows more by accident",
    ),
    (
        "validate-graphql-request/authorize/rule@action: words allow reject remove",
        "the page has `ignore` too",
    ),
    ("validate-graphql-request@max-complexity: text in the schema", NUMBER),
    ("validate-graphql-request@max-depth: text in the schema", NUMBER),
    ("validate-graphql-request@max-size: text in the schema", NUMBER),
    ("validate-graphql-request@max-total-depth: text in the schema", NUMBER),
    ("validate-odata-request@max-size: text in the schema", NUMBER),
];

const BOOLEAN: &str = "the page gives a Boolean; the schema leaves it to the service";
const LIQUID: &str = "the page writes `Liquid`, the schema `liquid`";
const NUMBER: &str = "the page gives a number; the schema leaves it to the service";
const ORDER: &str = "the page shows another order than the schema";
const REQUEST: &str = "the toolkit writes a request with method, headers and body";
