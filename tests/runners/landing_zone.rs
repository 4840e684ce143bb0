//! The landing zone's own modules with sample parameters: they compile without a finding, and what they come to is
//! whole: no id twice, nothing that depends on what is not there. The list of resources is the expectation;
//! `GLZ_BLESS=1` rewrites it. Where Azure's published types lie beside the repository, every resource is checked
//! by them, with these parameters and with those that the specs of the render suite come to. `kept` asks single
//! properties.

#[path = "azure_types.rs"]
mod azure_types;
#[path = "landing_zone/kept.rs"]
mod kept;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::arm::{Deployment, Parameters, Resource, Target, TargetScope, Value, evaluate};
use genai_lz::bicep;
use genai_lz::catalog::azure_types::Embedded;
use genai_lz::cli::EmbeddedWorld;
use genai_lz::diag::render::{Style, human};
use genai_lz::render::Parameter;
use libtest_mimic::{Completion, Failed, Trial};
use serde_json::{Value as Json, json};

use azure_types::AzureTypes;

use super::support;

const STAGES: [&str; 2] = ["baseline", "genai"];

type Check = fn(&AzureTypes) -> Result<(), Failed>;

pub(crate) fn cases() -> Vec<Trial> {
    let listed = STAGES
        .into_iter()
        .map(|stage| Trial::test(format!("landing_zone::{stage}"), move || run(stage)))
        .chain([Trial::test("landing_zone::patterns_match_as_published", azure_types::patterns_match)]);
    let checked: [(&str, Check); 2] = [
        ("the_samples_fit_azures_types", |types| fits(types, &samples()?)),
        ("a_broken_resource_does_not_fit_azures_types", broken_resources_are_found),
    ];
    let checked = checked.map(|(name, check)| {
        Trial::ignorable_test(format!("landing_zone::{name}"), move || match AzureTypes::open()? {
            Some(types) => check(&types).map(|()| Completion::Completed),
            None => Ok(Completion::ignored_with("Azure's types are not beside the repository")),
        })
    });
    let rendered = specs().into_iter().map(|(name, spec)| {
        Trial::test(format!("landing_zone::rendered_{name}"), move || rendered(&name, &spec))
    });
    listed.chain(checked).chain(rendered).chain(kept::cases()).collect()
}

fn run(stage: &str) -> Result<(), Failed> {
    let deployment = deployment(stage)?;
    is_whole(&deployment)?;
    support::settle(&folder().join(format!("{stage}.resources.txt")), &listed(&deployment))
}

fn deployment(stage: &str) -> Result<Deployment, Failed> {
    evaluated(&format!("bicep/{stage}/main.bicep"), &parameters(stage)?)
}

fn evaluated(template: &str, parameters: &Parameters) -> Result<Deployment, Failed> {
    let options = bicep::Options { types: Some(&Embedded), ..bicep::Options::default() };
    let compiled = bicep::compile_with(&EmbeddedWorld, template, &options)
        .map_err(|found| format!("does not compile: {found:#?}"))?;
    if !compiled.warnings.is_empty() {
        return Err(format!("compiles with warnings: {:#?}", compiled.warnings).into());
    }
    let target = Target {
        tenant_id: "00000000-0000-0000-0000-0000000000aa".to_owned(),
        scope: TargetScope::Subscription("00000000-0000-0000-0000-000000000000".to_owned()),
        location: "westus3".to_owned(),
        deployment_name: "landing-zone".to_owned(),
    };
    let (deployment, warnings) = evaluate(&compiled.template, parameters, &target)
        .map_err(|found| format!("does not evaluate: {found:#?}"))?;
    if warnings.is_empty() {
        Ok(deployment)
    } else {
        Err(format!("evaluates with warnings: {warnings:#?}").into())
    }
}

fn parameters(stage: &str) -> Result<Parameters, Failed> {
    let text = fs::read_to_string(folder().join(format!("{stage}.parameters.json")))?;
    let file: Json = serde_json::from_str(&text)?;
    let parameters = file["parameters"].as_object().ok_or("no parameters")?;
    Ok(parameters
        .iter()
        .map(|(name, parameter)| (name.clone(), Value::from_json(&parameter["value"])))
        .collect())
}

fn is_whole(deployment: &Deployment) -> Result<(), Failed> {
    let all = deployment.walk();
    let mut ids = BTreeSet::new();
    for (path, resource) in all.iter().filter(|(_, resource)| !resource.existing) {
        // The public endpoint of a service is closed by sending the service again, after its private endpoint.
        let is_second = path.contains(&"baseline-apim-closed");
        if !ids.insert(resource.id.to_lowercase()) && !is_second {
            return Err(format!("twice: {}", resource.id).into());
        }
    }
    for (_, resource) in &all {
        for dependency in &resource.depends_on {
            if !ids.contains(&dependency.to_lowercase()) {
                return Err(format!("{} waits for {dependency}, which is not deployed", resource.id).into());
            }
        }
    }
    Ok(())
}

/// A line for each resource: its type and version, its name, and whether it is only read or left out.
fn listed(deployment: &Deployment) -> String {
    let mut text = String::new();
    for (path, resource) in deployment.walk() {
        let mark = match (resource.existing, resource.condition.as_bool()) {
            (true, _) => "read ",
            (_, Some(false)) => "skip ",
            _ => "",
        };
        let inside = path.iter().map(|_| "  ").collect::<String>();
        let _ = writeln!(
            text,
            "{inside}{mark}{}@{} {}",
            resource.resource_type, resource.api_version, resource.name
        );
    }
    text
}

fn folder() -> PathBuf {
    support::suite("landing_zone")
}

// ---- Azure's types ----

fn samples() -> Result<Vec<Deployment>, Failed> {
    STAGES.into_iter().map(deployment).collect()
}

/// The specs of the render suite; the quickstart is where its readers look for it.
fn specs() -> Vec<(String, PathBuf)> {
    let spec = |folder: PathBuf| {
        let name = support::stem(&folder);
        let beside = folder.join("spec.yaml");
        let example = support::root().join(format!("examples/{name}.yaml"));
        (name.clone(), if beside.exists() { beside } else { example })
    };
    support::entries(&support::suite("render")).into_iter().map(spec).collect()
}

/// What a spec renders, evaluated: whole, of the resources that are listed, and as Azure's types want it.
fn rendered(name: &str, spec: &Path) -> Result<(), Failed> {
    let deployments = deployed_from(&fs::read(spec)?)?;
    let mut text = String::new();
    for deployment in &deployments {
        is_whole(deployment)?;
        text.push_str(&listed(deployment));
    }
    if let Some(types) = AzureTypes::open()? {
        fits(&types, &deployments)?;
    }
    support::settle(&folder().join(format!("{name}.txt")), &text)
}

/// The stages that a spec renders, evaluated one after the other.
fn deployed_from(spec: &[u8]) -> Result<Vec<Deployment>, Failed> {
    let bundle = super::render::bundle(spec).map_err(|refused| human(&refused.0, Style::Plain))?;
    let mut outputs = Parameters::new();
    let mut deployments = Vec::new();
    for stage in &bundle.stages {
        let value = |(name, parameter): (&String, &Parameter)| {
            let value = match parameter {
                Parameter::Value(json) => Value::from_json(json),
                Parameter::Secret(_) => Value::supplied_later("a secret"),
                Parameter::Output { output, .. } => outputs.get(output).ok_or("no such output")?.clone(),
            };
            Ok((name.clone(), value))
        };
        let given = stage.parameters.iter().map(value).collect::<Result<Parameters, Failed>>()?;
        let deployment = evaluated(&stage.template, &given)?;
        outputs.extend(deployment.outputs.iter().map(|(name, output)| (name.clone(), output.value.clone())));
        deployments.push(deployment);
    }
    Ok(deployments)
}

/// Properties that the service takes and no published type has: type, path, and who says so.
const UNTYPED: &[(&str, &str, &str)] = &[
    (
        "Microsoft.ApiManagement/service/backends",
        "/properties/credentials/managedIdentity",
        "learn.microsoft.com/azure/api-management/backends, 2026-01-15: how a backend signs in with an identity",
    ),
    (
        "Microsoft.ApiCenter/services/workspaces/apis",
        "/properties/kind",
        "learn.microsoft.com/azure/api-center/register-discover-mcp-server, 2025-07-22: the API type MCP; the type is open",
    ),
];

/// Their shapes are those of learn.microsoft.com/azure/templates, read 2026-11.
const TYPES_NOT_AT_HAND: [&str; 17] = [
    "Microsoft.Authorization/locks",
    "Microsoft.Cdn/profiles",
    "Microsoft.Cdn/profiles/afdEndpoints",
    "Microsoft.Cdn/profiles/afdEndpoints/routes",
    "Microsoft.Cdn/profiles/customDomains",
    "Microsoft.Cdn/profiles/originGroups",
    "Microsoft.Cdn/profiles/originGroups/origins",
    "Microsoft.Cdn/profiles/securityPolicies",
    "Microsoft.Consumption/budgets",
    "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/scheduledQueryRules",
    "Microsoft.Kusto/clusters",
    "Microsoft.Kusto/clusters/databases",
    "Microsoft.Kusto/clusters/databases/dataConnections",
    "Microsoft.Kusto/clusters/databases/principalAssignments",
    "Microsoft.Kusto/clusters/databases/scripts",
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
];

fn fits(types: &AzureTypes, deployments: &[Deployment]) -> Result<(), Failed> {
    let mut wrong = String::new();
    // What is left out has no body where it is a module.
    let is_there = |(_, resource): &(Vec<&str>, &Resource)| resource.condition.as_bool() != Some(false);
    // The types that are at hand have none of these.
    let is_typed =
        |(_, resource): &(Vec<&str>, &Resource)| !TYPES_NOT_AT_HAND.contains(&&*resource.resource_type);
    for (_, resource) in deployments.iter().flat_map(Deployment::walk).filter(is_there).filter(is_typed) {
        for finding in types.check(resource)? {
            if UNTYPED.iter().any(|(resource_type, path, _)| {
                resource.resource_type == *resource_type && finding.starts_with(&format!("{path}:"))
            }) {
                continue;
            }
            writeln!(wrong, "{} {}: {finding}", resource.resource_type, resource.name)?;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Damages resources of the samples, one property at a time: a check that finds nothing would be worth nothing.
/// A row has the resource type, the path, what is put there (null takes the property away) and what is found.
fn broken_resources_are_found(types: &AzureTypes) -> Result<(), Failed> {
    let samples = samples()?;
    let service = "Microsoft.ApiManagement/service";
    let backend = "Microsoft.ApiManagement/service/backends";
    let rows = [
        (service, "/properties/publisherMail", json!("a@b.c"), "unknown property"),
        (service, "/properties/gatewayUrl", json!("https://a"), "read-only property"),
        (service, "/properties/publisherEmail", json!(null), "missing required property"),
        (service, "/properties/publisherEmail", json!("x".repeat(101)), "too long"),
        (service, "/sku/name", json!("Premum"), "is not one of"),
        (service, "/sku/capacity", json!("1"), "string where"),
        (service, "/identity/userAssignedIdentities", json!([]), "array where"),
        (service, "/sku", json!(null), "missing required property"),
        (
            backend,
            "/properties/circuitBreaker/rules/0/failureCondition/statusCodeRanges/0/min",
            json!(1000),
            "range",
        ),
        (backend, "/properties/protocol", json!("https"), "is not one of"),
        ("Microsoft.KeyVault/vaults", "/properties/softDeleteRetentionInDays", json!("90"), "string where"),
        (
            "Microsoft.CognitiveServices/accounts/deployments",
            "/sku/nam",
            json!("Standard"),
            "unknown property",
        ),
        (
            "Microsoft.Network/virtualNetworks",
            "/properties/addressSpace/prefixes",
            json!([]),
            "unknown property",
        ),
    ];
    let mut wrong = misspelt_properties_that_fit(types, &samples)?;
    for (resource_type, path, value, expected) in rows {
        let mut broken = find(&samples, resource_type)?.clone();
        put(&mut broken.body, path, &value).ok_or_else(|| format!("{resource_type} has no {path}"))?;
        let found = types.check(&broken)?;
        if !found.iter().any(|finding| finding.contains(expected)) {
            writeln!(wrong, "{resource_type}: {path} = {value} gives {found:?}, not `{expected}`")?;
        }
    }
    for (resource_type, version, expected) in [
        (service, "2024-05-02", "there is no type"),
        ("Microsoft.Apimanagement/service", "2024-05-01", "is written"),
    ] {
        let mut broken = find(&samples, service)?.clone();
        (broken.resource_type, broken.api_version) = (resource_type.to_owned(), version.to_owned());
        let found = types.check(&broken)?;
        if !found.iter().any(|finding| finding.contains(expected)) {
            writeln!(wrong, "{resource_type}@{version} gives {found:?}, not `{expected}`")?;
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Misspells each property of each resource, one at a time.
fn misspelt_properties_that_fit(types: &AzureTypes, deployments: &[Deployment]) -> Result<String, Failed> {
    let mut wrong = String::new();
    for (_, resource) in deployments.iter().flat_map(Deployment::walk).filter(|(_, it)| !it.existing) {
        let Some(Value::Object(properties)) = resource.body.get("properties") else { continue };
        for (name, value) in properties.iter().filter(|(_, value)| !matches!(value, Value::Null)) {
            let mut broken = resource.clone();
            put(&mut broken.body, &format!("/properties/{name}"), &Json::Null).ok_or("it is there")?;
            put(&mut broken.body, &format!("/properties/{name}e"), &value.to_display_json())
                .ok_or("it fits")?;
            if types.check(&broken)?.is_empty() {
                writeln!(wrong, "{}: `{name}e` is not found", resource.resource_type)?;
            }
        }
    }
    Ok(wrong)
}

fn find<'a>(deployments: &'a [Deployment], resource_type: &str) -> Result<&'a Resource, Failed> {
    let mut all = deployments.iter().flat_map(Deployment::walk).map(|(_, resource)| resource);
    all.find(|resource| resource.resource_type == resource_type && !resource.existing)
        .ok_or_else(|| format!("the samples have no {resource_type}").into())
}

/// Puts a value at a path, in objects and arrays that are there; None where they are not.
fn put(body: &mut Value, path: &str, value: &Json) -> Option<()> {
    let (parents, name) = path.rsplit_once('/')?;
    let mut place = body;
    for part in parents.split('/').skip(1) {
        place = match place {
            Value::Object(members) => members.get_mut(part)?,
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    let Value::Object(members) = place else { return None };
    if value.is_null() {
        members.shift_remove(name);
    } else {
        members.insert(name.to_owned(), Value::from_json(value));
    }
    Some(())
}
