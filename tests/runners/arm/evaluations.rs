//! The official evaluator's own tests (Azure/bicep, `EvaluationTests.cs`): where GENAI_LZ_CORPUS names a folder with a
//! checkout called `Azure+bicep`, their Bicep files are compiled and evaluated here, and each value that they expect is
//! compared. The C# around them is read as far as it holds texts and JSON.

use std::collections::BTreeMap;
use std::path::Path;

use genai_lz::arm::{self, Deployment, Parameters, Runtime, Target, TargetScope, Value};
use genai_lz::bicep;
use genai_lz::text::MemoryWorld;
use libtest_mimic::Failed;
use serde_json::{Map, Value as Json, json};

/// Of these nothing is compared, because the compiler does not make of their files what the official one does.
const NOT_COMPARED: [(&str, &str); 4] = [
    ("Assertions_are_evaluated_correctly", "uses `assert`"),
    ("ExternalInput_functions_are_evaluated_correctly", "uses `externalInput` in a parameters file"),
    ("Items_function_evaluation_works", "refused: names of properties that differ by case alone (BCP025)"),
    (
        "Module_with_unknown_resourcetype_as_parameter_and_output_has_diagnostics",
        "outputs of a module that `? :` chooses are read without their `value`",
    ),
];

/// How many values agree; may only rise.
const SAME: usize = 100;

pub(super) fn official_evaluations(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let (mut same, mut wrong) = (0, String::new());
    for test in text.split("[TestMethod]").skip(1) {
        let name = test.split('(').next().and_then(|head| head.rsplit(' ').next()).unwrap_or_default();
        let expected = expectations(test);
        if expected.is_empty() || NOT_COMPARED.iter().any(|(known, _)| *known == name) {
            continue;
        }
        match evaluated(test, &expected) {
            Err(why) => wrong.push_str(&format!("{name}: {why}\n")),
            Ok(actual) => {
                for (path, expected) in &expected {
                    let actual = actual.get(path);
                    if actual == Some(expected) {
                        same += 1;
                    } else {
                        wrong.push_str(&format!(
                            "{name}: {path}\n  expected {expected}\n  actual   {actual:?}\n"
                        ));
                    }
                }
            }
        }
    }
    eprintln!("official evaluations: {same} values the same, {} tests not compared", NOT_COMPARED.len());
    if same < SAME {
        return Err(format!("{same} values are the same, {SAME} were before\n{wrong}").into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// The path and value of each `HaveValueAtPath("$.outputs['sum'].value", 4)`.
fn expectations(test: &str) -> Vec<(String, Json)> {
    let consts: BTreeMap<&str, String> = test
        .split("var ")
        .skip(1)
        .filter_map(|rest| {
            let (name, rest) = rest.split_once(" = ")?;
            Some((name, Reader { text: rest, consts: &BTreeMap::new() }.value()?.as_str()?.to_owned()))
        })
        .collect();
    let mut found = Vec::new();
    for call in ["HaveValueAtPath(", "HaveJsonAtPath("] {
        for rest in test.split(call).skip(1) {
            let mut reader = Reader { text: rest, consts: &consts };
            let Some(Json::String(path)) = reader.value() else { continue };
            if !reader.take(",") {
                continue;
            }
            let Some(mut value) = reader.value() else { continue };
            if let (true, Some(text)) = (call.starts_with("HaveJson"), value.as_str()) {
                value = serde_json::from_str(text).unwrap_or_default();
            }
            found.push((path, value));
        }
    }
    found
}

/// What each of the paths comes to.
fn evaluated(test: &str, expected: &[(String, Json)]) -> Result<BTreeMap<String, Json>, String> {
    let named = |names: &[&str]| {
        names.iter().find_map(|name| {
            let (_, rest) = test.split_once(&format!("{name} = "))?;
            Some(Reader { text: rest, consts: &BTreeMap::new() }.value()?.as_str()?.to_owned())
        })
    };
    let inline = || {
        let (_, rest) = test.split_once("CompilationHelper.Compile(")?;
        Some(Reader { text: rest, consts: &BTreeMap::new() }.value()?.as_str()?.to_owned())
    };
    let main = named(&["bicepTemplateText", "bicepFile"]).or_else(inline).ok_or("no Bicep file is found")?;
    let mut world = MemoryWorld::default();
    world.0.insert("main.bicep".to_owned(), main.into_bytes());
    if let Some(module) = named(&["bicepModuleText"]) {
        world.0.insert("module.bicep".to_owned(), module.into_bytes());
    }
    let refused = |found: genai_lz::diag::Diagnostics| format!("refused: {:?}", found.0[0]);
    let mut template = bicep::compile(&world, "main.bicep").map_err(refused)?.template;
    let mut given = Parameters::new();
    if let Some(parameters) = named(&["bicepparamText", "paramsFile"]) {
        world.0.insert("main.bicepparam".to_owned(), parameters.into_bytes());
        let compiled = bicep::compile_params(&world, "main.bicepparam", &|_| None).map_err(refused)?;
        let all = compiled.parameters["parameters"].as_object().cloned().unwrap_or_default();
        given = all.iter().map(|(name, given)| (name.clone(), Value::from_json(&given["value"]))).collect();
    }
    for (path, _) in expected {
        // Variables are seen through outputs; a loop of one takes values of every type.
        if let Some(name) = path.strip_prefix("$.variables['").and_then(|rest| rest.strip_suffix("']")) {
            let output =
                json!({ "type": "array", "copy": { "count": 1, "input": format!("[variables('{name}')]") } });
            template["outputs"][format!("variable {name}")] = output;
        }
    }
    let target = Target {
        tenant_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        scope: TargetScope::group("87d64d6d-6d17-4ad7-b507-16d9bc498781", "testRg"),
        location: "westus".to_owned(),
        deployment_name: "main".to_owned(),
    };
    let (deployment, _) = arm::evaluate(&template, &given, &target).map_err(refused)?;
    let outputs = outputs(&deployment)?;
    Ok(expected.iter().filter_map(|(path, _)| Some((path.clone(), at(path, &template, &outputs)?))).collect())
}

fn outputs(deployment: &Deployment) -> Result<BTreeMap<String, Json>, String> {
    let mut found = BTreeMap::new();
    for (name, output) in &deployment.outputs {
        let value = output.value.resolve(&Deployed(deployment)).map_err(|found| format!("{found:?}"))?;
        found.insert(name.clone(), value.to_json().ok_or_else(|| format!("{name} is not known"))?);
    }
    Ok(found)
}

/// Each resource answers with what was deployed; the one that the tests read without deploying it, with what they say.
struct Deployed<'a>(&'a Deployment);

impl Runtime for Deployed<'_> {
    fn reference(&self, id: &str, _: Option<&str>, full: bool) -> Option<Json> {
        let made = self.0.resources.iter().find(|resource| resource.id == id && !resource.existing);
        let body = made.map_or_else(
            || Some(json!({ "properties": { "abc": "test!!!" } })),
            |resource| resource.body.to_json(),
        )?;
        if full { Some(body) } else { body.get("properties").cloned() }
    }

    fn list(&self, _: &str, _: &str, _: &str, _: Option<&Json>) -> Option<Json> {
        None
    }
}

/// `$.outputs['sum'].value`, `$.outputs.foo.value.bar`, `$.variables['x']`, `$.languageVersion`.
fn at(path: &str, template: &Json, outputs: &BTreeMap<String, Json>) -> Option<Json> {
    let path = path.replace("['", ".").replace("']", "");
    let steps: Vec<&str> = path.split('.').skip(1).collect();
    match steps.as_slice() {
        ["outputs", name, "value", inner @ ..] => {
            inner.iter().try_fold(outputs.get(*name)?, |value, step| value.get(step)).cloned()
        }
        ["variables", name] => outputs.get(&format!("variable {name}"))?.get(0).cloned(),
        [section] => template.get(section).cloned(),
        _ => None,
    }
}

/// Reads the C# that stands for a value: literals, `new JArray { … }`, `new JObject { ["a"] = … }`, `JToken.Parse(…)`.
struct Reader<'a> {
    text: &'a str,
    /// What stands in the braces of `$"…"`.
    consts: &'a BTreeMap<&'a str, String>,
}

impl Reader<'_> {
    fn take(&mut self, wanted: &str) -> bool {
        let text = self.text.trim_start();
        let found = text.strip_prefix(wanted);
        self.text = found.unwrap_or(text);
        found.is_some()
    }

    fn value(&mut self) -> Option<Json> {
        if self.take("\"\"\"") {
            return self.until("\"\"\"").map(Json::from);
        }
        if self.take("@\"") {
            return Some(Json::from(self.verbatim()?));
        }
        if self.take("$\"") {
            let mut text = self.until("\"")?;
            for (name, value) in self.consts {
                text = text.replace(&format!("{{{name}}}"), value);
            }
            return Some(Json::from(text));
        }
        if self.take("\"") {
            let end = self.end_of_string()?;
            let (text, rest) = self.text.split_at(end);
            self.text = &rest[1..];
            return serde_json::from_str(&format!("\"{}\"", text.replace("\\'", "'"))).ok();
        }
        for parse in ["JToken.Parse(", "JObject.Parse(", "new JValue("] {
            if self.take(parse) {
                let inner = self.value()?;
                let text = inner.as_str().filter(|_| parse != "new JValue(").map(serde_json::from_str);
                return if self.take(")") { text.map_or(Some(inner.clone()), Result::ok) } else { None };
            }
        }
        if self.take("JValue.CreateNull()") {
            return Some(Json::Null);
        }
        if self.take("new JArray") {
            return self.items();
        }
        if self.take("new JObject") {
            return self.members();
        }
        let word: String = self.text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.text = &self.text[word.len()..];
        serde_json::from_str(&word).ok()
    }

    fn items(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        self.take("{").then_some(())?;
        while !self.take("}") {
            items.push(self.value()?);
            self.take(",");
        }
        Some(Json::Array(items))
    }

    fn members(&mut self) -> Option<Json> {
        let mut members = Map::new();
        self.take("{").then_some(())?;
        while !self.take("}") {
            self.take("[").then_some(())?;
            let key = self.value()?.as_str()?.to_owned();
            (self.take("]") && self.take("=")).then_some(())?;
            members.insert(key, self.value()?);
            self.take(",");
        }
        Some(Json::Object(members))
    }

    fn until(&mut self, end: &str) -> Option<String> {
        let (text, rest) = self.text.split_once(end)?;
        self.text = rest;
        Some(text.to_owned())
    }

    /// `""` is a quote.
    fn verbatim(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            out.push_str(&self.until("\"")?);
            match self.text.strip_prefix('"') {
                Some(rest) => {
                    out.push('"');
                    self.text = rest;
                }
                None => return Some(out),
            }
        }
    }

    fn end_of_string(&self) -> Option<usize> {
        let mut escaped = false;
        self.text.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })
    }
}
