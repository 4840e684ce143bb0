//! What would be deployed, as data and as a page to read.
//!
//! ```text
//! evaluated stages + checks --build--> Plan --view::human | view::json--> text
//! ```
//!
//! A plan is made offline: nothing is asked of Azure, so everything is a creation, and what only Azure can know
//! stays visible as such. Azure may be asked afterwards, for its checks (`checks::check_live`) and for what a stage
//! would change (`preview`). It carries no values of properties but those that differ, and of these no secrets.

mod build;
pub mod checks;
pub mod codes;
mod describe;
pub mod file;
mod policy_questions;
pub mod preview;
mod regions;
pub(crate) mod secrets;
pub mod view;

use indexmap::IndexMap;

use checks::Check;
use preview::{Compared, Preview};

pub use build::{StageEvaluation, build};
pub use policy_questions::{PolicyQuestion, PolicyQuestions, QUESTIONS_MAX, policy_questions};
pub use regions::{RegionRow, RegionSurvey, survey};

const GROUP_TYPE: &str = "Microsoft.Resources/resourceGroups";

/// What a deployment would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In order of deployment.
    pub stages: Vec<Stage>,
    pub checks: Vec<Check>,
    /// Whether the checks hold Azure's answers, not the catalogue's alone.
    pub asked: bool,
}

/// One deployment at subscription scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// `baseline` or `genai`.
    pub name: String,
    /// The ARM deployment's name.
    pub deployment_name: String,
    pub location: String,
    /// In order of first mention; what belongs to no resource group comes as a group without a name.
    pub groups: Vec<Group>,
    pub outputs: Vec<Output>,
    /// What Azure was asked; None offline.
    pub preview: Option<Preview>,
}

/// The resources of one resource group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// None for resources of the subscription itself.
    pub name: Option<String>,
    /// What happens to the group; None where another stage or somebody else makes it.
    pub change: Option<Change>,
    /// The group's region, where this stage makes it.
    pub location: Option<String>,
    /// What differs of the group itself.
    pub compared: Compared,
    /// In template order, those of nested deployments in the place of their deployment.
    pub resources: Vec<Resource>,
}

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The full ARM id.
    pub id: String,
    /// For example `Microsoft.ApiManagement/service/apis`.
    pub resource_type: String,
    pub api_version: String,
    /// The full name, segments joined by `/`. A readable stand-in where the deployment alone can tell it.
    pub name: String,
    pub symbolic_name: Option<String>,
    /// The nested deployments around it, outermost first.
    pub path: Vec<String>,
    pub change: Change,
    /// `Developer x1`, `WAF_v2`.
    pub sku: Option<String>,
    /// Normalized; `global` for what has no region.
    pub location: Option<String>,
    /// What else tells it from its neighbours: the model of a deployment, the zones of an address.
    pub notes: Vec<String>,
    /// What only the deployment can tell, in the order of the body.
    pub unknowns: Vec<Unknown>,
    pub compared: Compared,
}

/// What happens to a resource. A plan made offline knows the first four only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Create,
    /// Its condition, or that of a deployment around it, waits for Azure.
    Maybe,
    /// Used, never written.
    Read,
    /// Its condition is false.
    Skip,
    /// It is there, and some of its properties change.
    Modify,
    Delete,
    /// It is there as the template says.
    Unchanged,
    /// Azure cannot or could not tell.
    Unknown,
}

impl Change {
    /// The word of the plan's JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Maybe => "maybe",
            Self::Read => "read",
            Self::Skip => "skip",
            Self::Modify => "modify",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
            Self::Unknown => "unknown",
        }
    }
}

/// A value that waits for Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where it goes: `properties.principalId`, `name`, `condition`.
    pub path: String,
    /// The expression that yields it; None where it may hold a secret.
    pub expression: Option<String>,
}

/// An output of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    /// The declared type.
    pub output_type: String,
    pub value: OutputValue,
}

/// What a plan tells of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputValue {
    Known(serde_json::Value),
    /// The expression that yields it.
    Unknown(String),
    /// Declared secure: never shown.
    Secret,
}

/// How many resources of a plan or stage meet which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub create: usize,
    pub maybe: usize,
    pub read: usize,
    pub skip: usize,
    pub modify: usize,
    pub delete: usize,
    pub unchanged: usize,
    pub unknown: usize,
}

impl Plan {
    /// Returns whether it is certain what happens to every resource. Values may still be unknown.
    pub fn is_complete(&self) -> bool {
        let counts = self.counts();
        counts.maybe == 0 && counts.unknown == 0
    }

    /// Whether a stage was compared with what exists, or Azure was asked to.
    pub fn is_previewed(&self) -> bool {
        self.stages.iter().any(|stage| stage.preview.is_some())
    }

    /// Returns whether a check says that the deployment would fail.
    pub fn is_errored(&self) -> bool {
        self.checks.iter().any(|check| check.verdict.is_blocked())
    }

    /// How many resources change in which way.
    pub fn counts(&self) -> Counts {
        Counts::of(self.stages.iter().flat_map(Stage::changes))
    }

    /// What was compared: groups and resources, stage by stage.
    pub fn compared(&self) -> impl Iterator<Item = &Compared> {
        let groups = self.stages.iter().flat_map(|stage| &stage.groups);
        groups.flat_map(|group| {
            std::iter::once(&group.compared).chain(group.resources.iter().map(|resource| &resource.compared))
        })
    }

    /// Returns every resource, stage by stage.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.stages.iter().flat_map(Stage::resources)
    }
}

impl Stage {
    /// How many resources change in which way.
    pub fn counts(&self) -> Counts {
        Counts::of(self.changes())
    }

    /// The resources of this stage, those of its nested deployments included.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.groups.iter().flat_map(|group| &group.resources)
    }

    /// How many creations, certain or not, there are of each type, resource groups first, then in template order.
    pub fn types(&self) -> IndexMap<&str, usize> {
        let will_be = |change: Change| matches!(change, Change::Create | Change::Maybe);
        let groups = self.groups.iter().filter(|group| group.change.is_some_and(will_be)).map(|_| GROUP_TYPE);
        let resources = self.resources().filter(|resource| will_be(resource.change));
        let mut types = IndexMap::new();
        for name in groups.chain(resources.map(|resource| resource.resource_type.as_str())) {
            *types.entry(name).or_insert(0) += 1;
        }
        types
    }

    /// The fate of every resource, resource groups among them.
    fn changes(&self) -> impl Iterator<Item = Change> {
        let groups = self.groups.iter().filter_map(|group| group.change);
        groups.chain(self.resources().map(|resource| resource.change))
    }
}

impl Counts {
    /// How many resources change, may change, or cannot be told.
    pub fn changes(self) -> usize {
        self.create + self.maybe + self.modify + self.delete + self.unknown
    }

    /// How many resources there are.
    pub fn total(self) -> usize {
        self.changes() + self.read + self.skip + self.unchanged
    }

    fn of(changes: impl Iterator<Item = Change>) -> Self {
        let mut counts = Self::default();
        for change in changes {
            match change {
                Change::Create => counts.create += 1,
                Change::Maybe => counts.maybe += 1,
                Change::Read => counts.read += 1,
                Change::Skip => counts.skip += 1,
                Change::Modify => counts.modify += 1,
                Change::Delete => counts.delete += 1,
                Change::Unchanged => counts.unchanged += 1,
                Change::Unknown => counts.unknown += 1,
            }
        }
        counts
    }
}
