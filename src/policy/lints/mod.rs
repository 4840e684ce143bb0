//! The rules: what API Management accepts and then does not do as meant, and what it refuses for reasons that the
//! text alone does not show. One file per rule; its [`Code`] is its page.
//!
//! A rule looks at one text with its [`Surroundings`], pushes what it finds, and says nothing where it does not know.

mod adaptive_limit_on_v2;
mod authorization_never_checked;
mod azure_openai_alias;
mod backend_over_http;
mod backend_without_forward;
mod base_twice;
mod base_url_after_backend_id;
mod body_consumed;
mod body_of_bodyless_request;
mod cache_without_pair;
mod calls_limited_not_tokens;
mod choose_without_effect;
mod computed_named_value;
mod cors_after_refusal;
mod cors_any_origin_with_credentials;
mod counter_key_shared_by_limits;
mod duplicate_when_condition;
mod exhausted_pool_answers_503;
mod expressions;
mod fail_on_error_status_inside_retry;
mod flow;
mod forward_timeout_over_limit;
mod hard_coded_subscription_id;
mod issuer_unlike_configuration;
mod jwt_without_audience;
mod jwt_without_issuer;
mod limit_before_authentication;
mod limit_without_subscription;
mod liquid_in_return_response;
mod look;
mod managed_identity_overwrites_authorization;
mod metric_dimension_unbounded;
mod misspelled_variable;
mod named_value_in_string;
mod policies_after_response;
mod pool_mixes_ptu_and_payg;
mod pool_of_one;
mod pool_weight_out_of_range;
mod pools;
mod possibly_unset_variable;
mod prompt_logged;
mod request_id_from_address;
mod response_null_in_retry;
mod retries;
mod retry_of_exhausted_pool;
mod retry_outlasts_pool;
mod retry_reads_pool_reason;
mod retry_without_buffered_body;
mod rewrites_every_operation;
mod secret_in_log;
mod secret_in_policy;
mod section_without_base;
mod semantic_cache_loose_threshold;
mod semantic_cache_without_vary_by;
mod set_backend_service_after_forward;
mod set_header_on_managed_header;
mod set_header_without_value;
mod steps;
mod streamed_answer_buffered;
mod streamed_body_read;
mod streaming_usage_not_included;
mod template_hole;
mod texts;
mod token_limit_without_estimate;
mod validated_response_not_buffered;
mod variable_never_read;
mod variable_never_set;
mod variable_overwritten_after_base;
mod variable_type_mismatch;
mod wait_inside_retry;
mod walk;

use crate::diag::{Code, Diagnostic};
use crate::policy::{Document, Policy, Surroundings};

pub use expressions::{Written, expressions, written};
pub use flow::{Flow, Read, State, Write, flow};
pub use walk::{Place, indent, walk};

/// What a rule looks at.
pub struct Unit<'a> {
    /// As written.
    pub document: &'a Document,
    /// As it was understood: named values in place where they are known, expressions parsed.
    pub policy: &'a Policy,
    pub around: &'a Surroundings,
}

/// A rule.
pub struct Lint {
    pub code: &'static Code,
    pub check: fn(&Unit<'_>, &mut Vec<Diagnostic>),
}

/// All of them, by id.
pub const ALL: &[&Lint] = &[
    &adaptive_limit_on_v2::LINT,
    &authorization_never_checked::LINT,
    &azure_openai_alias::LINT,
    &backend_over_http::LINT,
    &backend_without_forward::LINT,
    &base_twice::LINT,
    &base_url_after_backend_id::LINT,
    &body_consumed::LINT,
    &body_of_bodyless_request::LINT,
    &cache_without_pair::LINT,
    &calls_limited_not_tokens::LINT,
    &choose_without_effect::LINT,
    &computed_named_value::LINT,
    &cors_after_refusal::LINT,
    &cors_any_origin_with_credentials::LINT,
    &counter_key_shared_by_limits::LINT,
    &duplicate_when_condition::LINT,
    &exhausted_pool_answers_503::LINT,
    &fail_on_error_status_inside_retry::LINT,
    &forward_timeout_over_limit::LINT,
    &hard_coded_subscription_id::LINT,
    &issuer_unlike_configuration::LINT,
    &jwt_without_audience::LINT,
    &jwt_without_issuer::LINT,
    &limit_before_authentication::LINT,
    &limit_without_subscription::LINT,
    &liquid_in_return_response::LINT,
    &managed_identity_overwrites_authorization::LINT,
    &metric_dimension_unbounded::LINT,
    &misspelled_variable::LINT,
    &named_value_in_string::LINT,
    &policies_after_response::LINT,
    &pool_mixes_ptu_and_payg::LINT,
    &pool_of_one::LINT,
    &pool_weight_out_of_range::LINT,
    &possibly_unset_variable::LINT,
    &prompt_logged::LINT,
    &request_id_from_address::LINT,
    &response_null_in_retry::LINT,
    &retry_of_exhausted_pool::LINT,
    &retry_outlasts_pool::LINT,
    &retry_reads_pool_reason::LINT,
    &retry_without_buffered_body::LINT,
    &rewrites_every_operation::LINT,
    &secret_in_log::LINT,
    &secret_in_policy::LINT,
    &section_without_base::LINT,
    &semantic_cache_loose_threshold::LINT,
    &semantic_cache_without_vary_by::LINT,
    &set_backend_service_after_forward::LINT,
    &set_header_on_managed_header::LINT,
    &set_header_without_value::LINT,
    &streamed_answer_buffered::LINT,
    &streamed_body_read::LINT,
    &streaming_usage_not_included::LINT,
    &template_hole::LINT,
    &token_limit_without_estimate::LINT,
    &validated_response_not_buffered::LINT,
    &variable_never_read::LINT,
    &variable_never_set::LINT,
    &variable_overwritten_after_base::LINT,
    &variable_type_mismatch::LINT,
    &wait_inside_retry::LINT,
];

/// Runs every rule.
pub fn check(unit: &Unit<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ALL.iter().for_each(|lint| (lint.check)(unit, &mut found));
    found
}
