//! The kinds of finding that building a gateway can give, beside those of reading a policy.

use crate::diag::Code;

const REFERENCE: &str = "https://learn.microsoft.com/azure/api-management/api-management-policies";
const BACKENDS: &str = "https://learn.microsoft.com/azure/api-management/backends";

pub static CONNECTION_HEADER: Code = Code::warning(
    "gateway-connection-header",
    "a policy sets a header that belongs to the connection",
    "`Connection`, `Content-Length`, `Keep-Alive` and `Transfer-Encoding` are written by the gateway itself; what a \
     policy sets is overwritten. Remove the policy.",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-header-policy");
pub static EMPTY_POOL: Code = Code::error(
    "gateway-empty-pool",
    "a backend pool has no members",
    "A pool shares requests between its members; without one every request fails. Add a member.",
)
.with_url(BACKENDS);
pub static INCOMPLETE: Code = Code::error(
    "gateway-incomplete-policy",
    "a policy lacks an attribute without which the sandbox cannot run it",
    "`token-quota` needs `token-quota-period` beside it. The schema would let the quota never renew, the page asks for a \
     period; the sandbox refuses to choose. Add the attribute.",
)
.with_url(REFERENCE);
pub static INVALID_VALUE: Code = Code::error(
    "gateway-invalid-value",
    "a policy cannot be run with one of its values",
    "A date, an address, a key or a schema is written in a way that the gateway cannot read. Correct it: the message \
     says what is expected.",
)
.with_url(REFERENCE);
pub static NOT_EMULATED: Code = Code::error(
    "policy-not-emulated",
    "a policy, or an attribute of one, is not run by the sandbox",
    "The policy exists in API Management, and this version does not run it. It is refused when it is deployed to the \
     sandbox, because a gateway that skips it would prove nothing. Deploying to Azure is not affected.",
);
pub static RETRY_WITHOUT_BUFFERED_BODY: Code = Code::warning(
    "gateway-retry-without-buffered-body",
    "a retried request has no buffered body to send again",
    "`forward-request` sends the body as it comes, so a second try inside `retry` has none left unless \
     `buffer-request-body=\"true\"` keeps it. Add the attribute.",
)
.with_url("https://learn.microsoft.com/azure/api-management/forward-request-policy");
pub static UNKNOWN_BACKEND: Code = Code::error(
    "gateway-unknown-backend",
    "a policy or a pool names a backend that does not exist",
    "The service holds no backend entity of this id and says \"Backend with id 'x' could not be found.\" Deploy the \
     backend first, or correct the id.",
)
.with_url(BACKENDS);
pub static UNKNOWN_LOGGER: Code = Code::error(
    "gateway-unknown-logger",
    "a policy names a logger that does not exist",
    "The service holds no logger of this id and says \"Logger not found\". Deploy the logger first, or correct the id.",
);

/// All of them, by id.
pub const ALL: &[&Code] = &[
    &CONNECTION_HEADER,
    &EMPTY_POOL,
    &INCOMPLETE,
    &INVALID_VALUE,
    &RETRY_WITHOUT_BUFFERED_BODY,
    &UNKNOWN_BACKEND,
    &UNKNOWN_LOGGER,
    &NOT_EMULATED,
];

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_sorted_and_unique() {
        for codes in [super::ALL, crate::policy::codes::ALL] {
            assert!(codes.is_sorted_by(|left, right| left.id < right.id));
        }
    }
}
