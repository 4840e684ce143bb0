//! Scenarios: requests through a gateway in virtual time, read and run as `genai-lz test` does it. The suite's own are in
//! tests/suite/gateway, and those that are shipped as examples run here, too.

use std::path::Path;

use genai_lz::diag::render::{Style, human};
use genai_lz::diag::{Diagnostic, Diagnostics};
use genai_lz::scenario::view::{self, Ran, RanCase};
use genai_lz::scenario::{self, File, NoSpecs, Options};
use genai_lz::text::Source;
use libtest_mimic::Trial;

use super::support;

pub(crate) fn cases() -> Vec<Trial> {
    let own = trials("gateway", &support::suite("gateway"));
    own.into_iter().chain(trials("scenarios", &support::root().join("examples/scenarios"))).collect()
}

fn trials(suite: &'static str, folder: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    for path in support::files_below(folder, "md") {
        if support::blesses() {
            bless(&path);
        }
        match read(&path) {
            Ok(file) => {
                for case in &file.cases {
                    let name = format!("{suite}::{}::{}", support::stem(&path), case.name);
                    let (path, case) = (path.clone(), case.name.clone());
                    trials.push(Trial::test(name, move || run(&path, &case)));
                }
            }
            Err(found) => {
                let name = format!("{suite}::{}", support::stem(&path));
                trials.push(Trial::test(name, move || Err(shown(&found.0).into())));
            }
        }
    }
    trials
}

fn read(path: &Path) -> Result<File, Diagnostics> {
    let text = std::fs::read_to_string(path).unwrap();
    scenario::read(&Source::new(path.display().to_string(), text))
}

fn run(path: &Path, name: &str) -> Result<(), libtest_mimic::Failed> {
    let file = read(path).map_err(|found| shown(&found.0))?;
    let case = file.cases.iter().find(|case| case.name == name).ok_or("the case is gone")?;
    let report =
        scenario::run(&file, case, &Options::default(), &NoSpecs).map_err(|found| shown(&found.0))?;
    if report.passed() {
        return Ok(());
    }
    let ran = RanCase { name: name.to_owned(), outcome: Ok(report) };
    Err(view::human(&[Ran { path: path.display().to_string(), cases: vec![ran] }], 100).into())
}

fn bless(path: &Path) {
    let Ok(file) = read(path) else { return };
    let run = |case| scenario::run(&file, case, &Options::default(), &NoSpecs).ok();
    let reports: Vec<_> = file.cases.iter().filter_map(run).collect();
    std::fs::write(path, scenario::bless(&file, &reports)).unwrap();
}

fn shown(found: &[Diagnostic]) -> String {
    human(found, Style::Plain)
}
