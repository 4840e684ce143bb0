//! Folders of policies and what is found when they are checked together. Each folder of tests/suite/project is a case:
//! its files, or `from.txt` with the folder that has them; and `expected.txt` with what is known of each text, what is
//! found, and the order of deployment. What the rules of src/policy/lints find is left to their own suite.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use genai_lz::diag::{Confidence, Diagnostic, Label};
use genai_lz::policy::lints;
use genai_lz::policy::project::{self, File, Given, Project};
use genai_lz::text::Source;
use libtest_mimic::{Failed, Trial};

use super::support;

pub(crate) fn cases() -> Vec<Trial> {
    let trial = |folder: &PathBuf| {
        let case = folder.clone();
        Trial::test(format!("project::{}", support::stem(folder)), move || run(&case))
    };
    support::entries(&support::suite("project")).iter().map(trial).collect()
}

fn run(folder: &Path) -> Result<(), Failed> {
    let given = Given::default();
    let from = fs::read_to_string(folder.join("from.txt")).map(|path| support::root().join(path.trim()));
    let files = from.as_deref().unwrap_or(folder);
    let texts = sources(files, "xml")?.into_iter().map(|source| project::read(source, &given)).collect();
    let infos = sources(files, "json")?.into_iter().filter(|source| project::is_relevant(source.path()));
    let project = Project::with(texts, infos.map(project::read_info).collect(), given);
    let mut text = "# Known\n".to_owned();
    project.files.iter().for_each(|file| known(&project, file, &mut text));
    text.push_str("\n# Found\n");
    let is_lint = |found: &Diagnostic| lints::ALL.iter().any(|lint| lint.code == found.code);
    let each = project.files.iter().flat_map(|file| project.check(file)).filter(|found| !is_lint(found));
    each.chain(project.check_together()).for_each(|found| finding(&found, &mut text));
    text.push_str("\n# Order\n");
    match project.deployment_order() {
        Err(cycles) => writeln!(text, "none: {} in the way", cycles.len())?,
        Ok(steps) => steps.iter().for_each(|step| {
            let needs = step.needs.iter().map(|need| {
                let elsewhere = if need.is_here { "" } else { ", not here" };
                format!("{} {}{elsewhere}", need.kind.name(), need.id)
            });
            let needs: Vec<String> = needs.collect();
            let after = if needs.is_empty() { String::new() } else { format!(" <- {}", needs.join("; ")) };
            writeln!(text, "{} {}{after}", step.kind.name(), step.id).unwrap();
        }),
    }
    support::settle(&folder.join("expected.txt"), &text)
}

/// The files of the case that end so, by their paths below it.
fn sources(folder: &Path, extension: &str) -> Result<Vec<Arc<Source>>, Failed> {
    let mut sources = Vec::new();
    for path in support::files_below(folder, extension) {
        let below = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        sources.push(Source::new(below, fs::read_to_string(&path)?));
    }
    Ok(sources)
}

/// One line for a text: the scope, what lies outside it, what is known of the API and of each kind of thing.
fn known(project: &Project, file: &File, text: &mut String) {
    let around = project.surroundings(file);
    let scope = around.scope.map_or("unknown scope", genai_lz::policy::Scope::name);
    let mut words = vec![if file.is_fragment() { "fragment" } else { scope }.to_owned()];
    words.extend(
        around.outer.iter().map(|(scope, policy)| format!("{}: {}", scope.name(), policy.source.path())),
    );
    words.extend(around.api.subscription_required.map(|it| format!("subscription required: {it}")));
    words.extend(around.api.is_websocket.filter(|it| *it).map(|_| "websocket".to_owned()));
    words.extend(around.api.method);
    let mut count = |n: Option<usize>, what: &str| words.extend(n.map(|n| format!("{n} {what}")));
    count(around.named_values.map(|it| it.len()), "named values");
    count(around.fragments.map(|it| it.len()), "fragments");
    count(around.backends.map(|it| it.len()), "backends");
    count(around.loggers.map(|it| it.len()), "loggers");
    count(around.products.map(|it| it.len()), "products");
    writeln!(text, "{}: {}", file.source.path(), words.join("; ")).unwrap();
}

/// `path:3:5 error code: message`, and below it whatever else is said.
fn finding(found: &Diagnostic, text: &mut String) {
    let at = |label: &Label| format!("{}:{}", label.source.path(), label.source.position(label.span.start));
    let place = found.primary.as_ref().map(at).unwrap_or_default();
    let sure = if found.confidence == Confidence::High { "" } else { found.confidence.name() };
    let severity = format!("{sure} {}", found.severity.name());
    writeln!(text, "{place} {} {}: {}", severity.trim(), found.code.id, found.message).unwrap();
    found.related.iter().for_each(|label| writeln!(text, "    {}: {}", at(label), label.message).unwrap());
    found.service.iter().for_each(|says| writeln!(text, "    service: {says}").unwrap());
    found.help.iter().for_each(|help| writeln!(text, "    help: {help}").unwrap());
}
