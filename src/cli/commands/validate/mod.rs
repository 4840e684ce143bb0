//! `genai-lz validate`: everything that is wrong with specs and policies, of files and folders, in the format that
//! people, editors and pipelines read.

mod given;
mod inputs;
mod levels;
mod policies;
mod specs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::kind::Kind;
use crate::cli::parallel;
use crate::cli::ui::{Ui, plural, summary};
use crate::diag::Diagnostic;
use crate::diag::render::{self, Report};

use inputs::{Entry, Input};
use levels::Levels;

/// Check specs and policies: files, and folders of them
///
/// A spec is checked with the policies rendered from it and the templates they come to; policy files are checked with
/// each other. Every problem is reported at once, with its place and what to do. Nothing is sent anywhere. Whether
/// the regions have what a spec asks for is a question for `genai-lz plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Spec files, policy files, and folders with such files in them; `-` is standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    /// End with 0 also where there are errors
    #[arg(long)]
    exit_zero: bool,

    #[command(flatten)]
    given: given::Args,

    #[command(flatten)]
    levels: levels::Args,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let levels = Levels::of(&args.levels)?;
    let given = given::read(&args.given)?;
    let entries = inputs::gather(&args.paths);
    let n_skipped = entries.iter().filter(|entry| matches!(entry, Entry::Skipped)).count();

    let of_kind = |kind: Kind| -> Vec<&Input> {
        let of_kind = |entry| match entry {
            &Entry::Checkable(ref input) if input.kind == kind => Some(input),
            _ => None,
        };
        entries.iter().filter_map(of_kind).collect()
    };
    let mut specs = parallel::map(&of_kind(Kind::Spec), |input| specs::check(input)).into_iter();
    let mut policies = policies::check(&of_kind(Kind::Policy), &given).into_iter();

    let mut reports = Vec::new();
    let mut kinds = Vec::new();
    for entry in &entries {
        let (kind, report) = match entry {
            Entry::Skipped => continue,
            Entry::Refused(report) => (None, report.clone()),
            Entry::Checkable(Input { shown, kind, .. }) => {
                let found = match kind {
                    Kind::Spec => specs.next().transpose()?,
                    Kind::Policy => policies.next(),
                };
                (Some(*kind), Report { file: shown.clone(), found: found.unwrap_or_default() })
            }
        };
        let found = levels.apply(report.found, &BTreeMap::new());
        reports.push(Report { found, ..report });
        kinds.push(kind);
    }

    let has_errors = reports.iter().flat_map(|report| &report.found).any(Diagnostic::is_error);
    let exit = if has_errors && !args.exit_zero { Exit::InputOrCheck } else { Exit::Ok };
    show(&reports, &kinds, n_skipped, exit, ui)?;
    Ok(exit)
}

/// Writes the findings to stdout, and a line about all of them to stderr.
fn show(
    reports: &[Report],
    kinds: &[Option<Kind>],
    n_skipped: usize,
    exit: Exit,
    ui: &Ui,
) -> Result<(), CommandError> {
    let all: Vec<Diagnostic> = reports.iter().flat_map(|report| report.found.iter().cloned()).collect();
    match ui.format {
        Format::Human => ui.data(&render::human(&all, ui.out_style()))?,
        Format::Concise => ui.data(&render::concise(reports))?,
        Format::Github => ui.data(&render::github(reports))?,
        Format::Junit => ui.data(&render::junit(reports))?,
        Format::Sarif => ui.json(&render::sarif(reports, env!("CARGO_PKG_VERSION")))?,
        Format::Json => {
            let files: Vec<_> = reports
                .iter()
                .zip(kinds)
                .map(|(report, kind)| {
                    json!({
                        "file": report.file,
                        "kind": kind.map(Kind::name),
                        "diagnostics": render::json(&report.found),
                    })
                })
                .collect();
            ui.document(exit, json!({ "files": files, "skipped": n_skipped }))?;
        }
    }
    let skipped =
        if n_skipped == 0 { String::new() } else { format!(", {} skipped", plural(n_skipped, "other")) };
    ui.say(&format!("{}{skipped}: {}", plural(reports.len(), "file"), summary(&all)));
    Ok(())
}
