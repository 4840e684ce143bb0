//! From evaluated stages to a plan: nested deployments are flattened, resources are sorted into their resource
//! groups, and of their bodies only what a reader asks for is kept.

use crate::arm::{self, Value};
use crate::catalog::regions::normalize;

use super::checks::Check;
use super::preview::Compared;
use super::{Change, GROUP_TYPE, Group, Output, OutputValue, Plan, Resource, Stage, describe};

const DEPLOYMENT_TYPE: &str = "Microsoft.Resources/deployments";

/// One stage as the evaluator leaves it.
#[derive(Clone, Debug)]
pub struct StageEvaluation<'a> {
    pub name: String,
    pub deployment_name: String,
    pub location: String,
    pub deployment: &'a arm::Deployment,
}

/// Makes the plan of `stages`, in order of deployment.
pub fn build(stages: &[StageEvaluation<'_>], checks: Vec<Check>) -> Plan {
    Plan { stages: stages.iter().map(stage).collect(), checks, asked: false }
}

fn stage(evaluation: &StageEvaluation<'_>) -> Stage {
    let mut groups = Vec::new();
    collect(evaluation.deployment, &[], Change::Create, &mut groups);
    Stage {
        name: evaluation.name.clone(),
        deployment_name: evaluation.deployment_name.clone(),
        location: normalize(&evaluation.location),
        groups,
        outputs: evaluation.deployment.outputs.iter().map(output).collect(),
        preview: None,
    }
}

/// Sorts the resources of `deployment` into `groups`; `around` is the fate of the deployment itself. The depth is
/// bounded by the evaluator.
fn collect(deployment: &arm::Deployment, path: &[String], around: Change, groups: &mut Vec<Group>) {
    for resource in &deployment.resources {
        let change = change(resource, around);
        if resource.resource_type.eq_ignore_ascii_case(DEPLOYMENT_TYPE) {
            if let Some(nested) = &resource.nested {
                let inner: Vec<String> = path.iter().chain([&resource.name]).cloned().collect();
                collect(nested, &inner, change, groups);
            }
        } else if resource.resource_type.eq_ignore_ascii_case(GROUP_TYPE) {
            let group = group_named(Some(&resource.name), groups);
            if !resource.existing {
                group.change = Some(change);
                group.location = describe::location(&resource.body);
            }
        } else {
            // The id of a late name is late, too; its group is that of the deployment around it.
            let around = deployment.target.scope.resource_group().filter(|_| resource.late.is_some());
            let group = group_named(around.or(describe::group_of(&resource.id)), groups);
            push(planned(resource, path, change), &mut group.resources);
        }
    }
}

/// Several modules may read one resource, and read what another one makes: it counts once, as what happens to it.
fn push(resource: Resource, known: &mut Vec<Resource>) {
    let is_same = |other: &Resource| other.id.eq_ignore_ascii_case(&resource.id);
    if resource.change == Change::Read {
        if !known.iter().any(is_same) {
            known.push(resource);
        }
    } else {
        known.retain(|other| other.change != Change::Read || !is_same(other));
        known.push(resource);
    }
}

fn change(resource: &arm::Resource, around: Change) -> Change {
    match (&resource.condition, around) {
        _ if resource.existing => Change::Read,
        (Value::Bool(false), _) | (_, Change::Skip) => Change::Skip,
        (Value::Unknown(_), _) | (_, Change::Maybe) => Change::Maybe,
        _ => Change::Create,
    }
}

/// Finds the group, or appends it. ARM compares group names without case.
pub(super) fn group_named<'a>(name: Option<&str>, groups: &'a mut Vec<Group>) -> &'a mut Group {
    let is_it = |group: &Group| match (&group.name, name) {
        (Some(known), Some(name)) => known.eq_ignore_ascii_case(name),
        (None, None) => true,
        _ => false,
    };
    let at = groups.iter().position(is_it).unwrap_or_else(|| {
        groups.push(Group {
            name: name.map(str::to_owned),
            change: None,
            location: None,
            compared: Compared::default(),
            resources: Vec::new(),
        });
        groups.len() - 1
    });
    &mut groups[at]
}

fn planned(resource: &arm::Resource, path: &[String], change: Change) -> Resource {
    Resource {
        id: resource.id.clone(),
        resource_type: resource.resource_type.clone(),
        api_version: resource.api_version.clone(),
        name: resource.name.clone(),
        symbolic_name: resource.symbolic_name.clone(),
        path: path.to_vec(),
        change,
        sku: describe::sku(&resource.body),
        location: describe::location(&resource.body),
        notes: describe::notes(resource),
        unknowns: describe::unknowns(resource),
        compared: Compared::default(),
    }
}

fn output((name, output): (&String, &arm::Output)) -> Output {
    let value = match (output.is_secure(), output.value.to_json()) {
        (true, _) => OutputValue::Secret,
        (false, Some(known)) => OutputValue::Known(known),
        (false, None) => OutputValue::Unknown(describe::expression(&output.value)),
    };
    Output { name: name.clone(), output_type: output.output_type.clone(), value }
}
