//! Where requests go: the gateway's backend entities, how each is signed in to, and what a name that callers use leads to.

use super::gateway::Breaker;
use crate::spec::{ModelKind, Surface};

/// A backend entity: an account on a surface, or one deployment of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// The entity's name: the account's id on the surface of Azure OpenAI, `v1_ACCOUNT` and the like on others, with
    /// `_DEPLOYMENT` behind it where a pool names a deployment.
    pub id: String,
    /// The id of the account.
    pub account: String,
    /// What the paths of the surface's operations are added to.
    pub url: String,
    pub sign_in: SignIn,
    pub breaker: Option<Breaker>,
}

/// How the gateway signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// With a token of its identity, by policy.
    Identity,
    /// With a key that the backend entity adds to each request.
    Key {
        header: &'static str,
        /// What stands before the key: empty, or `Bearer `.
        prefix: &'static str,
        /// The named value that holds it.
        named_value: String,
    },
    /// Not at all.
    Nothing,
}

impl SignIn {
    /// True where the policy sends a token.
    pub fn is_identity(&self) -> bool {
        *self == Self::Identity
    }
}

/// A pool of backend entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendPool {
    /// The entity's name: the pool's id, with the surface before it as for [`Backend::id`].
    pub id: String,
    pub members: Vec<BackendPoolMember>,
    /// The cookie that keeps a caller with one member.
    pub session_cookie: Option<String>,
}

/// A backend entity in a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendPoolMember {
    /// [`Backend::id`].
    pub backend: String,
    pub priority: u32,
    pub weight: u32,
}

/// An account that is called and not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The id used in the spec.
    pub id: String,
    pub kind: ModelKind,
    /// The host name that answers, in lower case.
    pub host: String,
    /// The id of the Azure resource, where the spec tells it.
    pub resource_id: Option<String>,
    /// Whether the gateway's identity signs in.
    pub by_identity: bool,
    pub deployments: Vec<super::ModelDeployment>,
}

/// A named value that holds a key, and where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue {
    /// The named value; also the name of the secret where the key goes into the landing zone's own vault.
    pub name: String,
    pub source: KeySource,
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The id of a secret in a vault that is there already, without version.
    VaultSecret(String),
    /// An environment variable, read when deploying.
    Environment(String),
}

/// Where the requests of an API go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destinations {
    /// All to one.
    One(Destination),
    /// By the name that a caller uses.
    ByName(Vec<Route>),
}

impl Destinations {
    /// Every destination, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Destination> {
        let (one, many) = match self {
            Self::One(destination) => (Some(destination), [].as_slice()),
            Self::ByName(routes) => (None, routes.as_slice()),
        };
        one.into_iter().chain(many.iter().flat_map(|route| route.targets.iter().map(|target| &target.to)))
    }
}

/// A pool or a backend, as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// [`Backend::id`] or [`BackendPool::id`].
    pub backend: String,
    pub by_identity: bool,
    /// How many members can be tried.
    pub members: u32,
    /// How long a breaker stays open, for callers who are told to wait.
    pub trip_seconds: u32,
}

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// In lower case, as it is compared.
    pub name: String,
    /// As it is written, for lists.
    pub shown: String,
    pub weighted: bool,
    /// At least one; the others are tried where the first cannot answer.
    pub targets: Vec<RouteTarget>,
}

/// One of the targets of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTarget {
    pub to: Destination,
    /// What the target calls the model, where that is another name.
    pub model: Option<String>,
    pub weight: u32,
}

/// A name that callers of an API may use, and the model behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedModel {
    pub name: String,
    pub model: String,
}

/// What stands before the name of a backend on a surface.
pub fn surface_prefix(surface: Surface) -> &'static str {
    match surface {
        // Services have backends of their own (`ServiceApi::backend`).
        Surface::AzureOpenai | Surface::Rest | Surface::Realtime | Surface::Mcp => "",
        Surface::OpenaiV1 => "v1_",
        Surface::AnthropicMessages => "messages_",
        Surface::Gemini => "generate_",
        Surface::Bedrock => "converse_",
    }
}
