//! The policies that run here, one file each, and the table of them. A policy of the language that is not in the
//! table is refused when a gateway is built.

mod authentication_basic;
mod authentication_certificate;
mod authentication_managed_identity;
mod cache_lookup;
mod cache_store;
mod cache_value;
mod check_header;
mod choose;
mod content_safety;
mod convert;
mod cors;
mod cross_domain;
mod emit_metric;
mod emit_token_metric;
mod find_and_replace;
mod forward_request;
mod include_fragment;
mod increment;
mod ip_filter;
mod json_to_xml;
mod jsonp;
mod levels;
mod limit_concurrency;
mod log_to_eventhub;
mod message;
mod mock_response;
mod not_emulated;
mod proxy;
mod quota;
mod rate_limit;
mod redirect_content_urls;
mod retry;
mod return_response;
mod rewrite_uri;
mod semantic_cache;
mod send_request;
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
mod upstream;
mod validate_azure_ad_token;
mod validate_client_certificate;
mod validate_content;
mod validate_headers;
mod validate_jwt;
mod validate_parameters;
mod validate_status_code;
mod validation;
mod wait;
mod xml_to_json;

pub(super) use cors::{Cors, Preflight};
pub(super) use cross_domain::file as cross_domain_file;
pub(super) use not_emulated::reason as why_not_run;

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
    &authentication_basic::EXECUTOR,
    &authentication_certificate::EXECUTOR,
    &authentication_managed_identity::EXECUTOR,
    &cache_lookup::EXECUTOR,
    &cache_store::EXECUTOR,
    &cache_value::LOOKUP,
    &cache_value::REMOVE,
    &cache_value::STORE,
    &check_header::EXECUTOR,
    &choose::EXECUTOR,
    &content_safety::EXECUTOR,
    &cors::EXECUTOR,
    &cross_domain::EXECUTOR,
    &emit_metric::EXECUTOR,
    &emit_token_metric::AZURE_OPENAI,
    &emit_token_metric::LLM,
    &find_and_replace::EXECUTOR,
    &forward_request::EXECUTOR,
    &include_fragment::EXECUTOR,
    &ip_filter::EXECUTOR,
    &json_to_xml::EXECUTOR,
    &jsonp::EXECUTOR,
    &limit_concurrency::EXECUTOR,
    &log_to_eventhub::EXECUTOR,
    &mock_response::EXECUTOR,
    &proxy::EXECUTOR,
    &quota::BY_KEY,
    &quota::BY_SUBSCRIPTION,
    &rate_limit::BY_KEY,
    &rate_limit::BY_SUBSCRIPTION,
    &redirect_content_urls::EXECUTOR,
    &retry::EXECUTOR,
    &return_response::EXECUTOR,
    &rewrite_uri::EXECUTOR,
    &semantic_cache::AZURE_OPENAI_LOOKUP,
    &semantic_cache::AZURE_OPENAI_STORE,
    &semantic_cache::LLM_LOOKUP,
    &semantic_cache::LLM_STORE,
    &send_request::EXECUTOR,
    &send_request::ONE_WAY,
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
    &validate_client_certificate::EXECUTOR,
    &validate_content::EXECUTOR,
    &validate_headers::EXECUTOR,
    &validate_jwt::EXECUTOR,
    &validate_parameters::EXECUTOR,
    &validate_status_code::EXECUTOR,
    &wait::EXECUTOR,
    &xml_to_json::EXECUTOR,
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
