//! What the members of a pool must have in common, and what they must not.

use std::collections::BTreeMap;

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
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
                let model = spec.models.iter().find(|model| model.id.value == member.backend.value)?;
                Some(Member { member: &member.value, model: &model.value })
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
        ptu_apart_from_payg(&members, cx);
        own_quota(&members, cx);
    }
    one_breaker_each(spec, cx);
    for model in spec.models.iter() {
        for deployment in model.deployments.iter() {
            spillover(model, deployment, cx);
        }
    }
}

struct Member<'s> {
    member: &'s PoolMember,
    model: &'s Model,
}

impl<'s> Member<'s> {
    /// What callers may name: everything but deployments that only take another's spillover.
    fn deployments(&self) -> impl Iterator<Item = &'s At<ModelDeployment>> {
        let all = &self.model.deployments;
        all.iter().filter(move |deployment| {
            !all.iter().any(|other| {
                other.name.value != deployment.name.value
                    && other.spillover.as_str() == deployment.name.as_str()
            })
        })
    }

    fn is_provisioned(&self) -> bool {
        self.deployments().any(|deployment| deployment.sku.is_provisioned())
    }
}

/// An account is one backend entity, which has one breaker.
fn one_breaker_each(spec: &Spec, cx: &mut Checks<'_>) {
    for model in spec.models.iter() {
        let mut pools = spec
            .pools
            .iter()
            .filter(|pool| pool.members.iter().any(|member| member.backend.value == model.id.value));
        let Some(first) = pools.next() else {
            if spec.apis.iter().any(|api| api.account().is_some_and(|id| id.value == model.id.value)) {
                continue;
            }
            // A member that is misspelt was reported already.
            if cx.found.iter().any(|found| found.code == &codes::UNKNOWN_REFERENCE) {
                continue;
            }
            let found = cx
                .diagnostic(
                    &codes::MODEL_UNUSED,
                    model.id.span,
                    format!("no pool has `{}` as a member, and no API names it", model.id.as_str()),
                )
                .help("add it to a pool, or remove it");
            cx.push(found);
            continue;
        };
        for other in pools.filter(|other| !other.breaker.same_as(&first.breaker)) {
            let found = cx
                .diagnostic(
                    &codes::NOT_SUPPORTED,
                    other.breaker.span,
                    format!(
                        "pools `{}` and `{}` give `{}` different breakers",
                        first.id.as_str(),
                        other.id.as_str(),
                        model.id.as_str(),
                    ),
                )
                .related(cx.source, first.breaker.span, "the other breaker")
                .help("give both pools the same breaker");
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
                Some(deployment)
                    if (&deployment.model.value, &deployment.version.value)
                        != (&expected.model.value, &expected.version.value) =>
                {
                    (
                        deployment.model.span,
                        format!(
                            "deployment `{name}` is `{}` `{}` here and `{}` `{}` in `{}` of the same pool",
                            deployment.model.as_str(),
                            deployment.version.as_str(),
                            expected.model.as_str(),
                            expected.version.as_str(),
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
        for deployment in member.deployments().filter(|deployment| !deployment.sku.is_provisioned()) {
            let shared = members[..index].iter().find(|other| {
                other.model.location.normalized() == member.model.location.normalized()
                    && other.deployments().any(|it| {
                        it.name.value == deployment.name.value && it.sku.value == deployment.sku.value
                    })
            });
            if let Some(other) = shared {
                let found = cx
                    .diagnostic(
                        &codes::MEMBERS_SHARE_QUOTA,
                        member.model.location.span,
                        format!(
                            "`{}` and `{}` draw on one {} quota in `{}`",
                            other.model.id.as_str(),
                            member.model.id.as_str(),
                            deployment.sku.word(),
                            member.model.location.normalized(),
                        ),
                    )
                    .related(cx.source, other.model.location.span, "the same region")
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
    if !deployment.sku.is_provisioned() {
        let found = cx
            .diagnostic(
                &codes::NOT_SUPPORTED,
                deployment.spillover.span,
                format!("`{}` deployments have no spillover", deployment.sku.word()),
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
    if target.sku.is_provisioned() {
        let found = cx
            .diagnostic(
                &codes::NOT_SUPPORTED,
                deployment.spillover.span,
                format!("spillover to `{}`, which is provisioned itself", target.name.as_str()),
            )
            .related(cx.source, target.sku.span, "provisioned")
            .help("spill over to a pay-as-you-go deployment");
        cx.push(found);
    }
}
