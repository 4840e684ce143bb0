//! The rules: what API Management accepts and then does not do as meant, and what it refuses for reasons that the
//! text alone does not show. One file per rule; its [`Code`] is its page.
//!
//! A rule looks at one text with its [`Surroundings`], pushes what it finds, and says nothing where it does not know.

mod authorization_never_checked;
mod body_consumed;
mod body_of_bodyless_request;
mod computed_named_value;
mod expressions;
mod flow;
mod hard_coded_subscription_id;
mod liquid_in_return_response;
mod misspelled_variable;
mod named_value_in_string;
mod possibly_unset_variable;
mod prompt_logged;
mod request_id_from_address;
mod response_null_in_retry;
mod secret_in_policy;
mod section_without_base;
mod streamed_body_read;
mod texts;
mod variable_never_read;
mod variable_never_set;
mod variable_overwritten_after_base;
mod variable_type_mismatch;
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
    &authorization_never_checked::LINT,
    &body_consumed::LINT,
    &body_of_bodyless_request::LINT,
    &computed_named_value::LINT,
    &hard_coded_subscription_id::LINT,
    &liquid_in_return_response::LINT,
    &misspelled_variable::LINT,
    &named_value_in_string::LINT,
    &possibly_unset_variable::LINT,
    &prompt_logged::LINT,
    &request_id_from_address::LINT,
    &response_null_in_retry::LINT,
    &secret_in_policy::LINT,
    &section_without_base::LINT,
    &streamed_body_read::LINT,
    &variable_never_read::LINT,
    &variable_never_set::LINT,
    &variable_overwritten_after_base::LINT,
    &variable_type_mismatch::LINT,
];

/// Runs every rule.
pub fn check(unit: &Unit<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ALL.iter().for_each(|lint| (lint.check)(unit, &mut found));
    found
}
