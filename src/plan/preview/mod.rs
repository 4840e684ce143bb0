//! What ARM predicts of a deployment (`whatIf`), joined with what the templates say of it.
//!
//! ```text
//! the answer of ARM --read--> WhatIf --noise--> differences, each kept or hidden with a reason --join--> Plan
//! ```
//!
//! Nothing is dropped: a difference that is hidden keeps its reason, a resource that ARM did not look into says so.

mod join;
mod noise;
mod read;

use serde_json::Value as Json;

pub use join::{Standing, answered, not_asked};
pub use noise::Reason;
pub use read::read;

/// The prediction for one stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhatIf {
    pub changes: Vec<Predicted>,
    /// What ARM says beside it, such as that it did not look into a nested deployment.
    pub warnings: Vec<Warning>,
}

/// The prediction for one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    pub id: String,
    pub kind: Kind,
    /// Why ARM cannot tell, where it cannot.
    pub why: Option<String>,
    /// It may happen, depending on what is known during the deployment only.
    pub is_potential: bool,
    pub api_version: Option<String>,
    pub location: Option<String>,
    /// Whether a named value says of itself that it is no secret.
    pub is_open: bool,
    /// Leaf by leaf.
    pub differences: Vec<Difference>,
}

/// ARM's `changeType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    Modify,
    Delete,
    NoChange,
    /// It is there, the template does not name it, and nothing happens to it.
    Ignore,
    /// It will be deployed again; whether something changes was not asked.
    Deploy,
    Unsupported,
}

/// One property that differs, as ARM tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `properties.subnets[0].properties.addressPrefix`.
    pub path: String,
    /// ARM says that the property will not be written.
    pub is_without_effect: bool,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// A diagnostic that came with the prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub code: String,
    pub message: String,
    /// The nested deployment that it is about.
    pub deployment: Option<String>,
}

/// What was asked of ARM for a stage, and what else came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Why ARM could not be asked.
    pub not_asked: Option<String>,
    /// What the question rests on, such as outputs of an earlier deployment.
    pub basis: Option<String>,
    pub warnings: Vec<Warning>,
    /// Resources that are there, are not in the templates, and stay as they are.
    pub left_alone: Vec<String>,
}

/// What is known of a resource that is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Those that are kept first, then those that are hidden.
    pub diffs: Vec<Diff>,
    /// Why it is not known what happens.
    pub why: Option<String>,
}

/// One property that differs, without secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    pub path: String,
    pub kind: DiffKind,
    pub before: Side,
    pub after: Side,
    /// Why it is no change, where it is none.
    pub hidden: Option<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffKind {
    Add,
    Change,
    Remove,
}

impl DiffKind {
    /// The word of the plan's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

/// One side of a difference.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    Nothing,
    Value(Json),
    Secret,
    /// The expression that yields it during the deployment.
    Later(String),
}

impl Compared {
    /// The differences that count as changes.
    pub fn changes(&self) -> impl Iterator<Item = &Diff> {
        self.diffs.iter().filter(|diff| diff.hidden.is_none())
    }

    /// The others, each with its reason.
    pub fn noise(&self) -> impl Iterator<Item = (&Diff, Reason)> {
        self.diffs.iter().filter_map(|diff| Some((diff, diff.hidden?)))
    }
}

/// The path of a field of what is at `path`.
pub(super) fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Whether a value waits for the deployment: the text of an expression, as ARM writes it.
fn is_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']'))
}
