//! Specs that are wrong or doubtful: each file under tests/suite/spec changes the small spec `base.yaml` in one way, or
//! holds a text of its own, and says what is reported. `GLZ_BLESS=1` rewrites the reports; read the diff.
#![expect(clippy::disallowed_methods, reason = "tests read and write their data")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{DiagResult, Diagnostic};
use genai_lz::{model, spec};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

/// A case ends with what comes of it.
const EXPECTED: &str = "[expected]\nreport = '''\n";

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
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    report: String,
}

pub(crate) fn cases() -> Vec<Trial> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("tests/suite/spec exists")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let mut trials: Vec<Trial> = files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            Trial::test(format!("spec::{name}"), move || run(&file))
        })
        .collect();
    trials.push(Trial::test("spec::damaged_specs_are_refused_in_their_place", damaged));
    trials
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/spec")
}

fn run(file: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let case: Case = toml::from_str(&text)?;
    let actual = report(&case)?;
    if actual == case.expected.report {
        return Ok(());
    }
    if std::env::var_os("GLZ_BLESS").is_some() {
        let head = text.split_once(EXPECTED).ok_or("the case ends with `[expected]`")?.0;
        fs::write(file, format!("{head}{EXPECTED}{actual}'''\n"))?;
        return Ok(());
    }
    Err(format!("the report differs\n--- expected\n{}\n--- actual\n{actual}", case.expected.report).into())
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
