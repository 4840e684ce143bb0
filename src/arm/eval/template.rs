//! One template from end to end: what may stand in it, then its resources and its outputs.

use serde_json::{Map, Value as Json};

use super::frame::{Frame, Place};
use super::scope::Scope;
use super::{dependencies, invalid, outputs, parameters, types, user_function};
use crate::arm::codes::{INVALID_TEMPLATE, UNSUPPORTED};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::{MAX_VARIABLES, check_number};
use crate::arm::{Deployment, Parameters, TargetScope};
use crate::diag::Diagnostic;

/// The sections a template may have.
const SECTIONS: [&str; 10] = [
    "$schema",
    "contentVersion",
    "definitions",
    "functions",
    "languageVersion",
    "metadata",
    "outputs",
    "parameters",
    "resources",
    "variables",
];
const UNSUPPORTED_SECTIONS: [&str; 4] = ["apiProfile", "asserts", "extensions", "imports"];

/// What a template comes to, and the ids of resources that its bodies read.
pub(super) struct Deployed {
    pub(super) deployment: Deployment,
    pub(super) touched: Vec<String>,
}

/// Evaluates a template that has a scope of its own; None where something was refused (and reported).
pub(super) fn deploy<'a>(scope: &'a Scope<'a>, place: Place<'a>, given: &Parameters) -> Option<Deployed> {
    let declared = user_function::check(scope).and_then(|()| types::check_definitions(scope));
    scope.session.keep(declared)?;
    scope.session.keep(parameters::bind(scope, given))?;
    deploy_in(scope, place)
}

/// Evaluates the resources and outputs of a template; its expressions see `scope`.
pub(super) fn deploy_in<'a>(scope: &'a Scope<'a>, place: Place<'a>) -> Option<Deployed> {
    scope.session.keep(check(&place).map_err(|fault| fault.within(&place.path)))?;
    let frame = Frame::declare(scope, place)?;
    run(&frame)
}

fn run<'a>(frame: &'a Frame<'a>) -> Option<Deployed> {
    let session = frame.scope.session;
    // A module whose outputs another one needs comes first, so that long chains of them do not recurse.
    let by_need = dependencies::order(&frame.declared).unwrap_or_else(|_| (0..frame.entries.len()).collect());
    let mut complete = vec![None; frame.entries.len()];
    for index in by_need {
        complete[index] = session.keep(frame.complete(index));
    }
    let outputs = outputs::evaluate(frame);
    let complete: Vec<_> = complete.into_iter().collect::<Option<_>>()?;
    let waits_for: Vec<_> =
        complete.iter().enumerate().map(|(index, it)| frame.dependencies(index, &it.touched)).collect();
    let ordered = dependencies::order(&waits_for);
    session.keep(ordered.map_err(|cycle| frame.circular(&cycle).within(&frame.place.path)))?;
    let resources = complete.iter().zip(&waits_for).enumerate();
    let resources = resources.map(|(index, (it, waits_for))| frame.finished(index, it, waits_for)).collect();
    let touched = complete.iter().flat_map(|it| it.touched.iter().cloned()).collect();
    let target = frame.place.target.clone();
    Some(Deployed { deployment: Deployment { target, resources, outputs: outputs? }, touched })
}

pub(super) fn object(template: &Json) -> Eval<&Map<String, Json>> {
    template.as_object().ok_or_else(|| invalid("a template must be an object"))
}

/// Checks what can be told of a template before anything in it is evaluated.
fn check(place: &Place<'_>) -> Eval<()> {
    for key in place.template.keys() {
        if UNSUPPORTED_SECTIONS.contains(&key.as_str()) {
            return Err(Fault::new(&UNSUPPORTED, format!("the section `{key}` is not supported")));
        }
        if !SECTIONS.contains(&key.as_str()) {
            let message = format!("a template has no section `{key}`");
            return Err(Diagnostic::new(&INVALID_TEMPLATE, message).did_you_mean(key, SECTIONS).into());
        }
    }
    check_number("variables", n_variables(place.template), MAX_VARIABLES, true)?;
    check_schema(place)
}

/// The variables of a template, each loop among them as the one variable that it makes.
fn n_variables(template: &Map<String, Json>) -> usize {
    let Some(variables) = template.get("variables").and_then(Json::as_object) else { return 0 };
    let n_loops = variables.get("copy").and_then(Json::as_array).map_or(0, |loops| loops.len());
    variables.keys().filter(|name| *name != "copy").count() + n_loops
}

/// The schema says which scope a template is for.
fn check_schema(place: &Place<'_>) -> Eval<()> {
    let schema =
        place.template.get("$schema").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let scope = &place.target.scope;
    let fits = match schema.rsplit('/').next().unwrap_or_default().trim_end_matches('#') {
        "deploymenttemplate.json" => matches!(scope, TargetScope::ResourceGroup { .. }),
        "subscriptiondeploymenttemplate.json" => matches!(scope, TargetScope::Subscription(_)),
        "managementgroupdeploymenttemplate.json" => matches!(scope, TargetScope::ManagementGroup(_)),
        "tenantdeploymenttemplate.json" => matches!(scope, TargetScope::Tenant),
        // Azure reads the scope off the request, so other schemas do no harm.
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(invalid(format!("the template's `$schema` does not fit a deployment to {}", scope.noun())))
}
