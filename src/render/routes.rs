//! Where the requests of an API go, for the template: one backend, or what the name of a model leads to.

use minijinja::{Value, context};

use super::escape::csharp_string;
use super::operations;
use super::policies::{BACKEND_KEY, BACKEND_MANAGED_IDENTITY};
use crate::model::{Api, Destinations, Route, RouteTarget};

/// How often a request is tried at least, so that every member of every target has its turn.
pub(super) fn attempts(api: &Api) -> u32 {
    let turns =
        |route: &Route| route.targets.iter().map(|target| target.to.members).fold(0, u32::saturating_add);
    match &api.destinations {
        Destinations::One(_) => api.retry.count,
        Destinations::ByName(routes) => routes
            .iter()
            .filter(|route| !is_simple(route))
            .map(|route| turns(route).saturating_sub(1))
            .fold(api.retry.count, u32::max)
            .min(RETRIES_MAX),
    }
}

/// More than this many retries API Management refuses (learn.microsoft.com/azure/api-management/retry-policy, 2025-06).
const RETRIES_MAX: u32 = 50;

/// The shortest time that a caller is told to wait.
pub(super) fn trip_seconds(api: &Api) -> u32 {
    api.destinations.iter().map(|to| to.trip_seconds).min().unwrap_or(60)
}

/// The fragment that signs in to a destination.
pub(super) fn sign_in(by_identity: bool) -> &'static str {
    if by_identity { BACKEND_MANAGED_IDENTITY } else { BACKEND_KEY }
}

/// For the inbound section: each name, and what it leads to. None for an API with one backend.
pub(super) fn routes(api: &Api) -> Option<Value> {
    let Destinations::ByName(routes) = &api.destinations else { return None };
    let route = |route: &Route| {
        context! {
            name => route.name.as_str(),
            shown => route.shown.as_str(),
            is_simple => is_simple(route),
            roll => route.weighted.then(|| roll(&route.targets)),
            sign_in => sign_in(route.targets.iter().any(|target| target.to.by_identity)),
            targets => route.targets.iter().map(|it| context! { backend => it.to.backend.as_str() }).collect::<Vec<_>>(),
        }
    };
    let models = operations::list_of_models(api.surface);
    Some(context! {
        all => routes.iter().map(route).collect::<Vec<_>>(),
        lists_models => models.is_some(),
        models_operation => models.unwrap_or_default(),
    })
}

/// For the backend section: names that lead to more than one target, or to a model of another name. None where there is no such.
pub(super) fn targets(api: &Api) -> Option<Value> {
    let Destinations::ByName(routes) = &api.destinations else { return None };
    let turning: Vec<&Route> = routes.iter().filter(|route| !is_simple(route)).collect();
    if turning.is_empty() {
        return None;
    }
    let steps = turning.iter().flat_map(|route| {
        let is_mixed = route.targets.iter().any(|it| it.to.by_identity != route.targets[0].to.by_identity);
        let renames = route.targets.iter().any(|it| it.model.is_some());
        route.targets.iter().enumerate().map(move |(index, target)| {
            context! {
                name => route.name.as_str(),
                index,
                backend => target.to.backend.as_str(),
                authorization => match (is_mixed, target.to.by_identity) {
                    (false, _) => "",
                    (true, true) => "token",
                    (true, false) => "none",
                },
                // An earlier target may have put its own name into the body.
                model => renames.then(|| target.model.as_deref().unwrap_or(&route.shown)),
            }
        })
    });
    Some(context! {
        steps => steps.collect::<Vec<_>>(),
        members => members(&turning),
    })
}

/// A name with one target that calls the model the same.
fn is_simple(route: &Route) -> bool {
    matches!(route.targets.as_slice(), [only] if only.model.is_none())
}

/// How many members each target of the asked name has, as a C# array.
fn members(routes: &[&Route]) -> String {
    let mut text = String::new();
    for route in routes {
        let numbers: Vec<String> = route.targets.iter().map(|target| target.to.members.to_string()).collect();
        text.push_str(&format!(
            "context.Variables.GetValueOrDefault<string>(\"requested-model\", \"\") == {} ? new int[] {{ {} }} : ",
            csharp_string(&route.name),
            numbers.join(", ")
        ));
    }
    text + "new int[] { 1 }"
}

/// The number of a target by chance, each as often as its weight says.
fn roll(targets: &[RouteTarget]) -> String {
    let total: u32 = targets.iter().map(|target| target.weight).fold(0, u32::saturating_add);
    let mut text = format!("@{{ int roll = new Random().Next({total}); return ");
    let mut below = 0;
    for (index, target) in targets.iter().enumerate().take(targets.len().saturating_sub(1)) {
        below += target.weight;
        text.push_str(&format!("roll < {below} ? {index} : "));
    }
    text + &format!("{}; }}", targets.len().saturating_sub(1))
}
