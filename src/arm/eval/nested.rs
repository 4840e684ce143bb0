//! Deployments that are resources of another (`Microsoft.Resources/deployments`), evaluated in a scope of their own
//! (`inner`) or in their parent's (`outer`, ARM's default).

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::env::{Env, GROUP_API_VERSION};
use super::expression::too_late;
use super::frame::{Entry, Frame, Place};
use super::scope::Scope;
use super::{invalid, template};
use crate::arm::codes::{LIMIT, UNSUPPORTED};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::MAX_NESTING;
use crate::arm::machine::described;
use crate::arm::{Deployment, Parameters, Target, TargetScope, Value};
use crate::diag::Diagnostic;

/// The properties of a nested deployment without its template; the parameters are evaluated where they stand.
pub(super) fn properties(env: &Env<'_>, json: &Json) -> Eval<Value> {
    let map = json.as_object().ok_or_else(|| invalid("the properties of a deployment must be an object"))?;
    if let Some(link) = map.get("templateLink") {
        return Err(linked_template(link).under(".templateLink"));
    }
    if map.contains_key("parametersLink") {
        let message = "linked parameters are not read: nothing is fetched here";
        return Err(Diagnostic::new(&UNSUPPORTED, message)
            .help("write the values into `properties.parameters`")
            .into());
    }
    let mut properties = IndexMap::new();
    for (key, json) in map.iter().filter(|(key, _)| *key != "template") {
        properties.insert(key.clone(), env.json(json).map_err(|fault| fault.under(&format!(".{key}")))?);
    }
    if let Some(mode) = properties.get("mode").and_then(Value::as_str)
        && !mode.eq_ignore_ascii_case("Incremental")
    {
        // Documented: only the outermost template may be deployed in complete mode
        // (https://learn.microsoft.com/azure/azure-resource-manager/templates/deployment-modes, seen 2026-11-30).
        let message = format!("the mode of a nested deployment is `Incremental`, not `{mode}`");
        return Err(invalid(message).under(".mode"));
    }
    Ok(Value::Object(properties))
}

/// Says what to do instead of a link: nothing is fetched while a template is evaluated.
fn linked_template(link: &Json) -> Fault {
    let of = |key: &str| link.get(key).and_then(Json::as_str);
    let (what, instead) = match (of("relativePath"), of("id"), of("uri")) {
        (Some(path), _, _) => (
            format!("the linked template `{path}` is not read"),
            "put its text into `properties.template`, or make it a module of a Bicep file",
        ),
        (_, Some(id), _) => (
            format!("the template spec `{id}` is not fetched"),
            "export it with `az ts export` and put its text into `properties.template`",
        ),
        (_, _, uri) => (
            format!("the linked template `{}` is not fetched", uri.unwrap_or("?")),
            "put its text into `properties.template`",
        ),
    };
    Diagnostic::new(&UNSUPPORTED, what).help(instead).into()
}

/// Evaluates the template of a nested deployment. `body` holds its evaluated properties.
pub(super) fn evaluate<'a>(
    env: &Env<'_>,
    frame: &Frame<'a>,
    entry: &Entry<'a>,
    body: &Value,
) -> Eval<Deployment> {
    let session = frame.scope.session;
    let properties = entry.json.get("properties");
    let template = properties.and_then(|properties| properties.get("template")).and_then(Json::as_object);
    let template = template.ok_or_else(|| invalid("a nested deployment needs `properties.template`"))?;
    let target = target(frame, entry, body)?;
    let location = location(frame, &target)?;
    let is_inner = is_inner(body)?;
    let place = Place {
        template,
        path: frame.located(&format!("{}.properties.template", entry.path)),
        target: Target { location: location.as_str().unwrap_or_default().to_owned(), ..target },
        outer: Some(frame),
        inherits: !is_inner,
        loops: if is_inner { Vec::new() } else { entry.loops.clone() },
    };
    let given = given(body)?;
    let depth = session.nesting.get();
    if depth >= MAX_NESTING {
        return Err(Fault::new(&LIMIT, format!("deployments nest more than {MAX_NESTING} levels deep")));
    }
    session.nesting.set(depth + 1);
    let deployed = if is_inner {
        let scope = Scope::new(session, template, &place.path, place.target.clone(), location);
        template::deploy(&scope, place, &given)
    } else {
        template::deploy_in(frame.scope, place)
    };
    session.nesting.set(depth);
    let deployed = deployed.ok_or(Fault::Reported)?;
    if !is_inner {
        // What the nested resources read of the parent's resources, the nested deployment waits for.
        deployed.touched.iter().for_each(|id| env.touch(id));
    }
    Ok(deployed.deployment)
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

/// The target of a nested deployment, which its id begins with.
fn target(frame: &Frame<'_>, entry: &Entry<'_>, body: &Value) -> Eval<Target> {
    let id = entry.id.as_str().ok_or_else(|| too_late("the name of a deployment", &entry.name_text()))?;
    let location = body.get("location").and_then(Value::as_str).unwrap_or(&frame.place.target.location);
    Ok(Target {
        tenant_id: frame.place.target.tenant_id.clone(),
        scope: TargetScope::of_resource(id),
        location: location.to_owned(),
        deployment_name: entry.name_text(),
    })
}

/// The location of a nested deployment's target. Of a resource group: as one of the deployments around it
/// declares it, or what Azure answers for it.
fn location(frame: &Frame<'_>, target: &Target) -> Eval<Value> {
    if target.scope.resource_group().is_none() {
        return Ok(match target.location.as_str() {
            "" => frame.scope.location.clone(),
            known => known.into(),
        });
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
        if let [index] = current.find(&id)
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
