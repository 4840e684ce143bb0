//! Every field of a spec with every kind of wrong value. The specs of the suite are taken apart: at each place that a field of
//! the reference has in one of them stands, one after the other, what does not belong there. It is refused at a place of
//! the file, or it becomes a landing zone whose policies have the shape that they had: what a user wrote is never read as code.
//!
//! A run tries some values at each place, other ones at the next; `GENAI_LZ_EVERY_VALUE=1` tries all of them.

mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostic};
use genai_lz::model;
use genai_lz::render::{Bundle, Parameter, Secret, render};
use genai_lz::spec::{self, Inputs};
use genai_lz::text::MemoryWorld;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use super::render::HOSTILE;
use super::support;

/// Values tried at each place, unless all are.
const VALUES_AT_ONCE: usize = 5;

/// Fields that no spec of the suite has, each with the reason.
const IN_NO_SPEC: &[(&str, &str)] = &[
    ("extends", "what a spec is made of: the cases of tests/suite/spec"),
    ("overlays", "the same"),
    ("variables", "the same"),
];

/// Fields whose text is for whoever reads the spec, each with where it goes.
const NOT_DEPLOYED: &[(&str, &str)] =
    &[("scenarios[].file", "`genai-lz test` reads it"), ("scenarios[].text", "`genai-lz test` runs it")];

pub(crate) fn cases() -> Vec<Trial> {
    let places = places();
    let mut trials = vec![Trial::test("fields::each_is_in_a_spec_of_the_suite", {
        let known: BTreeSet<String> = places.keys().cloned().collect();
        move || each_is_somewhere(&known)
    })];
    let tries_all = std::env::var_os("GENAI_LZ_EVERY_VALUE").is_some();
    trials.extend(places.into_iter().enumerate().map(|(nth, (field, place))| {
        Trial::test(format!("fields::{field}"), move || place.with_each_value(&field, nth, tries_all))
    }));
    trials
}

fn each_is_somewhere(known: &BTreeSet<String>) -> Result<(), Failed> {
    let known: Vec<String> = known.iter().map(|field| format!("{}.", field.replace("[]", ""))).collect();
    let missing: Vec<String> = spec::reference::paths()
        .into_iter()
        .filter(|path| !known.iter().any(|known| known.starts_with(&format!("{path}."))))
        .filter(|path| !IN_NO_SPEC.iter().any(|(field, _)| field == path))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("in no spec of the suite:\n{}", missing.join("\n")).into())
    }
}

/// Where a field stands in a spec.
struct Place {
    spec: Arc<Spec>,
    steps: Vec<Step>,
}

#[derive(Clone)]
enum Step {
    Key(String),
    Item(usize),
}

impl Step {
    fn named(&self) -> String {
        match self {
            Self::Key(key) => format!(".{key}"),
            Self::Item(_) => "[]".to_owned(),
        }
    }
}

/// A spec of the suite that is right, with the files beside it.
struct Spec {
    json: Json,
    world: MemoryWorld,
    /// The shapes of its policies, in order.
    shapes: Vec<Vec<String>>,
}

impl Spec {
    fn read(path: &Path) -> Self {
        let folder = path.parent().unwrap();
        let mut world = MemoryWorld::default();
        for file in ["xml", "md"].iter().flat_map(|extension| support::files(folder, extension)) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            world.0.insert(name, fs::read(&file).unwrap());
        }
        let text = fs::read(path).unwrap();
        let source = spec::read("spec.yaml", &text).unwrap();
        let json = spec::show(&source, "spec.yaml", &inputs(&world)).unwrap().json;
        let bundle = bundle(&json, &world).map_err(|refused| human(&refused.0, Style::Plain)).unwrap();
        Self { shapes: Taken::apart(&bundle).unwrap().shapes, json, world }
    }
}

/// One place for each field that has one.
fn places() -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    for path in specs() {
        let spec = Arc::new(Spec::read(&path));
        let mut steps = Vec::new();
        walk(&spec.json, &mut steps, &mut |steps| {
            let field: String = steps.iter().map(Step::named).collect();
            found
                .entry(field.trim_start_matches('.').to_owned())
                .or_insert_with(|| Place { spec: Arc::clone(&spec), steps: steps.to_vec() });
        });
    }
    found
}

fn specs() -> Vec<PathBuf> {
    let cases =
        support::entries(&support::suite("render")).into_iter().map(|folder| folder.join("spec.yaml"));
    let examples =
        ["examples/quickstart.yaml", "examples/ai-hub/spec.yaml"].map(|path| support::root().join(path));
    cases
        .chain(examples)
        .chain(support::files(&support::suite("fields"), "yaml"))
        .filter(|path| path.exists())
        .collect()
}

/// Calls `visit` with every place inside of `json` that is no mapping.
fn walk(json: &Json, steps: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step])) {
    let mut inside = |step: Step, json: &Json| {
        steps.push(step);
        walk(json, steps, visit);
        steps.pop();
    };
    match json {
        Json::Object(fields) => fields.iter().for_each(|(key, value)| inside(Step::Key(key.clone()), value)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| inside(Step::Item(index), value));
        }
        _ => {}
    }
    if !json.is_object() {
        visit(steps);
    }
}

impl Place {
    fn with_each_value(&self, field: &str, nth: usize, tries_all: bool) -> Result<(), Failed> {
        let values = values();
        let first = if tries_all { 0 } else { nth * VALUES_AT_ONCE % values.len() };
        let n_values = if tries_all { values.len() } else { VALUES_AT_ONCE };
        for value in values.iter().cycle().skip(first).take(n_values) {
            self.with(field, value).map_err(|problem| format!("{}\n{problem}", shortened(value)))?;
        }
        Ok(())
    }

    fn with(&self, field: &str, value: &Value) -> Result<(), String> {
        let mut json = self.spec.json.clone();
        *at(&mut json, &self.steps) = value.json();
        match bundle(&json, &self.spec.world) {
            Err(refused) => is_told(&refused.0),
            Ok(bundle) => {
                let now = Taken::apart(&bundle)?;
                let Value::Hostile(text) = value else { return Ok(()) };
                if now.shapes != self.spec.shapes {
                    let lines = |shapes: &[Vec<String>]| shapes.concat().join("\n");
                    let difference = support::difference(&lines(&self.spec.shapes), &lines(&now.shapes));
                    return Err(format!("the policies have another shape\n{difference}"));
                }
                let is_kept_here = NOT_DEPLOYED.iter().any(|(not, _)| field == *not);
                match is_kept_here || now.says(text) {
                    true => Ok(()),
                    false => Err("taken, and nowhere in what is deployed".to_owned()),
                }
            }
        }
    }
}

fn at<'j>(json: &'j mut Json, steps: &[Step]) -> &'j mut Json {
    steps.iter().fold(json, |json, step| match step {
        Step::Key(key) => &mut json[key],
        Step::Item(index) => &mut json[index],
    })
}

/// What stands in a place where it does not belong.
enum Value {
    /// A text that other languages would read as theirs.
    Hostile(&'static str),
    /// Another type, out of range, or too long.
    Other(Json),
}

impl Value {
    fn json(&self) -> Json {
        match self {
            // What is no variable.
            Self::Hostile(text) => text.replace("${", "$${").into(),
            Self::Other(json) => json.clone(),
        }
    }
}

/// Texts that a field may take as one of its words say nothing about the others.
const WORDS: [&str; 4] = ["true", "null", "1", ""];

fn values() -> Vec<Value> {
    let texts = HOSTILE.iter().filter(|text| !WORDS.contains(text)).map(|text| Value::Hostile(text));
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("true"),
        json!([]),
        json!([[]]),
        json!(["", ""]),
        json!({}),
        json!({ "": { "": null } }),
        json!("é".repeat(5_000)),
        json!("a".repeat(70_000)),
        json!(vec![json!(1); 2_000]),
    ];
    texts.chain(others.into_iter().map(Value::Other)).collect()
}

fn shortened(value: &Value) -> String {
    value.json().to_string().chars().take(60).collect()
}

/// A refusal says something, with a code, at a place of the file.
fn is_told(found: &[Diagnostic]) -> Result<(), String> {
    let shown = human(found, Style::Plain);
    let has_words = found.iter().all(|found| !found.message.is_empty() && !found.code.id.is_empty());
    let has_place = found.iter().any(|found| found.is_error() && found.primary.is_some());
    if has_words && has_place { Ok(()) } else { Err(format!("refused without words or place\n{shown}")) }
}

fn inputs(world: &MemoryWorld) -> Inputs<'_> {
    Inputs { env: &|_| None, world, folder: "", overlays: &[], variables: &[] }
}

fn bundle(json: &Json, world: &MemoryWorld) -> DiagResult<Bundle> {
    let source = spec::read("spec.yaml", json.to_string().as_bytes())?;
    let loaded = spec::load(&source, "spec.yaml", &inputs(world))?;
    let (zone, _) = model::resolve(&loaded.spec, loaded.files.source())?;
    render(&zone)
}

/// A bundle, taken apart.
struct Taken {
    /// The shapes of its policies, in order: their names are the user's in part.
    shapes: Vec<Vec<String>>,
    /// All texts of what is deployed.
    texts: Vec<String>,
}

impl Taken {
    fn apart(bundle: &Bundle) -> Result<Self, String> {
        let policies = bundle.files.iter().filter(|(path, _)| path.starts_with("policies/"));
        let parts = policies.map(|(path, text)| shape::parts(path, text)).collect::<Result<Vec<_>, _>>()?;
        let (mut shapes, texts): (Vec<_>, Vec<_>) = parts.into_iter().map(|it| (it.shape, it.texts)).unzip();
        shapes.sort();
        let mut texts = texts.concat();
        for parameter in bundle.stages.iter().flat_map(|stage| stage.parameters.values()) {
            match parameter {
                Parameter::Value(value) => all_texts(value, &mut texts),
                Parameter::Secret(Secret::PfxFile { path, password_env }) => {
                    texts.extend([path.clone()].into_iter().chain(password_env.clone()));
                }
                Parameter::Secret(Secret::Keys(keys)) => {
                    texts.extend(keys.iter().flat_map(|(name, variable)| [name.clone(), variable.clone()]));
                }
                Parameter::Secret(Secret::SelfSignedCertificate { .. }) | Parameter::Output { .. } => {}
            }
        }
        Ok(Self { shapes, texts })
    }

    fn says(&self, text: &str) -> bool {
        self.texts.iter().any(|said| said.contains(text))
    }
}

fn all_texts(json: &Json, into: &mut Vec<String>) {
    match json {
        Json::String(text) => into.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| all_texts(item, into)),
        Json::Object(fields) => fields.iter().for_each(|(key, value)| {
            into.push(key.clone());
            all_texts(value, into);
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
