//! The rules: what API Management accepts and then does not do as meant, and what it refuses for reasons that the
//! text alone does not show. One file per rule; its [`Code`] is its page.
//!
//! A rule looks at one text with its [`Surroundings`], pushes what it finds, and says nothing where it does not know.

mod adaptive_limit_on_v2;
mod azure_openai_alias;
mod backend_over_http;
mod backend_without_forward;
mod base_url_after_backend_id;
mod cache_without_pair;
mod calls_limited_not_tokens;
mod choose_without_effect;
mod cors_after_refusal;
mod cors_any_origin_with_credentials;
mod counter_key_shared_by_limits;
mod duplicate_when_condition;
mod exhausted_pool_answers_503;
mod fail_on_error_status_inside_retry;
mod forward_timeout_over_limit;
mod jwt_without_audience;
mod jwt_without_issuer;
mod limit_before_authentication;
mod limit_without_subscription;
mod look;
mod managed_identity_overwrites_authorization;
mod metric_dimension_unbounded;
mod policies_after_response;
mod pool_mixes_ptu_and_payg;
mod pool_of_one;
mod pool_weight_out_of_range;
mod pools;
mod retries;
mod retry_of_exhausted_pool;
mod retry_outlasts_pool;
mod retry_reads_pool_reason;
mod retry_without_buffered_body;
mod rewrites_every_operation;
mod secret_in_log;
mod section_without_base;
mod semantic_cache_loose_threshold;
mod semantic_cache_without_vary_by;
mod set_backend_service_after_forward;
mod set_header_on_managed_header;
mod set_header_without_value;
mod steps;
mod streamed_answer_buffered;
mod streaming_usage_not_included;
mod template_hole;
mod token_limit_without_estimate;
mod validated_response_not_buffered;
mod wait_inside_retry;
mod walk;

use crate::diag::{Code, Diagnostic};
use crate::policy::{Document, Policy, Surroundings};

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
    &azure_openai_alias::LINT,
    &backend_over_http::LINT,
    &backend_without_forward::LINT,
    &base_url_after_backend_id::LINT,
    &cache_without_pair::LINT,
    &calls_limited_not_tokens::LINT,
    &choose_without_effect::LINT,
    &cors_after_refusal::LINT,
    &cors_any_origin_with_credentials::LINT,
    &counter_key_shared_by_limits::LINT,
    &duplicate_when_condition::LINT,
    &exhausted_pool_answers_503::LINT,
    &fail_on_error_status_inside_retry::LINT,
    &forward_timeout_over_limit::LINT,
    &jwt_without_audience::LINT,
    &jwt_without_issuer::LINT,
    &limit_before_authentication::LINT,
    &limit_without_subscription::LINT,
    &managed_identity_overwrites_authorization::LINT,
    &metric_dimension_unbounded::LINT,
    &policies_after_response::LINT,
    &pool_mixes_ptu_and_payg::LINT,
    &pool_of_one::LINT,
    &pool_weight_out_of_range::LINT,
    &retry_of_exhausted_pool::LINT,
    &retry_outlasts_pool::LINT,
    &retry_reads_pool_reason::LINT,
    &retry_without_buffered_body::LINT,
    &rewrites_every_operation::LINT,
    &secret_in_log::LINT,
    &section_without_base::LINT,
    &semantic_cache_loose_threshold::LINT,
    &semantic_cache_without_vary_by::LINT,
    &set_backend_service_after_forward::LINT,
    &set_header_on_managed_header::LINT,
    &set_header_without_value::LINT,
    &streamed_answer_buffered::LINT,
    &streaming_usage_not_included::LINT,
    &template_hole::LINT,
    &token_limit_without_estimate::LINT,
    &validated_response_not_buffered::LINT,
    &wait_inside_retry::LINT,
];

/// Runs every rule.
pub fn check(unit: &Unit<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ALL.iter().for_each(|lint| (lint.check)(unit, &mut found));
    found
}
