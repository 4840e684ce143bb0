//! What is known around a policy text: the scope it is attached to, the tier it runs on, and what else the service
//! holds. Made by `project` from a folder, or by `cli` from a spec; lints read it. `None` always means "not known",
//! and nothing is said about what is not known.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::{Policy, Scope};

/// The kinds of gateway that differ in which policies they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Developer, Basic, Standard, Premium.
    Classic,
    /// Basic v2, Standard v2, Premium v2.
    V2,
    Consumption,
    SelfHosted,
    Workspace,
}

impl Tier {
    /// All of them, in the order of the service's own table.
    pub const ALL: [Self; 5] =
        [Self::Classic, Self::V2, Self::Consumption, Self::SelfHosted, Self::Workspace];

    /// The word of the command line and of the reference pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::V2 => "v2",
            Self::Consumption => "consumption",
            Self::SelfHosted => "self-hosted",
            Self::Workspace => "workspace",
        }
    }
}

/// A backend entity as far as policies depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendEntity {
    /// The members of a pool; empty for a single backend.
    pub members: Vec<PoolMember>,
    /// A circuit breaker is configured; None where that is not known.
    pub has_breaker: Option<bool>,
    /// It is known that one failure may leave a member in the pool, so that the next attempt meets it again.
    pub opens_late: bool,
}

/// A member of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolMember {
    pub backend: String,
    /// 1 where it is not written.
    pub priority: u32,
    pub weight: u32,
}

/// What is known of the API or operation that a text belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiFacts {
    pub subscription_required: Option<bool>,
    pub is_websocket: Option<bool>,
    /// The HTTP method, for the policy of an operation.
    pub method: Option<String>,
}

/// What is known around one policy text.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    pub scope: Option<Scope>,
    pub tier: Option<Tier>,
    /// By name; the text where it is known and no secret.
    pub named_values: Option<IndexMap<String, Option<String>>>,
    pub fragments: Option<IndexMap<String, Arc<Policy>>>,
    pub backends: Option<IndexMap<String, BackendEntity>>,
    pub loggers: Option<IndexSet<String>>,
    pub products: Option<IndexSet<String>>,
    pub api: ApiFacts,
    /// The documents of the scopes outside this one, outermost first; empty where they are not known.
    pub outer: Vec<(Scope, Arc<Policy>)>,
}
