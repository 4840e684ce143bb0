//! Deployments: the outermost one, and those that are resources of another (`Microsoft.Resources/deployments`),
//! evaluated in a scope of their own (`inner`) or in their parent's (`outer`, ARM's default).

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::env::{Env, GROUP_API_VERSION};
use super::frame::{Entry, Frame, Place};
use super::scope::Scope;
use super::{dependencies, invalid, outputs, parameters};
use crate::arm::codes::{LIMIT, UNSUPPORTED};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::{MAX_NESTING, MAX_VARIABLES};
use crate::arm::machine::described;
use crate::arm::{Deployment, Parameters, Target, Value};
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

/// Evaluates a template that has a scope of its own; None where something was refused (and reported).
pub(super) fn deploy<'a>(
    scope: &'a Scope<'a>,
    outer: Option<&'a Frame<'a>>,
    given: &Parameters,
) -> Option<Deployment> {
    let bound = parameters::bind(scope, given);
    let place = Place {
        template: scope.template,
        path: scope.path.clone(),
        target: scope.target.clone(),
        outer,
        inherits: false,
        loops: Vec::new(),
    };
    scope.session.keep(bound)?;
    deploy_at(scope, place)
}

/// Evaluates the resources and outputs of a template.
fn deploy_at<'a>(scope: &'a Scope<'a>, place: Place<'a>) -> Option<Deployment> {
    scope.session.keep(check(&place))?;
    let frame = Frame::declare(scope, place)?;
    run(&frame)
}

fn run<'a>(frame: &'a Frame<'a>) -> Option<Deployment> {
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
    let ordered =
        dependencies::order(&waits_for).map_err(|cycle| frame.circular(&cycle).within(&frame.place.path));
    session.keep(ordered)?;
    let resources = complete.iter().zip(&waits_for).enumerate();
    let resources = resources.map(|(index, (it, waits_for))| frame.finished(index, it, waits_for)).collect();
    Some(Deployment { target: frame.place.target.clone(), resources, outputs: outputs? })
}

pub(super) fn template_object(template: &Json) -> Eval<&Map<String, Json>> {
    template.as_object().ok_or_else(|| invalid("a template must be an object"))
}

/// Checks what can be told of a template before anything in it is evaluated.
fn check(place: &Place<'_>) -> Eval<()> {
    let within = |fault: Fault| fault.within(&place.path);
    for key in place.template.keys() {
        if UNSUPPORTED_SECTIONS.contains(&key.as_str()) {
            let message = format!("the section `{key}` is not supported");
            return Err(within(Fault::new(&UNSUPPORTED, message)));
        }
        if !SECTIONS.contains(&key.as_str()) {
            let message = format!("a template has no section `{key}`");
            let diagnostic = Diagnostic::new(&super::INVALID_TEMPLATE, message).did_you_mean(key, SECTIONS);
            return Err(within(diagnostic.into()));
        }
    }
    if let Some(variables) = place.template.get("variables").and_then(Json::as_object)
        && variables.len() > MAX_VARIABLES
    {
        let message =
            format!("the template has {} variables, and Azure takes {MAX_VARIABLES}", variables.len());
        return Err(within(Fault::new(&LIMIT, message)));
    }
    let schema =
        place.template.get("$schema").and_then(Json::as_str).unwrap_or_default().to_ascii_lowercase();
    let fits = match schema.rsplit('/').next().unwrap_or_default().trim_end_matches('#') {
        "subscriptiondeploymenttemplate.json" => place.target.resource_group.is_none(),
        "deploymenttemplate.json" => place.target.resource_group.is_some(),
        "tenantdeploymenttemplate.json" | "managementgroupdeploymenttemplate.json" => {
            let message = "templates for tenants and management groups are not supported";
            return Err(within(Fault::new(&UNSUPPORTED, message)));
        }
        // Azure reads the scope off the request, so other schemas do no harm.
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let scope = if place.target.resource_group.is_some() { "a resource group" } else { "a subscription" };
    Err(within(invalid(format!("the template's `$schema` does not fit a deployment to {scope}"))))
}

/// The properties of a nested deployment without its template; the parameters are evaluated where they stand.
pub(super) fn properties(env: &Env<'_>, json: &Json) -> Eval<Value> {
    let map = json.as_object().ok_or_else(|| invalid("must be an object"))?;
    if map.contains_key("templateLink") || map.contains_key("parametersLink") {
        let message = "linked templates are not supported; nest the template instead";
        return Err(Fault::new(&UNSUPPORTED, message));
    }
    let mut properties = IndexMap::new();
    for (key, json) in map.iter().filter(|(key, _)| *key != "template") {
        properties.insert(key.clone(), env.json(json).map_err(|fault| fault.under(&format!(".{key}")))?);
    }
    Ok(Value::Object(properties))
}

/// Evaluates the template of a nested deployment. `body` holds its evaluated properties.
pub(super) fn evaluate<'a>(
    env: &Env<'_>,
    frame: &Frame<'a>,
    entry: &Entry<'a>,
    body: &Value,
) -> Eval<Option<Deployment>> {
    let session = frame.scope.session;
    let template = entry
        .json
        .get("properties")
        .and_then(|properties| properties.get("template"))
        .and_then(Json::as_object)
        .ok_or_else(|| invalid("a nested deployment needs `properties.template`"))?;
    let path = frame.located(&format!("{}.properties.template", entry.path));
    let target = target(frame, entry, body)?;
    if session.nesting.get() >= MAX_NESTING {
        let message = format!("deployments nest more than {MAX_NESTING} levels deep");
        return Err(Fault::new(&LIMIT, message));
    }
    let is_inner = is_inner(body)?;
    session.nesting.set(session.nesting.get() + 1);
    let deployment = if is_inner {
        inner(frame, template, path, target, body)
    } else {
        Ok(outer(env, frame, entry, template, path, target))
    };
    session.nesting.set(session.nesting.get() - 1);
    deployment?.map(Some).ok_or(Fault::Reported)
}

fn inner(
    frame: &Frame<'_>,
    template: &Map<String, Json>,
    path: String,
    target: Target,
    body: &Value,
) -> Eval<Option<Deployment>> {
    let given = given(body)?;
    let location = location(frame, &target)?;
    let target = Target { location: location.as_str().unwrap_or_default().to_owned(), ..target };
    let scope = Scope::new(frame.scope.session, template, &path, target, location);
    Ok(deploy(&scope, Some(frame), &given))
}

fn outer<'a>(
    env: &Env<'_>,
    frame: &Frame<'a>,
    entry: &Entry<'a>,
    template: &Map<String, Json>,
    path: String,
    target: Target,
) -> Option<Deployment> {
    let location = frame.scope.session.keep(location(frame, &target))?;
    let place = Place {
        template,
        path,
        target: Target { location: location.as_str().unwrap_or_default().to_owned(), ..target },
        outer: Some(frame),
        inherits: true,
        loops: entry.loops.clone(),
    };
    frame.scope.session.keep(check(&place))?;
    let nested = Frame::declare(frame.scope, place)?;
    let deployment = run(&nested)?;
    // What the nested resources read of the parent's resources, the nested deployment waits for.
    let memos = nested.memos.borrow();
    for memo in memos.iter() {
        if let super::frame::Memo::Done(complete) = memo {
            complete.touched.iter().for_each(|id| env.touch(id));
        }
    }
    Some(deployment)
}

fn is_inner(body: &Value) -> Eval<bool> {
    match body.at("properties.expressionEvaluationOptions.scope") {
        None => Ok(false),
        Some(Value::String(scope)) if scope.eq_ignore_ascii_case("inner") => Ok(true),
        Some(Value::String(scope))
            if ["outer", "notspecified"].contains(&scope.to_ascii_lowercase().as_str()) =>
        {
            Ok(false)
        }
        Some(other) => Err(invalid(format!("{} is neither `inner` nor `outer`", described(other)))
            .under(".properties.expressionEvaluationOptions.scope")),
    }
}

/// The target of a nested deployment, read off its id: `/subscriptions/S[/resourceGroups/G]/providers/…/NAME`.
fn target(frame: &Frame<'_>, entry: &Entry<'_>, body: &Value) -> Eval<Target> {
    let unknown = |residual: String| super::expression::too_late("the name of a deployment", &residual);
    let id = entry.id.as_str().ok_or_else(|| unknown(entry.name_text()))?;
    let parts: Vec<&str> = id.split('/').collect();
    let group = parts.get(3).filter(|part| part.eq_ignore_ascii_case("resourceGroups")).and(parts.get(4));
    let location = body.get("location").and_then(Value::as_str).unwrap_or(&frame.place.target.location);
    Ok(Target {
        tenant_id: frame.place.target.tenant_id.clone(),
        subscription_id: parts.get(2).copied().unwrap_or_default().to_owned(),
        resource_group: group.map(|group| (*group).to_owned()),
        location: location.to_owned(),
        deployment_name: entry.name_text(),
    })
}

/// The location of a nested deployment's target. Of a resource group: as one of the deployments around it
/// declares it, or what Azure answers for it.
fn location(frame: &Frame<'_>, target: &Target) -> Eval<Value> {
    if target.resource_group.is_none() {
        return Ok(target.location.as_str().into());
    }
    let id = target.id();
    let mut around = Some(frame);
    while let Some(current) = around {
        if current.place.target.id().eq_ignore_ascii_case(&id) {
            return Ok(match current.place.target.location.as_str() {
                "" => current.scope.location.clone(),
                known => known.into(),
            });
        }
        if let [index] = current.find(&id).as_slice()
            && !current.entries[*index].existing
            && let Some(json) = current.entries[*index].json.get("location")
        {
            let env = Env::early(current.scope, "the location of a resource group");
            return env.in_loops(&current.entries[*index].loops).json(json);
        }
        around = current.place.outer;
    }
    Env::early(frame.scope, "").fact(&id, GROUP_API_VERSION, "location")
}

/// The parameters that a deployment gives to the template nested in it.
fn given(body: &Value) -> Eval<Parameters> {
    let mut given = Parameters::new();
    let Some(parameters) = body.at("properties.parameters").and_then(Value::as_object) else {
        return Ok(given);
    };
    for (name, parameter) in parameters {
        let under = |fault: Fault| fault.under(&format!(".properties.parameters.{name}"));
        match parameter.get("value") {
            Some(value) => {
                given.insert(name.clone(), value.clone());
            }
            None if parameter.get("reference").is_some() => {
                let message = "parameters read from a key vault are not supported";
                return Err(under(Fault::new(&UNSUPPORTED, message)));
            }
            None => return Err(under(invalid("a parameter needs a `value`"))),
        }
    }
    Ok(given)
}
