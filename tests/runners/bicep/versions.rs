//! The compiler writes a template in one of two forms: resources as a list, or by their symbolic names. Both must come
//! to the same deployment. Every data case and, where GENAI_LZ_CORPUS names a folder of checkouts, every public file is
//! compiled to both, evaluated with parameters made from their declarations, and compared. Files that need the second
//! form compile to it both times and show nothing; they are counted apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use genai_lz::arm::{self, Deployment, Parameters, Target, TargetScope, Value};
use genai_lz::bicep::{self, Options};
use genai_lz::diag::Diagnostics;
use genai_lz::text::World;
use libtest_mimic::{Failed, Trial};
use serde_json::{Map, Value as Json, json};

use super::super::support;
use super::corpus::{CACHE, Checkout};

/// Names of folders of checkouts, and where the files are in them.
const CORPORA: [(&str, &str); 3] = [
    ("Azure+bicep/src/Bicep.Core.Samples/Files", "user_submitted"),
    ("Azure+bicep/src/Bicep.Core.Samples/Files", "baselines"),
    ("Azure+bicep-registry-modules", "avm"),
];

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = vec![Trial::test("bicep::both forms of a template deploy the same: cases", || {
        let mut count = Count::default();
        for folder in super::folders(&super::suite()) {
            let world = super::world(&folder, &folder);
            count.file(&world, "main.bicep", &support::stem(&folder));
        }
        count.settle("cases")
    })];
    let root = std::env::var_os("GENAI_LZ_CORPUS").map(PathBuf::from);
    trials.extend(CORPORA.map(|(checkout, folder)| {
        let root = root.as_ref().map(|root| root.join(checkout)).filter(|root| root.join(folder).is_dir());
        let ignored = root.is_none();
        let run = move || root.as_deref().map_or(Ok(()), |root| public(root, folder));
        Trial::test(format!("bicep::both forms of a template deploy the same: {folder}"), run)
            .with_ignored_flag(ignored)
    }));
    trials
}

fn public(root: &Path, folder: &str) -> Result<(), Failed> {
    let world = Checkout(root.to_owned());
    let mut count = Count::default();
    for path in support::files_below(&root.join(folder), "bicep") {
        if path.ends_with("main.bicep") {
            let path = path.strip_prefix(root)?.to_string_lossy().into_owned();
            count.file(&world, &path, &path);
        }
    }
    count.settle(folder)
}

#[derive(Default)]
struct Count {
    same: usize,
    /// Refused in both forms.
    refused: usize,
    /// Written in the second form anyway.
    one_form: usize,
    not_compiled: usize,
    wrong: Vec<String>,
}

impl Count {
    fn file(&mut self, world: &dyn World, path: &str, shown: &str) {
        let compiled = [false, true].map(|symbolic_names| {
            let options = Options { registry: Some(CACHE), symbolic_names, ..Options::default() };
            bicep::compile_with(world, path, &options).map(|compiled| compiled.template)
        });
        let [Ok(list), Ok(named)] = compiled else { return self.not_compiled += 1 };
        if list == named {
            return self.one_form += 1;
        }
        for fill in [Fill::Required, Fill::All] {
            let given = parameters(&list, fill);
            match (evaluated(&list, &given), evaluated(&named, &given)) {
                (Ok(list), Ok(named)) if list == named => self.same += 1,
                // The words may differ: `resources[3]` in the one form is `resources.name` in the other.
                (Err(_), Err(_)) => self.refused += 1,
                (list, named) => {
                    self.wrong.push(format!("{shown} ({fill:?}):\n{}", difference(&list, &named)));
                }
            }
        }
    }

    fn settle(self, name: &str) -> Result<(), Failed> {
        eprintln!(
            "both forms, {name}: {} evaluations the same, {} refused in both, {} different; {} files have one form, {} \
             are not compiled",
            self.same,
            self.refused,
            self.wrong.len(),
            self.one_form,
            self.not_compiled
        );
        if self.same == 0 {
            return Err("nothing was compared".into());
        }
        if self.wrong.is_empty() { Ok(()) } else { Err(self.wrong.join("\n").into()) }
    }
}

// ---- what a template comes to ----

fn evaluated(template: &Json, given: &Parameters) -> Result<BTreeMap<String, String>, BTreeSet<String>> {
    let target = Target {
        tenant_id: "22222222-2222-2222-2222-222222222222".to_owned(),
        scope: scope(template),
        location: "westus3".to_owned(),
        deployment_name: "main".to_owned(),
    };
    match arm::evaluate(template, given, &target) {
        Ok((deployment, _)) => Ok(parts(&deployment)),
        Err(Diagnostics(found)) => Err(found.into_iter().map(|found| found.message).collect()),
    }
}

fn scope(template: &Json) -> TargetScope {
    const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
    let schema = template["$schema"].as_str().unwrap_or_default().to_lowercase();
    match schema.rsplit('/').next().unwrap_or_default().trim_end_matches('#') {
        "tenantdeploymenttemplate.json" => TargetScope::Tenant,
        "managementgroupdeploymenttemplate.json" => TargetScope::ManagementGroup("mg".to_owned()),
        "subscriptiondeploymenttemplate.json" => TargetScope::Subscription(SUBSCRIPTION.to_owned()),
        _ => TargetScope::group(SUBSCRIPTION, "rg-one"),
    }
}

/// Each resource that is made, by its id, and each output. What is only read has no entry in the first form. A resource
/// comes after all that it waits for, however long the way: the first form names the ends of some ways, too.
fn parts(deployment: &Deployment) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let mut open = vec![(String::new(), deployment)];
    while let Some((path, deployment)) = open.pop() {
        let id = |resource: &arm::Resource| resource.id.to_lowercase();
        let (read, made): (Vec<_>, Vec<_>) =
            deployment.resources.iter().partition(|resource| resource.existing);
        let made_ids: BTreeSet<String> = made.iter().map(|resource| id(resource)).collect();
        let read: BTreeSet<String> = read.into_iter().map(id).filter(|id| !made_ids.contains(id)).collect();
        let mut waits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for resource in &deployment.resources {
            let ids = resource.depends_on.iter().map(|id| id.to_lowercase());
            waits.entry(id(resource)).or_default().extend(ids);
        }
        for resource in made {
            let mut after = closure(&waits, &id(resource));
            after.retain(|id| !read.contains(id));
            // What reads the same resource by `existing` comes after it.
            after.remove(&id(resource));
            open.extend(
                resource.nested.iter().map(|nested| (format!("{path}{}>", resource.name), &**nested)),
            );
            parts.insert(format!("{path} {}", id(resource)), described(resource, &after));
        }
    }
    for (name, output) in &deployment.outputs {
        parts.insert(
            format!("output {name}"),
            format!("{} {}", output.output_type, output.value.to_expression()),
        );
    }
    parts
}

fn described(resource: &arm::Resource, after: &BTreeSet<String>) -> String {
    format!(
        "{}@{}\ncondition {}\noptions {:?}\nafter {after:#?}\n{}",
        resource.resource_type,
        resource.api_version,
        resource.condition.to_expression(),
        resource.options.as_ref().map(Value::to_expression),
        resource.body.to_expression(),
    )
}

fn closure(waits: &BTreeMap<String, BTreeSet<String>>, of: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![of];
    while let Some(id) = open.pop() {
        for next in waits.get(id).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

fn difference(
    list: &Result<BTreeMap<String, String>, BTreeSet<String>>,
    named: &Result<BTreeMap<String, String>, BTreeSet<String>>,
) -> String {
    match (list, named) {
        (Ok(list), Ok(named)) => {
            let keys: BTreeSet<&String> = list.keys().chain(named.keys()).collect();
            let differs = keys.into_iter().filter(|key| list.get(*key) != named.get(*key)).take(3);
            let show = |part: Option<&String>| part.map_or("nothing", String::as_str).to_owned();
            differs
                .map(|key| {
                    format!(
                        "  {key}\n  as a list: {}\n  by name:   {}\n",
                        show(list.get(key)),
                        show(named.get(key))
                    )
                })
                .collect()
        }
        _ => {
            let show = |side: &Result<_, BTreeSet<String>>| match side {
                Ok(_) => "deploys".to_owned(),
                Err(found) => format!("{found:?}"),
            };
            format!("  as a list: {}\n  by name:   {}\n", show(list), show(named))
        }
    }
}

// ---- parameters ----

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fill {
    /// What has neither a default nor may be null.
    Required,
    /// Everything.
    All,
}

const AN_ID: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-one/providers/A.B/c/d";

/// How deep types nest that are filled whole; recursive ones end there.
const DEEPEST: usize = 5;

fn parameters(template: &Json, fill: Fill) -> Parameters {
    let declared = template["parameters"].as_object().into_iter().flatten();
    declared
        .filter(|(_, declaration)| {
            fill == Fill::All
                || (declaration.get("defaultValue").is_none() && !is_nullable(template, declaration, 0))
        })
        .map(|(name, declaration)| {
            (name.clone(), Value::from_json(&value(template, name, declaration, fill, 0)))
        })
        .collect()
}

fn is_nullable(template: &Json, declaration: &Json, depth: usize) -> bool {
    match declaration.get("nullable") {
        Some(nullable) => nullable == &json!(true),
        None => definition(template, declaration)
            .is_some_and(|inner| depth < DEEPEST && is_nullable(template, inner, depth + 1)),
    }
}

fn definition<'a>(template: &'a Json, declaration: &Json) -> Option<&'a Json> {
    let name = declaration.get("$ref")?.as_str()?.strip_prefix("#/definitions/")?;
    template.get("definitions")?.get(name)
}

/// A value of the declared type; the name says which texts are taken apart as ids.
fn value(template: &Json, name: &str, declaration: &Json, fill: Fill, depth: usize) -> Json {
    if let Some(inner) = definition(template, declaration) {
        return if depth > 4 * DEEPEST { json!(null) } else { value(template, name, inner, fill, depth + 1) };
    }
    let number = |key: &str| declaration.get(key).and_then(Json::as_i64);
    let kind = declaration["type"].as_str().unwrap_or("string").to_lowercase();
    if let Some(first) = declaration.get("allowedValues").and_then(|allowed| allowed.get(0)) {
        return if kind == "array" && !first.is_array() { json!([first]) } else { first.clone() };
    }
    match kind.as_str() {
        "string" | "securestring" if name.to_lowercase().contains("resourceid") => json!(AN_ID),
        "string" | "securestring" => {
            let (least, most) = (number("minLength").unwrap_or(0), number("maxLength").unwrap_or(i64::MAX));
            json!("v".repeat(5.clamp(least, most.max(least)) as usize))
        }
        "int" => json!(number("minValue").unwrap_or(1)),
        "bool" => json!(fill == Fill::All),
        "array" => {
            let of_place = |at: usize| declaration.get("prefixItems").and_then(|items| items.get(at));
            let declared = |at| of_place(at).or_else(|| declaration.get("items").filter(|it| it.is_object()));
            let wanted = if fill == Fill::All { 2 } else { 0 };
            let length = number("minLength").unwrap_or(0).max(wanted) as usize;
            let items =
                (0..length).map_while(|at| Some(value(template, name, declared(at)?, fill, depth + 1)));
            if depth > DEEPEST { json!([]) } else { Json::Array(items.collect()) }
        }
        _ => object(template, declaration, fill, depth),
    }
}

fn object(template: &Json, declaration: &Json, fill: Fill, depth: usize) -> Json {
    let mut made = Map::new();
    for (name, part) in declaration.get("properties").and_then(Json::as_object).into_iter().flatten() {
        let is_wanted = fill == Fill::All && depth < DEEPEST;
        if is_wanted || !is_nullable(template, part, 0) {
            made.insert(name.clone(), value(template, name, part, fill, depth + 1));
        }
    }
    let variant =
        declaration.get("discriminator").and_then(|union| union["mapping"].as_object()?.iter().next());
    if let Some((tag, variant)) = variant {
        if let Json::Object(more) = value(template, "", variant, fill, depth + 1) {
            made.extend(more);
        }
        let name = declaration["discriminator"]["propertyName"].as_str().unwrap_or_default();
        made.insert(name.to_owned(), json!(tag));
    }
    Json::Object(made)
}
