//! Specs that are wrong or doubtful: each file under tests/suite/spec changes the small spec `base.yaml` in one way, or
//! holds a text of its own, and says what is reported. `GLZ_BLESS=1` rewrites the reports; read the diff.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostic};
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
    let found = match findings(text.as_bytes(), &case.env) {
        Ok(warnings) => warnings,
        Err(refused) => refused.0,
    };
    // Trailing blanks would be invisible in the case.
    let lines: Vec<String> =
        human(&found, Style::Plain).trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    Ok(lines.concat())
}

fn findings(bytes: &[u8], env: &BTreeMap<String, String>) -> DiagResult<Vec<Diagnostic>> {
    let source = spec::read("spec.yaml", bytes)?;
    let (spec, mut warnings) = spec::parse(&source, &|name| env.get(name).cloned())?;
    let (_, more) = model::resolve(&spec, &source)?;
    warnings.extend(more);
    Ok(warnings)
}

/// Cuts the base spec and puts odd characters into it, all over: whatever comes of it can be shown.
fn damaged() -> Result<(), Failed> {
    const EVERY: usize = 23;
    const INSERTED: [&str; 10] = ["\"", "{", "[", "*a ", "&a ", "\t", "é", ": ", "\n- ", "!x "];
    let base = fs::read_to_string(folder().join("base.yaml"))?;
    let env = BTreeMap::new();
    for at in (0..base.len()).step_by(EVERY) {
        let (head, tail) = base.split_at(at);
        let mut texts = vec![head.to_owned(), tail.to_owned()];
        texts.extend(INSERTED.iter().map(|inserted| format!("{head}{inserted}{tail}")));
        for text in texts {
            let Err(refused) = findings(text.as_bytes(), &env) else { continue };
            let placed = refused.0.iter().all(|found| found.primary.is_some() && !found.message.is_empty());
            let shown = human(&refused.0, Style::Plain);
            if !placed || !shown.contains("spec.yaml:") {
                return Err(format!("no place in\n{shown}\nof\n{text}").into());
            }
        }
    }
    Ok(())
}
