//! The rules: what API Management accepts and then does not do as meant, and what it refuses for reasons that the
//! text alone does not show. One file per rule; its [`Code`] is its page.
//!
//! A rule looks at one text with its [`Surroundings`], pushes what it finds, and says nothing where it does not know.

mod section_without_base;
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
pub const ALL: &[&Lint] = &[&section_without_base::LINT];

/// Runs every rule.
pub fn check(unit: &Unit<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ALL.iter().for_each(|lint| (lint.check)(unit, &mut found));
    found
}
