//! Arguments, printing and exit codes. The only module that prints, reads the environment or writes files.

pub mod args;
pub mod codes;
pub mod commands;
mod confirm;
mod deployed;
pub mod error;
pub mod exit;
mod files;
mod kind;
mod parallel;
mod pipeline;
mod plan_file;
mod progress;
pub mod reference;
mod sign_in;
mod spec_args;
mod stop;
mod ui;
mod walk;
mod world;

pub use world::EmbeddedWorld;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use error::CommandError;
use exit::Exit;
use ui::{Terminal, Ui};

/// Reads the command line, runs the command, and says how it went.
pub fn main() -> ExitCode {
    report_panics_as_bugs();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(answer) => return answer_of_clap(&answer),
    };
    let ui = Ui::new(
        args.format,
        args.color,
        args.verbose,
        &Terminal {
            no_color: environment("NO_COLOR").is_some(),
            ci: environment("CI").is_some(),
            dumb: environment("TERM").is_some_and(|name| name == "dumb"),
        },
    );
    let run = for_findings_only(&args).map_or_else(|| run(&args.command, &ui), Err);
    match run {
        Ok(exit) => exit.into(),
        Err(error) => {
            ui.failure(&error);
            error.exit().into()
        }
    }
}

fn run(command: &Command, ui: &Ui) -> Result<Exit, CommandError> {
    match command {
        Command::Init(args) => commands::init::run(args, ui),
        Command::Validate(args) => commands::validate::run(args, ui),
        Command::Render(args) => commands::render::run(args, ui),
        Command::Plan(args) => commands::plan::run(args, ui),
        Command::Snapshot(args) => commands::snapshot::run(args, ui),
        Command::Policy(args) => commands::policy::run(args, ui),
        Command::Bicep(args) => commands::bicep::run(args, ui),
        Command::Test(args) => commands::test::run(args, ui),
        Command::Deploy(args) => commands::deploy::run(args, ui),
        Command::Status(args) => commands::status::run(args, ui),
        Command::Outputs(args) => commands::outputs::run(args, ui),
        Command::Keys(args) => commands::keys::run(args, ui),
        Command::Destroy(args) => commands::destroy::run(args, ui),
        Command::Verify(args) => commands::verify::run(args, ui),
        Command::Usage(args) => commands::usage::run(args, ui),
        Command::Drift(args) => commands::drift::run(args, ui),
        Command::Import(args) => commands::import::run(args, ui),
        Command::Doctor(args) => commands::doctor::run(args, ui),
        Command::Sandbox(args) => commands::sandbox::run(args, ui),
        Command::Regions(args) => commands::regions::run(args, ui),
        Command::Contract(args) => commands::contract::run(args, ui),
        Command::Spec(args) => commands::spec::run(args, ui),
        Command::Schema(args) => commands::schema::run(args, ui),
        Command::Explain(args) => commands::explain::run(args, ui),
    }
}

/// Formats that hold nothing but findings are for the command that finds.
fn for_findings_only(args: &Args) -> Option<CommandError> {
    let is_taken = match args.command {
        Command::Validate(_) => true,
        Command::Test(_) => args.format == args::Format::Junit,
        _ => false,
    };
    if is_taken || !args.format.is_for_findings() {
        return None;
    }
    let takes = match args.command {
        Command::Test(_) => "`human`, `json` and `junit`",
        _ => "`human` and `json`",
    };
    let error = CommandError::usage(format!(
        "`--format {}` is for `genai-lz validate`; this command takes {takes}",
        args.format.name()
    ));
    Some(error.hint("leave `--format` out, or write `--format json`"))
}

/// `--help` and `--version` are answers, anything else is a wrong command line.
fn answer_of_clap(answer: &clap::Error) -> ExitCode {
    drop(answer.print());
    if answer.use_stderr() { Exit::UsageOrChanges.into() } else { Exit::Ok.into() }
}

/// A non-empty variable of the environment.
#[expect(clippy::disallowed_methods, reason = "cli is where the environment is read")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A panic is our bug and says so; the process ends with 255 instead of Rust's 101.
fn report_panics_as_bugs() {
    std::panic::set_hook(Box::new(|info| {
        use std::io::Write as _;
        let mut err = std::io::stderr().lock();
        let _ = writeln!(
            err,
            "error: this is a bug in genai-lz {}: {info}\n  = help: please report it with the command line and, if you can, the spec",
            env!("CARGO_PKG_VERSION"),
        );
        #[expect(clippy::exit, reason = "a bug ends the process with the documented code")]
        std::process::exit(i32::from(Exit::Bug as u8));
    }));
}
