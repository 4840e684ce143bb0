//! Which names callers may use on a surface, and what each leads to. The checks and the resolver ask the same.

use super::types::{Alias, Model, ModelDeployment, ModelKind, Pool, PoolMember, Spec, Surface};

/// What a name leads to.
#[derive(Clone, Copy, Debug)]
pub enum ServedBy<'s> {
    Pool(&'s Pool),
    Deployment(&'s Model, &'s ModelDeployment),
    Alias(&'s Alias),
}

/// A name that callers may use.
#[derive(Clone, Copy, Debug)]
pub struct Served<'s> {
    pub name: &'s str,
    pub by: ServedBy<'s>,
}

impl Surface {
    /// True where the body names the model, so that the gateway may put another name in its place.
    pub fn has_model_in_body(self) -> bool {
        matches!(self, Self::OpenaiV1 | Self::AnthropicMessages)
    }

    /// Which kinds of accounts answer on it. Anthropic has an address for OpenAI's shape, and says that it is for trying its models
    /// (platform.claude.com/docs/en/api/openai-sdk). Google has one at `/v1beta/openai` (ai.google.dev/gemini-api/docs/openai),
    /// Amazon at `/openai/v1`, with Responses for some models alone (docs.aws.amazon.com/bedrock/latest/userguide/
    /// inference-responses-api), and Foundry has Anthropic's shape at `/anthropic` (learn.microsoft.com/azure/foundry/
    /// foundry-models/how-to/use-foundry-models-claude). All read 2026-12-01; none was tried.
    pub fn is_served_by(self, kind: ModelKind) -> bool {
        match self {
            Self::AzureOpenai => kind.is_azure(),
            Self::OpenaiV1 => true,
            Self::AnthropicMessages => matches!(kind, ModelKind::Anthropic | ModelKind::Foundry),
            Self::Gemini => kind == ModelKind::Gemini,
            Self::Bedrock => kind == ModelKind::Bedrock,
            // A WebSocket leads to an account that is made, whose name is known.
            Self::Realtime => kind == ModelKind::AzureOpenai,
            Self::Rest | Self::Mcp => false,
        }
    }
}

/// How often an API sends a request again, where it says nothing itself.
const RETRIES: u32 = 2;

/// How often an API sends a request again at most. Once each member of a pool has been asked, only the pool's own 503 is
/// left to wait for.
pub fn retries(spec: &Spec, api: &super::types::Api) -> u32 {
    let pool = api.pool().and_then(|id| spec.pools.iter().find(|pool| pool.id.value == id.value));
    // Where a breaker opens late, an attempt may meet the same member again.
    let pool = pool.filter(|pool| pool.breaker.failures() == Some(1));
    let others = pool.map_or(0, |pool| pool.members.len().saturating_sub(1));
    let useful = u32::try_from(others).unwrap_or(RETRIES).min(RETRIES);
    api.retry.count.as_ref().map_or(if useful == 0 { RETRIES } else { useful }, |count| count.0)
}

/// The members of a pool whose accounts are known.
pub fn members<'s>(spec: &'s Spec, pool: &'s Pool) -> impl Iterator<Item = (&'s PoolMember, &'s Model)> {
    pool.members.iter().filter_map(|member| {
        let model = spec.models.iter().find(|model| model.id.as_str() == member.backend.account())?;
        Some((&member.value, &model.value))
    })
}

/// The names that all members of a pool answer to.
pub fn names_of_pool<'s>(spec: &'s Spec, pool: &'s Pool) -> Vec<&'s str> {
    let Some((member, model)) = members(spec, pool).next() else { return Vec::new() };
    match member.backend.deployment() {
        Some(name) => vec![name],
        None => model.callable().map(|deployment| deployment.name.as_str()).collect(),
    }
}

/// True where every member of a pool answers on the surface.
pub fn pool_serves(spec: &Spec, pool: &Pool, surface: Surface) -> bool {
    members(spec, pool).all(|(_, model)| surface.is_served_by(model.kind.value))
}

/// What the target of an alias is; None where nothing has that name.
pub fn target<'s>(spec: &'s Spec, target: &str) -> Option<ServedBy<'s>> {
    let Some((account, deployment)) = target.split_once('/') else {
        return spec.pools.iter().find(|pool| pool.id.as_str() == target).map(|pool| ServedBy::Pool(pool));
    };
    let model = spec.models.iter().find(|model| model.id.as_str() == account)?;
    let deployment = model.deployments.iter().find(|it| it.name.as_str() == deployment)?;
    Some(ServedBy::Deployment(model, deployment))
}

/// The deployments that a name leads to, each with its account.
pub fn deployments<'s>(spec: &'s Spec, served: Served<'s>) -> Vec<(&'s Model, &'s ModelDeployment)> {
    let of_pool = |pool: &'s Pool, names: &[&str]| {
        let all =
            members(spec, pool).flat_map(|(_, model)| model.callable().map(move |it| (model, &it.value)));
        all.filter(|(_, deployment)| names.contains(&deployment.name.as_str())).collect::<Vec<_>>()
    };
    match served.by {
        ServedBy::Pool(pool) => of_pool(pool, &[served.name]),
        ServedBy::Deployment(model, deployment) => vec![(model, deployment)],
        ServedBy::Alias(alias) => {
            let targets = alias.targets.iter().filter_map(|it| target(spec, it.to.as_str()));
            let of_target = |by: ServedBy<'s>| match by {
                ServedBy::Pool(pool) => of_pool(pool, &names_of_pool(spec, pool)),
                ServedBy::Deployment(model, deployment) => vec![(model, deployment)],
                // A target is a pool or a deployment.
                ServedBy::Alias(_) => Vec::new(),
            };
            targets.flat_map(of_target).collect()
        }
    }
}

/// True where it answers on the surface.
pub fn serves(spec: &Spec, by: ServedBy<'_>, surface: Surface) -> bool {
    match by {
        ServedBy::Pool(pool) => pool_serves(spec, pool, surface),
        ServedBy::Deployment(model, _) => surface.is_served_by(model.kind.value),
        ServedBy::Alias(alias) => {
            surface.has_model_in_body()
                && alias
                    .targets
                    .iter()
                    .filter_map(|it| target(spec, it.to.as_str()))
                    .all(|it| serves(spec, it, surface))
        }
    }
}

/// Every name that callers may use on the surface: aliases, then what pools answer to, then deployments that are in no
/// pool. A name may stand there twice, which the checks refuse where an API routes by names.
pub fn names(spec: &Spec, surface: Surface) -> Vec<Served<'_>> {
    let aliases =
        spec.aliases.iter().map(|alias| Served { name: alias.name.as_str(), by: ServedBy::Alias(alias) });
    let pools = spec.pools.iter().flat_map(|pool| {
        names_of_pool(spec, pool).into_iter().map(|name| Served { name, by: ServedBy::Pool(pool) })
    });
    let accounts = spec.models.iter().flat_map(|model| {
        let alone = model.callable().filter(|deployment| !is_pooled(spec, model, deployment.name.as_str()));
        alone.map(|deployment| Served {
            name: deployment.name.as_str(),
            by: ServedBy::Deployment(model, deployment),
        })
    });
    let all = aliases.chain(pools).chain(accounts);
    all.filter(|served| serves(spec, served.by, surface)).collect()
}

/// True where a pool leads to that deployment.
fn is_pooled(spec: &Spec, model: &Model, name: &str) -> bool {
    spec.pools.iter().any(|pool| {
        names_of_pool(spec, pool).contains(&name)
            && pool.members.iter().any(|member| member.backend.account() == model.id.as_str())
    })
}

/// The names that callers may use on an API.
pub fn names_of_api<'s>(spec: &'s Spec, api: &'s super::types::Api) -> Vec<Served<'s>> {
    use super::types::{ApiBackend, RoutedNames};
    if !api.surface.is_of_models() {
        return Vec::new();
    }
    let surface = api.surface.value;
    if let Some(routes) = &api.routes {
        let all = names(spec, surface);
        return match &routes.names().value {
            RoutedNames::Auto => all,
            RoutedNames::Listed(wanted) => wanted
                .iter()
                .filter_map(|name| all.iter().find(|it| it.name.eq_ignore_ascii_case(name.as_str())).copied())
                .collect(),
        };
    }
    match api.backend.as_ref().map(|backend| &backend.value) {
        Some(ApiBackend::Pool(id)) => {
            let pool = spec.pools.iter().find(|pool| pool.id.value == id.value);
            pool.into_iter()
                .flat_map(|pool| {
                    names_of_pool(spec, pool)
                        .into_iter()
                        .map(|name| Served { name, by: ServedBy::Pool(pool) })
                })
                .collect()
        }
        Some(ApiBackend::Account(id)) => {
            let model = spec.models.iter().find(|model| model.id.value == id.value);
            model
                .into_iter()
                .flat_map(|model| {
                    model.callable().map(|deployment| Served {
                        name: deployment.name.as_str(),
                        by: ServedBy::Deployment(model, deployment),
                    })
                })
                .collect()
        }
        Some(ApiBackend::Url(_)) | None => Vec::new(),
    }
}
