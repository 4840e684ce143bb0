//! Runs tests/suite/arm: expressions with their values, and templates with the deployment they come to.
//! `GLZ_BLESS=1` rewrites what is expected; read the difference as if someone else had written it.
#![expect(clippy::print_stderr, reason = "the comparisons with official values tell their counts")]

mod corpus;
mod evaluations;

use std::fmt::Write as _;
use std::path::Path;

use genai_lz::arm::{self, Deployment, Parameters, Runtime, Target, TargetScope, Value};
use genai_lz::diag::{Diagnostic, Diagnostics};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use super::support;

/// One trial per file or folder: `*.toml` holds expressions, `*.json` refused templates, a folder one template.
pub(crate) fn cases() -> Vec<Trial> {
    let root = support::suite("arm");
    let mut trials = Vec::new();
    for path in support::entries(&root) {
        let stem = support::stem(&path);
        let trial = match path.extension().and_then(|extension| extension.to_str()) {
            None => Trial::test(format!("arm::template::{stem}"), move || template_case(&path)),
            Some("toml") => Trial::test(format!("arm::expression::{stem}"), move || expression_file(&path)),
            _ => Trial::test(format!("arm::{stem}"), move || refusals(&path)),
        };
        trials.push(trial);
    }
    let suite = root.clone();
    trials.push(Trial::test("arm::every_function_has_a_case", move || every_function_has_a_case(&suite)));
    let templates = root.clone();
    trials.push(Trial::test("arm::no_damaged_template_panics", move || no_damaged_template_panics(&root)));
    trials.push(Trial::test("arm::no_random_template_panics", move || no_random_template_panics(&templates)));
    trials.extend(corpus::trials());
    trials
}

/// A function without a case could change its meaning unseen.
fn every_function_has_a_case(root: &Path) -> Result<(), Failed> {
    let mut text = String::new();
    for path in support::entries(root) {
        let file = if path.is_dir() { path.join("template.json") } else { path };
        text.push_str(&std::fs::read_to_string(file)?.to_lowercase());
    }
    let has_case = |name: &str| {
        let call = format!("{}(", name.to_lowercase());
        let starts_a_word = |at: usize| !text[..at].ends_with(|char: char| char.is_alphanumeric());
        text.match_indices(&call).any(|(at, _)| starts_a_word(at))
    };
    let missing: Vec<_> =
        arm::functions::names().filter(|name| *name != "list*" && !has_case(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case calls {}", missing.join(", ")).into()) }
}

/// Puts something odd in the place of each value of each template, one at a time. Evaluating must come to an end,
/// and never accept an empty name or lose its findings.
fn no_damaged_template_panics(root: &Path) -> Result<(), Failed> {
    let odd = [json!(null), json!(-1), json!("[f("), json!([]), json!({}), json!("[reference('x').y]")];
    for folder in support::entries(root).into_iter().filter(|path| path.is_dir()) {
        let template: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("template.json"))?)?;
        let mut places = Vec::new();
        collect_places(&template, String::new(), &mut places);
        for (index, place) in places.iter().enumerate() {
            let mut damaged = template.clone();
            *damaged.pointer_mut(place).ok_or("a place of the template")? = odd[index % odd.len()].clone();
            match arm::evaluate(&damaged, &Parameters::new(), &target(Some("rg-one"))) {
                Ok((deployment, _))
                    if deployment.resources.iter().any(|resource| resource.name.is_empty()) =>
                {
                    return Err(
                        format!("{}: {place} gives a resource without a name", folder.display()).into()
                    );
                }
                Err(Diagnostics(found)) if !found.iter().any(Diagnostic::is_error) => {
                    return Err(format!("{}: {place} is refused without a word", folder.display()).into());
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Changes each template at random a few places at a time: values are exchanged, names changed, texts cut and joined.
/// Whatever comes of it, evaluating ends, and what is refused is refused with a finding.
fn no_random_template_panics(root: &Path) -> Result<(), Failed> {
    const SEED: u64 = 0x5eed_2026;
    const ROUNDS: usize = 60;
    let folders = support::entries(root).into_iter().filter(|path| path.is_dir());
    let templates: Vec<Json> = folders
        .map(|folder| Ok(serde_json::from_str(&std::fs::read_to_string(folder.join("template.json"))?)?))
        .collect::<Result<_, Failed>>()?;
    let mut dice = Dice(SEED);
    for (number, template) in templates.iter().enumerate() {
        for round in 0..ROUNDS {
            let mut changed = template.clone();
            for _ in 0..=dice.below(4) {
                let mut places = Vec::new();
                collect_places(&changed, String::new(), &mut places);
                let place = places[dice.below(places.len())].clone();
                let from = &templates[dice.below(templates.len())];
                let mut others = Vec::new();
                collect_places(from, String::new(), &mut others);
                let other = from.pointer(&others[dice.below(others.len())]).ok_or("a place")?.clone();
                let slot = changed.pointer_mut(&place).ok_or("a place of the template")?;
                *slot = dice.changed(slot, other);
            }
            let group = if dice.below(2) == 0 { None } else { Some("rg-one") };
            if let Err(Diagnostics(found)) = arm::evaluate(&changed, &Parameters::new(), &target(group))
                && !found.iter().any(Diagnostic::is_error)
            {
                let place = format!("seed {SEED:#x}, template {number}, round {round}");
                return Err(format!("{place}: refused without a word: {changed}").into());
            }
        }
    }
    Ok(())
}

/// A small generator of numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    /// What stands in the place of `old`; `other` is a value of some template.
    fn changed(&mut self, old: &Json, other: Json) -> Json {
        match (self.below(6), old, &other) {
            (0, Json::String(text), _) => {
                let end = (0..=self.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at));
                json!(text[..end.unwrap_or(0)])
            }
            (1, Json::String(text), Json::String(more)) => {
                let inner = more.trim_start_matches('[').trim_end_matches(']');
                json!(text.replacen('(', &format!("({inner}, "), 1))
            }
            (2, Json::Array(items), _) => {
                json!(items.iter().cloned().chain([other]).chain(items.iter().cloned()).collect::<Vec<_>>())
            }
            (3, Json::Object(map), _) => {
                let mut map = map.clone();
                let key = ["copy", "$ref", "condition", "items", "nullable", "scope"][self.below(6)];
                map.insert(key.to_owned(), other);
                Json::Object(map)
            }
            (4, Json::Number(_), _) => json!([-1, 801, 1_000_000_000, i64::MAX, i64::MIN][self.below(5)]),
            _ => other,
        }
    }
}

fn collect_places(json: &Json, at: String, places: &mut Vec<String>) {
    match json {
        Json::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| collect_places(item, format!("{at}/{index}"), places));
        }
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            collect_places(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), places);
        }),
        _ => {}
    }
    places.push(at);
}

/// The target that a case names: a resource group by name, else by words.
fn target(scope: Option<&str>) -> Target {
    const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
    Target {
        tenant_id: "22222222-2222-2222-2222-222222222222".to_owned(),
        scope: match scope {
            None => TargetScope::Subscription(SUBSCRIPTION.to_owned()),
            Some("the tenant") => TargetScope::Tenant,
            Some("a management group") => TargetScope::ManagementGroup("mg-one".to_owned()),
            Some(group) => TargetScope::group(SUBSCRIPTION, group),
        },
        location: "westus3".to_owned(),
        deployment_name: "main".to_owned(),
    }
}

/// A line per case: `"expression" = 'value'`. Each expression is an output of a template of its own; its value is
/// written as JSON, a finding as `error: …`.
fn expression_file(path: &Path) -> Result<(), Failed> {
    let mut wrong = String::new();
    let mut blessed = String::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let table: toml::Table = line.parse()?;
        if table.is_empty() {
            writeln!(blessed, "{line}")?;
        }
        for (expression, expected) in &table {
            let expected = expected.as_str().ok_or_else(|| format!("{expression}: must be a string"))?;
            let actual = expression_value(expression);
            if actual != expected {
                writeln!(wrong, "{expression}\n  expected {expected}\n  actual   {actual}")?;
            }
            writeln!(blessed, "{} = {}", json!(expression), quoted(&actual))?;
        }
    }
    if support::blesses() {
        std::fs::write(path, blessed)?;
        return Ok(());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// A TOML literal string where it can be one.
fn quoted(text: &str) -> String {
    if text.contains('\'') { json!(text).to_string() } else { format!("'{text}'") }
}

fn expression_value(expression: &str) -> String {
    let input = format!("[{expression}]");
    let template = json!({
        "parameters": { "p": { "type": "object", "defaultValue": { "a": [1, 2, 3], "B": "x", "n": null } } },
        "resources": [],
        "outputs": { "o": { "type": "array", "copy": { "count": 1, "input": input } } },
    });
    match arm::evaluate(&template, &Parameters::new(), &target(Some("rg-test"))) {
        Ok((deployment, _)) => deployment.outputs["o"].value.to_display_json()[0].to_string(),
        Err(Diagnostics(found)) => {
            let strip = |found: &Diagnostic| found.message.replace("`outputs.o`: ", "");
            format!("error: {}", found.iter().map(strip).collect::<Vec<_>>().join("; "))
        }
    }
}

/// A list of `{ name, template, parameters, findings }`: templates with what is wrong with each.
fn refusals(path: &Path) -> Result<(), Failed> {
    let mut cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let mut wrong = String::new();
    for case in &mut cases {
        let group = case["scope"].as_str().or(case["template"]["$schema"].is_null().then_some("rg-test"));
        let actual: Vec<String> =
            match arm::evaluate(&case["template"], &parameters(&case["parameters"]), &target(group)) {
                Ok(_) => Vec::new(),
                Err(Diagnostics(found)) => findings(&found).lines().map(str::to_owned).collect(),
            };
        if case["findings"] != json!(actual) {
            writeln!(
                wrong,
                "{}\n  expected {:#}\n  actual   {:#}",
                case["name"],
                case["findings"],
                json!(actual)
            )?;
        }
        case["findings"] = json!(actual);
    }
    if support::blesses() {
        std::fs::write(path, serde_json::to_string_pretty(&cases)? + "\n")?;
        return Ok(());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn parameters(json: &Json) -> Parameters {
    let given = json.as_object().into_iter().flatten();
    given.map(|(name, value)| (name.clone(), Value::from_json(value))).collect()
}

/// A folder with `template.json`, optionally `parameters.json` (`{ name: value }`), `target.json`
/// (`{ "scope": … }`, the name of a resource group, `the tenant` or `a management group`; else a subscription) and `runtime.json` (what is deployed, see [`Deployed`]), and the `expected.txt` that
/// all of it comes to.
fn template_case(folder: &Path) -> Result<(), Failed> {
    let template: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("template.json"))?)?;
    let optional = |name: &str| -> Result<Json, Failed> {
        match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(_) => Ok(json!({})),
        }
    };
    let parameters = parameters(&optional("parameters.json")?);
    let group = optional("target.json")?["scope"].as_str().map(str::to_owned);
    let actual = match arm::evaluate(&template, &parameters, &target(group.as_deref())) {
        Ok((deployment, warnings)) => {
            let deployed = optional("runtime.json")?;
            let resolved = match &deployed {
                Json::Object(map) if !map.is_empty() => resolved(&deployment, &Deployed(&deployed)),
                _ => String::new(),
            };
            written(&deployment) + &resolved + &findings(&warnings)
        }
        Err(Diagnostics(found)) => findings(&found),
    };
    support::settle(&folder.join("expected.txt"), &actual)
}

/// `{ "<id>": { resource }, "listKeys <id>": answer }`, ids without `/subscriptions/…/providers/`.
struct Deployed<'a>(&'a Json);

impl Deployed<'_> {
    fn get(&self, prefix: &str, id: &str) -> Option<Json> {
        let short = id.split_once("/providers/").map_or(id, |(_, short)| short);
        self.0.get(format!("{prefix}{short}")).cloned()
    }
}

impl Runtime for Deployed<'_> {
    fn reference(&self, id: &str, _: Option<&str>, full: bool) -> Option<Json> {
        let resource = self.get("", id)?;
        if full { Some(resource) } else { resource.get("properties").cloned() }
    }

    fn list(&self, function: &str, id: &str, _: &str, _: Option<&Json>) -> Option<Json> {
        self.get(&format!("{function} "), id)
    }
}

/// What was unknown, after the deployment.
fn resolved(deployment: &Deployment, runtime: &dyn Runtime) -> String {
    let mut out = String::new();
    let finding = |found: Diagnostic| findings(&[found]).trim_end().to_owned();
    for (_, resource) in deployment.walk() {
        if resource.body.is_known() && resource.late.is_none() && resource.condition.is_known() {
            continue;
        }
        let waits: Vec<_> = resource.body.references();
        out.push_str(&format!("resolved {} waits for {}\n", resource.name, waits.len()));
        out.push_str(&match resource.resolve(runtime) {
            Ok(now) => format!("  id: {}\n  body: {}\n", now.id, now.body.to_display_json()),
            Err(found) => format!("  {}\n", finding(found)),
        });
    }
    for (name, output) in deployment.outputs.iter().filter(|(_, output)| !output.value.is_known()) {
        let now = output.value.resolve(runtime).map_or_else(finding, |now| now.to_display_json().to_string());
        out.push_str(&format!("resolved output {name}: {now}\n"));
    }
    out
}

fn findings(found: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in found {
        out.push_str(&format!(
            "{}[{}] {}\n",
            diagnostic.severity.name(),
            diagnostic.code.id,
            diagnostic.message
        ));
        for help in &diagnostic.help {
            out.push_str(&format!("  help: {help}\n"));
        }
        if let Some(service) = &diagnostic.service {
            out.push_str(&format!("  azure: {service}\n"));
        }
    }
    out
}

/// The deployment as text: a paragraph per resource, in the order of the template.
fn written(deployment: &Deployment) -> String {
    let mut out = String::new();
    for (path, resource) in deployment.walk() {
        let existing = if resource.existing { " (existing)" } else { "" };
        let inside = if path.is_empty() { String::new() } else { format!(" in {}", path.join(" > ")) };
        out.push_str(&format!("{}@{}{existing}{inside}\n", resource.resource_type, resource.api_version));
        out.push_str(&format!("  id: {}\n", resource.id));
        if resource.condition != Value::Bool(true) {
            out.push_str(&format!("  condition: {}\n", resource.condition.to_display_json()));
        }
        for id in &resource.depends_on {
            out.push_str(&format!("  after: {id}\n"));
        }
        out.push_str(&format!("  body: {}\n", resource.body.to_display_json()));
    }
    for (name, output) in &deployment.outputs {
        out.push_str(&format!("output {name} {}: {}\n", output.output_type, output.value.to_display_json()));
    }
    out
}
