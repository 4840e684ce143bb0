//! Specs that are wrong or doubtful: each file under tests/suite/spec changes the small spec `base.yaml` in one way, or
//! holds a text of its own, and says what is reported. `GLZ_BLESS=1` rewrites the reports; read the diff.

mod fields;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostic};
use genai_lz::spec::{Inputs, Loaded};
use genai_lz::text::{MemoryWorld, Source};
use genai_lz::{model, spec};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use super::support;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows and why it must be so.
    #[serde(rename = "about")]
    _about: String,
    /// The whole spec; `base.yaml` where it is not given.
    spec: Option<String>,
    /// Changes to it, each of a text that is there once.
    #[serde(default)]
    change: Vec<Change>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Files beside the spec; `BASE` stands for `base.yaml`.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Those of the files that are laid over the spec, in order.
    #[serde(default)]
    overlays: Vec<String>,
    /// Values of variables as the command line gives them.
    #[serde(default)]
    var: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    from: String,
    to: String,
}

pub(crate) fn cases() -> Vec<Trial> {
    let trial = |file: PathBuf| {
        Trial::test(format!("spec::{}", support::stem(&file)), move || {
            support::settle_case(&file, |case| Ok([("report", report(case)?)]))
        })
    };
    let mut trials: Vec<Trial> = support::files(&folder(), "toml").into_iter().map(trial).collect();
    trials.extend(fields::cases());
    trials.push(Trial::test("spec::damaged_specs_are_refused_in_their_place", damaged));
    trials
}

fn folder() -> PathBuf {
    support::suite("spec")
}

fn report(case: &Case) -> Result<String, Failed> {
    let mut text = match &case.spec {
        Some(spec) => spec.clone(),
        None => fs::read_to_string(folder().join("base.yaml"))?,
    };
    for Change { from, to } in &case.change {
        let n_places = text.matches(from.as_str()).count();
        if n_places != 1 {
            return Err(format!("`{from}` is there {n_places} times").into());
        }
        text = text.replace(from.as_str(), to);
    }
    let mut world = MemoryWorld::default();
    for (path, text) in &case.files {
        let text =
            if text == "BASE" { fs::read_to_string(folder().join("base.yaml"))? } else { text.clone() };
        world = world.with(path, &text);
    }
    let overlays = case.overlays.iter().map(|path| Source::new(path, case.files[path].as_str()));
    let overlays: Vec<Arc<Source>> = overlays.collect();
    let variables: Vec<(String, String)> = case.var.clone().into_iter().collect();
    let env = |name: &str| case.env.get(name).cloned();
    let inputs = Inputs { env: &env, world: &world, folder: "", overlays: &overlays, variables: &variables };
    let found = match findings(text.as_bytes(), &inputs) {
        Ok(warnings) => warnings,
        Err(refused) => refused.0,
    };
    // Trailing blanks would be invisible in the case.
    let lines: Vec<String> =
        human(&found, Style::Plain).trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    Ok(lines.concat())
}

fn findings(bytes: &[u8], inputs: &Inputs<'_>) -> DiagResult<Vec<Diagnostic>> {
    let source = spec::read("spec.yaml", bytes)?;
    let Loaded { spec, files, mut warnings } = spec::load(&source, "spec.yaml", inputs)?;
    let (_, more) = model::resolve(&spec, files.source()).map_err(|mut refused| {
        files.place(&mut refused.0);
        refused
    })?;
    warnings.extend(more);
    files.place(&mut warnings);
    Ok(warnings)
}

/// Cuts the base spec and puts odd characters into it, all over: whatever comes of it can be shown.
fn damaged() -> Result<(), Failed> {
    const EVERY: usize = 23;
    const INSERTED: [&str; 10] = ["\"", "{", "[", "*a ", "&a ", "\t", "é", ": ", "\n- ", "!x "];
    let base = fs::read_to_string(folder().join("base.yaml"))?;
    let world = MemoryWorld::default();
    let inputs = Inputs { env: &|_| None, world: &world, folder: "", overlays: &[], variables: &[] };
    for at in (0..base.len()).step_by(EVERY) {
        let (head, tail) = base.split_at(at);
        let mut texts = vec![head.to_owned(), tail.to_owned()];
        texts.extend(INSERTED.iter().map(|inserted| format!("{head}{inserted}{tail}")));
        for text in texts {
            let Err(refused) = findings(text.as_bytes(), &inputs) else { continue };
            let placed = refused.0.iter().all(|found| found.primary.is_some() && !found.message.is_empty());
            let shown = human(&refused.0, Style::Plain);
            if !placed || !shown.contains("spec.yaml:") {
                return Err(format!("no place in\n{shown}\nof\n{text}").into());
            }
        }
    }
    Ok(())
}
