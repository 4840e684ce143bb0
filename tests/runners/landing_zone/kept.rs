//! What has to stay in the deployed resources: each file under tests/suite/landing_zone/kept changes the quickstart, or
//! leaves it as it is, and names properties of what comes of it. The list of resources beside it says what is deployed;
//! here stands how.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::arm::{Deployment, Resource};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;
use serde_json::Value as Json;

use super::support;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the file shows.
    #[serde(rename = "about")]
    _about: String,
    /// Pieces of the quickstart, each there once, and what stands in their place.
    #[serde(default)]
    change: Vec<[String; 2]>,
    property: Vec<Property>,
}

/// One thing that holds for every resource that is meant, of which there is at least one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Property {
    /// By this the table behind docs/COVERAGE.md refers to it.
    id: String,
    /// The type of the resources that are meant.
    resource: String,
    /// Their name, or the last part of it; left out, all of the type are meant.
    name: Option<String>,
    /// How many there are; with 0 nothing else can be said of them.
    count: Option<usize>,
    /// A JSON pointer into the resource; `/dependsOn` has the last names of what it waits for.
    #[serde(default)]
    at: String,
    /// The value. Of an object only what is written here.
    is: Option<Json>,
    /// Elements that the array has.
    #[serde(default)]
    holds: Vec<Json>,
    /// Elements that it has not.
    #[serde(default)]
    lacks: Vec<Json>,
    /// The end of the text.
    ends: Option<String>,
    /// Nothing is there.
    #[serde(default)]
    absent: bool,
}

pub(super) fn cases() -> Vec<Trial> {
    let trial = |file: PathBuf| {
        Trial::test(format!("landing_zone::kept::{}", support::stem(&file)), move || run(&file))
    };
    support::files(&support::suite("landing_zone").join("kept"), "toml").into_iter().map(trial).collect()
}

fn run(file: &Path) -> Result<(), Failed> {
    let case: Case = toml::from_str(&fs::read_to_string(file)?)?;
    let mut spec = fs::read_to_string(support::root().join("examples/quickstart.yaml"))?;
    for [from, to] in &case.change {
        if spec.matches(from).count() != 1 {
            return Err(format!("`{from}` is not in the quickstart once").into());
        }
        spec = spec.replace(from, to);
    }
    let deployments = super::deployed_from(spec.as_bytes())?;
    let mut wrong = String::new();
    for property in &case.property {
        for finding in check(property, &deployments) {
            writeln!(wrong, "{}: {finding}", property.id)?;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn check(property: &Property, deployments: &[Deployment]) -> Vec<String> {
    let meant: Vec<&Resource> = deployments
        .iter()
        .flat_map(Deployment::walk)
        .map(|(_, resource)| resource)
        .filter(|it| !it.existing && it.condition.as_bool() != Some(false))
        .filter(|it| it.resource_type.eq_ignore_ascii_case(&property.resource))
        .filter(|it| property.name.as_deref().is_none_or(|name| it.name == name || last(&it.name) == name))
        .collect();
    let mut found = Vec::new();
    if property.count.is_some_and(|count| count != meant.len())
        || property.count.is_none() && meant.is_empty()
    {
        found.push(format!("there are {} of {}", meant.len(), property.resource));
    }
    let says_nothing = property.is.is_none()
        && property.ends.is_none()
        && property.holds.is_empty()
        && property.lacks.is_empty()
        && !property.absent;
    if says_nothing && property.count.is_none() {
        found.push("says nothing".to_owned());
    }
    if !says_nothing {
        found.extend(meant.iter().filter_map(|resource| differs(property, resource)));
    }
    found
}

/// How a resource differs from what is said of it; None where it does not.
fn differs(property: &Property, resource: &Resource) -> Option<String> {
    let mut whole = resource.body.to_display_json();
    whole["dependsOn"] = resource.depends_on.iter().map(|id| last(id)).collect();
    let actual = whole.pointer(&property.at).filter(|value| !value.is_null());
    let items = actual.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let fits = property.absent == actual.is_none()
        && property.is.as_ref().is_none_or(|wanted| actual.is_some_and(|actual| covers(actual, wanted)))
        && property
            .ends
            .as_ref()
            .is_none_or(|end| actual.and_then(Json::as_str).is_some_and(|text| text.ends_with(end.as_str())))
        && property.holds.iter().all(|wanted| items.iter().any(|item| covers(item, wanted)))
        && !property.lacks.iter().any(|unwanted| items.iter().any(|item| covers(item, unwanted)));
    let shown = actual.map_or("nothing".to_owned(), |value| format!("{value:#}"));
    (!fits).then(|| format!("{} has at `{}`: {shown}", resource.name, property.at))
}

/// Whether `actual` is `wanted`; of objects, wherever they stand, only what `wanted` names.
fn covers(actual: &Json, wanted: &Json) -> bool {
    match (actual, wanted) {
        (Json::Object(actual), Json::Object(wanted)) => {
            wanted.iter().all(|(key, value)| actual.get(key).is_some_and(|actual| covers(actual, value)))
        }
        (Json::Array(actual), Json::Array(wanted)) => {
            actual.len() == wanted.len()
                && actual.iter().zip(wanted).all(|(actual, wanted)| covers(actual, wanted))
        }
        _ => actual == wanted,
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
