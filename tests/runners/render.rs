//! What specs render to: each folder under tests/suite/render has a `spec.yaml` and, in `expected`, every file of the
//! bundle, the stages as `deploy` takes them, and what the rules say of the policies (`lints.txt`). `GLZ_BLESS=1` rewrites them; read the diff.

mod deployed;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::cli::EmbeddedWorld;
use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostic, Diagnostics};
use genai_lz::model::LandingZone;
use genai_lz::render::{Bundle, Parameter, Secret, Stage, lint, render};
use genai_lz::text::{MemoryWorld, World as _};
use genai_lz::{bicep, model, spec};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

use super::support;

pub(crate) fn cases() -> Vec<Trial> {
    let trial =
        |folder: PathBuf| Trial::test(format!("render::{}", support::stem(&folder)), move || run(&folder));
    let mut trials: Vec<Trial> = support::entries(&support::suite("render")).into_iter().map(trial).collect();
    trials.extend(TEXT_FIELDS.iter().map(|(field, from, to)| {
        Trial::test(format!("render::hostile_text_in_{field}_is_refused_or_arrives"), move || {
            hostile(from, to)
        })
    }));
    trials.extend(requests::cases());
    trials.extend(deployed::cases());
    trials
}

fn run(folder: &Path) -> Result<(), Failed> {
    // The quickstart is where its readers look for it.
    let beside = folder.join("spec.yaml");
    let example = support::root().join(format!("examples/{}.yaml", support::stem(folder)));
    let bytes = fs::read(if beside.exists() { beside } else { example })?;
    let (zone, mut bundle) =
        resolved(&bytes).map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    for stage in &bundle.stages {
        bicep_says_the_same(&bundle, stage, &modules())?;
    }
    let stages: Vec<Json> = bundle.stages.iter().map(stage).collect();
    bundle.files.insert("stages.json".to_owned(), format!("{:#}\n", Json::from(stages)));
    bundle.files.insert("lints.txt".to_owned(), lints(&zone, &bundle)?);
    let expected = folder.join("expected");
    if support::blesses() {
        return bless(&expected, &bundle.files);
    }
    let on_disk = read_all(&expected)?;
    let mut paths: Vec<&String> = bundle.files.keys().chain(on_disk.keys()).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        let (actual, wanted) = (bundle.files.get(path), on_disk.get(path));
        if actual != wanted {
            let [wanted, actual] = [wanted, actual].map(|text| text.map_or("(no such file)", String::as_str));
            return Err(format!("`{path}` differs\n{}", support::difference(wanted, actual)).into());
        }
    }
    Ok(())
}

pub(crate) fn bundle(bytes: &[u8]) -> DiagResult<Bundle> {
    resolved(bytes).map(|(_, bundle)| bundle)
}

fn resolved(bytes: &[u8]) -> DiagResult<(LandingZone, Bundle)> {
    let source = spec::read("spec.yaml", bytes)?;
    let (spec, warnings) = spec::parse(&source, &|_| None)?;
    let (zone, more) = model::resolve(&spec, &source)?;
    // A gateway outside of the network has its warning however it is written, and so has a region that is not whole.
    let meant = ["models-in-public", "region-without-endpoints"];
    let warnings: Vec<_> =
        warnings.into_iter().chain(more).filter(|it| !meant.contains(&it.code.id)).collect();
    if !warnings.is_empty() {
        return Err(Diagnostics(warnings));
    }
    let bundle = render(&zone)?;
    Ok((zone, bundle))
}

/// A line for each finding of the rules about policies, none of which is an error.
fn lints(zone: &LandingZone, bundle: &Bundle) -> Result<String, Failed> {
    let found = lint(zone, bundle).found;
    if let Some(error) = found.iter().find(|found| found.is_error()) {
        return Err(format!("a rendered policy is refused: {}", support::finding(error)).into());
    }
    let path = |found: &Diagnostic| {
        found.primary.as_ref().map_or_else(String::new, |at| at.source.path().to_owned())
    };
    Ok(found.iter().map(|found| format!("{}: {}\n", path(found), support::finding(found))).collect())
}

fn stage(stage: &Stage) -> Json {
    let parameter = |parameter: &Parameter| match parameter {
        Parameter::Value(value) => value.clone(),
        Parameter::Output { stage, output } => json!({ "fromStage": stage, "output": output }),
        Parameter::Secret(Secret::SelfSignedCertificate { fqdn, validity_months }) => {
            json!({ "selfSignedCertificate": fqdn, "validityMonths": validity_months })
        }
        Parameter::Secret(Secret::PfxFile { path, password_env }) => {
            json!({ "pfxFile": path, "passwordEnv": password_env })
        }
        Parameter::Secret(Secret::Keys(keys)) => {
            let keys: serde_json::Map<_, _> =
                keys.iter().map(|(name, variable)| (name.clone(), variable.as_str().into())).collect();
            json!({ "keys": keys })
        }
    };
    json!({
        "name": stage.name,
        "template": stage.template,
        "deploymentName": stage.deployment_name,
        "location": stage.location,
        "parameters": stage.parameters.iter().map(|(name, it)| (name.clone(), parameter(it))).collect::<serde_json::Map<_, _>>(),
    })
}

/// Texts that would end a quote, begin an expression, a named value or a tag, or break a line.
pub(crate) const HOSTILE: &[&str] = &[
    "\"",
    "'",
    "''' x",
    "\\",
    "a\nb",
    "a\r\nb",
    "${resourceGroup().id}",
    "$",
    "{{apim-identity}}",
    "}}",
    "@(context.RequestId)",
    "@{ return 1; }",
    "[resourceGroup().location]",
    "[[ x ]] [% if x %]",
    "<inbound/> & &lt; ]]>",
    "--> <!--",
    "é 😀 \u{2028}",
    "// comment",
    "# comment",
    ": - {a: b}",
    "true",
    "null",
    "1",
    " blanks ",
    "",
];

/// Every field that takes text: its name, and what of the base spec becomes what, `TEXT` standing for the text.
const TEXT_FIELDS: &[(&str, &str, &str)] = &[
    ("tag_value", "identifier: abc", "identifier: abc, tags: { t: TEXT }"),
    ("tag_name", "identifier: abc", "identifier: abc, tags: { TEXT: v }"),
    ("identifier", "identifier: abc", "identifier: TEXT"),
    ("location", "  location: southcentralus", "  location: TEXT"),
    ("publisher_name", "name: Contoso", "name: TEXT"),
    ("publisher_email", "email: apim@contoso.com", "email: TEXT"),
    ("fqdn", "fqdn: apim.example.com", "fqdn: TEXT"),
    ("pfx_file", "selfSigned: { validityMonths: 12 }", "pfx: { file: TEXT }"),
    ("pfx_password_env", "selfSigned: { validityMonths: 12 }", "pfx: { file: a, passwordEnv: TEXT }"),
    ("key_vault_secret", "selfSigned: { validityMonths: 12 }", "keyVaultSecret: TEXT"),
    ("hub", "hub: usage", "hub: TEXT"),
    ("model_version", "version: \"2025-08-07\", sku: GlobalStandard", "version: TEXT, sku: GlobalStandard"),
    ("content_filter", "sku: GlobalStandard,", "raiPolicy: TEXT, sku: GlobalStandard,"),
    ("api_path", "path: openai", "path: TEXT"),
    ("api_display_name", "    path: openai", "    displayName: TEXT\n    path: openai"),
    ("entra_tenant", "limits: { tokensPerMinute: 300 }", "entra: { tenant: TEXT, audiences: [a] }"),
    ("entra_audience", "limits: { tokensPerMinute: 300 }", "entra: { tenant: a.b, audiences: [TEXT] }"),
    (
        "entra_role",
        "limits: { tokensPerMinute: 300 }",
        "entra: { tenant: a.b, audiences: [a], roles: [TEXT] }",
    ),
    ("blocklist", "tokenLimit: {", "contentSafety: { blocklists: [TEXT] }\n      tokenLimit: {"),
    ("cors_origin", "tokenLimit: {", "cors: { origins: [TEXT] }\n      tokenLimit: {"),
    ("cors_header", "tokenLimit: {", "cors: { origins: ['*'], exposeHeaders: [TEXT] }\n      tokenLimit: {"),
    ("limit_header", "tokensPerMinute: 500", "tokensPerMinute: 500, headers: { remaining: TEXT }"),
    ("metric_namespace", "usage: {", "usage: { metric: { namespace: TEXT },"),
    ("dimension_name", "usage: {", "usage: { metric: { dimensions: [{ name: TEXT, value: clientIp }] },"),
    (
        "class_name",
        "tokenLimit: {",
        "adaptiveLimit: { total: { tokensPerMinute: 9 }, classes: [{ name: TEXT, default: true, base: 9 }] }\n      tokenLimit: {",
    ),
    ("alias_name", "pools:", "aliases: [{ name: TEXT, targets: [lb-pool] }]\npools:"),
    ("alias_target", "pools:", "aliases: [{ name: best, targets: [TEXT] }]\npools:"),
    (
        "endpoint",
        "pools:",
        "  - { id: own, kind: self-hosted, endpoint: TEXT, deployments: [{ name: own-model }] }\npools:",
    ),
    (
        "key_variable",
        "pools:",
        "  - { id: own, kind: openai, auth: { apiKey: { env: TEXT } }, deployments: [{ name: own-model }] }\npools:",
    ),
    (
        "contract_purpose",
        "pools:",
        "contracts: [{ id: c, team: hr, purpose: TEXT, allow: { models: [aoai] } }]\npools:",
    ),
    ("contract_id", "pools:", "contracts: [{ id: TEXT, team: hr, allow: { models: [aoai] } }]\npools:"),
    (
        "contract_audience",
        "pools:",
        "contracts: [{ id: c, team: hr, allow: { models: [aoai] }, auth: { jwt: { tenant: a.b, audience: TEXT } } }]\npools:",
    ),
    ("product_id", "id: team-a", "id: TEXT"),
    ("product_display_name", "    apis: [aoai-api]", "    displayName: TEXT\n    apis: [aoai-api]"),
    ("product_description", "    apis: [aoai-api]", "    description: TEXT\n    apis: [aoai-api]"),
    ("subscription_id", "[app-1]", "[TEXT]"),
];

/// The text is refused in the spec, or it is in the parameters exactly as it was written.
fn hostile(from: &str, to: &str) -> Result<(), Failed> {
    let base = fs::read_to_string(support::suite("spec").join("base.yaml"))?;
    if base.matches(from).count() != 1 {
        return Err(format!("`{from}` is not there once").into());
    }
    let declarations = declarations(&modules());
    for text in HOSTILE {
        // JSON's quotes are YAML's.
        let quoted = Json::from(*text).to_string();
        let Ok(bundle) = bundle(base.replace(from, &to.replace("TEXT", &quoted)).as_bytes()) else {
            continue;
        };
        for stage in &bundle.stages {
            bicep_says_the_same(&bundle, stage, &declarations)?;
        }
        let arrived = bundle.stages.iter().flat_map(|stage| stage.parameters.values()).any(|it| match it {
            Parameter::Value(value) => holds(value, text),
            Parameter::Secret(Secret::PfxFile { path, password_env }) => {
                path == text || password_env.as_deref() == Some(text)
            }
            Parameter::Secret(Secret::Keys(keys)) => {
                keys.iter().any(|(name, variable)| name == text || variable == text)
            }
            Parameter::Secret(Secret::SelfSignedCertificate { .. }) | Parameter::Output { .. } => false,
        });
        if !arrived {
            return Err(format!("{text:?} was accepted and is not in the parameters").into());
        }
    }
    Ok(())
}

/// True where a key or a value of `json` is exactly `text`; a plain word may be part of a name or a policy.
fn holds(json: &Json, text: &str) -> bool {
    let is_word = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    match json {
        Json::String(value) => value == text || is_word && value.contains(text),
        Json::Array(items) => items.iter().any(|item| holds(item, text)),
        Json::Object(fields) => fields.iter().any(|(key, value)| key == text || holds(value, text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The `.bicepparam` file, compiled with the modules it is for, gives what the `.parameters.json` file holds, and
/// both hold the values that are deployed. What is read from the environment has no value in the JSON.
fn bicep_says_the_same(bundle: &Bundle, stage: &Stage, modules: &MemoryWorld) -> Result<(), Failed> {
    let entry = format!("parameters/{}.bicepparam", stage.name);
    let mut world = modules.clone();
    for (path, text) in &bundle.files {
        world = world.with(path, text);
    }
    let compiled = bicep::compile_params(&world, &entry, &|name| Some(format!("the value of {name}")))
        .map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    if !compiled.warnings.is_empty() {
        return Err(human(&compiled.warnings, Style::Plain).into());
    }
    if compiled.using.as_deref() != Some(stage.template.as_str()) {
        return Err(format!(
            "`{entry}` is for `{}`, not `{}`",
            compiled.using.unwrap_or_default(),
            stage.template
        )
        .into());
    }
    let json: Json =
        serde_json::from_str(&bundle.files[&format!("parameters/{}.parameters.json", stage.name)])?;
    let (json, compiled) = (&json["parameters"], &compiled.parameters["parameters"]);
    let names = |json: &Json| json.as_object().map(|all| all.keys().cloned().collect::<BTreeSet<String>>());
    if names(json) != names(compiled) || names(json) != Some(stage.parameters.keys().cloned().collect()) {
        return Err(format!("`{entry}` sets other parameters\n{compiled:#}\n{json:#}").into());
    }
    for (name, parameter) in &stage.parameters {
        let actual = &compiled[name]["value"];
        let agrees = match parameter {
            Parameter::Value(value) => actual == value && json[name]["value"] == *value,
            Parameter::Output { .. } | Parameter::Secret(_) => {
                actual.as_str().is_some_and(|text| text.starts_with("the value of GENAI_LZ_"))
                    && json[name]["value"].is_null()
            }
        };
        if !agrees {
            return Err(format!(
                "`{name}` of `{entry}`\n--- in Bicep\n{actual:#}\n--- in JSON\n{:#}",
                json[name]
            )
            .into());
        }
    }
    Ok(())
}

/// The landing zone's own modules.
fn modules() -> MemoryWorld {
    let read = |path: String| {
        let bytes = EmbeddedWorld.read(&path).expect("what is listed can be read");
        (path, bytes)
    };
    MemoryWorld(EmbeddedWorld.list("bicep").into_iter().map(read).collect())
}

/// The same files with nothing but the declarations of parameters: enough for values, and quick to compile.
fn declarations(modules: &MemoryWorld) -> MemoryWorld {
    let kept = |text: &[u8]| -> Vec<u8> {
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        lines.filter(|line| line.starts_with(b"param ")).flatten().copied().collect()
    };
    MemoryWorld(modules.0.iter().map(|(path, text)| (path.clone(), kept(text))).collect())
}

fn bless(expected: &Path, files: &BTreeMap<String, String>) -> Result<(), Failed> {
    if expected.exists() {
        fs::remove_dir_all(expected)?;
    }
    for (path, text) in files {
        let path = expected.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder"))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Every file below `folder`, by its path from there.
fn read_all(folder: &Path) -> Result<BTreeMap<String, String>, Failed> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in support::entries(&next) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}
