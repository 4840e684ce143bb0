//! Backend entities from accounts, pools and the surfaces that APIs have.

use crate::model::backends::surface_prefix;
use crate::model::{
    Backend, BackendPool, BackendPoolMember, Breaker, Destination, Destinations, KeySource, KeyValue, Pool,
    Provider, Route, RouteTarget, ServedModel, SignIn,
};
use crate::spec::routing::{self, ServedBy};
use crate::spec::{self, ApiBackend, ApiKeySource, ModelAuth, ModelKind, Spec, Surface};

/// How long a caller waits who is told nothing else: a breaker's default.
const WAIT_SECONDS: u32 = 60;

/// The entities that the APIs of a spec need.
pub(super) struct Backends<'s> {
    spec: &'s Spec,
    pools: &'s [Pool],
    /// The host of each account that is made, by its id.
    hosts: &'s dyn Fn(&str) -> Option<String>,
    pub backends: Vec<Backend>,
    pub backend_pools: Vec<BackendPool>,
}

impl<'s> Backends<'s> {
    /// Starts with nothing; each API adds what it needs.
    pub(super) fn new(spec: &'s Spec, pools: &'s [Pool], hosts: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self { spec, pools, hosts, backends: Vec::new(), backend_pools: Vec::new() }
    }

    /// Where the requests of an API go.
    pub(super) fn destinations(&mut self, api: &'s spec::Api) -> Destinations {
        let surface = api.surface.value;
        match api.backend.as_ref().map(|backend| &backend.value) {
            Some(ApiBackend::Pool(id)) => {
                let pool = self.spec.pools.iter().find(|pool| pool.id.value == id.value);
                Destinations::One(pool.map_or_else(|| nowhere(id.as_str()), |pool| self.pool(pool, surface)))
            }
            Some(ApiBackend::Account(id)) => {
                let model = self.spec.models.iter().find(|model| model.id.value == id.value);
                Destinations::One(
                    model.map_or_else(|| nowhere(id.as_str()), |model| self.account(model, surface)),
                )
            }
            // A model has no URL of an API's own, which the checks see to.
            Some(ApiBackend::Url(_)) => Destinations::One(nowhere(api.id.as_str())),
            None => {
                let served = routing::names_of_api(self.spec, api);
                Destinations::ByName(served.into_iter().map(|it| self.route(it, surface)).collect())
            }
        }
    }

    fn route(&mut self, served: routing::Served<'s>, surface: Surface) -> Route {
        let (weighted, targets) = match served.by {
            ServedBy::Alias(alias) => {
                let targets = alias.targets.iter().filter_map(|target| {
                    let by = routing::target(self.spec, target.to.as_str())?;
                    Some((by, target.weight))
                });
                let targets: Vec<_> = targets.collect();
                let weighted = alias.strategy.value == spec::AliasStrategy::Weighted;
                (weighted, targets)
            }
            by => (false, vec![(by, 1)]),
        };
        let targets = targets.into_iter().map(|(by, weight)| self.target(by, weight, served.name, surface));
        Route {
            name: served.name.to_ascii_lowercase(),
            shown: served.name.to_owned(),
            weighted,
            targets: targets.collect(),
        }
    }

    fn target(&mut self, by: ServedBy<'s>, weight: u32, asked: &str, surface: Surface) -> RouteTarget {
        let (to, name) = match by {
            ServedBy::Pool(pool) => {
                let name = routing::names_of_pool(self.spec, pool);
                let own = name.iter().find(|name| name.eq_ignore_ascii_case(asked)).or(name.first());
                (self.pool(pool, surface), own.copied().unwrap_or(asked))
            }
            ServedBy::Deployment(model, deployment) => {
                (self.account(model, surface), deployment.name.as_str())
            }
            // An alias does not lead to an alias: a target is a pool or a deployment.
            ServedBy::Alias(alias) => (nowhere(alias.name.as_str()), asked),
        };
        RouteTarget { to, model: (name != asked).then(|| name.to_owned()), weight }
    }

    /// The pool's entity on a surface, with those of its members.
    fn pool(&mut self, pool: &'s spec::Pool, surface: Surface) -> Destination {
        let id = format!("{}{}", surface_prefix(surface), pool.id.as_str());
        let resolved = self.pools.iter().find(|it| it.id == pool.id.as_str());
        let breaker = resolved.map(|pool| pool.breaker.clone());
        let mut members = Vec::new();
        let mut by_identity = false;
        for (member, model) in routing::members(self.spec, pool) {
            let backend = self.entity(model, member.backend.deployment(), surface, breaker.as_ref());
            by_identity |= backend.sign_in.is_identity();
            members.push(BackendPoolMember {
                backend: backend.id.clone(),
                priority: member.priority.0,
                weight: member.weight.0,
            });
        }
        let destination = Destination {
            backend: id.clone(),
            by_identity,
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
            trip_seconds: breaker.map_or(WAIT_SECONDS, |breaker| breaker.trip_seconds),
        };
        if !self.backend_pools.iter().any(|it| it.id == id) {
            let session_cookie = resolved.and_then(|pool| pool.session_cookie.clone());
            self.backend_pools.push(BackendPool { id, members, session_cookie });
        }
        destination
    }

    /// An account's own entity on a surface. Of an account whose deployments are in pools by name, the others go here.
    fn account(&mut self, model: &'s spec::Model, surface: Surface) -> Destination {
        let backend = self.entity(model, None, surface, None);
        Destination {
            by_identity: backend.sign_in.is_identity(),
            trip_seconds: backend.breaker.as_ref().map_or(WAIT_SECONDS, |breaker| breaker.trip_seconds),
            backend: backend.id.clone(),
            members: 1,
        }
    }

    fn entity(
        &mut self,
        model: &'s spec::Model,
        deployment: Option<&str>,
        surface: Surface,
        breaker: Option<&Breaker>,
    ) -> &Backend {
        let deployment = deployment.map(|name| format!("_{name}")).unwrap_or_default();
        let id = format!("{}{}{deployment}", surface_prefix(surface), model.id.as_str());
        let at = self.backends.iter().position(|backend| backend.id == id).unwrap_or_else(|| {
            let made = (self.hosts)(model.id.as_str());
            self.backends.push(Backend {
                id,
                account: model.id.as_str().to_owned(),
                url: url(model, surface, made.as_deref()),
                sign_in: sign_in(model, surface),
                breaker: None,
            });
            self.backends.len() - 1
        });
        let backend = &mut self.backends[at];
        // Pools that share an entity have the same breaker, which the checks see to.
        if backend.breaker.is_none() {
            backend.breaker = breaker.cloned();
        }
        backend
    }
}

/// Stands for what the checks have refused.
fn nowhere(id: &str) -> Destination {
    Destination { backend: id.to_owned(), by_identity: false, members: 1, trip_seconds: WAIT_SECONDS }
}

/// What the paths of a surface are added to. Bases: each provider's API reference, see [`Surface::is_served_by`].
fn url(model: &spec::Model, surface: Surface, made: Option<&str>) -> String {
    let base = made.map_or_else(|| endpoint(model), |host| format!("https://{host}"));
    match (surface, model.kind.value) {
        (Surface::AzureOpenai, _) => format!("{base}/openai"),
        (Surface::OpenaiV1, ModelKind::AzureOpenai | ModelKind::Foundry | ModelKind::Bedrock) => {
            format!("{base}/openai/v1")
        }
        (Surface::OpenaiV1, ModelKind::Gemini) => format!("{base}/v1beta/openai"),
        (Surface::OpenaiV1, ModelKind::Openai | ModelKind::Anthropic | ModelKind::SelfHosted) => {
            format!("{base}/v1")
        }
        (Surface::AnthropicMessages, ModelKind::Foundry) => format!("{base}/anthropic"),
        (Surface::AnthropicMessages | Surface::Gemini | Surface::Bedrock, _)
        | (Surface::Rest | Surface::Realtime | Surface::Mcp, _) => base,
    }
}

/// Where an account that is not made answers.
fn endpoint(model: &spec::Model) -> String {
    if let Some(existing) = &model.existing {
        return existing.endpoint.base().to_owned();
    }
    let given = model.endpoint.as_ref().map(|endpoint| endpoint.base().to_owned());
    given.unwrap_or_else(|| {
        match model.kind.value {
            ModelKind::Openai => "https://api.openai.com",
            ModelKind::Anthropic => "https://api.anthropic.com",
            ModelKind::Gemini => "https://generativelanguage.googleapis.com",
            // The checks ask for an address of these.
            ModelKind::AzureOpenai | ModelKind::Foundry | ModelKind::Bedrock | ModelKind::SelfHosted => "",
        }
        .to_owned()
    })
}

/// The header that a key goes in, as each provider's SDK sends it; of the two that Foundry takes for Anthropic's shape
/// (platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry, read 2026-12-01) the one that Anthropic takes
/// too. Not tried against the providers.
fn sign_in(model: &spec::Model, surface: Surface) -> SignIn {
    let by_key = match model.auth.as_ref().map(|auth| &auth.value) {
        Some(ModelAuth::ApiKey(_)) => true,
        Some(ModelAuth::ManagedIdentity) => false,
        None if model.kind.is_azure() => false,
        None => return SignIn::Nothing,
    };
    if !by_key {
        return SignIn::Identity;
    }
    let (header, prefix) = match (model.kind.value, surface) {
        (ModelKind::AzureOpenai, _) | (ModelKind::Foundry, Surface::AzureOpenai | Surface::OpenaiV1) => {
            ("api-key", "")
        }
        (ModelKind::Foundry | ModelKind::Anthropic, Surface::AnthropicMessages) => ("x-api-key", ""),
        (ModelKind::Gemini, Surface::Gemini) => ("x-goog-api-key", ""),
        _ => ("Authorization", "Bearer "),
    };
    SignIn::Key { header, prefix, named_value: key_name(model) }
}

fn key_name(model: &spec::Model) -> String {
    format!("key-{}", model.id.as_str())
}

/// The keys of accounts, as named values.
pub(super) fn keys(spec: &Spec) -> Vec<KeyValue> {
    let key = |model: &spec::Model| {
        let Some(ModelAuth::ApiKey(source)) = model.auth.as_ref().map(|auth| &auth.value) else {
            return None;
        };
        let source = match &source.value {
            ApiKeySource::KeyVaultSecret(id) => KeySource::VaultSecret(id.value.0.clone()),
            ApiKeySource::Environment(name) => KeySource::Environment(name.value.0.clone()),
        };
        Some(KeyValue { name: key_name(model), source })
    };
    spec.models.iter().filter_map(|model| key(model)).collect()
}

/// The accounts that are called and not made.
pub(super) fn providers(spec: &Spec) -> Vec<Provider> {
    let of = |model: &spec::Model| {
        let endpoint = endpoint(model);
        let host = endpoint.trim_start_matches("https://");
        Provider {
            id: model.id.as_str().to_owned(),
            kind: model.kind.value,
            host: host.split('/').next().unwrap_or_default().to_ascii_lowercase(),
            resource_id: model.existing.as_ref().and_then(|it| it.id.as_ref()).map(|id| id.value.0.clone()),
            by_identity: sign_in(model, Surface::OpenaiV1).is_identity(),
            deployments: model.deployments.iter().map(|it| super::resolved_deployment(it)).collect(),
        }
    };
    spec.models.iter().filter(|model| !model.is_made()).map(|model| of(model)).collect()
}

/// The names that callers of an API may use.
pub(super) fn served(spec: &Spec, api: &spec::Api) -> Vec<ServedModel> {
    let model = |by: ServedBy<'_>, name: &str| match by {
        ServedBy::Pool(pool) => routing::members(spec, pool)
            .flat_map(|(_, model)| model.callable())
            .find(|deployment| deployment.name.as_str() == name)
            .map(|deployment| deployment.model_name().to_owned()),
        ServedBy::Deployment(_, deployment) => Some(deployment.model_name().to_owned()),
        ServedBy::Alias(_) => None,
    };
    let served = routing::names_of_api(spec, api).into_iter();
    served
        .map(|it| ServedModel {
            name: it.name.to_owned(),
            model: model(it.by, it.name).unwrap_or_else(|| it.name.to_owned()),
        })
        .collect()
}
