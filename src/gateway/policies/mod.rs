//! The policies that run here, one file each, and the table of them. A policy of the language that is not in the
//! table is refused when a gateway is built.

mod authentication_managed_identity;
mod check_header;
mod choose;
mod content_safety;
mod emit_metric;
mod emit_token_metric;
mod forward_request;
mod include_fragment;
mod increment;
mod ip_filter;
mod levels;
mod log_to_eventhub;
mod message;
mod quota;
mod rate_limit;
mod retry;
mod return_response;
mod rewrite_uri;
mod semantic_cache;
mod set_backend_service;
mod set_body;
mod set_header;
mod set_method;
mod set_query_parameter;
mod set_status;
mod set_variable;
mod token_check;
mod token_limit;
mod trace;
mod validate_azure_ad_token;
mod validate_content;
mod validate_headers;
mod validate_jwt;
mod validate_parameters;
mod validate_status_code;
mod validation;

use super::compile::Compiler;
use super::pipeline::Run;
use crate::policy::Placed;

/// How an element becomes something that runs.
pub(super) struct Executor {
    pub element: &'static str,
    /// Returns None where a finding says why it cannot.
    pub compile: fn(&mut Compiler<'_>, &Placed) -> Option<Box<dyn Run>>,
}

/// All of them, by element. `base` is gone once a policy is composed.
pub(super) const ALL: &[&Executor] = &[
    &authentication_managed_identity::EXECUTOR,
    &check_header::EXECUTOR,
    &choose::EXECUTOR,
    &content_safety::EXECUTOR,
    &emit_metric::EXECUTOR,
    &emit_token_metric::AZURE_OPENAI,
    &emit_token_metric::LLM,
    &forward_request::EXECUTOR,
    &include_fragment::EXECUTOR,
    &ip_filter::EXECUTOR,
    &log_to_eventhub::EXECUTOR,
    &quota::BY_KEY,
    &quota::BY_SUBSCRIPTION,
    &rate_limit::BY_KEY,
    &rate_limit::BY_SUBSCRIPTION,
    &retry::EXECUTOR,
    &return_response::EXECUTOR,
    &rewrite_uri::EXECUTOR,
    &semantic_cache::AZURE_OPENAI_LOOKUP,
    &semantic_cache::AZURE_OPENAI_STORE,
    &semantic_cache::LLM_LOOKUP,
    &semantic_cache::LLM_STORE,
    &set_backend_service::EXECUTOR,
    &set_body::EXECUTOR,
    &set_header::EXECUTOR,
    &set_method::EXECUTOR,
    &set_query_parameter::EXECUTOR,
    &set_status::EXECUTOR,
    &set_variable::EXECUTOR,
    &token_limit::AZURE_OPENAI,
    &token_limit::LLM,
    &trace::EXECUTOR,
    &validate_azure_ad_token::EXECUTOR,
    &validate_content::EXECUTOR,
    &validate_headers::EXECUTOR,
    &validate_jwt::EXECUTOR,
    &validate_parameters::EXECUTOR,
    &validate_status_code::EXECUTOR,
];

pub(super) fn find(element: &str) -> Option<&'static Executor> {
    ALL.iter().copied().find(|executor| executor.element == element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::elements;

    #[test]
    fn every_policy_that_runs_is_in_the_catalogue() {
        let unknown: Vec<_> = ALL
            .iter()
            .map(|executor| executor.element)
            .filter(|name| elements::find(name).is_none())
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
