//! What to look at where the gateway does otherwise than expected.

use super::{Check, Expect, Seen};

/// The most likely place, by what was expected and what came.
pub(super) fn advice(check: &Check, seen: &Seen) -> &'static str {
    let says = |word: &str| seen.body.contains(word);
    match (&check.expect, seen.status) {
        (_, 404) => {
            "the path is not known there: whether `--gateway` is this landing zone's, whether Application \
                     Gateway routes the path, and with `genai-lz drift` whether the API is as the spec has it"
        }
        (_, 403) if says("Application Gateway") || says("azure-application-gateway") => {
            "the firewall of Application Gateway refused the request: its log AGWFirewall names the rule"
        }
        (_, 502 | 504) => {
            "Application Gateway does not reach API Management, or API Management no account: the \
                           backend health of Application Gateway, then the private endpoints and their DNS zones"
        }
        (Expect::Refused, 200..=299) => {
            "anybody can call it: whether the API and its products still require a subscription, with `genai-lz drift`"
        }
        (Expect::Refused, _) => {
            "who answered: a policy before the check of keys, or something in front of the gateway"
        }
        (_, 401) if says("PermissionDenied") || says("lacks the required data action") => {
            "the identity of API Management may not call the account: its role Cognitive Services OpenAI User, which \
             takes some minutes after a deployment"
        }
        (_, 401) => {
            "the key is not taken: whether the product is published and holds the API, and the subscription is \
                     active, with `genai-lz drift`"
        }
        (Expect::Limited, 200..=299) => {
            "no limit was reached: the policy of the API or product, with `genai-lz drift`"
        }
        (Expect::Limited, 429) => {
            "it was refused, but not by a token limit with a time to wait: an account that is \
                                   throttled, or another limit"
        }
        (_, 429) => "a limit is used up just now: wait a minute and ask again",
        (Expect::Answered { .. } | Expect::Streamed, 200) => {
            "the policy of the API, with `genai-lz drift`; what stands between you and the gateway may buffer, too"
        }
        (_, 400) => "what the model says to the request: its deployment and version",
        (_, 500..) => "the request in Application Insights, whose exceptions name the policy that failed",
        _ => "the request in Application Insights",
    }
}
