//! What the members of a pool must have in common, and what they must not.

use std::collections::BTreeMap;

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::routing::{self, ServedBy};
use crate::spec::types::{Model, ModelDeployment, Pool, PoolMember, Spec};

/// A pool holds at most 30 backends (learn.microsoft.com/azure/api-management/backends, 2026-01-15).
const MEMBERS_MAX: usize = 30;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for pool in spec.pools.iter() {
        // Unknown members were reported where references are checked.
        let members: Vec<Member<'_>> = pool
            .members
            .iter()
            .filter_map(|member| {
                let model = spec.models.iter().find(|model| model.id.as_str() == member.backend.account())?;
                Some(Member { member: &member.value, model })
            })
            .collect();
        if pool.members.len() > MEMBERS_MAX {
            let found = cx
                .diagnostic(
                    &codes::OUT_OF_RANGE,
                    pool.members.span,
                    format!(
                        "pool `{}` has {} members; it may have {MEMBERS_MAX}",
                        pool.id.as_str(),
                        pool.members.len()
                    ),
                )
                .help("make two pools");
            cx.push(found);
        }
        same_deployments(pool, &members, cx);
        one_way_to_sign_in(pool, &members, cx);
        ptu_apart_from_payg(&members, cx);
        own_quota(&members, cx);
        one_threshold(pool, cx);
    }
    one_breaker_each(spec, cx);
    unused(spec, cx);
    for model in spec.models.iter() {
        for deployment in model.deployments.iter() {
            spillover(model, deployment, cx);
        }
    }
}

struct Member<'s> {
    member: &'s PoolMember,
    model: &'s At<Model>,
}

impl<'s> Member<'s> {
    /// What callers may name: the one deployment that is meant, or all of the account.
    fn deployments(&self) -> impl Iterator<Item = &'s At<ModelDeployment>> {
        let only = self.member.backend.deployment();
        self.model
            .callable()
            .filter(move |deployment| only.is_none_or(|only| deployment.name.as_str() == only))
    }

    fn is_provisioned(&self) -> bool {
        self.deployments().any(|deployment| deployment.is_provisioned())
    }
}

/// The resource type has both and no page says which of the two would hold.
fn one_threshold(pool: &Pool, cx: &mut Checks<'_>) {
    let (Some(count), Some(percentage)) = (&pool.breaker.count, &pool.breaker.percentage) else { return };
    let found = cx
        .diagnostic(
            &codes::CONFLICT,
            percentage.span,
            "a breaker opens at a number of failures or at a share of calls",
        )
        .related(cx.source, count.span, "the number")
        .help("remove `count` or `percentage`");
    cx.push(found);
}

/// An account, or a deployment that pools name by itself, is one backend entity, which has one breaker.
fn one_breaker_each(spec: &Spec, cx: &mut Checks<'_>) {
    let mut first_of: BTreeMap<&str, &Pool> = BTreeMap::new();
    for pool in spec.pools.iter() {
        for member in pool.members.iter() {
            let backend = member.backend.as_str();
            let first = *first_of.entry(backend).or_insert(pool);
            if pool.breaker.same_as(&first.breaker) {
                continue;
            }
            let found = cx
                .diagnostic(
                    &codes::NOT_SUPPORTED,
                    pool.breaker.span,
                    format!(
                        "pools `{}` and `{}` give `{backend}` different breakers",
                        first.id.as_str(),
                        pool.id.as_str(),
                    ),
                )
                .related(cx.source, first.breaker.span, "the other breaker")
                .help("give both pools the same breaker");
            cx.push(found);
        }
    }
}

/// An account that nothing leads to is paid for and never answers.
fn unused(spec: &Spec, cx: &mut Checks<'_>) {
    // What leads there may be misspelt, which was reported already.
    if cx.found.iter().any(|found| found.code == &codes::UNKNOWN_REFERENCE) {
        return;
    }
    let is_of = |by: ServedBy<'_>, model: &Model| match by {
        ServedBy::Pool(pool) => {
            pool.members.iter().any(|member| member.backend.account() == model.id.as_str())
        }
        ServedBy::Deployment(of, _) => of.id.value == model.id.value,
        ServedBy::Alias(_) => false,
    };
    let leads_to = |by: ServedBy<'_>, model: &Model| match by {
        ServedBy::Alias(alias) => alias
            .targets
            .iter()
            .filter_map(|it| routing::target(spec, it.to.as_str()))
            .any(|it| is_of(it, model)),
        other => is_of(other, model),
    };
    for model in spec.models.iter() {
        let in_a_pool = spec.pools.iter().any(|pool| is_of(ServedBy::Pool(pool), model));
        let in_an_api = spec
            .apis
            .iter()
            .flat_map(|api| routing::names_of_api(spec, api))
            .any(|served| leads_to(served.by, model));
        let is_named = spec.apis.iter().any(|api| api.account().is_some_and(|id| id.value == model.id.value));
        let in_a_cache = spec.semantic_caches().any(|cache| cache.embeddings.account() == model.id.as_str());
        if !in_a_pool && !in_an_api && !is_named && !in_a_cache {
            let found = cx
                .diagnostic(
                    &codes::MODEL_UNUSED,
                    model.id.span,
                    format!("no pool has `{}` as a member, and no API names it", model.id.as_str()),
                )
                .help("add it to a pool, or remove it");
            cx.push(found);
        }
    }
}

/// The path goes to whichever member is next, unchanged: each needs the deployment that it names.
fn same_deployments(pool: &Pool, members: &[Member<'_>], cx: &mut Checks<'_>) {
    let Some((first, others)) = members.split_first() else { return };
    for other in others {
        for expected in first.deployments() {
            let name = expected.name.as_str();
            let same_name = other.deployments().find(|deployment| deployment.name.as_str() == name);
            let (span, message) = match same_name {
                None => (
                    other.member.backend.span,
                    format!(
                        "`{}` has no deployment `{name}`, which pool `{}` needs",
                        other.model.id.as_str(),
                        pool.id.as_str()
                    ),
                ),
                Some(deployment) if !same_model(deployment, expected) => {
                    let span = deployment.model.as_ref().map_or(deployment.name.span, |model| model.span);
                    (
                        span,
                        format!(
                            "deployment `{name}` is {} here and {} in `{}` of the same pool",
                            model_of(deployment),
                            model_of(expected),
                            first.model.id.as_str(),
                        ),
                    )
                }
                Some(_) => continue,
            };
            let found = cx
                .diagnostic(&codes::MEMBERS_DIFFER, span, message)
                .related(cx.source, expected.name.span, "the other member's deployment")
                .help("give all members of the pool deployments of the same name, model and version");
            cx.push(found);
        }
    }
}

/// A version that is not told, as of an account that is there already, may be any.
fn same_model(one: &ModelDeployment, other: &ModelDeployment) -> bool {
    let versions = one.version.as_ref().zip(other.version.as_ref());
    one.model_name() == other.model_name() && versions.is_none_or(|(one, other)| one.value == other.value)
}

fn model_of(deployment: &ModelDeployment) -> String {
    match &deployment.version {
        Some(version) => format!("`{}` `{}`", deployment.model_name(), version.as_str()),
        None => format!("`{}`", deployment.model_name()),
    }
}

/// H-09: a policy signs in once for all members.
fn one_way_to_sign_in(pool: &Pool, members: &[Member<'_>], cx: &mut Checks<'_>) {
    let Some((first, others)) = members.split_first() else { return };
    let expected = super::models::way_in(first.model);
    for other in others.iter().filter(|other| super::models::way_in(other.model) != expected) {
        let span = other.model.auth.as_ref().map_or(other.model.id.span, |auth| auth.span);
        let message = format!(
            "pool `{}` signs in to `{}` with {expected} and to `{}` with {}",
            pool.id.as_str(),
            first.model.id.as_str(),
            other.model.id.as_str(),
            super::models::way_in(other.model),
        );
        let found = cx
            .diagnostic(&codes::SIGN_INS_DIFFER, span, message)
            .related(cx.source, first.member.backend.span, "the first member")
            .help("make two pools, and an alias over them");
        cx.push(found);
    }
}

/// D-07: pay-as-you-go beside provisioned takes most of the traffic that was paid for already.
fn ptu_apart_from_payg(members: &[Member<'_>], cx: &mut Checks<'_>) {
    let mut groups: BTreeMap<u32, Vec<&Member<'_>>> = BTreeMap::new();
    for member in members {
        groups.entry(member.member.priority.0).or_default().push(member);
    }
    for (priority, group) in groups {
        let Some(ptu) = group.iter().find(|member| member.is_provisioned()) else { continue };
        for payg in group.iter().filter(|member| !member.is_provisioned()) {
            let found = cx
                .diagnostic(
                    &codes::PTU_BESIDE_PAYG,
                    payg.member.priority.span,
                    format!(
                        "pay-as-you-go `{}` shares priority {priority} with provisioned `{}`",
                        payg.model.id.as_str(),
                        ptu.model.id.as_str(),
                    ),
                )
                .related(cx.source, ptu.member.priority.span, "provisioned")
                .help(format!(
                    "set the `priority` of `{}` to {} or more",
                    payg.model.id.as_str(),
                    priority + 1
                ));
            cx.push(found);
        }
    }
}

/// D-09: quota is per subscription, region, model and SKU.
fn own_quota(members: &[Member<'_>], cx: &mut Checks<'_>) {
    for (index, member) in members.iter().enumerate() {
        let Some(location) = member.model.location.as_ref().filter(|_| member.model.is_made()) else {
            continue;
        };
        for deployment in member.deployments().filter(|deployment| !deployment.is_provisioned()) {
            let Some(sku) = &deployment.sku else { continue };
            let shared = members[..index].iter().filter(|other| other.model.is_made()).find_map(|other| {
                let of_other = other.model.location.as_ref()?;
                let draws = |it: &At<ModelDeployment>| {
                    it.name.value == deployment.name.value
                        && it.sku.as_ref().is_some_and(|other| other.value == sku.value)
                };
                (of_other.normalized() == location.normalized() && other.deployments().any(draws))
                    .then_some((other, of_other))
            });
            if let Some((other, of_other)) = shared {
                let found = cx
                    .diagnostic(
                        &codes::MEMBERS_SHARE_QUOTA,
                        location.span,
                        format!(
                            "`{}` and `{}` draw on one {} quota in `{}`",
                            other.model.id.as_str(),
                            member.model.id.as_str(),
                            sku.word(),
                            location.normalized(),
                        ),
                    )
                    .related(cx.source, of_other.span, "the same region")
                    .help("put one of them into another region, or use another SKU");
                cx.push(found);
            }
        }
    }
}

fn spillover(model: &Model, deployment: &ModelDeployment, cx: &mut Checks<'_>) {
    let target = deployment.spillover.as_str();
    if target == "none" {
        return;
    }
    if let Some(sku) = deployment.sku.as_ref().filter(|sku| !sku.is_provisioned()) {
        let found = cx
            .diagnostic(
                &codes::NOT_SUPPORTED,
                deployment.spillover.span,
                format!("`{}` deployments have no spillover", sku.word()),
            )
            .help("set `spillover` to `none`; Azure spills over from provisioned deployments only");
        cx.push(found);
    }
    if target == deployment.name.as_str() {
        let found = cx
            .diagnostic(
                &codes::CONFLICT,
                deployment.spillover.span,
                format!("`{target}` spills over to itself"),
            )
            .help("name another deployment of the account, or `none`");
        cx.push(found);
    }
    let Some(target) = model.deployments.iter().find(|other| other.name.as_str() == target) else { return };
    if let Some(sku) = target.sku.as_ref().filter(|sku| sku.is_provisioned()) {
        let found = cx
            .diagnostic(
                &codes::NOT_SUPPORTED,
                deployment.spillover.span,
                format!("spillover to `{}`, which is provisioned itself", target.name.as_str()),
            )
            .related(cx.source, sku.span, "provisioned")
            .help("spill over to a pay-as-you-go deployment");
        cx.push(found);
    }
}
