//! What specs render to: each folder under tests/suite/render has a `spec.yaml` and, in `expected`, every file of the
//! bundle and the stages as `deploy` takes them. `GLZ_BLESS=1` rewrites them; read the diff.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostics};
use genai_lz::render::{Bundle, Parameter, Secret, Stage, render};
use genai_lz::{model, spec};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value as Json, json};

pub fn cases() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/render");
    let mut folders: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("tests/suite/render exists")
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
            Trial::test(format!("render::{name}"), move || run(&folder))
        })
        .collect()
}

fn run(folder: &Path) -> Result<(), Failed> {
    // The quickstart is where its readers look for it.
    let beside = folder.join("spec.yaml");
    let example = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(folder.file_name().expect("a folder has a name"))
        .with_extension("yaml");
    let bytes = fs::read(if beside.exists() { beside } else { example })?;
    let mut bundle = bundle(&bytes).map_err(|refused| Failed::from(human(&refused.0, Style::Plain)))?;
    let stages: Vec<Json> = bundle.stages.iter().map(stage).collect();
    bundle.files.insert("stages.json".to_owned(), format!("{:#}\n", Json::from(stages)));
    let expected = folder.join("expected");
    if std::env::var_os("GLZ_BLESS").is_some() {
        return bless(&expected, &bundle.files);
    }
    let on_disk = read_all(&expected)?;
    let mut paths: Vec<&String> = bundle.files.keys().chain(on_disk.keys()).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        let (actual, wanted) = (bundle.files.get(path), on_disk.get(path));
        if actual != wanted {
            let show = |text: Option<&String>| text.cloned().unwrap_or_else(|| "(no such file)".to_owned());
            let message =
                format!("`{path}` differs\n--- expected\n{}\n--- actual\n{}", show(wanted), show(actual));
            return Err(message.into());
        }
    }
    Ok(())
}

fn bundle(bytes: &[u8]) -> DiagResult<Bundle> {
    let source = spec::read("spec.yaml", bytes)?;
    let (spec, warnings) = spec::parse(&source, &|_| None)?;
    let (zone, more) = model::resolve(&spec, &source)?;
    let warnings: Vec<_> = warnings.into_iter().chain(more).collect();
    if warnings.is_empty() { render(&zone) } else { Err(Diagnostics(warnings)) }
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
    };
    json!({
        "name": stage.name,
        "template": stage.template,
        "deploymentName": stage.deployment_name,
        "location": stage.location,
        "parameters": stage.parameters.iter().map(|(name, it)| (name.clone(), parameter(it))).collect::<serde_json::Map<_, _>>(),
    })
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
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
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
