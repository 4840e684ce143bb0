//! The user's own policies, as they were read.

use std::sync::Arc;

use crate::spec::{self, IncludePosition};
use crate::text::Source;

/// Policies that are not rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawPolicies {
    pub fragments: Vec<RawFragment>,
    pub includes: Vec<RawInclude>,
    /// In the place of rendered ones.
    pub policies: Vec<(PolicyOwner, Arc<Source>)>,
}

/// A fragment from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct RawFragment {
    pub id: String,
    pub description: String,
    pub source: Arc<Source>,
}

/// Where a fragment is included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawInclude {
    pub of: PolicyOwner,
    /// `inbound`, `outbound` or `on-error`.
    pub section: String,
    pub fragment: String,
    /// Behind everything else in the section.
    pub is_last: bool,
}

/// Whose policy it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyOwner {
    Global,
    Api(String),
    Product(String),
}

impl PolicyOwner {
    fn of(text: &str) -> Self {
        match text.split_once(':') {
            Some(("api", id)) => Self::Api(id.to_owned()),
            Some((_, id)) => Self::Product(id.to_owned()),
            None => Self::Global,
        }
    }

    /// Where the policy lies in the bundle.
    pub fn path(&self) -> String {
        match self {
            Self::Global => "policies/global.xml".to_owned(),
            Self::Api(id) => format!("policies/apis/{id}.xml"),
            Self::Product(id) => format!("policies/products/{id}.xml"),
        }
    }
}

pub(in crate::model) fn resolve(raw: &spec::Raw) -> RawPolicies {
    let fragment = |fragment: &spec::RawFragment| RawFragment {
        id: fragment.id.value.0.clone(),
        description: fragment.description.value.0.clone(),
        source: Arc::clone(&fragment.file.source),
    };
    let include = |include: &spec::RawInclude| {
        let (of, section) = include.at.parts();
        RawInclude {
            of: PolicyOwner::of(of),
            section: section.to_owned(),
            fragment: include.fragment.value.0.clone(),
            is_last: include.position.value == IncludePosition::End,
        }
    };
    let policy =
        |policy: &spec::RawPolicy| (PolicyOwner::of(policy.of.as_str()), Arc::clone(&policy.file.source));
    RawPolicies {
        fragments: raw.fragments.iter().map(|it| fragment(it)).collect(),
        includes: raw.include.iter().map(|it| include(it)).collect(),
        policies: raw.policies.iter().map(|it| policy(it)).collect(),
    }
}
