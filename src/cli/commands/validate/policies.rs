//! Policy files as one project: read on all cores, put together with what else the folder says of the service, and
//! checked on all cores.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cli::kind::Kind;
use crate::cli::parallel;
use crate::diag::{Diagnostic, Sifted};
use crate::policy::project::{self, File, Given, Project};
use crate::policy::{self, suppress};
use crate::text::Source;

use super::inputs::{self, Entry, Input};

/// What was found, by file as messages show it.
pub(super) type Findings = BTreeMap<String, Sifted>;

/// Checks the policy files among `entries` with each other and with the files about the service.
pub(super) fn check(entries: &[Entry], given: &Given) -> Findings {
    let mut findings = Findings::new();
    let texts = inputs::of_kind(entries, Kind::Policy);
    let texts = read(&texts, |source| project::read(source, given), &mut findings);
    let infos = inputs::of_kind(entries, Kind::Info);
    let infos = read(&infos, project::read_info, &mut findings);
    let project = Project::with(texts, infos, given.clone());

    let mut together: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for found in project.check_together() {
        let file = found.primary.as_ref().map_or("", |label| label.source.path()).to_owned();
        together.entry(file).or_default().push(found);
    }
    let of_files = parallel::map(&project.files, |file| {
        let more = together.get(file.source.path()).map_or(&[][..], Vec::as_slice);
        of_file(&project, file, more)
    });
    for (file, found) in project.files.iter().zip(of_files) {
        together.remove(file.source.path());
        findings.insert(file.source.path().to_owned(), found);
    }
    for info in &project.infos {
        findings.entry(info.source.path().to_owned()).or_default().found.extend(info.found.iter().cloned());
    }
    for (file, found) in together {
        findings.entry(file).or_default().found.extend(found);
    }
    findings
}

/// What was read of `inputs`; why another could not be read is a finding.
fn read<R: Send>(
    inputs: &[&Input],
    read: impl Fn(Arc<Source>) -> R + Sync,
    findings: &mut Findings,
) -> Vec<R> {
    let of_input = |input: &&Input| match policy::read(&input.shown, &input.bytes) {
        Ok(source) => Ok(read(source)),
        Err(found) => Err(Box::new(found)),
    };
    let results = parallel::map(inputs, of_input);
    let mut done = Vec::new();
    for (input, result) in inputs.iter().zip(results) {
        match result {
            Ok(read) => done.push(read),
            Err(found) => findings.entry(input.shown.clone()).or_default().found.push(*found),
        }
    }
    done
}

/// What is found in a file, in the order of the text, apart by what its comments allow.
fn of_file(project: &Project, file: &File, more: &[Diagnostic]) -> Sifted {
    let mut found = project.check(file);
    found.extend(more.iter().cloned());
    found.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
    suppress::apply(&file.document, found)
}
