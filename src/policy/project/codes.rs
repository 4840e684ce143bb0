//! The kinds of finding that texts give only together.

use crate::diag::Code;

const BACKENDS: &str = "https://learn.microsoft.com/azure/api-management/backends";
const FRAGMENTS: &str = "https://learn.microsoft.com/azure/api-management/policy-fragments";
const LOGGERS: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-log-event-hubs";
const NAMED_VALUES: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-properties";
const PRODUCTS: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-add-products";
const SCOPES: &str = "https://learn.microsoft.com/azure/api-management/api-management-howto-policies";

pub static BAD_ID: Code = Code::error(
    "project-bad-id",
    "an entity has an id or a name that API Management does not take",
    "The id of a fragment is 1 to 80 letters, digits, `_` and `-`, beginning and ending with a letter, a digit or `_`. \
     The display name of a named value is 1 to 256 letters, digits, `-`, `.` and `_`. Rename the folder, or the \
     `displayName`, and what refers to it.",
)
.references(&["Azure/bicep-types-az, Microsoft.ApiManagement 2024-05-01: patterns of the two names"])
.with_url(NAMED_VALUES);
pub static COUNTER_SHARED: Code = Code::warning(
    "project-counter-shared",
    "limits of different documents count on one key and allow different rates",
    "There is one counter per key and gateway, whichever document uses it: what one API's limit counts is gone for the \
     other's. On v2 tiers, where the counter is a bucket, the page calls the result unpredictable. Give each limit a key \
     of its own.",
)
.why("A caller of one API is refused for what the same subscription has used of another one.")
.references(&["Learn, include rate-limit-key-scope and rate-limit-implementation-v2 (2025-11)"])
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");
pub static DUPLICATE_ID: Code = Code::error(
    "project-duplicate-id",
    "two entities of one kind have the same name",
    "Names of resources do not differ by case alone, and the display name of a named value is its name in `{{ }}`. \
     Whichever is deployed last replaces the other, or is refused. Rename one of them.",
)
.with_url(NAMED_VALUES);
pub static FRAGMENT_WITHOUT_FILE: Code = Code::note(
    "project-fragment-without-file",
    "an included fragment has no file, where other fragments have one of their name",
    "Some fragments that texts of this folder include lie in files of the same name, and this one does not. It may be \
     created elsewhere or under another file name, so this is a hint. Add the file, or correct the id.",
)
.with_url(FRAGMENTS);
pub static REFERENCE_CYCLE: Code = Code::error(
    "project-reference-cycle",
    "entities refer to each other in a circle",
    "An entity has to be there before the one that names it, so nothing in a circle can be deployed first. Fragments \
     may not include fragments, and the members of a pool are single backends. Break the circle.",
)
.with_url(FRAGMENTS);
pub static RESOLVER_NOT_READ: Code = Code::note(
    "project-resolver-not-read",
    "the policy of a GraphQL resolver is not read",
    "A resolver's policy is not a document of four sections but a data source of its own. It is passed over.",
)
.with_url("https://learn.microsoft.com/azure/api-management/configure-graphql-resolver");
pub static TWO_POLICIES: Code = Code::error(
    "project-two-policies-for-one-scope",
    "two files hold the policy of one scope",
    "A service, a product, an API and an operation each have one policy document. Whichever file is deployed last \
     wins, and nothing says which that is. Join the two, or remove one.",
)
.with_url(SCOPES);
pub static UNKNOWN_API: Code = Code::warning(
    "project-unknown-api",
    "a product lists an API that the folder does not hold",
    "Other APIs lie in this folder and this one does not. If it is not in the service already, adding it to the product \
     fails. Correct the name, or add the API.",
)
.with_url(PRODUCTS);
pub static UNKNOWN_BACKEND: Code = Code::error(
    "project-unknown-backend",
    "a policy or a pool names a backend that does not exist",
    "The service looks backends up when it takes the policy and refuses it where there is none. Create the backend \
     first, or correct the id.",
)
.why("The policy is refused although its own text is right, in the middle of a deployment.")
.with_url(BACKENDS);
pub static UNKNOWN_LOGGER: Code = Code::error(
    "project-unknown-logger",
    "a policy names a logger that does not exist",
    "`<log-to-eventhub>` names a logger of the service, not an event hub. Create the logger first, or correct the id.",
)
.with_url(LOGGERS);
pub static UNREADABLE_INFO: Code = Code::warning(
    "project-unreadable-info",
    "a file about an entity is not JSON",
    "What a folder holds besides policies is read from its JSON files. Of what this one describes only the name of its \
     folder is known. Correct the file.",
);
pub static UNUSED_FRAGMENT: Code = Code::note(
    "project-unused-fragment",
    "no policy of the folder includes a fragment",
    "The fragment is deployed and does nothing, unless a policy outside this folder includes it. Remove it, or include \
     it where it is wanted.",
)
.with_url(FRAGMENTS);
pub static UNUSED_NAMED_VALUE: Code = Code::note(
    "project-unused-named-value",
    "nothing in the folder uses a named value",
    "No policy, backend or logger of the folder contains `{{name}}`. Remove it, unless something outside this folder \
     uses it.",
)
.with_url(NAMED_VALUES);
pub static WRONG_ROOT: Code = Code::error(
    "project-wrong-root",
    "a fragment lies where a policy document belongs, or the other way round",
    "A service, a product, an API and an operation take a document, `<policies>`; a fragment is `<fragment>`. The folder \
     decides what the file is sent as, and the service refuses the other one. Move the file, or change its root.",
)
.with_url(FRAGMENTS);

/// All of them, by id.
pub const ALL: &[&Code] = &[
    &BAD_ID,
    &COUNTER_SHARED,
    &DUPLICATE_ID,
    &FRAGMENT_WITHOUT_FILE,
    &REFERENCE_CYCLE,
    &RESOLVER_NOT_READ,
    &TWO_POLICIES,
    &UNKNOWN_API,
    &UNKNOWN_BACKEND,
    &UNKNOWN_LOGGER,
    &UNREADABLE_INFO,
    &UNUSED_FRAGMENT,
    &UNUSED_NAMED_VALUE,
    &WRONG_ROOT,
];
