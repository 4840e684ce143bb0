//! Many policy texts as one: which belong together, what each refers to, and what is missing. Pure: `cli` reads the
//! files and shares the work out among threads, since [`read`] and [`Project::check`] concern one file at a time.

use std::sync::Arc;

use indexmap::IndexMap;

use super::lints::{self, Unit};
use super::{Document, Policy, Scope, Surroundings, Tier};
use crate::diag::Diagnostic;
use crate::text::Source;

/// What the caller says of all texts, on the command line or from a spec.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub scope: Option<Scope>,
    pub tier: Option<Tier>,
    /// By name; the text where it is known and no secret.
    pub named_values: Option<IndexMap<String, Option<String>>>,
    pub fragments: Option<IndexMap<String, Arc<Policy>>>,
}

/// One text, read by itself.
#[derive(Clone, Debug)]
pub struct File {
    pub source: Arc<Source>,
    pub document: Document,
    pub policy: Arc<Policy>,
    /// What reading it found.
    pub found: Vec<Diagnostic>,
}

/// Texts that are checked together.
#[derive(Clone, Debug)]
pub struct Project {
    pub files: Vec<File>,
    given: Given,
}

/// Reads one text.
pub fn read(source: Arc<Source>, given: &Given) -> File {
    let known: Option<IndexMap<String, String>> = given.named_values.as_ref().map(|values| {
        let known = values.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        known.collect()
    });
    let (document, _) = super::parse(&source);
    let (policy, found) = super::load(&source, known.as_ref());
    File { source, document, policy: Arc::new(policy), found }
}

impl Project {
    /// Puts texts together that were read with the same `given`.
    pub fn new(files: Vec<File>, given: Given) -> Self {
        Self { files, given }
    }

    /// What is known around a file.
    pub fn surroundings(&self, _file: &File) -> Surroundings {
        Surroundings {
            scope: self.given.scope,
            tier: self.given.tier,
            named_values: self.given.named_values.clone(),
            fragments: self.given.fragments.clone(),
            ..Surroundings::default()
        }
    }

    /// Everything about one file: what reading it found, and what the rules say.
    pub fn check(&self, file: &File) -> Vec<Diagnostic> {
        let around = self.surroundings(file);
        let unit = Unit { document: &file.document, policy: &file.policy, around: &around };
        let mut found = file.found.clone();
        found.extend(super::check_surroundings(&file.policy, &around));
        found.extend(lints::check(&unit));
        found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
        found
    }
}
