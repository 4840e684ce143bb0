//! `genai-lz test`: scenarios in virtual time, with what came of them for people, machines and browsers.

mod inputs;
mod specs;

use std::path::PathBuf;

use terminal_size::{Width, terminal_size};

use crate::cli::args::Format;
use crate::cli::commands::deploy::runtime;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::spec_args::SpecArgs;
use crate::cli::ui::Ui;
use crate::cli::{files, parallel};
use crate::diag::{Diagnostic, Diagnostics};
use crate::sandbox::Ports;
use crate::scenario::view::{self, Ran, RanCase};
use crate::scenario::{self, Case, CaseReport, File, Options};
use crate::text::plural;

use inputs::Input;
use specs::Deployed;

/// Run scenarios: what goes through a gateway, and what has to come of it
///
/// A scenario is a Markdown file: policies or a spec, what the upstreams answer, requests or load, and expectations.
/// It runs in virtual time, so an hour of traffic takes a moment, and with the same seed it is the same every time.
/// Nothing is sent anywhere. docs/SCENARIOS.md says how to write one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario files, folders with such files in them, and specs with `scenarios`; the folder `scenarios` or `tests`
    /// where none is named
    paths: Vec<PathBuf>,

    /// Run only cases with this text in `file::case`
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Write a page for a browser, with charts
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Run over real ports in real time instead: HTTP in, HTTP out; for short cases, expectations alone
    #[arg(long, conflicts_with = "bless")]
    network: bool,

    /// From which all chance follows
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// Rewrite the blocks that show something in full, such as `http response`, with what came
    #[arg(long)]
    bless: bool,

    #[command(flatten)]
    layers: SpecArgs,
}

/// Columns where nobody says how wide the terminal is.
const DEFAULT_WIDTH: usize = 100;
/// Wider charts are not easier to read.
const MAX_WIDTH: usize = 140;

pub(crate) fn run(args: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    let inputs = inputs::gather(&args.paths, &args.layers)?;
    let is_of_spec =
        |input: &Input| input.file.as_ref().is_ok_and(|file| file.cases.iter().any(Case::is_deployed));
    if args.layers.is_given() && !inputs.iter().any(is_of_spec) {
        return Err(CommandError::usage("there is no spec that `--overlay` and `--var` could be for")
            .hint("name a spec with `scenarios`, or a scenario file that has a block `spec`"));
    }
    let runtime = args.network.then(runtime).transpose()?;
    let specs = Deployed::over(runtime.as_ref().map(|runtime| Ports(runtime.handle().clone())), &args.layers);
    let options = Options { seed: args.seed };
    if args.bless {
        bless(&inputs, args, &options, &specs, ui)?;
    }
    let inputs = if args.bless { inputs::gather(&args.paths, &args.layers)? } else { inputs };
    let ran = all(&inputs, args, &options, &specs);
    let (n, n_failed) = view::counts(&ran);
    if n == 0 {
        let error = CommandError::input("no case has the text of `--filter`");
        return Err(error.hint("leave `--filter` out to see the names of all cases"));
    }
    let exit = if n_failed == 0 { Exit::Ok } else { Exit::InputOrCheck };
    show(&ran, exit, ui)?;
    if let Some(path) = &args.report {
        files::write_atomically(path, view::html(&ran).as_bytes())?;
        ui.say(&format!("wrote {}", files::shown(path)));
    }
    Ok(exit)
}

fn show(ran: &[Ran], exit: Exit, ui: &Ui) -> Result<(), CommandError> {
    match ui.format {
        Format::Json => ui.document(exit, view::json(ran)),
        Format::Junit => ui.data(&view::junit(ran)),
        _ => {
            let cases = ran.iter().flat_map(|file| &file.cases);
            let found: Vec<Diagnostic> =
                cases.filter_map(|case| case.outcome.as_ref().err()).flatten().cloned().collect();
            ui.warnings(&found);
            ui.data(&view::human(ran, width()))
        }
    }
}

fn width() -> usize {
    let of_terminal = terminal_size().map(|(Width(width), _)| usize::from(width));
    of_terminal.unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH)
}

/// Runs every case that the filter lets through, on all cores, in the order of files and cases.
fn all(inputs: &[Input], args: &Args, options: &Options, specs: &Deployed) -> Vec<Ran> {
    let chosen = |path: &str, case: &str| {
        args.filter.as_ref().is_none_or(|text| format!("{path}::{case}").contains(text.as_str()))
    };
    let mut jobs = Vec::new();
    for (nth, input) in inputs.iter().enumerate() {
        if let Ok(file) = &input.file {
            let cases = file.cases.iter().filter(|case| chosen(&input.shown, &case.name));
            jobs.extend(cases.map(|case| (nth, file, case)));
        }
    }
    let run = |(_, file, case): &(usize, &File, &Case)| {
        scenario::run(file, case, options, specs).map_err(|Diagnostics(found)| found)
    };
    // In real time one case would take time from the other.
    let outcomes = if args.network { jobs.iter().map(run).collect() } else { parallel::map(&jobs, run) };
    let mut ran: Vec<Ran> =
        inputs.iter().map(|input| Ran { path: input.shown.clone(), cases: refused(input) }).collect();
    for ((nth, _, case), outcome) in jobs.into_iter().zip(outcomes) {
        ran[nth].cases.push(RanCase { name: case.name.clone(), outcome });
    }
    ran.retain(|file| !file.cases.is_empty());
    ran
}

/// A file that cannot be read fails like a case.
fn refused(input: &Input) -> Vec<RanCase> {
    let found = input.file.as_ref().err();
    found
        .map(|found| RanCase { name: "(the file)".to_owned(), outcome: Err(found.clone()) })
        .into_iter()
        .collect()
}

/// Rewrites the files whose texts came out otherwise.
fn bless(
    inputs: &[Input],
    args: &Args,
    options: &Options,
    specs: &Deployed,
    ui: &Ui,
) -> Result<(), CommandError> {
    let ran = all(inputs, args, options, specs);
    let mut n_changed = 0;
    for input in inputs {
        let Ok(file) = &input.file else { continue };
        let cases = ran.iter().filter(|ran| ran.path == input.shown).flat_map(|ran| &ran.cases);
        let reports: Vec<&CaseReport> = cases.filter_map(|case| case.outcome.as_ref().ok()).collect();
        n_changed += usize::from(rewrite(input, file, &reports)?);
    }
    ui.say(&format!("rewrote {}", plural(n_changed, "file")));
    Ok(())
}

fn rewrite(input: &Input, file: &File, reports: &[&CaseReport]) -> Result<bool, CommandError> {
    let (old, new) = (file.source.text(), scenario::bless(file, reports.iter().copied()));
    if old != new {
        let Some(path) = &input.path else {
            let message = format!("`{}` stands in a spec, which `--bless` does not rewrite", input.shown);
            return Err(
                CommandError::input(message).hint("put the scenario into a file, and name it with `file`")
            );
        };
        files::replace(path, old.as_bytes(), new.as_bytes())?;
    }
    Ok(old != new)
}
