//! `genai-lz validate`: everything that is wrong with specs and policies, of files and folders, in the format that
//! people, editors and pipelines read.

mod fixing;
mod given;
mod inputs;
mod levels;
mod policies;
mod specs;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::cli::args::Format;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::kind::Kind;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::{Ui, summary};
use crate::cli::{codes, files, parallel};
use crate::diag::render::{self, Look, Report, Style};
use crate::diag::{Diagnostic, Safety, Sifted};
use crate::policy::project::Given;
use crate::text::{self, plural};

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

    /// Report also what is allowed, marked as such; in SARIF as suppressed, which GitHub takes for open alerts
    #[arg(long)]
    show_allowed: bool,

    #[command(flatten)]
    layers: SpecArgs,

    #[command(flatten)]
    given: given::Args,

    #[command(flatten)]
    levels: levels::Args,

    #[command(flatten)]
    fixes: fixing::Args,
}

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    wants_what_goes_together(args, ui)?;
    let levels = Levels::of(&args.levels)?;
    let given = given::read(&args.given)?;
    let mut entries = inputs::gather(&args.paths);
    if args.fixes.fix || args.fixes.diff {
        let changed = fix(args, &mut entries, &given, &levels, ui)?;
        if args.fixes.diff {
            ui.say(&format!("{} would change", plural(changed, "file")));
            return Ok(if changed == 0 || args.exit_zero { Exit::Ok } else { Exit::InputOrCheck });
        }
    }
    let mut checked = check(&entries, &given, &levels, &args.layers)?;
    let has_errors = checked.reports.iter().flat_map(|report| &report.found).any(Diagnostic::is_error);
    let exit = if has_errors && !args.exit_zero { Exit::InputOrCheck } else { Exit::Ok };
    let n_allowed = checked.reports.iter().map(|report| report.allowed.len()).sum();
    if !args.show_allowed {
        checked.reports.iter_mut().for_each(|report| report.allowed.clear());
    }
    show(&checked, n_allowed, exit, ui)?;
    Ok(exit)
}

/// Refuses options that say nothing together.
fn wants_what_goes_together(args: &Args, ui: &Ui) -> Result<(), CommandError> {
    let fixing::Args { fix, diff, with_unsafe } = args.fixes;
    if with_unsafe && !fix && !diff {
        return Err(CommandError::usage("`--unsafe` is for `--fix` and `--diff`").hint("add one of them"));
    }
    if diff && ui.format != Format::Human {
        return Err(CommandError::usage(format!("`--diff` writes a diff, not `{}`", ui.format.name()))
            .hint("leave one of `--diff` and `--format` out"));
    }
    if fix && args.paths.iter().any(|path| path == Path::new(files::STDIN)) {
        return Err(CommandError::usage("standard input cannot be fixed")
            .hint("show the change with `--diff`, or name a file"));
    }
    Ok(())
}

/// What was found in every file.
struct Checked {
    reports: Vec<Report>,
    /// Of each report; none where the file could not be read.
    kinds: Vec<Option<Kind>>,
    n_skipped: usize,
}

impl Checked {
    fn push(&mut self, file: String, kind: Option<Kind>, sifted: Sifted) {
        self.reports.push(Report { file, found: sifted.found, allowed: sifted.allowed });
        self.kinds.push(kind);
    }
}

fn check(
    entries: &[Entry],
    given: &Given,
    levels: &Levels,
    layers: &SpecArgs,
) -> Result<Checked, CommandError> {
    let specs = inputs::of_kind(entries, Kind::Spec);
    let mut specs = parallel::map(&specs, |input| specs::check(input, layers)).into_iter();
    let mut policies = policies::check(entries, given);
    let mut checked = Checked { reports: Vec::new(), kinds: Vec::new(), n_skipped: 0 };
    for entry in entries {
        let (kind, file, sifted) = match entry {
            Entry::Skipped => {
                checked.n_skipped += 1;
                continue;
            }
            Entry::Refused(report) => (None, &report.file, report.found.clone().into()),
            Entry::Checkable(Input { shown, kind: Kind::Spec, .. }) => {
                let of_spec = specs.next().transpose()?.unwrap_or_default();
                let sifted = Sifted { found: of_spec.found, allowed: of_spec.allowed };
                (Some(Kind::Spec), shown, levels.apply(sifted, &of_spec.lints))
            }
            Entry::Checkable(Input { shown, kind, .. }) => {
                let found = policies.remove(shown).unwrap_or_default();
                (Some(*kind), shown, levels.apply(found, &BTreeMap::new()))
            }
        };
        checked.push(file.clone(), kind, sifted);
    }
    // What is about no file of the command line by name, such as one that a link leads to.
    for (file, found) in policies {
        checked.push(file, None, levels.apply(found, &BTreeMap::new()));
    }
    Ok(checked)
}

/// Shows the fixes of all policy files as a diff and, unless nothing is to be written, writes them. Returns how many
/// files have changes.
fn fix(
    args: &Args,
    entries: &mut [Entry],
    given: &Given,
    levels: &Levels,
    ui: &Ui,
) -> Result<usize, CommandError> {
    let (mut n_files, mut n_fixes) = (0, 0);
    for (index, fixed) in fixing::fix(entries, given, levels, args.fixes.with_unsafe) {
        let Entry::Checkable(input) = &entries[index] else { continue };
        if fixed.is_stuck {
            let shown = &input.shown;
            ui.say(&format!("`{shown}`: fixes are left out that would bring new errors into it"));
        }
        if input.bytes == fixed.old {
            continue;
        }
        n_files += 1;
        n_fixes += fixed.n_fixes;
        let (old, new) = (String::from_utf8_lossy(&fixed.old), String::from_utf8_lossy(&input.bytes));
        let diff = text::diff(&input.shown, &old, &new);
        if args.fixes.diff {
            ui.data(&diff)?;
        } else {
            ui.say(&visible_lines(diff.trim_end()));
            files::replace(&input.path, &fixed.old, &input.bytes)?;
        }
    }
    if args.fixes.fix {
        ui.say(&format!("fixed {} in {}", plural(n_fixes, "finding"), plural(n_files, "file")));
    }
    Ok(n_files)
}

/// A text with its lines, and with nothing else in it that a terminal would obey.
fn visible_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| text::visible(line.trim_end_matches('\r'))).collect();
    lines.join("\n")
}

/// Writes the findings to stdout, and a line about all of them to stderr.
fn show(checked: &Checked, n_allowed: usize, exit: Exit, ui: &Ui) -> Result<(), CommandError> {
    let reports = &checked.reports;
    let all = reports.iter().flat_map(|report| &report.found);
    match ui.format {
        Format::Human => ui.data(&human(checked, ui.out_style()))?,
        Format::Concise => ui.data(&render::concise(reports))?,
        Format::Github => ui.data(&render::github(reports))?,
        Format::Junit => ui.data(&render::junit(reports))?,
        Format::Sarif => ui.json(&render::sarif(reports, env!("CARGO_PKG_VERSION")))?,
        Format::Json => {
            let files: Vec<_> =
                reports.iter().zip(&checked.kinds).map(|(report, kind)| json(report, *kind)).collect();
            ui.document(exit, json!({ "files": files, "skipped": checked.n_skipped }))?;
        }
    }
    let skipped = match checked.n_skipped {
        0 => String::new(),
        n => format!(", {} skipped", plural(n, "other")),
    };
    let is_folder =
        |report: &&Report| report.found.iter().any(|found| codes::OF_FOLDERS.contains(&found.code));
    let files = plural(reports.len() - reports.iter().filter(is_folder).count(), "file");
    let allowed = if n_allowed == 0 { String::new() } else { format!(", {n_allowed} allowed") };
    ui.say(&format!("{files}{skipped}: {}{}{allowed}", summary(all.clone()), fixable(checked)));
    if ui.format == Format::Human && all.count() > 0 {
        ui.say("`genai-lz explain CODE` says more of a finding");
    }
    Ok(())
}

fn human(checked: &Checked, style: Style) -> String {
    let of_report = |(report, kind): (&Report, &Option<Kind>)| {
        let look = Look { style, shows_all: "--format concise", fixes: *kind == Some(Kind::Policy) };
        render::human_as(&report.found, look) + &render::allowed(&report.allowed, look)
    };
    checked.reports.iter().zip(&checked.kinds).map(of_report).collect()
}

fn json(report: &Report, kind: Option<Kind>) -> Json {
    let found = render::json(&report.found);
    let mut json = json!({ "file": report.file, "kind": kind.map(Kind::name), "diagnostics": found });
    if !report.allowed.is_empty() {
        json["allowed"] = render::allowed_json(&report.allowed);
    }
    json
}

/// `, 2 fixable with --fix`; what is rendered from a spec is fixed in the spec.
fn fixable(checked: &Checked) -> String {
    let of_policies =
        checked.reports.iter().zip(&checked.kinds).filter(|(_, kind)| **kind == Some(Kind::Policy));
    let fixes: Vec<Safety> = of_policies
        .flat_map(|(report, _)| &report.found)
        .filter_map(|found| found.fix.as_ref().map(|fix| fix.safety))
        .collect();
    let count = |safety| fixes.iter().filter(|fix| **fix == safety).count();
    let mut text = String::new();
    for (safety, options) in [(Safety::Safe, "--fix"), (Safety::Unsafe, "--fix --unsafe")] {
        match count(safety) {
            0 => {}
            n => {
                let _ = write!(text, ", {n} fixable with `{options}`");
            }
        }
    }
    text
}
